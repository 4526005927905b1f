//! What a gate found: data for every form in which it is told. The overall verdict is worked out here and nowhere else.

use std::collections::HashMap;

use crate::compare::{Paid, Paired};
use crate::config::{CheckKind, OnInconclusive};
use crate::domain::{Money, Said};

use super::baseline::Damage;

/// The verdict on a whole run.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Id of the run.
    pub run: String,
    /// Name of the suite. User's text.
    pub suite: String,
    /// Fingerprint of the suite.
    pub suite_fp: String,
    /// Version of the program that made the run.
    pub version: String,
    /// The answers came from the simulator.
    pub simulated: bool,
    /// What the run is compared with, as a person would name it; none when no check compares.
    pub against: Option<String>,
    /// The baseline is a run rather than files.
    pub against_run: bool,
    /// Cases of the run.
    pub cases: u64,
    /// Repeats.
    pub trials: u32,
    /// What an inconclusive gate does.
    pub on_inconclusive: OnInconclusive,
    /// Least share that must be measured.
    pub coverage_min: f64,
    /// Measured share of every column that is in a check.
    pub coverage: Vec<Coverage>,
    /// The checks, in the order of the rules.
    pub checks: Vec<Check>,
    /// What a reader must know beside them.
    pub notes: Vec<Remark>,
    /// What the run cost.
    pub paid: Paid,
    /// Answers that were reused.
    pub cached: u64,
    /// Cells not measured: column, case, trial, kind.
    pub misses: Vec<(String, String, u32, String)>,
    /// All of them, those not listed included.
    pub missed: u64,
    /// Repeats of failing must-pass cases that were asked for this verdict; what they cost is in `paid`.
    pub repeats: Option<Repeats>,
    /// Cells that fail now, by (column, case), with what the baseline says of them.
    pub failing: Vec<(usize, usize, Earlier)>,
    /// Cases whose trials differ, by (column, case), trial by trial; empty until they are looked up.
    pub flaky: HashMap<(usize, usize), Vec<Told>>,
    /// What has to be said again for the commands that a reader is advised to use.
    pub options: Options,
}

/// A trial of a case whose trials differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Its number, from 1.
    pub trial: u32,
    /// It passed; none without a verdict.
    pub passed: Option<bool>,
    /// Why it failed, in the words of its scorers. Outside text.
    pub why: Said,
}

/// Must-pass cases that were asked again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Repeats {
    /// The cases, each on its column.
    pub cases: Vec<Repeated>,
    /// What asking them again cost.
    pub paid: Paid,
    /// More repeats were wished for than an earlier gate had settled on: in how many cases, and how many were wished for.
    pub refused: Option<(u64, u32)>,
}

impl Repeats {
    /// The repeats of a case on a column.
    #[must_use]
    pub fn of(&self, lane: usize, case: &str) -> Option<&Repeated> {
        self.cases.iter().find(|again| again.lane == lane && again.case == case)
    }

    /// Counts repeats of a case, beside those that are known of it.
    pub fn add(&mut self, more: Repeated) {
        let known = |again: &&mut Repeated| again.lane == more.lane && again.case == more.case;
        match self.cases.iter_mut().find(known) {
            Some(again) => {
                again.passed += more.passed;
                again.measured += more.measured;
                again.asked += more.asked;
                again.earlier += more.earlier;
                again.settled = again.settled.max(more.settled);
            }
            None => self.cases.push(more),
        }
    }
}

/// A case that was asked again.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeated {
    /// Its column.
    pub lane: usize,
    /// Its id. User's text.
    pub case: String,
    /// Repeats that passed.
    pub passed: u32,
    /// Repeats that were measured: what was not says nothing.
    pub measured: u32,
    /// Repeats that were asked.
    pub asked: u32,
    /// Of them, those that an earlier gate on the same run asked.
    pub earlier: u32,
    /// Repeats that the first gate settled on, which later ones hold to.
    pub settled: u32,
}

/// What the baseline says of a case that fails now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// It failed there, too.
    Failed,
    /// It passed there.
    Passed,
    /// Nothing: there is none, or the case is new or changed.
    Unknown,
}

/// Options that a command has to be given again, each with a blank before it, quoted for a shell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// For every command: where runs and configuration are.
    pub global: String,
    /// For `narani gate`: its rules and its baseline.
    pub gate: String,
    /// For `narani baseline`: the folder, where it is not the one that is taken by itself.
    pub baseline: String,
}

/// The one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overall {
    /// No check failed and all could be decided.
    Pass,
    /// A check failed.
    Fail,
    /// No check failed, some could not be decided.
    Inconclusive,
    /// There is nothing valid to compare with.
    NoBaseline,
}

impl Overall {
    /// The word of JSON and of the outputs of CI services.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::NoBaseline => "no_baseline",
        }
    }
}

impl Verdict {
    /// The one word: any failed check makes a failure; else a missing or unusable baseline has to be mended first; else any
    /// check that could not be decided leaves the whole undecided.
    #[must_use]
    pub fn overall(&self) -> Overall {
        let any = |wanted: fn(&State) -> bool| self.checks.iter().any(|check| wanted(&check.state));
        if any(|state| matches!(state, State::Fail)) {
            Overall::Fail
        } else if any(|state| matches!(state, State::NoBaseline(_))) {
            Overall::NoBaseline
        } else if any(|state| matches!(state, State::Inconclusive(_))) || self.checks.is_empty() {
            Overall::Inconclusive
        } else {
            Overall::Pass
        }
    }

    /// The exit code: 0 pass (or undecided where that only warns), 1 fail, 3 undecided, 4 no usable baseline.
    #[must_use]
    pub fn exit(&self) -> u8 {
        match (self.overall(), self.on_inconclusive) {
            (Overall::Pass, _) | (Overall::Inconclusive, OnInconclusive::Warn) => 0,
            (Overall::Fail, _) => 1,
            (Overall::Inconclusive, OnInconclusive::Fail) => 3,
            (Overall::NoBaseline, _) => 4,
        }
    }

    /// Checks in a state.
    pub fn failed(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.state == State::Fail)
    }
}

/// The measured share of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// The column. User's text.
    pub label: String,
    /// Cells planned.
    pub planned: u64,
    /// Cells measured.
    pub measured: u64,
    /// Kinds of what was not, most first.
    pub kinds: Vec<(String, u64)>,
    /// Below the floor.
    pub low: bool,
}

/// How a check came out.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It could not be decided.
    Inconclusive(Undecided),
    /// There is nothing valid to compare with.
    NoBaseline(Trouble),
}

/// Why a check could not be decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Undecided {
    /// Too little of the column was measured.
    Coverage,
    /// Nothing was measured that this check looks at.
    Nothing,
    /// Every case that this check looks at is in quarantine.
    Aside,
    /// So many cases of the check were not measured.
    NotMeasured(u64),
    /// The mean holds the floor, but so few cases do not show it.
    TooFew,
    /// Too few fresh answers for a percentile.
    FewAnswers(u64),
    /// The interval holds both a drop beyond the margin and none.
    Either,
    /// One case, or one cluster: no interval exists.
    OneCase,
    /// The target has a baseline and is not in the run.
    Absent,
}

/// Why there is nothing valid to compare with.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// The file does not exist.
    Missing {
        /// Where it would be.
        path: String,
        /// Where a proposal was written.
        pending: Option<String>,
    },
    /// The folder that was named does not exist.
    Folder {
        /// It.
        path: String,
        /// A folder beside it with nearly this name.
        near: Option<String>,
    },
    /// The file is damaged.
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        damage: Damage,
    },
    /// It says of itself that it is another column's.
    Target {
        /// The file.
        path: String,
        /// Whose it is.
        was: String,
    },
    /// It is of another suite.
    Suite {
        /// Which.
        was: String,
    },
    /// Answers were judged by other scorers.
    Scorers,
    /// Another number of trials.
    Trials {
        /// Then.
        was: u32,
        /// Now.
        now: u32,
    },
    /// One is simulated, the other is not.
    Simulated {
        /// The baseline is.
        baseline: bool,
    },
    /// More than a tenth of the baseline's cases changed, or are not in the run.
    Changed {
        /// So many changed.
        changed: u64,
        /// So many are not in the run.
        gone: u64,
        /// Of so many.
        of: u64,
    },
    /// Not one case in common.
    NoShared,
    /// Nothing was measured in it.
    Empty,
    /// The run that serves as baseline has no such column.
    NoColumn,
    /// No earlier run of the suite.
    NoEarlier,
}

/// One check on one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The rule.
    pub rule: CheckKind,
    /// The column; none for the whole run. User's text.
    pub label: Option<String>,
    /// Name of its target.
    pub target: Option<String>,
    /// Place of the column in the run.
    pub lane: Option<usize>,
    /// How it came out.
    pub state: State,
    /// Cases it rests on; fresh answers for latency.
    pub n: u64,
    /// Cases taken out of the comparison because they changed since the baseline.
    pub changed: u64,
    /// The figure at the baseline (share, points, milliseconds).
    pub before: Option<f64>,
    /// The figure now.
    pub now: Option<f64>,
    /// Interval of the figure now, for floors.
    pub interval: Option<(f64, f64)>,
    /// The paired comparison.
    pub paired: Option<Paired>,
    /// Whether no case changed its verdict at all.
    pub unchanged: bool,
    /// Cases that passed at the baseline and fail now.
    pub newly_failing: Vec<Moved>,
    /// Cases that failed and pass now.
    pub newly_passing: Vec<Moved>,
    /// Cases put aside by a quarantine, whose change does not count.
    pub quarantined: Vec<Moved>,
    /// For `must_pass`: cases that fail, by id.
    pub failing: Vec<Moved>,
    /// For `must_pass`: passing cases then and now, as (passing, of).
    pub held: (Option<(u64, u64)>, (u64, u64)),
    /// For `must_pass`: cases that were asked again.
    pub confirmed: Vec<Repeated>,
    /// What would decide a check that is not decided.
    pub needs: Option<Needs>,
    /// Change by tag: tag, cases, difference, adjusted p.
    pub by_tag: Vec<(String, u64, f64, Option<f64>)>,
}

impl Check {
    /// A check about which nothing is known yet.
    #[must_use]
    pub fn new(rule: CheckKind) -> Self {
        Self {
            rule,
            label: None,
            target: None,
            lane: None,
            state: State::Pass,
            n: 0,
            changed: 0,
            before: None,
            now: None,
            interval: None,
            paired: None,
            unchanged: false,
            newly_failing: Vec::new(),
            newly_passing: Vec::new(),
            quarantined: Vec::new(),
            failing: Vec::new(),
            held: (None, (0, 0)),
            confirmed: Vec::new(),
            needs: None,
            by_tag: Vec::new(),
        }
    }

    /// Half the width of the interval: drops smaller than about this would not show.
    #[must_use]
    pub fn detectable(&self) -> Option<f64> {
        let (low, high) = self.paired.as_ref()?.interval?;
        Some((high - low) / 2.0)
    }

    /// The word of the kind, as in the rules.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.rule {
            CheckKind::Regression { .. } => "regression",
            CheckKind::MustPass { .. } => "must_pass",
            CheckKind::Floor { .. } => "floor",
            CheckKind::LatencyP95 { .. } => "latency_p95",
            CheckKind::Cost { .. } => "cost",
        }
    }
}

/// How many cases would decide a check.
#[derive(Debug, Clone, PartialEq)]
pub struct Needs {
    /// So many, at the spread seen here.
    pub cases: u64,
    /// What asking them once costs at the price of this run; empty where that is not known.
    pub cost: Vec<Money>,
}

/// A case that changed, or fails where it must not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moved {
    /// Its place in the run.
    pub place: usize,
    /// Its id. User's text.
    pub case: String,
    /// Its tags. User's text.
    pub tags: Vec<String>,
    /// Its score at the baseline, where known.
    pub before: Option<f64>,
    /// Its score now.
    pub now: Option<f64>,
    /// It is also in a `must_pass` check that it fails.
    pub critical: bool,
    /// Why it fails now, in the words of its scorers. Outside text; empty until it is looked up.
    pub why: Said,
    /// The answer, where it is to be shown. Outside text.
    pub answer: String,
    /// Its suite file.
    pub file: String,
    /// Its line there, from 1; 0 where unknown.
    pub line: u32,
    /// Reason and last day of its quarantine.
    pub aside: Option<(String, String)>,
}

/// What a reader must know beside the checks.
#[derive(Debug, Clone, PartialEq)]
pub enum Remark {
    /// The provider now reports another model.
    Model {
        /// The column.
        label: String,
        /// Then. Outside text.
        was: String,
        /// Now. Outside text.
        now: String,
    },
    /// A column that no check looks at, with what was not measured there.
    Unchecked {
        /// The column.
        label: String,
        /// Kinds of errors with counts.
        kinds: Vec<(String, u64)>,
    },
    /// Reused answers cannot show a change on the provider's side.
    Cached {
        /// The column.
        label: String,
        /// So many.
        n: u64,
        /// Of so many.
        of: u64,
    },
    /// Cases that changed since the baseline and were taken out.
    Changed {
        /// The column.
        label: String,
        /// Their ids.
        cases: Vec<String>,
    },
    /// Cases of the baseline that the run does not have.
    Gone {
        /// The column.
        label: String,
        /// So many.
        n: u64,
    },
    /// Cases that the baseline does not have.
    New {
        /// The column.
        label: String,
        /// So many.
        n: u64,
    },
    /// The baseline is old.
    Stale {
        /// Days.
        days: i64,
        /// The limit.
        limit: u32,
    },
    /// Cases in quarantine that moved or fail, and are not counted.
    Aside {
        /// The column.
        label: String,
        /// Their ids with the last day of each.
        cases: Vec<(String, String)>,
    },
    /// A quarantined case that passes again and could be let back in.
    PassesAgain {
        /// The case.
        case: String,
        /// Last day of its quarantine.
        until: String,
    },
    /// Fewer cases than intervals can be trusted with.
    FewCases {
        /// So many.
        n: u64,
    },
}
