//! Calls as chat completions of CLOVA Studio: version 3, and version 1 for the two models that know no other.

use serde_json::{Map, Value, json};

use super::models::{self, Api, Model};
use crate::domain::{Auth, Call, Effort, Image, ImageSource, Message, Params, Part, Role, Target, WireRequest};
use crate::provider::Wish;
use crate::provider::capability::Wishes;
use crate::provider::{path, shared};
use crate::said;

/// Least temperature of version 1, which refuses 0.
const LEAST_TEMPERATURE_V1: f64 = 0.01;

/// Levels of `thinking.effort`.
const EFFORTS: &[Effort] = &[Effort::None, Effort::Low, Effort::Medium, Effort::High];

pub(super) fn write(call: &Call, target: &Target) -> WireRequest {
    let mut body = Map::new();
    let mut messages = Vec::with_capacity(call.messages.len() + 1);
    if let Some(system) = call.system.as_deref().filter(|text| !text.is_empty()) {
        messages.push(json!({"role": "system", "content": system}));
    }
    messages.extend(call.messages.iter().map(message));
    body.insert("messages".to_owned(), Value::Array(messages));
    body.extend(settle(&target.model, &call.params).0);
    let mut body = Value::Object(body);
    shared::merge(&mut body, &target.extra);
    // The service has no field for it: this header alone switches streaming on.
    let accept = if target.stream {
        "text/event-stream"
    } else {
        "application/json"
    };
    WireRequest {
        url: url(target),
        headers: vec![("accept".to_owned(), accept.to_owned())],
        auth: Auth::Bearer,
        body,
        stream: target.stream,
    }
}

/// What [`write`] leaves out or changes.
pub(super) fn wishes(target: &Target, params: &Params) -> Vec<Wish> {
    settle(&target.model, params).1
}

fn url(target: &Target) -> String {
    let address = target.address.trim_end_matches('/');
    let address = address
        .strip_suffix("/v3")
        .or_else(|| address.strip_suffix("/v1"))
        .unwrap_or(address);
    let version = match models::of(&target.model).api {
        Api::V1 => "v1",
        Api::V3 => "v3",
    };
    match target.model.strip_prefix("tasks/") {
        Some(task) => format!("{address}/{version}/tasks/{}/chat-completions", path::encode(task)),
        None => format!("{address}/{version}/chat-completions/{}", path::encode(&target.model)),
    }
}

fn message(message: &Message) -> Value {
    let role = match message.role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let content = match message.parts.as_slice() {
        [Part::Text(text)] => json!(text),
        parts => parts.iter().map(part).collect(),
    };
    json!({"role": role, "content": content})
}

fn part(part: &Part) -> Value {
    match part {
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Image(Image { source, .. }) => match source {
            ImageSource::Url(url) => json!({"type": "image_url", "imageUrl": {"url": url}}),
            ImageSource::Bytes { base64, .. } => {
                json!({"type": "image_url", "dataUri": {"data": base64}})
            }
        },
    }
}

/// The parameters as fields of the body, and what could not be said.
fn settle(name: &str, params: &Params) -> (Map<String, Value>, Vec<Wish>) {
    let model = models::of(name);
    let mut wishes = Wishes::default();
    let mut fields = Map::new();
    let effort = if model.thinks {
        effort(name, params, &mut wishes)
    } else {
        let asked = params.reasoning_effort.filter(|effort| *effort != Effort::None);
        wishes.leave(
            "reasoning_effort",
            asked.as_ref(),
            said!("{name} does not think", "{name} 모델은 생각하지 않습니다"),
        );
        let asked = params.reasoning_budget.filter(|budget| *budget > 0);
        wishes.leave(
            "reasoning_budget",
            asked.as_ref(),
            said!("{name} does not think", "{name} 모델은 생각하지 않습니다"),
        );
        None
    };
    if let Some(effort) = effort {
        fields.insert("thinking".to_owned(), json!({"effort": effort.word()}));
    }
    sampling(model, params, &mut fields, &mut wishes);
    if let Some(cap) = params.max_output_tokens {
        let most = model.most_output;
        if cap > most {
            wishes.say(
                "max_output_tokens",
                said!(
                    "{name} takes up to {most}; {most} is sent",
                    "{name} 모델은 {most}까지 받습니다. 보내는 값은 {most}입니다"
                ),
            );
        }
        let field = if model.thinks {
            "maxCompletionTokens"
        } else {
            "maxTokens"
        };
        fields.insert(field.to_owned(), json!(cap.min(most)));
    }
    if let Some(stop) = params.stop.as_ref().filter(|stop| !stop.is_empty()) {
        if model.thinks && effort != Some(Effort::None) {
            wishes.say(
                "stop",
                said!(
                    "{name} takes stop texts only with `reasoning_effort: none`",
                    "{name} 모델은 `reasoning_effort: none`일 때만 중지 글을 받습니다"
                ),
            );
        } else {
            let field = match model.api {
                Api::V1 => "stopBefore",
                Api::V3 => "stop",
            };
            fields.insert(field.to_owned(), json!(stop));
        }
    }
    if let Some(schema) = &params.json_schema {
        if model.thinks {
            fields.insert("responseFormat".to_owned(), json!({"type": "json", "schema": schema}));
        } else {
            wishes.say(
                "json_schema",
                said!(
                    "{name} takes no JSON schema",
                    "{name} 모델은 JSON 스키마를 받지 않습니다"
                ),
            );
        }
    }
    wishes.leave(
        "logprobs",
        params.logprobs.as_ref(),
        said!(
            "CLOVA Studio gives no log-probabilities",
            "CLOVA Studio는 로그 확률을 주지 않습니다"
        ),
    );
    (fields, wishes.into_vec())
}

/// The level of thinking to ask for, for a model that thinks; nothing leaves the model's own.
fn effort(name: &str, params: &Params, wishes: &mut Wishes) -> Option<Effort> {
    let off = params.reasoning_budget == Some(0);
    if !off {
        wishes.leave(
            "reasoning_budget",
            params.reasoning_budget.as_ref(),
            said!(
                "{name} takes no budget for thinking; set `reasoning_effort`",
                "{name} 모델은 생각 예산을 받지 않습니다. `reasoning_effort`를 쓰세요"
            ),
        );
    }
    let asked = params.reasoning_effort.filter(|effort| *effort != Effort::None);
    if params.json_schema.is_some() {
        // The guide allows a schema only with thinking off; the schema decides whether the answer can be
        // read at all, so it wins.
        if asked.is_some() {
            wishes.say(
                "reasoning_effort",
                said!(
                    "{name} cannot think while following a schema; thinking is switched off",
                    "{name} 모델은 스키마를 따르면서 생각할 수 없어 생각을 끕니다"
                ),
            );
        } else if params.reasoning_effort.is_none() && !off {
            wishes.say(
                "reasoning_effort",
                said!(
                    "{name} follows a schema only without thinking, which is switched off",
                    "{name} 모델은 생각하지 않을 때만 스키마를 따르므로 생각을 끕니다"
                ),
            );
        }
        return Some(Effort::None);
    }
    if off {
        if asked.is_some() {
            wishes.say(
                "reasoning_effort",
                said!("a budget of 0 switches thinking off", "예산 0은 생각을 끕니다"),
            );
        }
        return Some(Effort::None);
    }
    wishes.level(params.reasoning_effort?, EFFORTS, name)
}

fn sampling(model: Model, params: &Params, fields: &mut Map<String, Value>, wishes: &mut Wishes) {
    if let Some(value) = params.temperature {
        let least = match model.api {
            Api::V1 => LEAST_TEMPERATURE_V1,
            Api::V3 => 0.0,
        };
        let value = wishes.clamp("temperature", value, least, 1.0, "CLOVA Studio");
        fields.insert("temperature".to_owned(), json!(value));
    }
    if let Some(value) = params.top_p {
        fields.insert("topP".to_owned(), json!(value));
    }
    if let Some(value) = params.top_k {
        let value = if value > 128 {
            wishes.say(
                "top_k",
                said!(
                    "CLOVA Studio takes 0 to 128; 128 is sent",
                    "CLOVA Studio는 0부터 128까지 받습니다. 128을 보냅니다"
                ),
            );
            128
        } else {
            value
        };
        fields.insert("topK".to_owned(), json!(value));
    }
    match params.seed {
        Some(0) => wishes.say(
            "seed",
            said!(
                "CLOVA Studio takes seed 0 for a random one",
                "CLOVA Studio는 시드 0을 무작위로 받아들입니다"
            ),
        ),
        Some(seed) if seed > u64::from(u32::MAX) => {
            wishes.say(
                "seed",
                said!(
                    "CLOVA Studio takes seeds up to {}",
                    "CLOVA Studio는 {}까지의 시드를 받습니다",
                    u32::MAX
                ),
            );
        }
        Some(seed) => {
            fields.insert("seed".to_owned(), json!(seed));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ProviderName;
    use crate::provider::testing::{call, target};

    fn body(model: &str, params: Params) -> Value {
        write(&call(params), &target(ProviderName::Clova, model)).body
    }

    #[test]
    fn the_model_stands_in_the_path_and_a_header_switches_streaming_on() {
        let mut target = target(ProviderName::Clova, "HCX-007");
        target.stream = true;
        let request = write(&Call::ask("안녕"), &target);
        assert_eq!(
            request.url,
            "https://clovastudio.stream.ntruss.com/v3/chat-completions/HCX-007"
        );
        assert!(
            request
                .headers
                .contains(&("accept".to_owned(), "text/event-stream".to_owned()))
        );
        assert_eq!(request.body, json!({"messages": [{"role": "user", "content": "안녕"}]}));
        for (address, model, url) in [
            (
                "https://x.gov/testapp/",
                "tasks/t1",
                "https://x.gov/testapp/v3/tasks/t1/chat-completions",
            ),
            (
                "https://x/v3",
                "HCX-DASH-001",
                "https://x/v1/chat-completions/HCX-DASH-001",
            ),
        ] {
            target.address = address.to_owned();
            target.model = model.to_owned();
            assert_eq!(write(&Call::ask("안녕"), &target).url, url);
        }
    }

    #[test]
    fn the_system_prompt_comes_first_and_pictures_by_address_or_bytes() {
        let image = |source| {
            Part::Image(Image {
                name: "그림.png".to_owned(),
                source,
            })
        };
        let asked = Call {
            system: Some("존댓말로 답하세요.".to_owned()),
            messages: vec![Message {
                role: Role::User,
                parts: vec![
                    Part::Text("무엇인가요?".to_owned()),
                    image(ImageSource::Url("https://x/1.png".to_owned())),
                    image(ImageSource::Bytes {
                        media_type: "image/png".to_owned(),
                        base64: "aGk=".to_owned(),
                    }),
                ],
            }],
            params: Params::default(),
        };
        assert_eq!(
            write(&asked, &target(ProviderName::Clova, "HCX-005")).body,
            json!({"messages": [
                {"role": "system", "content": "존댓말로 답하세요."},
                {"role": "user", "content": [
                    {"type": "text", "text": "무엇인가요?"},
                    {"type": "image_url", "imageUrl": {"url": "https://x/1.png"}},
                    {"type": "image_url", "dataUri": {"data": "aGk="}},
                ]},
            ]})
        );
    }

    #[test]
    fn the_thinking_model_has_rules_of_its_own() {
        let params = Params {
            max_output_tokens: Some(100),
            stop: Some(vec!["끝".to_owned()]),
            ..Params::default()
        };
        let thinking = body("HCX-007", params.clone());
        assert_eq!(thinking["maxCompletionTokens"], 100);
        assert!(thinking.get("stop").is_none());
        let quiet = body(
            "HCX-007",
            Params {
                reasoning_effort: Some(Effort::None),
                ..params.clone()
            },
        );
        assert_eq!(quiet["stop"], json!(["끝"]));
        assert_eq!(quiet["thinking"]["effort"], "none");
        let schema = body(
            "HCX-007",
            Params {
                json_schema: Some(json!({"type": "object"})),
                reasoning_effort: Some(Effort::High),
                ..Params::default()
            },
        );
        assert_eq!(schema["thinking"]["effort"], "none");
        assert_eq!(schema["responseFormat"]["type"], "json");
        let old = body("HCX-003", params);
        assert_eq!(old["maxTokens"], 100);
        assert_eq!(old["stopBefore"], json!(["끝"]));
    }

    #[test]
    fn numbers_are_moved_into_the_ranges_of_the_guide() {
        let params = Params {
            temperature: Some(1.7),
            top_k: Some(500),
            max_output_tokens: Some(9000),
            seed: Some(0),
            ..Params::default()
        };
        let target = target(ProviderName::Clova, "HCX-005");
        let fields: Vec<&str> = wishes(&target, &params).iter().map(|wish| wish.field).collect();
        assert_eq!(fields, ["temperature", "top_k", "seed", "max_output_tokens"]);
        let sent = write(&call(params), &target).body;
        assert_eq!(sent["temperature"], 1.0);
        assert_eq!(sent["topK"], 128);
        assert_eq!(sent["maxTokens"], 4096);
        assert!(sent.get("seed").is_none());
    }
}
