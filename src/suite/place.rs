//! From a span to a line, a column and a few lines to show.
//!
//! An [`Origin`] is what was read: a whole file, one record of a streamed file, or a sheet. Line tables are made
//! once and only when somebody asks.

use std::cell::OnceCell;
use std::ops::Range;

use crate::domain::{Excerpt, Place};

use super::tree::Span;

/// Longest stretch shown on either side of a mistake, in bytes; the rest of a very long line is left out.
const REACH: usize = 160;

/// What nodes were read from.
pub struct Origin<'a> {
    /// The file as named by the user or as reached from one that was.
    pub file: &'a str,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Text {
        text: &'a str,
        offset: usize,
        line: usize,
        starts: OnceCell<Vec<usize>>,
        secret: bool,
    },
    Sheet {
        name: &'a str,
    },
}

impl<'a> Origin<'a> {
    /// A whole text file.
    #[must_use]
    pub fn text(file: &'a str, text: &'a str) -> Self {
        Self::record(file, text, 0, 1)
    }

    /// A stretch of a text file that begins at byte `offset`, on line `line`.
    #[must_use]
    pub fn record(file: &'a str, text: &'a str, offset: usize, line: usize) -> Self {
        Self {
            file,
            kind: Kind::Text {
                text,
                offset,
                line,
                starts: OnceCell::new(),
                secret: false,
            },
        }
    }

    /// A text file in which somebody may have written a key: excerpts blot out what looks like one.
    #[must_use]
    pub fn secretive(file: &'a str, text: &'a str, offset: usize) -> Self {
        let mut origin = Self::record(file, text, offset, 1);
        if let Kind::Text { secret, .. } = &mut origin.kind {
            *secret = true;
        }
        origin
    }

    /// A sheet of a workbook; spans are row and column.
    #[must_use]
    pub fn sheet(file: &'a str, name: &'a str) -> Self {
        Self {
            file,
            kind: Kind::Sheet { name },
        }
    }

    /// Line of a span, from 1; the row for sheets.
    #[must_use]
    pub fn line(&self, span: Span) -> usize {
        match &self.kind {
            Kind::Text { line, .. } => line + self.row(span.start),
            Kind::Sheet { .. } => span.start,
        }
    }

    /// The place of a span.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        match &self.kind {
            Kind::Text {
                text,
                offset,
                line,
                secret,
                ..
            } => {
                let row = self.row(span.start);
                let begin = self.starts()[row];
                let at = floor(text, span.start.saturating_sub(*offset)).max(begin);
                Place {
                    file: self.file.to_owned(),
                    line: line + row,
                    column: text[begin..at].chars().count() + 1,
                    // Whoever draws from the file itself would show the key.
                    span: (!secret).then_some(span.start..span.end.max(span.start)),
                    cell: None,
                }
            }
            Kind::Sheet { name } => Place {
                file: self.file.to_owned(),
                line: span.start,
                column: span.end,
                span: None,
                cell: Some(cell_name(name, span.start, span.end)),
            },
        }
    }

    /// The lines of a span with their neighbours.
    #[must_use]
    pub fn excerpt(&self, span: Span) -> Option<Excerpt> {
        let Kind::Text {
            text,
            offset,
            line,
            secret,
            ..
        } = &self.kind
        else {
            return None;
        };
        let starts = self.starts();
        let from = floor(text, span.start.saturating_sub(*offset));
        let to = floor(text, span.end.saturating_sub(*offset)).max(from);
        // A mark over many lines (a whole case) would drown its message: the first line stands for it.
        let to = text[from..to].find('\n').map_or(to, |at| from + at);
        let row = self.row(span.start);
        let first = row.saturating_sub(1);
        let last = (row + 1).min(starts.len() - 1);
        let mut begin = starts[first];
        let mut end = starts.get(last + 1).map_or(text.len(), |next| next.saturating_sub(1));
        let mut first_line = line + first;
        if from - begin > 2 * REACH {
            begin = ceil(text, (from - REACH).max(starts[row]));
            first_line = line + row;
        }
        let to = to.min(floor(text, from + 4 * REACH));
        if end.saturating_sub(to) > 2 * REACH {
            end = floor(text, to + REACH).max(to);
        }
        let end = end.max(to).max(begin);
        let mut shown = text[begin..end].trim_end_matches(['\n', '\r']).to_owned();
        if *secret {
            shown = blotted(&shown);
        }
        let mark = (from - begin).min(shown.len())..(to - begin).min(shown.len());
        Some(Excerpt {
            text: shown,
            first_line,
            mark,
        })
    }

    /// Index of the line of a byte of the file, counted from the first line of this origin.
    fn row(&self, at: usize) -> usize {
        let Kind::Text { offset, .. } = &self.kind else {
            return 0;
        };
        let at = at.saturating_sub(*offset);
        self.starts().partition_point(|start| *start <= at).saturating_sub(1)
    }

    fn starts(&self) -> &[usize] {
        match &self.kind {
            Kind::Text { text, starts, .. } => starts.get_or_init(|| line_starts(text)),
            Kind::Sheet { .. } => &[0],
        }
    }
}

/// Byte of the first character of every line.
fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0)
        .chain(
            text.bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at + 1),
        )
        .collect()
}

/// The nearest character boundary at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

/// The nearest character boundary at or after a byte.
fn ceil(text: &str, at: usize) -> usize {
    text.ceil_char_boundary(at)
}

/// `Sheet1!B7`, with quotes round the sheet's name where spreadsheets want them.
fn cell_name(sheet: &str, row: usize, column: usize) -> String {
    let plain = sheet.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && !sheet.starts_with(|letter: char| letter.is_ascii_digit());
    let sheet = if plain {
        sheet.to_owned()
    } else {
        format!("'{}'", sheet.replace('\'', "''"))
    };
    let letters = column_letters(column);
    match (row, column) {
        (0, _) => sheet,
        (_, 0) => format!("{sheet}!{row}:{row}"),
        _ => format!("{sheet}!{letters}{row}"),
    }
}

/// Column letters of a number from 1: 1 is `A`, 27 is `AA`.
fn column_letters(mut column: usize) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        let digit = u8::try_from((column - 1) % 26).expect("below 26");
        letters.push(char::from(b'A' + digit));
        column = (column - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The same with everything that looks like a key replaced by as many `*`.
///
/// A key is a run of at least sixteen letters, digits, `-` and `_` that either begins as keys of known vendors do
/// or holds a digit on a line that speaks of a key. Names in `{ env = … }` have no digit run of that kind.
///
/// What stands in quotes after a name like `api_key =` is one whatever it looks like, and so are the user, password and
/// query of an address.
fn blotted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if let Some(secret) = quoted_secret(line).or_else(|| secret_of_address(line)) {
            out.push_str(&line[..secret.start]);
            out.extend(std::iter::repeat_n('*', secret.len()));
            out.push_str(&line[secret.end..]);
            continue;
        }
        let lower = line.to_ascii_lowercase();
        let speaks = SPEAKING.iter().any(|word| lower.contains(word));
        for run in runs(line) {
            let piece = &line[run];
            let vendor = ["sk-", "nv-", "AIza", "xai-", "gsk_", "hf_"]
                .iter()
                .any(|start| piece.starts_with(start));
            let digits = piece.bytes().any(|byte| byte.is_ascii_digit());
            let long = piece.len() >= if vendor { 8 } else { 16 };
            if long && piece.is_ascii() && (vendor || (speaks && digits)) {
                out.extend(std::iter::repeat_n('*', piece.len()));
            } else {
                out.push_str(piece);
            }
        }
    }
    out
}

/// Words in the names of settings that hold keys.
const SPEAKING: [&str; 6] = ["key", "token", "secret", "password", "auth", "bearer"];

/// The quoted value of a setting whose name speaks of a key: `key = "…"`, not `key = { env = "…" }`.
fn quoted_secret(line: &str) -> Option<Range<usize>> {
    let (name, value) = line.split_once('=')?;
    let name = name.to_ascii_lowercase();
    if name.contains('{') || !SPEAKING.iter().any(|word| name.contains(word)) {
        return None;
    }
    let start = name.len() + 1 + (value.len() - value.trim_start().len());
    let quote = line[start..]
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))?;
    let inside = start + line[start..].find(|letter| letter != quote)?;
    let end = line[inside..].find([quote, '\n']).map_or(line.len(), |at| inside + at);
    Some(inside..end)
}

/// User and password, or else the query, of the first address on a line that has any.
fn secret_of_address(line: &str) -> Option<Range<usize>> {
    let start = line.find("://")? + 3;
    let length = line[start..]
        .find(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\''))
        .unwrap_or(line.len() - start);
    let address = &line[start..start + length];
    if let Some(at) = address.rfind('@') {
        return Some(start..start + at);
    }
    let query = address.find('?')? + 1;
    Some(start + query..start + length)
}

/// Cuts a line into runs of key characters and the stretches between them.
fn runs(line: &str) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut begin = 0;
    let mut inside = None;
    for (at, letter) in line.char_indices() {
        let now = letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        if inside.is_some_and(|before| before != now) {
            runs.push(begin..at);
            begin = at;
        }
        inside = Some(now);
    }
    runs.push(begin..line.len());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_the_record() {
        let text = "가나: 1\n다라: 둘\n";
        let origin = Origin::text("a.yaml", text);
        let at = text.find('둘').unwrap();
        let place = origin.place(Span::new(at, at + 3));
        assert_eq!((place.line, place.column), (2, 5));
        assert_eq!(place.span, Some(at..at + 3));

        let record = Origin::record("a.csv", "x,\"y\nz\"", 100, 7);
        assert_eq!(record.line(Span::new(105, 106)), 8);
        assert_eq!(record.place(Span::new(105, 106)).column, 1);
    }

    #[test]
    fn excerpts_mark_the_right_bytes() {
        let text = "a: 1\nb: 둘\nc: 3\nd: 4\n";
        let origin = Origin::text("a.yaml", text);
        let at = text.find('둘').unwrap();
        let excerpt = origin.excerpt(Span::new(at, at + 3)).unwrap();
        assert_eq!(excerpt.text, "a: 1\nb: 둘\nc: 3");
        assert_eq!(excerpt.first_line, 1);
        assert_eq!(&excerpt.text[excerpt.mark], "둘");
    }

    #[test]
    fn cells_are_named_as_spreadsheets_do() {
        assert_eq!(cell_name("Sheet1", 7, 2), "Sheet1!B7");
        assert_eq!(cell_name("심사", 1, 28), "심사!AB1");
        assert_eq!(cell_name("It's mine", 3, 703), "'It''s mine'!AAA3");
        assert_eq!(cell_name("2026", 3, 0), "'2026'!3:3");
    }

    #[test]
    fn keys_are_blotted_out_of_excerpts() {
        let text = "[targets.a]\nkey = \"abcdefgh12345678XY\"\nmodel = \"gpt-6.2-sol\"\n";
        let origin = Origin::secretive("config.toml", text, 0);
        let at = text.find("key").unwrap();
        let excerpt = origin.excerpt(Span::new(at, at + 3)).unwrap();
        assert!(!excerpt.text.contains("abcdefgh"), "{}", excerpt.text);
        assert!(excerpt.text.contains("gpt-6.2-sol"), "{}", excerpt.text);
        assert_eq!(&excerpt.text[excerpt.mark], "key");
        assert_eq!(blotted("x = sk-proj-abcdefghijk"), "x = *******************");
        assert_eq!(
            blotted("key = { env = \"OPENAI_API_KEY\" }"),
            "key = { env = \"OPENAI_API_KEY\" }"
        );
    }

    proptest! {
        #[test]
        fn any_span_gives_a_place_and_an_excerpt(
            text in "(\\PC{0,40}\n?){0,20}",
            start in 0usize..400,
            length in 0usize..400,
            offset in 0usize..50,
        ) {
            let origin = Origin::record("f", &text, offset, 1);
            let span = Span::new(start, start + length);
            let place = origin.place(span);
            prop_assert!(place.line >= 1 && place.column >= 1);
            let excerpt = origin.excerpt(span).unwrap();
            prop_assert!(excerpt.text.get(excerpt.mark.clone()).is_some());
        }

        #[test]
        fn long_lines_are_cut_round_the_mistake(at in 0usize..200_000) {
            let text = "가".repeat(100_000);
            let origin = Origin::text("f", &text);
            let excerpt = origin.excerpt(Span::new(at, at + 3)).unwrap();
            prop_assert!(excerpt.text.len() < 8 * REACH);
        }
    }
}
