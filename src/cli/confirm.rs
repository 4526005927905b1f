//! `gate --confirm`: failing must-pass cases are asked again, in runs of their own inside the folder of the run that is judged.
//!
//! The repeats are recorded like everything else that was asked; they never take the place of the first answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Parser as _;

use super::args::{Cli, Command, Global};
use super::exit::Exit;
use super::failure::Failure;
use super::printer::Printer;
use crate::compare::Grid;
use crate::config::CheckKind;
use crate::domain::{Case, RunId, RunInfo, SuitePart};
use crate::gate::{Repeated, Repeats, State, Verdict};
use crate::said;
use crate::store::{self, Folder, Listed, Reader, StoreError};

/// Asks the failing must-pass cases of a verdict `times` times more. Gives how they came out and what that cost.
///
/// The first gate on a run that repeats a case settles how often: its repeats count in every later gate, which asks again only what
/// could not be measured. Otherwise one could repeat until it fits, and a case that fails more often than not would pass at last.
pub(super) fn confirm(
    global: &Global,
    (listed, reader): (&Listed, &Reader),
    (now, verdict): (&Grid, &Verdict),
    times: u32,
    printer: &Printer,
) -> Result<Repeats, Failure> {
    let mut wanted: Vec<(usize, usize)> = verdict
        .checks
        .iter()
        .filter(|check| matches!(check.rule, CheckKind::MustPass { .. }) && check.state == State::Fail)
        .flat_map(|check| {
            check
                .failing
                .iter()
                .filter_map(|moved| Some((check.lane?, moved.place)))
        })
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut out = Repeats::default();
    if wanted.is_empty() {
        return Ok(out);
    }
    for run in store::list(&folder_of(listed))? {
        // One that was cut off before it was frozen has asked nothing.
        let Ok(earlier) = Reader::open(&run) else { continue };
        // What other scorers said of them says nothing of a run that was scored again.
        if earlier.info().scorers == reader.info().scorers {
            take(&mut out, &Grid::read(&earlier, false)?, now, &wanted);
        }
    }
    for again in &mut out.cases {
        again.earlier = again.asked;
    }
    let mut missing: BTreeMap<(usize, u32), Vec<u64>> = BTreeMap::new();
    let mut refused = 0;
    for (lane, place) in &wanted {
        let left = match out.of(*lane, &now.cases[*place].id) {
            Some(again) => {
                refused += u64::from(again.settled < times);
                again.settled.saturating_sub(again.measured)
            }
            None => times,
        };
        if left > 0 {
            missing.entry((*lane, left)).or_default().push(*place as u64);
        }
    }
    out.refused = (refused > 0).then_some((refused, times));
    for ((lane, left), places) in missing {
        let path = repeat(listed, reader, lane, &places, left)?;
        if let Err(failure) = ask(global, &path, printer) {
            // What cannot begin, as without a key, leaves the first answers to be judged; what broke off is told.
            let begun = Reader::open(&Listed {
                id: listed.id.clone(),
                path: path.clone(),
            })?
            .counts()?
            .0 > 0;
            if begun || !failure.is_usage() {
                return Err(failure);
            }
            let why = failure.words(printer.lang);
            printer.err(&printer.lang.pick(
                format!("! the first answers stand, since nothing can be asked again: {why}"),
                format!("! 다시 물을 수 없어 처음 답변을 그대로 둡니다: {why}"),
            ));
            std::fs::remove_dir_all(&path)?;
            continue;
        }
        let id = path.file_name().and_then(|name| name.to_str()).and_then(RunId::parse);
        let run = Listed {
            id: id.expect("the folder was named after its run"),
            path,
        };
        take(&mut out, &Grid::read(&Reader::open(&run)?, false)?, now, &wanted);
    }
    Ok(out)
}

/// Where the repeats of a run are kept.
fn folder_of(listed: &Listed) -> PathBuf {
    listed.path.join("confirm")
}

/// Counts how the wanted cases came out in a run of repeats, which has one column.
fn take(out: &mut Repeats, grid: &Grid, now: &Grid, wanted: &[(usize, usize)]) {
    let (target, prompt) = (&grid.info.targets[0].name, &grid.info.prompts[0].name);
    let target = now.info.targets.iter().position(|known| known.name == *target);
    let prompt = now.info.prompts.iter().position(|known| known.name == *prompt);
    let Some((target, prompt)) = target.zip(prompt) else {
        return;
    };
    let lane = target * now.info.prompts.len() + prompt;
    let mut counted = false;
    for (place, case) in grid.cases.iter().enumerate() {
        if !now.find(&case.id).is_some_and(|at| wanted.contains(&(lane, at))) {
            continue;
        }
        let spot = grid.spot(place, 0);
        let more = Repeated {
            lane,
            case: case.id.clone(),
            passed: u32::from(spot.passed),
            measured: u32::from(spot.judged),
            asked: u32::from(spot.cells),
            earlier: 0,
            settled: grid.info.trials,
        };
        counted = true;
        out.add(more);
    }
    if counted {
        out.paid.add(&grid.lanes[0].paid);
    }
}

/// A run of these cases on this column alone, frozen but not begun.
fn repeat(listed: &Listed, reader: &Reader, lane: usize, places: &[u64], times: u32) -> Result<PathBuf, Failure> {
    let info = reader.info();
    let (target, prompt) = (lane / info.prompts.len(), lane % info.prompts.len());
    let mut cases: Vec<(u64, Case)> = Vec::new();
    for place in places {
        if let Some(case) = reader.cases(*place, 1)?.first() {
            cases.push((*place, Case::clone(case)));
        }
    }
    let mut parts: Vec<SuitePart> = Vec::new();
    let mut first = 0;
    for part in &info.parts {
        let inside = |place: &u64| *place >= part.first && *place < part.first + part.cases;
        let count = places.iter().filter(|place| inside(place)).count() as u64;
        if count == 0 {
            continue;
        }
        parts.push(SuitePart {
            first,
            cases: count,
            prompts: vec![0],
            targets: vec![0],
            trials: times,
            ..part.clone()
        });
        first += count;
    }
    let stamp = jiff::ZonedDateTime::now().strftime("%Y%m%d-%H%M%S").to_string();
    let folder = Folder::create(&folder_of(listed), &stamp)?;
    let repeated = RunInfo {
        id: folder.id().clone(),
        description: format!("repeats for {}", listed.id),
        targets: vec![info.targets[target].clone()],
        prompts: vec![info.prompts[prompt].clone()],
        trials: times,
        cases: cases.len() as u64,
        started_us: crate::net::clock::now_us(),
        parts,
        ..(**info).clone()
    };
    let mut meta = vec![("info", serde_json::to_string(&repeated).expect("plain data"))];
    if let Some(keys) = reader.meta("keys")? {
        meta.push(("keys", keys));
    }
    if let Some(script) = reader.meta("simulate")? {
        meta.push(("simulate", reseeded(&script)));
    }
    folder.freeze(&meta, |insert| {
        for (_, case) in cases {
            insert(case)?;
        }
        Ok::<(), StoreError>(())
    })?;
    Ok(folder.path().to_owned())
}

/// The simulator would give the very same answers to the same questions; repeats are drawn anew.
fn reseeded(script: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(script) {
        Ok(mut value) => {
            let seed = value.get("seed").and_then(serde_json::Value::as_u64).unwrap_or(0);
            value["seed"] = seed.wrapping_add(1_000_003).into();
            value.to_string()
        }
        Err(_) => script.to_owned(),
    }
}

/// Carries the frozen run out, without its summary, and without reusing answers.
fn ask(global: &Global, path: &std::path::Path, printer: &Printer) -> Result<(), Failure> {
    let words = [
        "narani".into(),
        "run".into(),
        "--resume".into(),
        path.as_os_str().to_owned(),
    ];
    let parsed =
        Cli::try_parse_from(words).map_err(|error| Failure::usage(error.to_string(), "name the run by its id"))?;
    let Command::Run(mut args) = parsed.command else {
        unreachable!("the words above are those of `run`");
    };
    args.no_cache = true;
    args.no_summary = true;
    match super::run::run(global, &args, printer)? {
        exit @ (Exit::Interrupted | Exit::Terminated) => Err(Failure::new(
            exit,
            said!(
                "stopped while cases were asked again: nothing was judged",
                "다시 묻던 중에 멈추어 판정하지 않았습니다"
            ),
        )
        .note(said!(
            "the same command asks only what is missing",
            "같은 명령을 다시 실행하면 빠진 것만 묻습니다"
        ))),
        _ => Ok(()),
    }
}
