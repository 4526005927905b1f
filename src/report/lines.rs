//! Lines of plain text that fit a width. Takes text that has been through the sink.

use super::Style;
use super::signs::plain_signs;
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
