//! How often each model is right, and whether it is right this time.

use crate::said;
use std::str::FromStr;

use super::chance::{Chance, name_key};
use super::faults::share;

/// Shares of right answers by model, for example `gpt=0.9,llama=60%`.
///
/// A name holds for every model whose name contains it, whatever the case; the longest such name counts. A share
/// without a name, or named `*`, holds for all others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rights(Vec<(String, f64)>);

impl Rights {
    /// The share for a model. Without a rule it follows from the model's name and lies between 0.6 and 0.95, so
    /// that models differ and stay the same from run to run.
    pub(super) fn of(&self, model: &str) -> f64 {
        let model = model.to_lowercase();
        self.0
            .iter()
            .filter(|(name, _)| model.contains(name.as_str()))
            .max_by_key(|(name, _)| name.len())
            .map_or_else(
                || 0.6 + 0.35 * Chance::of(0, "skill", &[name_key(&model)]).unit(),
                |(_, share)| *share,
            )
    }
}

impl FromStr for Rights {
    type Err = RightsError;

    fn from_str(text: &str) -> Result<Self, RightsError> {
        let mut rules: Vec<(String, f64)> = Vec::new();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (name, value) = item.split_once('=').unwrap_or(("*", item));
            let name = name.trim().trim_matches('*').to_lowercase();
            let share = share(value).ok_or_else(|| RightsError::Share(item.to_owned()))?;
            if rules.iter().any(|(known, _)| *known == name) {
                return Err(RightsError::Twice(item.to_owned()));
            }
            rules.push((name, share));
        }
        Ok(Self(rules))
    }
}

/// Why a text does not say how often models are right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RightsError {
    /// No share in it.
    #[error("`{0}` is not `MODEL=SHARE`: write for example `gpt=0.9,llama=0.6`, or `0.8` for every model")]
    Share(String),
    /// The same model twice.
    #[error("`{0}` names a model that stands there already: keep one of the two")]
    Twice(String),
}

/// What a draw of rightness depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    /// Seed of the simulation.
    pub(super) seed: u64,
    /// The question, the same for every model.
    pub(super) question: u64,
    /// The model.
    pub(super) model: u64,
    /// Which trial; the same for all when the model is asked not to vary.
    pub(super) trial: u32,
}

/// Whether a model that is right with this share is right here.
///
/// A latent normal variable has three parts: how hard the question is for everyone (so that models agree more
/// than by chance), how it suits this model, and the luck of the trial. Their squares add up to one, so the share
/// of right answers over many questions is exactly `share`.
pub(super) fn is_right(share: f64, draw: Draw) -> bool {
    const HARD: f64 = 0.65;
    const SUITS: f64 = 0.6;
    let luck = (1.0 - HARD * HARD - SUITS * SUITS).sqrt();
    let Draw {
        seed,
        question,
        model,
        trial,
    } = draw;
    let latent = HARD * Chance::of(seed, "hard", &[question]).normal()
        + SUITS * Chance::of(seed, "suits", &[question, model]).normal()
        + luck * Chance::of(seed, "luck", &[question, model, u64::from(trial)]).normal();
    let rank = crate::stats::normal::cdf(latent);
    rank < share
}

impl RightsError {
    /// The same for people, in every language.
    #[must_use]
    pub fn said(&self) -> crate::domain::Said {
        match self {
            Self::Share(text) => said!(
                "{self}",
                "`{text}`은(는) `모델=비율` 꼴이 아닙니다. `gpt=0.9,llama=0.6`이나 모두 같으면 `0.8`이라고 쓰세요"
            ),
            Self::Twice(text) => said!("{self}", "`{text}`의 모델이 이미 있습니다. 하나만 남기세요"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share_of(share: f64, model: u64, trial: u32) -> Vec<bool> {
        (0..4000)
            .map(|question| {
                is_right(
                    share,
                    Draw {
                        seed: 5,
                        question,
                        model,
                        trial,
                    },
                )
            })
            .collect()
    }

    fn mean(hits: impl Iterator<Item = bool>) -> f64 {
        let (mut count, mut sum) = (0.0, 0.0);
        for hit in hits {
            count += 1.0;
            sum += f64::from(u8::from(hit));
        }
        sum / count
    }

    #[test]
    fn shares_come_out_as_set() {
        for share in [0.0, 0.1, 0.6, 0.9, 1.0] {
            let seen = mean(share_of(share, 1, 1).into_iter());
            assert!((seen - share).abs() < 0.03, "{share} {seen}");
        }
    }

    #[test]
    fn models_agree_more_than_by_chance_and_trials_more_than_models() {
        let first = share_of(0.7, 1, 1);
        let agree = |other: &[bool]| mean(first.iter().zip(other).map(|(a, b)| a == b));
        let by_chance = 0.7 * 0.7 + 0.3 * 0.3;
        let models = agree(&share_of(0.7, 2, 1));
        let trials = agree(&share_of(0.7, 1, 2));
        assert!(models > by_chance + 0.05, "{models}");
        assert!(trials > models + 0.05, "{trials} {models}");
        assert!(trials < 0.99);
    }

    #[test]
    fn rules_are_read_and_the_longest_name_counts() {
        let rights: Rights = "gpt=0.9, gpt-mini=50%, *=0.2".parse().unwrap();
        let of = |model| rights.of(model);
        assert!((of("GPT-6") - 0.9).abs() < 1e-12);
        assert!((of("gpt-mini-2") - 0.5).abs() < 1e-12);
        assert!((of("llama") - 0.2).abs() < 1e-12);
        assert!(("0.7".parse::<Rights>().unwrap().of("x") - 0.7).abs() < 1e-12);
        let default = Rights::default();
        for model in ["a", "b", "gpt-6.2-sol", "HCX-007"] {
            assert!((0.6..0.95).contains(&default.of(model)));
        }
        assert!((default.of("a") - default.of("b")).abs() > 1e-6);
        for bad in ["gpt=", "gpt=2", "gpt", "a=0.1,A=0.2"] {
            assert!(bad.parse::<Rights>().is_err(), "{bad}");
        }
    }
}
