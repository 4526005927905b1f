//! How far the columns are apart on one case: which cases are worth reading first, and why.
//!
//! The score is 0.5 × entropy of pass and fail + 0.3 × spread of the scores + 0.2 × dissimilarity of the texts, from 0 to
//! 1, over answers that count. Only the beginning of each text is compared, so that a suite of long answers stays cheap.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use unicode_normalization::UnicodeNormalization as _;

use super::row::{Sign, Square, column_of, reply_of, squares, text_of};
use crate::domain::{Record, RunInfo, Status};

/// Characters of each answer that are compared.
const COMPARED: usize = 4_000;

/// Spread of scores that is named whatever the texts say.
pub const WIDE: f64 = 0.3;

/// Columns whose texts are compared; further ones count in the other two parts.
const COLUMNS: usize = 64;

/// How far the columns are apart on one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// From 0 (all alike) to 1.
    pub score: f64,
    /// Entropy of pass and fail over the answers with a verdict, in bits: 0 to 1.
    pub entropy: f64,
    /// Highest minus lowest score of a column; none with fewer than two scores.
    pub spread: Option<f64>,
    /// 1 − mean Jaccard similarity of the character 3-grams over pairs of columns; none with fewer than two texts.
    pub dissimilarity: Option<f64>,
    /// What a reader is told.
    pub reason: Reason,
}

/// Why a case is interesting; columns by index.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// Some columns have no answer that counts; the others disagree among themselves or do not.
    NotMeasured {
        /// Which.
        columns: Vec<usize>,
        /// The others disagree.
        split: bool,
    },
    /// One passes where at least two fail.
    OnlyPasses(usize),
    /// One fails where at least two pass.
    OnlyFails(usize),
    /// Several on both sides.
    Split {
        /// Columns that pass.
        pass: usize,
        /// Columns that fail.
        fail: usize,
    },
    /// Columns that pass in some trials and fail in others, where no others disagree.
    Unstable(Vec<usize>),
    /// Same verdicts, scores apart.
    Scores,
    /// Same verdicts and scores, other words.
    Words,
    /// Nothing to compare.
    Alike,
}

/// Weighs cases; keeps its memory between them.
#[derive(Debug, Default)]
pub struct Weigher {
    grams: HashMap<u64, u64, BuildHasherDefault<GramHasher>>,
    letters: Vec<u32>,
}

impl Weigher {
    /// The disagreement among the records of a case, or of one trial of it.
    pub fn weigh(&mut self, info: &RunInfo, records: &[Record]) -> Disagreement {
        let squares = squares(info, records);
        let mut found = Self::glance(&squares);
        self.compare_texts(info, records, &mut found);
        found
    }

    /// The disagreement without its texts: `score` is what it is at least, and 0.2 more is what it is at most.
    #[must_use]
    pub fn glance(squares: &[Square]) -> Disagreement {
        let judged: u32 = squares.iter().map(|square| square.judged).sum();
        let passed: u32 = squares.iter().map(|square| square.passed).sum();
        let entropy = if judged == 0 {
            0.0
        } else {
            entropy(f64::from(passed) / f64::from(judged))
        };
        let scores: Vec<f64> = squares.iter().filter_map(|square| square.score).collect();
        let spread = (scores.len() > 1).then(|| {
            let highest = scores.iter().copied().fold(f64::MIN, f64::max);
            let lowest = scores.iter().copied().fold(f64::MAX, f64::min);
            (highest - lowest).clamp(0.0, 1.0)
        });
        Disagreement {
            score: 0.5 * entropy + 0.3 * spread.unwrap_or(0.0),
            entropy,
            spread,
            dissimilarity: None,
            reason: reason(squares, spread),
        }
    }

    /// Adds the third part.
    pub fn compare_texts(&mut self, info: &RunInfo, records: &[Record], found: &mut Disagreement) {
        found.dissimilarity = self.dissimilarity(info, records);
        let part = found.dissimilarity.unwrap_or(0.0);
        found.score += 0.2 * part;
        // Of same verdicts the larger part is named; a wide spread of scores always.
        let spread = found.spread.unwrap_or(0.0);
        let larger = 0.2 * part > 0.3 * spread && spread < WIDE;
        if matches!(found.reason, Reason::Alike | Reason::Scores) && larger {
            found.reason = Reason::Words;
        }
    }

    /// 1 − mean Jaccard similarity over pairs of columns, each by its first answer that counts.
    ///
    /// All columns share one table from 3-gram to the set of columns that hold it, so a text is read once, however many
    /// columns there are.
    fn dissimilarity(&mut self, info: &RunInfo, records: &[Record]) -> Option<f64> {
        self.grams.clear();
        let mut sizes: Vec<u64> = Vec::new();
        let mut seen = vec![false; info.targets.len() * info.prompts.len()];
        for record in records {
            let column = column_of(info, record);
            if record.status != Status::Measured || seen.get(column).is_none_or(|seen| *seen) || sizes.len() == COLUMNS
            {
                continue;
            }
            let Some(reply) = reply_of(record) else {
                continue;
            };
            seen[column] = true;
            let size = self.insert(text_of(reply), 1 << sizes.len());
            sizes.push(size);
        }
        if sizes.len() < 2 {
            return None;
        }
        let mut shared = vec![0u64; sizes.len() * sizes.len()];
        for columns in self.grams.values().filter(|columns| columns.count_ones() > 1) {
            let mut first = *columns;
            while first != 0 {
                let one = first.trailing_zeros() as usize;
                first &= first - 1;
                let mut second = first;
                while second != 0 {
                    shared[one * sizes.len() + second.trailing_zeros() as usize] += 1;
                    second &= second - 1;
                }
            }
        }
        let mut total = 0.0;
        let mut pairs = 0u32;
        for one in 0..sizes.len() {
            for other in one + 1..sizes.len() {
                let both = shared[one * sizes.len() + other];
                let either = sizes[one] + sizes[other] - both;
                total += if either == 0 { 1.0 } else { ratio(both, either) };
                pairs += 1;
            }
        }
        Some((1.0 - total / f64::from(pairs)).clamp(0.0, 1.0))
    }

    /// Takes letters in, runs of blanks as one.
    fn spell(&mut self, letters: impl Iterator<Item = char>) {
        let mut blank = true;
        for letter in letters {
            if letter.is_whitespace() {
                if !blank {
                    self.letters.push(u32::from(' '));
                }
                blank = true;
            } else {
                self.letters.push(u32::from(letter));
                blank = false;
            }
        }
    }

    /// Notes the 3-grams of a text for a column; gives how many there are.
    fn insert(&mut self, text: &str, column: u64) -> u64 {
        self.letters.clear();
        let letters = text.chars().take(COMPARED);
        if letters.clone().all(is_plain) {
            self.spell(letters.map(|letter| letter.to_ascii_lowercase()));
        } else {
            self.spell(letters.nfc().flat_map(char::to_lowercase));
        }
        if self.letters.last() == Some(&u32::from(' ')) {
            self.letters.pop();
        }
        let mut size = 0;
        let mut note = |gram: u64| {
            let columns = self.grams.entry(gram).or_default();
            size += u64::from(*columns & column == 0);
            *columns |= column;
        };
        if let 1 | 2 = self.letters.len() {
            // Too short for a 3-gram: the text itself is the only one.
            note(
                self.letters
                    .iter()
                    .fold(1, |gram, letter| gram << 21 | u64::from(*letter)),
            );
        }
        for gram in self.letters.windows(3) {
            note(gram.iter().fold(0, |gram, letter| gram << 21 | u64::from(*letter)));
        }
        size
    }
}

/// Whether a text of such letters alone is composed already and has no lower case beyond ASCII: most texts are, and
/// looking every letter up in tables is what comparing would spend its time on.
fn is_plain(letter: char) -> bool {
    matches!(letter, '\0'..='\x7f' | '가'..='힣' | '一'..='龥' | '\u{2010}'..='\u{2027}' | '、'..='】')
}

fn entropy(share: f64) -> f64 {
    let part = |share: f64| if share <= 0.0 { 0.0 } else { -share * share.log2() };
    (part(share) + part(1.0 - share)).clamp(0.0, 1.0)
}

#[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

fn reason(squares: &[Square], spread: Option<f64>) -> Reason {
    let with = |sign: Sign| -> Vec<usize> {
        let signs = squares
            .iter()
            .enumerate()
            .filter(|(_, square)| square.cells > 0 && square.sign() == sign);
        signs.map(|(at, _)| at).collect()
    };
    let (pass, fail, unstable) = (with(Sign::Pass), with(Sign::Fail), with(Sign::Unstable));
    let mut absent = with(Sign::Error);
    absent.extend(with(Sign::NotMeasured));
    absent.sort_unstable();
    let split = !pass.is_empty() && !fail.is_empty();
    let measured = squares.iter().any(|square| square.measured > 0);
    match (pass.len(), fail.len()) {
        _ if !absent.is_empty() && measured => Reason::NotMeasured {
            split: split || !unstable.is_empty(),
            columns: absent,
        },
        (1, 2..) => Reason::OnlyPasses(pass[0]),
        (2.., 1) => Reason::OnlyFails(fail[0]),
        _ if split => Reason::Split {
            pass: pass.len(),
            fail: fail.len(),
        },
        _ if !unstable.is_empty() => Reason::Unstable(unstable),
        _ if spread.is_some_and(|spread| spread > 0.0) => Reason::Scores,
        _ => Reason::Alike,
    }
}

/// Mixes the bits of a 3-gram; the default hasher guards against chosen collisions, which cost nothing worse here than
/// time linear in a capped text.
#[derive(Debug, Default)]
pub struct GramHasher(u64);

impl Hasher for GramHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn plain_texts_are_spelt_as_all_others(text in "[ -~가-힣一-龥‘’“”…、。\n]{0,60}") {
            prop_assert!(text.chars().all(is_plain));
            let (mut quick, mut full) = (Weigher::default(), Weigher::default());
            quick.insert(&text, 1);
            full.spell(text.chars().nfc().flat_map(char::to_lowercase));
            while full.letters.last() == Some(&u32::from(' ')) {
                full.letters.pop();
            }
            prop_assert_eq!(quick.letters, full.letters);
        }
    }
}
