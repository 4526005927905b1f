//! The hostile corpus through every sink.

use super::*;

/// What may change how a terminal or a page shows the text around it.
fn is_control_or_bidi(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}' | '\u{200c}' | '\u{2060}')
}

#[test]
fn terminals_get_no_controls() {
    for (id, text, _) in hostile::corpus() {
        for breaks in [Breaks::Keep, Breaks::Mark, Breaks::Space] {
            let shown = terminal(&text, breaks);
            let bad = shown
                .chars()
                .find(|letter| is_control_or_bidi(*letter) && !(*letter == '\n' && breaks == Breaks::Keep));
            assert_eq!(bad, None, "{id} with {breaks:?}");
        }
    }
}

#[test]
fn logs_get_no_commands() {
    for (id, text, _) in hostile::corpus() {
        for line in ci_log(&text).split('\n') {
            assert!(line.starts_with("│ "), "{id}");
            assert!(!line.contains("##"), "{id}");
            assert!(!line.chars().any(is_control_or_bidi), "{id}");
        }
    }
}

#[test]
fn spreadsheets_get_no_formulas() {
    for (id, text, _) in hostile::corpus() {
        let (cell, guarded) = csv_guard(&text);
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
        assert!(!formula, "{id}");
        assert_eq!(if guarded { &cell[1..] } else { &cell[..] }, text, "{id}");
        assert_eq!(csv_unguard(&cell), text, "{id}");
    }
}

#[test]
fn workbooks_get_what_their_format_holds() {
    for (id, text, _) in hostile::corpus() {
        let shown = sheet_text(&text);
        let bad = shown.chars().find(|letter| {
            (letter.is_control() && !matches!(letter, '\t' | '\n')) || matches!(letter, '\u{fffe}' | '\u{ffff}')
        });
        assert_eq!(bad, None, "{id}");
        let parts = sheet_parts(&shown);
        assert_eq!(parts.concat(), shown, "{id}");
        assert!(parts.iter().all(|part| sheet_fits(part)), "{id}");
    }
}

#[test]
fn markdown_gets_no_markup() {
    for (id, text, _) in hostile::corpus() {
        let inline = markdown_inline(&text);
        assert!(!inline.contains('\n'), "{id}");
        let mut escaped = false;
        for letter in inline.chars() {
            let meaning = "`*_{}[]()<>#|~&$!^=:@".contains(letter);
            assert!(escaped || !meaning, "{id}: bare {letter}");
            escaped = letter == '\\' && !escaped;
        }
        let fenced = markdown_fence(&text, "");
        let fence = fenced.lines().next().unwrap();
        let inside = fenced
            .strip_prefix(fence)
            .unwrap()
            .strip_suffix(&format!("{fence}\n"))
            .unwrap();
        assert!(!inside.contains(fence), "{id}");
        assert!(fence.len() >= 3 && fence.chars().all(|letter| letter == '`'), "{id}");
    }
}
