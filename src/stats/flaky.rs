//! Cases that sometimes pass: which are flaky, and which got worse beyond chance.

use serde::Serialize;

use super::binomial::Draw;
use super::multiple;

/// What several samples of a case say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Every sample passed.
    Pass,
    /// No sample passed.
    Fail,
    /// Some did.
    Flaky,
    /// There are no samples.
    Unknown,
}

/// Passes among samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Passes {
    /// Samples that passed.
    pub passed: usize,
    /// All samples.
    pub of: usize,
}

impl Passes {
    /// What they say.
    #[must_use]
    pub fn state(self) -> State {
        match self.passed {
            _ if self.of == 0 => State::Unknown,
            0 => State::Fail,
            passed if passed == self.of => State::Pass,
            _ => State::Flaky,
        }
    }
}

/// One case under two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseChange {
    /// State under the baseline.
    pub baseline: State,
    /// State under the candidate.
    pub candidate: State,
    /// One-sided p of Fisher's exact test that the candidate passes less often; none without samples.
    pub p_worse: Option<f64>,
    /// The same, adjusted for many cases (Benjamini and Hochberg).
    pub q_worse: Option<f64>,
    /// Whether the case got worse beyond chance, over all cases.
    pub regressed: bool,
    /// Whether it passed always and now sometimes: listed, not failing.
    pub newly_flaky: bool,
}

/// Compares passes case by case; `alpha` bounds the share of false alarms among the cases called worse.
///
/// One sample a side can never be significant; ten against ten can. Checked against scipy 1.12 (`fisher_exact`, less) and
/// statsmodels 0.15.
#[must_use]
pub fn changes(cases: &[(Passes, Passes)], alpha: f64) -> Vec<CaseChange> {
    let p_values: Vec<Option<f64>> = cases
        .iter()
        .map(|(before, after)| {
            if before.of == 0 || after.of == 0 {
                return None;
            }
            // Passes of the baseline as white balls drawn: as many or more than seen.
            let draw = Draw {
                total: before.of + after.of,
                white: before.passed + after.passed,
                drawn: before.of,
            };
            Some(draw.at_least(before.passed))
        })
        .collect();
    let adjusted = multiple::adjust(&p_values, alpha);
    cases
        .iter()
        .enumerate()
        .map(|(at, (before, after))| CaseChange {
            baseline: before.state(),
            candidate: after.state(),
            p_worse: p_values[at],
            q_worse: adjusted.bh[at],
            regressed: adjusted.reject_bh[at],
            newly_flaky: before.state() == State::Pass && after.state() == State::Flaky,
        })
        .collect()
}
