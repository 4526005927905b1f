//! The first sheet: title, scoreboard, sentences, tags, notes. Fits one page.

use std::io;

use jiff::tz::TimeZone;
use rust_xlsxwriter::{ConditionalFormatDataBar, ConditionalFormatType, Worksheet};

use super::grid::{Pen, failed};
use super::look::{BAR, Look};
use crate::compare::{Column, View};
use crate::domain::{Lang, RunInfo};
use crate::report::words;
use crate::text::sink::{sheet_cut, sheet_line, sheet_text};

/// Columns from the first to the last that the sheet uses.
const COLUMNS: u16 = 12;

/// What the sheet is made of.
pub(super) struct Summary<'a> {
    pub(super) info: &'a RunInfo,
    pub(super) view: &'a View,
    pub(super) look: &'a Look,
    pub(super) lang: Lang,
    pub(super) zone: &'a TimeZone,
    pub(super) sentences: &'a [String],
}

impl Summary<'_> {
    pub(super) fn write(&self, sheet: &mut Worksheet) -> io::Result<()> {
        for (column, width) in [24.0, 11.0, 11.0, 11.0, 10.0, 11.0, 9.0, 9.0, 11.0, 10.0, 13.0, 9.0]
            .into_iter()
            .enumerate()
        {
            sheet
                .set_column_width(u16::try_from(column).unwrap_or(0), width)
                .map_err(failed)?;
        }
        self.title(sheet)?;
        let mut row = self.scoreboard(sheet, 4)?;
        row = self.paragraphs(sheet, row + 1)?;
        row = self.people(sheet, row)?;
        row = self.tags(sheet, row + 1)?;
        self.notes(sheet, row + 1)?;
        sheet.set_freeze_panes(5, 0).map_err(failed)?;
        super::rows::print_wide(sheet, 130.0);
        sheet.set_print_fit_to_pages(1, 1);
        sheet.set_screen_gridlines(false);
        Ok(())
    }

    fn title(&self, sheet: &mut Worksheet) -> io::Result<()> {
        let lang = self.lang;
        let mut title = sheet_line(&self.info.suite);
        if self.info.simulated {
            title = format!("{} · {title}", lang.words().simulated);
        }
        Pen::at(sheet, 0).put(&title, &self.look.title)?;
        sheet.set_row_height(0, 26).map_err(failed)?;
        let mut parts = vec![words::cases(self.info.cases, lang)];
        if self.info.prompts.len() > 1 {
            parts.push(words::prompts(self.info.prompts.len() as u64, lang));
        }
        parts.push(words::trials(u64::from(self.info.trials), lang));
        parts.push(self.info.id.to_string());
        parts.push(words::moment(self.info.started_us, self.zone, true, lang));
        if self.view.counts.cached > 0 {
            parts.push(words::from_cache(self.view.counts.cached, self.view.replayed, lang));
        }
        Pen::at(sheet, 1).put(&parts.join(" · "), &self.look.faint)?;
        let counts = self.view.counts;
        let mut told = Vec::new();
        if self.view.judged() {
            told.push(lang.words().rates_only.to_owned());
        }
        if let Some(early) = &self.view.early {
            told.push(crate::report::early::sentence(early, lang));
        }
        let settled = self.view.early.as_ref().is_some_and(|early| early.settled);
        if counts.missing > 0 && !settled {
            told.push(words::not_reached(
                counts.missing,
                counts.planned,
                self.info.id.as_str(),
                lang,
            ));
        }
        Pen::at(sheet, 2).put(&told.join(" "), &self.look.faint)
    }

    /// One line a column of the run; gives the row behind it.
    fn scoreboard(&self, sheet: &mut Worksheet, first: u32) -> io::Result<u32> {
        let (lang, look) = (self.lang, self.look);
        let words = lang.words();
        let mut pen = Pen::at(sheet, first);
        for head in [
            words.target,
            words.pass,
            lang.pick("95% low", "95% 하한"),
            lang.pick("95% high", "95% 상한"),
            lang.pick("passed", "통과"),
            lang.pick("measured", "측정"),
            words.errors,
            words.score,
            lang.pick("p50 (s)", "중앙값(초)"),
            lang.pick("p95 (s)", "95%값(초)"),
            words.cost,
            lang.pick("currency", "통화"),
        ] {
            let format = match pen.column {
                0 => &look.head,
                column if column == COLUMNS - 1 => &look.head_unit,
                _ => &look.head_right,
            };
            pen.put(head, format)?;
        }
        let mut row = first + 1;
        for column in &self.view.columns {
            self.score_line(sheet, row, column)?;
            row += 1;
        }
        let bar = ConditionalFormatDataBar::new()
            .set_fill_color(BAR)
            .set_solid_fill(true)
            .set_minimum(ConditionalFormatType::Number, 0)
            .set_maximum(ConditionalFormatType::Number, 1)
            .use_classic_style();
        if row > first + 1 {
            sheet
                .add_conditional_format(first + 1, 1, row - 1, 1, &bar)
                .map_err(failed)?;
        }
        Ok(row)
    }

    fn score_line(&self, sheet: &mut Worksheet, row: u32, column: &Column) -> io::Result<()> {
        let look = self.look;
        let seconds = |micros: Option<f64>| micros.map(|micros| micros / 1e6);
        let mut pen = Pen::at(sheet, row);
        pen.line(&column.label, &look.line)?;
        pen.number(column.pass.map(|rate| rate.value), &look.share)?;
        pen.number(column.pass.map(|rate| rate.low), &look.share)?;
        pen.number(column.pass.map(|rate| rate.high), &look.share)?;
        if self.view.judged() {
            pen.count(column.counts.passed, &look.whole)?;
        } else {
            pen.skip(1);
        }
        pen.count(column.counts.measured, &look.whole)?;
        pen.count(column.counts.failed(), &look.whole)?;
        pen.number(column.score, &look.score)?;
        pen.number(seconds(column.latency.p50), &look.seconds)?;
        pen.number(seconds(column.latency.p95), &look.seconds)?;
        let sums: Vec<_> = column.paid.money().collect();
        match sums.as_slice() {
            [one] if column.paid.unknown == 0 => {
                pen.number(Some(one.units()), &look.money)?;
                pen.line(&one.currency.0, &look.unit)
            }
            _ => {
                let purse = crate::report::number::Purse::of(column.paid.money());
                let style = crate::report::Style {
                    width: 80,
                    ascii: false,
                    color: false,
                    lang: self.lang,
                };
                pen.put(
                    &sheet_text(&crate::report::number::paid(&column.paid, &purse, &style)),
                    &look.faint_right,
                )
            }
        }
    }

    /// What people say, a table a scale.
    fn people(&self, sheet: &mut Worksheet, first: u32) -> io::Result<u32> {
        let (lang, look) = (self.lang, self.look);
        let mut row = first;
        for scale in self.view.scales() {
            let (low, high) = scale;
            let heading = lang.pick(
                format!("People's ratings ({low}–{high})"),
                format!("사람 심사 ({low}–{high}점)"),
            );
            Pen::at(sheet, row + 1).put(&heading, &look.heading)?;
            sheet.set_row_height(row + 1, 20).map_err(failed)?;
            let mut pen = Pen::at(sheet, row + 2);
            for (head, number) in [
                (lang.words().target, false),
                (lang.pick("mean", "평균"), true),
                (lang.pick("95% low", "95% 하한"), true),
                (lang.pick("95% high", "95% 상한"), true),
                (lang.pick("answers", "답변"), true),
                (lang.pick("ratings", "심사 수"), true),
                (lang.pick("best in", "가장 나음"), true),
                (lang.pick("of rows", "고른 행"), true),
            ] {
                pen.put(head, if number { &look.head_right } else { &look.head })?;
            }
            row += 3;
            for column in &self.view.columns {
                let Some(people) = column.people.iter().find(|people| people.scale == scale) else {
                    continue;
                };
                let mut pen = Pen::at(sheet, row);
                pen.line(&column.label, &look.line)?;
                pen.number(Some(people.mean), &look.score)?;
                pen.number(people.interval.map(|interval| interval.low), &look.score)?;
                pen.number(people.interval.map(|interval| interval.high), &look.score)?;
                for count in [people.answers, people.ratings, people.best, people.choices] {
                    pen.count(count, &look.whole)?;
                }
                row += 1;
            }
        }
        Ok(row)
    }

    /// Sentences over the whole width.
    fn paragraphs(&self, sheet: &mut Worksheet, first: u32) -> io::Result<u32> {
        let mut row = first;
        for sentence in self.sentences {
            Self::wide(sheet, row, &format!("▸ {}", sheet_text(sentence)), self.look)?;
            row += 1;
        }
        Ok(row)
    }

    fn tags(&self, sheet: &mut Worksheet, first: u32) -> io::Result<u32> {
        if self.view.slices.is_empty() || !self.view.judged() {
            return Ok(first);
        }
        let look = self.look;
        let words = self.lang.words();
        Pen::at(sheet, first).put(words.by_tag_thin, &look.heading)?;
        sheet.set_row_height(first, 20).map_err(failed)?;
        let mut pen = Pen::at(sheet, first + 1);
        pen.put(words.tag, &look.head)?;
        pen.put("n", &look.head_right)?;
        for column in &self.view.columns {
            pen.tall(&sheet_line(&column.label), 8.0, &look.head_right)?;
        }
        pen.close(self.lang)?;
        let mut row = first + 2;
        for slice in &self.view.slices {
            let mut pen = Pen::at(sheet, row);
            pen.line(&slice.tag, &look.line)?;
            pen.count(slice.cases, &look.whole)?;
            for rate in &slice.columns {
                match rate.rate {
                    // A rate of few cases is a word, not a number to go on with.
                    Some(value) if rate.cases < 10 => pen.put(&format!("({:.0})", value * 100.0), &look.faint)?,
                    Some(value) => pen.number(Some(value * 100.0), &look.whole)?,
                    None => pen.put("–", &look.faint)?,
                }
            }
            row += 1;
        }
        Ok(row)
    }

    fn notes(&self, sheet: &mut Worksheet, first: u32) -> io::Result<()> {
        if self.view.notes.is_empty() {
            return Ok(());
        }
        Pen::at(sheet, first).put(self.lang.words().notes, &self.look.heading)?;
        sheet.set_row_height(first, 20).map_err(failed)?;
        for (row, note) in (first + 1..).zip(&self.view.notes) {
            let note = words::note(note, self.info, &self.view.columns, self.lang);
            Self::wide(sheet, row, &format!("· {}", sheet_text(&note)), self.look)?;
        }
        Ok(())
    }

    /// Words over all columns; their height is set here, because programs do not measure merged cells.
    fn wide(sheet: &mut Worksheet, row: u32, text: &str, look: &Look) -> io::Result<()> {
        let cut = sheet_cut(text, 2_000, 20, |_| "…".to_owned());
        let text = cut.as_deref().unwrap_or(text);
        sheet
            .merge_range(row, 0, row, COLUMNS - 1, text, &look.words)
            .map_err(failed)?;
        let lines = crate::text::width::wrap(text, 120).len();
        let height = f64::from(u32::try_from(lines.min(20)).unwrap_or(20)) * 15.0;
        sheet.set_row_height(row, height).map_err(failed)?;
        Ok(())
    }
}
