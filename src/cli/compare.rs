//! `narani compare`: runs side by side, joined by case.

use clap::Args;

use super::args::{Format, Global};
use super::cases::of_column;
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::gate::why;
use super::open::{self, Book};
use super::printer::Printer;
use crate::compare::across::Move;
use crate::compare::{self, Across, Grid, across};
use crate::domain::Said;
use crate::report;
use crate::said;
use crate::store::Reader;

/// `narani compare`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The first run is what the others are compared with. Cases are joined by id where nothing about them changed.

Examples:
  narani compare r-20260313-184002-m2xa last
  narani compare k7qd last --map old-prompt=new-prompt
  narani compare k7qd m2xa c9rt --format csv > moved.csv")]
pub(super) struct CompareArgs {
    /// Runs: id, beginning of it, path, or last; the first is compared with
    #[arg(value_name = "RUN", required = true, num_args = 2..)]
    pub runs: Vec<String>,
    /// Compare a column of the first run with one of another name; repeatable
    #[arg(long, value_name = "THEN=NOW")]
    pub map: Vec<String>,
    /// List every case that moved
    #[arg(long)]
    pub list: bool,
    /// Form
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Moved cases whose reasons are looked up, a column and direction; and where all are listed.
const LISTED: usize = 2_000;

const LOOKED_UP: usize = 10;

pub(super) fn compare(global: &Global, args: &CompareArgs, printer: &Printer) -> Outcome {
    let map = pairs(&args.map)?;
    let listed = args
        .runs
        .iter()
        .map(|name| open::find_run(global, name))
        .collect::<Result<Vec<_>, _>>()?;
    if listed[1..].iter().any(|run| run.id == listed[0].id) {
        return Err(Failure::usage(
            said!(
                "{} is named twice: a run says nothing against itself",
                "{} 실행이 두 번 적혔습니다. 자기 자신과는 비교할 것이 없습니다",
                listed[0].id
            ),
            said!(
                "name two different runs; `narani runs` lists them",
                "서로 다른 두 실행을 적으세요. `narani runs`가 목록을 보여 줍니다"
            ),
        ));
    }
    let base_reader = Reader::open(&listed[0])?;
    let base = Grid::read(&base_reader, false)?;
    let mut matched = vec![false; map.len()];
    let mut all: Vec<Across> = Vec::new();
    for run in &listed[1..] {
        let reader = Reader::open(run)?;
        let other = Grid::read(&reader, false)?;
        for (matched, (then, now)) in matched.iter_mut().zip(&map) {
            *matched |= named(&other, now);
            if !named(&base, then) || (!named(&other, now) && listed.len() == 2) {
                return Err(unknown(&base, &other, then, now));
            }
        }
        let mut found = across(&base, &other, &map);
        drop(other);
        if found.rows.is_empty() {
            return Err(unjoined(&found));
        }
        let most = if args.list || args.format != Format::Text {
            LISTED
        } else {
            LOOKED_UP
        };
        explain(&base_reader, &reader, &mut found, most)?;
        all.push(found);
    }
    if let Some(at) = matched.iter().position(|matched| !matched) {
        let (then, now) = &map[at];
        return Err(Failure::usage(
            said!(
                "`--map {then}={now}`: none of the later runs has a target or column `{now}`",
                "`--map {then}={now}`: 뒤의 실행 가운데 `{now}` 대상이나 열이 있는 것이 없습니다"
            ),
            said!(
                "write the name in the first run, =, the name in the other: --map old=new",
                "첫 실행의 이름, =, 다른 실행의 이름 순으로 쓰세요: --map old=new"
            ),
        ));
    }
    compare::across::together(&mut all);
    let text = match args.format {
        Format::Json => report::compare::json(&all),
        Format::Jsonl => report::compare::jsonl(&all),
        Format::Csv => report::compare::csv(&all)?,
        Format::Markdown => report::compare::markdown(&all, printer.lang),
        Format::Text => report::compare::terminal(&all, args.list, &printer.style()),
    };
    printer.out_as(args.format, &text)?;
    // Nothing in common is nothing measured.
    let measured = all
        .iter()
        .all(|across| across.rows.iter().any(|row| row.pass.is_some() || row.score.is_some()));
    Ok(if measured { Exit::Done } else { Exit::Unmeasured })
}

/// Whether a run has a column or target of this name.
fn named(grid: &Grid, name: &str) -> bool {
    grid.lanes.iter().any(|lane| lane.label == name || lane.target == name)
}

/// A name in `--map` that its run does not have.
fn unknown(base: &Grid, other: &Grid, then: &str, now: &str) -> Failure {
    let (first, name, grid) = if named(base, then) {
        (false, now, other)
    } else {
        (true, then, base)
    };
    let message = if first {
        said!(
            "`--map {then}={now}`: the first run ({}) has no target or column `{name}`",
            "`--map {then}={now}`: 첫 실행({})에 `{name}` 대상이나 열이 없습니다",
            grid.info.id
        )
    } else {
        said!(
            "`--map {then}={now}`: {} has no target or column `{name}`",
            "`--map {then}={now}`: {} 실행에 `{name}` 대상이나 열이 없습니다",
            grid.info.id
        )
    };
    let help = if named(other, then) && named(base, now) {
        said!(
            "the name in the first run comes first: --map {now}={then}",
            "첫 실행의 이름을 먼저 쓰세요: --map {now}={then}"
        )
    } else {
        let mut names: Vec<&str> = Vec::new();
        for lane in &grid.lanes {
            for known in [lane.target.as_str(), lane.label.as_str()] {
                if !names.contains(&known) {
                    names.push(known);
                }
            }
        }
        crate::suite::suggest::help(name, names)
    };
    Failure::usage(message, help)
}

fn pairs(map: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let pairs: Vec<(String, String)> = map
        .iter()
        .map(|text| match text.split_once('=') {
            Some((then, now)) if !then.is_empty() && !now.is_empty() => Ok((then.to_owned(), now.to_owned())),
            _ => Err(Failure::usage(
                said!("`--map {text}` names no pair", "`--map {text}`에 짝이 없습니다"),
                said!(
                    "write the name in the first run, =, the name in the other: --map old=new",
                    "첫 실행의 이름, =, 다른 실행의 이름 순으로 쓰세요: --map old=new"
                ),
            )),
        })
        .collect::<Result<_, _>>()?;
    for (at, (then, now)) in pairs.iter().enumerate() {
        if let Some((twice, _)) = pairs[..at].iter().find(|(from, to)| from == then || to == now) {
            let name = if twice == then { then } else { now };
            return Err(Failure::usage(
                said!(
                    "`{name}` stands in two `--map`",
                    "`{name}` 이름이 `--map` 두 곳에 있습니다"
                ),
                said!("a column has one partner", "한 열의 짝은 하나입니다"),
            ));
        }
    }
    Ok(pairs)
}

fn unjoined(found: &Across) -> Failure {
    let names = |names: &[String]| {
        names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    Failure::usage(
        said!(
            "the runs have no target in common: {} has {}, {} has {}",
            "두 실행에 공통된 대상이 없습니다: {}에는 {}, {}에는 {}",
            found.base.id,
            names(&found.only_base),
            found.other.id,
            names(&found.only_other)
        ),
        said!(
            "say which belong together: --map THEN=NOW",
            "어느 것이 짝인지 적으세요: --map 전=후"
        ),
    )
}

/// Looks up why moved cases fail: now for those newly failing, then for those newly passing.
fn explain(base: &Reader, other: &Reader, found: &mut Across, most: usize) -> Result<(), Failure> {
    let (base_book, other_book) = (Book::new(base.info())?, Book::new(other.info())?);
    for row in &mut found.rows {
        let (base_lane, lane) = (row.base_lane, row.lane);
        for moved in row.newly_failing.iter_mut().take(most) {
            moved.why = reason(other, &other_book, lane, moved.case)?;
        }
        for moved in row.newly_passing.iter_mut().take(most) {
            let Move { base_case, .. } = *moved;
            moved.why = reason(base, &base_book, base_lane, base_case)?;
        }
    }
    Ok(())
}

fn reason(reader: &Reader, book: &Book, lane: usize, case: usize) -> Result<Said, Failure> {
    Ok(why(&of_column(reader, book, case as u64, lane)?).0)
}
