//! Exact match and bag F1 of question answering: SQuAD for English, KorQuAD for Korean.
//!
//! Sources: Rajpurkar et al. 2016 and 2018 (SQuAD 1.1, empty answers as in 2.0); Lim, Kim and Lee 2019
//! (KorQuAD 1.0). Both take the best over the references.

use std::collections::HashMap;
use std::hash::Hash;

use super::normalise::{is_name_part, is_space, nfc, split_spaces};

/// What the two metrics say of one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// 1 when some reference equals the answer after normalisation, else 0; absent without references.
    pub exact_match: Option<f64>,
    /// Best F1 over the references, from 0 to 1; absent without references.
    pub f1: Option<f64>,
    /// The answer as it was compared.
    pub normalised: String,
}

/// English: lower case, ASCII punctuation and articles dropped; F1 over words.
///
/// A question without reference has no answer, so only an empty answer matches, as in SQuAD 2.0.
#[must_use]
pub fn squad<S: AsRef<str>>(answer: &str, references: &[S]) -> Overlap {
    let words = |text: &str| split_spaces(text).map(str::to_owned).collect::<Vec<_>>();
    if references.is_empty() {
        return best(answer, &[""], squad_form, words);
    }
    best(answer, references, squad_form, words)
}

/// Korean: quotes and brackets to spaces, lower case, ASCII punctuation dropped; F1 over characters, so that
/// a trailing particle costs a character and not the answer.
#[must_use]
pub fn korquad<S: AsRef<str>>(answer: &str, references: &[S]) -> Overlap {
    best(answer, references, korquad_form, |text| {
        text.chars().filter(|c| !is_space(*c)).collect()
    })
}

fn best<S: AsRef<str>, T: Hash + Eq>(
    answer: &str,
    references: &[S],
    form: impl Fn(&str) -> String,
    pieces: impl Fn(&str) -> Vec<T>,
) -> Overlap {
    let normalised = form(answer);
    let ours = pieces(&normalised);
    let mut exact_match: Option<f64> = None;
    let mut f1: Option<f64> = None;
    for reference in references {
        let reference = form(reference.as_ref());
        let exact = if reference == normalised { 1.0 } else { 0.0 };
        exact_match = Some(exact_match.map_or(exact, |best| best.max(exact)));
        let overlap = bag_f1(&ours, &pieces(&reference));
        f1 = Some(f1.map_or(overlap, |best| best.max(overlap)));
    }
    Overlap {
        exact_match,
        f1,
        normalised,
    }
}

/// F1 of two bags; two empty ones match, one empty one does not.
#[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^52")]
fn bag_f1<T: Hash + Eq>(ours: &[T], theirs: &[T]) -> f64 {
    if ours.is_empty() || theirs.is_empty() {
        return if ours.is_empty() && theirs.is_empty() { 1.0 } else { 0.0 };
    }
    let mut left: HashMap<&T, usize> = HashMap::with_capacity(theirs.len());
    for piece in theirs {
        *left.entry(piece).or_default() += 1;
    }
    let mut same = 0usize;
    for piece in ours {
        if let Some(count) = left.get_mut(piece)
            && *count > 0
        {
            *count -= 1;
            same += 1;
        }
    }
    if same == 0 {
        return 0.0;
    }
    let precision = same as f64 / ours.len() as f64;
    let recall = same as f64 / theirs.len() as f64;
    2.0 * precision * recall / (precision + recall)
}

/// The form in which SQuAD compares: order of the steps as in its evaluation script.
#[must_use]
pub fn squad_form(text: &str) -> String {
    let lower = text.to_lowercase();
    let bare: String = lower.chars().filter(|c| !c.is_ascii_punctuation()).collect();
    join_spaces(&without_articles(&bare))
}

/// The form in which KorQuAD compares, after canonical composition.
#[must_use]
pub fn korquad_form(text: &str) -> String {
    let spaced: String = nfc(text)
        .chars()
        .map(|c| match c {
            '\'' | '"' | '《' | '》' | '<' | '>' | '〈' | '〉' | '(' | ')' | '‘' | '’' => ' ',
            other => other,
        })
        .collect();
    let bare: String = spaced
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_ascii_punctuation())
        .collect();
    join_spaces(&bare)
}

fn join_spaces(text: &str) -> String {
    split_spaces(text).collect::<Vec<_>>().join(" ")
}

/// Drops a, an and the as whole words. A decomposed `á` is an `a` and a mark, and marks bound words in the
/// script's regular expressions, so its `a` goes too.
///
/// Expects lower case; a space takes the place of each.
#[must_use]
pub fn without_articles(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let inside = is_name_part(first);
        let end = rest.find(|c| is_name_part(c) != inside).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        if inside && matches!(run, "a" | "an" | "the") {
            out.push(' ');
        } else {
            out.push_str(run);
        }
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn articles_go_only_as_whole_words() {
        assert_eq!(squad_form("The theatre, an anthem; a-b"), "theatre anthem ab");
        assert_eq!(squad_form("a고양이 a 고양이"), "a고양이 고양이");
        assert_eq!(squad_form("THE"), "");
        assert_eq!(squad_form("the_end"), "theend");
    }

    #[test]
    fn empty_answers_match_only_each_other() {
        let both = squad("the", &["!"]);
        assert_eq!((both.exact_match, both.f1), (Some(1.0), Some(1.0)));
        let one = korquad("《》", &["훈민정음"]);
        assert_eq!((one.exact_match, one.f1), (Some(0.0), Some(0.0)));
        let none = korquad("x", &[] as &[&str]);
        assert_eq!((none.exact_match, none.f1), (None, None));
        assert_eq!(squad("x", &[] as &[&str]).exact_match, Some(0.0));
        assert_eq!(squad("!", &[] as &[&str]).exact_match, Some(1.0));
    }

    #[test]
    fn decomposed_korean_equals_composed() {
        let decomposed = "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}";
        assert_eq!(korquad(decomposed, &["한글"]).exact_match, Some(1.0));
    }

    proptest! {
        #[test]
        fn scores_stay_in_range_and_identity_is_best(a in any::<String>(), b in any::<String>()) {
            for measure in [squad::<&str>, korquad::<&str>] {
                let one = measure(&a, &[&b]).f1.unwrap();
                let other = measure(&b, &[&a]).f1.unwrap();
                prop_assert!((0.0..=1.0).contains(&one));
                prop_assert!((one - other).abs() < 1e-12, "the same whichever is the reference");
                let itself = measure(&a, &[&a]);
                prop_assert_eq!(itself.exact_match, Some(1.0));
                prop_assert_eq!(itself.f1, Some(1.0));
            }
        }
    }
}
