//! Text on a terminal and in the log of a CI service.

use std::borrow::Cow;

use super::hidden::{Piece, pieces};

/// What becomes of line breaks (LF and CR LF; a CR alone is a control).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breaks {
    /// They stay, as LF.
    Keep,
    /// Each is shown as `⏎`.
    Mark,
    /// They become a blank together with the white space around them; for one line where signs would not fit.
    Space,
}

/// Outside text for a terminal.
///
/// Characters that draw nothing (C0, C1, DEL, bidi, zero-width, …) are shown as `\u{…}`, so that no text can move the
/// cursor, colour what follows or look like what it is not. Tabs become blanks: they move the cursor as well, but to no
/// harm, and code full of `\u{9}` could not be read. The result holds no byte below 0x20 except LF.
#[must_use]
pub fn terminal(text: &str, breaks: Breaks) -> String {
    let joined;
    let text = if text.contains('\r') {
        joined = text.replace("\r\n", "\n");
        &joined
    } else {
        text
    };
    if breaks == Breaks::Space && text.contains('\n') {
        let lines: Vec<&str> = text
            .split('\n')
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        return shown(&lines.join(" "), breaks);
    }
    shown(text, breaks)
}

/// Outside text for one line of a terminal: [`terminal`] with [`Breaks::Space`].
#[must_use]
pub fn terminal_line(text: &str) -> String {
    terminal(text, Breaks::Space)
}

/// Outside text as one word of a command line that can be copied: quoted where a shell would take it apart.
#[must_use]
pub fn terminal_word(text: &str) -> String {
    let text = terminal_line(text);
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/' | ':' | '@' | '+');
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn shown(text: &str, breaks: Breaks) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in pieces(text) {
        match (piece, breaks) {
            (Piece::Plain(plain), _) => out.push_str(plain),
            (Piece::Hidden('\n'), Breaks::Keep) => out.push('\n'),
            (Piece::Hidden('\n'), Breaks::Mark) => out.push('⏎'),
            (Piece::Hidden('\t'), Breaks::Keep) => out.push_str("    "),
            (Piece::Hidden('\n' | '\t'), _) => out.push(' '),
            (Piece::Hidden(hidden), _) => out.extend(hidden.escape_unicode()),
        }
    }
    out
}

/// Outside text for the log of a CI service, whose runner reads commands from lines.
///
/// As on a terminal, and every line begins with `│ `, so that none can begin with `::`; `##[` and `##vso[` and the
/// like, which some runners find anywhere in a line, are parted. Ends without a line break.
#[must_use]
pub fn ci_log(text: &str) -> String {
    let mut out = String::new();
    for (at, line) in terminal(text, Breaks::Keep).split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        out.push_str("│ ");
        let mut before = ' ';
        for letter in line.chars() {
            if letter == '#' && before == '#' {
                out.push(' ');
            }
            out.push(letter);
            before = letter;
        }
    }
    out
}

/// A page of our own, in which outside text stands, for the log of a CI service: no line of it is a command of the runner.
///
/// Runners take a line for a command when it begins with `::` behind any white space, and some find `##[`, `##vso[` and the like
/// anywhere in it. All other lines are left as they are, so that tables stay in shape.
#[must_use]
pub fn ci_lines(page: &str) -> Cow<'_, str> {
    let begins = |line: &str| line.trim_start().starts_with("::");
    if !page.lines().any(|line| begins(line) || marker(line).is_some()) {
        return Cow::Borrowed(page);
    }
    let mut out = String::with_capacity(page.len() + 16);
    for line in page.split_inclusive('\n') {
        if begins(line) {
            out.push_str("│ ");
        }
        part(line, " #", &mut out);
    }
    Cow::Owned(out)
}

/// JSON, or lines of JSON, in which no runner finds a command. It says the same: the second sign is written as an escape. A line of
/// it never begins with `::`.
#[must_use]
pub fn json_lines(text: &str) -> Cow<'_, str> {
    // Most texts have no such sign, which is found out fast.
    if !text.contains("##") || marker(text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    part(text, "\\u0023", &mut out);
    Cow::Owned(out)
}

/// Writes something else for the second sign of each marker.
fn part(text: &str, second: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = marker(rest) {
        out.push_str(&rest[..=at]);
        out.push_str(second);
        rest = &rest[at + 2..];
    }
    out.push_str(rest);
}

/// Where `##`, letters and `[` stand: what some runners take for a command wherever it is.
fn marker(line: &str) -> Option<usize> {
    let pairs = line.as_bytes().windows(2).enumerate().filter(|(_, pair)| pair == b"##");
    pairs.map(|(at, _)| at).find(|at| {
        let rest = line[at + 2..].trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '.');
        rest.starts_with('[')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_as_asked() {
        assert_eq!(terminal("a\r\nb\n\nc", Breaks::Keep), "a\nb\n\nc");
        assert_eq!(terminal("a\r\nb\n\nc", Breaks::Mark), "a⏎b⏎⏎c");
        assert_eq!(terminal("a\r\n  b\n\nc\n", Breaks::Space), "a b c");
        assert_eq!(terminal_line("x\r::error"), "x\\u{d}::error");
        assert_eq!(terminal("\tif x:", Breaks::Keep), "    if x:");
    }

    #[test]
    fn a_shell_gets_one_word() {
        assert_eq!(terminal_word("results/기준-1.jsonl"), "results/기준-1.jsonl");
        assert_eq!(terminal_word("my rules"), "'my rules'");
        assert_eq!(terminal_word("$(x) 'y'"), r"Q$(x) Q\QQyQ\QQQ".replace('Q', "'"));
        assert_eq!(terminal_word(""), "''");
    }

    #[test]
    fn plain_text_is_untouched() {
        for text in ["", "plain", "환불은 며칠 안에?", "a  b", "back\\slash \\u{1b}"] {
            assert_eq!(terminal(text, Breaks::Keep), text);
        }
    }

    proptest::proptest! {
        /// Whatever stands in a page, no line of it is a command, and JSON says what it said.
        #[test]
        fn no_page_holds_a_command(text in "([ \t\u{a0}\r\n]|::|#|\\[|vso|error|a|\\PC){0,24}") {
            let page = ci_lines(&text);
            for line in page.lines() {
                proptest::prop_assert!(!line.trim_start().starts_with("::"), "{line:?}");
                proptest::prop_assert!(!line.contains("##[") && !line.contains("##vso["), "{line:?}");
            }
            let json = serde_json::json!({ "text": text }).to_string();
            let line = json_lines(&json);
            proptest::prop_assert!(!line.contains("##[") && !line.contains("##vso["), "{line:?}");
            let read: serde_json::Value = serde_json::from_str(&line).unwrap();
            proptest::prop_assert_eq!(read["text"].as_str(), Some(text.as_str()));
        }
    }

    #[test]
    fn no_line_of_a_log_is_a_command() {
        assert_eq!(ci_log("::error::x\n##[group]y"), "│ ::error::x\n│ # #[group]y");
        assert_eq!(ci_log("###[error]"), "│ # # #[error]");
        assert_eq!(ci_log("x\r::set-env"), "│ x\\u{d}::set-env");
        assert_eq!(ci_log(""), "│ ");
        assert_eq!(ci_lines("a\n  ::error::x\n##[b]\n"), "a\n│   ::error::x\n# #[b]\n");
        assert_eq!(ci_lines("###[error] ##vso[x]"), "## #[error] # #vso[x]");
        // Headings, and what only looks like a command.
        assert_eq!(ci_lines("## Notes [1]\na ::b\n"), "## Notes [1]\na ::b\n");
        assert_eq!(json_lines("{\"a\":\"##[x]\"}\n"), "{\"a\":\"#\\u0023[x]\"}\n");
    }
}
