//! Which parameters OpenAI's models and the look-alikes take: two tables and the one function that applies
//! them.
//!
//! Serves `wishes` and `write` of both OpenAI protocols, so that what is told and what is left out cannot
//! drift apart. A model or a service that changes its mind is a changed row here, nothing else.

use url::Url;

use crate::domain::Effort::{High, Low, Max, Medium, Minimal, None as Off, Xhigh};
use crate::domain::{Effort, Params, Target};
use crate::provider::Wish;
use crate::provider::capability::Wishes;

/// When a model takes temperature, nucleus and log-probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sampling {
    Always,
    /// While it does not think, which is so unless an effort is sent.
    UnlessEffort,
    /// It thinks unless the effort `none` is sent.
    OnlyWithEffortNone,
    Never,
}

/// A family of OpenAI's models that takes the same parameters.
struct Family {
    /// Names, `*` standing for anything; dates at the end of a model's name do not count.
    models: &'static [&'static str],
    cap: &'static str,
    sampling: Sampling,
    efforts: &'static [Effort],
    stop: bool,
}

const EVERY_EFFORT: &[Effort] = &[Off, Minimal, Low, Medium, High, Xhigh, Max];
/// Most alternatives of a token.
const MOST_LOGPROBS: u8 = 20;
const OLD_CAP: &str = "max_tokens";
const NEW_CAP: &str = "max_completion_tokens";

/// OpenAI's models, first match wins. Tried against the service by pydantic-ai in July 2026; GPT-6 from
/// OpenAI's model pages of November 2026.
const FAMILIES: &[Family] = &[
    Family {
        models: &["gpt-3.5*", "gpt-4*", "chatgpt-4o*"],
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
struct Service {
    title: &'static str,
    /// Ends of host names.
    hosts: &'static [&'static str],
    /// The rules of models that [`FAMILIES`] does not know.
    others: &'static Family,
    top_k: bool,
    logprobs: bool,
    /// The name of the seed on the wire.
    seed: &'static str,
    /// It takes `stream_options`; the others send the usage unasked or not at all.
    stream_options: bool,
    efforts: &'static [Effort],
    stop_limit: usize,
    /// The highest temperature.
    hottest: f64,
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

/// The two request forms of OpenAI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Chat completions.
    Chat,
    /// Responses: no seed, no stop texts.
    Responses,
}

/// What one target takes.
pub(crate) struct Rules {
    form: Form,
    model: String,
    family: &'static Family,
    service: &'static Service,
}

impl Rules {
    /// The rules of a target, by its address and its model. A look-alike that serves a model under one of
    /// OpenAI's names (a gateway) gets OpenAI's rules, except on the user's own machine.
    pub(crate) fn of(form: Form, target: &Target) -> Self {
        let host = host(&target.address);
        let service = SERVICES
            .iter()
            .find(|service| service.hosts.iter().any(|end| host.ends_with(end)))
            .unwrap_or(&ANY_SERVICE);
        let known = FAMILIES
            .iter()
            .find(|family| family.models.iter().any(|name| matches(name, bare(&target.model))));
        let family = match known {
            Some(family) if !target.local => family,
            _ => service.others,
        };
        Self {
            form,
            model: target.model.clone(),
            family,
            service,
        }
    }

    /// The name of the output cap on the wire (chat completions).
    pub(crate) fn cap(&self) -> &'static str {
        self.family.cap
    }

    /// The name of the seed on the wire (chat completions).
    pub(crate) fn seed(&self) -> &'static str {
        self.service.seed
    }

    /// Whether a stream may be asked for its usage.
    pub(crate) fn stream_options(&self) -> bool {
        self.service.stream_options
    }

    /// The parameters that go out, and the wishes that do not.
    pub(crate) fn settle(&self, params: &Params) -> (Params, Vec<Wish>) {
        let mut kept = params.clone();
        let mut wishes = Wishes::default();
        kept.reasoning_effort = kept.reasoning_effort.and_then(|effort| self.level(effort, &mut wishes));
        if let Some(why) = self.against_sampling(kept.reasoning_effort) {
            wishes.leave("temperature", kept.temperature.take().as_ref(), why.clone());
            wishes.leave("top_p", kept.top_p.take().as_ref(), why.clone());
            wishes.leave("logprobs", kept.logprobs.take().as_ref(), why);
        } else if !self.service.logprobs {
            wishes.leave(
                "logprobs",
                kept.logprobs.take().as_ref(),
                self.lacks("log-probabilities"),
            );
        }
        kept.temperature = kept
            .temperature
            .map(|degree| wishes.clamp("temperature", degree, 0.0, self.service.hottest, self.service.title));
        kept.logprobs = kept.logprobs.map(|count| {
            if count > MOST_LOGPROBS {
                wishes.say(
                    "logprobs",
                    format!("at most {MOST_LOGPROBS} alternatives are told; {MOST_LOGPROBS} are asked for"),
                );
            }
            count.min(MOST_LOGPROBS)
        });
        if !self.service.top_k || self.form == Form::Responses {
            wishes.leave("top_k", kept.top_k.take().as_ref(), self.lacks("top_k"));
        }
        if self.form == Form::Responses {
            wishes.leave("seed", kept.seed.take().as_ref(), "OpenAI responses takes no seed");
        }
        if let Some(why) = self.against_stop(kept.stop.as_ref().map_or(0, Vec::len)) {
            wishes.leave("stop", kept.stop.take().as_ref(), why);
        }
        wishes.leave(
            "reasoning_budget",
            kept.reasoning_budget.take().as_ref(),
            "this protocol has efforts, not budgets; set reasoning_effort, or the service's own field under extra",
        );
        (kept, wishes.into_vec())
    }

    /// The effort that is sent: the nearest one that model and service know.
    fn level(&self, effort: Effort, wishes: &mut Wishes) -> Option<Effort> {
        let who = format!("`{}`", self.model);
        if self.family.efforts.is_empty() {
            wishes.say(
                "reasoning_effort",
                format!("{who} does not think, so it takes no effort"),
            );
            return None;
        }
        let effort = wishes.level(effort, self.family.efforts, &who)?;
        wishes.level(effort, self.service.efforts, self.service.title)
    }

    fn lacks(&self, what: &str) -> String {
        format!("{} takes no {what}", self.service.title)
    }

    fn against_sampling(&self, effort: Option<Effort>) -> Option<String> {
        let model = &self.model;
        match (self.family.sampling, effort) {
            (Sampling::Never, _) => Some(format!("`{model}` always thinks and then refuses it")),
            (Sampling::UnlessEffort, Some(effort)) if effort != Off => Some(format!(
                "`{model}` refuses it while it thinks; set reasoning_effort to none, or leave it out"
            )),
            (Sampling::OnlyWithEffortNone, effort) if effort != Some(Off) => Some(format!(
                "`{model}` refuses it while it thinks; set reasoning_effort to none"
            )),
            _ => None,
        }
    }

    fn against_stop(&self, count: usize) -> Option<String> {
        if self.form == Form::Responses {
            Some("OpenAI responses takes no stop texts".to_owned())
        } else if !self.family.stop {
            Some(format!("`{}` takes no stop texts", self.model))
        } else if count > self.service.stop_limit {
            Some(format!(
                "{} takes at most {} stop texts",
                self.service.title, self.service.stop_limit
            ))
        } else {
            None
        }
    }
}

/// The host of an address in lower case; empty when it has none.
pub(crate) fn host(address: &str) -> String {
    Url::parse(address)
        .ok()
        .and_then(|url| url.host_str().map(str::to_ascii_lowercase))
        .unwrap_or_default()
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

/// Whether a name fits a pattern with at most one `*`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ProviderName;
    use crate::provider::testing;

    fn target(address: &str, model: &str) -> Target {
        Target {
            address: address.into(),
            ..testing::target(ProviderName::OpenAi, model)
        }
    }

    fn left_out(address: &str, model: &str, params: &Params) -> Vec<&'static str> {
        Rules::of(Form::Chat, &target(address, model))
            .settle(params)
            .1
            .iter()
            .map(|wish| wish.field)
            .collect()
    }

    const OPENAI: &str = "https://api.openai.com/v1";

    #[test]
    fn sampling_follows_thinking() {
        let plain = Params {
            temperature: Some(0.0),
            top_p: Some(0.9),
            logprobs: Some(2),
            ..Params::default()
        };
        let with = |effort| Params {
            reasoning_effort: Some(effort),
            ..plain.clone()
        };
        let all = ["temperature", "top_p", "logprobs"];
        assert!(left_out(OPENAI, "gpt-4o-mini", &plain).is_empty());
        assert_eq!(left_out(OPENAI, "gpt-5-mini-2025-08-07", &plain), all);
        assert_eq!(left_out(OPENAI, "o4-mini", &plain), all);
        assert!(left_out(OPENAI, "gpt-5.2", &plain).is_empty());
        assert!(left_out(OPENAI, "gpt-5.2", &with(Off)).is_empty());
        assert_eq!(left_out(OPENAI, "gpt-5.2", &with(Low)), all);
        assert_eq!(left_out(OPENAI, "gpt-5.2-pro", &plain), all);
        assert_eq!(left_out(OPENAI, "gpt-5.5", &plain), all);
        assert!(left_out(OPENAI, "gpt-5.5", &with(Off)).is_empty());
        assert_eq!(left_out(OPENAI, "gpt-6.2-sol", &plain), all);
        assert!(left_out(OPENAI, "gpt-9", &plain).is_empty());
    }

    #[test]
    fn efforts_are_rounded_before_sampling_is_judged() {
        let params = |effort| Params {
            temperature: Some(0.0),
            reasoning_effort: Some(effort),
            ..Params::default()
        };
        let settled = |model, effort| {
            let (kept, wishes) = Rules::of(Form::Chat, &target(OPENAI, model)).settle(&params(effort));
            let fields: Vec<&str> = wishes.iter().map(|wish| wish.field).collect();
            (kept.reasoning_effort, fields)
        };
        assert_eq!(
            settled("gpt-5.4", Max),
            (Some(Xhigh), vec!["reasoning_effort", "temperature"])
        );
        assert_eq!(settled("gpt-5.4", Off), (Some(Off), vec![]));
        assert_eq!(
            settled("gpt-6.2-sol", Off),
            (Some(Low), vec!["reasoning_effort", "temperature"])
        );
        assert_eq!(settled("gpt-4o", High), (None, vec!["reasoning_effort"]));
    }

    #[test]
    fn openai_lacks_what_look_alikes_take() {
        let params = Params {
            top_k: Some(40),
            seed: Some(7),
            stop: Some(vec!["a".into(); 5]),
            reasoning_budget: Some(0),
            ..Params::default()
        };
        assert_eq!(
            left_out(OPENAI, "gpt-4o", &params),
            ["top_k", "stop", "reasoning_budget"]
        );
        assert_eq!(
            left_out("http://127.0.0.1:8080/v1", "llama", &params),
            ["reasoning_budget"]
        );
        let (kept, wishes) = Rules::of(Form::Responses, &target(OPENAI, "gpt-4o")).settle(&params);
        let fields: Vec<&str> = wishes.iter().map(|wish| wish.field).collect();
        assert_eq!(fields, ["top_k", "seed", "stop", "reasoning_budget"]);
        assert_eq!(kept, Params::default());
    }

    #[test]
    fn names_of_caps_and_seeds() {
        let cap = |address, model| Rules::of(Form::Chat, &target(address, model)).cap();
        assert_eq!(cap(OPENAI, "gpt-4.1-mini"), "max_tokens");
        assert_eq!(cap(OPENAI, "gpt-5.1"), "max_completion_tokens");
        assert_eq!(cap(OPENAI, "gpt-9"), "max_completion_tokens");
        assert_eq!(cap("https://gateway.example/v1", "gpt-5"), "max_completion_tokens");
        assert_eq!(cap("https://openrouter.ai/api/v1", "openai/gpt-5"), "max_tokens");
        assert_eq!(cap("http://localhost:1234/v1", "gpt-oss-20b"), "max_tokens");
        let mut own = target("http://localhost:1234/v1", "gpt-5");
        own.local = true;
        assert_eq!(Rules::of(Form::Chat, &own).cap(), "max_tokens");
        let mistral = Rules::of(Form::Chat, &target("https://api.mistral.ai/v1", "m"));
        assert_eq!(mistral.seed(), "random_seed");
        assert!(!mistral.stream_options());
        let clova = "https://clovastudio.stream.ntruss.com/v1/openai";
        assert!(!Rules::of(Form::Chat, &target(clova, "HCX-007")).stream_options());
    }

    #[test]
    fn fine_tuned_and_dated_names() {
        assert_eq!(bare("ft:gpt-4o-mini-2024-07-18:org::abc"), "gpt-4o-mini");
        assert_eq!(bare("gpt-5.2_2025-12-11"), "gpt-5.2");
        assert_eq!(bare("한국어-모델"), "한국어-모델");
        assert_eq!(bare("나라말나라말나라말"), "나라말나라말나라말");
    }
}
