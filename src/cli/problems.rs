//! Drawing a mistake with its excerpt, through miette.

use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::domain::{Problem, Severity};
use crate::text::sink;

/// Files up to this size are read again for an excerpt; larger ones get line and column only.
const LARGEST_EXCERPT: u64 = 64 * 1024 * 1024;

/// Characters of a line that are shown in an excerpt.
const LONGEST_LINE: usize = 400;

/// The problem as text, ending with a line break.
pub(super) fn draw(problem: &Problem, text_of: &dyn Fn(&str) -> Option<String>, width: usize, ascii: bool, color: bool) -> String {
    let shown = Shown::of(problem, text_of);
    let theme = match (ascii, color) {
        (true, _) => GraphicalTheme::ascii(),
        (false, true) => GraphicalTheme::unicode(),
        (false, false) => GraphicalTheme::unicode_nocolor(),
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_context_lines(1).with_links(false);
    let mut text = String::new();
    if handler.render_report(&mut text, &shown).is_err() {
        text = format!("{shown}\n");
    }
    text.trim_start_matches('\n').to_owned()
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
    fn of(problem: &Problem, text_of: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut message = sink::terminal_line(&problem.message);
        let mut shown = Self {
            message: String::new(),
            help: problem.help.as_deref().map(|help| help.lines().map(sink::terminal_line).collect::<Vec<_>>().join("\n")),
            severity: problem.severity,
            source: None,
            span: None,
        };
        if let Some(place) = &problem.place {
            let excerpt = place.span.as_ref().and_then(|span| {
                let text = text_of(&place.file).or_else(|| read(&place.file))?;
                excerpt(&text, span.start, span.end)
            });
            match excerpt {
                // The excerpt names file, line and column by itself.
                Some((text, start, length)) => {
                    shown.span = Some((start, length));
                    shown.source = Some(NamedSource::new(&place.file, text));
                }
                None => message = format!("{message} ({})", place_words(place)),
            }
        }
        shown.message = message;
        shown
    }
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

fn read(file: &str) -> Option<String> {
    let length = std::fs::metadata(file).ok()?.len();
    if length > LARGEST_EXCERPT {
        return None;
    }
    String::from_utf8(std::fs::read(file).ok()?).ok()
}

/// The line of a span with its neighbours, harmless and not too long; (text, start, length).
///
/// Lines far away become empty, so that the numbers in the margin are those of the file.
fn excerpt(text: &str, start: usize, end: usize) -> Option<(String, usize, usize)> {
    if start > text.len() || !text.is_char_boundary(start) {
        return None;
    }
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = end.clamp(start, line_end);
    let end = (end..=line_end).find(|at| text.is_char_boundary(*at))?;
    let line = &text[line_start..line_end];
    if line.len() > LONGEST_LINE * 4 || line.chars().count() > LONGEST_LINE {
        return None;
    }
    let before_lines = text[..line_start].matches('\n').count();
    let above = text[..line_start.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
    let mut out = String::new();
    let keep_above = before_lines > 0 && line_start - above <= LONGEST_LINE;
    for _ in 0..before_lines - usize::from(keep_above) {
        out.push('\n');
    }
    if keep_above {
        out.push_str(&sink::terminal_line(text[above..line_start].trim_end_matches(['\n', '\r'])));
        out.push('\n');
    }
    let head = sink::terminal_line(&text[line_start..start]);
    let marked = sink::terminal_line(&text[start..end]);
    let tail = sink::terminal_line(text[end..line_end].trim_end_matches('\r'));
    let at = out.len() + head.len();
    out.push_str(&head);
    out.push_str(&marked);
    out.push_str(&tail);
    out.push('\n');
    let below = text.get(line_end + 1..).and_then(|rest| rest.lines().next()).filter(|line| line.len() <= LONGEST_LINE);
    if let Some(below) = below {
        out.push_str(&sink::terminal_line(below));
        out.push('\n');
    }
    Some((out, at, marked.len()))
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
