//! The figures of a column: counts, rates, times, tokens, money. Data with no more behaviour than adding up.

use std::collections::BTreeMap;

use crate::domain::{Cost, CostSource, Currency, Money};

/// Confidence of every interval in the tables.
pub const CONFIDENCE: f64 = 0.95;

/// Fresh answers from which a 95th percentile is shown.
pub const P95_FROM: u64 = 20;

/// Cells by how they ended. `planned` is the sum of `measured`, `errors`, `aborted`, `skipped` and `missing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All cells.
    pub planned: u64,
    /// With an answer that counts.
    pub measured: u64,
    /// With an error.
    pub errors: u64,
    /// Cut while running.
    pub aborted: u64,
    /// Never asked: budget used up, target stopped.
    pub skipped: u64,
    /// Not reached yet.
    pub missing: u64,
    /// Measured, and taken from the answer cache.
    pub cached: u64,
    /// Measured, with a verdict.
    pub judged: u64,
    /// Measured, with a verdict, and passed.
    pub passed: u64,
    /// Measured although the provider's filter withheld or cut them.
    pub filtered: u64,
    /// Measured, ended at the cap on tokens.
    pub cut_short: u64,
    /// Measured, without any text.
    pub empty: u64,
    /// Measured, left out of latency because the process slept.
    pub suspended: u64,
    /// Calls, retries included.
    pub attempts: u64,
}

impl Counts {
    /// Errors and cut calls together: what the tables call errors.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.errors + self.aborted
    }

    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            planned: self.planned + other.planned,
            measured: self.measured + other.measured,
            errors: self.errors + other.errors,
            aborted: self.aborted + other.aborted,
            skipped: self.skipped + other.skipped,
            missing: self.missing + other.missing,
            cached: self.cached + other.cached,
            judged: self.judged + other.judged,
            passed: self.passed + other.passed,
            filtered: self.filtered + other.filtered,
            cut_short: self.cut_short + other.cut_short,
            empty: self.empty + other.empty,
            suspended: self.suspended + other.suspended,
            attempts: self.attempts + other.attempts,
        }
    }
}

/// How an interval was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Wilson's interval of a share: one answer a case.
    Wilson,
    /// Student's t over the means of the cases: several answers a case.
    CaseMeans,
    /// Student's t with clustered standard errors: cases that share groups.
    Clustered,
}

impl Method {
    /// The word in exports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Wilson => "wilson",
            Self::CaseMeans => "t_over_cases",
            Self::Clustered => "clustered_t",
        }
    }
}

/// A rate with what it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// From 0 to 1. With several trials the mean of the rates of the cases.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How the interval was made.
    pub method: Method,
    /// Standard error; that of the Wilson interval where it is used.
    pub error: f64,
    /// Answers it rests on.
    pub answers: u64,
    /// Cases it rests on: the n of the interval.
    pub cases: u64,
}

/// Times of fresh answers, in microseconds. Reused answers and those during which the process slept are left out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Latency {
    /// Fresh answers.
    pub n: u64,
    /// Median.
    pub p50: Option<f64>,
    /// 95th percentile, from [`P95_FROM`] fresh answers on.
    pub p95: Option<f64>,
    /// Whether so many answers bound the 95th percentile from above.
    pub p95_bounded: bool,
    /// Median time to the first visible text, of the answers that were streamed.
    pub first_text_p50: Option<f64>,
    /// The whole distribution.
    pub total: Spread,
    /// That of the times to the first visible text.
    pub first_text: Spread,
}

/// A distribution in a few figures; quantiles by linear interpolation (type 7).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spread {
    /// Values.
    pub n: u64,
    /// Mean.
    pub mean: Option<f64>,
    /// Standard deviation, n − 1 in the denominator.
    pub deviation: Option<f64>,
    /// Quantiles at [`Spread::AT`].
    pub quantiles: [Option<f64>; 6],
}

impl Spread {
    /// Where the quantiles are.
    pub const AT: [f64; 6] = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

    /// The spread of values in ascending order.
    #[must_use]
    pub fn of(sorted: &[f64]) -> Self {
        let moments: crate::stats::mean::Moments = sorted.iter().copied().collect();
        Self {
            n: moments.n(),
            mean: moments.mean(),
            deviation: moments.deviation(),
            quantiles: Self::AT.map(|at| crate::stats::quantile::quantile(sorted, at)),
        }
    }
}

/// A sum over answers of which some may not have told their part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Sum over those that told.
    pub sum: u64,
    /// Answers that told.
    pub told: u64,
    /// Answers that did not.
    pub unknown: u64,
}

impl Tokens {
    pub(super) fn add(&mut self, tokens: Option<u64>) {
        match tokens {
            Some(tokens) => {
                self.sum = self.sum.saturating_add(tokens);
                self.told += 1;
            }
            None => self.unknown += 1,
        }
    }
}

/// What was paid. Reused answers cost nothing and count nowhere here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paid {
    /// Sums by currency, in order of its code.
    pub sums: BTreeMap<Currency, i64>,
    /// Answers whose cost is in `sums`.
    pub known: u64,
    /// Of those, estimated from the texts.
    pub estimated: u64,
    /// Answers without a known price.
    pub unknown: u64,
    /// Answers of a local model.
    pub local: u64,
}

impl Paid {
    /// The sums as money, US dollars first.
    pub fn money(&self) -> impl Iterator<Item = Money> + '_ {
        let dollars = |currency: &Currency| *currency == Currency::usd();
        let first = self.sums.iter().filter(move |(currency, _)| dollars(currency));
        let others = self.sums.iter().filter(move |(currency, _)| !dollars(currency));
        first.chain(others).map(|(currency, nano)| Money {
            nano: *nano,
            currency: currency.clone(),
        })
    }

    /// Adds another.
    pub fn add(&mut self, other: &Self) {
        for (currency, nano) in &other.sums {
            let sum = self.sums.entry(currency.clone()).or_default();
            *sum = sum.saturating_add(*nano);
        }
        self.known += other.known;
        self.estimated += other.estimated;
        self.unknown += other.unknown;
        self.local += other.local;
    }

    pub(super) fn take(&mut self, cost: &Cost) {
        match (&cost.money, cost.source) {
            (Some(money), source) => {
                let sum = self.sums.entry(money.currency.clone()).or_default();
                *sum = sum.saturating_add(money.nano);
                self.known += 1;
                self.estimated += u64::from(source == CostSource::Estimated);
            }
            (None, CostSource::Local) => self.local += 1,
            (None, _) => self.unknown += 1,
        }
    }
}
