//! Rules of `narani gate`: the `[gate]` table of `config.toml`, or a file of its own named with `--rules`.
//!
//! Here is what the rules are; `read` reads and checks what is written, `file` says what may be written. Whether a rule fits a
//! run (targets, tags, scorers that exist) is told by `gate`, who has the run: every rule keeps its place for that.

use std::path::PathBuf;

use crate::domain::{Excerpt, Money, Place, Problem};

mod file;
mod read;

pub(super) use file::{CostFile, FloorFile, GateFile, LatencyFile, MustPassFile, QuarantineFile, RegressionFile};
pub(super) use read::read;
pub use read::{Misread, gate_rules, gate_rules_within};

/// Rules of a gate, checked as far as they can be without a run.
#[derive(Debug, Clone, PartialEq)]
pub struct GateRules {
    /// Folder of the baselines; one by the suite's name when absent.
    pub baseline: Option<PathBuf>,
    /// Least share of planned answers that must be measured, per target, from 0 to 1.
    pub coverage_min: f64,
    /// What an inconclusive gate does.
    pub on_inconclusive: OnInconclusive,
    /// Days after which a baseline is called old; a notice only.
    pub stale_after: Option<u32>,
    /// What is checked.
    pub checks: Vec<CheckRule>,
    /// Cases whose changes are told but do not count.
    pub quarantine: Vec<Quarantine>,
}

impl Default for GateRules {
    /// No drop of the passing rate by two points or more, on any target; 98 % measured.
    fn default() -> Self {
        Self {
            baseline: None,
            coverage_min: 0.98,
            on_inconclusive: OnInconclusive::Fail,
            stale_after: None,
            checks: vec![CheckRule {
                kind: CheckKind::Regression {
                    metric: Metric::Pass,
                    tag: None,
                    margin: MARGIN,
                    rule: Rule::ShownDrop,
                },
                targets: Vec::new(),
                stands: Stands::default(),
            }],
            quarantine: Vec::new(),
        }
    }
}

/// Smallest drop that fails where nothing else is said, as a share.
const MARGIN: f64 = 0.02;

/// What an inconclusive gate does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInconclusive {
    /// Ends with exit code 3.
    Fail,
    /// Says so and ends with exit code 0.
    Warn,
}

/// Where a rule stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stands {
    /// File, line, column.
    pub place: Option<Place>,
    /// The lines there.
    pub excerpt: Option<Box<Excerpt>>,
    /// Where its fields stand, and the items of lists, by [`Stands::item`].
    pub fields: Vec<(String, Stands)>,
}

impl Stands {
    /// A problem with this rule.
    #[must_use]
    pub fn tell(&self, mut problem: Problem) -> Problem {
        problem.place.clone_from(&self.place);
        problem.excerpt.clone_from(&self.excerpt);
        problem
    }

    /// A problem with a field of this rule, or with an item of one.
    #[must_use]
    pub fn tell_at(&self, field: &str, problem: Problem) -> Problem {
        let found = self.fields.iter().find(|(name, _)| name == field);
        found.map_or(self, |(_, stands)| stands).tell(problem)
    }

    /// The name of an item of a list.
    #[must_use]
    pub fn item(field: &str, text: &str) -> String {
        format!("{field}/{text}")
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckRule {
    /// What is checked.
    pub kind: CheckKind,
    /// On which targets; all when empty.
    pub targets: Vec<String>,
    /// Where the rule stands.
    pub stands: Stands,
}

/// What is checked.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    /// No drop against the baseline.
    Regression {
        /// Of what.
        metric: Metric,
        /// On cases with this tag only.
        tag: Option<String>,
        /// Smallest drop that counts, as a share (0.02 for two points).
        margin: f64,
        /// How it is decided.
        rule: Rule,
    },
    /// Every trial of the cases with a tag passes.
    MustPass {
        /// The tag.
        tag: String,
    },
    /// A rate or score is at least so high.
    Floor {
        /// Of what.
        metric: Metric,
        /// On cases with this tag only.
        tag: Option<String>,
        /// The floor, from 0 to 1.
        min: f64,
        /// What is compared with it.
        bound: Bound,
    },
    /// The 95th percentile of the time to answer is at most so high.
    LatencyP95 {
        /// Milliseconds.
        max_ms: u64,
    },
    /// The run cost at most so much, one amount a currency.
    Cost {
        /// The amounts.
        max: Vec<Money>,
    },
}

/// What a check looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metric {
    /// The passing rate.
    Pass,
    /// The weighted score.
    Score,
    /// The points of one scorer, by its name in the suite.
    Scorer(String),
}

impl Metric {
    /// The word in files and exports.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Pass => "pass",
            Self::Score => "score",
            Self::Scorer(name) => name,
        }
    }
}

/// How a regression is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Fails when a drop is shown that is at least the margin.
    ShownDrop,
    /// Passes only when a drop beyond the margin is ruled out.
    NoDrop,
}

impl Rule {
    /// The word in files and exports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ShownDrop => "shown-drop",
            Self::NoDrop => "no-drop",
        }
    }
}

/// What is compared with a floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The lower end of the interval.
    Lower,
    /// The mean.
    Point,
}

/// A case whose changes do not count for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Quarantine {
    /// Its id.
    pub case: String,
    /// On this target only.
    pub target: Option<String>,
    /// Why.
    pub reason: String,
    /// Last day.
    pub until: jiff::civil::Date,
    /// Where the entry stands.
    pub stands: Stands,
}
