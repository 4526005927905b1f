//! Drawing a mistake with its excerpt, through miette.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::problem::Excerpt;
use crate::domain::{Lang, Place, Problem, Severity};
use crate::text::sink;
use crate::text::width::{cut_with, display_width, wrap};

/// A name or a value in a message is told whole up to this width; of longer ones the beginning and the end.
const LONGEST_WORD: usize = 240;

/// The problem as text, ending with a line break.
pub(super) fn draw(problem: &Problem, width: usize, ascii: bool, color: bool, lang: Lang) -> String {
    let shown = Shown::of(problem, width, ascii, lang);
    let theme = match (ascii, color) {
        (true, _) => GraphicalTheme::ascii(),
        (false, true) => GraphicalTheme::unicode(),
        (false, false) => GraphicalTheme::unicode_nocolor(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(width)
        // Wrapped by us: the library breaks Korean words and run ids in the middle.
        .with_wrap_lines(false)
        .with_context_lines(1)
        .with_links(false);
    let mut text = String::new();
    if handler.render_report(&mut text, &shown).is_err() {
        text = format!("{shown}\n");
    }
    let text = text.trim_start_matches('\n');
    match lang {
        Lang::En => text.to_owned(),
        Lang::Ko => in_korean(text),
    }
}

/// The one word that the library writes itself, in Korean. Both are eight cells wide with what stands round them, so that
/// further lines stay where they are.
fn in_korean(text: &str) -> String {
    let (english, korean) = ("  help: ", "  도움: ");
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    // Lines of an excerpt begin with their number or a bar; the last such line is the help.
    if let Some(line) = lines.iter_mut().rev().find(|line| plain(line).starts_with(english)) {
        *line = line.replacen("help: ", "도움: ", 1);
    }
    debug_assert_eq!(
        crate::text::width::display_width(english),
        crate::text::width::display_width(korean)
    );
    lines.join("\n")
}

/// A line without the colours in front of it.
fn plain(line: &str) -> String {
    let mut out = String::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(|letter| *letter == 'm');
        } else {
            out.push(letter);
        }
    }
    out
}

#[derive(Debug)]
struct Shown {
    message: String,
    help: Option<String>,
    severity: Severity,
    source: Option<Source>,
    span: Option<(usize, usize)>,
}

impl Shown {
    fn of(problem: &Problem, width: usize, ascii: bool, lang: Lang) -> Self {
        let dots = if ascii { "..." } else { "…" };
        let mut message = shortened(&sink::terminal_line(problem.message.in_lang(lang)), dots);
        let mut shown = Self {
            message: String::new(),
            help: problem.help.as_ref().map(|help| {
                help.in_lang(lang)
                    .lines()
                    .map(sink::terminal_line)
                    .collect::<Vec<_>>()
                    .join("\n")
            }),
            severity: problem.severity,
            source: None,
            span: None,
        };
        if let Some(place) = &problem.place {
            let drawn = problem.excerpt.as_deref().and_then(|excerpt| {
                let last = excerpt.first_line + excerpt.text.lines().count();
                let room = width.saturating_sub(last.to_string().len() + 4).max(20);
                excerpt_of(excerpt, room, dots)
            });
            match drawn {
                // The excerpt names file, line and column by itself.
                Some((text, start, length)) => {
                    let first_line = problem.excerpt.as_ref().map_or(1, |excerpt| excerpt.first_line);
                    shown.span = Some((start, length));
                    shown.source = Some(Source::of(place, first_line, text));
                }
                None => message = format!("{message} ({})", place_words(place)),
            }
        }
        shown.message = wrapped(&message, width, 4);
        shown.help = shown.help.map(|help| wrapped(&help, width, 8));
        shown
    }
}

/// Lines that fit behind an indent, broken between words.
fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let room = width.saturating_sub(indent).max(20);
    let lines: Vec<String> = text.split('\n').flat_map(|line| wrap(line, room)).collect();
    lines.join("\n")
}

/// `file:3:7`, or `file, Sheet1!B7`.
pub(super) fn place_words(place: &crate::domain::Place) -> String {
    let file = sink::terminal_line(&place.file);
    match (&place.cell, place.line, place.column) {
        (Some(cell), ..) => format!("{file}, {}", sink::terminal_line(cell)),
        (None, 0, _) => file,
        (None, line, 0) => format!("{file}:{line}"),
        (None, line, column) => format!("{file}:{line}:{column}"),
    }
}

/// `text` with its longest words cut in the middle.
fn shortened(text: &str, dots: &str) -> String {
    if text.len() <= LONGEST_WORD {
        return text.to_owned();
    }
    let words = text.split(' ').map(|word| {
        if display_width(word) <= LONGEST_WORD {
            return word.to_owned();
        }
        let (front, back) = (LONGEST_WORD / 2, LONGEST_WORD / 6);
        format!("{}{}", cut_with(word, front, dots), end_of(word, back))
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The end of a text, at most `width` wide.
fn end_of(text: &str, width: usize) -> &str {
    let (mut from, mut taken) = (text.len(), 0);
    for (at, letter) in text.grapheme_indices(true).rev() {
        taken += display_width(letter);
        if taken > width {
            break;
        }
        from = at;
    }
    &text[from..]
}

/// Lines, start and length of the mark, harmless and no wider than `room`: of a longer line what stands round the mark.
fn excerpt_of(excerpt: &Excerpt, room: usize, dots: &str) -> Option<(String, usize, usize)> {
    let mark = excerpt.mark.clone();
    let harmless = |text: &str| {
        text.split('\n')
            .map(|line| sink::terminal_line(line.trim_end_matches('\r')))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let before = harmless(excerpt.text.get(..mark.start)?);
    let marked = harmless(excerpt.text.get(mark.clone())?);
    let after = harmless(excerpt.text.get(mark.end..)?);
    let (above, front) = before
        .rsplit_once('\n')
        .map_or(("", &*before), |(above, front)| (above, front));
    let (back, below) = after.split_once('\n').unwrap_or((&after, ""));
    let marked = cut_with(&marked, (room / 2).max(8), dots);
    let left = room.saturating_sub(display_width(&marked));
    let (wide, dots_wide) = (display_width(front), display_width(dots));
    let for_front = left - display_width(back).min(left / 3);
    let front = if wide > for_front {
        format!("{dots}{}", end_of(front, for_front.saturating_sub(dots_wide)))
    } else {
        front.to_owned()
    };
    let back = cut_with(back, left.saturating_sub(display_width(&front)), dots);
    let fitting = |lines: &str| {
        let lines: Vec<_> = lines.split('\n').map(|line| cut_with(line, room, dots)).collect();
        lines.join("\n")
    };
    let mut out = String::new();
    if before.contains('\n') {
        out.push_str(&fitting(above));
        out.push('\n');
    }
    out.push_str(&front);
    let start = out.len();
    out.push_str(&marked);
    out.push_str(&back);
    if after.contains('\n') {
        out.push('\n');
        out.push_str(&fitting(below));
    }
    Some((out, start, marked.len()))
}

/// An excerpt that knows where in the file it stands: what is cut off its lines must not shift line and column.
#[derive(Debug)]
struct Source {
    file: String,
    text: String,
    /// Lines before the excerpt.
    lines_before: usize,
    /// Line and column of the mark, from 0.
    at: (usize, usize),
}

impl Source {
    fn of(place: &Place, first_line: usize, text: String) -> Self {
        Self {
            file: sink::terminal_line(&place.file),
            text,
            lines_before: first_line.saturating_sub(1),
            at: (place.line.saturating_sub(1), place.column.saturating_sub(1)),
        }
    }
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let found = self.text.read_span(span, before, after)?;
        let (line, column) = if before == 0 && after == 0 {
            self.at
        } else {
            (found.line() + self.lines_before, found.column())
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.file.clone(),
            found.data(),
            *found.span(),
            line,
            column,
            found.line_count(),
        )))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (start, length) = self.span?;
        Some(Box::new(std::iter::once(LabeledSpan::new(None, start, length))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(line: &str, mark: std::ops::Range<usize>, column: usize, width: usize) -> String {
        let mut place = Place::file("s.json");
        (place.line, place.column) = (7, column);
        let mut problem = Problem::error("x", "a case has no field").at(place);
        problem.excerpt = Some(Box::new(Excerpt {
            text: line.to_owned(),
            first_line: 7,
            mark,
        }));
        draw(&problem, width, false, false, Lang::En)
    }

    #[test]
    fn a_mistake_far_into_a_long_line_is_told_with_its_own_column() {
        let line = format!("{}\"questio\": 1, {}", "가".repeat(300), "b".repeat(300));
        let mark = 900..909;
        for width in [40, 60, 80, 140] {
            let text = drawn(&line, mark.clone(), 301, width);
            assert!(text.contains("[s.json:7:301]"), "{text}");
            assert!(text.contains("\"questio\""), "{text}");
            let widest = text.lines().map(display_width).max().unwrap_or(0);
            assert!(widest <= width, "{widest} columns of {width}:\n{text}");
        }
    }

    #[test]
    fn a_very_long_name_fills_no_screen() {
        let line = format!("id: {}", "x".repeat(5000));
        let text = drawn(&line, 4..5004, 5, 80);
        let widest = text.lines().map(display_width).max().unwrap_or(0);
        assert!(widest <= 80 && text.lines().count() < 8, "{text}");
        let word = format!("target `{}` names no model", "가".repeat(4000));
        let told = shortened(&word, "…");
        assert!(display_width(&told) < 260, "{told}");
        assert!(
            told.starts_with("target `가") && told.ends_with("가` names no model"),
            "{told}"
        );
    }
}
