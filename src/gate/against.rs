//! What a run is compared with: baseline files, or another run in the same form.

use std::path::Path;

use super::baseline::{Baseline, Line, file_name, print, scorers_print};
use super::verdict::Trouble;
use crate::compare::{Grid, Lane, Spot};

/// Share of changed or missing cases above which a whole column is no longer comparable, and a baseline is not replaced
/// unasked.
pub const CHANGED_MOST: f64 = 0.10;

/// What a run is compared with, one side a column of the run.
#[derive(Debug)]
pub struct Against {
    /// As a person would name it: a folder, or a run.
    pub name: String,
    /// It is a run.
    pub is_run: bool,
    /// Days since it was made, where that is known.
    pub age_days: Option<i64>,
    /// Targets that have a baseline and are not in the run. User's text.
    pub absent: Vec<String>,
    sides: Vec<Result<Side, Trouble>>,
}

/// One column's baseline, joined to the cases of the run.
#[derive(Debug)]
pub struct Side {
    baseline: Baseline,
    // Line of each case of the run; none where the case is new, or changed.
    lines: Vec<Option<u32>>,
    /// Ids of cases that changed since, and are taken out.
    pub changed: Vec<String>,
    // Their places in the run, ascending.
    changed_at: Vec<usize>,
    /// Cases of the baseline that the run does not have.
    pub gone: u64,
    /// Cases of the run that the baseline does not have.
    pub new: u64,
}

impl Against {
    /// Joins baselines to a run; one a column, or why there is none.
    #[must_use]
    pub fn new(
        name: String,
        is_run: bool,
        age_days: Option<i64>,
        now: &Grid,
        baselines: Vec<Result<Baseline, Trouble>>,
    ) -> Self {
        let mut baselines = baselines.into_iter();
        let sides = (0..now.lanes.len())
            .map(|lane| match baselines.next() {
                Some(found) => found.and_then(|baseline| {
                    of_column(&baseline, &name, &now.lanes[lane])?;
                    Side::join(baseline, now)
                }),
                None => Err(Trouble::NoColumn),
            })
            .collect();
        Self {
            name,
            is_run,
            age_days,
            absent: Vec::new(),
            sides,
        }
    }

    /// The same, with the targets that have a baseline and are not in the run.
    #[must_use]
    pub fn lacking(mut self, absent: Vec<String>) -> Self {
        self.absent = absent;
        self
    }

    /// The side of a column.
    ///
    /// # Errors
    /// Why there is none.
    pub fn side(&self, lane: usize) -> Result<&Side, &Trouble> {
        match self.sides.get(lane) {
            Some(side) => side.as_ref(),
            None => Err(&Trouble::NoColumn),
        }
    }

    /// The same with a trouble replaced, once a proposal was written.
    pub fn proposed(&mut self, lane: usize, at: String) {
        if let Some(Err(Trouble::Missing { pending, .. })) = self.sides.get_mut(lane) {
            *pending = Some(at);
        }
    }
}

/// What a file says of itself counts, not where it lies: one that was copied or renamed would judge a target by another's
/// answers.
fn of_column(baseline: &Baseline, folder: &str, column: &Lane) -> Result<(), Trouble> {
    let head = &baseline.head;
    if (&head.target, &head.prompt) == (&column.target, &column.prompt) {
        return Ok(());
    }
    let file = file_name(&column.target, column.prompt.as_deref());
    Err(Trouble::Target {
        path: Path::new(folder).join(file).display().to_string(),
        was: match &head.prompt {
            Some(prompt) => format!("{}/{prompt}", head.target),
            None => head.target.clone(),
        },
    })
}

impl Side {
    #[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
    fn join(baseline: Baseline, now: &Grid) -> Result<Self, Trouble> {
        let info = &now.info;
        let head = &baseline.head;
        if head.suite != info.suite {
            return Err(Trouble::Suite {
                was: head.suite.clone(),
            });
        }
        if baseline.simulated() != info.simulated {
            return Err(Trouble::Simulated {
                baseline: baseline.simulated(),
            });
        }
        if head.scorers_fp != scorers_print(info) {
            return Err(Trouble::Scorers);
        }
        if head.trials != info.trials {
            return Err(Trouble::Trials {
                was: head.trials,
                now: info.trials,
            });
        }
        if baseline.lines.is_empty() {
            return Err(Trouble::Empty);
        }
        let mut lines = vec![None; now.cases.len()];
        let (mut changed, mut changed_at) = (Vec::new(), Vec::new());
        let (mut shared, mut new) = (0u64, 0u64);
        for (case, known) in now.cases.iter().enumerate() {
            let Ok(place) = baseline
                .lines
                .binary_search_by(|line| line.case.as_bytes().cmp(known.id.as_bytes()))
            else {
                new += 1;
                continue;
            };
            shared += 1;
            if baseline.lines[place].print == print(known.print) {
                lines[case] = u32::try_from(place).ok();
            } else {
                changed.push(known.id.clone());
                changed_at.push(case);
            }
        }
        if shared == 0 {
            return Err(Trouble::NoShared);
        }
        let gone = baseline.lines.len() as u64 - shared;
        // A case that was taken out can hide a drop as well as one that was changed.
        let affected = changed.len() as u64 + gone;
        if affected as f64 > CHANGED_MOST * baseline.lines.len() as f64 {
            return Err(Trouble::Changed {
                changed: changed.len() as u64,
                gone,
                of: baseline.lines.len() as u64,
            });
        }
        Ok(Self {
            baseline,
            lines,
            changed,
            changed_at,
            gone,
            new,
        })
    }

    /// What the baseline says of a case of the run.
    #[must_use]
    pub fn before(&self, case: usize) -> Option<Spot> {
        self.line(case).map(Line::spot)
    }

    /// Whether a case of the run changed since the baseline.
    #[must_use]
    pub fn has_changed(&self, case: usize) -> bool {
        self.changed_at.binary_search(&case).is_ok()
    }

    /// The points of a scorer at the baseline.
    #[must_use]
    pub fn scorer(&self, case: usize, scorer: &str) -> Option<f64> {
        let line = self.line(case)?;
        match line.by.iter().find(|(name, _)| name == scorer) {
            Some((_, value)) => Some(super::baseline::share(*value)),
            // With a single scorer its points are the score.
            None if line.by.is_empty() => line.spot().score(),
            None => None,
        }
    }

    /// The 95th percentile of the time to answer, in milliseconds.
    #[must_use]
    pub fn p95_ms(&self) -> Option<u64> {
        self.baseline.head.p95_ms
    }

    /// The model that answered.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.baseline.head.model.as_deref()
    }

    /// The baseline itself.
    #[must_use]
    pub fn baseline(&self) -> &Baseline {
        &self.baseline
    }

    fn line(&self, case: usize) -> Option<&Line> {
        let place = (*self.lines.get(case)?)?;
        self.baseline.lines.get(place as usize)
    }
}
