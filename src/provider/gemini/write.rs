//! Calls as `generateContent` requests.

use serde_json::{Map, Value, json};

use super::models::{self, Thinking};
use crate::domain::{
    Auth, Call, Effort, Image, ImageSource, Message, Params, Part, Role, Target, WireRequest,
    wire::AuthHeader,
};
use crate::provider::Wish;
use crate::provider::capability::Wishes;
use crate::provider::{path, shared};

/// Most stop texts the service takes.
const MOST_STOPS: usize = 5;

/// Largest seed: the field is a signed 32-bit number.
const MOST_SEED: u64 = i32::MAX as u64;

pub(super) fn write(call: &Call, target: &Target) -> WireRequest {
    let mut body = Map::new();
    if let Some(system) = call.system.as_deref().filter(|text| !text.is_empty()) {
        body.insert(
            "systemInstruction".to_owned(),
            json!({"parts": [{"text": system}]}),
        );
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
        let why = format!("{name} ignores sampling parameters");
        wishes.leave("temperature", params.temperature.as_ref(), &why);
        wishes.leave("top_p", params.top_p.as_ref(), &why);
        wishes.leave("top_k", params.top_k.as_ref(), &why);
    }
    match params.seed {
        Some(seed) if seed > MOST_SEED => {
            wishes.say("seed", format!("Gemini takes seeds up to {MOST_SEED}"));
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
                format!("Gemini takes {MOST_STOPS} stop texts; the first {MOST_STOPS} are sent"),
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
            let why = format!("{name} does not think");
            let asked = params
                .reasoning_effort
                .filter(|effort| *effort != Effort::None);
            wishes.leave("reasoning_effort", asked.as_ref(), &why);
            let asked = params.reasoning_budget.filter(|budget| *budget > 0);
            wishes.leave("reasoning_budget", asked.as_ref(), &why);
            None
        }
        Thinking::Budget { least, most, off } => {
            let budget = match (params.reasoning_effort, params.reasoning_budget) {
                (Some(Effort::None), Some(budget)) if budget > 0 => {
                    wishes.say("reasoning_budget", "effort `none` switches thinking off");
                    0
                }
                (Some(Effort::None), _) => 0,
                (Some(_), given) => {
                    wishes.say(
                        "reasoning_effort",
                        format!("{name} takes no effort level; set `reasoning_budget`"),
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
                    format!("{name} cannot switch thinking off; a budget of {fitted} is sent"),
                );
            } else if fitted != budget {
                wishes.say(
                    field,
                    format!("{name} takes {least} to {most}; {fitted} is sent"),
                );
            }
            Some(json!({"thinkingBudget": fitted}))
        }
        Thinking::Level(levels) => {
            wishes.leave(
                "reasoning_budget",
                params.reasoning_budget.as_ref(),
                format!("{name} takes no budget for thinking; set `reasoning_effort`"),
            );
            let level = wishes.level(params.reasoning_effort?, levels, name)?;
            Some(json!({"thinkingLevel": level.word().to_ascii_uppercase()}))
        }
    }
}
