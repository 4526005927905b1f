//! Text in a cell of a workbook: what the format cannot hold, and how long a cell may be.
//!
//! A cell holds at most 32,767 UTF-16 units and 253 line breaks; programs repair (that is, cut without a word) what has
//! more. These functions stay below both, cut between grapheme clusters, and say where they cut. That a text is no
//! formula is settled by the type of the cell and its quote prefix, not here.

use std::borrow::Cow;

use unicode_segmentation::GraphemeCursor;

use super::super::width::display_width;

/// UTF-16 units that a cell is given at most.
pub const CELL_UNITS: usize = 32_000;

/// Line breaks that a cell is given at most.
pub const CELL_BREAKS: usize = 250;

/// Outside text for a cell: line ends are LF, control characters become their symbols (`␀` … `␟`, `␡`), what XML cannot
/// hold becomes U+FFFD. Nothing else changes; the text is not normalised.
#[must_use]
pub fn sheet_text(text: &str) -> Cow<'_, str> {
    let odd = |letter: char| match letter {
        // Hangul and Latin letters are nearly all there is.
        '\t' | '\n' | ' '..='~' | '가'..='힣' => false,
        '\0'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => true,
        _ => false,
    };
    if !text.chars().any(odd) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        out.push(match letter {
            '\r' => {
                if letters.peek() == Some(&'\n') {
                    continue;
                }
                '\n'
            }
            '\t' | '\n' => letter,
            '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{fffd}'),
            '\u{7f}' => '\u{2421}',
            '\u{80}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            other => other,
        });
    }
    Cow::Owned(out)
}

/// A text on one line, for heads and names: line breaks and tabs become blanks, then as [`sheet_text`].
#[must_use]
pub fn sheet_line(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|letter| {
            if matches!(letter, '\n' | '\r' | '\t') {
                ' '
            } else {
                letter
            }
        })
        .take(200)
        .collect();
    sheet_text(line.trim()).into_owned()
}

/// Whether a text of [`sheet_text`] fits into one cell.
#[must_use]
pub fn sheet_fits(text: &str) -> bool {
    // A byte is at least a third of a unit, so short texts need no counting of units.
    let short = text.len() <= CELL_UNITS || text.encode_utf16().count() <= CELL_UNITS;
    short && text.bytes().filter(|byte| *byte == b'\n').nth(CELL_BREAKS).is_none()
}

/// A text of [`sheet_text`] in parts that each fit into a cell; together they are the text. Never empty.
#[must_use]
pub fn sheet_parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let end = first_cut(rest, CELL_UNITS, CELL_BREAKS);
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
        if rest.is_empty() {
            return parts;
        }
    }
}

/// A text of [`sheet_text`] cut to so many characters and lines, with what `mark` makes of its number of characters
/// behind it; none when it fits.
#[must_use]
pub fn sheet_cut(text: &str, characters: usize, lines: usize, mark: impl Fn(u64) -> String) -> Option<String> {
    if text.len() <= characters && text.bytes().filter(|byte| *byte == b'\n').nth(lines - 1).is_none() {
        return None;
    }
    let by_count = text.char_indices().nth(characters).map(|(at, _)| at);
    let by_lines = text.match_indices('\n').nth(lines - 1).map(|(at, _)| at);
    let end = match (by_count, by_lines) {
        (None, None) => return None,
        (one, other) => one.unwrap_or(text.len()).min(other.unwrap_or(text.len())),
    };
    Some(format!(
        "{}{}",
        text[..between_clusters(text, end)].trim_end(),
        mark(text.chars().count() as u64)
    ))
}

/// A text of [`sheet_text`] cut to what a cell holds together with the mark; none when it fits.
#[must_use]
pub fn sheet_cut_to_cell(text: &str, mark: impl Fn(u64) -> String) -> Option<String> {
    if sheet_fits(text) {
        return None;
    }
    let mark = mark(text.chars().count() as u64);
    let units = CELL_UNITS - mark.encode_utf16().count();
    Some(format!(
        "{}{mark}",
        text[..first_cut(text, units, CELL_BREAKS)].trim_end()
    ))
}

/// Lines that the tallest row shows: no row grows beyond 409 points, and what is below is seen by nobody.
#[must_use]
pub fn sheet_most_lines(korean: bool) -> u32 {
    if korean { 28 } else { 26 }
}

/// A text of [`sheet_text`] cut to so many characters, and to the lines that a row shows in a column `width` characters
/// wide, with what `mark` makes of its number of characters behind it; none when it fits.
#[must_use]
pub fn sheet_cut_to_row(
    text: &str,
    characters: usize,
    (width, lines): (f64, u32),
    mark: impl Fn(u64) -> String,
) -> Option<String> {
    row_end(text, characters, width, lines)?;
    let mark = mark(text.chars().count() as u64);
    // The mark has to be seen as well, so it takes its place from the text.
    let behind = sheet_lines(&mark, width);
    let end = row_end(text, characters, width, lines.saturating_sub(behind).max(1)).unwrap_or(text.len());
    Some(format!("{}{mark}", text[..between_clusters(text, end)].trim_end()))
}

/// A text of [`sheet_text`] in parts that a row each shows whole in a column `width` characters wide; together they are
/// the text. Parts end behind a line or a word where they can. Never empty.
#[must_use]
pub fn sheet_pages(text: &str, width: f64, lines: u32) -> Vec<&str> {
    let mut pages = Vec::new();
    let mut rest = text;
    loop {
        let Some(end) = row_end(rest, usize::MAX, width, lines) else {
            // What draws nothing takes no line, but it takes room.
            pages.extend(sheet_parts(rest));
            return pages;
        };
        let end = end.min(first_cut(rest, CELL_UNITS, CELL_BREAKS));
        let head = &rest[..end];
        let late = |at: &usize| *at > end / 2;
        let end = head
            .rfind('\n')
            .map(|at| at + 1)
            .filter(late)
            .or_else(|| head.rfind(' ').map(|at| at + 1).filter(late))
            .unwrap_or_else(|| between_clusters(rest, end));
        let (page, after) = rest.split_at(end);
        pages.push(page);
        rest = after;
        if rest.is_empty() {
            return pages;
        }
    }
}

/// Pages of A4 paper (lying) beside each other on which columns of so many characters can still be read.
#[must_use]
pub fn sheet_pages_wide(characters: f64) -> u16 {
    (1..20u16)
        .find(|pages| f64::from(*pages) * 300.0 >= characters)
        .unwrap_or(20)
}

/// Of a column's width, what text fills before a program breaks it between words.
const FILLED: f64 = 0.94;

/// Cells that a character takes; quick for nearly all there is.
fn cells(letter: char) -> f64 {
    match letter {
        // Half a digit in Calibri, two thirds in Malgun Gothic.
        ' ' => 0.6,
        '!'..='~' => 1.0,
        // Twice a digit would be 2; in the fonts of spreadsheets (Malgun Gothic, Nanum Gothic) it is 1.6 to 1.75.
        '가'..='힣' => 1.8,
        other => display_width(other.encode_utf8(&mut [0; 4]))
            .try_into()
            .map_or(2.0, |cells: u8| f64::from(cells)),
    }
}

/// Byte behind what a row shows; none when it shows all.
fn row_end(text: &str, characters: usize, width: f64, lines: u32) -> Option<usize> {
    let width = (width * FILLED).max(1.0);
    let (mut line, mut used) = (1, 0.0);
    for (count, (at, letter)) in text.char_indices().enumerate() {
        if count >= characters {
            return Some(at);
        }
        if letter == '\n' {
            line += 1;
            used = 0.0;
        } else {
            let cells = cells(letter);
            used += cells;
            if used > width {
                line += 1;
                used = cells;
            }
        }
        // A line break at the very end draws nothing.
        if line > lines && (letter != '\n' || at + 1 < text.len()) {
            return Some(at);
        }
    }
    None
}

/// Lines that a text takes in a column so many characters wide, about: programs measure with fonts of their own. At least 1.
#[must_use]
pub fn sheet_lines(text: &str, width: f64) -> u32 {
    let width = (width * FILLED).max(1.0);
    let (mut lines, mut used) = (1, 0.0);
    for letter in text.chars() {
        if letter == '\n' {
            lines += 1;
            used = 0.0;
        } else {
            let cells = cells(letter);
            used += cells;
            if used > width {
                lines += 1;
                used = cells;
            }
        }
        if lines >= MOST_LINES {
            return MOST_LINES;
        }
    }
    lines
}

/// Height in points of a row whose tallest text takes so many lines. Programs that fit rows to their texts only when they
/// are edited (LibreOffice) would show one line of a long answer, so the height is written. At most 409 points.
#[must_use]
pub fn sheet_height(lines: u32, korean: bool) -> f64 {
    (f64::from(lines) * if korean { 14.0 } else { 15.0 } + 2.0).clamp(15.0, 409.0)
}

/// Lines beyond which no row grows.
const MOST_LINES: u32 = 30;

/// Byte behind the longest beginning with at most so many units and line breaks.
fn first_cut(text: &str, units: usize, breaks: usize) -> usize {
    let (mut used, mut lines) = (0, 0);
    for (at, letter) in text.char_indices() {
        used += letter.len_utf16();
        lines += usize::from(letter == '\n');
        if used > units || lines > breaks {
            return between_clusters(text, at);
        }
    }
    text.len()
}

/// The last boundary between grapheme clusters at or before `end`, which is a boundary of characters; `end` itself where
/// one cluster fills everything before it.
fn between_clusters(text: &str, end: usize) -> usize {
    let mut cursor = GraphemeCursor::new(end, text.len(), true);
    if cursor.is_boundary(text, 0) == Ok(true) {
        return end;
    }
    match cursor.prev_boundary(text, 0) {
        Ok(Some(at)) if at > 0 => at,
        _ => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cell_cannot_hold_is_shown() {
        assert_eq!(sheet_text("a\r\nb\rc\td"), "a\nb\nc\td");
        assert_eq!(
            sheet_text("\0\u{1b}[31m\u{7f}\u{85}\u{ffff}"),
            "␀␛[31m␡\u{fffd}\u{fffd}"
        );
        assert!(matches!(sheet_text("한글 é 👨‍👩‍👧‍👦 각"), Cow::Borrowed(_)));
        assert_eq!(sheet_line(" a\nb "), "a b");
    }

    #[test]
    fn forty_thousand_emoji_three_hundred_breaks_a_hundred_thousand_letters() {
        for (text, parts) in [
            ("😀".repeat(40_000), 3),
            ("가\n".repeat(300), 2),
            ("a".repeat(100_000), 4),
            (String::new(), 1),
            (format!("e{}", "\u{301}".repeat(40_000)), 2),
        ] {
            let found = sheet_parts(&text);
            assert_eq!(found.len(), parts);
            assert_eq!(found.concat(), text);
            assert!(found.iter().all(|part| sheet_fits(part)));
        }
        let cut = sheet_cut_to_cell(&"😀".repeat(40_000), |n| format!("…({n})")).unwrap();
        assert!(sheet_fits(&cut) && cut.ends_with("😀…(40000)"));
    }

    /// A row shows 409 points: the mark behind a cut text, and everything below it, was hidden.
    #[test]
    fn what_is_cut_to_a_row_is_seen_with_its_mark() {
        let text = "환불은 수령일로부터 14일 이내에 가능합니다. ".repeat(200);
        let cut = sheet_cut_to_row(&text, 1_200, (56.0, 28), |n| format!("…({n})")).unwrap();
        assert!(cut.ends_with("…(5200)"), "{cut}");
        assert!(sheet_lines(&cut, 56.0) <= 28);
        let short = "짧은 답변\n두 줄";
        assert_eq!(sheet_cut_to_row(short, 1_200, (56.0, 28), |_| "…".to_owned()), None);
        let lines = "하나\n".repeat(40);
        let cut = sheet_cut_to_row(&lines, 1_200, (56.0, 28), |_| "…".to_owned()).unwrap();
        assert_eq!(cut.lines().count(), 27);
    }

    #[test]
    fn cuts_fall_between_what_readers_see() {
        let family = "👨‍👩‍👧‍👦";
        let cut = sheet_cut(&family.repeat(10), 10, 40, |n| format!("…{n}")).unwrap();
        assert_eq!(cut, format!("{family}…70"));
        assert_eq!(sheet_cut("a\nb\nc", 100, 2, |_| "…".to_owned()).unwrap(), "a\nb…");
        assert_eq!(sheet_cut("a\nb", 100, 2, |_| "…".to_owned()), None);
        assert_eq!(sheet_cut("가나다", 3, 2, |_| "…".to_owned()), None);
    }

    proptest::proptest! {
        #[test]
        fn pages_are_the_text_and_each_is_seen(text in "(\\PC|\n|가나다 |e\u{301}|👨‍👩‍👧){0,600}", width in 5.0..60.0f64) {
            let shown = sheet_text(&text);
            let pages = sheet_pages(&shown, width, 4);
            proptest::prop_assert_eq!(pages.concat(), shown.as_ref());
            for page in pages {
                proptest::prop_assert!(sheet_fits(page) && row_end(page, usize::MAX, width, 4).is_none(), "{page:?}");
            }
        }

        #[test]
        fn parts_are_the_text(text in "(\\PC|\n|e\u{301}|👨‍👩‍👧){0,400}") {
            let shown = sheet_text(&text);
            proptest::prop_assert_eq!(sheet_parts(&shown).concat(), shown.as_ref());
            proptest::prop_assert_eq!(sheet_text(&shown), shown.as_ref());
        }
    }
}
