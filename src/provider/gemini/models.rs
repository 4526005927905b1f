//! What each Gemini model takes, as data. Facts from Google's model pages up to November 2026.

use crate::domain::Effort;
use crate::provider::capability::row;

/// What one model takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Model {
    /// `temperature`, `topP` and `topK` have an effect.
    pub(super) sampling: bool,
    pub(super) thinking: Thinking,
}

/// How thinking is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// Not at all.
    Never,
    /// `thinkingBudget` within these bounds; 0 where it can be switched off.
    Budget { least: u32, most: u32, off: bool },
    /// `thinkingLevel`, one of these.
    Level(&'static [Effort]),
}

const FROM_MINIMAL: Thinking = Thinking::Level(&[Effort::Minimal, Effort::Low, Effort::Medium, Effort::High]);
const FROM_LOW: Thinking = Thinking::Level(&[Effort::Low, Effort::Medium, Effort::High]);
const TO_XHIGH: Thinking = Thinking::Level(&[Effort::Low, Effort::Medium, Effort::High, Effort::Xhigh]);

const fn model(sampling: bool, thinking: Thinking) -> Model {
    Model { sampling, thinking }
}

const fn budget(least: u32, most: u32, off: bool) -> Model {
    model(true, Thinking::Budget { least, most, off })
}

/// Rows by the beginning of the name; the longest fitting beginning counts.
const MODELS: &[(&str, Model)] = &[
    ("gemini-2.5-pro", budget(128, 32_768, false)),
    ("gemini-2.5-flash", budget(1, 24_576, true)),
    ("gemini-2.5-flash-lite", budget(512, 24_576, true)),
    ("gemini-3-pro", model(true, FROM_LOW)),
    ("gemini-3.1-pro", model(true, FROM_LOW)),
    ("gemini-3.7-flash", model(true, FROM_LOW)),
    // The aliases move between generations: only what all of them take.
    ("gemini-pro-latest", model(true, FROM_LOW)),
    ("gemini-flash-latest", model(true, FROM_LOW)),
    ("gemini-flash-lite-latest", model(true, FROM_LOW)),
    ("gemini-4-hydrogen", model(false, TO_XHIGH)),
    ("gemini-4-neon", model(false, TO_XHIGH)),
];

/// For names without a row of their own, by generation.
const GENERATIONS: &[(&str, Model)] = &[
    ("gemini-1", model(true, Thinking::Never)),
    ("gemini-2.5", budget(1, 24_576, true)),
    ("gemini-2", model(true, Thinking::Never)),
    ("gemini-3", model(true, FROM_MINIMAL)),
    ("gemini-", model(false, FROM_LOW)),
    ("gemma-", model(true, Thinking::Never)),
];

/// A name we know nothing about, such as a tuned model's: nothing is held back.
const FOREIGN: Model = model(true, FROM_MINIMAL);

/// What the model of this name takes.
pub(super) fn of(name: &str) -> Model {
    let name = name.rsplit('/').next().unwrap_or(name);
    row(MODELS, name)
        .or_else(|| {
            GENERATIONS
                .iter()
                .find(|(start, _)| name.starts_with(start))
                .map(|(_, model)| model)
        })
        .copied()
        .unwrap_or(FOREIGN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_their_generation() {
        assert!(matches!(
            of("gemini-2.5-pro").thinking,
            Thinking::Budget {
                least: 128,
                off: false,
                ..
            }
        ));
        assert!(matches!(
            of("models/gemini-2.5-flash-lite").thinking,
            Thinking::Budget {
                least: 512,
                off: true,
                ..
            }
        ));
        assert_eq!(of("gemini-2.0-flash-001").thinking, Thinking::Never);
        assert_eq!(of("gemini-3.8-flash").thinking, FROM_MINIMAL);
        assert_eq!(of("gemini-3.1-pro-preview").thinking, FROM_LOW);
        assert!(!of("gemini-4-argon").sampling);
        assert_eq!(of("gemini-4-neon").thinking, TO_XHIGH);
        assert_eq!(of("gemini-5-xenon"), of("gemini-4-argon"));
        assert!(of("tunedModels/mine").sampling);
    }
}
