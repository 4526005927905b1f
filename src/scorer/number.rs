//! The number the answer ends in.

use schemars::JsonSchema;
use serde::Deserialize;

use super::params::Rule;
use super::shared::{any_of, need_expectations, plain, quote, quote_any, text};
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::Grade;
use crate::said;
use crate::text::normalise::nfc;
use crate::text::quantity::{Quantity, quantities};

/// Passes when the number that the answer gives is the expected one.
///
/// Use it for sums, counts, prices, years. The number taken is the first after the last `marker`, or after the
/// last `\boxed{`; without either in the answer it is the last number of the text, where models put their
/// result. The accepted answers of the case are read in the same way, so `expect: 1,234원` works, and so does
/// a worked solution ending in `#### 1234`.
///
/// It reads thousands separators (`1,234`, full-width too), decimals, signs, fractions (`3/4`, `2½`,
/// `\frac{3}{4}`), powers (`3 × 10^8`), `2.5 million`, and Korean units mixed with digits: `3만 5천` is 35000,
/// `1억 2,000만` is 120000000. `12%` equals both 12 and 0.12. Units of measure and currencies are not compared.
/// An answer without any number is wrong.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: Natalia sold 48 clips in April and half as many in May. How many in all? End with "#### N".
///     expect: 72
///   - question: 3만 5천 원짜리 책 두 권은 모두 얼마입니까?
///     expect: 7만 원
/// scorers:
///   - type: number
///     marker: '####'
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Number {
    /// Text after which the result stands, as the question asks for it: `####`, `정답:`. Answers without it are
    /// read as if none were set.
    marker: Option<String>,
    /// Largest difference allowed, in the unit of the number.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    tolerance: f64,
    /// Largest difference allowed, as a share of the expected number. The larger of the two allowances holds.
    #[serde(default = "millionth")]
    #[schemars(range(min = 0.0))]
    relative_tolerance: f64,
    /// Also read numerals written in Hangul (`삼천오백`). Off by default, because many words look like them
    /// (`구조`, `만일`).
    #[serde(default)]
    hangul_numerals: bool,
}

fn millionth() -> f64 {
    1e-6
}

impl Rule for Number {
    const NAME: &'static str = "number";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        for (field, value) in [
            ("tolerance", self.tolerance),
            ("relative_tolerance", self.relative_tolerance),
        ] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(Refusal::of(
                    field,
                    said!("`{field}` must be 0 or more", "`{field}` 값은 0 이상이어야 합니다"),
                ));
            }
        }
        if self.marker.as_deref() == Some("") {
            return Err(
                Refusal::of("marker", said!("`marker` is empty", "`marker`가 비어 있습니다")).help(said!(
                    "leave it out to take the last number of the answer",
                    "빼면 답변의 마지막 수를 씁니다"
                )),
            );
        }
        Ok(Box::new(self))
    }
}

/// The number of a text and whether the marker was there.
struct Reading {
    quantity: Option<Quantity>,
    marked: bool,
}

impl Number {
    fn read(&self, text: &str) -> Reading {
        let marker = self.marker.as_deref().map(nfc);
        let marked = marker
            .as_deref()
            .and_then(|marker| text.rsplit_once(marker))
            .or_else(|| text.rsplit_once("\\boxed{"));
        if let Some((_, after)) = marked {
            let first = quantities(after, self.hangul_numerals).into_iter().next();
            return Reading {
                quantity: first,
                marked: true,
            };
        }
        Reading {
            quantity: quantities(text, self.hangul_numerals).pop(),
            marked: false,
        }
    }

    fn agree(&self, got: &Quantity, expected: &Quantity) -> bool {
        let near = |got: f64, expected: f64| {
            let allowed = self.tolerance.max(self.relative_tolerance * expected.abs());
            (got - expected).abs() <= allowed
        };
        // A percentage may be written as a share on one side.
        near(got.value, expected.value)
            || (got.percent && !expected.percent && near(got.value / 100.0, expected.value))
            || (expected.percent && !got.percent && near(got.value * 100.0, expected.value))
    }
}

impl Scorer for Number {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let texts = match need_expectations(answer) {
            Ok(expected) => expected,
            Err(unscored) => return unscored,
        };
        let expected: Vec<Quantity> = texts.iter().filter_map(|text| self.read(text).quantity).collect();
        if expected.is_empty() {
            return Grade::unscored(said!(
                "no number in the case's `expect` {}",
                "문항의 `expect` {}에 수가 없습니다",
                quote_any(&texts)
            ));
        }
        let reading = self.read(&text(answer));
        let Some(got) = reading.quantity else {
            return Grade::pass(
                false,
                if reading.marked {
                    said!(
                        "no number in the answer after the marker",
                        "답변의 표시 뒤에 수가 없습니다"
                    )
                } else {
                    said!("no number in the answer", "답변에 수가 없습니다")
                },
            );
        };
        let wanted: Vec<String> = expected.iter().map(|one| plain(one.value)).collect();
        let mut why = if expected.iter().any(|one| self.agree(&got, one)) {
            said!("{} is {}", "{}은(는) {}입니다", quote(&got.text), any_of(&wanted))
        } else {
            said!(
                "read {} as {}, expected {}",
                "{}을(를) {}(으)로 읽었습니다. 정답은 {}입니다",
                quote(&got.text),
                plain(got.value),
                any_of(&wanted)
            )
        };
        if self.marker.is_some() && !reading.marked {
            why = said!(
                "{why} (no marker in the answer, took its last number)",
                "{why} (답변에 표시가 없어 마지막 수를 읽었습니다)"
            );
        }
        Grade::pass(expected.iter().any(|one| self.agree(&got, one)), why)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::domain::Mark;
    use crate::scorer::testing::{Scene, passes, refusal};

    #[test]
    fn the_last_or_marked_number_counts() {
        let plain = json!({});
        for (expect, text) in [
            (json!(18), "9 * 2 = $18 a day."),
            (json!("1,234원"), "모두 1,234 원입니다"),
            (json!(35000), "정답은 3만 5천 원입니다."),
            (json!("1억 2천만"), "120,000,000"),
            (json!(0.75), "so 3/4"),
            (json!(12), "12%"),
            (json!("12%"), "0.12"),
            (json!(0.12), "12 퍼센트"),
            (json!(-4), "x = −4"),
            (json!("She has 5 + 3 apples.\n#### 8"), "8 apples"),
            (json!(["7", "8"]), "8"),
            (json!(42), "\\boxed{42} was found on page 7"),
        ] {
            assert!(passes("number", &plain, expect.clone(), text), "{expect} {text}");
        }
        for (expect, text) in [
            (json!(18), "18 of 20"),
            (json!(18), ""),
            (json!(18), "eighteen"),
            (json!(14), "140"),
            (json!(4), "-4"),
            (json!("12%"), "1200"),
        ] {
            assert!(!passes("number", &plain, expect.clone(), text), "{expect} {text}");
        }
    }

    #[test]
    fn markers_lead_and_their_absence_is_told() {
        let params = json!({"marker": "####"});
        assert!(passes("number", &params, json!(18), "#### 18 (of 20)"));
        assert!(passes("number", &params, json!(18), "#### 1 #### 18"));
        assert!(!passes("number", &params, json!(18), "18 ####"));
        let grade = Scene::new("it is 18").expect(json!(18)).grade("number", &params);
        assert_eq!(grade.mark, Mark::Pass(true));
        assert!(grade.why.contains("no marker"), "{}", grade.why);
    }

    #[test]
    fn tolerances_allow_the_larger_difference() {
        let judge = |params, text| passes("number", &params, json!(200), text);
        assert!(!judge(json!({}), "201"));
        assert!(judge(json!({"tolerance": 1}), "201"));
        assert!(judge(json!({"relative_tolerance": 0.005}), "201"));
        assert!(!judge(json!({"relative_tolerance": 0.005, "tolerance": 0.5}), "202"));
        let told = refusal("number", &json!({"tolerance": -1}));
        assert_eq!(told, "`tolerance` must be 0 or more");
        let told = refusal("number", &json!({"tolerance": "much"}));
        assert_eq!(told, "`tolerance`: the text \"much\" does not fit, expected a number");
    }

    #[test]
    fn hangul_numerals_are_read_when_asked_for() {
        let params = json!({"hangul_numerals": true});
        assert!(passes("number", &params, json!(3500), "삼천오백 원입니다"));
        assert!(!passes("number", &json!({}), json!(3500), "삼천오백 원입니다"));
    }

    #[test]
    fn expectations_without_a_number_are_unscored() {
        let grade = Scene::new("3").expect(json!("three")).grade("number", &json!({}));
        assert!(matches!(grade.mark, Mark::Unscored(_)));
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in any::<String>(), marker in "[#:]{1,2}") {
            Scene::new(&text).expect(json!(1)).grade("number", &json!({"marker": marker}));
        }
    }

    /// Recorded solutions of real models whose correctness others decided.
    #[test]
    fn recorded_solutions_are_judged_as_their_publishers_did() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/datasets");
        let read = |name: &str| fs::read_to_string(format!("{folder}/{name}"));
        let (Ok(questions), Ok(recorded)) = (read("gsm8k_200.jsonl"), read("gsm8k_200_recorded.jsonl")) else {
            assert_ne!(
                std::env::var("NARANI_REQUIRE").as_deref(),
                Ok("all"),
                "the recorded solutions are missing"
            );
            println!("skipped: no recorded solutions beside the project");
            return;
        };
        let lines =
            |text: &str| -> Vec<Value> { text.lines().map(|line| serde_json::from_str(line).unwrap()).collect() };
        let mut judged = 0;
        let mut differing = Vec::new();
        for (question, record) in lines(&questions).iter().zip(lines(&recorded)) {
            assert_eq!(question["id"], record["id"]);
            for (model, said) in record.as_object().unwrap() {
                let Some(solution) = said.get("solution").and_then(Value::as_str) else {
                    continue;
                };
                let expect = question["answer"].clone();
                let params = json!({"marker": "####"});
                let pass = passes("number", &params, expect, solution);
                judged += 1;
                if Some(pass) != said["is_correct"].as_bool() {
                    differing.push(format!("{} {model}: {solution}", question["id"]));
                }
            }
        }
        assert!(judged >= 800, "{judged}");
        assert_eq!(differing, Vec::<String>::new());
    }
}
