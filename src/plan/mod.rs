//! Cells: how the squares of the table are numbered, and what asking them will take.

mod forecast;
mod layout;

pub use forecast::{Forecast, PriceSource, TargetForecast};
pub use layout::{Cell, Layout};
