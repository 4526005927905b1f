//! Preference with the length of the answers taken out.

use serde::Serialize;

use super::float::{exp, ln_1p, quotient, real, tanh};
use super::linear;
use super::reason::Reason;
use super::sum;

/// What is known of one case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// Preference for the model over the baseline, 0 to 1.
    pub preference: f64,
    /// Length of the baseline's answer, in Unicode scalar values.
    pub length_baseline: f64,
    /// Length of the model's answer.
    pub length_model: f64,
    /// Difficulty of the instruction, where known.
    pub difficulty: Option<f64>,
}

/// Coefficients of the logistic regression.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Coefficients {
    /// Of tanh((baseline length − model length)/sd).
    pub length: f64,
    /// Of the difficulty, where it is known for all cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<f64>,
    /// The constant.
    pub bias: f64,
}

/// Win rate as judged and with equal lengths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LengthControlled {
    /// Mean preference.
    pub win_rate: Option<f64>,
    /// Mean prediction with the length term set to 0.
    pub lc_win_rate: Option<f64>,
    /// Coefficients of the regression.
    pub coefficients: Option<Coefficients>,
    /// Mean length of the model's answers over that of the baseline's.
    pub length_ratio: Option<f64>,
    /// Cases.
    pub n: usize,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Length-controlled win rate: fractional logistic regression of the preference on the length term, the difficulty when every
/// case has one, and a constant.
///
/// The idea of Dubois, Galambosi, Liang and Hashimoto 2024, "Length-controlled AlpacaEval", without their regularisation. Not
/// identified when the terms separate the preferences or do not vary. Checked against statsmodels 0.15 (binomial regression
/// on fractional outcomes).
#[must_use]
pub fn controlled(cases: &[Compared]) -> LengthControlled {
    let preferences: Vec<f64> = cases.iter().map(|case| case.preference).collect();
    let off: Vec<f64> = cases
        .iter()
        .map(|case| case.length_baseline - case.length_model)
        .collect();
    let lengths = |of: fn(&Compared) -> f64| sum::sum(cases.iter().map(of));
    let mut found = LengthControlled {
        win_rate: sum::mean(&preferences),
        lc_win_rate: None,
        coefficients: None,
        length_ratio: quotient(lengths(|case| case.length_model), lengths(|case| case.length_baseline)),
        n: cases.len(),
        reason: Some(match cases.len() {
            0 => Reason::Empty,
            1 => Reason::OneCase,
            _ => Reason::NoVariance,
        }),
    };
    let sd = match sum::variance(&off, 1) {
        Some(variance) if variance > 0.0 => variance.sqrt(),
        _ => return found,
    };
    let difficulties: Option<Vec<f64>> = cases.iter().map(|case| case.difficulty).collect();
    let rows: Vec<Vec<f64>> = off
        .iter()
        .enumerate()
        .map(|(at, off)| {
            let mut row = vec![tanh(off / sd)];
            row.extend(difficulties.as_ref().map(|all| all[at]));
            row.push(1.0);
            row
        })
        .collect();
    let Some(fitted) = logistic(&rows, &preferences) else {
        found.reason = Some(Reason::NotIdentified);
        return found;
    };
    let predicted = rows.iter().map(|row| {
        let rest: f64 = row.iter().zip(&fitted).skip(1).map(|(x, b)| x * b).sum();
        1.0 / (1.0 + exp(-rest))
    });
    found.lc_win_rate = Some(sum::sum(predicted) / real(cases.len()));
    found.coefficients = Some(Coefficients {
        length: fitted[0],
        difficulty: difficulties.map(|_| fitted[1]),
        bias: fitted[fitted.len() - 1],
    });
    found.reason = None;
    found
}

/// Coefficients of greatest (quasi-)likelihood by Newton's method with halved steps; none when they run off to infinity or are
/// not fixed by the data.
fn logistic(rows: &[Vec<f64>], outcomes: &[f64]) -> Option<Vec<f64>> {
    let terms = rows.first()?.len();
    let along = |row: &[f64], b: &[f64]| row.iter().zip(b).map(|(x, b)| x * b).sum::<f64>();
    let value = |b: &[f64]| {
        sum::sum(rows.iter().zip(outcomes).map(|(row, y)| {
            let eta = along(row, b);
            y * eta - (eta.max(0.0) + ln_1p(exp(-eta.abs())))
        }))
    };
    let mut b = vec![0.0; terms];
    let mut best = value(&b);
    for _ in 0..200 {
        let mut gradient = vec![0.0; terms];
        let mut information = vec![vec![0.0; terms]; terms];
        for (row, y) in rows.iter().zip(outcomes) {
            let p = 1.0 / (1.0 + exp(-along(row, &b)));
            for (at, x) in row.iter().enumerate() {
                gradient[at] += x * (y - p);
                for (other, z) in row.iter().enumerate() {
                    information[at][other] += x * z * p * (1.0 - p);
                }
            }
        }
        let step = linear::solve(&information, &gradient)?;
        let mut scale = 1.0;
        let mut moved = 0.0f64;
        for _ in 0..60 {
            let next: Vec<f64> = b.iter().zip(&step).map(|(b, step)| b + scale * step).collect();
            let reached = value(&next);
            if reached >= best {
                moved = step.iter().fold(0.0f64, |most, step| most.max((scale * step).abs()));
                b = next;
                best = reached;
                break;
            }
            scale *= 0.5;
        }
        // Preferences that the terms separate pull the coefficients to infinity.
        if b.iter().any(|b| b.abs() > 1e3) {
            return None;
        }
        if moved < 1e-11 {
            let steepest = gradient.iter().fold(0.0f64, |most, slope| most.max(slope.abs()));
            let sure = linear::inverse_diagonal(&information)?
                .iter()
                .all(|variance| *variance < 1e5);
            return (sure && steepest < 1e-6 * real(rows.len()).sqrt()).then_some(b);
        }
    }
    None
}
