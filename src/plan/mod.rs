//! Cells: how the squares of the table are numbered, what asking them will take, and what they can show.

mod forecast;
mod layout;
pub mod sizes;

pub use forecast::{Forecast, PriceSource, TargetForecast};
pub use layout::{Cell, Layout};
