//! Multiple choice: which option the answer picks.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::choice_reading::{MOST, Options, letter};
use super::params::Rule;
use super::shared::{any_of, need_expectations, quote, text};
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::Grade;
use crate::domain::case::text_of;
use crate::said;

/// Passes when the answer picks the right option of a multiple-choice question.
///
/// Use it when the question lists its options, as benchmarks do, and the model may explain before it chooses. The
/// accepted answer is the option's label (`B`, `②`, `2`, `나`) or its text. Put the options into the case's
/// variable `choices`, and the text of an option is understood too, in the answer as in `expect`; labels then
/// reach as far as there are options. Without it the labels A to E count (or as many as `options` says).
///
/// Understood are `The answer is (B).`, `It is B.`, `정답: ②`, `답은 3번입니다`, `\boxed{B}`, `**B**`, `B) Paris`, a label
/// alone on the first or last line, and an option's text when no other option's text stands in the answer. The
/// last such statement counts, explicit ones (`answer is`, `정답`) before others. An answer that picks no option,
/// or names several without choosing, is wrong.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: |
///       프랑스의 수도는? 기호로 답하세요.
///       A. 런던  B. 파리  C. 로마
///     expect: B
///     vars:
///       choices: [런던, 파리, 로마]
/// scorers:
///   - type: choice
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    /// How many options there are, when the case does not list them under `choices`.
    #[serde(default = "five")]
    #[schemars(range(min = 2, max = 14))]
    options: u32,
}

fn five() -> u32 {
    5
}

impl Rule for Choice {
    const NAME: &'static str = "choice";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        if !(2..=MOST).contains(&self.options) {
            return Err(Refusal::of(
                "options",
                said!(
                    "`options` must be from 2 to {MOST}",
                    "`options` 값은 2에서 {MOST}까지여야 합니다"
                ),
            ));
        }
        Ok(Box::new(self))
    }
}

impl Scorer for Choice {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let texts: Vec<String> = match answer.case.vars.get("choices") {
            Some(Value::Array(choices)) => choices.iter().map(text_of).collect(),
            Some(_) => {
                return Grade::unscored(said!(
                    "the variable `choices` is not a list",
                    "변수 `choices`가 목록이 아닙니다"
                ));
            }
            None => Vec::new(),
        };
        let options = Options::new(texts, self.options);
        let expected = match need_expectations(answer) {
            Ok(expected) => expected,
            Err(unscored) => return unscored,
        };
        let mut right = Vec::new();
        for one in &expected {
            match options.meant(one) {
                Some(index) => right.push(index),
                None => {
                    return Grade::unscored(said!(
                        "the case's `expect` {} is neither a label nor one of its `choices`",
                        "문항의 `expect` {}은(는) 보기 기호도, `choices`에 있는 보기도 아닙니다",
                        quote(one)
                    ));
                }
            }
        }
        match options.picked(&text(answer)) {
            Ok((index, words)) => {
                let wanted: Vec<String> = right.iter().map(|index| letter(*index)).collect();
                let pass = right.contains(&index);
                let told = said!(
                    "picked {0} with {1}",
                    "{1}(으)로 {0}을(를) 골랐습니다",
                    letter(index),
                    quote(&words)
                );
                let why = if pass {
                    told
                } else {
                    said!("{told}, right is {}", "{told}. 정답은 {}입니다", any_of(&wanted))
                };
                Grade::pass(pass, why)
            }
            Err(why) => Grade::pass(false, why),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::domain::Mark;
    use crate::scorer::testing::{Scene, refusal};

    fn judge(expect: &str, choices: Option<Value>, text: &str) -> Mark {
        let mut scene = Scene::new(text).expect(json!(expect));
        if let Some(choices) = choices {
            scene = scene.var("choices", choices);
        }
        scene.grade("choice", &json!({})).mark
    }

    #[test]
    fn labels_are_read_in_their_usual_forms() {
        for text in [
            "B",
            "(B)",
            "B.",
            "b",
            "**B**",
            "B) Paris",
            "B. Paris is the capital.",
            "**B) Paris**",
            "The answer is (B).",
            "the answer is B",
            "The correct answer is **B**.",
            "Answer: B",
            "**Answer:** B",
            "Final answer: [B]",
            "The best choice is option B.",
            "\\boxed{B}",
            "$\\boxed{\\text{B}}$",
            "정답: B",
            "정답은 ②입니다.",
            "답: 2번",
            "정답은 2번입니다",
            "②",
            "2",
            "2번",
            "정답은 나입니다.",
            "A is wrong, because it is small.\nC is in Italy.\nB",
            "I think the answer is A. No, the answer is B.",
            "It can only be (B) here.",
            "B: Paris",
            "B is correct.",
            "②번이 맞습니다.",
            "The answer is A? No. (B) is the correct one.",
            "A) too cold\nB) right\nC) too hot\n\nB.",
            "The answer is **(B)** because it rains.",
            "답: 나",
            "Let me think.\n\nSo:\nB.",
        ] {
            assert_eq!(judge("B", None, text), Mark::Pass(true), "{text}");
        }
    }

    /// `It is C.` picked nothing.
    #[test]
    fn plain_words_pick_an_option() {
        for text in [
            "It is C.",
            "It's C, because the others are cities of Spain.",
            "I would choose (C).",
            "Paris and Rome are capitals. I'd go with option **C**.",
            "That is C",
            "Answer: C or, if you like, something else",
            "The answer is C and I am sure",
            "Answer: C, A is wrong",
        ] {
            assert_eq!(judge("C", None, text), Mark::Pass(true), "{text}");
        }
        for text in [
            "It is a city.",
            "It is C major that I like.",
            "It is D.",
            "It is I who said so.",
        ] {
            assert_eq!(judge("C", None, text), Mark::Pass(false), "{text}");
        }
    }

    #[test]
    fn what_picks_nothing_or_another_is_wrong() {
        for text in [
            "A",
            "",
            "Paris",
            "The answer is a city in France.",
            "I do not know.",
            "A) London\nB) Paris\nC) Rome",
            "Both (A) and (B) are possible.",
            "Because of this, no option fits.",
            "The answer is C, not B.",
            "정답은 1번입니다",
            "Blue",
            "Z",
            "Answer: 28",
            "A is correct.",
            "답은 나중에 말하겠습니다.",
            "답은 나 혼자 정할 수 없다.",
            // Two were named, and the first was taken.
            "Answer: B or C",
            "The answer is (B) and (C).",
            "정답: B 또는 C",
            "정답: 2번과 3번",
        ] {
            assert_eq!(judge("B", None, text), Mark::Pass(false), "{text}");
        }
    }

    #[test]
    fn texts_of_options_are_understood() {
        let cities = || Some(json!(["런던", "파리", "로마"]));
        for (expect, text) in [
            ("B", "파리"),
            ("파리", "B"),
            ("파리", "정답은 파리입니다."),
            ("②", "프랑스의 수도는 파리이다"),
            ("2", "파리."),
            (
                "B",
                "런던은 영국, 로마는 이탈리아의 수도이다. 따라서 정답은 파리입니다.",
            ),
            ("B", "The answer is 파리 (프랑스)."),
        ] {
            assert_eq!(judge(expect, cities(), text), Mark::Pass(true), "{expect} {text}");
        }
        assert_eq!(judge("B", cities(), "런던이나 파리"), Mark::Pass(false));
        let numbers = Some(json!(["4", "3", "2", "1"]));
        assert_eq!(judge("4", numbers.clone(), "4"), Mark::Pass(true));
        assert_eq!(judge("A", numbers, "4"), Mark::Pass(true));
        let nested = Some(json!(["Korea", "South Korea", "Japan"]));
        assert_eq!(judge("B", nested.clone(), "It is South Korea."), Mark::Pass(true));
        assert_eq!(judge("A", nested, "It is Korea."), Mark::Pass(true));
    }

    #[test]
    fn expectations_that_are_no_option_are_unscored() {
        for (expect, choices) in [("Berlin", None), ("F", None), ("D", Some(json!(["a", "b", "c"])))] {
            assert!(matches!(judge(expect, choices, "A"), Mark::Unscored(_)), "{expect}");
        }
        assert!(matches!(judge("A", Some(json!("A B")), "A"), Mark::Unscored(_)));
        assert_eq!(
            refusal("choice", &json!({"options": 1})),
            "`options` must be from 2 to 14"
        );
    }

    /// Recorded reasoning of a real model whose correctness others decided.
    #[test]
    fn recorded_reasoning_is_judged_as_its_publishers_did() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/datasets/bbh_60.jsonl");
        let Ok(recorded) = std::fs::read_to_string(file) else {
            assert_ne!(
                std::env::var("NARANI_REQUIRE").as_deref(),
                Ok("all"),
                "the recorded answers are missing"
            );
            println!("skipped: no recorded answers beside the project");
            return;
        };
        let mut judged = 0;
        for line in recorded.lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let choices = match record["task"].as_str() {
                Some("boolean_expressions") => json!(["True", "False"]),
                Some("sports_understanding") => json!(["yes", "no"]),
                _ => continue,
            };
            for (said, correct) in [("direct", "direct_correct"), ("cot", "cot_correct")] {
                let text = record[said].as_str().unwrap();
                let target = record["target"].as_str().unwrap();
                let wanted = Mark::Pass(record[correct] == json!(1));
                assert_eq!(judge(target, Some(choices.clone()), text), wanted, "{text}");
                judged += 1;
            }
        }
        assert_eq!(judged, 80);
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in any::<String>()) {
            prop_assert!(matches!(judge("B", None, &text), Mark::Pass(_)));
            prop_assert!(matches!(judge("b", Some(json!([text, "b"])), &text), Mark::Pass(_)));
        }
    }
}
