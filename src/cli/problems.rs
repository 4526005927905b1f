//! Drawing a mistake with its excerpt, through miette.

use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::domain::problem::Excerpt;
use crate::domain::{Lang, Problem, Severity};
use crate::text::sink;
use crate::text::width::wrap;

/// The problem as text, ending with a line break.
pub(super) fn draw(problem: &Problem, width: usize, ascii: bool, color: bool, lang: Lang) -> String {
    let shown = Shown::of(problem, width, lang);
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
    source: Option<NamedSource<String>>,
    span: Option<(usize, usize)>,
}

impl Shown {
    fn of(problem: &Problem, width: usize, lang: Lang) -> Self {
        let mut message = sink::terminal_line(problem.message.in_lang(lang));
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
            match problem.excerpt.as_deref().and_then(excerpt) {
                // The excerpt names file, line and column by itself.
                Some((text, start, length)) => {
                    shown.span = Some((start, length));
                    shown.source = Some(NamedSource::new(&place.file, text));
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

/// Lines, start and length of the mark, harmless. Blank lines in front make the numbers in the margin those of the file.
fn excerpt(excerpt: &Excerpt) -> Option<(String, usize, usize)> {
    let mark = excerpt.mark.clone();
    let (before, marked, after) = (
        excerpt.text.get(..mark.start)?,
        excerpt.text.get(mark.clone())?,
        excerpt.text.get(mark.end..)?,
    );
    let harmless = |text: &str| {
        text.split('\n')
            .map(|line| sink::terminal_line(line.trim_end_matches('\r')))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let mut out = "\n".repeat(excerpt.first_line.saturating_sub(1));
    out.push_str(&harmless(before));
    let start = out.len();
    let marked = harmless(marked);
    out.push_str(&marked);
    out.push_str(&harmless(after));
    Some((out, start, marked.len()))
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
