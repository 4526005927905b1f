//! What tokens and answers cost: a dated table of list prices, exact arithmetic, and money as people read it.
//!
//! For the forecast, the budget and every table with a cost column. A price stated by the user wins over the
//! table; that choice is made where targets are resolved, not here. Nothing is converted between currencies.

mod cost;
mod money;
mod table;
mod tokens;

pub use cost::cost;
pub use money::{MoneyError, format_money, format_sums, parse_money, parse_sums, sum};
pub use table::{Limits, Listed, as_of, limits, lookup};
pub use tokens::estimate_tokens;
