//! What services answer besides questions: lists of models, signs of life, and unknown paths.

use serde_json::{Value, json};

use super::Options;
use crate::domain::ProviderName;
use crate::provider;

/// Listed when neither the options nor the recordings name a model; any name is answered all the same.
const ANY_MODEL: &str = "simulated";

/// The answer to a GET, or none for a path that is not served. `anthropic` tells that the request carries that
/// vendor's version header, whose list of models stands at the same path as OpenAI's.
pub(super) fn get(path: &str, anthropic: bool, options: &Options) -> Option<Value> {
    let path = path.split('?').next().unwrap_or_default();
    let path = path.strip_suffix('/').unwrap_or(path);
    Some(match path {
        "" => json!({
            "name": "narani simulate",
            "simulated": true,
            "paths": paths(),
        }),
        "/health" => json!({"status": "ok"}),
        "/v1/models" if anthropic => list(
            options,
            "data",
            |model| json!({"type": "model", "id": model, "display_name": model, "created_at": "2026-11-23T00:00:00Z"}),
        ),
        "/v1/models" => {
            let mut models = list(
                options,
                "data",
                |model| json!({"id": model, "object": "model", "created": 0, "owned_by": "narani"}),
            );
            models["object"] = json!("list");
            models
        }
        "/v1beta/models" => list(options, "models", |model| {
            json!({
                "name": format!("models/{model}"),
                "displayName": model,
                "supportedGenerationMethods": ["generateContent", "streamGenerateContent"],
            })
        }),
        "/api/tags" => list(
            options,
            "models",
            |model| json!({"name": model, "model": model, "size": 0, "details": {"format": "gguf"}}),
        ),
        "/api/version" => json!({"version": "0.0.0-simulated"}),
        _ => return None,
    })
}

fn list(options: &Options, field: &str, entry: impl Fn(&str) -> Value) -> Value {
    let recorded = options.answers.iter().flat_map(super::Answers::models);
    let mut models: Vec<&str> = options.models.iter().map(String::as_str).chain(recorded).collect();
    models.dedup();
    if models.is_empty() {
        models.push(ANY_MODEL);
    }
    let entries: Vec<Value> = models.into_iter().map(entry).collect();
    json!({ field: entries })
}

/// The body for a path that no protocol knows.
pub(super) fn not_found(method: &str, path: &str) -> Value {
    json!({"error": {
        "message": format!("{method} {path} is not served by narani simulate"),
        "type": "not_found",
        "paths": paths(),
    }})
}

/// What exists, in words for people: the address to configure for each provider, and the lists.
fn paths() -> Value {
    let mut paths: Vec<String> = ProviderName::ALL
        .into_iter()
        .map(|name| {
            let about = provider::of(name).about();
            format!(
                "provider {}: address http://HOST:PORT{}",
                name.word(),
                about.simulated_suffix
            )
        })
        .collect();
    paths.extend(
        ["/v1/models", "/v1beta/models", "/api/tags", "/api/version", "/health"].map(|path| format!("GET {path}")),
    );
    json!(paths)
}
