//! What a model cannot take: tables looked up by name, and the wishes that come of them.
//!
//! A provider walks through the parameters once and notes, beside every field it sends, what it had to leave
//! out or change. `write` uses the fields and `wishes` the notes, so the two cannot drift apart. No provider's
//! own facts live here.

use crate::domain::{Effort, Said};
use crate::said;

use super::Wish;

/// Collects what a request leaves out or changes.
#[derive(Debug, Default)]
pub(super) struct Wishes(Vec<Wish>);

impl Wishes {
    /// `field` is left out or changed, and why.
    pub(super) fn say(&mut self, field: &'static str, why: impl Into<Said>) {
        self.0.push(Wish { field, why: why.into() });
    }

    /// `field` is left out when it is given.
    pub(super) fn leave<T>(&mut self, field: &'static str, value: Option<&T>, why: impl Into<Said>) {
        if value.is_some() {
            self.say(field, why);
        }
    }

    /// `value` moved into `low..=high`, told when it had to move; `who` begins the sentence.
    pub(super) fn clamp(&mut self, field: &'static str, value: f64, low: f64, high: f64, who: &str) -> f64 {
        let moved = if value < low {
            low
        } else if value > high {
            high
        } else {
            return value;
        };
        self.say(
            field,
            said!(
                "{who} takes {low} to {high}; {moved} is sent",
                "{who}에는 {low}부터 {high}까지 보낼 수 있습니다. 보내는 값은 {moved}입니다"
            ),
        );
        moved
    }

    /// The nearest of `levels` to `effort`, told when it is another; `who` begins the sentence.
    pub(super) fn level(&mut self, effort: Effort, levels: &[Effort], who: &str) -> Option<Effort> {
        let nearest = nearest(effort, levels)?;
        if nearest != effort {
            self.say(
                "reasoning_effort",
                said!(
                    "{who} has no level `{0}`; `{1}` is sent",
                    "{who}에는 `{0}` 단계가 없어 `{1}`(으)로 보냅니다",
                    effort.word(),
                    nearest.word()
                ),
            );
        }
        Some(nearest)
    }

    /// What was collected.
    pub(super) fn into_vec(self) -> Vec<Wish> {
        self.0
    }
}

/// Every level, from least to most.
const LEVELS: [Effort; 7] = [
    Effort::None,
    Effort::Minimal,
    Effort::Low,
    Effort::Medium,
    Effort::High,
    Effort::Xhigh,
    Effort::Max,
];

fn rank(effort: Effort) -> usize {
    LEVELS
        .iter()
        .position(|level| *level == effort)
        .expect("every level is listed")
}

/// The strongest of `levels` that is not above `effort`, else the weakest of them.
///
/// Rounding down rather than up keeps a comparison from silently paying for more thinking than was asked.
fn nearest(effort: Effort, levels: &[Effort]) -> Option<Effort> {
    let below = levels
        .iter()
        .copied()
        .filter(|level| rank(*level) <= rank(effort))
        .max_by_key(|level| rank(*level));
    below.or_else(|| levels.iter().copied().min_by_key(|level| rank(*level)))
}

/// The row whose name is the longest beginning of `model`, ending where a word of it ends.
///
/// `claude-opus-4-5` is a beginning of `claude-opus-4-5-20251101` but not of `claude-opus-4-51`.
pub(super) fn row<'a, T>(rows: &'a [(&'static str, T)], model: &str) -> Option<&'a T> {
    rows.iter()
        .filter(|(name, _)| {
            model
                .strip_prefix(name)
                .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '.'))
        })
        .max_by_key(|(name, _)| name.len())
        .map(|(_, row)| row)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::domain::{Params, ProviderName};
    use crate::provider::testing::{call, heard, target};
    use crate::provider::{of, testing};

    /// Models of every kind in the tables.
    const MODELS: &[(ProviderName, &str)] = &[
        (ProviderName::Anthropic, "claude-3-5-haiku-20241022"),
        (ProviderName::Anthropic, "claude-sonnet-4-20250514"),
        (ProviderName::Anthropic, "claude-haiku-4-5"),
        (ProviderName::Anthropic, "claude-opus-4-5"),
        (ProviderName::Anthropic, "claude-sonnet-4-6"),
        (ProviderName::Anthropic, "claude-sonnet-5"),
        (ProviderName::Anthropic, "claude-opus-5-5"),
        (ProviderName::Anthropic, "someone-elses"),
        (ProviderName::Gemini, "gemini-2.0-flash"),
        (ProviderName::Gemini, "gemini-2.5-pro"),
        (ProviderName::Gemini, "gemini-2.5-flash-lite"),
        (ProviderName::Gemini, "gemini-3.8-flash"),
        (ProviderName::Gemini, "gemini-4-neon"),
        (ProviderName::Clova, "HCX-003"),
        (ProviderName::Clova, "HCX-005"),
        (ProviderName::Clova, "HCX-007"),
        (ProviderName::Clova, "tasks/abc"),
        (ProviderName::Ollama, "llama3.2:1b"),
        (ProviderName::Ollama, "qwen3:4b"),
        (ProviderName::Ollama, "gpt-oss:20b"),
        (ProviderName::OpenAi, "gpt-4o-mini"),
        (ProviderName::OpenAi, "o4-mini"),
        (ProviderName::OpenAi, "gpt-5.4"),
        (ProviderName::OpenAi, "gpt-5.6-terra"),
        (ProviderName::OpenAi, "gpt-6.2-sol"),
        (ProviderName::OpenAi, "someone-elses"),
        (ProviderName::OpenAiResponses, "gpt-4.1"),
        (ProviderName::OpenAiResponses, "gpt-5"),
        (ProviderName::OpenAiResponses, "gpt-5.5"),
    ];

    fn efforts() -> impl Strategy<Value = Option<Effort>> {
        proptest::option::of((0..LEVELS.len()).prop_map(|at| LEVELS[at]))
    }

    prop_compose! {
        fn params()(
            temperature in proptest::option::of(0.0..2.5f64),
            top_p in proptest::option::of(0.05..1.0f64),
            top_k in proptest::option::of(0u32..200),
            seed in proptest::option::of(prop_oneof![0u64..10, any::<u64>()]),
            max_output_tokens in proptest::option::of(1u32..100_000),
            stop in proptest::option::of(proptest::collection::vec("[a-z가-힣 ]{1,5}", 1..8)),
            reasoning_effort in efforts(),
            reasoning_budget in proptest::option::of(0u32..50_000),
            logprobs in proptest::option::of(0u8..30),
            schema in any::<bool>(),
        ) -> Params {
            Params {
                temperature,
                top_p,
                top_k,
                seed,
                max_output_tokens,
                stop,
                reasoning_effort,
                reasoning_budget,
                logprobs,
                json_schema: schema.then(|| json!({"type": "object"})),
            }
        }
    }

    /// Fields of `wanted` that are not as `heard` has them.
    fn lost(wanted: &Params, heard: &Params) -> Vec<&'static str> {
        let near = |wanted: Option<f64>, heard: Option<f64>| match (wanted, heard) {
            (None, _) => true,
            (Some(wanted), Some(heard)) => (wanted - heard).abs() < 1e-9,
            (Some(_), None) => false,
        };
        let off = wanted.reasoning_effort == Some(Effort::None) || wanted.reasoning_budget == Some(0);
        [
            ("temperature", near(wanted.temperature, heard.temperature)),
            ("top_p", near(wanted.top_p, heard.top_p)),
            ("top_k", wanted.top_k.is_none() || wanted.top_k == heard.top_k),
            ("seed", wanted.seed.is_none() || wanted.seed == heard.seed),
            (
                "max_output_tokens",
                wanted.max_output_tokens.is_none() || wanted.max_output_tokens == heard.max_output_tokens,
            ),
            ("stop", wanted.stop.is_none() || wanted.stop == heard.stop),
            // Switching off may take no field at all, or another one.
            (
                "reasoning_effort",
                off || wanted.reasoning_effort.is_none() || wanted.reasoning_effort == heard.reasoning_effort,
            ),
            (
                "reasoning_budget",
                off || wanted.reasoning_budget.is_none() || wanted.reasoning_budget == heard.reasoning_budget,
            ),
            (
                "logprobs",
                wanted.logprobs.is_none() || wanted.logprobs == heard.logprobs,
            ),
            (
                "json_schema",
                wanted.json_schema.is_none() || wanted.json_schema == heard.json_schema,
            ),
        ]
        .into_iter()
        .filter(|(_, kept)| !kept)
        .map(|(field, _)| field)
        .collect()
    }

    proptest! {
        /// Every parameter arrives at the service unless it is told beforehand, and what the service heard
        /// can be said again in the same words.
        #[test]
        fn nothing_is_lost_untold(at in 0..MODELS.len(), params in params(), stream in any::<bool>()) {
            let (name, model) = MODELS[at];
            let provider = of(name);
            let mut target = target(name, model);
            target.stream = stream;
            let told = provider.wishes(&target, &params);
            let request = provider.write(&call(params.clone()), &target);
            let asked = heard(provider, &request);
            let lost = lost(&params, &asked.call.params);
            for field in &lost {
                prop_assert!(
                    told.iter().any(|wish| wish.field == *field),
                    "{model} loses {field} of {params:?}: {}",
                    request.body
                );
            }
            for wish in &told {
                prop_assert!(!wish.why.is_empty() && !wish.why.ends_with('.'));
                prop_assert!(
                    wish.field.starts_with("reasoning") || lost.contains(&wish.field),
                    "{model} keeps {} of {params:?} but says: {}",
                    wish.field,
                    wish.why
                );
            }
            prop_assert_eq!(asked.model, model);
            prop_assert_eq!(asked.stream, stream);
            let again = provider.write(&asked.call, &target);
            prop_assert_eq!(again.body, request.body);
        }
    }

    #[test]
    fn plain_calls_lose_nothing() {
        for (name, model) in MODELS {
            let told = of(*name).wishes(&testing::target(*name, model), &Params::default());
            assert_eq!(told, [], "{model}");
        }
    }

    #[test]
    fn the_longest_name_wins_and_ends_at_a_word() {
        let rows = [("a-4", 1), ("a-4-5", 2), ("b", 3)];
        assert_eq!(row(&rows, "a-4-5-20251101"), Some(&2));
        assert_eq!(row(&rows, "a-4-20250514"), Some(&1));
        assert_eq!(row(&rows, "a-4-51"), Some(&1));
        assert_eq!(row(&rows, "a-45"), None);
        assert_eq!(row(&rows, "b.1"), None);
        assert_eq!(row(&rows, ""), None);
    }

    #[test]
    fn levels_are_rounded_down_and_told() {
        let levels = [Effort::Low, Effort::Medium, Effort::High];
        let mut wishes = Wishes::default();
        assert_eq!(wishes.level(Effort::Max, &levels, "it"), Some(Effort::High));
        assert_eq!(wishes.level(Effort::Minimal, &levels, "it"), Some(Effort::Low));
        assert_eq!(wishes.level(Effort::Medium, &levels, "it"), Some(Effort::Medium));
        let told = wishes.into_vec();
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].why, "it has no level `max`; `high` is sent");
        assert_eq!(Wishes::default().level(Effort::Low, &[], "it"), None);
    }

    #[test]
    fn clamping_is_told_only_when_it_happens() {
        let mut wishes = Wishes::default();
        assert!((wishes.clamp("temperature", 1.7, 0.0, 1.0, "it") - 1.0).abs() < f64::EPSILON);
        assert!((wishes.clamp("temperature", 0.3, 0.0, 1.0, "it") - 0.3).abs() < f64::EPSILON);
        let told = wishes.into_vec();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].why, "it takes 0 to 1; 1 is sent");
    }
}
