//! Edit distances over whatever the reader counts: characters, what is seen as one character, jamo, words.
//!
//! Levenshtein is checked against rapidfuzz 3.14, whose Rust namesake does the work; Jaro–Winkler is ours,
//! because a linear one is short.

use std::collections::HashMap;
use std::fmt;

use rapidfuzz::distance::levenshtein;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::normalise::split_spaces;

use crate::domain::Said;
use crate::said;

/// Largest product of the two lengths that is compared: about a quarter of a second of work.
///
/// It admits two texts of 63,000 characters, or a megabyte against 4,000 characters.
pub const MAX_PRODUCT: u128 = 4_000_000_000;

/// Two texts whose comparison would take too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// Length of the first, in the units that were compared.
    pub first: usize,
    /// Length of the second.
    pub second: usize,
}

impl TooLong {
    /// Passes when the product of the lengths is at most `cap`.
    pub(super) fn check(first: usize, second: usize, cap: u128) -> Result<(), Self> {
        if first as u128 * second as u128 > cap {
            Err(Self { first, second })
        } else {
            Ok(())
        }
    }
}

impl TooLong {
    /// The same in both languages.
    #[must_use]
    pub fn told(&self) -> Said {
        let (first, second) = (self.first, self.second);
        said!(
            "{self}",
            "길이가 {first}과(와) {second}인 글은 너무 길어 견줄 수 없습니다"
        )
    }
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "texts of {} and {} units are too long to compare",
            self.first, self.second
        )
    }
}

impl std::error::Error for TooLong {}

/// What a distance counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode scalar values of the text as given.
    Scalars,
    /// Extended grapheme clusters: what a reader sees as one character.
    Graphemes,
    /// Scalar values of the decomposed text: 강남 and 강낭 differ by one.
    Jamo,
    /// Pieces between white space.
    Words,
}

/// A distance and the lengths it was taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distance {
    /// Fewest insertions, deletions and substitutions of one unit each.
    pub edits: usize,
    /// Units of the first text.
    pub first: usize,
    /// Units of the second text, the reference where there is one.
    pub second: usize,
}

impl Distance {
    /// 1 − edits ÷ the longer length: 1 for equal texts, two empty ones included, 0 for nothing in common.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52")]
    pub fn similarity(self) -> f64 {
        match self.first.max(self.second) {
            0 => 1.0,
            longer => 1.0 - self.edits as f64 / longer as f64,
        }
    }

    /// Edits ÷ units of the reference (character or word error rate); may exceed 1. Absent when the
    /// reference is empty.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52")]
    pub fn error_rate(self) -> Option<f64> {
        (self.second > 0).then(|| self.edits as f64 / self.second as f64)
    }
}

/// Levenshtein distance of two texts in a unit; the second is the reference.
///
/// # Errors
/// [`TooLong`] when the product of the lengths exceeds [`MAX_PRODUCT`].
pub fn distance(first: &str, second: &str, unit: Unit) -> Result<Distance, TooLong> {
    let (ours, theirs) = match unit {
        Unit::Scalars => (scalars(first.chars()), scalars(second.chars())),
        Unit::Jamo => (scalars(first.nfd()), scalars(second.nfd())),
        Unit::Graphemes => numbered(first.graphemes(true), second.graphemes(true)),
        Unit::Words => numbered(split_spaces(first), split_spaces(second)),
    };
    TooLong::check(ours.len(), theirs.len(), MAX_PRODUCT)?;
    Ok(Distance {
        edits: levenshtein::distance(ours.iter().copied(), theirs.iter().copied()),
        first: ours.len(),
        second: theirs.len(),
    })
}

fn scalars(text: impl Iterator<Item = char>) -> Vec<u32> {
    text.map(u32::from).collect()
}

/// Equal pieces get equal numbers.
fn numbered<'a>(first: impl Iterator<Item = &'a str>, second: impl Iterator<Item = &'a str>) -> (Vec<u32>, Vec<u32>) {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut number = |piece: &'a str| {
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        *known.entry(piece).or_insert(next)
    };
    let first = first.map(&mut number).collect();
    let second = second.map(&mut number).collect();
    (first, second)
}

/// Jaro–Winkler similarity over scalar values, from 0 to 1.
///
/// Prefix weight 0.1 over at most four characters, and only where Jaro exceeds 0.7, as in rapidfuzz.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "at most four")]
pub fn jaro_winkler(first: &str, second: &str) -> f64 {
    let ours: Vec<char> = first.chars().collect();
    let theirs: Vec<char> = second.chars().collect();
    let jaro = jaro(&ours, &theirs);
    if jaro <= 0.7 {
        return jaro;
    }
    let prefix = ours.iter().zip(&theirs).take(4).take_while(|(a, b)| a == b).count();
    (jaro + prefix as f64 * 0.1 * (1.0 - jaro)).min(1.0)
}

/// Jaro similarity in linear time.
///
/// A character of the first text takes the first free equal character of the second within the window. The
/// window only moves forward, so for each character one queue of places suffices.
#[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52")]
fn jaro(ours: &[char], theirs: &[char]) -> f64 {
    if ours.is_empty() && theirs.is_empty() {
        return 1.0;
    }
    if ours.is_empty() || theirs.is_empty() {
        return 0.0;
    }
    let window = (ours.len().max(theirs.len()) / 2).saturating_sub(1);
    let mut places: HashMap<char, (Vec<usize>, usize)> = HashMap::new();
    for (at, c) in theirs.iter().enumerate() {
        places.entry(*c).or_default().0.push(at);
    }
    let mut matched_ours: Vec<char> = Vec::new();
    let mut taken = vec![false; theirs.len()];
    for (at, c) in ours.iter().enumerate() {
        let Some((queue, next)) = places.get_mut(c) else {
            continue;
        };
        while queue.get(*next).is_some_and(|place| *place + window < at) {
            *next += 1;
        }
        if let Some(place) = queue.get(*next)
            && *place <= at + window
        {
            taken[*place] = true;
            matched_ours.push(*c);
            *next += 1;
        }
    }
    if matched_ours.is_empty() {
        return 0.0;
    }
    let out_of_order = theirs
        .iter()
        .zip(&taken)
        .filter(|(_, taken)| **taken)
        .zip(&matched_ours)
        .filter(|((theirs, _), ours)| theirs != ours)
        .count();
    let matched = matched_ours.len() as f64;
    let transpositions = (out_of_order / 2) as f64;
    (matched / ours.len() as f64 + matched / theirs.len() as f64 + (matched - transpositions) / matched) / 3.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UNITS: [Unit; 4] = [Unit::Scalars, Unit::Graphemes, Unit::Jamo, Unit::Words];

    /// The textbook table.
    fn slow(a: &[char], b: &[char]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for (j, y) in b.iter().enumerate() {
                let cost = usize::from(x != y);
                let best = (diagonal + cost).min(row[j] + 1).min(row[j + 1] + 1);
                diagonal = row[j + 1];
                row[j + 1] = best;
            }
        }
        row[b.len()]
    }

    #[test]
    fn units_count_what_they_say() {
        let edits = |a, b, unit| distance(a, b, unit).unwrap().edits;
        assert_eq!(edits("강남", "강낭", Unit::Scalars), 1);
        assert_eq!(edits("강남", "강낭", Unit::Jamo), 1);
        assert_eq!(edits("서울에", "서울은", Unit::Jamo), 2);
        assert_eq!(edits("🇰🇷", "🇺🇸", Unit::Scalars), 2);
        assert_eq!(edits("🇰🇷", "🇺🇸", Unit::Graphemes), 1);
        assert_eq!(edits("a  b c", "a b d", Unit::Words), 1);
    }

    #[test]
    fn empty_texts_have_no_error_rate() {
        let both = distance("", "", Unit::Scalars).unwrap();
        assert_eq!((both.similarity(), both.error_rate()), (1.0, None));
        let one = distance("abc", "", Unit::Scalars).unwrap();
        assert_eq!((one.similarity(), one.error_rate()), (0.0, None));
    }

    #[test]
    fn too_much_work_is_refused_and_not_begun() {
        let long = "가나다라".repeat(20_000);
        let refused = distance(&long, &long, Unit::Scalars).unwrap_err();
        assert_eq!((refused.first, refused.second), (80_000, 80_000));
        assert!(distance(&long, "짧은 글", Unit::Scalars).is_ok());
    }

    proptest! {
        #[test]
        fn distance_equals_the_table(a in "[ab가나]{0,90}", b in "[ab가나]{0,90}") {
            let wanted = slow(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
            prop_assert_eq!(distance(&a, &b, Unit::Scalars).unwrap().edits, wanted);
        }

        #[test]
        fn similarity_is_symmetric_and_in_range(a in any::<String>(), b in any::<String>()) {
            for unit in UNITS {
                let one = distance(&a, &b, unit).unwrap();
                let other = distance(&b, &a, unit).unwrap();
                prop_assert_eq!(one.edits, other.edits);
                prop_assert!((0.0..=1.0).contains(&one.similarity()));
                prop_assert_eq!(distance(&a, &a, unit).unwrap().edits, 0);
            }
            let jaro_winkler = jaro_winkler(&a, &b);
            prop_assert!((0.0..=1.0).contains(&jaro_winkler));
            prop_assert!((super::jaro_winkler(&a, &a) - 1.0).abs() < 1e-12);
        }
    }
}
