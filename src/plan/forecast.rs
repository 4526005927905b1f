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
    /// The earlier run that lengths and pace were learnt from.
    pub earlier: Option<String>,
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
    /// Answers a minute in the last run of the suite, where there was one.
    pub earlier_per_minute: Option<f64>,
    /// Where the price comes from.
    pub source: PriceSource,
}

/// Where a price comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceSource {
    /// The configuration.
    Stated,
    /// The built-in list of a day.
    Listed(jiff::civil::Date),
    /// Nothing is paid on machines of one's own.
    Local,
    /// Nowhere.
    Unknown,
}

impl TargetForecast {
    /// Minutes that the calls to make will take, and whether that is only a lower bound: by the pace of an earlier run,
    /// and never less than a stated limit allows.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an estimate of minutes")]
    pub fn minutes(&self) -> Option<(f64, bool)> {
        let calls = (self.calls - self.cached) as f64;
        let by_limit = self
            .per_minute
            .filter(|rate| *rate > 0)
            .map(|rate| calls / f64::from(rate));
        let by_pace = self
            .earlier_per_minute
            .filter(|rate| *rate > 0.0)
            .map(|rate| calls / rate);
        match (by_limit, by_pace) {
            (limit, Some(pace)) => Some((pace.max(limit.unwrap_or(0.0)), false)),
            (Some(limit), None) => Some((limit, true)),
            (None, None) => None,
        }
    }
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
