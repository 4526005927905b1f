//! Steps that make two texts comparable, and the character classes the metrics agree on.
//!
//! The steps are those of `normalize_text` in the reference cases, checked against Python's `unicodedata`.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// One step of normalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Canonical composition: one form for `한` however it was typed.
    Nfc,
    /// Compatibility composition: full-width forms, ligatures and the like become ordinary characters.
    Nfkc,
    /// Unicode lower case.
    Lower,
    /// White space at both ends is dropped.
    Trim,
    /// Every run of white space becomes one space.
    CollapseSpaces,
    /// All white space is dropped.
    RemoveSpaces,
    /// Every character of general category P or S is dropped.
    RemovePunctuation,
    /// U+200B, U+200C, U+200D, U+2060 and U+FEFF are dropped.
    StripZeroWidth,
}

impl Step {
    /// Every step, in the order of documentation.
    pub const ALL: [Self; 8] = [
        Self::Nfc,
        Self::Nfkc,
        Self::Lower,
        Self::Trim,
        Self::CollapseSpaces,
        Self::RemoveSpaces,
        Self::RemovePunctuation,
        Self::StripZeroWidth,
    ];

    /// What is done when nobody says otherwise.
    pub const DEFAULT: [Self; 2] = [Self::Nfc, Self::Trim];

    /// The word of the step in suites and in `narani compute`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Nfc => "nfc",
            Self::Nfkc => "nfkc",
            Self::Lower => "lower",
            Self::Trim => "trim",
            Self::CollapseSpaces => "collapse_spaces",
            Self::RemoveSpaces => "remove_spaces",
            Self::RemovePunctuation => "remove_punctuation",
            Self::StripZeroWidth => "strip_zero_width",
        }
    }

    /// The step of a word written by [`Step::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }

    /// The text after this step.
    #[must_use]
    pub fn apply(self, text: &str) -> String {
        match self {
            Self::Nfc => text.nfc().collect(),
            Self::Nfkc => text.nfkc().collect(),
            Self::Lower => text.to_lowercase(),
            Self::Trim => text.trim_matches(is_space).to_owned(),
            Self::CollapseSpaces => collapse_spaces(text),
            Self::RemoveSpaces => text.chars().filter(|c| !is_space(*c)).collect(),
            Self::RemovePunctuation => text.chars().filter(|c| !is_punctuation(*c)).collect(),
            Self::StripZeroWidth => text.chars().filter(|c| !is_zero_width(*c)).collect(),
        }
    }
}

/// The text after these steps, in their order.
#[must_use]
pub fn normalise(text: &str, steps: &[Step]) -> String {
    let mut text = text.to_owned();
    for step in steps {
        text = step.apply(&text);
    }
    text
}

/// The text in canonical composition; borrowed when it already is.
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// White space as the reference libraries see it: Unicode white space and the four separators U+001C–U+001F.
#[must_use]
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// The pieces between runs of white space, none of them empty.
pub fn split_spaces(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|piece| !piece.is_empty())
}

/// Punctuation (P) or symbol (S).
#[must_use]
pub fn is_punctuation(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_punctuation();
    }
    matches!(
        c.general_category_group(),
        GeneralCategoryGroup::Punctuation | GeneralCategoryGroup::Symbol
    )
}

/// Letter (L), mark (M) or number (N): what words are made of.
#[must_use]
pub fn is_word_part(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    matches!(
        c.general_category_group(),
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark | GeneralCategoryGroup::Number
    )
}

/// Letter, number or underscore, but no mark: what Python's regular expressions call a word character.
#[must_use]
pub fn is_name_part(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    matches!(
        c.general_category_group(),
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number
    )
}

fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn collapse_spaces(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_run = false;
    for c in text.chars() {
        if is_space(c) {
            if !in_run {
                out.push(' ');
            }
            in_run = true;
        } else {
            out.push(c);
            in_run = false;
        }
    }
    out
}

/// A composed Hangul syllable.
#[must_use]
pub fn is_hangul_syllable(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// Number of the final consonant of a Hangul syllable: 0 for none, 8 for ㄹ; `None` for other characters.
fn final_consonant(c: char) -> Option<u32> {
    is_hangul_syllable(c).then(|| (u32::from(c) - u32::from('가')) % 28)
}

/// What must stand before a particle.
#[derive(Clone, Copy)]
enum Before {
    Consonant,
    Vowel,
    VowelOrRieul,
    Either,
}

/// Longest first, so that `에서` is not read as `서` and `으로` not as `로`.
const PARTICLES: [(&str, Before); 17] = [
    ("에서", Before::Either),
    ("까지", Before::Either),
    ("부터", Before::Either),
    ("으로", Before::Consonant),
    ("이", Before::Consonant),
    ("은", Before::Consonant),
    ("을", Before::Consonant),
    ("과", Before::Consonant),
    ("가", Before::Vowel),
    ("는", Before::Vowel),
    ("를", Before::Vowel),
    ("와", Before::Vowel),
    ("로", Before::VowelOrRieul),
    ("의", Before::Either),
    ("에", Before::Either),
    ("도", Before::Either),
    ("만", Before::Either),
];

/// The text without one trailing Korean particle on its last word.
///
/// A particle goes only when the syllable before it has the fitting final consonant and at least two
/// syllables of the word remain. Words that merely end like one are damaged too (`고양이` becomes `고양`), so
/// this is never done unasked. Expects composed text.
#[must_use]
pub fn strip_particles(text: &str) -> &str {
    let text = text.trim_end_matches(is_space);
    let word_start = text
        .char_indices()
        .rev()
        .find(|(_, c)| is_space(*c))
        .map_or(0, |(at, c)| at + c.len_utf8());
    let word = &text[word_start..];
    for (particle, before) in PARTICLES {
        let Some(stem) = word.strip_suffix(particle) else {
            continue;
        };
        let Some(consonant) = stem.chars().next_back().and_then(final_consonant) else {
            continue;
        };
        let fits = match before {
            Before::Consonant => consonant != 0,
            Before::Vowel => consonant == 0,
            Before::VowelOrRieul => consonant == 0 || consonant == 8,
            Before::Either => true,
        };
        let syllables = stem.chars().filter(|c| is_hangul_syllable(*c)).count();
        if fits && syllables >= 2 {
            return &text[..word_start + stem.len()];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_read_back() {
        for step in Step::ALL {
            assert_eq!(Step::from_word(step.word()), Some(step));
        }
        assert_eq!(Step::from_word("uppercase"), None);
    }

    #[test]
    fn steps_do_what_they_say() {
        let cases: [(&str, &[Step], &str); 7] = [
            ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", &[Step::Nfc], "한글"),
            ("ＡＢ　１", &[Step::Nfkc, Step::RemoveSpaces], "AB1"),
            ("ΌΣΟΣ", &[Step::Lower], "όσος"),
            (
                " \u{1c}a\u{a0}\u{3000}b\u{85} ",
                &[Step::Trim, Step::CollapseSpaces],
                "a b",
            ),
            ("«1+1=2», 원화₩!", &[Step::RemovePunctuation], "112 원화"),
            ("a\u{200b}b\u{feff}\u{2060}c", &[Step::StripZeroWidth], "abc"),
            ("", &Step::ALL, ""),
        ];
        for (text, steps, wanted) in cases {
            assert_eq!(normalise(text, steps), wanted, "{text:?} {steps:?}");
        }
    }

    #[test]
    fn particles_go_only_where_they_fit() {
        let cases = [
            ("서울특별시는", "서울특별시"),
            ("이순신 장군이", "이순신 장군"),
            ("대한민국은", "대한민국"),
            ("대한민국는", "대한민국는"),
            ("서울로", "서울"),
            ("부산으로", "부산"),
            ("도서관에서", "도서관"),
            ("사람만", "사람"),
            ("책이", "책이"),
            ("나는", "나는"),
            ("Paris는", "Paris는"),
            ("서울에 ", "서울"),
            ("", ""),
            ("에서", "에서"),
        ];
        for (text, wanted) in cases {
            assert_eq!(strip_particles(text), wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_survives_every_step(text in any::<String>()) {
            let all = normalise(&text, &Step::ALL);
            prop_assert!(!all.chars().any(is_space));
            prop_assert!(!all.chars().any(is_zero_width));
            prop_assert!(text.starts_with(strip_particles(&text)));
            prop_assert_eq!(nfc(&text).into_owned(), Step::Nfc.apply(&text));
        }

        #[test]
        fn composed_and_decomposed_text_are_one(text in "[가-힣a-zà-ÿ ]{0,20}") {
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(
                normalise(&text, &Step::DEFAULT),
                normalise(&decomposed, &Step::DEFAULT)
            );
        }
    }
}
