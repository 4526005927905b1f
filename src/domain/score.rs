//! Judgements of one answer.

use serde::{Deserialize, Serialize};

use super::said::Said;

/// What a scorer says of one answer, before threshold and `not` are applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grade {
    /// The judgement.
    pub mark: Mark,
    /// The reason in a few words; may quote the answer, so it is outside text.
    pub why: Said,
}

/// A judgement: pass, points, label, or unscored with a reason. Never a not-a-number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Right or wrong.
    Pass(bool),
    /// From 0 (worst) to 1 (best); passes from the threshold on.
    Points(f64),
    /// A word, for slices; neither passes nor fails.
    Label(String),
    /// No judgement possible, and why.
    Unscored(Said),
}

impl Grade {
    /// Right or wrong, with the reason.
    #[must_use]
    pub fn pass(pass: bool, why: impl Into<Said>) -> Self {
        Self {
            mark: Mark::Pass(pass),
            why: why.into(),
        }
    }

    /// Points, with the reason.
    #[must_use]
    pub fn points(points: f64, why: impl Into<Said>) -> Self {
        Self {
            mark: Mark::Points(points),
            why: why.into(),
        }
    }

    /// No judgement, with the reason.
    #[must_use]
    pub fn unscored(why: impl Into<Said>) -> Self {
        let why = why.into();
        Self {
            mark: Mark::Unscored(why.clone()),
            why,
        }
    }
}

/// A judgement as it counts and as it is stored: threshold and `not` applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The scorer's name in the suite.
    pub scorer: String,
    /// Whether it passed; absent for labels and unscored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<bool>,
    /// From 0 to 1; absent for labels and unscored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
    /// The label, for scorers that give one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Why there is no judgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unscored: Option<Said>,
    /// The reason in a few words; outside text.
    pub why: Said,
    /// Share in the weighted score of the answer.
    pub weight: f64,
}
