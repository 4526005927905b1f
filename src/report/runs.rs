//! Stub.
use super::Style;
use crate::domain::{Money, RunId};
/// A run.
#[derive(Debug)]
pub struct Listed {
    /// Id.
    pub id: RunId,
    /// Suite.
    pub suite: String,
    /// Targets.
    pub targets: usize,
    /// Cases.
    pub cases: u64,
    /// Done.
    pub done: u64,
    /// Planned.
    pub planned: u64,
    /// Start.
    pub started_us: i64,
    /// Spent.
    pub spent: Vec<Money>,
    /// Simulated.
    pub simulated: bool,
    /// Trouble.
    pub trouble: Option<String>,
}
impl Listed {
    /// Damaged.
    pub fn damaged(id: RunId, why: String) -> Self {
        Self {
            id,
            suite: String::new(),
            targets: 0,
            cases: 0,
            done: 0,
            planned: 0,
            started_us: 0,
            spent: Vec::new(),
            simulated: false,
            trouble: Some(why),
        }
    }
}
/// Stub.
pub fn table(rows: &[Listed], _style: &Style) -> String {
    format!("{rows:#?}")
}
/// Stub.
pub fn json_lines(rows: &[Listed]) -> String {
    format!("{rows:#?}")
}
