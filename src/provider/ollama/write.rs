//! Calls as `/api/chat` requests.

use serde_json::{Map, Value, json};

use super::models::{self, LEVELS, Thinking};
use crate::domain::{Auth, Call, Effort, Image, ImageSource, Message, Params, Part, Role, Target, WireRequest};
use crate::provider::Wish;
use crate::provider::capability::Wishes;
use crate::provider::shared;
use crate::said;

/// Port of a server that is named without one.
const DEFAULT_PORT: u16 = 11434;

/// Most alternatives of a token.
const MOST_LOGPROBS: u8 = 20;

pub(super) fn write(call: &Call, target: &Target) -> WireRequest {
    let mut body = Map::new();
    body.insert("model".to_owned(), json!(target.model));
    let mut messages = Vec::with_capacity(call.messages.len() + 1);
    if let Some(system) = call.system.as_deref().filter(|text| !text.is_empty()) {
        messages.push(json!({"role": "system", "content": system}));
    }
    messages.extend(call.messages.iter().map(message));
    body.insert("messages".to_owned(), Value::Array(messages));
    // Streaming is the server's default: it must be told either way.
    body.insert("stream".to_owned(), json!(target.stream));
    // Without these the server drops old turns of a long question, or slides the window while answering,
    // and says nothing; an error is fairer in a comparison.
    body.insert("truncate".to_owned(), json!(false));
    body.insert("shift".to_owned(), json!(false));
    body.extend(settle(&target.model, &call.params).0);
    let mut body = Value::Object(body);
    shared::merge(&mut body, &target.extra);
    WireRequest {
        url: format!("{}/api/chat", base(&target.address)),
        headers: Vec::new(),
        auth: Auth::Bearer,
        stream: body.get("stream").and_then(Value::as_bool) == Some(true),
        body,
    }
}

/// What [`write`] leaves out or changes.
pub(super) fn wishes(target: &Target, params: &Params) -> Vec<Wish> {
    settle(&target.model, params).1
}

/// The address as Ollama's own client reads `OLLAMA_HOST`: without a scheme it is plain HTTP on port 11434,
/// and the address of all interfaces means this machine.
fn base(address: &str) -> String {
    let address = address.trim().trim_end_matches('/');
    let address = address.strip_suffix("/api").unwrap_or(address);
    let (scheme, rest, default_port) = match address.split_once("://") {
        Some((scheme, rest)) => (scheme, rest, None),
        None => ("http", address, Some(DEFAULT_PORT)),
    };
    let (authority, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, ""),
    };
    let (host, port) = split_port(authority);
    let host = match host {
        "" | "0.0.0.0" => "127.0.0.1",
        "[::]" => "[::1]",
        host => host,
    };
    match (port, default_port) {
        (Some(port), _) => format!("{scheme}://{host}:{port}{path}"),
        (None, Some(port)) => format!("{scheme}://{host}:{port}{path}"),
        (None, None) => format!("{scheme}://{host}{path}"),
    }
}

/// Host and port of `host`, `host:port`, `[v6]` or `[v6]:port`.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
        Some((host, "")) => (host, None),
        _ => (authority, None),
    }
}

fn message(message: &Message) -> Value {
    let role = match message.role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let images: Vec<&str> = message
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Image(Image { source, .. }) => Some(match source {
                // Addresses are fetched before; one that is left makes the server say what it misses.
                ImageSource::Url(url) => url.as_str(),
                ImageSource::Bytes { base64, .. } => base64.as_str(),
            }),
        })
        .collect();
    let mut written = json!({"role": role, "content": message.plain_text()});
    if !images.is_empty() {
        written["images"] = json!(images);
    }
    written
}

/// The parameters as fields of the body, and what could not be said.
fn settle(name: &str, params: &Params) -> (Map<String, Value>, Vec<Wish>) {
    let mut wishes = Wishes::default();
    let mut fields = Map::new();
    let mut options = Map::new();
    if let Some(value) = params.temperature {
        options.insert("temperature".to_owned(), json!(value));
    }
    if let Some(value) = params.top_p {
        options.insert("top_p".to_owned(), json!(value));
    }
    if let Some(value) = params.top_k {
        options.insert("top_k".to_owned(), json!(value));
    }
    match params.seed {
        Some(seed) if i64::try_from(seed).is_err() => {
            wishes.say(
                "seed",
                said!(
                    "Ollama takes seeds up to {}",
                    "Ollama는 {}까지의 시드를 받습니다",
                    i64::MAX
                ),
            );
        }
        Some(seed) => {
            options.insert("seed".to_owned(), json!(seed));
        }
        None => {}
    }
    if let Some(cap) = params.max_output_tokens {
        options.insert("num_predict".to_owned(), json!(cap));
    }
    if let Some(stop) = params.stop.as_ref().filter(|stop| !stop.is_empty()) {
        options.insert("stop".to_owned(), json!(stop));
    }
    if let Some(think) = think(name, params, &mut wishes) {
        fields.insert("think".to_owned(), think);
    }
    if let Some(schema) = &params.json_schema {
        fields.insert("format".to_owned(), schema.clone());
    }
    if !options.is_empty() {
        fields.insert("options".to_owned(), Value::Object(options));
    }
    if let Some(count) = params.logprobs {
        if count > MOST_LOGPROBS {
            wishes.say(
                "logprobs",
                said!(
                    "Ollama takes up to {MOST_LOGPROBS}; {MOST_LOGPROBS} is sent",
                    "Ollama는 {MOST_LOGPROBS}까지 받습니다. 보내는 값은 {MOST_LOGPROBS}입니다"
                ),
            );
        }
        fields.insert("logprobs".to_owned(), json!(true));
        fields.insert("top_logprobs".to_owned(), json!(count.min(MOST_LOGPROBS)));
    }
    (fields, wishes.into_vec())
}

/// The field `think`; nothing leaves the model's own way.
fn think(name: &str, params: &Params, wishes: &mut Wishes) -> Option<Value> {
    let off = params.reasoning_budget == Some(0);
    if !off {
        wishes.leave(
            "reasoning_budget",
            params.reasoning_budget.as_ref(),
            said!(
                "Ollama takes no budget for thinking; set `reasoning_effort`",
                "Ollama는 생각 예산을 받지 않습니다. `reasoning_effort`를 쓰세요"
            ),
        );
    }
    let effort = if off {
        if params.reasoning_effort.is_some_and(|effort| effort != Effort::None) {
            wishes.say(
                "reasoning_effort",
                said!("a budget of 0 switches thinking off", "예산 0은 생각을 끕니다"),
            );
        }
        Effort::None
    } else {
        params.reasoning_effort?
    };
    match models::thinking(name) {
        Thinking::Never => {
            if effort != Effort::None {
                wishes.say(
                    "reasoning_effort",
                    said!("{name} does not think", "{name} 모델은 생각하지 않습니다"),
                );
            }
            None
        }
        Thinking::Any if effort == Effort::None => Some(json!(false)),
        Thinking::Levels if effort == Effort::None => {
            let field = if off { "reasoning_budget" } else { "reasoning_effort" };
            wishes.say(
                field,
                said!(
                    "{name} cannot switch thinking off; `low` is sent",
                    "{name} 모델은 생각을 끌 수 없어 `low`로 보냅니다"
                ),
            );
            Some(json!("low"))
        }
        Thinking::Any | Thinking::Levels => {
            let level = wishes.level(effort, LEVELS, name)?;
            Some(json!(level.word()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ProviderName;
    use crate::provider::testing::{call, target};

    #[test]
    fn addresses_are_read_as_ollama_reads_its_variable() {
        for (given, base_address) in [
            ("http://localhost:11434", "http://localhost:11434"),
            ("http://localhost:11434/api/", "http://localhost:11434"),
            ("localhost", "http://localhost:11434"),
            ("192.168.0.7:8080", "http://192.168.0.7:8080"),
            ("0.0.0.0", "http://127.0.0.1:11434"),
            (":1234", "http://127.0.0.1:1234"),
            ("http://0.0.0.0:11434", "http://127.0.0.1:11434"),
            ("[::1]", "http://[::1]:11434"),
            ("[::]:9", "http://[::1]:9"),
            ("https://ollama.com", "https://ollama.com"),
            ("https://host/ollama", "https://host/ollama"),
            ("host/ollama", "http://host:11434/ollama"),
        ] {
            assert_eq!(base(given), base_address, "{given}");
        }
    }

    #[test]
    fn a_whole_request() {
        let asked = Call {
            system: Some("짧게.".to_owned()),
            messages: vec![Message {
                role: Role::User,
                parts: vec![
                    Part::Text("이것은?".to_owned()),
                    Part::Image(Image {
                        name: "a.png".to_owned(),
                        source: ImageSource::Bytes {
                            media_type: "image/png".to_owned(),
                            base64: "aGk=".to_owned(),
                        },
                    }),
                ],
            }],
            params: Params {
                temperature: Some(0.0),
                max_output_tokens: Some(9),
                stop: Some(vec!["끝".to_owned()]),
                logprobs: Some(2),
                json_schema: Some(json!({"type": "object"})),
                ..Params::default()
            },
        };
        let mut target = target(ProviderName::Ollama, "llava");
        target.extra.insert("options".to_owned(), json!({"num_ctx": 8192}));
        let request = write(&asked, &target);
        assert_eq!(request.url, "http://localhost:11434/api/chat");
        assert_eq!(
            request.body,
            json!({
                "model": "llava",
                "messages": [
                    {"role": "system", "content": "짧게."},
                    {"role": "user", "content": "이것은?", "images": ["aGk="]},
                ],
                "stream": false,
                "truncate": false,
                "shift": false,
                "format": {"type": "object"},
                "options": {"temperature": 0.0, "num_predict": 9, "stop": ["끝"], "num_ctx": 8192},
                "logprobs": true,
                "top_logprobs": 2,
            })
        );
    }

    #[test]
    fn thinking_is_a_word_or_off() {
        let think = |model: &str, effort| {
            let params = Params {
                reasoning_effort: Some(effort),
                ..Params::default()
            };
            let target = target(ProviderName::Ollama, model);
            let wishes = wishes(&target, &params).len();
            let mut body = write(&call(params), &target).body;
            (body["think"].take(), wishes)
        };
        assert_eq!(think("qwen3:4b", Effort::None), (json!(false), 0));
        assert_eq!(think("qwen3:4b", Effort::High), (json!("high"), 0));
        assert_eq!(think("qwen3:4b", Effort::Xhigh), (json!("high"), 1));
        assert_eq!(think("gpt-oss:20b", Effort::None), (json!("low"), 1));
        assert_eq!(think("llama3.2:1b", Effort::None), (Value::Null, 0));
        assert_eq!(think("llama3.2:1b", Effort::High), (Value::Null, 1));
    }
}
