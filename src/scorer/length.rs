//! How long the answer is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

use super::params::Rule;
use super::shared::text;
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::{Grade, Said};
use crate::said;
use crate::text::normalise::{is_space, is_word_part, split_spaces};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Unit {
    /// Characters as a reader sees them, spaces included: 한 is one, a family emoji is one.
    #[default]
    Chars,
    /// Words: what stands between spaces and has a letter or digit, so `don't` and `서울에서는` are one each.
    /// Chinese characters and kana, which stand without spaces, count as Unicode's rules divide them.
    Words,
    /// Lines that are not empty.
    Lines,
    /// Sentences, by the rules of Unicode: abbreviations such as `Dr.` may count as an end.
    Sentences,
}

/// Passes when the answer is neither too short nor too long.
///
/// Use it for limits the question sets: a title of at most 30 characters, a summary of three sentences. White
/// space at both ends is not counted. Give `min`, `max` or both.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: 다음 글을 세 문장 이내로 요약해 주세요. …
/// scorers:
///   - type: length
///     unit: sentences
///     max: 3
///   - type: length
///     name: not-empty
///     min: 1
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Length {
    /// What is counted.
    #[serde(default)]
    unit: Unit,
    /// Fewest allowed.
    min: Option<u64>,
    /// Most allowed.
    max: Option<u64>,
}

impl Rule for Length {
    const NAME: &'static str = "length";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        match (self.min, self.max) {
            (None, None) => Err(Refusal {
                field: None,
                message: said!("neither `min` nor `max` is given", "`min`도 `max`도 없습니다"),
                help: Some(said!("for example `max: 200`", "예: `max: 200`")),
            }),
            (Some(min), Some(max)) if min > max => Err(Refusal::of(
                "max",
                said!("`max` is below `min`", "`max`가 `min`보다 작습니다"),
            )),
            _ => Ok(Box::new(self)),
        }
    }
}

impl Unit {
    fn count(self, text: &str) -> usize {
        if text.is_empty() {
            // The crate's sentence iterator underflows on an empty text.
            return 0;
        }
        match self {
            Self::Chars => text.graphemes(true).count(),
            Self::Words => split_spaces(text).map(words_of).sum(),
            Self::Lines => text.lines().filter(|line| !line.chars().all(is_space)).count(),
            Self::Sentences => text
                .split_sentence_bounds()
                .filter(|sentence| sentence.chars().any(is_word_part))
                .count(),
        }
    }

    fn name(self, count: usize) -> Said {
        match (self, count) {
            (Self::Chars, 1) => said!("character", "자"),
            (Self::Chars, _) => said!("characters", "자"),
            (Self::Words, 1) => said!("word", "단어"),
            (Self::Words, _) => said!("words", "단어"),
            (Self::Lines, 1) => said!("line", "줄"),
            (Self::Lines, _) => said!("lines", "줄"),
            (Self::Sentences, 1) => said!("sentence", "문장"),
            (Self::Sentences, _) => said!("sentences", "문장"),
        }
    }
}

/// Words of a piece between spaces.
fn words_of(piece: &str) -> usize {
    let spaceless = |c: char| matches!(c.script(), Script::Han | Script::Hiragana | Script::Katakana);
    if piece.chars().any(spaceless) {
        piece.unicode_words().count()
    } else {
        usize::from(piece.chars().any(is_word_part))
    }
}

impl Scorer for Length {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let text = text(answer);
        let count = self.unit.count(text.trim_matches(is_space));
        let counted = count as u64;
        let name = self.unit.name(count);
        if let Some(min) = self.min
            && counted < min
        {
            return Grade::pass(
                false,
                said!(
                    "{count} {name}, at least {min} asked for",
                    "{count}{name}, {min}{name} 이상이어야 합니다"
                ),
            );
        }
        if let Some(max) = self.max
            && counted > max
        {
            return Grade::pass(
                false,
                said!(
                    "{count} {name}, at most {max} allowed",
                    "{count}{name}, {max}{name} 이하여야 합니다"
                ),
            );
        }
        Grade::pass(true, said!("{count} {name}", "{count}{name}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::scorer::testing::{Scene, passes, refusal};

    #[test]
    fn units_count_what_readers_see() {
        for (unit, text, wanted) in [
            (Unit::Chars, "한글 👨‍👩‍👧!", 5),
            (Unit::Chars, "\u{1112}\u{1161}\u{11ab}", 1),
            (Unit::Words, "오늘 날씨가 아주 좋다.", 4),
            (Unit::Words, "It's 3.5 - nice! stop-now", 4),
            (Unit::Words, "東京です 좋다", 5),
            (Unit::Lines, "a\n\n b\n", 2),
            (Unit::Sentences, "안녕하세요. 반갑습니다! 오늘은 어때요?", 3),
            (Unit::Sentences, "One. Two… ---", 2),
            (Unit::Sentences, "", 0),
        ] {
            assert_eq!(unit.count(text), wanted, "{unit:?} {text}");
        }
    }

    #[test]
    fn bounds_are_inclusive() {
        let judge = |params, text| passes("length", &params, json!("x"), text);
        assert!(judge(json!({"max": 2}), " 한글 "));
        assert!(!judge(json!({"max": 1}), "한글"));
        assert!(judge(json!({"min": 2, "unit": "words"}), "a b"));
        assert!(!judge(json!({"min": 1}), "  "));
        let grade = Scene::new("하나").grade("length", &json!({"max": 1, "unit": "words"}));
        assert_eq!(grade.why, "1 word");
    }

    #[test]
    fn bounds_that_make_no_sense_are_refused() {
        assert_eq!(refusal("length", &json!({})), "neither `min` nor `max` is given");
        assert_eq!(refusal("length", &json!({"min": 2, "max": 1})), "`max` is below `min`");
        let told = refusal("length", &json!({"max": -1}));
        assert!(told.contains("expected a whole number of at least 0"), "{told}");
    }

    proptest! {
        #[test]
        fn any_text_is_counted(text in any::<String>()) {
            for unit in [Unit::Chars, Unit::Words, Unit::Lines, Unit::Sentences] {
                prop_assert!(unit.count(&text) <= text.len());
            }
        }
    }
}
