//! Splitting text into tokens, the way each reference library does it.

use std::collections::HashMap;

use regex::Regex;
use std::sync::LazyLock;

use super::normalise::{is_space, is_word_part, nfc, split_spaces};

/// Tokenizers of the ROUGE family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordTokenizer {
    /// Lower case, runs of a–z and 0–9: that of rouge-score 0.1.2. Korean text has no tokens in it.
    RougeScore,
    /// NFC, lower case, runs of letters, marks and numbers.
    UnicodeWords,
    /// NFC, every character that is not white space.
    Chars,
}

impl WordTokenizer {
    /// Every tokenizer, in the order of documentation.
    pub const ALL: [Self; 3] = [Self::RougeScore, Self::UnicodeWords, Self::Chars];

    /// The word in suites and in `narani compute`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::RougeScore => "rouge_score",
            Self::UnicodeWords => "unicode_words",
            Self::Chars => "chars",
        }
    }

    /// The tokenizer of a word written by [`WordTokenizer::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The tokens of a text, in order.
    #[must_use]
    pub fn tokens(self, text: &str) -> Vec<String> {
        match self {
            Self::RougeScore => runs(&text.to_lowercase(), |c| c.is_ascii_lowercase() || c.is_ascii_digit()),
            Self::UnicodeWords => runs(&nfc(text).to_lowercase(), is_word_part),
            Self::Chars => nfc(text).chars().filter(|c| !is_space(*c)).map(String::from).collect(),
        }
    }
}

fn runs(text: &str, belongs: impl Fn(char) -> bool) -> Vec<String> {
    text.split(|c| !belongs(c))
        .filter(|run| !run.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Tokenizers of BLEU, as sacrebleu 2.6.0 defines them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BleuTokenizer {
    /// That of the WMT campaigns (mteval-v13a), made for Western languages.
    V13a,
    /// Unicode punctuation and symbols split off (mteval-v14 international).
    Intl,
    /// Every character that is not white space.
    Char,
    /// White space only.
    None,
}

impl BleuTokenizer {
    /// Every tokenizer, in the order of documentation.
    pub const ALL: [Self; 4] = [Self::V13a, Self::Intl, Self::Char, Self::None];

    /// The word in suites, in `narani compute` and in signatures.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::V13a => "13a",
            Self::Intl => "intl",
            Self::Char => "char",
            Self::None => "none",
        }
    }

    /// The tokenizer of a word written by [`BleuTokenizer::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The tokens of a segment, in order. White space at its end does not count.
    #[must_use]
    pub fn tokens(self, segment: &str) -> Vec<String> {
        let segment = segment.trim_end_matches(is_space);
        let spaced = match self {
            Self::V13a => split_13a(segment),
            Self::Intl => split_international(segment),
            Self::Char => {
                return segment.chars().filter(|c| !is_space(*c)).map(String::from).collect();
            }
            Self::None => segment.to_owned(),
        };
        split_spaces(&spaced).map(str::to_owned).collect()
    }
}

/// A pattern of this file, known to be well formed.
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern written here is well formed")
}

/// The four rules of mteval-v13a: ASCII punctuation apart, full stop and comma unless between digits,
/// hyphen after a digit.
static RULES_13A: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
    [
        (pattern(r"([\x7b-\x7e\x5b-\x60\x20-\x26\x28-\x2b\x3a-\x40/])"), " $1 "),
        (pattern(r"([^0-9])([.,])"), "$1 $2 "),
        (pattern(r"([.,])([^0-9])"), " $1 $2"),
        (pattern(r"([0-9])(-)"), "$1 $2 "),
    ]
});

/// The rules of mteval-v14: punctuation apart unless between numbers, symbols always apart.
static RULES_INTERNATIONAL: LazyLock<[(Regex, &str); 3]> = LazyLock::new(|| {
    [
        (pattern(r"(\P{N})(\p{P})"), "$1 $2 "),
        (pattern(r"(\p{P})(\P{N})"), " $1 $2"),
        (pattern(r"(\p{S})"), " $1 "),
    ]
});

fn split_13a(segment: &str) -> String {
    let mut line = segment.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    if line.contains('&') {
        // The order matters: `&amp;lt;` becomes `<`.
        for (entity, sign) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
            line = line.replace(entity, sign);
        }
    }
    // The space at either end lets a full stop at the very end be split off.
    line = format!(" {line} ");
    apply(&line, RULES_13A.as_slice())
}

fn split_international(segment: &str) -> String {
    apply(segment, RULES_INTERNATIONAL.as_slice())
}

fn apply(line: &str, rules: &[(Regex, &str)]) -> String {
    let mut line = line.to_owned();
    for (rule, replacement) in rules {
        line = rule.replace_all(&line, *replacement).into_owned();
    }
    line
}

/// Gives equal tokens equal numbers, so that comparing n-grams is comparing integers.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    known: HashMap<String, u32>,
}

impl Numbers {
    /// The numbers of these tokens; new ones are added.
    pub(super) fn of(&mut self, tokens: &[String]) -> Vec<u32> {
        tokens
            .iter()
            .map(|token| {
                if let Some(number) = self.known.get(token) {
                    return *number;
                }
                // Four thousand million different tokens do not fit into memory.
                let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
                self.known.insert(token.clone(), next);
                next
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(tokens: &[String]) -> String {
        tokens.join("|")
    }

    #[test]
    fn words_of_each_tokenizer() {
        for (tokenizer, text, wanted) in [
            (WordTokenizer::RougeScore, "It's 3.5 K\u{212a}!", "it|s|3|5|kk"),
            (WordTokenizer::RougeScore, "오늘 날씨", ""),
            (
                WordTokenizer::UnicodeWords,
                "오늘은 날씨가, 아주_좋다. Été №½",
                "오늘은|날씨가|아주|좋다|été|½",
            ),
            (WordTokenizer::Chars, "\u{1112}\u{1161}\u{11ab} 글.", "한|글|."),
        ] {
            assert_eq!(joined(&tokenizer.tokens(text)), wanted, "{tokenizer:?}");
        }
    }

    #[test]
    fn segments_of_each_bleu_tokenizer() {
        for (tokenizer, text, wanted) in [
            (
                BleuTokenizer::V13a,
                "Hello, world! 3.5% of 1,000-odd.",
                "Hello|,|world|!|3.5|%|of|1,000|-|odd|.",
            ),
            (BleuTokenizer::V13a, "a &amp;lt; b<skipped> c-\nd", "a|<|b|cd"),
            (BleuTokenizer::V13a, "좋다。그래", "좋다。그래"),
            (
                BleuTokenizer::Intl,
                "좋다。“그래” 3.5€ 1999.",
                "좋다|。|“|그래|”|3.5|€|1999.",
            ),
            (BleuTokenizer::Char, "짧은 답 ", "짧|은|답"),
            (BleuTokenizer::None, " a\u{3000}b. ", "a|b."),
        ] {
            assert_eq!(joined(&tokenizer.tokens(text)), wanted, "{tokenizer:?}");
        }
    }
}
