//! ROUGE-1, -2, -L and -Lsum: shared n-grams and longest common subsequences of token lists.
//!
//! Lin 2004, "ROUGE: a package for automatic evaluation of summaries"; checked against rouge-score 0.1.2
//! without stemming, its choice among equally long subsequences included.

use std::collections::HashMap;

use rapidfuzz::distance::lcs_seq;

use super::edit::{MAX_PRODUCT, TooLong};
use super::ngrams::Ngrams;
use super::tokens::{Numbers, WordTokenizer};

/// Largest table, in cells, from which a subsequence is read back for ROUGE-Lsum: 12 MB of bits.
pub const MAX_TABLE: u128 = 100_000_000;

/// Share of the hypothesis that is in the reference, of the reference that is in the hypothesis, and their
/// harmonic mean; each from 0 to 1, and 0 where there is nothing to take a share of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shares {
    /// Of the hypothesis.
    pub precision: f64,
    /// Of the reference.
    pub recall: f64,
    /// Harmonic mean.
    pub f1: f64,
}

impl Shares {
    #[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52")]
    fn of(matched: u64, hypothesis: u64, reference: u64) -> Self {
        let precision = matched as f64 / hypothesis.max(1) as f64;
        let recall = matched as f64 / reference.max(1) as f64;
        let f1 = if precision + recall > 0.0 {
            2.0 * precision * recall / (precision + recall)
        } else {
            0.0
        };
        Self { precision, recall, f1 }
    }
}

/// The four ROUGE scores of one text against one reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rouge {
    /// Single tokens.
    pub rouge1: Shares,
    /// Pairs of neighbours.
    pub rouge2: Shares,
    /// Longest common subsequence of the whole texts.
    pub rouge_l: Shares,
    /// Union of longest common subsequences, line by line.
    pub rouge_lsum: Shares,
}

/// All four scores.
///
/// # Errors
/// [`TooLong`] when the texts are beyond [`MAX_TABLE`].
pub fn rouge(hypothesis: &str, reference: &str, tokenizer: WordTokenizer) -> Result<Rouge, TooLong> {
    let mut numbers = Numbers::default();
    let ours = numbers.of(&tokenizer.tokens(hypothesis));
    let theirs = numbers.of(&tokenizer.tokens(reference));
    let matches = Ngrams::of([theirs.as_slice()], 2).compare(&ours);
    let shares = |order: usize| {
        let found = matches[order - 1];
        Shares::of(found.matched, found.hypothesis, found.reference)
    };
    Ok(Rouge {
        rouge1: shares(1),
        rouge2: shares(2),
        rouge_l: longest(&ours, &theirs)?,
        rouge_lsum: rouge_lsum(hypothesis, reference, tokenizer)?,
    })
}

/// ROUGE-L alone.
///
/// # Errors
/// [`TooLong`] when the product of the token counts exceeds [`MAX_PRODUCT`].
pub fn rouge_l(hypothesis: &str, reference: &str, tokenizer: WordTokenizer) -> Result<Shares, TooLong> {
    let mut numbers = Numbers::default();
    let ours = numbers.of(&tokenizer.tokens(hypothesis));
    let theirs = numbers.of(&tokenizer.tokens(reference));
    longest(&ours, &theirs)
}

fn longest(ours: &[u32], theirs: &[u32]) -> Result<Shares, TooLong> {
    TooLong::check(ours.len(), theirs.len(), MAX_PRODUCT)?;
    let common = lcs_seq::similarity(ours.iter().copied(), theirs.iter().copied());
    Ok(Shares::of(common as u64, ours.len() as u64, theirs.len() as u64))
}

/// ROUGE-Lsum alone; sentences are lines.
///
/// # Errors
/// [`TooLong`] when the product of the token counts exceeds [`MAX_TABLE`].
pub fn rouge_lsum(hypothesis: &str, reference: &str, tokenizer: WordTokenizer) -> Result<Shares, TooLong> {
    let mut numbers = Numbers::default();
    let mut lines = |text: &str| -> Vec<Vec<u32>> {
        text.split('\n')
            .filter(|line| !line.is_empty())
            .map(|line| numbers.of(&tokenizer.tokens(line)))
            .collect()
    };
    let ours = lines(hypothesis);
    let theirs = lines(reference);
    let size = |lines: &[Vec<u32>]| lines.iter().map(Vec::len).sum::<usize>();
    TooLong::check(size(&ours), size(&theirs), MAX_TABLE)?;

    let count = |lines: &[Vec<u32>]| {
        let mut left: HashMap<u32, u64> = HashMap::new();
        for token in lines.iter().flatten() {
            *left.entry(*token).or_default() += 1;
        }
        left
    };
    let mut left_ours = count(&ours);
    let mut left_theirs = count(&theirs);
    let mut hits = 0;
    for line in &theirs {
        let mut in_union = vec![false; line.len()];
        for candidate in &ours {
            mark_longest(line, candidate, &mut in_union);
        }
        for (token, _) in line.iter().zip(&in_union).filter(|(_, hit)| **hit) {
            // A token counts at most as often as it stands in either text.
            let (Some(ours), Some(theirs)) = (left_ours.get_mut(token), left_theirs.get_mut(token)) else {
                continue;
            };
            if *ours > 0 && *theirs > 0 {
                *ours -= 1;
                *theirs -= 1;
                hits += 1;
            }
        }
    }
    Ok(Shares::of(hits, size(&ours) as u64, size(&theirs) as u64))
}

/// Marks the places of one longest common subsequence in `line`: of several, the one rouge-score finds.
///
/// Walking back from the ends it takes equal tokens, else steps to the longer neighbour, and in `line` when
/// both are equally long. One bit a cell remembers which neighbour that was.
fn mark_longest(line: &[u32], candidate: &[u32], marked: &mut [bool]) {
    let columns = candidate.len();
    let mut left_is_longer = vec![0u64; (line.len() * columns).div_ceil(64)];
    let mut row = vec![0u32; columns + 1];
    for (i, token) in line.iter().enumerate() {
        let mut diagonal = 0;
        for (j, other) in candidate.iter().enumerate() {
            let above = row[j + 1];
            let left = row[j];
            if token == other {
                row[j + 1] = diagonal + 1;
            } else {
                row[j + 1] = above.max(left);
                if left > above {
                    let cell = i * columns + j;
                    left_is_longer[cell / 64] |= 1 << (cell % 64);
                }
            }
            diagonal = above;
        }
    }
    let (mut i, mut j) = (line.len(), columns);
    while i > 0 && j > 0 {
        let cell = (i - 1) * columns + (j - 1);
        if line[i - 1] == candidate[j - 1] {
            marked[i - 1] = true;
            i -= 1;
            j -= 1;
        } else if left_is_longer[cell / 64] >> (cell % 64) & 1 == 1 {
            j -= 1;
        } else {
            i -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_count_their_union_once() {
        let shares = rouge_lsum(
            "the cat sat\nthe dog ran",
            "the dog sat\n\nthe the",
            WordTokenizer::RougeScore,
        )
        .unwrap();
        // Line one finds `the`, `dog`, `sat`; line two one of its two `the`, for two stand in the hypothesis.
        assert!((shares.recall - 4.0 / 5.0).abs() < 1e-12);
        assert!((shares.precision - 4.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_compare_is_zero() {
        for (a, b) in [("", ""), ("a", ""), ("", "a"), ("!!", "??"), ("\n", "\n")] {
            let scores = rouge(a, b, WordTokenizer::UnicodeWords).unwrap();
            for shares in [scores.rouge1, scores.rouge2, scores.rouge_l, scores.rouge_lsum] {
                assert_eq!(shares, Shares::default(), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn too_much_work_is_refused() {
        let long = "가 ".repeat(70_000);
        assert!(rouge_l(&long, &long, WordTokenizer::Chars).is_err());
        assert!(rouge_lsum(&long, &long, WordTokenizer::Chars).is_err());
        assert!(rouge_l(&long, "가 나", WordTokenizer::Chars).is_ok());
    }

    proptest! {
        #[test]
        fn f1_is_symmetric_in_range_and_one_for_itself(a in any::<String>(), b in any::<String>()) {
            for tokenizer in WordTokenizer::ALL {
                let one = rouge(&a, &b, tokenizer).unwrap();
                let other = rouge(&b, &a, tokenizer).unwrap();
                for (x, y) in [
                    (one.rouge1, other.rouge1),
                    (one.rouge2, other.rouge2),
                    (one.rouge_l, other.rouge_l),
                ] {
                    prop_assert!((0.0..=1.0).contains(&x.f1));
                    prop_assert!((x.f1 - y.f1).abs() < 1e-12);
                    prop_assert!((x.precision - y.recall).abs() < 1e-12);
                }
                prop_assert!((0.0..=1.0).contains(&one.rouge_lsum.f1));
                let itself = rouge(&a, &a, tokenizer).unwrap();
                let wanted = if tokenizer.tokens(&a).is_empty() { 0.0 } else { 1.0 };
                prop_assert!((itself.rouge1.f1 - wanted).abs() < 1e-12);
                prop_assert!((itself.rouge_l.f1 - wanted).abs() < 1e-12);
            }
        }
    }
}
