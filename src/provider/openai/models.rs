//! OpenAI's models and the services that speak its protocol: two tables of what they take.
//!
//! A model or a service that changes its mind is a changed row here, nothing else.

use crate::domain::Effort;
use crate::domain::Effort::{High, Low, Max, Medium, Minimal, None as Off, Xhigh};

/// When a model takes temperature, nucleus and log-probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampling {
    Always,
    /// While it does not think, which is so unless an effort is sent.
    UnlessEffort,
    /// It thinks unless the effort `none` is sent.
    OnlyWithEffortNone,
    Never,
}

/// A family of OpenAI's models that takes the same parameters.
pub(super) struct Family {
    /// Names, `*` standing for anything; dates at the end of a model's name do not count.
    pub(super) models: &'static [&'static str],
    pub(super) cap: &'static str,
    pub(super) sampling: Sampling,
    pub(super) efforts: &'static [Effort],
    pub(super) stop: bool,
}

const EVERY_EFFORT: &[Effort] = &[Off, Minimal, Low, Medium, High, Xhigh, Max];
/// Most alternatives of a token.
pub(super) const MOST_LOGPROBS: u8 = 20;
const OLD_CAP: &str = "max_tokens";
const NEW_CAP: &str = "max_completion_tokens";

/// OpenAI's models, first match wins. Tried against the service by pydantic-ai in July 2026; GPT-6 from
/// OpenAI's model pages of November 2026.
const FAMILIES: &[Family] = &[
    Family {
        models: &["gpt-3.5*", "gpt-4*", "gpt-4o*", "chatgpt-4o*"],
        cap: OLD_CAP,
        sampling: Sampling::Always,
        efforts: &[],
        stop: true,
    },
    Family {
        models: &["gpt-5-chat-latest"],
        cap: NEW_CAP,
        sampling: Sampling::Always,
        efforts: &[],
        stop: true,
    },
    Family {
        models: &["o1*", "gpt-5-codex", "gpt-5.1-codex*", "gpt-5*-chat-latest"],
        cap: NEW_CAP,
        sampling: Sampling::Never,
        efforts: &[Low, Medium, High],
        stop: true,
    },
    Family {
        models: &["o3*", "o4-mini*"],
        cap: NEW_CAP,
        sampling: Sampling::Never,
        efforts: &[Low, Medium, High],
        stop: false,
    },
    Family {
        models: &["gpt-5", "gpt-5-mini", "gpt-5-nano"],
        cap: NEW_CAP,
        sampling: Sampling::Never,
        efforts: &[Minimal, Low, Medium, High],
        stop: true,
    },
    Family {
        models: &["gpt-5-pro"],
        cap: NEW_CAP,
        sampling: Sampling::Never,
        efforts: &[High],
        stop: true,
    },
    Family {
        models: &["gpt-5.2-pro", "gpt-5.4-pro", "gpt-5.5-pro"],
        cap: NEW_CAP,
        sampling: Sampling::Never,
        efforts: &[Medium, High, Xhigh],
        stop: true,
    },
    Family {
        models: &["gpt-5.1*"],
        cap: NEW_CAP,
        sampling: Sampling::UnlessEffort,
        efforts: &[Off, Low, Medium, High],
        stop: true,
    },
    Family {
        models: &["gpt-5.2*", "gpt-5.3*", "gpt-5.4*"],
        cap: NEW_CAP,
        sampling: Sampling::UnlessEffort,
        efforts: &[Off, Low, Medium, High, Xhigh],
        stop: true,
    },
    Family {
        models: &["gpt-5.5*"],
        cap: NEW_CAP,
        sampling: Sampling::OnlyWithEffortNone,
        efforts: &[Off, Low, Medium, High, Xhigh],
        stop: true,
    },
    Family {
        models: &["gpt-5.6*", "gpt-6-sol", "gpt-6-luna", "gpt-6.1-terra"],
        cap: NEW_CAP,
        sampling: Sampling::OnlyWithEffortNone,
        efforts: &[Off, Low, Medium, High, Xhigh, Max],
        stop: true,
    },
    Family {
        models: &["gpt-6-astra", "gpt-6.1-sol"],
        cap: NEW_CAP,
        sampling: Sampling::Never,
        efforts: &[Low, Medium, High, Xhigh, Max],
        stop: true,
    },
    Family {
        models: &["gpt-6.2*"],
        cap: NEW_CAP,
        sampling: Sampling::Never,
        efforts: &[Low, Medium, High, Xhigh],
        stop: true,
    },
];

/// Models of OpenAI that the table does not know yet: nothing is held back, the service will say.
const UNKNOWN: Family = Family {
    models: &[],
    cap: NEW_CAP,
    sampling: Sampling::Always,
    efforts: EVERY_EFFORT,
    stop: true,
};

/// Look-alikes: the parameters that all of them know.
const PLAIN: Family = Family {
    models: &[],
    cap: OLD_CAP,
    sampling: Sampling::Always,
    efforts: EVERY_EFFORT,
    stop: true,
};

/// A service that speaks the protocol with habits of its own.
pub(super) struct Service {
    pub(super) title: &'static str,
    /// Ends of host names.
    pub(super) hosts: &'static [&'static str],
    /// The rules of models that [`FAMILIES`] does not know.
    pub(super) others: &'static Family,
    pub(super) top_k: bool,
    pub(super) logprobs: bool,
    /// The name of the seed on the wire.
    pub(super) seed: &'static str,
    /// It takes `stream_options`; the others send the usage unasked or not at all.
    pub(super) stream_options: bool,
    pub(super) efforts: &'static [Effort],
    pub(super) stop_limit: usize,
    /// The highest temperature.
    pub(super) hottest: f64,
}

const SERVICES: &[Service] = &[
    Service {
        title: "OpenAI",
        hosts: &["api.openai.com"],
        others: &UNKNOWN,
        top_k: false,
        stop_limit: 4,
        hottest: 2.0,
        ..ANY_SERVICE
    },
    Service {
        title: "Azure",
        hosts: &[".openai.azure.com", ".azure.com", ".azure-api.net"],
        others: &UNKNOWN,
        top_k: false,
        stop_limit: 4,
        hottest: 2.0,
        ..ANY_SERVICE
    },
    // Refuses what it does not know with code 40002.
    Service {
        title: "CLOVA Studio",
        hosts: &[".ntruss.com", ".gov-ntruss.com"],
        logprobs: false,
        stream_options: false,
        efforts: &[Off, Low, Medium, High],
        hottest: 1.0,
        ..ANY_SERVICE
    },
    // Refuses unknown fields with 422; its streams end with the usage in any case.
    Service {
        title: "Mistral",
        hosts: &["api.mistral.ai"],
        top_k: false,
        logprobs: false,
        seed: "random_seed",
        stream_options: false,
        ..ANY_SERVICE
    },
];

const ANY_SERVICE: Service = Service {
    title: "this service",
    hosts: &[],
    others: &PLAIN,
    top_k: true,
    logprobs: true,
    seed: "seed",
    stream_options: true,
    efforts: EVERY_EFFORT,
    stop_limit: usize::MAX,
    hottest: f64::MAX,
};

/// The family of a model; `None` for names that the table does not know.
pub(super) fn family(model: &str) -> Option<&'static Family> {
    FAMILIES
        .iter()
        .find(|family| family.models.iter().any(|name| matches(name, bare(model))))
}

/// The service at a host.
pub(super) fn service(host: &str) -> &'static Service {
    SERVICES
        .iter()
        .find(|service| service.hosts.iter().any(|end| host.ends_with(end)))
        .unwrap_or(&ANY_SERVICE)
}

/// A model's name without the mark of fine-tuning and without the date at its end.
fn bare(model: &str) -> &str {
    let model = model
        .strip_prefix("ft:")
        .map_or(model, |tuned| tuned.split(':').next().unwrap_or(tuned));
    let Some(cut) = model.len().checked_sub("-2026-01-31".len()) else {
        return model;
    };
    let is_date = model.as_bytes()[cut..].iter().enumerate().all(|(at, byte)| match at {
        0 => matches!(byte, b'-' | b'_'),
        5 | 8 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if is_date { &model[..cut] } else { model }
}

/// Whether a name fits a pattern with at most one `*`, which begins where a word of the name ends: `gpt-5.2*` is
/// `gpt-5.2-codex` but not `gpt-5.25`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => name
            .strip_prefix(start)
            .is_some_and(|rest| rest.ends_with(end) && !rest.starts_with(|next: char| next.is_ascii_alphanumeric())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fine_tuned_and_dated_names() {
        assert_eq!(bare("ft:gpt-4o-mini-2024-07-18:org::abc"), "gpt-4o-mini");
        assert_eq!(bare("gpt-5.2_2025-12-11"), "gpt-5.2");
        assert_eq!(bare("한국어-모델"), "한국어-모델");
        assert_eq!(bare("나라말나라말나라말"), "나라말나라말나라말");
    }

    #[test]
    fn the_first_family_that_fits_wins() {
        let stop = |model| family(model).map(|family| family.stop);
        assert_eq!(stop("o3-pro"), Some(false));
        assert_eq!(stop("o1"), Some(true));
        assert!(family("gpt-5-chat-latest").is_some_and(|family| family.sampling == Sampling::Always));
        assert!(family("gpt-5.2-chat-latest").is_some_and(|family| family.sampling == Sampling::Never));
        assert!(family("gpt-oss-20b").is_none());
        assert!(family("gpt-5.25").is_none());
        assert!(family("gpt-5.2-codex").is_some_and(|family| family.sampling == Sampling::UnlessEffort));
        assert!(family("gpt-4.1-mini").is_some_and(|family| family.cap == OLD_CAP));
    }
}
