//! Why a quantity does not exist, and what to say beside one that does.

use serde::Serialize;

/// Why a quantity is not there. Undefined is not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing was measured.
    Empty,
    /// One case has no spread.
    OneCase,
    /// One cluster has no spread between clusters.
    OneCluster,
    /// All values are the same.
    NoVariance,
    /// The class to be found never occurs.
    NoPositives,
    /// Every item is of the class to be found.
    NoNegatives,
    /// The order statistics lie outside the sample.
    NotEnoughRequests,
    /// The data do not fix the estimate.
    NotIdentified,
    /// The denominator's mean is not clearly above zero.
    DenominatorNearZero,
    /// Only one label occurs.
    OneLabel,
    /// Raters differ in number where the measure wants them equal.
    UnequalRaters,
    /// More is asked for than there is.
    TooFewSamples,
    /// The difference sought is zero, which no number of cases shows.
    NoEffect,
    /// No label was among the candidates.
    NoLabel,
}

impl Reason {
    /// The word in exports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::OneCase => "one_case",
            Self::OneCluster => "one_cluster",
            Self::NoVariance => "no_variance",
            Self::NoPositives => "no_positives",
            Self::NoNegatives => "no_negatives",
            Self::NotEnoughRequests => "not_enough_requests",
            Self::NotIdentified => "not_identified",
            Self::DenominatorNearZero => "denominator_near_zero",
            Self::OneLabel => "one_label",
            Self::UnequalRaters => "unequal_raters",
            Self::TooFewSamples => "too_few_samples",
            Self::NoEffect => "no_effect",
            Self::NoLabel => "no_label",
        }
    }
}

/// What to say beside a quantity that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Fewer than 30 cases or 10 clusters.
    SmallSample,
    /// A width of zero says nothing about the next case: show Wilson's interval beside it.
    NoVariance,
}

/// Notes on an estimate from `cases` in `clusters` with standard error `se`.
#[must_use]
pub(super) fn notes(cases: usize, clusters: Option<usize>, se: Option<f64>) -> Vec<Note> {
    let mut notes = Vec::new();
    if cases < 30 || clusters.is_some_and(|clusters| clusters < 10) {
        notes.push(Note::SmallSample);
    }
    if se == Some(0.0) {
        notes.push(Note::NoVariance);
    }
    notes
}
