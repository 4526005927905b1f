//! Lines of plain text that fit a width. Takes text that has been through the sink.

use super::Style;
use super::signs::plain_signs;
use crate::text::sink::terminal_line;
use crate::text::width::{display_width, wrap};

/// Narrowest that text is wrapped to, however narrow the terminal.
const NARROWEST: usize = 20;

/// Parts with points between them; a line breaks between parts where it can. Ends with a line break.
pub(super) fn parts(parts: &[String], style: &Style) -> String {
    let separator = plain_signs(" · ", style);
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if display_width(line) + display_width(&separator) + display_width(part) <= style.width => {
                line.push_str(&separator);
                line.push_str(part);
            }
            _ => lines.extend(wrap(part, style.width.max(NARROWEST))),
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A paragraph after an indent.
pub(super) fn paragraph(text: &str, indent: usize, style: &Style) -> String {
    hanging(text, &" ".repeat(indent), &" ".repeat(indent), style)
}

/// A list item: a mark, then the text, wrapped under itself.
pub(super) fn item(text: &str, style: &Style) -> String {
    let first = if style.ascii { "  * " } else { "  ▸ " };
    hanging(text, first, "    ", style)
}

/// `Text:  command   more text`: on one line where it fits, else the command on a line of its own, whole, to be copied.
pub(super) fn advice(text: &str, indent: usize, style: &Style) -> String {
    let text = plain_signs(&terminal_line(text), style);
    let Some((lead, rest)) = text.split_once("  ") else {
        return paragraph(&text, indent, style);
    };
    if display_width(&text) + indent <= style.width {
        return format!("{}{text}\n", " ".repeat(indent));
    }
    let (command, more) = rest.split_once("   ").unwrap_or((rest, ""));
    let mut out = paragraph(lead, indent, style);
    out.push_str(&format!("{}{command}\n", " ".repeat(indent + 4)));
    if !more.is_empty() {
        out.push_str(&paragraph(more, indent, style));
    }
    out
}

/// What there is, and the command that shows it: on one line where both fit.
pub(super) fn shown_by(what: &str, command: &str, indent: usize, style: &Style) -> String {
    let line = plain_signs(&format!("{}{what}: {command}", " ".repeat(indent)), style);
    if display_width(&line) <= style.width {
        return format!("{line}\n");
    }
    advice(&format!("{what}:  {command}"), indent, style)
}

/// A head of fixed width, then the text, wrapped under itself.
pub(super) fn hanging(text: &str, first: &str, others: &str, style: &Style) -> String {
    let room = style.width.saturating_sub(display_width(first)).max(NARROWEST);
    let mut out = String::new();
    for (at, line) in wrap(&plain_signs(text, style), room).iter().enumerate() {
        out.push_str(format!("{}{line}", if at == 0 { first } else { others }).trim_end());
        out.push('\n');
    }
    out
}
