//! Stub.
use super::Style;
use crate::plan::Forecast;
/// Stub.
pub fn table(forecast: &Forecast, _style: &Style) -> String {
    format!("{forecast:#?}")
}
/// Stub.
pub fn json(forecast: &Forecast) -> String {
    format!("{forecast:#?}")
}
