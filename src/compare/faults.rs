//! What was not measured and why, grouped so that each group has one remedy.

use crate::domain::{FaultKind, Outcome, Record, Retry, Said, SkipReason, Status};

/// Case ids kept of each group.
const IDS: usize = 20;

/// Cells of a target that were not measured for one reason.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultGroup {
    /// Index of the target.
    pub target: usize,
    /// The reason.
    pub kind: FaultKind,
    /// Whether asking again can help.
    pub again: bool,
    /// HTTP status of the first one, where there was one.
    pub status: Option<u16>,
    /// How many cells.
    pub cells: u64,
    /// Of those, never asked because the target was stopped or the budget was used up.
    pub skipped: u64,
    /// The first cases concerned, each once.
    pub cases: Vec<String>,
    /// Cases concerned in all.
    pub case_count: u64,
    /// The provider's words, or ours, of the first one. Outside text.
    pub message: Said,
}

impl FaultGroup {
    /// The group of one record alone; none when it is measured or was not reached yet.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        let mut faults = Faults::default();
        faults.push(record);
        faults.finish().pop()
    }
}

/// Collects groups.
#[derive(Debug, Default)]
pub(super) struct Faults {
    groups: Vec<(FaultGroup, u64)>,
}

impl Faults {
    /// Takes a record; those that are measured or not reached yet are passed over.
    pub(super) fn push(&mut self, record: &Record) {
        let Some((kind, skipped, message)) = kind_of(record) else {
            return;
        };
        // Cells that were skipped tell nothing of their own: they belong to what stopped the target.
        let (again, status) = match &record.outcome {
            Some(Outcome::Failed { fault, .. }) => (fault.retry == Retry::Again, fault.status),
            _ => (
                self.groups
                    .iter()
                    .any(|(group, _)| group.target == record.target && group.kind == kind && group.again),
                None,
            ),
        };
        let found = self
            .groups
            .iter()
            .position(|(group, _)| group.target == record.target && group.kind == kind && group.again == again);
        let at = found.unwrap_or_else(|| {
            let group = FaultGroup {
                target: record.target,
                kind,
                again,
                status,
                cells: 0,
                skipped: 0,
                cases: Vec::new(),
                case_count: 0,
                message: Said::default(),
            };
            self.groups.push((group, u64::MAX));
            self.groups.len() - 1
        });
        let (group, last_case) = &mut self.groups[at];
        group.cells += 1;
        group.skipped += u64::from(skipped);
        if *last_case != record.case_index {
            *last_case = record.case_index;
            group.case_count += 1;
            if group.cases.len() < IDS {
                group.cases.push(record.case.id.clone());
            }
        }
        if let Some(message) = message.filter(|_| group.message.is_empty()) {
            // A provider may send a page of HTML; nobody reads further than this.
            group.message = message.clone().map(|text| text.chars().take(400).collect());
        }
    }

    /// The groups, most cells first.
    pub(super) fn finish(self) -> Vec<FaultGroup> {
        let mut groups: Vec<FaultGroup> = self.groups.into_iter().map(|(group, _)| group).collect();
        groups.sort_by(|a, b| (b.cells, a.target, a.kind, a.again).cmp(&(a.cells, b.target, b.kind, b.again)));
        groups
    }
}

/// Why a record is not measured, whether it was never asked, and in what words; none when it is measured or was not
/// reached yet.
#[must_use]
pub fn kind_of(record: &Record) -> Option<(FaultKind, bool, Option<&Said>)> {
    match (record.status, record.outcome.as_ref()?) {
        (Status::Measured, _) => None,
        (_, Outcome::Skipped(SkipReason::Budget)) => Some((FaultKind::Budget, true, None)),
        (_, Outcome::Skipped(SkipReason::NoRecording)) => Some((FaultKind::NoRecording, true, None)),
        (_, Outcome::Skipped(SkipReason::NotImported)) => Some((FaultKind::NotImported, true, None)),
        (_, Outcome::Skipped(SkipReason::TargetStopped(kind))) => {
            Some((FaultKind::from_word(kind).unwrap_or(FaultKind::BadRequest), true, None))
        }
        (Status::Aborted, Outcome::Failed { fault, .. }) => Some((FaultKind::Aborted, false, Some(&fault.message))),
        (_, Outcome::Failed { fault, .. }) => Some((fault.kind, false, Some(&fault.message))),
        (_, Outcome::Answered { .. }) => {
            let broken = record.scores.iter().find_map(|score| score.unscored.as_ref());
            Some((FaultKind::Scorer, false, broken))
        }
    }
}
