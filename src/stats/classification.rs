//! Labels given against labels wanted.

use serde::Serialize;

use super::float::{quotient, real};
use super::proportion::wilson;
use super::reason::Reason;

/// One label.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PerClass {
    /// Of the answers with this label, the share that is right; 0 when there is none.
    pub precision: f64,
    /// Of the items with this label, the share that was answered so; 0 when there is none.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
    /// Items with this label.
    pub support: usize,
    /// Answers with this label.
    pub predicted: usize,
}

/// Classification measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Classification {
    /// Items.
    pub n: usize,
    /// Share right.
    pub accuracy: Option<f64>,
    /// Lower end of its Wilson interval.
    pub accuracy_low: Option<f64>,
    /// Upper end of its Wilson interval.
    pub accuracy_high: Option<f64>,
    /// Items without a readable answer: wrong, but in no column.
    pub unanswered: usize,
    /// Mean precision over labels.
    pub macro_precision: Option<f64>,
    /// Mean recall over labels.
    pub macro_recall: Option<f64>,
    /// Mean F1 over labels.
    pub macro_f1: Option<f64>,
    /// F1 weighted by items.
    pub weighted_f1: Option<f64>,
    /// F1 over all answers at once.
    pub micro_f1: Option<f64>,
    /// Mean recall over labels that occur.
    pub balanced_accuracy: Option<f64>,
    /// Each label.
    pub per_class: Vec<PerClass>,
    /// Rows are the truth, columns the answers.
    pub confusion: Vec<Vec<usize>>,
    /// Labels that never occur among the items, by number.
    pub absent: Vec<usize>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Measures answers: pairs of (label wanted, label answered) as numbers below `labels`; an answer that could not be read is none.
///
/// Precision, recall and F1 of an empty label are 0, and the label is named in `absent`. Checked against scikit-learn 1.9
/// (`precision_recall_fscore_support`).
///
/// # Panics
/// When a number is not below `labels`.
#[must_use]
pub fn classify(pairs: &[(usize, Option<usize>)], labels: usize) -> Classification {
    let n = pairs.len();
    let mut confusion = vec![vec![0usize; labels]; labels];
    let mut support = vec![0usize; labels];
    for (wanted, answered) in pairs {
        support[*wanted] += 1;
        if let Some(answered) = answered {
            confusion[*wanted][*answered] += 1;
        }
    }
    let or_zero = |above: usize, below: usize| quotient(real(above), real(below)).unwrap_or(0.0);
    let per_class: Vec<PerClass> = (0..labels)
        .map(|label| {
            let right = confusion[label][label];
            let predicted = confusion.iter().map(|row| row[label]).sum();
            PerClass {
                precision: or_zero(right, predicted),
                recall: or_zero(right, support[label]),
                f1: or_zero(2 * right, predicted + support[label]),
                support: support[label],
                predicted,
            }
        })
        .collect();
    let right: usize = (0..labels).map(|label| confusion[label][label]).sum();
    let answered: usize = per_class.iter().map(|class| class.predicted).sum();
    let mean = |of: fn(&PerClass) -> f64| quotient(per_class.iter().map(of).sum::<f64>(), real(labels));
    let measured = |value: Option<f64>| value.filter(|_| n > 0);
    let occurring: Vec<&PerClass> = per_class.iter().filter(|class| class.support > 0).collect();
    let interval = wilson(right as u64, n as u64, 0.95);
    Classification {
        n,
        accuracy: quotient(real(right), real(n)),
        accuracy_low: interval.map(|interval| interval.low),
        accuracy_high: interval.map(|interval| interval.high),
        unanswered: n - answered,
        macro_precision: measured(mean(|class| class.precision)),
        macro_recall: measured(mean(|class| class.recall)),
        macro_f1: measured(mean(|class| class.f1)),
        weighted_f1: quotient(
            per_class.iter().map(|class| class.f1 * real(class.support)).sum(),
            real(n),
        ),
        micro_f1: quotient(2.0 * real(right), real(answered + n)),
        balanced_accuracy: quotient(occurring.iter().map(|class| class.recall).sum(), real(occurring.len())),
        absent: (0..labels).filter(|label| support[*label] == 0).collect(),
        per_class,
        confusion,
        reason: (n == 0).then_some(Reason::Empty),
    }
}
