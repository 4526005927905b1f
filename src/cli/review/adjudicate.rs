//! `narani review adjudicate`: the disputed rows, for a decision.

use std::fs::File;
use std::io::BufWriter;

use super::{Opened, Shelf};
use crate::cli::args::{Global, ReviewAdjudicateArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::printer::Printer;
use crate::compare::ratings::Reviewed;
use crate::domain::Lang;
use crate::domain::review::{LABELS, PackRow, Preference, Rating};
use crate::review::page::Texts;
use crate::review::workbook::{Making, Said};
use crate::review::{agree, draw, words, workbook};
use crate::said;
use crate::text::sink::{sheet_text, terminal_line};

pub(super) fn adjudicate(global: &Global, args: &ReviewAdjudicateArgs, printer: &Printer) -> Outcome {
    let mut opened = Opened::find(global, &args.pack)?;
    let disputed = agree::disputed(&opened.reviewed);
    if disputed.is_empty() {
        printer.out(printer.say(
            "  no row needs a decision: nobody differs by two points, in the choice, or could not tell",
            "  조정할 행이 없습니다: 2점 이상 다르거나 선택이 엇갈리거나 판단 불가인 행이 없음",
        ))?;
        return Ok(Exit::Done);
    }
    // Rows asked about before keep their keys and letters, so that a file that is out still comes back.
    let mut rows = draw::adjudication(&opened.reviewed.pack, disputed.clone());
    if let Some(earlier) = &opened.reviewed.pack.adjudication {
        let asked: Vec<usize> = earlier.rows.iter().map(|row| row.unit).collect();
        let keys: Vec<&str> = earlier.rows.iter().map(|row| row.key.as_str()).collect();
        rows.rows
            .retain(|row| !asked.contains(&row.unit) && !keys.contains(&row.key.as_str()));
        let known = earlier.rows.clone();
        rows.rows.splice(0..0, known);
    }
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
        protect: false,
    };
    let path = &args.output;
    let write = || workbook::write(BufWriter::new(File::create_new(path)?), &making);
    opened.reviewed.folder.keep(pack)?;
    write().map_err(|error| {
        Failure::usage(
            said!(
                "could not write `{0}`: {1}",
                "`{0}`에 쓸 수 없습니다: {1}",
                path.display(),
                error
            ),
            said!("name another file with -o", "-o 로 다른 파일을 고르세요"),
        )
    })?;
    let (count, shown) = (rows.rows.len(), terminal_line(&path.display().to_string()));
    printer.out(&printer.lang.pick(
        format!("  {shown}   {count} rows to decide\n  Next: narani review import {shown} when they are decided\n"),
        format!("  {shown}   조정할 행 {count}개\n  다음: 조정한 뒤 narani review import {shown}\n"),
    ))?;
    Ok(Exit::Done)
}

/// What each reviewer said of each row, in the letters of the row that is shown.
fn said(reviewed: &Reviewed, rows: &[PackRow], lang: Lang) -> Said {
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
