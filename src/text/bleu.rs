//! BLEU: clipped n-gram precision with a brevity penalty, on a scale of 0 to 100.
//!
//! Papineni et al. 2002; Post 2018, "A call for clarity in reporting BLEU scores". Checked against
//! sacrebleu 2.6.0: orders 1 to 4, exponential smoothing, effective order for single segments. The score of
//! a corpus comes from summed counts and is not the mean of its segments' scores.

use super::ngrams::Ngrams;
use super::tokens::{BleuTokenizer, Numbers};

const ORDERS: usize = 4;

/// How texts are split and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BleuOptions {
    /// Splits segments into tokens.
    pub tokenizer: BleuTokenizer,
    /// Compare in lower case.
    pub lowercase: bool,
}

impl BleuOptions {
    /// What a reader needs to know to compare scores, in sacrebleu's form.
    #[must_use]
    pub fn signature(self, references: usize, effective_order: bool) -> String {
        format!(
            "nrefs:{references}|case:{}|eff:{}|tok:{}|smooth:exp",
            if self.lowercase { "lc" } else { "mixed" },
            if effective_order { "yes" } else { "no" },
            self.tokenizer.word(),
        )
    }
}

/// The counts of one segment, or of several added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BleuCounts {
    /// Tokens of the hypotheses.
    pub hypothesis_length: u64,
    /// Tokens of the references, for each segment those of the one closest in length.
    pub reference_length: u64,
    /// Matching n-grams, by order.
    pub matched: [u64; ORDERS],
    /// N-grams of the hypotheses, by order.
    pub total: [u64; ORDERS],
}

/// A BLEU score and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bleu {
    /// From 0 to 100, but for rounding.
    pub score: f64,
    /// Precision by order, from 0 to 100, smoothed where nothing matched.
    pub precisions: [f64; ORDERS],
    /// Factor for hypotheses shorter than their references, from 0 to 1.
    pub brevity_penalty: f64,
    /// The counts behind it.
    pub counts: BleuCounts,
}

impl BleuCounts {
    /// The counts of one segment against its references.
    #[must_use]
    pub fn of<S: AsRef<str>>(hypothesis: &str, references: &[S], options: BleuOptions) -> Self {
        let mut numbers = Numbers::default();
        let mut tokens = |text: &str| {
            let tokens = if options.lowercase {
                options.tokenizer.tokens(&text.to_lowercase())
            } else {
                options.tokenizer.tokens(text)
            };
            numbers.of(&tokens)
        };
        let theirs: Vec<Vec<u32>> = references.iter().map(|one| tokens(one.as_ref())).collect();
        let ours = tokens(hypothesis);
        let closest = theirs
            .iter()
            .map(Vec::len)
            .min_by_key(|length| (length.abs_diff(ours.len()), *length))
            .unwrap_or(0);
        let found = Ngrams::of(theirs.iter().map(Vec::as_slice), ORDERS).compare(&ours);
        let mut counts = Self {
            hypothesis_length: ours.len() as u64,
            reference_length: closest as u64,
            ..Self::default()
        };
        for (order, matches) in found.iter().enumerate() {
            counts.matched[order] = matches.matched;
            counts.total[order] = matches.hypothesis;
        }
        counts
    }

    /// The two added up.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        self.hypothesis_length += other.hypothesis_length;
        self.reference_length += other.reference_length;
        for order in 0..ORDERS {
            self.matched[order] += other.matched[order];
            self.total[order] += other.total[order];
        }
        self
    }

    /// The score of these counts.
    ///
    /// With `effective_order`, orders longer than the hypothesis are left out instead of making the score 0.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52")]
    pub fn score(self, effective_order: bool) -> Bleu {
        let brevity_penalty = if self.hypothesis_length >= self.reference_length {
            1.0
        } else if self.hypothesis_length == 0 {
            0.0
        } else {
            (1.0 - self.reference_length as f64 / self.hypothesis_length as f64).exp()
        };
        let mut bleu = Bleu {
            score: 0.0,
            precisions: [0.0; ORDERS],
            brevity_penalty,
            counts: self,
        };
        if self.matched == [0; ORDERS] {
            return bleu;
        }
        let mut smoothing = 1.0;
        let mut log_sum = 0.0;
        let mut orders = 0;
        for order in 0..ORDERS {
            if self.total[order] == 0 {
                break;
            }
            let total = self.total[order] as f64;
            bleu.precisions[order] = if self.matched[order] == 0 {
                smoothing *= 2.0;
                100.0 / (smoothing * total)
            } else {
                100.0 * self.matched[order] as f64 / total
            };
            log_sum += bleu.precisions[order].ln();
            orders += 1;
        }
        if orders == ORDERS || effective_order {
            bleu.score = brevity_penalty * (log_sum / orders as f64).exp();
        }
        bleu
    }
}

/// BLEU of a corpus: each hypothesis with its own references.
#[must_use]
pub fn corpus<S: AsRef<str>>(segments: &[(S, Vec<S>)], options: BleuOptions) -> Bleu {
    segments
        .iter()
        .map(|(hypothesis, references)| BleuCounts::of(hypothesis.as_ref(), references, options))
        .fold(BleuCounts::default(), BleuCounts::plus)
        .score(false)
}

/// BLEU of one segment, with effective order.
#[must_use]
pub fn sentence<S: AsRef<str>>(hypothesis: &str, references: &[S], options: BleuOptions) -> Bleu {
    BleuCounts::of(hypothesis, references, options).score(true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CHAR: BleuOptions = BleuOptions {
        tokenizer: BleuTokenizer::Char,
        lowercase: false,
    };

    #[test]
    fn short_texts_are_zero_in_a_corpus_and_measured_alone() {
        assert!(corpus(&[("예", vec!["예"])], CHAR).score.abs() < 1e-12);
        assert!((sentence("예", &["예"], CHAR).score - 100.0).abs() < 1e-9);
    }

    #[test]
    fn of_references_equally_close_the_shorter_counts() {
        let counts = BleuCounts::of("가나다", &["가나다라", "가나"], CHAR);
        assert_eq!(counts.reference_length, 2);
    }

    #[test]
    fn empty_hypotheses_have_no_brevity_credit() {
        let none = sentence("", &["가나"], CHAR);
        assert_eq!((none.score, none.brevity_penalty), (0.0, 0.0));
        let both = sentence("", &[""], CHAR);
        assert_eq!((both.score, both.brevity_penalty), (0.0, 1.0));
    }

    #[test]
    fn signatures_say_what_was_done() {
        assert_eq!(
            CHAR.signature(1, true),
            "nrefs:1|case:mixed|eff:yes|tok:char|smooth:exp"
        );
    }

    proptest! {
        #[test]
        fn scores_are_in_range_and_best_for_itself(a in any::<String>(), b in any::<String>()) {
            for tokenizer in BleuTokenizer::ALL {
                let options = BleuOptions { tokenizer, lowercase: true };
                let score = sentence(&a, &[&b], options).score;
                prop_assert!((0.0..=100.0 + 1e-9).contains(&score), "{score}");
                let itself = sentence(&a, &[&a], options).score;
                let wanted = if tokenizer.tokens(&a.to_lowercase()).is_empty() { 0.0 } else { 100.0 };
                prop_assert!((itself - wanted).abs() < 1e-9);
            }
        }
    }
}
