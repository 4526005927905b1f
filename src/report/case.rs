//! Stub.
use super::Style;
use crate::domain::{Record, RunInfo};
/// Stub.
pub fn page(_info: &RunInfo, records: &[Record], _style: &Style, _full: bool, _hidden: bool) -> String {
    format!("{records:#?}")
}
