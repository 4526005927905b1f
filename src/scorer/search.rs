//! Finding a text inside another without being fooled by longer words and numbers.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

use crate::text::number::may_be_sign;

/// The first place where `needle` stands in `text` as a word or number of its own.
///
/// `14` is not found in `140`, `3.14`, `1,014` or `-14`, nor `cat` in `category`. Words of scripts that put
/// no space after a word (Hangul with its particles, Han, kana) are found anywhere, so `서울` is found in
/// `서울은`. An empty needle is nowhere.
pub(super) fn find_whole(text: &str, needle: &str) -> Option<usize> {
    let first = needle.chars().next()?;
    let last = needle.chars().next_back()?;
    let mut from = 0;
    while let Some(found) = text[from..].find(needle) {
        let start = from + found;
        let before = &text[..start];
        let after = &text[start + needle.len()..];
        if begins(before, first) && ends(last, after) {
            return Some(start);
        }
        from = start + first.len_utf8();
    }
    None
}

/// The first place where `needle` stands in `text`, inside words too. An empty needle is nowhere.
pub(super) fn find_anywhere(text: &str, needle: &str) -> Option<usize> {
    if needle.is_empty() { None } else { text.find(needle) }
}

/// Whether nothing before `first` makes it part of something longer.
fn begins(before: &str, first: char) -> bool {
    let mut back = before.chars().rev();
    let Some(previous) = back.next() else {
        return true;
    };
    if joins(previous) && joins(first) {
        return false;
    }
    if first.is_numeric() {
        let further = back.next();
        let decimal = matches!(previous, '.' | ',') && further.is_some_and(char::is_numeric);
        let sign = matches!(previous, '-' | '\u{2212}') && may_be_sign(further);
        return !decimal && !sign;
    }
    true
}

/// Whether nothing after `last` makes it part of something longer.
fn ends(last: char, after: &str) -> bool {
    let mut rest = after.chars();
    let Some(next) = rest.next() else {
        return true;
    };
    if joins(last) && (joins(next) || is_mark(next)) {
        return false;
    }
    if last.is_numeric() {
        let decimal = matches!(next, '.' | ',') && rest.next().is_some_and(char::is_numeric);
        return !decimal;
    }
    true
}

/// Letters and digits of scripts that put spaces between words.
fn joins(c: char) -> bool {
    let spaceless = matches!(
        c.script(),
        Script::Hangul
            | Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
    );
    (c.is_alphanumeric() || c == '_') && !spaceless
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark && !('\u{fe00}'..='\u{fe0f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_and_numbers_stand_alone() {
        for (text, needle) in [
            ("the answer is 14.", "14"),
            ("(14)", "14"),
            ("14%", "14"),
            ("14개입니다", "14"),
            ("1, 14, 20", "14"),
            ("10-14", "14"),
            ("a cat, a dog", "cat"),
            ("category: cat", "cat"),
            ("Paris에서", "Paris"),
            ("서울특별시는", "서울"),
            ("答えは東京です", "東京"),
            ("C++와 C#", "C#"),
            ("11 1 1", "1 1"),
            ("x = -3", "-3"),
            ("I ❤\u{fe0f} it", "❤"),
        ] {
            assert!(find_whole(text, needle).is_some(), "{needle} in {text}");
        }
        for (text, needle) in [
            ("140", "14"),
            ("3.14", "14"),
            ("14.5", "14"),
            ("1,014 and 14,000", "14"),
            ("it is -14", "14"),
            ("−14", "14"),
            ("category", "cat"),
            ("concat", "cat"),
            ("snake_cat", "cat"),
            ("catégorie", "cat"),
            ("résumé", "r"),
            ("14th", "14"),
            ("", "14"),
            ("anything", ""),
        ] {
            assert!(find_whole(text, needle).is_none(), "{needle} in {text}");
        }
        assert!(find_anywhere("category", "cat").is_some());
    }

    proptest! {
        #[test]
        fn what_is_found_is_there(text in any::<String>(), needle in any::<String>()) {
            if let Some(at) = find_whole(&text, &needle) {
                prop_assert!(text[at..].starts_with(&needle));
            }
            prop_assert_eq!(find_whole(&needle, &needle).is_some(), !needle.is_empty());
        }
    }
}
