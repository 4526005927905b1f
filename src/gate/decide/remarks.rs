//! What a reader must know beside the checks.

use super::Trial;
use crate::config::CheckKind;
use crate::gate::verdict::{Check, Remark};

pub(super) fn remarks(trial: &Trial<'_>, checked: &[bool], checks: &[Check]) -> Vec<Remark> {
    let now = trial.now;
    let mut notes = Vec::new();
    for lane in (0..now.lanes.len()).filter(|lane| checked[*lane]) {
        let label = || now.lanes[lane].label.clone();
        let Ok(side) = trial.against.side(lane) else {
            continue;
        };
        let compared = checks
            .iter()
            .any(|check| check.lane == Some(lane) && matches!(check.rule, CheckKind::Regression { .. }));
        if !compared {
            continue;
        }
        if let (Some(was), Some(is)) = (side.model(), &now.lanes[lane].model)
            && was != is
        {
            notes.push(Remark::Model {
                label: label(),
                was: was.to_owned(),
                now: is.clone(),
            });
        }
        if !side.changed.is_empty() {
            of_columns(
                &mut notes,
                Remark::Changed {
                    label: label(),
                    cases: side.changed.clone(),
                },
            );
        }
        if side.gone > 0 {
            of_columns(
                &mut notes,
                Remark::Gone {
                    label: label(),
                    n: side.gone,
                },
            );
        }
        if side.new > 0 {
            of_columns(
                &mut notes,
                Remark::New {
                    label: label(),
                    n: side.new,
                },
            );
        }
    }
    for (lane, column) in now.lanes.iter().enumerate() {
        if !checked[lane] {
            notes.push(Remark::Unchecked {
                label: column.label.clone(),
                kinds: column.kinds.clone(),
            });
        } else if column.counts.cached > 0 {
            notes.push(Remark::Cached {
                label: column.label.clone(),
                n: column.counts.cached,
                of: column.counts.planned,
            });
        }
    }
    if let (Some(limit), Some(days)) = (trial.rules.stale_after, trial.against.age_days)
        && days > i64::from(limit)
    {
        notes.push(Remark::Stale { days, limit });
    }
    notes.extend(put_aside(trial, checks));
    for entry in &trial.rules.quarantine {
        let Some(case) = now.find(&entry.case) else { continue };
        let columns = (0..now.lanes.len()).filter(|lane| {
            entry
                .target
                .as_ref()
                .is_none_or(|name| *name == now.lanes[*lane].target)
        });
        let mut judged = 0;
        let mut passed = 0;
        for lane in columns {
            judged += u32::from(now.spot(case, lane).judged);
            passed += u32::from(now.spot(case, lane).passed);
        }
        if judged > 0 && judged == passed {
            notes.push(Remark::PassesAgain {
                case: entry.case.clone(),
                until: entry.until.to_string(),
            });
        }
    }
    let fewest = checks
        .iter()
        .filter(|check| check.paired.is_some())
        .map(|check| check.n)
        .min();
    if let Some(n) = fewest.filter(|n| *n < crate::compare::notes::FEW_CASES) {
        notes.push(Remark::FewCases { n });
    }
    notes
}

/// Adds a note on the cases of a column; what holds of several columns alike is said of them together.
fn of_columns(notes: &mut Vec<Remark>, note: Remark) {
    for known in notes.iter_mut() {
        let (labels, label) = match (known, &note) {
            (Remark::Changed { label: labels, cases }, Remark::Changed { label, cases: same }) if cases == same => {
                (labels, label)
            }
            (Remark::Gone { label: labels, n }, Remark::Gone { label, n: same })
            | (Remark::New { label: labels, n }, Remark::New { label, n: same })
                if n == same =>
            {
                (labels, label)
            }
            _ => continue,
        };
        labels.push_str(", ");
        labels.push_str(label);
        return;
    }
    notes.push(note);
}

/// Cases in quarantine that moved or fail, a note a column: a case in several checks stands there once.
fn put_aside(trial: &Trial<'_>, checks: &[Check]) -> Vec<Remark> {
    let mut notes = Vec::new();
    for (lane, column) in trial.now.lanes.iter().enumerate() {
        let mut cases: Vec<(String, String)> = Vec::new();
        for moved in checks
            .iter()
            .filter(|check| check.lane == Some(lane))
            .flat_map(|check| &check.quarantined)
        {
            let until = moved.aside.as_ref().map(|(_, until)| until.clone()).unwrap_or_default();
            if !cases.iter().any(|(case, _)| *case == moved.case) {
                cases.push((moved.case.clone(), until));
            }
        }
        if !cases.is_empty() {
            notes.push(Remark::Aside {
                label: column.label.clone(),
                cases,
            });
        }
    }
    notes
}
