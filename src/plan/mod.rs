//! Cells: how the squares of the table are numbered, and what asking them will take.

mod layout;

pub use layout::{Cell, Layout};
