//! A reviewer's workbook: guide, rows, full texts, and two hidden sheets.
//!
//! Row 1 tells whose sheet it is and how far it is, row 2 (hidden) holds the keys by which the file is read when it comes
//! back, row 3 the heads. Nothing in it says who gave an answer. The rows go to disk as they come.

use std::collections::HashMap;
use std::io::{self, Seek, Write};

use rust_xlsxwriter::{
    Color, ConditionalFormatBlank, ConditionalFormatFormula, DataValidation, DataValidationErrorStyle, DocProperties,
    Format, FormatAlign, FormatBorder, Formula, ProtectionOptions, Workbook, Worksheet, XlsxError,
};

use super::page::{Column, Texts, shown, text_of};
use super::words;
use crate::domain::Lang;
use crate::domain::review::{LABELS, Pack, Rating, Reviewer};
use crate::text::sink::{
    sheet_cut_to_row, sheet_fits, sheet_height, sheet_line, sheet_lines, sheet_most_lines, sheet_pages,
    sheet_pages_wide, sheet_text,
};

/// A4 in the list of paper sizes of the format.
const A4: u8 = 9;

/// First row of the data, counted from 0.
const FIRST: u32 = 3;

/// Reviewers' ratings as words, by row and reviewer, in a workbook for decisions.
pub type Quotes = Vec<Vec<String>>;

/// How a workbook is made.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// Whose rows. A nameless one makes a workbook for decisions.
    pub reviewer: &'a Reviewer,
    /// The texts of every unit of the pack; units of others may be empty.
    pub texts: &'a [Texts],
    /// What was said, for decisions.
    pub said: Option<&'a Quotes>,
    /// What stands in the rows already, by their keys: decisions that were taken before.
    pub filled: Option<&'a HashMap<String, Rating>>,
    /// Lock the texts.
    pub protect: bool,
}

struct Look {
    plain: Format,
    title: Format,
    heading: Format,
    progress: Format,
    whose: Format,
    words: Format,
    head: Format,
    key: Format,
    text: Format,
    number: Format,
    rating: Format,
    note: Format,
    /// The same with a text in it, which is nobody's formula.
    rating_said: Format,
    note_said: Format,
    absent: Format,
    amber: Format,
    grey: Format,
    warn: Format,
}

impl Look {
    fn new(lang: Lang) -> Self {
        let plain = Format::new()
            .set_font_name(lang.pick("Calibri", "맑은 고딕"))
            .set_font_size(lang.pick(11.0, 10.0));
        let base = || plain.clone().set_align(FormatAlign::Top);
        let line = Color::RGB(0x00D0_D0D0);
        let ruled = || base().set_border(FormatBorder::Thin).set_border_color(line);
        Self {
            title: base().set_bold().set_font_size(14.0),
            heading: base().set_bold().set_font_size(12.0).set_quote_prefix(),
            progress: base().set_bold().set_shrink(),
            whose: base().set_bold().set_font_size(12.0).set_indent(1).set_quote_prefix(),
            words: base().set_text_wrap().set_quote_prefix(),
            head: base()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(Color::RGB(0x00DD_E6F0))
                .set_border(FormatBorder::Thin)
                .set_border_color(line)
                .set_quote_prefix(),
            key: base().set_quote_prefix(),
            text: ruled().set_text_wrap().set_quote_prefix(),
            number: ruled().set_align(FormatAlign::Center),
            rating: ruled().set_align(FormatAlign::Center).set_unlocked(),
            note: ruled().set_text_wrap().set_unlocked(),
            rating_said: ruled().set_align(FormatAlign::Center).set_unlocked().set_quote_prefix(),
            note_said: ruled().set_text_wrap().set_unlocked().set_quote_prefix(),
            absent: ruled()
                .set_align(FormatAlign::Center)
                .set_font_color(Color::RGB(0x00A0_A0A0))
                .set_background_color(Color::RGB(0x00F0_F0F0)),
            amber: Format::new().set_background_color(Color::RGB(0x00FF_F0C8)),
            grey: Format::new()
                .set_background_color(Color::RGB(0x00EE_EEEE))
                .set_font_color(Color::RGB(0x0080_8080)),
            warn: base().set_bold().set_font_color(Color::RGB(0x00B3_5A00)),
            plain,
        }
    }
}

fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

/// Writes the workbook.
///
/// # Errors
/// When `out` or a temporary file cannot be written.
pub fn write(out: impl Write + Seek + Send, making: &Making<'_>) -> io::Result<()> {
    let pack = making.pack;
    let lang = if pack.korean { Lang::Ko } else { Lang::En };
    let names = words::sheets(lang);
    let look = Look::new(lang);
    let said = making.said.and_then(|said| said.first()).map_or(0, Vec::len);
    let columns = Column::all(pack, said);
    let mut book = Workbook::new();
    book.set_default_format(&look.plain, 20, 64).map_err(failed)?;
    book.add_worksheet().set_name(names.guide).map_err(failed)?;
    let sheet = book.add_worksheet_with_constant_memory().map_err(failed)?;
    sheet.set_name(names.rows).map_err(failed)?;
    let long = rows(sheet, &look, making, (&columns, lang)).map_err(failed)?;
    if !long.is_empty() {
        let sheet = book.add_worksheet_with_constant_memory().map_err(failed)?;
        sheet.set_name(names.full).map_err(failed)?;
        full(sheet, &look, making, (&long, lang)).map_err(failed)?;
    }
    let sheet = book.worksheet_from_index(0).map_err(failed)?;
    guide(sheet, &look, making, (!long.is_empty(), lang))?;
    let sheet = book.add_worksheet().set_name(names.lists).map_err(failed)?;
    lists(sheet, pack, lang).map_err(failed)?;
    let sheet = book.add_worksheet().set_name("_narani").map_err(failed)?;
    hidden(sheet, &look, making).map_err(failed)?;
    let seconds = pack.made_us.div_euclid(1_000_000);
    let properties = DocProperties::new()
        .set_title(sheet_line(&words::whose(&making.reviewer.name, &pack.id, lang)))
        .set_creation_datetime(&rust_xlsxwriter::ExcelDateTime::from_timestamp(seconds).map_err(failed)?)
        .set_custom_property("narani.file", "review/1")
        .set_custom_property("narani.pack", pack.id.as_str())
        .set_custom_property("narani.reviewer", sheet_line(&making.reviewer.name));
    book.set_properties(&properties);
    book.save_to_writer(out).map_err(failed)
}

/// Width of the guide. Its Korean lines break alike in the fonts of Excel and LibreOffice here, so rows are as tall as they
/// look.
const GUIDE: f64 = 80.0;

fn guide(sheet: &mut Worksheet, look: &Look, making: &Making<'_>, (long, lang): (bool, Lang)) -> io::Result<()> {
    let write = |sheet: &mut Worksheet| -> Result<(), XlsxError> {
        sheet.set_column_width(0, 3)?;
        sheet.set_column_width(1, GUIDE)?;
        sheet.set_screen_gridlines(false);
        let name = sheet_line(&making.reviewer.name);
        sheet.write_string_with_format(0, 1, words::whose(&name, &making.pack.id, lang), &look.title)?;
        let mut row = 1;
        for (heading, line) in words::guide(making.pack, &making.reviewer.name, (making.protect, long), lang) {
            if heading {
                row += 1;
            }
            let format = if heading { &look.heading } else { &look.words };
            let height = if heading {
                20.0
            } else {
                sheet_height(sheet_lines(&line, GUIDE), lang == Lang::Ko)
            };
            sheet.set_row_height(row, height)?;
            sheet.write_string_with_format(row, 1, line, format)?;
            row += 1;
        }
        sheet.set_row_height(0, 26)?;
        sheet.set_paper_size(A4).set_print_fit_to_pages(1, 1);
        Ok(())
    };
    write(sheet).map_err(failed)
}

/// A column as spreadsheets count: A, B, … Z, AA.
pub(super) fn letters(mut column: u16) -> String {
    let mut out = String::new();
    loop {
        out.insert(0, char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
        if column < 26 {
            return out;
        }
        column = column / 26 - 1;
    }
}

/// The rows. Gives what did not fit: row, letter and whole text.
fn rows<'t>(
    sheet: &mut Worksheet,
    look: &Look,
    making: &Making<'t>,
    (columns, lang): (&[Column], Lang),
) -> Result<Vec<(u32, Column, &'t str)>, XlsxError> {
    let (pack, reviewer) = (making.pack, making.reviewer);
    let count = u32::try_from(reviewer.rows.len()).unwrap_or(0);
    let last = FIRST + count.max(1) - 1;
    let place = |wanted: Column| {
        (0u16..)
            .zip(columns)
            .find(|(_, column)| **column == wanted)
            .map(|(at, _)| at)
    };
    progress(sheet, look, making, (columns, last, lang))?;
    // Rows go to disk when the next one begins, so everything about a row comes before that.
    sheet.set_row_hidden(1)?;
    for (at, column) in (0u16..).zip(columns) {
        sheet.write_string_with_format(1, at, column.key(), &look.key)?;
    }
    sheet.set_row_height(2, 32)?;
    for (at, column) in (0u16..).zip(columns) {
        let head = if reviewer.name.is_empty() {
            words::decision_head(*column, pack.labels, lang)
        } else {
            words::head(*column, pack.labels, lang)
        };
        sheet.set_column_width(at, words::width(*column))?;
        if matches!(column, Column::Key | Column::Case) {
            sheet.set_column_hidden(at)?;
        }
        sheet.write_string_with_format(2, at, head, &look.head)?;
    }
    let mut long = Vec::new();
    let nothing = Vec::new();
    for (at, row) in reviewer.rows.iter().enumerate() {
        let line = FIRST + u32::try_from(at).unwrap_or(0);
        let texts = &making.texts[row.unit];
        let mut lines = 1;
        let earlier = making.filled.and_then(|filled| filled.get(&row.key));
        let quoted = making.said.and_then(|said| said.get(at)).unwrap_or(&nothing);
        for (place, column) in (0u16..).zip(columns) {
            match column {
                Column::Key => sheet.write_string_with_format(line, place, row.key.as_str(), &look.key)?,
                Column::Case => {
                    sheet.write_string_with_format(line, place, sheet_line(&pack.units[row.unit].case), &look.key)?
                }
                Column::Number => sheet.write_number_with_format(
                    line,
                    place,
                    f64::from(u32::try_from(at + 1).unwrap_or(0)),
                    &look.number,
                )?,
                Column::Said(who) => {
                    let said = quoted.get(*who).map_or("", String::as_str);
                    let room = (words::width(*column), sheet_most_lines(lang == Lang::Ko));
                    let cut = sheet_cut_to_row(said, 3_000, room, |_| "…".to_owned());
                    let said = cut.as_deref().unwrap_or(said);
                    lines = lines.max(sheet_lines(said, room.0));
                    sheet.write_string_with_format(line, place, said, &look.text)?
                }
                // Nothing to score where there is no answer, nothing to choose where there is one.
                Column::Score(letter) if *letter >= row.letters.len() => {
                    sheet.write_string_with_format(line, place, "–", &look.absent)?
                }
                Column::Best if row.letters.len() < 2 => {
                    sheet.write_string_with_format(line, place, "–", &look.absent)?
                }
                Column::Score(letter) => match earlier.and_then(|rating| *rating.scores.get(*letter)?) {
                    Some(score) => sheet.write_number_with_format(line, place, f64::from(score), &look.rating)?,
                    None => sheet.write_blank(line, place, &look.rating)?,
                },
                Column::Best | Column::Done | Column::Issue | Column::Note => {
                    let (blank, said) = if *column == Column::Note {
                        (&look.note, &look.note_said)
                    } else {
                        (&look.rating, &look.rating_said)
                    };
                    match earlier.map(|rating| entered(*column, rating, lang)) {
                        Some(text) if !text.is_empty() => sheet.write_string_with_format(line, place, text, said)?,
                        _ => sheet.write_blank(line, place, blank)?,
                    }
                }
                _ => match text_of(*column, pack, row, texts) {
                    Some(text) => {
                        let cut = shown(text, *column, lang);
                        if cut.is_some() {
                            long.push((u32::try_from(at + 1).unwrap_or(0), *column, text));
                        }
                        let text = cut.as_deref().unwrap_or(text);
                        // What is within the display cut always fits a cell.
                        let text = if sheet_fits(text) { text } else { "…" };
                        lines = lines.max(sheet_lines(text, words::width(*column)));
                        sheet.write_string_with_format(line, place, text, &look.text)?
                    }
                    None => sheet.write_string_with_format(line, place, words::no_answer(lang), &look.absent)?,
                },
            };
        }
        sheet.set_row_height(line, sheet_height(lines, lang == Lang::Ko).max(30.0))?;
    }
    sheet.set_freeze_panes(FIRST, place(Column::Question).unwrap_or(0) + 1)?;
    let right = u16::try_from(columns.len()).unwrap_or(1) - 1;
    sheet.autofilter(2, 0, last, right)?;
    checks(sheet, look, pack, (columns, last, lang))?;
    if making.protect {
        let options = ProtectionOptions {
            use_autofilter: true,
            format_columns: true,
            format_rows: true,
            ..ProtectionOptions::default()
        };
        sheet.protect_with_options(&options);
    }
    let wide: f64 = columns
        .iter()
        .filter(|column| !matches!(column, Column::Key | Column::Case))
        .map(|column| words::width(*column))
        .sum();
    print(sheet, wide);
    sheet.set_repeat_rows(2, 2)?;
    if let Some(number) = place(Column::Number) {
        sheet.set_repeat_columns(0, number)?;
    }
    Ok(long)
}

/// What a column of words holds of a rating that is known.
fn entered(column: Column, rating: &Rating, lang: Lang) -> String {
    match column {
        Column::Best => rating
            .best
            .map_or_else(String::new, |best| words::preference(best, lang)),
        Column::Issue => sheet_line(&rating.issue),
        Column::Note => sheet_text(&rating.note).chars().take(3_000).collect(),
        Column::Done if rating.done => words::DONE.to_owned(),
        _ => String::new(),
    }
}

/// How a sheet of so many characters beside each other goes to paper.
fn print(sheet: &mut Worksheet, wide: f64) {
    sheet
        .set_landscape()
        .set_paper_size(A4)
        // Page by page a row comes whole before the next one.
        .set_page_order(true)
        .set_margins(0.3, 0.3, 0.5, 0.5, 0.2, 0.2)
        .set_print_fit_to_pages(sheet_pages_wide(wide), 0)
        .set_footer("&C&P / &N");
}

/// Row 1: how far it is, whose it is, the scale, and how often the choice contradicts the scores.
fn progress(
    sheet: &mut Worksheet,
    look: &Look,
    making: &Making<'_>,
    (columns, last, lang): (&[Column], u32, Lang),
) -> Result<(), XlsxError> {
    let (pack, reviewer) = (making.pack, making.reviewer);
    let count = reviewer.rows.len();
    let place = |wanted: Column| {
        (0u16..)
            .zip(columns)
            .find(|(_, column)| **column == wanted)
            .map(|(at, _)| at)
    };
    let range = |column: u16| {
        let name = letters(column);
        format!("${name}${}:${name}${}", FIRST + 1, last + 1)
    };
    let (Some(number), Some(question), Some(done_at)) =
        (place(Column::Number), place(Column::Question), place(Column::Done))
    else {
        return Ok(());
    };
    let finished = format!("COUNTIF({},\"{}\")", range(done_at), words::DONE);
    let word = lang.pick("Done", "끝남");
    // Somebody may have no rows.
    let of = count.max(1);
    let formula = format!("=\"{word} \"&{finished}&\" / {count} (\"&ROUND(100*{finished}/{of},0)&\"%)\"");
    let done = making
        .filled
        .map_or(0, |filled| filled.values().filter(|rating| rating.done).count());
    let percent = (200 * done + count) / (2 * of);
    let formula = Formula::new(formula).set_result(format!("{word} {done} / {count} ({percent}%)"));
    // As much of it as there are rows, in the room before the question.
    sheet.merge_range(0, number, 0, question - 1, "", &look.progress)?;
    sheet.write_formula_with_format(0, number, formula, &look.progress)?;
    let name = sheet_line(&reviewer.name);
    let mut whose = words::whose(&name, &pack.id, lang);
    if pack.simulated {
        whose.push_str(" · SIMULATED");
    }
    sheet.write_string_with_format(0, question, whose, &look.whose)?;
    let answers: Vec<u16> = (0..pack.labels)
        .filter_map(|letter| place(Column::Answer(letter)))
        .collect();
    if let Some(first) = answers.first() {
        sheet.write_string_with_format(0, *first, words::scale(pack, lang), &look.plain)?;
    }
    if let (Some(best), Some(first)) = (place(Column::Best), place(Column::Score(0))) {
        let scores: Vec<u16> = (0..pack.labels)
            .filter_map(|letter| place(Column::Score(letter)))
            .collect();
        let sums: Vec<String> = scores
            .iter()
            .enumerate()
            .map(|(at, own)| {
                let higher: Vec<String> = scores
                    .iter()
                    .filter(|other| *other != own)
                    .map(|other| {
                        let (own, other) = (range(*own), range(*other));
                        format!("ISNUMBER({own})*ISNUMBER({other})*({other}>{own})")
                    })
                    .collect();
                format!(
                    "SUMPRODUCT(({}=\"{}\")*(({})>0))",
                    range(best),
                    LABELS.get(at).copied().unwrap_or('?'),
                    higher.join("+")
                )
            })
            .collect();
        let sum = sums.join("+");
        let told = lang.pick(
            format!("=\"Choices against the scores: \"&({sum})"),
            format!("=\"점수와 다른 선택 \"&({sum})&\"건\""),
        );
        let none = lang.pick("Choices against the scores: 0", "점수와 다른 선택 0건");
        sheet.write_formula_with_format(0, first, Formula::new(told).set_result(none), &look.warn)?;
    }
    Ok(())
}

/// Drop-downs and grounds.
fn checks(
    sheet: &mut Worksheet,
    look: &Look,
    pack: &Pack,
    (columns, last, lang): (&[Column], u32, Lang),
) -> Result<(), XlsxError> {
    let names = words::sheets(lang);
    let (low, high) = pack.scale;
    let grades: Vec<String> = (low..=high).map(|grade| grade.to_string()).collect();
    let list = |column: char, count: usize| Formula::new(format!("='{}'!${column}$1:${column}${count}", names.lists));
    let choices = words::choices(pack.labels, lang).len();
    let right = u16::try_from(columns.len()).unwrap_or(1) - 1;
    let place = |wanted: Column| {
        (0u16..)
            .zip(columns)
            .find(|(_, column)| **column == wanted)
            .map(|(at, _)| at)
    };
    let mut required = Vec::new();
    for (at, column) in (0u16..).zip(columns) {
        let rule = match column {
            Column::Score(_) => {
                required.push(at);
                DataValidation::new()
                    .allow_list_strings(&grades)?
                    .set_error_style(DataValidationErrorStyle::Stop)
                    .set_error_title(lang.pick("Score", "점수"))?
                    .set_error_message(lang.pick(
                        format!("A whole number from {low} to {high}, please."),
                        format!("{low}부터 {high}까지의 숫자를 적어 주세요."),
                    ))?
                    .set_input_title(lang.pick("Score", "점수"))?
                    .set_input_message(words::scale(pack, lang))?
            }
            Column::Best => {
                required.push(at);
                DataValidation::new()
                    .allow_list_formula(list('A', choices))
                    .set_error_style(DataValidationErrorStyle::Stop)
                    .set_error_message(lang.pick("Please choose from the list.", "목록에서 골라 주세요."))?
            }
            Column::Issue => DataValidation::new()
                .allow_list_formula(list('B', words::issues(lang).len()))
                .show_error_message(false),
            Column::Done => DataValidation::new()
                .allow_list_strings(&[words::DONE])?
                .show_error_message(false),
            _ => continue,
        };
        sheet.add_data_validation(FIRST, at, last, at, &rule)?;
    }
    for at in &required {
        let blank = ConditionalFormatBlank::new()
            .set_format(look.amber.clone())
            .set_stop_if_true(true);
        sheet.add_conditional_format(FIRST, *at, last, *at, &blank)?;
    }
    let row = FIRST + 1;
    if let Some(best) = place(Column::Best) {
        let scores: Vec<u16> = (0..pack.labels)
            .filter_map(|letter| place(Column::Score(letter)))
            .collect();
        let first = letters(*scores.first().unwrap_or(&0));
        let end = letters(*scores.last().unwrap_or(&0));
        let tests: Vec<String> = scores
            .iter()
            .enumerate()
            .map(|(at, score)| {
                format!(
                    "AND(${}{row}=\"{}\",ISNUMBER(${score}{row}),MAX(${first}{row}:${end}{row})>${score}{row})",
                    letters(best),
                    LABELS.get(at).copied().unwrap_or('?'),
                    score = letters(*score)
                )
            })
            .collect();
        let against = ConditionalFormatFormula::new()
            .set_rule(Formula::new(format!("=OR({})", tests.join(","))))
            .set_format(look.amber.clone())
            .set_stop_if_true(true);
        sheet.add_conditional_format(FIRST, best, last, best, &against)?;
    }
    if let Some(done) = place(Column::Done) {
        let grey = ConditionalFormatFormula::new()
            .set_rule(Formula::new(format!("=${}{row}=\"{}\"", letters(done), words::DONE)))
            .set_format(look.grey.clone());
        sheet.add_conditional_format(FIRST, 0, last, right, &grey)?;
    }
    Ok(())
}

/// Width of the column of full texts.
const FULL: f64 = 110.0;

/// Texts that were cut, whole, by number and letter, in parts that a row shows.
fn full(
    sheet: &mut Worksheet,
    look: &Look,
    making: &Making<'_>,
    (long, lang): (&[(u32, Column, &str)], Lang),
) -> Result<(), XlsxError> {
    let heads = [
        (lang.pick("No.", "번호"), 6.0),
        (lang.pick("Column", "열"), 14.0),
        (lang.pick("Part", "부분"), 7.0),
        (lang.pick("Text", "글"), FULL),
    ];
    for (at, (head, width)) in (0u16..).zip(heads) {
        sheet.set_column_width(at, width)?;
        sheet.write_string_with_format(0, at, head, &look.head)?;
    }
    let mut row = 1;
    for (number, column, text) in long {
        for (part, text) in (1u32..).zip(sheet_pages(text, FULL, sheet_most_lines(lang == Lang::Ko))) {
            sheet.write_number_with_format(row, 0, f64::from(*number), &look.number)?;
            let head = words::head(*column, making.pack.labels, lang);
            sheet.write_string_with_format(row, 1, head, &look.text)?;
            sheet.write_number_with_format(row, 2, f64::from(part), &look.number)?;
            sheet.set_row_height(row, sheet_height(sheet_lines(text.trim_end(), FULL), lang == Lang::Ko))?;
            sheet.write_string_with_format(row, 3, text, &look.text)?;
            row += 1;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, row - 1, 3)?;
    print(sheet, FULL + 27.0);
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

fn lists(sheet: &mut Worksheet, pack: &Pack, lang: Lang) -> Result<(), XlsxError> {
    for (row, choice) in (0u32..).zip(words::choices(pack.labels, lang)) {
        sheet.write_string(row, 0, choice)?;
    }
    for (row, issue) in (0u32..).zip(words::issues(lang)) {
        sheet.write_string(row, 1, issue)?;
    }
    sheet.set_hidden(true);
    Ok(())
}

fn hidden(sheet: &mut Worksheet, look: &Look, making: &Making<'_>) -> Result<(), XlsxError> {
    let rows = making.reviewer.rows.len().to_string();
    let name = sheet_line(&making.reviewer.name);
    for (row, (key, value)) in (0u32..).zip([
        ("pack", making.pack.id.as_str()),
        ("reviewer", name.as_str()),
        ("format", "review/1"),
        ("rows", rows.as_str()),
    ]) {
        sheet.write_string_with_format(row, 0, key, &look.key)?;
        sheet.write_string_with_format(row, 1, value, &look.key)?;
    }
    sheet.set_hidden(true);
    Ok(())
}
