//! Text as readers see it.

pub mod sink;
pub mod width;
