//! The sheets that grow with the run: side by side, detail, errors, full text. Their rows go to disk as they come.

use std::io;

use rust_xlsxwriter::{
    ConditionalFormatCell, ConditionalFormatCellRule, ConditionalFormatDataBar, ConditionalFormatFormula, Formula,
    Table, TableColumn, TableStyle, Worksheet,
};

use super::Cuts;
use super::grid::{Overflow, Pen, failed};
use super::look::{BAR, Look};
use super::words;
use crate::compare::faults::kind_of;
use crate::compare::row::column_of;
use crate::compare::{FaultGroup, Weigher};
use crate::domain::{Lang, Record, RunInfo, Status};
use crate::report::csv::answer_of;
use crate::report::words::remedy;
use crate::text::sink::{
    sheet_cut_to_row, sheet_height, sheet_line, sheet_lines, sheet_most_lines, sheet_pages_wide, sheet_text,
};

/// Characters of a text that are shown side by side, as far as a row shows them.
const SHOWN: usize = 1_200;

/// A4 in the list of paper sizes of the format.
const A4: u8 = 9;

/// How a sheet with these columns goes to paper: as many pages beside each other as can be read, heads on each.
pub(super) fn print(sheet: &mut Worksheet, keys: &[String], lang: Lang) -> io::Result<()> {
    let wide: f64 = keys.iter().map(|key| words::head(key, lang).1).sum();
    print_wide(sheet, wide);
    sheet.set_repeat_rows(1, 1).map_err(failed)?;
    Ok(())
}

/// The same for a sheet whose columns are so many characters wide together.
pub(super) fn print_wide(sheet: &mut Worksheet, wide: f64) {
    sheet
        .set_landscape()
        .set_paper_size(A4)
        .set_page_order(true)
        .set_margins(0.3, 0.3, 0.6, 0.5, 0.3, 0.2)
        .set_print_fit_to_pages(sheet_pages_wide(wide), 0)
        .set_footer("&C&A · &P / &N");
}

/// A faint line below each of the rows that were written, down to but without `next`: on paper nothing else tells one from
/// the other. Columns with grounds of their own are left out, since LibreOffice lays one format over a cell only; their cells
/// bring the line along.
pub(super) fn rule(sheet: &mut Worksheet, look: &Look, keys: &[String], next: u32) -> io::Result<()> {
    if next <= 2 {
        return Ok(());
    }
    let ruled = ConditionalFormatFormula::new()
        .set_rule(Formula::new("=LEN($A3)>0"))
        .set_format(look.ruled.clone());
    let mut first = 0;
    for columns in keys.chunk_by(|one, other| has_ground(one) == has_ground(other)) {
        let behind = first + u16::try_from(columns.len()).unwrap_or(u16::MAX);
        if !has_ground(&columns[0]) {
            sheet
                .add_conditional_format(2, first, next - 1, behind - 1, &ruled)
                .map_err(failed)?;
        }
        first = behind;
    }
    Ok(())
}

/// Whether what stands in a column settles its ground.
fn has_ground(key: &str) -> bool {
    key.starts_with("pass.") || key == "disagreement"
}

/// Widths of the columns of questions and answers, as in `words`.
const QUESTION: f64 = 36.0;
const ANSWER: f64 = 52.0;

/// Writes the keys into row 1, which is hidden, the heads into row 2, and the widths.
pub(super) fn heads(sheet: &mut Worksheet, look: &Look, keys: &[String], lang: Lang) -> io::Result<()> {
    // Rows go to disk when the next one begins, so everything about a row comes before that.
    sheet.set_row_hidden(0).map_err(failed)?;
    let mut pen = Pen::at(sheet, 0);
    for key in keys {
        pen.line(key, &look.key)?;
    }
    let mut pen = Pen::at(sheet, 1);
    for key in keys {
        let (head, width) = words::head(key, lang);
        pen.sheet.set_column_width(pen.column, width).map_err(failed)?;
        pen.tall(&sheet_line(&head), width, look.head_of(key))?;
    }
    pen.close(lang)
}

/// Makes the detail an Excel table of so many rows.
pub(super) fn detail_head(
    sheet: &mut Worksheet,
    look: &Look,
    keys: &[String],
    (rows, number): (u32, usize),
    lang: Lang,
) -> io::Result<()> {
    if rows == 0 {
        sheet.set_freeze_panes(2, 5).map_err(failed)?;
        return heads(sheet, look, keys, lang);
    }
    sheet.set_row_hidden(0).map_err(failed)?;
    let mut pen = Pen::at(sheet, 0);
    for key in keys {
        pen.line(key, &look.key)?;
    }
    // A table does not open when two of its heads are the same in any capitals.
    let mut used: Vec<String> = Vec::new();
    let mut columns = Vec::new();
    let mut lines = 2;
    for (at, key) in keys.iter().enumerate() {
        let (head, width) = words::head(key, lang);
        let column = u16::try_from(at).unwrap_or(u16::MAX);
        sheet.set_column_width(column, width).map_err(failed)?;
        let plain = sheet_line(&head);
        let mut head = plain.clone();
        let mut twin = 2;
        while head.is_empty() || used.contains(&head.to_lowercase()) {
            head = format!("{plain} {twin}");
            twin += 1;
        }
        used.push(head.to_lowercase());
        lines = lines.max(sheet_lines(&head, width));
        let format = look.head_of(key).clone();
        columns.push(TableColumn::new().set_header(head).set_header_format(format));
    }
    sheet.set_freeze_panes(2, 5).map_err(failed)?;
    let name = if number == 0 {
        "tbl_detail".to_owned()
    } else {
        format!("tbl_detail_{}", number + 1)
    };
    let table = Table::new()
        .set_name(name)
        .set_style(TableStyle::Light1)
        .set_columns(&columns);
    let last = u16::try_from(keys.len()).unwrap_or(u16::MAX) - 1;
    sheet.add_table(1, 0, rows + 1, last, &table).map_err(failed)?;
    sheet
        .set_row_height(1, sheet_height(lines.min(5), lang == Lang::Ko))
        .map_err(failed)?;
    print(sheet, keys, lang)
}

/// Keys of the columns of the sheet side by side; with `people` also what they say.
pub(super) fn side_keys(info: &RunInfo, people: bool) -> Vec<String> {
    let mut keys: Vec<String> = ["case_id", "tags", "question", "reference"].map(str::to_owned).to_vec();
    if info.trials > 1 {
        keys.push("trial".to_owned());
    }
    for what in ["answer", "pass", "score"] {
        keys.extend(info.columns().iter().map(|(_, _, label)| format!("{what}.{label}")));
    }
    if people {
        keys.extend(info.columns().iter().map(|(_, _, label)| format!("human_mean.{label}")));
        keys.push("human_pref".to_owned());
    }
    keys.extend(["disagreement", "note"].map(str::to_owned));
    if info.simulated {
        keys.push("simulated".to_owned());
    }
    keys
}

/// What the rows side by side are written with.
pub(super) struct Side<'a> {
    pub(super) info: &'a RunInfo,
    pub(super) look: &'a Look,
    pub(super) lang: Lang,
    pub(super) people: bool,
}

impl Side<'_> {
    /// A row, from the records of one case and trial.
    pub(super) fn row(
        &self,
        pen: &mut Pen<'_>,
        records: &[Record],
        weigher: &mut Weigher,
        cuts: &mut Cuts,
    ) -> io::Result<()> {
        let look = self.look;
        let found = weigher.weigh(self.info, records);
        let first = &records[0];
        pen.line(&first.case.id, &look.line)?;
        pen.tall(&sheet_text(&first.case.tags.join("\n")), 14.0, &look.text)?;
        self.text(pen, &first.question, QUESTION, cuts)?;
        let expected: Vec<String> = first.case.expected_texts().collect();
        self.text(pen, &expected.join("\n"), QUESTION, cuts)?;
        if self.info.trials > 1 {
            pen.count(u64::from(first.trial), &look.whole)?;
        }
        let mut cells: Vec<Option<&Record>> = vec![None; self.info.targets.len() * self.info.prompts.len()];
        for record in records {
            if let Some(cell) = cells.get_mut(column_of(self.info, record)) {
                *cell = Some(record);
            }
        }
        for cell in &cells {
            match cell.and_then(answer_of) {
                Some(answer) if !answer.trim().is_empty() => self.text(pen, answer, ANSWER, cuts)?,
                Some(_) => pen.tall(self.lang.words().empty_answer, ANSWER, &look.absent)?,
                None => pen.tall(&self.absent(*cell), ANSWER, &look.absent)?,
            }
        }
        for cell in &cells {
            match cell {
                Some(record) if record.status == Status::Measured => {
                    pen.number(record.pass.map(f64::from), &look.mark_ruled)?;
                }
                Some(record) if record.outcome.is_some() => {
                    pen.put(self.lang.pick("error", "오류"), &look.mark_ruled)?;
                }
                Some(_) => pen.put("–", &look.mark_ruled)?,
                None => pen.skip(1),
            }
        }
        for cell in &cells {
            pen.number(cell.and_then(|record| record.score), &look.score)?;
        }
        if self.people {
            let humans: Vec<_> = cells
                .iter()
                .map(|cell| cell.and_then(|record| record.human.as_deref()))
                .collect();
            for human in &humans {
                pen.number(human.and_then(|human| human.mean), &look.score)?;
            }
            let best = humans.iter().find_map(|human| human.as_ref()?.best.as_deref());
            pen.put(
                &best.map_or_else(String::new, |best| words::best(best, self.lang)),
                &look.unit,
            )?;
        }
        pen.number(Some(found.score), &look.score_ruled)?;
        pen.skip(1);
        if self.info.simulated {
            pen.put("SIMULATED", &look.line)?;
        }
        pen.close(self.lang)
    }

    fn text(&self, pen: &mut Pen<'_>, text: &str, width: f64, cuts: &mut Cuts) -> io::Result<()> {
        let text = sheet_text(text);
        let place = (width, sheet_most_lines(self.lang == Lang::Ko));
        match sheet_cut_to_row(&text, SHOWN, place, |n| words::cut_mark(n, self.lang)) {
            Some(cut) => {
                cuts.side += 1;
                pen.tall(&cut, width, &self.look.text)
            }
            None => pen.tall(&text, width, &self.look.text),
        }
    }

    /// Why there is no answer.
    fn absent(&self, cell: Option<&Record>) -> String {
        let lang = self.lang;
        match cell.map(kind_of) {
            None => String::new(),
            Some(Some((kind, _, message))) => {
                let message = message.map_or("", |message| message.in_lang(lang));
                let message: String = sheet_text(message).chars().take(300).collect();
                let word = words::fixed(kind.word(), lang);
                if message.is_empty() {
                    format!("({word})")
                } else {
                    format!("({word}) {message}")
                }
            }
            Some(None) => lang.pick("(no answer)", "(답변 없음)").to_owned(),
        }
    }

    /// What is laid over the rows once their number is known.
    pub(super) fn finish(&self, sheet: &mut Worksheet, rows: u32) -> io::Result<()> {
        sheet.set_freeze_panes(2, 3).map_err(failed)?;
        let keys = side_keys(self.info, self.people);
        let last = u16::try_from(keys.len()).unwrap_or(u16::MAX) - 1;
        sheet.autofilter(1, 0, rows + 1, last).map_err(failed)?;
        print(sheet, &keys, self.lang)?;
        sheet.set_repeat_columns(0, 0).map_err(failed)?;
        rule(sheet, self.look, &keys, rows + 2)?;
        if rows == 0 {
            return Ok(());
        }
        let equal = |value: f64, format| {
            ConditionalFormatCell::new()
                .set_rule(ConditionalFormatCellRule::EqualTo(value))
                .set_format(format)
        };
        for (at, key) in keys.iter().enumerate() {
            let column = u16::try_from(at).unwrap_or(u16::MAX);
            let range = (2, column, rows + 1, column);
            if key.starts_with("pass.") {
                let error = ConditionalFormatCell::new()
                    .set_rule(ConditionalFormatCellRule::EqualTo(self.lang.pick("error", "오류")))
                    .set_format(self.look.hatched.clone());
                let (a, b, c, d) = range;
                sheet.add_conditional_format(a, b, c, d, &error).map_err(failed)?;
                // An empty cell equals 0; the rule of the library for blanks stops before it.
                let blank = rust_xlsxwriter::ConditionalFormatBlank::new().set_stop_if_true(true);
                sheet.add_conditional_format(a, b, c, d, &blank).map_err(failed)?;
                sheet
                    .add_conditional_format(a, b, c, d, &equal(0.0, self.look.failed.clone()))
                    .map_err(failed)?;
                sheet
                    .add_conditional_format(a, b, c, d, &equal(1.0, self.look.passed.clone()))
                    .map_err(failed)?;
            }
            if key == "disagreement" {
                let bar = ConditionalFormatDataBar::new()
                    .set_fill_color(BAR)
                    .set_solid_fill(true)
                    .set_minimum(rust_xlsxwriter::ConditionalFormatType::Number, 0)
                    .set_maximum(rust_xlsxwriter::ConditionalFormatType::Number, 1)
                    .use_classic_style();
                let (a, b, c, d) = range;
                sheet.add_conditional_format(a, b, c, d, &bar).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// Keys of the columns of the errors.
pub(super) fn error_keys(info: &RunInfo) -> Vec<String> {
    let mut keys = vec!["case_id", "target"];
    if info.prompts.len() > 1 {
        keys.push("prompt");
    }
    keys.extend(["trial", "error_kind", "message", "remedy", "row_key"]);
    keys.into_iter().map(str::to_owned).collect()
}

/// A row of the errors; false for a record that has none.
pub(super) fn error_row(
    pen: &mut Pen<'_>,
    look: &Look,
    info: &RunInfo,
    record: &Record,
    (lang, row_key): (Lang, &str),
) -> io::Result<bool> {
    let Some(group) = FaultGroup::of(record) else {
        return Ok(false);
    };
    let target = &info.targets[record.target];
    pen.line(&record.case.id, &look.line)?;
    pen.line(&target.name, &look.line)?;
    if info.prompts.len() > 1 {
        pen.line(&info.prompts[record.prompt].name, &look.line)?;
    }
    pen.count(u64::from(record.trial), &look.whole)?;
    pen.put(words::fixed(group.kind.word(), lang), &look.line)?;
    let shown: String = sheet_text(group.message.in_lang(lang)).chars().take(1_000).collect();
    pen.tall(&shown, 60.0, &look.text)?;
    pen.tall(&sheet_text(&remedy(&group, target, lang)), 60.0, &look.text)?;
    pen.put(row_key, &look.line)?;
    pen.close(lang)?;
    Ok(true)
}

/// Keys of the columns of the full texts.
pub(super) fn full_keys() -> Vec<String> {
    ["row_key", "column", "part", "text"].map(str::to_owned).to_vec()
}

/// Width of the column of full texts.
pub(super) const FULL: f64 = 100.0;

/// The parts of a text, a row each, which shows it whole.
pub(super) fn full_rows(
    sheet: &mut Worksheet,
    look: &Look,
    row: &mut u32,
    (overflow, lang): (&Overflow, Lang),
) -> io::Result<()> {
    for (at, part) in overflow.parts.iter().enumerate() {
        let mut pen = Pen::at(sheet, *row);
        pen.put(&overflow.row_key, &look.line)?;
        pen.line(&overflow.column, &look.line)?;
        pen.count(at as u64 + 1, &look.whole)?;
        let lines = sheet_lines(part.trim_end(), FULL);
        pen.tall_as(part, lines, &look.text)?;
        pen.close(lang)?;
        *row += 1;
    }
    Ok(())
}
