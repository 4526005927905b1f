//! A pack out and in again.
