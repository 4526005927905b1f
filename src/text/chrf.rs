//! chrF and chrF++: F2 of character n-grams, with word bigrams added for ++, on a scale of 0 to 100.
//!
//! Popović 2015 and 2017; checked against sacrebleu 2.6.0: character order 6, β = 2, no white space. Of the
//! overlap metrics the one that suits Korean, since particles cost only the n-grams they touch.

use super::ngrams::{Matches, Ngrams};
use super::normalise::{is_space, split_spaces};
use super::tokens::Numbers;

const CHARACTER_ORDER: usize = 6;
const BETA_SQUARED: f64 = 4.0;

/// How texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChrfOptions {
    /// Order of word n-grams: 0 for chrF, 2 for chrF++.
    pub word_order: usize,
    /// Compare in lower case.
    pub lowercase: bool,
}

/// The counts of one segment by order, characters first; or of several added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChrfCounts(Vec<Matches>);

impl ChrfCounts {
    /// The counts of one segment against the reference that suits it best; `None` without references.
    #[must_use]
    pub fn of<S: AsRef<str>>(hypothesis: &str, references: &[S], options: ChrfOptions) -> Option<Self> {
        let ours = Symbols::of(hypothesis, options);
        let mut best: Option<(f64, Self)> = None;
        for reference in references {
            let counts = ours.compare(&Symbols::of(reference.as_ref(), options), options);
            let score = counts.score();
            if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
                best = Some((score, counts));
            }
        }
        best.map(|(_, counts)| counts)
    }

    /// The two added up; both were made with the same options.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for (ours, theirs) in self.0.iter_mut().zip(&other.0) {
            ours.hypothesis += theirs.hypothesis;
            ours.reference += theirs.reference;
            ours.matched += theirs.matched;
        }
        self
    }

    /// The score, from 0 to 100: mean precision and mean recall over the orders both texts have.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52")]
    pub fn score(&self) -> f64 {
        let mut precision = 0.0;
        let mut recall = 0.0;
        let mut orders = 0u32;
        for order in &self.0 {
            if order.hypothesis > 0 && order.reference > 0 {
                precision += order.matched as f64 / order.hypothesis as f64;
                recall += order.matched as f64 / order.reference as f64;
                orders += 1;
            }
        }
        if orders == 0 || precision + recall == 0.0 {
            return 0.0;
        }
        precision /= f64::from(orders);
        recall /= f64::from(orders);
        100.0 * (1.0 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall)
    }
}

/// A text as characters and words.
struct Symbols {
    characters: Vec<u32>,
    words: Vec<String>,
}

impl Symbols {
    fn of(text: &str, options: ChrfOptions) -> Self {
        let lowered;
        let text = if options.lowercase {
            lowered = text.to_lowercase();
            &lowered
        } else {
            text
        };
        Self {
            characters: text.chars().filter(|c| !is_space(*c)).map(u32::from).collect(),
            words: if options.word_order > 0 {
                words(text)
            } else {
                Vec::new()
            },
        }
    }

    fn compare(&self, reference: &Self, options: ChrfOptions) -> ChrfCounts {
        let characters = Ngrams::of([reference.characters.as_slice()], CHARACTER_ORDER);
        let mut orders = characters.compare(&self.characters);
        if options.word_order > 0 {
            let mut numbers = Numbers::default();
            let theirs = numbers.of(&reference.words);
            let ours = numbers.of(&self.words);
            orders.extend(Ngrams::of([theirs.as_slice()], options.word_order).compare(&ours));
        }
        for order in &mut orders {
            // As in the reference implementation: nothing is asked of orders the reference lacks.
            if order.reference == 0 {
                order.hypothesis = 0;
            }
        }
        ChrfCounts(orders)
    }
}

/// Words with one ASCII punctuation mark split off the end or else the start: `(hi)` gives `(hi` and `)`.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for piece in split_spaces(text) {
        let mut inner = piece.chars();
        let first = inner.next();
        let last = inner.next_back();
        match (first, last) {
            (Some(_), Some(last)) if last.is_ascii_punctuation() => {
                words.push(piece[..piece.len() - 1].to_owned());
                words.push(last.to_string());
            }
            (Some(first), Some(_)) if first.is_ascii_punctuation() => {
                words.push(first.to_string());
                words.push(piece[1..].to_owned());
            }
            _ => words.push(piece.to_owned()),
        }
    }
    words
}

/// chrF of one segment against its best reference; `None` without references.
#[must_use]
pub fn sentence<S: AsRef<str>>(hypothesis: &str, references: &[S], options: ChrfOptions) -> Option<f64> {
    ChrfCounts::of(hypothesis, references, options).map(|counts| counts.score())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn punctuation_is_split_once() {
        assert_eq!(words("(hi) 'a! . 《책》"), ["(hi", ")", "'a", "!", ".", "《책》"]);
    }

    #[test]
    fn the_best_reference_counts() {
        let options = ChrfOptions::default();
        let score = sentence("서울특별시는", &["부산", "서울특별시"], options).unwrap();
        assert!(score > 80.0, "{score}");
        assert_eq!(sentence::<&str>("a", &[], options), None);
    }

    proptest! {
        #[test]
        fn scores_are_in_range_and_best_for_itself(a in any::<String>(), b in any::<String>()) {
            for word_order in [0, 2] {
                let options = ChrfOptions { word_order, lowercase: false };
                let score = sentence(&a, &[&b], options).unwrap();
                prop_assert!((0.0..=100.0 + 1e-9).contains(&score), "{score}");
                let itself = sentence(&a, &[&a], options).unwrap();
                let wanted = if a.chars().all(is_space) { 0.0 } else { 100.0 };
                prop_assert!((itself - wanted).abs() < 1e-9);
            }
        }
    }
}
