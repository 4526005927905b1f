//! `narani review status` and `unmask`: how far it is, and what people say.

use super::{Opened, counted, refresh, results};
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::open;
use crate::cli::printer::Printer;
use crate::compare::ratings::Reviewed;
use crate::domain::review::{Drawn, PackRow, Rating};
use crate::report::table::{Cell, Table};
use crate::report::words;
use crate::review::agree;
use crate::store::reviews::{self, Sent};
use crate::text::sink::terminal_line;

/// All packs of all runs, the newest first.
pub(super) fn list(global: &Global, printer: &Printer) -> Outcome {
    let lang = printer.lang;
    let settings = open::settings(global).ok();
    let results = open::results(global, settings.as_ref());
    let (mut packs, mut damaged) = (Vec::new(), Vec::new());
    for run in crate::store::list(&results)? {
        for folder in reviews::folders(&run.path)? {
            match folder.key().and_then(|pack| Reviewed::read(folder, pack)) {
                Ok(reviewed) => packs.push(reviewed),
                Err(error) => damaged.extend(Failure::from(error).into_problems()),
            }
        }
    }
    if packs.is_empty() && damaged.is_empty() {
        printer.out(printer.say(
            "There are no review packs: `narani review export RUN --reviewers NAMES` makes one.\n",
            "심사 묶음이 없습니다. `narani review export RUN --reviewers 이름들` 로 만듭니다.\n",
        ))?;
        return Ok(Exit::Done);
    }
    packs.sort_by_key(|reviewed| std::cmp::Reverse(reviewed.pack.made_us));
    if let Some(newest) = packs.first() {
        let id = &newest.pack.id;
        let next = lang.pick(
            format!("\nNext   narani review status {id}\n"),
            format!("\n다음   narani review status {id}\n"),
        );
        printer.out(&(overview(&packs, printer) + &next))?;
    }
    if damaged.is_empty() {
        return Ok(Exit::Done);
    }
    Err(Failure::of(Exit::Usage, damaged))
}

/// The table of packs.
fn overview(packs: &[Reviewed], printer: &Printer) -> String {
    let lang = printer.lang;
    let zone = jiff::tz::TimeZone::system();
    let mut table = Table::new()
        .whole(lang.pick("pack", "묶음"))
        .whole(lang.pick("run", "실행"))
        .number(lang.pick("rows", "행"))
        .number(lang.pick("finished", "끝남"))
        .text(lang.pick("reviewers", "심사자"))
        .whole(lang.pick("made", "만든 때"));
    for reviewed in packs {
        let pack = &reviewed.pack;
        let asked: usize = pack.reviewers.iter().map(|reviewer| reviewer.rows.len()).sum();
        let finished: usize = (0..pack.reviewers.len()).map(|at| reviewed.finished(at)).sum();
        let names: Vec<&str> = pack.reviewers.iter().map(|reviewer| reviewer.name.as_str()).collect();
        table.row([
            Cell::new(&pack.id),
            Cell::new(pack.run.as_str()),
            Cell::new(pack.units.len().to_string()),
            Cell::new(format!("{finished}/{asked}")),
            Cell::new(terminal_line(&names.join(", "))),
            Cell::new(words::moment(pack.made_us, &zone, false, lang)),
        ]);
    }
    table.draw(&printer.style(), 2)
}

/// How many of the rows that people differ on were decided; empty where nobody differs.
fn decided(reviewed: &Reviewed, printer: &Printer) -> String {
    let decided = agree::decided(reviewed);
    let open = agree::undecided(reviewed).len();
    if decided + open == 0 || reviewed.pack.reviewers.len() < 2 {
        return String::new();
    }
    printer.lang.pick(
        format!(
            "\n  Of {} that people differ on, {decided} decided\n",
            counted(decided + open, "row", "rows")
        ),
        format!("\n  의견이 갈린 {}행 가운데 {decided}행 조정함\n", decided + open),
    )
}

pub(super) fn status(global: &Global, pack: &str, printer: &Printer) -> Outcome {
    let opened = Opened::find(global, pack)?;
    let mut out = title(&opened, printer);
    out.push_str(&progress(&opened.reviewed, printer));
    out.push_str(&decided(&opened.reviewed, printer));
    let open = opened.reviewed.is_open();
    let any = opened.reviewed.ratings().next().is_some();
    if any {
        out.push('\n');
        out.push_str(&results::draw(&opened, open, printer)?);
    }
    if !open {
        let id = &opened.reviewed.pack.id;
        let hidden = printer.lang.pick(
            format!("Names stay hidden until everybody has finished, or `narani review unmask {id}`."),
            format!("모두 끝낼 때까지 이름을 가립니다. 먼저 보려면: `narani review unmask {id}`"),
        );
        out.push('\n');
        out.push_str(&crate::report::hanging(&hidden, ("", ""), &printer.style()));
    }
    let pack = &opened.reviewed.pack;
    if any && pack.reviewers.len() > 1 {
        let id = &pack.id;
        out.push_str(&printer.lang.pick(
            format!("\nNext   narani review agree {id}\n"),
            format!("\n다음   narani review agree {id}\n"),
        ));
    }
    printer.out(&out)?;
    Ok(Exit::Done)
}

pub(super) fn unmask(global: &Global, pack: &str, printer: &Printer) -> Outcome {
    let mut opened = Opened::find(global, pack)?;
    let waiting = waiting(&opened.reviewed);
    let mut told = String::new();
    if opened.reviewed.pack.unmasked_us.is_none() {
        opened.reviewed.pack.unmasked_us = Some(crate::net::clock::now_us());
        opened.reviewed.folder.keep(&opened.reviewed.pack)?;
        // The tables of the run tell what people say from now on.
        told = refresh(&opened.reader, printer)?;
    }
    let mut out = title(&opened, printer);
    if waiting > 0 {
        out.push_str(&printer.lang.pick(
            format!(
                "  ! {} not finished;\n    whoever sees this should not rate any more\n",
                counted(waiting, "reviewer has", "reviewers have")
            ),
            format!(
                "  ! 심사자 {waiting}명이 아직 끝내지 않았습니다.\n    이 결과를 본 사람은 더 심사하지 않는 것이 좋습니다\n"
            ),
        ));
    }
    out.push('\n');
    out.push_str(&results::draw(&opened, true, printer)?);
    out.push_str(&told);
    printer.out(&out)?;
    Ok(Exit::Done)
}

/// Reviewers who have not finished.
fn waiting(reviewed: &Reviewed) -> usize {
    let reviewers = reviewed.pack.reviewers.iter().enumerate();
    reviewers
        .filter(|(at, reviewer)| reviewed.finished(*at) < reviewer.rows.len())
        .count()
}

fn title(opened: &Opened, printer: &Printer) -> String {
    let lang = printer.lang;
    let pack = &opened.reviewed.pack;
    let info = opened.reader.info();
    let how = match pack.drawn {
        Drawn::Random => lang.pick("drawn at random", "무작위 추출"),
        Drawn::Disagreement => lang.pick("those that differ most", "가장 갈린 문항"),
        Drawn::Named => lang.pick("named cases", "지정한 문항"),
    };
    let rows = pack.units.len();
    let mut parts = Vec::new();
    if info.simulated {
        parts.push(lang.words().simulated.to_owned());
    }
    parts.push(lang.pick(format!("pack {}", pack.id), format!("묶음 {}", pack.id)));
    parts.push(terminal_line(&info.suite));
    parts.push(pack.run.to_string());
    parts.push(lang.pick(counted(rows, "row", "rows"), format!("{rows}행")));
    parts.push(how.to_owned());
    parts.push(lang.pick(
        format!("scale {}–{}", pack.scale.0, pack.scale.1),
        format!("{}–{}점", pack.scale.0, pack.scale.1),
    ));
    crate::report::facts_line(&parts, &printer.style())
}

fn progress(reviewed: &Reviewed, printer: &Printer) -> String {
    let lang = printer.lang;
    let zone = jiff::tz::TimeZone::system();
    // A row that came in before and was refused later still has what came in before.
    let refused = |at: usize| {
        let sent: &Sent = &reviewed.sent[at];
        let lost =
            |row: &&PackRow| sent.refused.contains(&row.key) && sent.rating(&row.key).is_none_or(Rating::is_empty);
        reviewed.pack.reviewers[at].rows.iter().filter(lost).count()
    };
    let any_refused = (0..reviewed.pack.reviewers.len()).any(|at| refused(at) > 0);
    let mut table = Table::new()
        .text(lang.pick("reviewer", "심사자"))
        .number(lang.pick("rows", "행"))
        .number(lang.pick("finished", "끝남"))
        .number(lang.pick("begun", "하는 중"));
    if any_refused {
        table = table.number(lang.pick("refused", "받지 않음"));
    }
    let mut table = table
        .number(lang.pick("empty", "빈 행"))
        .text(lang.pick("last file", "마지막 파일"))
        .whole(lang.pick("read", "읽은 때"));
    // In the order of their names: the order of the key is that of R1, R2, …
    let mut order: Vec<usize> = (0..reviewed.pack.reviewers.len()).collect();
    order.sort_by(|a, b| reviewed.pack.reviewers[*a].name.cmp(&reviewed.pack.reviewers[*b].name));
    for at in order {
        let reviewer = &reviewed.pack.reviewers[at];
        let sent = &reviewed.sent[at];
        let finished = reviewed.finished(at);
        let begun = reviewer
            .rows
            .iter()
            .filter_map(|row| sent.rating(&row.key))
            .filter(|rating: &&Rating| !rating.is_empty() && !rating.is_finished())
            .count();
        let rows = reviewer.rows.len();
        let (file, when) = sent.last.as_ref().map_or((String::new(), String::new()), |(file, at)| {
            (file.clone(), words::moment(*at, &zone, false, lang))
        });
        let refused = refused(at);
        let mut cells = vec![
            Cell::new(&reviewer.name),
            Cell::new(rows.to_string()),
            Cell::new(finished.to_string()),
            Cell::new(begun.to_string()),
        ];
        cells.extend(any_refused.then(|| Cell::new(refused.to_string())));
        cells.extend([
            Cell::new((rows - finished - begun - refused).to_string()),
            Cell::new(file),
            Cell::new(when),
        ]);
        table.row(cells);
    }
    format!("\n{}", table.draw(&printer.style(), 2))
}
