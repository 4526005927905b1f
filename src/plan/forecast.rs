//! What a run will take: calls, tokens, money. Numbers only; the table of it is a report.

use crate::domain::Money;

/// What a run will take, before anybody is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Name of the suite.
    pub suite: String,
    /// Number of cases.
    pub cases: u64,
    /// Number of prompts.
    pub prompts: usize,
    /// Repeats.
    pub trials: u32,
    /// One a target, in run order.
    pub targets: Vec<TargetForecast>,
    /// The caps on money that will hold.
    pub caps: Vec<Money>,
    /// The answers will be the simulator's.
    pub simulated: bool,
}

/// What one target will take.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetForecast {
    /// Its name.
    pub name: String,
    /// Cells planned.
    pub calls: u64,
    /// Of those, answered from the cache.
    pub cached: u64,
    /// Estimated input tokens of the calls to make.
    pub input_tokens: u64,
    /// Expected output tokens of the calls to make.
    pub output_tokens: u64,
    /// Low, expected and worst cost; absent without a price.
    pub cost: Option<[Money; 3]>,
    /// Runs on the user's machine.
    pub local: bool,
    /// Calls a minute, where a limit is stated.
    pub per_minute: Option<u32>,
}

impl Forecast {
    /// Calls to make in all.
    #[must_use]
    pub fn to_make(&self) -> u64 {
        self.targets.iter().map(|target| target.calls - target.cached).sum()
    }

    /// Sums by currency of one of the three costs (0 low, 1 expected, 2 worst).
    #[must_use]
    pub fn sums(&self, which: usize) -> Vec<Money> {
        let amounts: Vec<Money> = self
            .targets
            .iter()
            .filter_map(|target| target.cost.as_ref())
            .map(|cost| cost[which].clone())
            .collect();
        crate::price::sum(&amounts)
    }

    /// Targets of which nobody knows a price.
    pub fn unpriced(&self) -> impl Iterator<Item = &TargetForecast> {
        self.targets
            .iter()
            .filter(|target| target.cost.is_none() && !target.local)
    }
}
