//! Probabilities of labels: read from tokens, scored, and compared with what came true.

use serde::Serialize;

use super::auroc;
use super::float::{exp, ln, quotient, real};
use super::reason::Reason;
use super::sum::sum;

/// Probabilities of labels from candidate tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelProbabilities {
    /// Probability of each label, summing to 1; none when no label was among the candidates.
    pub probabilities: Option<Vec<f64>>,
    /// What the labels held before they were made to sum to 1; below 0.5 the answer was hardly among them.
    pub mass: f64,
    /// The likeliest label, the first of equals.
    pub chosen: Option<usize>,
    /// Labels not among the candidates.
    pub absent: Vec<usize>,
}

/// Sums exp(logprob) over each label's spellings and makes the labels sum to 1; `spellings` of each label, `top` the
/// candidates with their logarithms.
#[must_use]
pub fn label_probabilities<S: AsRef<str>>(spellings: &[Vec<S>], top: &[(S, f64)]) -> LabelProbabilities {
    let mut masses = vec![0.0; spellings.len()];
    let mut absent = Vec::new();
    for (label, own) in spellings.iter().enumerate() {
        let mut found = false;
        for (token, logprob) in top {
            if own.iter().any(|spelling| spelling.as_ref() == token.as_ref()) {
                masses[label] += exp(*logprob);
                found = true;
            }
        }
        if !found {
            absent.push(label);
        }
    }
    let mass = sum(masses.iter().copied());
    let probabilities = (mass > 0.0).then(|| masses.iter().map(|part| part / mass).collect::<Vec<f64>>());
    LabelProbabilities {
        chosen: probabilities.as_deref().map(first_largest),
        probabilities,
        mass,
        absent,
    }
}

fn first_largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (at, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = at;
        }
    }
    best
}

/// Items whose top probability fell into one bin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// Number of the bin from 0, of equal width.
    pub bin: usize,
    /// Items in it.
    pub count: usize,
    /// Their mean top probability.
    pub confidence: f64,
    /// Their share right.
    pub accuracy: f64,
}

/// How good probabilities are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbabilityScores {
    /// Items.
    pub n: usize,
    /// Share whose likeliest label is right.
    pub accuracy: Option<f64>,
    /// Mean of −ln p(right label), p no smaller than 2⁻⁵².
    pub log_loss: Option<f64>,
    /// Mean over items of Σ_labels(p − y)².
    pub brier: Option<f64>,
    /// Expected calibration error; biased upwards for few items.
    pub ece: Option<f64>,
    /// Largest calibration error of a bin.
    pub mce: Option<f64>,
    /// Bins that hold items.
    pub bins: Vec<Bin>,
    /// Area under the curve: second label against first, or the mean of each against the rest.
    pub auroc: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Scores probabilities: `truth[i]` is the number of item i's label, `probabilities[i][label]` its probabilities, `bins` the
/// number of bins.
///
/// Brier 1950; Guo and others 2017, "On calibration of modern neural networks" (confidence c falls into bin ⌈c·bins⌉); Hand and
/// Till 2001. Checked against scikit-learn 1.9.
///
/// # Panics
/// When a row lacks a label of the truth, or there are not as many rows as items.
#[must_use]
pub fn scores<L: AsRef<[f64]>>(truth: &[usize], probabilities: &[L], labels: usize, bins: usize) -> ProbabilityScores {
    assert_eq!(truth.len(), probabilities.len(), "one row an item");
    let n = real(truth.len());
    let items = || truth.iter().zip(probabilities.iter().map(AsRef::as_ref));
    let mut counts = vec![(0usize, 0.0f64, 0usize); bins];
    let mut right = 0usize;
    for (label, row) in items() {
        let chosen = first_largest(row);
        let hit = chosen == *label;
        right += usize::from(hit);
        let slot = &mut counts[bin_of(row[chosen], bins)];
        slot.0 += 1;
        slot.1 += row[chosen];
        slot.2 += usize::from(hit);
    }
    let filled: Vec<Bin> = counts
        .iter()
        .enumerate()
        .filter(|(_, (count, ..))| *count > 0)
        .map(|(bin, (count, confidence, hits))| Bin {
            bin,
            count: *count,
            confidence: confidence / real(*count),
            accuracy: real(*hits) / real(*count),
        })
        .collect();
    let gap = |bin: &Bin| (bin.accuracy - bin.confidence).abs();
    let losses = items().map(|(label, row)| -ln(row[*label].clamp(f64::EPSILON, 1.0 - f64::EPSILON)));
    let briers = items().map(|(label, row)| {
        sum(row.iter().enumerate().map(|(at, p)| {
            let off = p - f64::from(at == *label);
            off * off
        }))
    });
    let auroc = ranking(truth, probabilities, labels);
    ProbabilityScores {
        n: truth.len(),
        accuracy: quotient(real(right), n),
        log_loss: quotient(sum(losses), n),
        brier: quotient(sum(briers), n),
        ece: quotient(sum(filled.iter().map(|bin| real(bin.count) * gap(bin))), n),
        mce: (!filled.is_empty()).then(|| filled.iter().map(gap).fold(0.0, f64::max)),
        bins: filled,
        auroc,
        reason: if truth.is_empty() {
            Some(Reason::Empty)
        } else {
            auroc.is_none().then_some(Reason::NoPositives)
        },
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the bins"
)]
fn bin_of(confidence: f64, bins: usize) -> usize {
    ((confidence * real(bins)).ceil() - 1.0).clamp(0.0, real(bins.max(1) - 1)) as usize
}

fn ranking<L: AsRef<[f64]>>(truth: &[usize], probabilities: &[L], labels: usize) -> Option<f64> {
    let against_rest = |label: usize| {
        let wanted: Vec<bool> = truth.iter().map(|truth| *truth == label).collect();
        let scores: Vec<f64> = probabilities.iter().map(|row| row.as_ref()[label]).collect();
        auroc::auroc(&wanted, &scores).auroc
    };
    if labels == 2 {
        return against_rest(1);
    }
    let each: Option<Vec<f64>> = (0..labels).map(against_rest).collect();
    each.and_then(|each| quotient(sum(each.iter().copied()), real(labels)))
}
