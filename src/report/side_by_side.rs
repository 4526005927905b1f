//! Stub.
use super::Style;
use crate::domain::{Record, RunInfo};
/// Stub.
pub fn row(_info: &RunInfo, records: &[Record], _style: &Style, _lines: usize) -> String {
    format!("{records:#?}")
}
