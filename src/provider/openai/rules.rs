//! What one target takes: the tables of `models` applied to a model and an address.
//!
//! Serves `wishes` and `write` of both OpenAI protocols, so that what is told and what is left out cannot
//! drift apart.

use url::Url;

use crate::domain::{Effort, Params, Said, Target};
use crate::provider::Wish;
use crate::provider::capability::Wishes;
use crate::said;

use super::models::{self, Family, MOST_LOGPROBS, Sampling, Service};

/// The least cap on an answer that responses takes; chat completions takes any.
const LEAST_RESPONSE: u32 = 16;

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
        let service = models::service(&host(&target.address));
        let family = match models::family(&target.model) {
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
                self.lacks(said!("log-probabilities", "로그 확률")),
            );
        }
        kept.temperature = kept
            .temperature
            .map(|degree| wishes.clamp("temperature", degree, 0.0, self.service.hottest, self.service.title));
        kept.logprobs = kept.logprobs.map(|count| {
            if count > MOST_LOGPROBS {
                wishes.say(
                    "logprobs",
                    said!(
                        "at most {MOST_LOGPROBS} alternatives are told; {MOST_LOGPROBS} are asked for",
                        "후보는 {MOST_LOGPROBS}개까지 알려 줍니다. {MOST_LOGPROBS}개를 요청합니다"
                    ),
                );
            }
            count.min(MOST_LOGPROBS)
        });
        if !self.service.top_k || self.form == Form::Responses {
            wishes.leave("top_k", kept.top_k.take().as_ref(), self.lacks("top_k"));
        }
        if self.form == Form::Responses {
            wishes.leave(
                "seed",
                kept.seed.take().as_ref(),
                said!(
                    "OpenAI responses takes no seed",
                    "OpenAI responses는 시드를 받지 않습니다"
                ),
            );
        }
        if self.form == Form::Responses && self.service.title == "OpenAI" {
            kept.max_output_tokens = kept.max_output_tokens.map(|cap| {
                if cap < LEAST_RESPONSE {
                    wishes.say(
                        "max_output_tokens",
                        said!(
                            "OpenAI responses takes {LEAST_RESPONSE} or more; {LEAST_RESPONSE} is sent",
                            "OpenAI responses는 {LEAST_RESPONSE} 이상을 받습니다. 보내는 값은 {LEAST_RESPONSE}입니다"
                        ),
                    );
                }
                cap.max(LEAST_RESPONSE)
            });
        }
        if let Some(why) = self.against_stop(kept.stop.as_ref().map_or(0, Vec::len)) {
            wishes.leave("stop", kept.stop.take().as_ref(), why);
        }
        wishes.leave(
            "reasoning_budget",
            kept.reasoning_budget.take().as_ref(),
            said!("this protocol has efforts, not budgets; set reasoning_effort, or the service's own field under extra", "이 프로토콜에는 예산이 아니라 단계가 있습니다. reasoning_effort나 extra 아래 서비스 고유의 항목을 쓰세요"),
        );
        (kept, wishes.into_vec())
    }

    /// The effort that is sent: the nearest one that model and service know.
    fn level(&self, effort: Effort, wishes: &mut Wishes) -> Option<Effort> {
        let who = format!("`{}`", self.model);
        if self.family.efforts.is_empty() {
            wishes.say(
                "reasoning_effort",
                said!(
                    "{who} does not think, so it takes no effort",
                    "{who} 모델은 생각하지 않아 단계를 받지 않습니다"
                ),
            );
            return None;
        }
        let effort = wishes.level(effort, self.family.efforts, &who)?;
        wishes.level(effort, self.service.efforts, self.service.title)
    }

    fn lacks(&self, what: impl std::fmt::Display) -> Said {
        said!(
            "{} takes no {what}",
            "{}에는 {what} 기능이 없습니다",
            self.service.title
        )
    }

    fn against_sampling(&self, effort: Option<Effort>) -> Option<Said> {
        let model = &self.model;
        match (self.family.sampling, effort) {
            (Sampling::Never, _) => Some(said!(
                "`{model}` always thinks and then refuses it",
                "`{model}` 모델은 늘 생각하며, 그때는 이 설정을 거절합니다"
            )),
            (Sampling::UnlessEffort, Some(effort)) if effort != Effort::None => Some(said!(
                "`{model}` refuses it while it thinks; set reasoning_effort to none, or leave it out",
                "`{model}` 모델은 생각하는 동안 이 설정을 거절합니다. reasoning_effort를 none으로 하거나 빼세요"
            )),
            (Sampling::OnlyWithEffortNone, effort) if effort != Some(Effort::None) => Some(said!(
                "`{model}` refuses it while it thinks; set reasoning_effort to none",
                "`{model}` 모델은 생각하는 동안 이 설정을 거절합니다. reasoning_effort를 none으로 하세요"
            )),
            _ => None,
        }
    }

    fn against_stop(&self, count: usize) -> Option<Said> {
        if self.form == Form::Responses {
            Some(said!(
                "OpenAI responses takes no stop texts",
                "OpenAI responses는 중지 글을 받지 않습니다"
            ))
        } else if !self.family.stop {
            Some(said!(
                "`{}` takes no stop texts",
                "`{}` 모델은 중지 글을 받지 않습니다",
                self.model
            ))
        } else if count > self.service.stop_limit {
            Some(said!(
                "{} takes at most {} stop texts",
                "{}에는 중지 글을 {}개까지 보낼 수 있습니다",
                self.service.title,
                self.service.stop_limit
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Effort::{High, Low, Max, None as Off, Xhigh};
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
    fn responses_takes_no_cap_below_sixteen_and_says_so() {
        let params = Params {
            max_output_tokens: Some(5),
            ..Params::default()
        };
        let settle = |form, address| Rules::of(form, &target(address, "gpt-4o")).settle(&params);
        let (kept, wishes) = settle(Form::Responses, OPENAI);
        assert_eq!(
            (kept.max_output_tokens, wishes[0].field),
            (Some(16), "max_output_tokens")
        );
        assert_eq!(settle(Form::Chat, OPENAI).0.max_output_tokens, Some(5));
        assert_eq!(
            settle(Form::Responses, "http://127.0.0.1:8080/v1").0.max_output_tokens,
            Some(5)
        );
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
}
