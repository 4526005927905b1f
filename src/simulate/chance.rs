//! Seeded chance and the identity of texts. The same inputs give the same draws on every machine, whatever else
//! the simulator is doing at the time.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use crate::domain::{Call, Part, ProviderName, Role};

/// A stream of draws. `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014): short, portable, good enough to pretend.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// The stream for a purpose, told apart from all others by `parts`.
    pub(super) fn of(seed: u64, purpose: &str, parts: &[u64]) -> Self {
        let mut chance = Self(seed ^ 0x6e61_7261_6e69);
        for byte in purpose.bytes() {
            chance.mix(u64::from(byte));
        }
        for part in parts {
            chance.mix(*part);
        }
        chance
    }

    fn mix(&mut self, part: u64) {
        self.0 ^= part;
        self.0 = self.next();
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in [0, 1).
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what a float can hold")]
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform among `0..count`; 0 for an empty range.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let count = count.max(1) as u64;
        // The high half of the product: no bias worth speaking of for ranges this small.
        usize::try_from((u128::from(self.next()) * u128::from(count)) >> 64).expect("below a count that fits")
    }

    /// One of `items`, which must not be empty.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Standard normal (Box and Muller).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// Identity of a text as readers see it: composed Hangul, blanks squeezed.
///
/// The log names questions by this number in hexadecimal, so that a test can look for one.
#[must_use]
pub fn text_key(text: &str) -> u64 {
    let composed: Cow<'_, str> = match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    };
    let mut hash = blake3::Hasher::new();
    for word in composed.split_whitespace() {
        hash.update(word.as_bytes());
        hash.update(b" ");
    }
    first_eight(&hash)
}

/// Identity of a call: who is asked what. Sampling parameters are left out except the seed, with which a client
/// may tell its trials apart.
pub(super) fn call_key(provider: ProviderName, model: &str, call: &Call) -> u64 {
    let mut hash = blake3::Hasher::new();
    let mut part = |text: &str| {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    part(provider.word());
    part(model);
    part(call.system.as_deref().unwrap_or_default());
    for message in &call.messages {
        part(match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        });
        for piece in &message.parts {
            match piece {
                Part::Text(text) => part(text),
                Part::Image(image) => part(&image.name),
            }
        }
    }
    hash.update(&call.params.seed.unwrap_or(u64::MAX).to_le_bytes());
    first_eight(&hash)
}

/// Identity of a short name.
pub(super) fn name_key(name: &str) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(name.as_bytes());
    first_eight(&hash)
}

fn first_eight(hash: &blake3::Hasher) -> u64 {
    let digest = hash.finalize();
    let bytes: [u8; 8] = digest.as_bytes()[..8].try_into().expect("a digest has 32");
    u64::from_le_bytes(bytes)
}

/// The keys under which a question inside a prompt may be known: the whole text, then its paragraphs and lines,
/// with a leading label such as `Question:` or `질문:` taken off. A suite's template usually puts the question
/// on lines of its own.
pub(super) fn question_keys(text: &str) -> impl Iterator<Item = u64> + '_ {
    let paragraphs = text.split("\n\n").take(32);
    let lines = text.lines().take(64);
    let pieces = paragraphs.chain(lines).filter(|piece| {
        let piece = piece.trim();
        !piece.is_empty() && piece.len() < text.trim().len()
    });
    std::iter::once(text)
        .chain(pieces)
        .flat_map(|piece| std::iter::once(piece).chain(without_label(piece)))
        .map(text_key)
}

fn without_label(piece: &str) -> Option<&str> {
    let (label, rest) = piece.split_once(':')?;
    let label = label.trim();
    let known = ["question", "q", "질문", "문제", "문항"]
        .iter()
        .any(|word| label.eq_ignore_ascii_case(word));
    known.then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_repeat_and_differ_by_every_part() {
        let first = |seed, purpose: &str, parts: &[u64]| Chance::of(seed, purpose, parts).next();
        assert_eq!(first(1, "a", &[2, 3]), first(1, "a", &[2, 3]));
        for other in [
            first(2, "a", &[2, 3]),
            first(1, "b", &[2, 3]),
            first(1, "a", &[3, 2]),
            first(1, "a", &[2]),
        ] {
            assert_ne!(first(1, "a", &[2, 3]), other);
        }
        // Pinned: a changed stream would change every recorded simulation.
        assert_eq!(Chance(0).next(), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn draws_are_uniform_and_normal_enough() {
        let mut chance = Chance::of(7, "test", &[]);
        let count = 20_000;
        let mut fives = 0;
        let mut sum = 0.0;
        let mut squares = 0.0;
        for _ in 0..count {
            fives += usize::from(chance.below(10) == 5);
            let z = chance.normal();
            sum += z;
            squares += z * z;
        }
        assert!((1850..2150).contains(&fives), "{fives}");
        assert!((sum / f64::from(count)).abs() < 0.03);
        assert!((squares / f64::from(count) - 1.0).abs() < 0.05);
        assert_eq!(chance.below(0), 0);
    }

    #[test]
    fn texts_are_known_by_what_readers_see() {
        assert_eq!(text_key("한글  질문\n"), text_key("한글 질문"));
        assert_ne!(text_key("a b"), text_key("ab"));
    }

    #[test]
    fn a_question_is_found_inside_its_template() {
        let key = text_key("What is 2 + 2?");
        for prompt in [
            "What is 2 + 2?",
            "Answer briefly.\n\nWhat is 2 + 2?",
            "Question: What is 2 + 2?\nAnswer:",
            "Be kind.\nWhat is 2 + 2?\nThink first.",
        ] {
            assert!(question_keys(prompt).any(|found| found == key), "{prompt}");
        }
        assert!(!question_keys("What is 2 + 2? Or 3?").any(|found| found == key));
    }
}
