//! What a run is compared with: a folder of baselines, or another run; and the proposals for baselines that are missing.

use std::fs;
use std::path::{Path, PathBuf};

use super::{GateArgs, usual_folder};
use crate::cli::failure::Failure;
use crate::cli::files::{could_not_write, write_with_folder};
use crate::cli::printer::Printer;
use crate::compare::Grid;
use crate::config::{CheckKind, GateRules};
use crate::gate::baseline::file_name;
use crate::gate::{Against, Baseline, Trouble, covered};
use crate::said;
use crate::store::{self, Listed, Reader};

pub(super) fn against(
    args: &GateArgs,
    rules: &GateRules,
    results: &Path,
    listed: &Listed,
    now: &Grid,
    printer: &Printer,
) -> Result<Against, Failure> {
    let Some(named) = &args.baseline else {
        let folder = rules
            .baseline
            .clone()
            .unwrap_or_else(|| usual_folder(results, &now.info.suite));
        return Ok(from_folder(&folder, now));
    };
    if named == "last" {
        return match earlier(results, listed, now)? {
            Some(run) => from_run(&run, now),
            None => Ok(Against::new(
                "last".to_owned(),
                true,
                None,
                now,
                now.lanes.iter().map(|_| Err(Trouble::NoEarlier)).collect(),
            )),
        };
    }
    let path = Path::new(named);
    if path.is_dir() && !path.join("run.db").is_file() {
        return Ok(from_folder(path, now));
    }
    match store::find(results, named) {
        Ok(run) => {
            if run.id == listed.id && !args.self_check {
                printer.note(printer.say(
                    "note: the run is compared with itself",
                    "알림: 실행을 그 자신과 비교합니다",
                ));
            }
            from_run(&run, now)
        }
        Err(_) if path.exists() => Ok(from_folder(path, now)),
        // A folder that was named and does not exist is told, not made: it may be a slip of the pen.
        Err(_) if named.contains(['/', '\\']) => {
            let near = near(path);
            let trouble = || Trouble::Folder {
                path: named.clone(),
                near: near.clone(),
            };
            let sides = now.lanes.iter().map(|_| Err(trouble())).collect();
            Ok(Against::new(named.clone(), false, None, now, sides))
        }
        Err(error) => {
            let usual = results.join("baselines").join(path);
            let near = near(path).or_else(|| near(&usual)).map_or_else(
                || {
                    said!(
                        "a folder of baselines is named with a slash: ./{named}",
                        "기준 폴더는 ./{named} 처럼 빗금을 넣어 적습니다"
                    )
                },
                |near| said!("did you mean the folder {near}?", "혹시 {near} 폴더입니까?"),
            );
            Err(Failure::from(error).note(near))
        }
    }
}

/// A path that exists and differs from this one in the spelling of one folder.
fn near(path: &Path) -> Option<String> {
    let missing = path
        .ancestors()
        .take_while(|part| !part.as_os_str().is_empty() && !part.exists())
        .last()?;
    let name = missing.file_name()?.to_str()?;
    let parent = missing.parent().filter(|parent| !parent.as_os_str().is_empty());
    let beside: Vec<String> = fs::read_dir(parent.unwrap_or(Path::new(".")))
        .ok()?
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let found = crate::suite::suggest::nearest(name, beside.iter().map(String::as_str))?;
    let mut out = parent.map_or_else(|| PathBuf::from(found), |parent| parent.join(found));
    if let Ok(rest) = path.strip_prefix(missing)
        && !rest.as_os_str().is_empty()
    {
        out = out.join(rest);
    }
    out.is_dir().then(|| out.display().to_string())
}

/// The newest earlier run of the same suite.
fn earlier(results: &Path, listed: &Listed, now: &Grid) -> Result<Option<Listed>, Failure> {
    let runs = store::list(results)?;
    let until = runs.iter().position(|run| run.id == listed.id).unwrap_or(runs.len());
    for run in runs.into_iter().take(until).rev() {
        // A damaged run among the old ones is no reason to fail here.
        if Reader::open(&run).is_ok_and(|reader| reader.info().suite == now.info.suite) {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

fn from_run(run: &Listed, now: &Grid) -> Result<Against, Failure> {
    let reader = Reader::open(run)?;
    let grid = Grid::read(&reader, now.scorers.len() > 1)?;
    let baselines = now
        .lanes
        .iter()
        .map(|lane| {
            let twin = grid
                .lanes
                .iter()
                .position(|known| known.target == lane.target && known.prompt == lane.prompt);
            twin.map(|twin| Baseline::of(&grid, twin)).ok_or(Trouble::NoColumn)
        })
        .collect();
    let started = jiff::Timestamp::from_microsecond(grid.info.started_us).ok();
    let age = started.map(|started| jiff::Timestamp::now().duration_since(started).as_secs() / 86_400);
    Ok(Against::new(run.id.to_string(), true, age, now, baselines))
}

fn from_folder(folder: &Path, now: &Grid) -> Against {
    let mut newest = None;
    let baselines = now
        .lanes
        .iter()
        .map(|lane| {
            let path = folder.join(file_name(&lane.target, lane.prompt.as_deref()));
            let shown = path.display().to_string();
            match fs::read(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Trouble::Missing {
                    path: shown,
                    pending: None,
                }),
                Err(error) => Err(Trouble::Damaged {
                    path: shown,
                    damage: crate::gate::Damage::Line(0, error.to_string()),
                }),
                Ok(bytes) => {
                    if let Ok(time) = fs::metadata(&path).and_then(|data| data.modified()) {
                        newest = newest.max(Some(time));
                    }
                    Baseline::read(&String::from_utf8_lossy(&bytes))
                        .map_err(|damage| Trouble::Damaged { path: shown, damage })
                }
            }
        })
        .collect();
    let age = newest
        .and_then(|time| time.elapsed().ok())
        .and_then(|age| i64::try_from(age.as_secs() / 86_400).ok());
    Against::new(folder.display().to_string(), false, age, now, baselines).lacking(absent(folder, now))
}

/// Targets with a baseline of this suite in the folder that the run does not have. Files that cannot be read are no
/// reason to fail here: nothing says that they are about this run.
fn absent(folder: &Path, now: &Grid) -> Vec<String> {
    let present: Vec<String> = now
        .lanes
        .iter()
        .map(|lane| file_name(&lane.target, lane.prompt.as_deref()))
        .collect();
    let mut absent: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.ends_with(".jsonl") && !present.iter().any(|file| *file == name)
        })
        .filter_map(|entry| Baseline::read(&fs::read_to_string(entry.path()).ok()?).ok())
        .filter(|baseline| baseline.head.suite == now.info.suite && baseline.simulated() == now.info.simulated)
        .map(|baseline| baseline.head.target)
        .collect();
    absent.sort();
    absent.dedup();
    absent
}

/// Writes proposals for baselines that are missing, where enough was measured for one.
pub(super) fn propose(now: &Grid, rules: &GateRules, against: &mut Against, printer: &Printer) {
    for lane in 0..now.lanes.len() {
        let Err(Trouble::Missing { path, .. }) = against.side(lane) else {
            continue;
        };
        let checked = rules.checks.iter().any(|check| {
            matches!(check.kind, CheckKind::Regression { .. })
                && (check.targets.is_empty() || check.targets.contains(&now.lanes[lane].target))
        });
        let counts = now.lanes[lane].counts;
        if !checked || counts.judged == 0 || covered(now, lane, rules.coverage_min).low {
            continue;
        }
        let pending = format!("{path}.pending");
        let text = Baseline::of(now, lane).write();
        match write_with_folder(Path::new(&pending), text.as_bytes()) {
            Ok(()) => against.proposed(lane, pending),
            Err(error) => printer.note(could_not_write(Path::new(&pending), &error).in_lang(printer.lang)),
        }
    }
}
