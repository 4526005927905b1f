//! Text in Markdown that a code host renders.

use super::terminal::{Breaks, terminal};

/// Outside text within a line of Markdown: a table cell, a list item, a heading.
///
/// Signs that Markdown gives a meaning are escaped, so nothing becomes emphasis, a link, an image, HTML, a formula or a
/// table bar; a sign that has one only at the beginning of a line is escaped there. What a code host looks for after
/// rendering is broken with a zero-width space: `@name` mentions nobody, `#1` and `GH-1` name no issue. Line breaks
/// become blanks; hidden characters are shown as on a terminal.
#[must_use]
pub fn markdown_inline(text: &str) -> String {
    let text = terminal(text, Breaks::Space);
    let text = text.trim();
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let number = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let before = &text[..at];
        let begins_line = match letter {
            '-' | '+' => at == 0,
            '.' | ')' => at == number && number > 0,
            _ => false,
        };
        if begins_line || has_meaning(letter) || (letter == '.' && ends_with_ignoring_case(before, "www")) {
            out.push('\\');
        }
        out.push(letter);
        let next_is_digit = letters.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        let issue = letter == '#' || (letter == '-' && ends_with_ignoring_case(before, "gh"));
        if letter == '@' || (issue && next_is_digit) {
            out.push('\u{200b}');
        }
    }
    out
}

/// Signs that mean something anywhere in a line, to one renderer or another.
fn has_meaning(sign: char) -> bool {
    matches!(
        sign,
        '\\' | '`'
            | '*'
            | '_'
            | '{'
            | '}'
            | '['
            | ']'
            | '('
            | ')'
            | '<'
            | '>'
            | '#'
            | '|'
            | '~'
            | '&'
            | '$'
            | '!'
            | '^'
            | '='
            | ':'
            | '@'
    )
}

fn ends_with_ignoring_case(text: &str, ending: &str) -> bool {
    let mut letters = text.chars().rev();
    ending
        .chars()
        .rev()
        .all(|letter| letters.next().is_some_and(|found| found.eq_ignore_ascii_case(&letter)))
}

/// Outside text as a fenced block of Markdown, with a fence longer than any run of backticks in it. Ends with a line
/// break. `language` is one of our own words, or empty.
#[must_use]
pub fn markdown_fence(text: &str, language: &str) -> String {
    let text = terminal(text, Breaks::Keep);
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    let end = if text.ends_with('\n') || text.is_empty() {
        ""
    } else {
        "\n"
    };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_markup() {
        for (text, shown) in [
            ("[a](javascript:x)", "\\[a\\]\\(javascript\\:x\\)"),
            (
                "@octocat #1 GH-12 gh-3 x-4",
                "\\@\u{200b}octocat \\#\u{200b}1 GH-\u{200b}12 gh-\u{200b}3 x-4",
            ),
            ("a | b\n# c", "a \\| b \\# c"),
            ("https://x.example WWW.x.example", "https\\://x.example WWW\\.x.example"),
            ("<img src=x>", "\\<img src\\=x\\>"),
            ("- item", "\\- item"),
            ("12. item", "12\\. item"),
            ("1) item", "1\\) item"),
            ("case-004 14.5", "case-004 14.5"),
            ("환불 14일", "환불 14일"),
        ] {
            assert_eq!(markdown_inline(text), shown);
        }
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        assert_eq!(markdown_fence("a", ""), "```\na\n```\n");
        assert_eq!(
            markdown_fence("```\nout\n````\n", "text"),
            "`````text\n```\nout\n````\n`````\n"
        );
        assert_eq!(markdown_fence("", ""), "```\n```\n");
    }
}
