//! Calls as `generateContent` requests.

use serde_json::{Map, Value, json};

use super::models::{self, Thinking};
use crate::domain::{
    Auth, Call, Effort, Image, ImageSource, Message, Params, Part, Role, Target, WireRequest, wire::AuthHeader,
};
use crate::provider::Wish;
use crate::provider::capability::Wishes;
use crate::provider::{path, shared};
use crate::said;

/// Most stop texts the service takes.
const MOST_STOPS: usize = 5;

/// Largest seed: the field is a signed 32-bit number.
const MOST_SEED: u64 = i32::MAX as u64;

pub(super) fn write(call: &Call, target: &Target) -> WireRequest {
    let mut body = Map::new();
    if let Some(system) = call.system.as_deref().filter(|text| !text.is_empty()) {
        body.insert("systemInstruction".to_owned(), json!({"parts": [{"text": system}]}));
    }
    let contents: Vec<Value> = call.messages.iter().map(content).collect();
    body.insert("contents".to_owned(), Value::Array(contents));
    let (config, _) = settle(&target.model, &call.params);
    if !config.is_empty() {
        body.insert("generationConfig".to_owned(), Value::Object(config));
    }
    let mut body = Value::Object(body);
    shared::merge(&mut body, &target.extra);
    WireRequest {
        url: url(target),
        headers: Vec::new(),
        auth: auth(&target.address),
        body,
        stream: target.stream,
    }
}

/// What [`write`] leaves out or changes.
pub(super) fn wishes(target: &Target, params: &Params) -> Vec<Wish> {
    settle(&target.model, params).1
}

/// Vertex addresses carry a project and want an OAuth token; the Gemini API wants a key.
fn auth(address: &str) -> Auth {
    if address.contains("/projects/") {
        Auth::Bearer
    } else {
        Auth::Header(AuthHeader::XGoogApiKey)
    }
}

fn url(target: &Target) -> String {
    let address = target.address.trim_end_matches('/');
    let versioned = address
        .split('/')
        .skip(3)
        .any(|part| matches!(part, "v1" | "v1alpha" | "v1beta" | "v1beta1"));
    let version = if versioned { "" } else { "/v1beta" };
    let model = path::encode(&target.model);
    let collection = if model.starts_with("models/") || model.starts_with("tunedModels/") {
        ""
    } else {
        "models/"
    };
    let method = if target.stream {
        "streamGenerateContent?alt=sse"
    } else {
        "generateContent"
    };
    format!("{address}{version}/{collection}{model}:{method}")
}

fn content(message: &Message) -> Value {
    let role = match message.role {
        Role::User => "user",
        Role::Assistant => "model",
    };
    let parts: Vec<Value> = message.parts.iter().map(part).collect();
    json!({"role": role, "parts": parts})
}

/// Whether an address is of Google's own stores, which Gemini reads by itself: films of its video service, files that were handed to
/// its file service, Cloud Storage. Other addresses it does not open.
pub(super) fn is_googles_own(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else {
        return false;
    };
    match (url.scheme(), url.host_str()) {
        ("gs", _) => true,
        ("http" | "https", Some(host)) => {
            matches!(
                host,
                "youtu.be" | "youtube.com" | "www.youtube.com" | "m.youtube.com" | "music.youtube.com"
            ) || (host == "generativelanguage.googleapis.com" && url.path().contains("/files/"))
        }
        _ => false,
    }
}

fn part(part: &Part) -> Value {
    match part {
        Part::Text(text) => json!({"text": text}),
        Part::Image(Image { source, .. }) => match source {
            // Files of Google's own store and YouTube addresses; other addresses are fetched by us first.
            ImageSource::Url(url) => json!({"fileData": {"fileUri": url}}),
            ImageSource::Bytes { media_type, base64 } => {
                json!({"inlineData": {"mimeType": media_type, "data": base64}})
            }
        },
    }
}

/// The parameters as `generationConfig`, and what could not be said.
fn settle(name: &str, params: &Params) -> (Map<String, Value>, Vec<Wish>) {
    let model = models::of(name);
    let mut wishes = Wishes::default();
    let mut config = Map::new();
    if model.sampling {
        if let Some(value) = params.temperature {
            let value = wishes.clamp("temperature", value, 0.0, 2.0, "Gemini");
            config.insert("temperature".to_owned(), json!(value));
        }
        if let Some(value) = params.top_p {
            config.insert("topP".to_owned(), json!(value));
        }
        if let Some(value) = params.top_k {
            config.insert("topK".to_owned(), json!(value));
        }
    } else {
        let why = said!(
            "{name} ignores sampling parameters",
            "{name} 모델은 표집 설정을 무시합니다"
        );
        wishes.leave("temperature", params.temperature.as_ref(), &why);
        wishes.leave("top_p", params.top_p.as_ref(), &why);
        wishes.leave("top_k", params.top_k.as_ref(), &why);
    }
    match params.seed {
        Some(seed) if seed > MOST_SEED => {
            wishes.say(
                "seed",
                said!(
                    "Gemini takes seeds up to {MOST_SEED}",
                    "Gemini는 {MOST_SEED}까지의 시드를 받습니다"
                ),
            );
        }
        Some(seed) => {
            config.insert("seed".to_owned(), json!(seed));
        }
        None => {}
    }
    if let Some(cap) = params.max_output_tokens {
        config.insert("maxOutputTokens".to_owned(), json!(cap));
    }
    if let Some(stop) = params.stop.as_deref().filter(|stop| !stop.is_empty()) {
        if stop.len() > MOST_STOPS {
            wishes.say(
                "stop",
                said!(
                    "Gemini takes {MOST_STOPS} stop texts; the first {MOST_STOPS} are sent",
                    "Gemini는 중지 글을 {MOST_STOPS}개까지 받습니다. 앞의 {MOST_STOPS}개를 보냅니다"
                ),
            );
        }
        let stop = &stop[..stop.len().min(MOST_STOPS)];
        config.insert("stopSequences".to_owned(), json!(stop));
    }
    if let Some(schema) = &params.json_schema {
        config.insert("responseMimeType".to_owned(), json!("application/json"));
        config.insert("responseJsonSchema".to_owned(), schema.clone());
    }
    if let Some(count) = params.logprobs {
        config.insert("responseLogprobs".to_owned(), json!(true));
        if count > 0 {
            config.insert("logprobs".to_owned(), json!(count));
        }
    }
    if let Some(thinking) = thinking(name, params, &mut wishes) {
        config.insert("thinkingConfig".to_owned(), thinking);
    }
    (config, wishes.into_vec())
}

fn thinking(name: &str, params: &Params, wishes: &mut Wishes) -> Option<Value> {
    match models::of(name).thinking {
        Thinking::Never => {
            let why = said!("{name} does not think", "{name} 모델은 생각하지 않습니다");
            let asked = params.reasoning_effort.filter(|effort| *effort != Effort::None);
            wishes.leave("reasoning_effort", asked.as_ref(), &why);
            let asked = params.reasoning_budget.filter(|budget| *budget > 0);
            wishes.leave("reasoning_budget", asked.as_ref(), &why);
            None
        }
        Thinking::Budget { least, most, off } => {
            let budget = match (params.reasoning_effort, params.reasoning_budget) {
                (Some(Effort::None), Some(budget)) if budget > 0 => {
                    wishes.say(
                        "reasoning_budget",
                        said!("effort `none` switches thinking off", "`none` 단계는 생각을 끕니다"),
                    );
                    0
                }
                (Some(Effort::None), _) => 0,
                (Some(_), given) => {
                    wishes.say(
                        "reasoning_effort",
                        said!(
                            "{name} takes no effort level; set `reasoning_budget`",
                            "{name} 모델은 생각 단계를 받지 않습니다. `reasoning_budget`을 쓰세요"
                        ),
                    );
                    given?
                }
                (None, given) => given?,
            };
            if budget == 0 && off {
                return Some(json!({"thinkingBudget": 0}));
            }
            let field = if params.reasoning_effort == Some(Effort::None) {
                "reasoning_effort"
            } else {
                "reasoning_budget"
            };
            let fitted = budget.clamp(least, most);
            if budget == 0 {
                wishes.say(
                    field,
                    said!(
                        "{name} cannot switch thinking off; a budget of {fitted} is sent",
                        "{name} 모델은 생각을 끌 수 없습니다. 보내는 예산은 {fitted}입니다"
                    ),
                );
            } else if fitted != budget {
                wishes.say(
                    field,
                    said!(
                        "{name} takes {least} to {most}; {fitted} is sent",
                        "{name} 모델은 {least}부터 {most}까지 받습니다. 보내는 값은 {fitted}입니다"
                    ),
                );
            }
            Some(json!({"thinkingBudget": fitted}))
        }
        Thinking::Level(levels) => {
            wishes.leave(
                "reasoning_budget",
                params.reasoning_budget.as_ref(),
                said!(
                    "{name} takes no budget for thinking; set `reasoning_effort`",
                    "{name} 모델은 생각 예산을 받지 않습니다. `reasoning_effort`를 쓰세요"
                ),
            );
            let level = wishes.level(params.reasoning_effort?, levels, name)?;
            Some(json!({"thinkingLevel": level.word().to_ascii_uppercase()}))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ProviderName;
    use crate::provider::testing::{call, target};

    fn config(model: &str, params: Params) -> Value {
        write(&call(params), &target(ProviderName::Gemini, model)).body["generationConfig"].clone()
    }

    fn told(model: &str, params: &Params) -> Vec<&'static str> {
        wishes(&target(ProviderName::Gemini, model), params)
            .iter()
            .map(|wish| wish.field)
            .collect()
    }

    #[test]
    fn googles_own_addresses_are_passed_on() {
        for own in [
            "https://www.youtube.com/watch?v=9hE5-98ZeCg",
            "https://youtu.be/9hE5-98ZeCg?t=3",
            "https://generativelanguage.googleapis.com/v1beta/files/abc-123",
            "gs://bucket/film.mp4",
        ] {
            assert!(is_googles_own(own), "{own}");
        }
        for other in [
            "https://example.com/youtube.com/a.png",
            "https://youtube.com.example.com/watch",
            "file:images/a.png",
            "a.png",
        ] {
            assert!(!is_googles_own(other), "{other}");
        }
    }

    #[test]
    fn a_whole_request_with_tools_from_extra() {
        let asked = Call {
            system: Some("짧게.".to_owned()),
            messages: vec![
                Message::text(Role::User, "하나"),
                Message::text(Role::Assistant, "둘"),
                Message {
                    role: Role::User,
                    parts: vec![
                        Part::Image(Image {
                            name: "v".to_owned(),
                            source: ImageSource::Url("https://youtu.be/x".to_owned()),
                        }),
                        Part::Text("셋".to_owned()),
                    ],
                },
            ],
            params: Params {
                logprobs: Some(3),
                json_schema: Some(json!({"type": "object"})),
                ..Params::default()
            },
        };
        let mut target = target(ProviderName::Gemini, "gemini-3.8-flash");
        target.extra.insert("tools".to_owned(), json!([{"googleSearch": {}}]));
        target.extra.insert(
            "generationConfig".to_owned(),
            json!({"thinkingConfig": {"includeThoughts": true}}),
        );
        let request = write(&asked, &target);
        assert_eq!(
            request.url,
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:generateContent"
        );
        assert_eq!(request.auth, Auth::Header(AuthHeader::XGoogApiKey));
        assert_eq!(
            request.body,
            json!({
                "systemInstruction": {"parts": [{"text": "짧게."}]},
                "contents": [
                    {"role": "user", "parts": [{"text": "하나"}]},
                    {"role": "model", "parts": [{"text": "둘"}]},
                    {"role": "user", "parts": [
                        {"fileData": {"fileUri": "https://youtu.be/x"}}, {"text": "셋"}
                    ]},
                ],
                "generationConfig": {
                    "responseMimeType": "application/json",
                    "responseJsonSchema": {"type": "object"},
                    "responseLogprobs": true,
                    "logprobs": 3,
                    "thinkingConfig": {"includeThoughts": true},
                },
                "tools": [{"googleSearch": {}}],
            })
        );
    }

    #[test]
    fn addresses_with_and_without_a_version() {
        let mut target = target(ProviderName::Gemini, "gemini-4-argon");
        target.stream = true;
        for (address, model, url) in [
            ("http://h", "m", "http://h/v1beta/models/m"),
            ("http://h/v1beta/", "m", "http://h/v1beta/models/m"),
            ("http://h/v1", "models/m", "http://h/v1/models/m"),
            ("http://h", "tunedModels/한", "http://h/v1beta/tunedModels/%ED%95%9C"),
            (
                "https://h/v1/projects/p/locations/l/publishers/google",
                "m",
                "https://h/v1/projects/p/locations/l/publishers/google/models/m",
            ),
        ] {
            target.address = address.to_owned();
            target.model = model.to_owned();
            let request = write(&Call::ask("?"), &target);
            assert_eq!(request.url, format!("{url}:streamGenerateContent?alt=sse"));
            assert_eq!(request.auth == Auth::Bearer, address.contains("projects"));
        }
    }

    #[test]
    fn thinking_is_a_budget_or_a_level() {
        let effort = |effort| Params {
            reasoning_effort: Some(effort),
            ..Params::default()
        };
        let budget = |budget| Params {
            reasoning_budget: Some(budget),
            ..Params::default()
        };
        let thinking = |model: &str, params: Params| config(model, params)["thinkingConfig"].clone();
        for (model, params, sent, wishes) in [
            (
                "gemini-2.5-flash",
                effort(Effort::None),
                json!({"thinkingBudget": 0}),
                0,
            ),
            (
                "gemini-2.5-pro",
                effort(Effort::None),
                json!({"thinkingBudget": 128}),
                1,
            ),
            ("gemini-2.5-pro", budget(90_000), json!({"thinkingBudget": 32_768}), 1),
            ("gemini-2.5-flash-lite", budget(5), json!({"thinkingBudget": 512}), 1),
            ("gemini-2.5-flash", effort(Effort::High), Value::Null, 1),
            (
                "gemini-3.8-flash",
                effort(Effort::Minimal),
                json!({"thinkingLevel": "MINIMAL"}),
                0,
            ),
            (
                "gemini-3.1-pro-preview",
                effort(Effort::Minimal),
                json!({"thinkingLevel": "LOW"}),
                1,
            ),
            (
                "gemini-3.8-flash",
                effort(Effort::None),
                json!({"thinkingLevel": "MINIMAL"}),
                1,
            ),
            ("gemini-3.8-flash", budget(100), Value::Null, 1),
            (
                "gemini-4-argon",
                effort(Effort::Xhigh),
                json!({"thinkingLevel": "HIGH"}),
                1,
            ),
            (
                "gemini-4-neon",
                effort(Effort::Xhigh),
                json!({"thinkingLevel": "XHIGH"}),
                0,
            ),
            ("gemini-2.0-flash", effort(Effort::Low), Value::Null, 1),
            ("gemini-2.0-flash", effort(Effort::None), Value::Null, 0),
        ] {
            assert_eq!(told(model, &params).len(), wishes, "{model} {params:?}");
            assert_eq!(thinking(model, params), sent, "{model}");
        }
    }

    #[test]
    fn gemini_4_ignores_sampling_and_says_so() {
        let params = Params {
            temperature: Some(0.0),
            top_k: Some(1),
            seed: Some(1 << 40),
            stop: Some(vec!["x".to_owned(); 7]),
            ..Params::default()
        };
        assert_eq!(
            told("gemini-4-argon", &params),
            ["temperature", "top_k", "seed", "stop"]
        );
        let sent = config("gemini-4-argon", params.clone());
        assert_eq!(sent, json!({"stopSequences": ["x", "x", "x", "x", "x"]}));
        assert_eq!(config("gemini-3.8-flash", params)["temperature"], 0.0);
    }
}
