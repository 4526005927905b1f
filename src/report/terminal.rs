//! Stub.
use super::Style;
use crate::compare::View;
use crate::domain::RunInfo;
/// Stub.
pub fn summary(info: &RunInfo, view: &View, _style: &Style) -> String {
    format!("{} {} measured {} errors {}\n{:#?}", info.suite, info.id, view.counts.measured, view.counts.errors, view.columns)
}
