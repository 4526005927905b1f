//! Text in a CSV file that people open with a spreadsheet program.

use std::borrow::Cow;

/// Outside text for a cell of a CSV file for people, and whether it was guarded.
///
/// A spreadsheet program takes a cell for a formula when it begins with `=`, `+`, `-` or `@` (full-width forms too, in
/// Korean and Japanese editions), or with a tab or line break that is skipped before one of these. Such a text gets one
/// apostrophe in front; so does a text that begins with an apostrophe, so that taking one away is always right. Plain
/// numbers stay as they are.
#[must_use]
pub fn csv_guard(text: &str) -> (Cow<'_, str>, bool) {
    if text.starts_with(needs_guard) && !is_plain_number(text) {
        (Cow::Owned(format!("'{text}")), true)
    } else {
        (Cow::Borrowed(text), false)
    }
}

/// The text of a cell written by [`csv_guard`], where it is not known whether it was guarded: one apostrophe is taken
/// away when the character after it is one that is guarded.
#[must_use]
pub fn csv_unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(needs_guard) => rest,
        _ => cell,
    }
}

fn needs_guard(first: char) -> bool {
    matches!(
        first,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠' | '\''
    )
}

/// An optional sign, digits, and optionally a point with digits.
fn is_plain_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded() {
        for text in [
            "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A1", "'=1", "'", "-",
            "+.5", "-1.", "--1",
        ] {
            let (cell, guarded) = csv_guard(text);
            assert!(guarded, "{text:?}");
            assert_eq!(cell, format!("'{text}"));
            assert_eq!(csv_unguard(&cell), text);
        }
    }

    #[test]
    fn numbers_and_words_stay() {
        for text in [
            "",
            "-1",
            "+1",
            "-12.50",
            "0012",
            "yes",
            " =1+1",
            "한국어",
            "\"=1\"",
            "x=1",
            "-１",
        ] {
            let guarded = csv_guard(text).1;
            assert_eq!(guarded, text == "-１", "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_guard_comes_off_again(text in "['=+@\t\r\n＝－0-9a가.-]{0,8}") {
            let (cell, guarded) = csv_guard(&text);
            proptest::prop_assert_eq!(csv_unguard(&cell), text.as_str());
            proptest::prop_assert_eq!(guarded, cell.len() == text.len() + 1);
        }
    }
}
