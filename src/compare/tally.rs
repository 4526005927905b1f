//! What one column comes to: counts, rate, score, times, tokens, money.

use std::collections::BTreeMap;

use super::row::{Square, reply_of, text_of};
use crate::domain::{CostSource, Currency, Finish, Money, Outcome, Record, Reply, Status, Usage};
use crate::stats::mean::Moments;
use crate::stats::proportion::{normal_quantile, wilson};
use crate::stats::quantile::{is_bounded, quantile};

/// Confidence of every interval in the tables.
pub const CONFIDENCE: f64 = 0.95;

/// Fresh answers from which a 95th percentile is shown.
pub const P95_FROM: u64 = 20;

/// Reported model names that are told apart in a column.
const MODELS: usize = 20;

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
}

impl Method {
    /// The word in exports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Wilson => "wilson",
            Self::CaseMeans => "t_over_cases",
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
    fn add(&mut self, tokens: Option<u64>) {
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

    fn take(&mut self, cost: &crate::domain::Cost) {
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

/// What one column comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Index of the target.
    pub target: usize,
    /// Index of the prompt.
    pub prompt: usize,
    /// The name of the target, with that of the prompt where there are several. User's text.
    pub label: String,
    /// Cells by how they ended.
    pub counts: Counts,
    /// Share that passed; none without a verdict.
    pub pass: Option<Rate>,
    /// Mean score; with several trials the mean of the means of the cases.
    pub score: Option<f64>,
    /// Times.
    pub latency: Latency,
    /// Input tokens of all answers, reused ones too.
    pub input: Tokens,
    /// Output tokens, thinking included.
    pub output: Tokens,
    /// Thinking tokens.
    pub reasoning: Tokens,
    /// What was paid.
    pub paid: Paid,
    /// Models that the provider says answered, most answers first. Outside text.
    pub models: Vec<(String, u64)>,
}

/// Collects a column.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: Counts,
    rates: Moments,
    scores: Moments,
    // Tenths of a millisecond: four bytes an answer is all that grows with the suite.
    times: Vec<u32>,
    first_texts: Vec<u32>,
    input: Tokens,
    output: Tokens,
    reasoning: Tokens,
    paid: Paid,
    models: Vec<(String, u64)>,
}

impl Tally {
    /// Takes a cell.
    pub(super) fn push(&mut self, record: &Record) {
        let counts = &mut self.counts;
        counts.planned += 1;
        let reply = reply_of(record);
        match (record.status, &record.outcome) {
            (_, None) => counts.missing += 1,
            (Status::Measured, _) => counts.measured += 1,
            (Status::Error, _) => counts.errors += 1,
            (Status::Aborted, _) => counts.aborted += 1,
            (Status::Skipped, _) => counts.skipped += 1,
        }
        if let Some(Outcome::Failed { attempts, fault, .. }) = &record.outcome {
            counts.attempts += u64::from(*attempts);
            let filtered = fault.kind == crate::domain::FaultKind::ContentFilter;
            counts.filtered += u64::from(filtered && record.status == Status::Measured);
        }
        if let Some(Outcome::Answered { reply, attempts, .. }) = &record.outcome {
            counts.attempts += u64::from(*attempts);
            let filtered = reply.finish == Finish::Filter || reply.blocked.is_some();
            counts.filtered += u64::from(filtered && record.status == Status::Measured);
        }
        if record.status == Status::Measured {
            counts.judged += u64::from(record.pass.is_some());
            counts.passed += u64::from(record.pass == Some(true));
            counts.cut_short += u64::from(reply.is_some_and(|reply| reply.finish == Finish::Length));
            counts.empty +=
                u64::from(reply.is_some_and(|reply| text_of(reply).trim().is_empty() && reply.tool_calls.is_empty()));
        }
        let Some(Outcome::Answered {
            reply,
            timing,
            cost,
            cached,
            ..
        }) = &record.outcome
        else {
            return;
        };
        if *cached {
            self.counts.cached += u64::from(record.status == Status::Measured);
        } else {
            self.paid.take(cost);
            if timing.suspended {
                self.counts.suspended += 1;
            } else {
                self.times.push(tenths(timing.total_us));
                self.first_texts.extend(timing.first_text_us.map(tenths));
            }
        }
        self.usage(reply);
        if let Some(model) = &reply.model {
            let known = self.models.iter().position(|(name, _)| name == model);
            match known {
                Some(at) => self.models[at].1 += 1,
                None if self.models.len() < MODELS => self.models.push((model.clone(), 1)),
                None => {}
            }
        }
    }

    fn usage(&mut self, reply: &Reply) {
        let Usage {
            input,
            output,
            reasoning,
            ..
        } = reply.usage;
        self.input.add(input);
        self.output.add(output);
        self.reasoning.add(reasoning);
    }

    /// Takes what the column made of a case, once all its trials were pushed.
    pub(super) fn case(&mut self, square: &Square) {
        if let Some(rate) = square.rate() {
            self.rates.push(rate);
        }
        if let Some(score) = square.score {
            self.scores.push(score);
        }
    }

    /// The column, at the end.
    pub(super) fn finish(mut self, (target, prompt, label): (usize, usize, String), trials: u32) -> Column {
        self.models.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let pass = rate(&self.rates, &self.counts, trials);
        Column {
            target,
            prompt,
            label,
            pass,
            score: self.scores.mean(),
            latency: latency(self.times, self.first_texts),
            counts: self.counts,
            input: self.input,
            output: self.output,
            reasoning: self.reasoning,
            paid: self.paid,
            models: self.models,
        }
    }
}

fn tenths(micros: u64) -> u32 {
    u32::try_from(micros / 100).unwrap_or(u32::MAX)
}

/// One answer a case: Wilson. Several: t over the means of the cases, and Wilson over the cases where all means are
/// equal and t would have width 0.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of cases stay far below 2^52"
)]
fn rate(cases: &Moments, counts: &Counts, trials: u32) -> Option<Rate> {
    let value = cases.mean()?;
    let n = cases.n();
    let spread = cases.deviation().is_some_and(|deviation| deviation > 0.0);
    if trials > 1 && spread {
        let interval = cases.interval(CONFIDENCE)?;
        return Some(Rate {
            value,
            low: interval.low.clamp(0.0, 1.0),
            high: interval.high.clamp(0.0, 1.0),
            method: Method::CaseMeans,
            error: cases.error()?,
            answers: counts.judged,
            cases: n,
        });
    }
    let passed = if trials > 1 {
        (value * n as f64).round() as u64
    } else {
        counts.passed
    };
    let interval = wilson(passed, n, CONFIDENCE)?;
    Some(Rate {
        value,
        low: interval.low.min(value),
        high: interval.high.max(value),
        method: Method::Wilson,
        error: (interval.high - interval.low) / (2.0 * normal_quantile(CONFIDENCE)),
        answers: counts.judged,
        cases: n,
    })
}

fn latency(times: Vec<u32>, first_texts: Vec<u32>) -> Latency {
    let n = times.len() as u64;
    let times = sorted_micros(times);
    Latency {
        n,
        p50: quantile(&times, 0.5),
        p95: if n >= P95_FROM { quantile(&times, 0.95) } else { None },
        p95_bounded: is_bounded(n, 0.95, CONFIDENCE),
        first_text_p50: quantile(&sorted_micros(first_texts), 0.5),
    }
}

fn sorted_micros(mut tenths: Vec<u32>) -> Vec<f64> {
    tenths.sort_unstable();
    tenths.into_iter().map(|tenth| f64::from(tenth) * 100.0).collect()
}
