//! `narani review adjudicate`: the disputed rows, for a decision.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use super::{Opened, Shelf, counted};
use crate::cli::args::{Global, ReviewAdjudicateArgs};
use crate::cli::ending;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::printer::Printer;
use crate::compare::ratings::Reviewed;
use crate::domain::review::{LABELS, Pack, PackRow, Preference, Rating};
use crate::domain::{Lang, Said};
use crate::review::page::Texts;
use crate::review::workbook::{self, Making, Quotes};
use crate::review::{agree, draw, words};
use crate::said;
use crate::text::sink::{sheet_text, terminal_line, terminal_word};

/// Name of the workbook, different for every pack.
pub(super) fn suggested(pack: &Pack, lang: Lang) -> String {
    format!("{}_{}.xlsx", lang.pick("decisions", "조정"), pack.id)
}

pub(super) fn adjudicate(global: &Global, args: &ReviewAdjudicateArgs, printer: &Printer) -> Outcome {
    let mut opened = Opened::find(global, &args.pack)?;
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(suggested(&opened.reviewed.pack, printer.lang)));
    ending::check(&path, "xlsx")?;
    if opened.reviewed.ratings().next().is_none() {
        return Err(Failure::usage(
            said!(
                "nobody has rated anything in pack {0} yet",
                "{0} 묶음에는 아직 심사한 값이 없습니다",
                opened.reviewed.pack.id
            ),
            said!(
                "first bring in what the reviewers send back: narani review import FILE",
                "심사자가 돌려보낸 파일을 먼저 가져오세요: narani review import 파일"
            ),
        ));
    }
    let disputed = agree::disputed(&opened.reviewed);
    let earlier = opened.reviewed.pack.adjudication.clone();
    if disputed.is_empty() && earlier.is_none() {
        let told = printer.say(
            "  no row needs a decision: nobody differs by two points, in the choice, or could not tell\n",
            "  조정할 행이 없습니다: 2점 이상 다르거나 선택이 엇갈리거나 판단 불가인 행이 없음\n",
        );
        let alone = printer.say(
            "  (one reviewer: there is nobody to differ from)\n",
            "  (심사자가 한 명이라 엇갈릴 수 없습니다)\n",
        );
        let one = opened.reviewed.pack.reviewers.len() == 1;
        printer.out(&format!("{told}{}", if one { alone } else { "" }))?;
        return Ok(Exit::Done);
    }
    // Rows asked about before keep their keys and letters, so that a file that is out still comes back.
    let mut rows = draw::adjudication(&opened.reviewed.pack, disputed);
    if let Some(earlier) = earlier {
        let asked: Vec<usize> = earlier.rows.iter().map(|row| row.unit).collect();
        let keys: Vec<&str> = earlier.rows.iter().map(|row| row.key.as_str()).collect();
        rows.rows
            .retain(|row| !asked.contains(&row.unit) && !keys.contains(&row.key.as_str()));
        let known = earlier.rows.clone();
        rows.rows.splice(0..0, known);
    }
    // What is to be done comes first; what was decided stands below it, as it was decided, to be looked up or changed.
    let decided = &opened.reviewed.decided;
    let open = agree::undecided(&opened.reviewed);
    let is_decided = |row: &PackRow| !open.contains(&row.unit) && decided.rating(&row.key).is_some_and(Rating::judges);
    rows.rows.sort_by_key(is_decided);
    let done = rows.rows.iter().filter(|row| is_decided(row)).count();
    let filled: HashMap<String, Rating> = rows
        .rows
        .iter()
        .filter_map(|row| Some((row.key.clone(), decided.rating(&row.key)?.clone())))
        .collect();
    opened.reviewed.pack.adjudication = Some(rows.clone());
    let pack = &opened.reviewed.pack;
    let mut texts = vec![Texts::default(); pack.units.len()];
    let shelf = Shelf::of(&opened.reader, pack)?;
    for row in &rows.rows {
        texts[row.unit] = shelf.texts(&pack.units[row.unit])?;
    }
    let lang = if pack.korean { Lang::Ko } else { Lang::En };
    let said = said(&opened.reviewed, &rows.rows, lang);
    let making = Making {
        pack,
        reviewer: &rows,
        texts: &texts,
        said: Some(&said),
        filled: Some(&filled),
        protect: false,
    };
    let write = || workbook::write(BufWriter::new(File::create_new(&path)?), &making);
    opened.reviewed.folder.keep(pack)?;
    write().map_err(|error| {
        Failure::usage(
            said!(
                "could not write `{0}`: {1}",
                "`{0}`에 쓸 수 없습니다: {1}",
                path.display(),
                Said::from(&error)
            ),
            said!("name another file with -o", "-o 로 다른 파일을 고르세요"),
        )
    })?;
    let open = rows.rows.len() - done;
    let shown = terminal_line(&path.display().to_string());
    let mut out = printer.lang.pick(
        format!("  {shown}   {}", counted(open, "row to decide", "rows to decide")),
        format!("  {shown}   조정할 행 {open}개"),
    );
    if done > 0 {
        out.push_str(&printer.lang.pick(
            format!(", {done} decided before (filled in)"),
            format!(", 이미 조정한 행 {done}개 (값이 적혀 있음)"),
        ));
    }
    if pack.simulated {
        out.push_str(&format!(" · {}", printer.lang.words().simulated));
    }
    let word = terminal_word(&path.display().to_string());
    out.push_str(&printer.lang.pick(
        format!("\n\nNext   narani review import {word}   when they are decided\n"),
        format!("\n\n다음   narani review import {word}   (조정한 뒤)\n"),
    ));
    printer.out(&out)?;
    Ok(Exit::Done)
}

/// What each reviewer said of each row, in the letters of the row that is shown.
fn said(reviewed: &Reviewed, rows: &[PackRow], lang: Lang) -> Quotes {
    rows.iter()
        .map(|shown| {
            (0..reviewed.pack.reviewers.len())
                .map(|who| {
                    let found = reviewed
                        .ratings()
                        .find(|(unit, by, _, _)| *unit == shown.unit && *by == who);
                    found.map_or_else(String::new, |(_, _, row, rating)| one(shown, row, rating, lang))
                })
                .collect()
        })
        .collect()
}

fn one(shown: &PackRow, row: &PackRow, rating: &Rating, lang: Lang) -> String {
    let letter = |column: usize| {
        let place = shown.letters.iter().position(|other| *other == column)?;
        LABELS.get(place).copied()
    };
    let mut lines = Vec::new();
    let mut scores: Vec<(char, u8)> = row
        .letters
        .iter()
        .zip(&rating.scores)
        .filter_map(|(column, score)| Some((letter(*column)?, (*score)?)))
        .collect();
    scores.sort_unstable();
    let scores: Vec<String> = scores
        .iter()
        .map(|(letter, score)| format!("{letter} {score}"))
        .collect();
    lines.push(scores.join(" · "));
    if let Some(best) = rating.best {
        let best = match best {
            Preference::Letter(at) => row
                .letters
                .get(at)
                .and_then(|column| letter(*column))
                .map_or_else(String::new, |letter| letter.to_string()),
            other => words::preference(other, lang),
        };
        lines.push(format!("{}: {best}", lang.pick("best", "가장 나음")));
    }
    // A letter that a comment names is that of the reviewer's own sheet.
    for text in [&rating.issue, &rating.note] {
        if !text.is_empty() {
            lines.push(sheet_text(text).into_owned());
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}
