//! What each Claude model takes, as data. Facts from Anthropic's model pages and migration guides up to
//! November 2026; a model that is not listed is treated as the newest kind.

use crate::domain::Effort;
use crate::provider::capability::row;

/// What one model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) sampling: Sampling,
    pub(super) thinking: Thinking,
    /// Levels of `output_config.effort`; empty where the field is refused.
    pub(super) efforts: &'static [Effort],
    /// Takes `output_config.format`.
    pub(super) schema: bool,
}

/// Which of `temperature`, `top_p` and `top_k` may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampling {
    /// Any of them.
    Free,
    /// `temperature` or `top_p`; both together are refused.
    Either,
    /// None; any value but the default is refused.
    Fixed,
}

/// How thinking is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// Not at all.
    Never,
    /// With a budget in tokens; off unless asked for.
    Budget,
    /// With a budget, or adaptively; off unless asked for.
    BudgetOrAdaptive,
    /// Adaptively only; may be switched off.
    Adaptive,
    /// Adaptively only; cannot be switched off.
    Always,
}

impl Thinking {
    /// Whether `thinking.type: adaptive` is understood.
    pub(super) fn is_adaptive(self) -> bool {
        matches!(self, Self::BudgetOrAdaptive | Self::Adaptive | Self::Always)
    }

    /// Whether `thinking.budget_tokens` is understood.
    pub(super) fn takes_budget(self) -> bool {
        matches!(self, Self::Budget | Self::BudgetOrAdaptive)
    }
}

const TO_HIGH: &[Effort] = &[Effort::Low, Effort::Medium, Effort::High];
const WITH_MAX: &[Effort] = &[Effort::Low, Effort::Medium, Effort::High, Effort::Max];
const ALL: &[Effort] = &[Effort::Low, Effort::Medium, Effort::High, Effort::Xhigh, Effort::Max];

const fn model(sampling: Sampling, thinking: Thinking, efforts: &'static [Effort], schema: bool) -> Model {
    Model {
        sampling,
        thinking,
        efforts,
        schema,
    }
}

/// The newest kind: no sampling parameters, adaptive thinking, every level of effort.
const NEWEST: Model = model(Sampling::Fixed, Thinking::Adaptive, ALL, true);

/// The newest kind that always thinks.
const THINKER: Model = model(Sampling::Fixed, Thinking::Always, ALL, true);

/// A model behind this protocol that is not a Claude: nothing is held back, the server decides.
const FOREIGN: Model = model(Sampling::Free, Thinking::BudgetOrAdaptive, ALL, true);

/// Rows by the beginning of the name; the longest fitting beginning counts.
const MODELS: &[(&str, Model)] = &[
    ("claude-2", model(Sampling::Free, Thinking::Never, &[], false)),
    ("claude-3", model(Sampling::Free, Thinking::Never, &[], false)),
    ("claude-3-7", model(Sampling::Free, Thinking::Budget, &[], false)),
    ("claude-opus-4", model(Sampling::Free, Thinking::Budget, &[], false)),
    ("claude-sonnet-4", model(Sampling::Free, Thinking::Budget, &[], false)),
    ("claude-opus-4-1", model(Sampling::Either, Thinking::Budget, &[], true)),
    ("claude-haiku-4-5", model(Sampling::Either, Thinking::Budget, &[], true)),
    (
        "claude-sonnet-4-5",
        model(Sampling::Either, Thinking::Budget, &[], true),
    ),
    (
        "claude-opus-4-5",
        model(Sampling::Either, Thinking::Budget, TO_HIGH, true),
    ),
    (
        "claude-sonnet-4-6",
        model(Sampling::Either, Thinking::BudgetOrAdaptive, WITH_MAX, true),
    ),
    (
        "claude-opus-4-6",
        model(Sampling::Either, Thinking::BudgetOrAdaptive, WITH_MAX, true),
    ),
    ("claude-opus-4-7", NEWEST),
    ("claude-opus-4-8", NEWEST),
    ("claude-opus-5", NEWEST),
    ("claude-opus-5-5", THINKER),
    ("claude-sonnet-5", NEWEST),
    // Has a mode `between_tools` where others have `disabled`; it can be sent through `extra`.
    ("claude-sonnet-5-5", THINKER),
    ("claude-haiku-5-5", NEWEST),
    ("claude-fable-5", NEWEST),
    ("claude-fable-5-1", THINKER),
    ("claude-mythos-5", NEWEST),
];

/// What the model of this name takes. Prefixes of gateways (`anthropic/`, `us.anthropic.`) are skipped.
pub(super) fn of(name: &str) -> Model {
    let Some(start) = name.find("claude-") else {
        return FOREIGN;
    };
    let name = &name[start..];
    row(MODELS, name).copied().unwrap_or(NEWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_their_generation() {
        assert_eq!(of("claude-opus-4-20250514").sampling, Sampling::Free);
        assert_eq!(of("claude-opus-4-1-20250805").sampling, Sampling::Either);
        assert_eq!(of("claude-haiku-4-5-20251001").sampling, Sampling::Either);
        assert_eq!(of("anthropic/claude-opus-4-7").sampling, Sampling::Fixed);
        assert_eq!(of("claude-opus-5").thinking, Thinking::Adaptive);
        assert_eq!(of("claude-opus-5-5").thinking, Thinking::Always);
        assert_eq!(of("claude-3-7-sonnet-20250219").thinking, Thinking::Budget);
        assert_eq!(of("claude-3-5-haiku-20241022").thinking, Thinking::Never);
    }

    #[test]
    fn unknown_claudes_are_new_and_other_names_are_free() {
        assert_eq!(of("claude-opus-9"), NEWEST);
        assert_eq!(of("qwen3:8b"), FOREIGN);
    }
}
