//! What was measured beside the text: how the answer ended, how long it took, what it cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::params::Rule;
use super::shared::{plain, quote};
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::{Finish, Grade, Said};
use crate::said;

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Ending {
    /// Naturally, or at a stop text.
    Stop,
    /// At the cap on tokens.
    Length,
    /// Withheld or cut by the provider's filter.
    Filter,
    /// It wants to call a tool.
    Tool,
}

/// One ending or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected stop, length, filter, tool or a list of them")]
enum Endings {
    /// One.
    One(Ending),
    /// Any of several.
    Any(Vec<Ending>),
}

impl Default for Endings {
    fn default() -> Self {
        Self::One(Ending::Stop)
    }
}

/// Passes when the answer ended as it should: by default naturally.
///
/// Use it to find answers that were cut at the cap on tokens, or to require that a question is withheld by the
/// provider's filter. An ending that the provider did not tell is unscored.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: Tell a story of about five hundred words.
/// scorers:
///   - type: finish
///     is: stop
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Finished {
    /// The ending, or a list of endings any of which will do.
    #[serde(default)]
    is: Endings,
}

impl Rule for Finished {
    const NAME: &'static str = "finish";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        if self.is == Endings::Any(Vec::new()) {
            return Err(Refusal::of(
                "is",
                said!("`is` lists nothing", "`is` 목록이 비어 있습니다"),
            ));
        }
        Ok(Box::new(self))
    }
}

impl Scorer for Finished {
    fn judges_filtered(&self) -> bool {
        true
    }

    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let ending = match answer.reply.finish {
            _ if answer.reply.blocked.is_some() => Ending::Filter,
            Finish::Stop => Ending::Stop,
            Finish::Length => Ending::Length,
            Finish::Filter => Ending::Filter,
            Finish::Tool => Ending::Tool,
            Finish::Other => {
                return Grade::unscored(match &answer.reply.finish_raw {
                    Some(word) => said!("the answer ended with {}", "답변이 {} 이유로 끝났습니다", quote(word)),
                    None => said!(
                        "the provider did not tell how the answer ended",
                        "제공자가 답변이 끝난 이유를 알리지 않았습니다"
                    ),
                });
            }
        };
        let wanted = match &self.is {
            Endings::One(one) => std::slice::from_ref(one),
            Endings::Any(any) => any.as_slice(),
        };
        let why = match ending {
            Ending::Stop => said!("ended naturally", "자연스럽게 끝났습니다"),
            Ending::Length => said!("cut at the cap on tokens", "토큰 한도에서 잘렸습니다"),
            Ending::Filter => said!(
                "withheld or cut by the provider's filter",
                "제공자의 필터가 막거나 잘랐습니다"
            ),
            Ending::Tool => said!("asks for a tool", "도구를 부르려 합니다"),
        };
        Grade::pass(wanted.contains(&ending), why)
    }
}

/// Passes when the answer came fast enough.
///
/// Use it for a promise to users, such as a first word within a second. Times are those of the attempt that
/// brought the answer, without waiting inside this program and without failed attempts. An answer taken from the
/// cache has no time of its own and is unscored, as is one whose call was open while the machine slept. The time
/// to the first text exists only for streamed answers.
///
/// Give `max_ms`, `first_text_max_ms` or both.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: 안녕하세요?
/// scorers:
///   - type: latency
///     max_ms: 5000
///     first_text_max_ms: 1000
///     weight: 0
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Latency {
    /// Longest time to the end of the answer, in milliseconds.
    #[schemars(range(min = 0.0))]
    max_ms: Option<f64>,
    /// Longest time to the first visible text, in milliseconds.
    #[schemars(range(min = 0.0))]
    first_text_max_ms: Option<f64>,
}

impl Rule for Latency {
    const NAME: &'static str = "latency";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        let both = [("max_ms", self.max_ms), ("first_text_max_ms", self.first_text_max_ms)];
        if both.iter().all(|(_, limit)| limit.is_none()) {
            return Err(Refusal {
                field: None,
                message: said!(
                    "neither `max_ms` nor `first_text_max_ms` is given",
                    "`max_ms`도 `first_text_max_ms`도 없습니다"
                ),
                help: Some(said!("for example `max_ms: 5000`", "예: `max_ms: 5000`")),
            });
        }
        for (field, limit) in both {
            if limit.is_some_and(|limit| !(limit.is_finite() && limit >= 0.0)) {
                return Err(Refusal::of(
                    field,
                    said!("`{field}` must be 0 or more", "`{field}` 값은 0 이상이어야 합니다"),
                ));
            }
        }
        Ok(Box::new(self))
    }
}

impl Scorer for Latency {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let Some(timing) = answer.timing else {
            return Grade::unscored(said!(
                "no time of its own: reused, or recorded elsewhere",
                "제 시간이 없습니다: 재사용했거나 다른 곳에서 가져온 답변"
            ));
        };
        if timing.suspended {
            return Grade::unscored(said!(
                "the machine slept while the call was open",
                "호출이 열려 있는 동안 컴퓨터가 잠들었습니다"
            ));
        }
        let mut told = Vec::new();
        let mut pass = true;
        if let Some(limit) = self.max_ms {
            if timing.total_us == 0 {
                return Grade::unscored(said!(
                    "the time to the last word is unknown",
                    "끝까지 걸린 시간을 모릅니다"
                ));
            }
            let ms = milliseconds(timing.total_us);
            pass &= ms <= limit;
            told.push(said!("{ms:.0} ms of {}", "{ms:.0} ms, 한도 {}", plain(limit)));
        }
        if let Some(limit) = self.first_text_max_ms {
            let Some(first) = timing.first_text_us else {
                return Grade::unscored(said!(
                    "the time to the first text is unknown: not streamed",
                    "스트리밍이 아니어서 첫 글자까지의 시간을 모릅니다"
                ));
            };
            let ms = milliseconds(first);
            pass &= ms <= limit;
            told.push(said!(
                "first text after {ms:.0} ms of {}",
                "첫 글자까지 {ms:.0} ms, 한도 {}",
                plain(limit)
            ));
        }
        Grade::pass(pass, Said::joined(&told, ", "))
    }
}

/// Microseconds as milliseconds.
#[expect(clippy::cast_precision_loss, reason = "285 years fit into 2^53 microseconds")]
pub(super) fn milliseconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1000.0
}

/// Passes when the answer was cheap enough.
///
/// Use it to keep single answers within a budget; the sum of a run is the run's own limit. An answer whose cost is
/// unknown (no price known, a local model, taken from the cache) or is in another currency is unscored.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: Summarise the attached contract.
/// scorers:
///   - type: cost
///     max: 0.02
///     currency: USD
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cost {
    /// Most that an answer may cost, in whole units of the currency.
    #[schemars(range(min = 0.0))]
    max: f64,
    /// ISO 4217 code of the currency.
    #[serde(default = "usd")]
    currency: String,
}

fn usd() -> String {
    "USD".to_owned()
}

impl Rule for Cost {
    const NAME: &'static str = "cost";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        if !(self.max.is_finite() && self.max >= 0.0) {
            return Err(Refusal::of(
                "max",
                said!("`max` must be 0 or more", "`max` 값은 0 이상이어야 합니다"),
            ));
        }
        let code = self.currency.as_bytes();
        if code.len() != 3 || !code.iter().all(u8::is_ascii_uppercase) {
            return Err(Refusal::of(
                "currency",
                said!(
                    "`currency` must be a code of three capitals",
                    "`currency`에는 대문자 세 글자 통화 코드를 써야 합니다"
                ),
            )
            .help(said!("for example `USD` or `KRW`", "예: `USD`, `KRW`")));
        }
        Ok(Box::new(self))
    }
}

impl Scorer for Cost {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let Some(cost) = answer.cost else {
            return Grade::unscored(said!("the cost is unknown", "비용을 모릅니다"));
        };
        if cost.currency.0 != self.currency {
            return Grade::unscored(said!(
                "the cost is in {}, the limit in {}",
                "비용의 통화는 {}, 한도의 통화는 {}입니다",
                cost.currency.0,
                self.currency
            ));
        }
        // Money is counted in billionths, the limit is rounded to them.
        let limit = (self.max * 1e9).round();
        let nano = cost.units() * 1e9;
        Grade::pass(
            nano.round() <= limit,
            said!(
                "{0} of {1} {2}",
                "{0} {2}, 한도 {1} {2}",
                plain(cost.units()),
                plain(self.max),
                self.currency
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::{Currency, Mark, Money, Timing};
    use crate::scorer::testing::{Scene, refusal};

    #[test]
    fn endings_are_compared() {
        for (finish, params, wanted) in [
            (Finish::Stop, json!({}), true),
            (Finish::Length, json!({}), false),
            (Finish::Length, json!({"is": "length"}), true),
            (Finish::Tool, json!({"is": ["stop", "tool"]}), true),
            (Finish::Filter, json!({"is": "filter"}), true),
        ] {
            let mut scene = Scene::new("x");
            scene.reply.finish = finish;
            assert_eq!(scene.grade("finish", &params).mark, Mark::Pass(wanted), "{params}");
        }
        let mut scene = Scene::new("x");
        scene.reply.finish = Finish::Other;
        scene.reply.finish_raw = Some("weird".to_owned());
        let grade = scene.grade("finish", &json!({}));
        assert!(
            matches!(&grade.mark, Mark::Unscored(why) if *why == "the answer ended with `weird`"),
            "{grade:?}"
        );
        assert_eq!(refusal("finish", &json!({"is": []})), "`is` lists nothing");
        assert_eq!(
            refusal("finish", &json!({"is": "end"})),
            "`is`: expected stop, length, filter, tool or a list of them"
        );
    }

    #[test]
    fn times_are_compared_where_there_are_any() {
        let mut scene = Scene::new("x");
        let params = json!({"max_ms": 1500, "first_text_max_ms": 200});
        let unscored = |scene: &Scene| matches!(scene.grade("latency", &params).mark, Mark::Unscored(_));
        assert!(unscored(&scene), "reused");
        scene.timing = Some(Timing {
            total_us: 1_500_000,
            ..Timing::default()
        });
        assert!(unscored(&scene), "not streamed");
        assert_eq!(scene.grade("latency", &json!({"max_ms": 1500})).mark, Mark::Pass(true));
        assert_eq!(
            scene.grade("latency", &json!({"max_ms": 1499.9})).mark,
            Mark::Pass(false)
        );
        let timing = scene.timing.as_mut().unwrap();
        timing.first_text_us = Some(200_001);
        let grade = scene.grade("latency", &params);
        assert_eq!(grade.mark, Mark::Pass(false));
        assert_eq!(grade.why, "1500 ms of 1500, first text after 200 ms of 200");
        scene.timing.as_mut().unwrap().total_us = 0;
        assert!(unscored(&scene), "only the first text has a time");
        scene.timing.as_mut().unwrap().suspended = true;
        assert!(unscored(&scene), "slept");
        assert_eq!(
            refusal("latency", &json!({})),
            "neither `max_ms` nor `first_text_max_ms` is given"
        );
    }

    #[test]
    fn costs_are_compared_in_one_currency() {
        let mut scene = Scene::new("x");
        let params = json!({"max": 0.02});
        assert!(matches!(scene.grade("cost", &params).mark, Mark::Unscored(_)));
        for (nano, currency, wanted) in [
            (20_000_000, "USD", Mark::Pass(true)),
            (20_000_001, "USD", Mark::Pass(false)),
            (
                1,
                "KRW",
                Mark::Unscored(said!(
                    "the cost is in KRW, the limit in USD",
                    "비용의 통화는 KRW, 한도의 통화는 USD입니다"
                )),
            ),
        ] {
            scene.cost = Some(Money {
                nano,
                currency: Currency(currency.to_owned()),
            });
            assert_eq!(scene.grade("cost", &params).mark, wanted);
        }
        assert_eq!(
            refusal("cost", &json!({"max": 1, "currency": "dollars"})),
            "`currency` must be a code of three capitals"
        );
        assert_eq!(refusal("cost", &json!({})), "`max` is missing");
    }
}
