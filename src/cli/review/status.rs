//! `narani review status` and `unmask`: how far it is, and what people say.

use super::{Opened, results};
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::failure::Outcome;
use crate::cli::printer::Printer;
use crate::compare::ratings::Reviewed;
use crate::domain::Lang;
use crate::domain::review::{Drawn, Rating};
use crate::report::table::{Cell, Table};
use crate::report::words;
use crate::text::sink::terminal_line;

pub(super) fn status(global: &Global, pack: &str, printer: &Printer) -> Outcome {
    let opened = Opened::find(global, pack)?;
    let mut out = title(&opened, printer.lang);
    out.push_str(&progress(&opened.reviewed, printer));
    let open = opened.reviewed.is_open();
    let any = opened.reviewed.ratings().next().is_some();
    if any {
        out.push('\n');
        out.push_str(&results::draw(&opened, open, printer)?);
    }
    if !open {
        let id = &opened.reviewed.pack.id;
        out.push_str(&printer.lang.pick(
            format!("\nNames stay hidden until everybody has finished, or `narani review unmask {id}`.\n"),
            format!("\n모두 끝내거나 `narani review unmask {id}` 를 할 때까지 이름을 가립니다.\n"),
        ));
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
    if opened.reviewed.pack.unmasked_us.is_none() {
        opened.reviewed.pack.unmasked_us = Some(crate::net::clock::now_us());
        opened.reviewed.folder.keep(&opened.reviewed.pack)?;
    }
    let mut out = title(&opened, printer.lang);
    if waiting > 0 {
        out.push_str(&printer.lang.pick(
            format!("  ! {waiting} reviewers have not finished; whoever sees this should not rate any more\n"),
            format!(
                "  ! 심사자 {waiting}명이 아직 끝내지 않았습니다. 이 결과를 본 사람은 더 심사하지 않는 것이 좋습니다\n"
            ),
        ));
    }
    out.push('\n');
    out.push_str(&results::draw(&opened, true, printer)?);
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

fn title(opened: &Opened, lang: Lang) -> String {
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
    parts.push(lang.pick(format!("{rows} rows"), format!("{rows}행")));
    parts.push(how.to_owned());
    parts.push(lang.pick(
        format!("scale {}–{}", pack.scale.0, pack.scale.1),
        format!("{}–{}점", pack.scale.0, pack.scale.1),
    ));
    format!("{}\n", parts.join(" · "))
}

fn progress(reviewed: &Reviewed, printer: &Printer) -> String {
    let lang = printer.lang;
    let zone = jiff::tz::TimeZone::system();
    let mut table = Table::new()
        .text(lang.pick("reviewer", "심사자"))
        .number(lang.pick("rows", "행"))
        .number(lang.pick("finished", "끝남"))
        .number(lang.pick("begun", "하는 중"))
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
        table.row([
            Cell::new(&reviewer.name),
            Cell::new(rows.to_string()),
            Cell::new(finished.to_string()),
            Cell::new(begun.to_string()),
            Cell::new((rows - finished - begun).to_string()),
            Cell::new(file),
            Cell::new(when),
        ]);
    }
    format!("\n{}", table.draw(&printer.style(), 2))
}
