//! Characters that draw nothing themselves but change what is seen around them, or carry what is not seen.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// To be shown as it is.
    Plain(&'a str),
    /// A character that draws nothing.
    Hidden(char),
}

/// Takes `text` apart into what can be shown as it is and what cannot.
///
/// Hidden are controls (C0, C1, DEL), format characters (bidi, zero-width, tags, soft hyphen), line and paragraph
/// separators, fillers, stray variation selectors, and noncharacters. The joiners, selectors and tags that hold an
/// emoji together are part of it and stay.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let first = rest.chars().next()?;
        let found = rest
            .char_indices()
            .find(|&(offset, letter)| is_hidden(letter) && !holds_emoji(text, at + offset, letter));
        match found {
            Some((0, _)) => {
                at += first.len_utf8();
                Some(Piece::Hidden(first))
            }
            Some((offset, _)) => {
                at += offset;
                Some(Piece::Plain(&rest[..offset]))
            }
            None => {
                at = text.len();
                Some(Piece::Plain(rest))
            }
        }
    })
}

/// Whether a character draws nothing itself.
#[expect(
    clippy::match_same_arms,
    reason = "the order of the arms is from the common to the rare"
)]
fn is_hidden(letter: char) -> bool {
    match letter {
        '\0'..='\u{7f}' => letter.is_ascii_control(),
        // Hangul, Chinese, kana: most of what is not ASCII here, so no table is searched for them.
        '가'..='힣' | '\u{4e00}'..='\u{9fff}' | '\u{3041}'..='\u{30ff}' => false,
        // Fillers of Hangul, which look like nothing; Braille's blank; the grapheme joiner; Khmer and Mongolian
        // selectors; variation selectors and tags; noncharacters.
        '\u{115f}'
        | '\u{1160}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{2800}'
        | '\u{34f}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0000}'..='\u{e0fff}'
        | '\u{fdd0}'..='\u{fdef}' => true,
        // Arabic signs that are format characters but drawn.
        '\u{600}'..='\u{605}'
        | '\u{6dd}'
        | '\u{70f}'
        | '\u{890}'
        | '\u{891}'
        | '\u{8e2}'
        | '\u{110bd}'
        | '\u{110cd}' => false,
        _ if u32::from(letter) & 0xfffe == 0xfffe => true,
        _ => matches!(
            letter.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        ),
    }
}

/// Whether the hidden character at byte `at` holds an emoji together.
fn holds_emoji(text: &str, at: usize, letter: char) -> bool {
    let mut before = text[..at].chars().rev();
    let mut after = text[at + letter.len_utf8()..].chars();
    match letter {
        '\u{200d}' => {
            let mut joined = before.next();
            if joined == Some('\u{fe0f}') {
                joined = before.next();
            }
            joined.is_some_and(is_pictograph) && after.next().is_some_and(is_pictograph)
        }
        '\u{fe0e}' | '\u{fe0f}' => before.next().is_some_and(|base| {
            let keycap = matches!(base, '0'..='9' | '#' | '*') && after.next() == Some('\u{20e3}');
            is_pictograph(base) || keycap
        }),
        TAG_FIRST..=TAG_END => {
            let earlier = before.clone().take_while(|letter| is_tag(*letter)).take(8).count();
            let flag = before.nth(earlier) == Some('\u{1f3f4}');
            let later: Vec<char> = after.take_while(|letter| is_tag(*letter)).take(8).collect();
            let last = later.last().copied().unwrap_or(letter);
            // A flag of a region has three to six letters and the closing tag; longer runs carry hidden text.
            flag && last == TAG_END && (4..=7).contains(&(earlier + 1 + later.len()))
        }
        _ => false,
    }
}

const TAG_FIRST: char = '\u{e0020}';
const TAG_END: char = '\u{e007f}';

fn is_tag(letter: char) -> bool {
    (TAG_FIRST..=TAG_END).contains(&letter)
}

/// Blocks in which emoji and the parts that are joined into them stand.
fn is_pictograph(letter: char) -> bool {
    matches!(letter, '\u{1f000}'..='\u{1faff}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}'
        | '\u{2460}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '©' | '®'
        | '‼' | '⁉' | '™' | 'ℹ' | '〰' | '〽' | '㊗' | '㊙')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        pieces(text)
            .map(|piece| match piece {
                Piece::Plain(plain) => plain.to_owned(),
                Piece::Hidden(hidden) => hidden.escape_unicode().to_string(),
            })
            .collect()
    }

    #[test]
    fn emoji_stay_whole() {
        for text in [
            "👨‍👩‍👧‍👦 family",
            "👩🏿‍🦰",
            "❤️‍🔥 ❤️ ❤︎ ©️",
            "1️⃣ #️⃣ *⃣",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
            "🏳️‍🌈",
            "🇰🇷🇯🇵",
            "plain 한글 각 e\u{301}",
            "\u{600} 42 \u{6dd}",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn what_hides_is_shown() {
        for (text, seen) in [
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\u{7f}", "a\\u{7f}"),
            ("pass\u{200b}word", "pass\\u{200b}word"),
            ("a\u{200d}b", "a\\u{200d}b"),
            ("file \u{202e}gpj", "file \\u{202e}gpj"),
            ("a\u{fe0f}\u{fe0f}", "a\\u{fe0f}\\u{fe0f}"),
            ("1\u{fe0f}", "1\\u{fe0f}"),
            ("\u{3164}x", "\\u{3164}x"),
            ("\u{feff}x", "\\u{feff}x"),
            ("one\u{2028}two", "one\\u{2028}two"),
            ("\u{ffff}", "\\u{ffff}"),
            ("hi\u{e0069}\u{e0067}", "hi\\u{e0069}\\u{e0067}"),
            ("un\u{ad}pass", "un\\u{ad}pass"),
            ("👨\u{200d}", "👨\\u{200d}"),
            ("👨\u{e0101}", "👨\\u{e0101}"),
        ] {
            assert_eq!(shown(text), seen);
        }
    }

    #[test]
    fn a_long_run_of_tags_is_no_flag() {
        let hidden: String = "ignore all"
            .bytes()
            .map(|byte| char::from_u32(0xe0000 + u32::from(byte)).unwrap())
            .collect();
        assert!(shown(&format!("🏴{hidden}\u{e007f}")).contains("\\u{e0069}"));
    }
}
