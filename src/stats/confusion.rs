//! What a judge's verdicts are worth against people's.

use serde::Serialize;

use super::float::{quotient, real};
use super::reason::Reason;

/// A judge's yes and no against people's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgeConfusion {
    /// Both say yes.
    pub tp: usize,
    /// The judge alone says yes.
    pub fp: usize,
    /// People alone say yes.
    pub r#fn: usize,
    /// Both say no.
    pub tn: usize,
    /// Share of agreement.
    pub accuracy: Option<f64>,
    /// Of the judge's yes, people's share of yes.
    pub precision: Option<f64>,
    /// Of people's yes, the judge's share of yes (sensitivity).
    pub recall: Option<f64>,
    /// Of people's no, the judge's share of no.
    pub specificity: Option<f64>,
    /// Harmonic mean of precision and recall.
    pub f1: Option<f64>,
    /// Mean of recall and specificity.
    pub balanced_accuracy: Option<f64>,
    /// Matthews' correlation.
    pub mcc: Option<f64>,
    /// Cohen's kappa.
    pub kappa: Option<f64>,
    /// Share of yes by people.
    pub human_rate: Option<f64>,
    /// Share of yes by the judge.
    pub judge_rate: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Counts pairs (people's verdict, judge's verdict). A ratio with an empty denominator is null, not 0. Checked against
/// scikit-learn 1.9.
#[must_use]
pub fn judge(pairs: &[(bool, bool)]) -> JudgeConfusion {
    let count = |wanted: (bool, bool)| pairs.iter().filter(|pair| **pair == wanted).count();
    let (tp, fp) = (count((true, true)), count((false, true)));
    let (missed, tn) = (count((true, false)), count((false, false)));
    let n = real(pairs.len());
    let share = |part: usize, of: usize| quotient(real(part), real(of));
    let (recall, specificity) = (share(tp, tp + missed), share(tn, tn + fp));
    let (yes, no) = (real(tp + missed), real(fp + tn));
    let (judged_yes, judged_no) = (real(tp + fp), real(missed + tn));
    let expected = quotient(yes * judged_yes + no * judged_no, n * n);
    let accuracy = share(tp + tn, pairs.len());
    JudgeConfusion {
        tp,
        fp,
        r#fn: missed,
        tn,
        accuracy,
        precision: share(tp, tp + fp),
        recall,
        specificity,
        f1: share(2 * tp, 2 * tp + fp + missed),
        balanced_accuracy: recall
            .zip(specificity)
            .map(|(recall, specificity)| f64::midpoint(recall, specificity)),
        mcc: quotient(
            real(tp) * real(tn) - real(fp) * real(missed),
            (yes * no).sqrt() * (judged_yes * judged_no).sqrt(),
        ),
        kappa: accuracy
            .zip(expected)
            .and_then(|(accuracy, expected)| quotient(accuracy - expected, 1.0 - expected)),
        human_rate: quotient(yes, n),
        judge_rate: quotient(judged_yes, n),
        reason: match (pairs.len(), yes, no) {
            (0, ..) => Some(Reason::Empty),
            (_, 0.0, _) => Some(Reason::NoPositives),
            (_, _, 0.0) => Some(Reason::NoNegatives),
            _ => None,
        },
    }
}

/// A rate corrected for a judge's errors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TrueRate {
    /// The rate, within 0 and 1.
    pub rate: Option<f64>,
    /// Why it is missing.
    pub reason: Option<Reason>,
}

/// True rate = (judge's rate + specificity − 1)/(sensitivity + specificity − 1), clipped (Rogan and Gladen 1978, "Estimating
/// prevalence from the results of a screening test"); none when the judge is no better than chance.
#[must_use]
pub fn rogan_gladen(judge_rate: f64, sensitivity: f64, specificity: f64) -> TrueRate {
    let informed = sensitivity + specificity - 1.0;
    if informed <= 0.0 {
        return TrueRate {
            rate: None,
            reason: Some(Reason::NotIdentified),
        };
    }
    TrueRate {
        rate: Some(((judge_rate + specificity - 1.0) / informed).clamp(0.0, 1.0)),
        reason: None,
    }
}
