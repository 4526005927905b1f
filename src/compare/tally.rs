//! What one column comes to, collected cell by cell.

use std::collections::{BTreeMap, HashMap};

use super::figures::{CONFIDENCE, Counts, Latency, Method, P95_FROM, Paid, Rate, Spread, Tokens};
use super::row::{Square, reply_of, text_of};
use crate::domain::review::Human;
use crate::domain::{Finish, Outcome, Record, Reply, RunInfo, Status, Usage};
use crate::stats::Interval;
use crate::stats::mean::Moments;
use crate::stats::proportion::{normal_quantile, wilson};
use crate::stats::quantile::{is_bounded, quantile};

/// Most entries for which room is taken beforehand.
const MOST_ROOM: usize = 1 << 22;

/// Reported model names that are told apart in a column.
const MODELS: usize = 20;

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
    /// Standard error of the mean of the rates of the cases, as if they were drawn from a normal distribution.
    pub pass_error: Option<f64>,
    /// Mean score; with several trials the mean of the means of the cases.
    pub score: Option<f64>,
    /// Times.
    pub latency: Latency,
    /// Input tokens of all answers, reused ones too.
    pub input: Tokens,
    /// Output tokens, thinking included.
    pub output: Tokens,
    /// Output tokens of the answers that told them.
    pub output_spread: Spread,
    /// Thinking tokens.
    pub reasoning: Tokens,
    /// What was paid.
    pub paid: Paid,
    /// Models that the provider says answered, most answers first. Outside text.
    pub models: Vec<(String, u64)>,
    /// Numbers that were imported beside the answers and judge nothing, by name, as they came. User's text.
    pub numbers: Vec<(String, Spread)>,
    /// What people say of the answers, where they were asked and may be told: one a scale, most answers first.
    pub people: Vec<People>,
}

/// What people say of a column's answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct People {
    /// Answers with a score of people.
    pub answers: u64,
    /// Scores given.
    pub ratings: u64,
    /// Lowest and highest score.
    pub scale: (u8, u8),
    /// Mean over the answers of people's means.
    pub mean: f64,
    /// Its 95 % interval; none for a single answer.
    pub interval: Option<Interval>,
    /// Mean automatic score of the same answers, where all of them have one.
    pub auto: Option<f64>,
    /// Rows in which people found this column best.
    pub best: u64,
    /// Rows with a choice.
    pub choices: u64,
}

/// Collects what people say of a column on one scale.
#[derive(Debug, Default)]
struct PeopleTally {
    means: Moments,
    autos: Moments,
    ratings: u64,
    best: HashMap<String, u64>,
}

impl PeopleTally {
    fn push(&mut self, human: &Human, auto: Option<f64>) {
        if let Some(mean) = human.mean {
            self.means.push(mean);
            if let Some(auto) = auto {
                self.autos.push(auto);
            }
            self.ratings += u64::from(human.n);
        }
        if let Some(best) = &human.best {
            *self.best.entry(best.clone()).or_default() += 1;
        }
    }

    fn finish(self, scale: (u8, u8), label: &str) -> Option<People> {
        let (low, high) = (f64::from(scale.0), f64::from(scale.1));
        Some(People {
            answers: self.means.n(),
            auto: self.autos.mean().filter(|_| self.autos.n() == self.means.n()),
            ratings: self.ratings,
            scale,
            mean: self.means.mean()?,
            interval: self.means.interval(CONFIDENCE).map(|found| Interval {
                low: found.low.clamp(low, high),
                high: found.high.clamp(low, high),
            }),
            best: self.best.get(label).copied().unwrap_or(0),
            choices: self.best.values().sum(),
        })
    }
}

/// Collects a column.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: Counts,
    rates: Moments,
    scores: Moments,
    // Microseconds, to seven digits: four bytes an answer and figure is all that grows with the suite.
    times: Vec<f32>,
    first_texts: Vec<f32>,
    output_tokens: Vec<f32>,
    input: Tokens,
    output: Tokens,
    reasoning: Tokens,
    paid: Paid,
    models: Vec<(String, u64)>,
    // Scores on different scales have no common mean.
    people: BTreeMap<(u8, u8), PeopleTally>,
    /// Collected for imported runs only: elsewhere a label without weight is no number, whatever it looks like.
    numbers: Option<Vec<(String, Vec<f64>)>>,
}

/// Room for so many entries a case, within reason.
pub(super) fn room(info: &RunInfo, each: u64) -> usize {
    usize::try_from(info.cases.saturating_mul(each)).map_or(MOST_ROOM, |entries| entries.min(MOST_ROOM))
}

impl Tally {
    /// Before the first cell of a run. Room for all of them is taken once: lists that double as they grow would need half as
    /// much again, and memory that is not used yet costs nothing.
    pub(super) fn of(info: &RunInfo) -> Self {
        let cells = room(info, u64::from(info.trials));
        Self {
            times: Vec::with_capacity(cells),
            first_texts: Vec::with_capacity(cells),
            output_tokens: Vec::with_capacity(cells),
            numbers: info.imported.is_some().then(Vec::new),
            ..Self::default()
        }
    }

    /// Takes a cell.
    pub(super) fn push(&mut self, record: &Record) {
        for human in record.human.iter().flat_map(|human| human.every_scale()) {
            self.people.entry(human.scale).or_default().push(human, record.score);
        }
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
            } else if timing.total_us > 0 {
                // Imported answers may come without times.
                self.times.push(micros(timing.total_us));
                self.first_texts.extend(timing.first_text_us.map(micros));
            }
        }
        if let Some(numbers) = &mut self.numbers {
            for score in record.scores.iter().filter(|score| score.weight <= 0.0) {
                let value = score.label.as_ref().and_then(|label| label.parse::<f64>().ok());
                let Some(value) = value.filter(|value| value.is_finite()) else {
                    continue;
                };
                match numbers.iter_mut().find(|(name, _)| *name == score.scorer) {
                    Some((_, values)) => values.push(value),
                    None => numbers.push((score.scorer.clone(), vec![value])),
                }
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
        self.output_tokens.extend(output.map(micros));
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
            pass,
            pass_error: self.rates.error(),
            output_spread: Spread::of(&sorted(self.output_tokens)),
            numbers: self
                .numbers
                .unwrap_or_default()
                .into_iter()
                .map(|(name, mut values)| {
                    values.sort_unstable_by(f64::total_cmp);
                    (name, Spread::of(&values))
                })
                .collect(),
            people: {
                let scales = self.people.into_iter();
                let mut all: Vec<People> = scales
                    .filter_map(|(scale, tally)| tally.finish(scale, &label))
                    .collect();
                all.sort_by_key(|people| std::cmp::Reverse(people.answers));
                all
            },
            label,
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

#[expect(
    clippy::cast_precision_loss,
    reason = "seven digits of a time are more than a clock gives"
)]
fn micros(micros: u64) -> f32 {
    micros as f32
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
    let value = if trials > 1 { value } else { passed as f64 / n as f64 };
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

pub(super) fn latency(times: Vec<f32>, first_texts: Vec<f32>) -> Latency {
    let n = times.len() as u64;
    let times = sorted(times);
    let first_texts = sorted(first_texts);
    Latency {
        n,
        p50: quantile(&times, 0.5),
        p95: if n >= P95_FROM { quantile(&times, 0.95) } else { None },
        p95_bounded: is_bounded(n, 0.95, CONFIDENCE),
        first_text_p50: quantile(&first_texts, 0.5),
        total: Spread::of(&times),
        first_text: Spread::of(&first_texts),
    }
}

fn sorted(mut values: Vec<f32>) -> Vec<f64> {
    values.sort_unstable_by(f32::total_cmp);
    values.into_iter().map(f64::from).collect()
}
