//! Pairs judged in both orders: does the judge prefer a place?

use serde::Serialize;

use super::binomial::fair_coin;
use super::float::{quotient, real};
use super::kappa::{self, Weights};
use super::reason::Reason;

/// A verdict on two answers, told by model, not by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The first model's answer is better.
    A,
    /// The second model's answer is better.
    B,
    /// Neither.
    Tie,
}

impl Verdict {
    /// Score of the first model.
    fn score(self) -> f64 {
        match self {
            Self::A => 1.0,
            Self::B => 0.0,
            Self::Tie => 0.5,
        }
    }

    fn number(self) -> usize {
        match self {
            Self::A => 0,
            Self::B => 1,
            Self::Tie => 2,
        }
    }
}

/// What swapping the order shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PositionSwap {
    /// Pairs judged in both orders.
    pub n: usize,
    /// The first model in both.
    pub consistent_a: usize,
    /// The second model in both.
    pub consistent_b: usize,
    /// A tie in both.
    pub consistent_tie: usize,
    /// Verdict changed with the order.
    pub inconsistent: usize,
    /// Share of unchanged verdicts.
    pub consistency: Option<f64>,
    /// The answer shown first both times.
    pub always_first: usize,
    /// The answer shown second both times.
    pub always_second: usize,
    /// Exact p that first and second are equally liked.
    pub p_position: Option<f64>,
    /// Share of the answer shown first among verdicts that are no ties.
    pub first_position_rate: Option<f64>,
    /// Score of the first model, a win only where both orders agree.
    pub score_a_strict: Option<f64>,
    /// Score of the first model, the mean over orders.
    pub score_a_average: Option<f64>,
    /// Cohen's kappa between the orders.
    pub kappa: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Compares verdicts of pairs shown with the first model's answer first (`.0`) and second (`.1`).
///
/// Zheng and others 2023, "Judging LLM-as-a-judge with MT-Bench and Chatbot Arena"; Wang and others 2023, "Large language
/// models are not fair evaluators". Checked against scikit-learn 1.9 and scipy 1.12.
#[must_use]
pub fn swap(pairs: &[(Verdict, Verdict)]) -> PositionSwap {
    let n = real(pairs.len());
    let count = |one: Verdict, other: Verdict| pairs.iter().filter(|pair| **pair == (one, other)).count();
    let (both_a, both_b, both_tie) = (
        count(Verdict::A, Verdict::A),
        count(Verdict::B, Verdict::B),
        count(Verdict::Tie, Verdict::Tie),
    );
    let (first, second) = (count(Verdict::A, Verdict::B), count(Verdict::B, Verdict::A));
    let consistent = both_a + both_b + both_tie;
    let chose = |wanted: Verdict, of: fn(&(Verdict, Verdict)) -> Verdict| {
        pairs.iter().filter(|pair| of(pair) == wanted).count()
    };
    let on_first = chose(Verdict::A, |pair| pair.0) + chose(Verdict::B, |pair| pair.1);
    let on_second = chose(Verdict::B, |pair| pair.0) + chose(Verdict::A, |pair| pair.1);
    let numbers: Vec<(usize, usize)> = pairs.iter().map(|pair| (pair.0.number(), pair.1.number())).collect();
    let kappa = kappa::cohen(&numbers, 3, Weights::Identity, 0.95);
    let total: f64 = pairs.iter().map(|pair| pair.0.score() + pair.1.score()).sum();
    PositionSwap {
        n: pairs.len(),
        consistent_a: both_a,
        consistent_b: both_b,
        consistent_tie: both_tie,
        inconsistent: pairs.len() - consistent,
        consistency: quotient(real(consistent), n),
        always_first: first,
        always_second: second,
        p_position: (!pairs.is_empty()).then(|| fair_coin(first, first + second)),
        first_position_rate: quotient(real(on_first), real(on_first + on_second)),
        score_a_strict: quotient(real(both_a) + 0.5 * real(pairs.len() - both_a - both_b), n),
        score_a_average: quotient(total, 2.0 * n),
        kappa: kappa.kappa,
        reason: kappa.reason,
    }
}
