//! Text in Markdown that a code host renders.

use super::terminal::{Breaks, terminal};

/// Outside text within a line of Markdown: a table cell, a list item, a heading.
///
/// Every ASCII sign is escaped, so nothing becomes emphasis, a link, an image, HTML, a formula or a table bar. What a
/// code host looks for after rendering is broken with a zero-width space: `@name` mentions nobody, `#1` and `GH-1` name
/// no issue. Line breaks become blanks; hidden characters are shown as on a terminal.
#[must_use]
pub fn markdown_inline(text: &str) -> String {
    let text = terminal(text, Breaks::Space);
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut letters = text.trim().chars().peekable();
    let mut run_of_hex = 0usize;
    while let Some(letter) = letters.next() {
        if letter.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(letter);
        let next_is_digit = letters.peek().is_some_and(char::is_ascii_digit);
        // Seven hexadecimal digits in a row would be linked as a commit.
        run_of_hex = if letter.is_ascii_hexdigit() { run_of_hex + 1 } else { 0 };
        if letter == '@' || (matches!(letter, '#' | '-') && next_is_digit) || run_of_hex == 6 {
            out.push('\u{200b}');
            run_of_hex = 0;
        }
    }
    out
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
        assert_eq!(markdown_inline("[a](javascript:x)"), "\\[a\\]\\(javascript\\:x\\)");
        assert_eq!(
            markdown_inline("@octocat #1 GH-12"),
            "\\@\u{200b}octocat \\#\u{200b}1 GH\\-\u{200b}12"
        );
        assert_eq!(markdown_inline("a | b\n# c"), "a \\| b \\# c");
        assert_eq!(markdown_inline("https://x.example"), "https\\:\\/\\/x\\.example");
        assert_eq!(markdown_inline("<img src=x>"), "\\<img src\\=x\\>");
        assert_eq!(markdown_inline("0123456789abcdef"), "012345\u{200b}6789ab\u{200b}cdef");
        assert_eq!(markdown_inline("환불 14일"), "환불 14일");
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
