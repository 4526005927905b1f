//! How many edits separate the answer from what was expected.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::params::Rule;
use super::shared::{Ignore, comparable, need_expectations, plain, quote, text};
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::Grade;
use crate::domain::Said;
use crate::said;
use crate::text::edit;

/// What an edit changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Unit {
    /// Characters as a reader sees them.
    #[default]
    Chars,
    /// The letters that Hangul syllables are made of: 강남 and 강낭 differ by one of six.
    Jamo,
    /// Pieces between white space.
    Words,
}

/// Gives points for how close the answer is to the expected text: 1 − edits ÷ the longer length.
///
/// Use it for transcription, correction and copying, where the answer should be almost the same. Edits are
/// insertions, deletions and substitutions (Levenshtein distance; checked against rapidfuzz). The best of the
/// case's accepted answers counts. It passes from 0.8 points unless `threshold` says otherwise. For answers in
/// other words use `token_f1` or `chrf`.
///
/// A pair of texts whose lengths multiply to more than 4,000,000,000 is not compared: the answer is then unscored.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: '맞춤법을 고쳐 주세요: 않되요'
///     expect: 안 돼요
/// scorers:
///   - type: edit_similarity
///     unit: jamo
///     threshold: 0.9
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditSimilarity {
    /// What an edit changes.
    #[serde(default)]
    unit: Unit,
    /// What the two may differ in at no cost. By default nothing.
    #[serde(default)]
    ignore: Vec<Ignore>,
}

impl Rule for EditSimilarity {
    const NAME: &'static str = "edit_similarity";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        Ok(Box::new(self))
    }
}

impl Scorer for EditSimilarity {
    fn threshold(&self) -> f64 {
        0.8
    }

    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let expected = match need_expectations(answer) {
            Ok(expected) => expected,
            Err(unscored) => return unscored,
        };
        let unit = match self.unit {
            Unit::Chars => edit::Unit::Graphemes,
            Unit::Jamo => edit::Unit::Jamo,
            Unit::Words => edit::Unit::Words,
        };
        let ours = comparable(&text(answer), &self.ignore);
        let mut best: Option<(f64, Said)> = None;
        for one in &expected {
            let distance = match edit::distance(&ours, &comparable(one, &self.ignore), unit) {
                Ok(distance) => distance,
                Err(too_long) => return Grade::unscored(too_long.told()),
            };
            let points = distance.similarity();
            if best.as_ref().is_none_or(|(highest, _)| points > *highest) {
                let edits = distance.edits;
                let noun = if edits == 1 { "edit" } else { "edits" };
                let why = said!(
                    "{}, {edits} {noun} from {}",
                    "{}, {1}과(와) {edits}군데 다릅니다",
                    plain(points),
                    quote(one)
                );
                best = Some((points, why));
            }
        }
        match best {
            Some((points, why)) => Grade::points(points, why),
            None => Grade::unscored(super::no_expect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::Mark;
    use crate::scorer::testing::Scene;

    fn points(expect: &Value, params: &Value, text: &str) -> f64 {
        match Scene::new(text)
            .expect(expect.clone())
            .grade("edit_similarity", params)
            .mark
        {
            Mark::Points(points) => points,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_closest_expectation_counts() {
        let expect = json!(["부산광역시", "서울특별시"]);
        assert!((points(&expect, &json!({}), "서울특별시는") - 5.0 / 6.0).abs() < 1e-12);
        assert!((points(&expect, &json!({}), "서울특별시") - 1.0).abs() < 1e-12);
        let jamo = points(&json!("강낭"), &json!({"unit": "jamo"}), "강남");
        assert!((jamo - 5.0 / 6.0).abs() < 1e-12);
        let words = points(&json!("a b c d"), &json!({"unit": "words"}), "a  b x d");
        assert!((words - 0.75).abs() < 1e-12);
        let spaced = points(&json!("대한민국"), &json!({"ignore": ["spaces"]}), "대한 민국");
        assert!((spaced - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_takes_too_long_is_unscored() {
        let long = "가나다라".repeat(20_000);
        let grade = Scene::new(&long)
            .expect(json!("나".repeat(70_000)))
            .grade("edit_similarity", &json!({}));
        assert_eq!(grade.why, "texts of 80000 and 70000 units are too long to compare");
        assert!(matches!(grade.mark, Mark::Unscored(_)));
    }
}
