//! The answer is what was expected, whole.

use schemars::JsonSchema;
use serde::Deserialize;

use super::params::Rule;
use super::shared::{Ignore, comparable, need_expectations, quote, quote_any, text};
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::Grade;
use crate::said;

/// Passes when the whole answer equals one of the case's accepted answers.
///
/// Use it when the model was told to answer with nothing but the answer: a word, a label, a date. For an answer
/// inside a sentence use `includes`; for numbers `number`; to forgive small differences `token_f1` or
/// `edit_similarity`.
///
/// White space at both ends never counts, and neither does the way Hangul or accents are encoded (both sides
/// are brought to Unicode NFC). Whatever else may differ is listed under `ignore`. A case without `expect` is
/// unscored.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: 대한민국의 수도는 어디입니까? 한 단어로 답하세요.
///     expect: [서울, 서울특별시]
/// scorers:
///   - type: equals
///     ignore: [case, punctuation, particles]
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Equals {
    /// What the two may differ in. By default nothing.
    #[serde(default)]
    ignore: Vec<Ignore>,
}

impl Rule for Equals {
    const NAME: &'static str = "equals";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        Ok(Box::new(self))
    }
}

impl Scorer for Equals {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let expected = match need_expectations(answer) {
            Ok(expected) => expected,
            Err(unscored) => return unscored,
        };
        let text = text(answer);
        let ours = comparable(&text, &self.ignore);
        if expected.iter().any(|one| comparable(one, &self.ignore) == ours) {
            return Grade::pass(true, said!("equals {}", "{}, 정답과 같습니다", quote(&text)));
        }
        let why = said!(
            "{} is not {}",
            "{}은(는) {}이(가) 아닙니다",
            quote(&text),
            quote_any(&expected)
        );
        if !self.ignore.contains(&Ignore::Particles) {
            let forgiving = [self.ignore.as_slice(), &[Ignore::Particles]].concat();
            let ours = comparable(&text, &forgiving);
            if expected.iter().any(|one| comparable(one, &forgiving) == ours) {
                return Grade::pass(
                    false,
                    said!(
                        "{why}, but would be without its particle",
                        "{why}. 조사를 빼면 같습니다"
                    ),
                );
            }
        }
        Grade::pass(false, why)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use unicode_normalization::UnicodeNormalization;

    use crate::domain::Mark;
    use crate::scorer::testing::{Scene, passes, refusal};

    #[test]
    fn the_whole_answer_counts() {
        let plain = json!({});
        assert!(passes("equals", &plain, json!("Paris"), " Paris\n"));
        assert!(passes("equals", &plain, json!(["서울", "Seoul"]), "Seoul"));
        assert!(passes("equals", &plain, json!(42), "42"));
        assert!(!passes("equals", &plain, json!("Paris"), "paris"));
        assert!(!passes("equals", &plain, json!("Paris"), "It is Paris"));
        assert!(!passes("equals", &plain, json!("Paris"), ""));
    }

    #[test]
    fn particles_are_told_of_and_ignored_on_request() {
        let scene = Scene::new("서울특별시는").expect(json!("서울특별시"));
        let strict = scene.grade("equals", &json!({}));
        assert_eq!(strict.mark, Mark::Pass(false));
        assert!(strict.why.contains("particle"), "{}", strict.why);
        let ignore = json!({"ignore": ["particles"]});
        assert_eq!(scene.grade("equals", &ignore).mark, Mark::Pass(true));
    }

    #[test]
    fn without_expectation_there_is_no_verdict() {
        let grade = Scene::new("x").grade("equals", &json!({}));
        assert!(
            matches!(&grade.mark, Mark::Unscored(why) if *why == "the case has no `expect`"),
            "{grade:?}"
        );
    }

    #[test]
    fn wrong_parameters_are_named() {
        assert_eq!(
            refusal("equals", &json!({"ignores": ["case"]})),
            "there is no field `ignores`"
        );
        let told = refusal("equals", &json!({"ignore": ["caps"]}));
        assert!(
            told.starts_with("`ignore`: the word `caps` does not fit, expected one of"),
            "{told}"
        );
    }

    proptest! {
        #[test]
        fn every_text_equals_itself_however_encoded(text in any::<String>()) {
            let decomposed: String = text.nfd().collect();
            let plain = json!({});
            prop_assert!(passes("equals", &plain, json!(text.clone()), &decomposed));
            let all = json!({"ignore": [
                "case", "punctuation", "spaces", "width", "zero_width", "articles", "particles"
            ]});
            prop_assert!(passes("equals", &all, json!(text), &decomposed));
        }
    }
}
