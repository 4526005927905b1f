//! Identity of a call for reusing its answer.

use serde_json::Value;

use crate::domain::WireRequest;

/// The key under which the answer to a request may be reused.
///
/// Holds everything that shapes the answer: address, body, adapter version, trial. Holds no key, time-out, width or
/// retry setting, so that changing those loses nothing. Objects are hashed with sorted keys: how a configuration file
/// orders its `extra` makes no other question.
#[must_use]
pub fn key(request: &WireRequest, adapter_version: u32, trial: u32) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    hash.update(b"narani/reuse/1");
    hash.update(&adapter_version.to_le_bytes());
    hash.update(&trial.to_le_bytes());
    text(&mut hash, &request.url);
    for (name, value) in &request.headers {
        text(&mut hash, name);
        text(&mut hash, value);
    }
    value(&mut hash, &request.body);
    *hash.finalize().as_bytes()
}

fn text(hash: &mut blake3::Hasher, text: &str) {
    hash.update(&(text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

fn value(hash: &mut blake3::Hasher, json: &Value) {
    match json {
        Value::Null => {
            hash.update(b"z");
        }
        Value::Bool(b) => {
            hash.update(if *b { b"t" } else { b"f" });
        }
        Value::Number(n) => {
            hash.update(b"n");
            text(hash, &n.to_string());
        }
        Value::String(s) => {
            hash.update(b"s");
            text(hash, s);
        }
        Value::Array(items) => {
            hash.update(b"a");
            hash.update(&(items.len() as u64).to_le_bytes());
            for item in items {
                value(hash, item);
            }
        }
        Value::Object(fields) => {
            hash.update(b"o");
            hash.update(&(fields.len() as u64).to_le_bytes());
            let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            for (name, field) in sorted {
                text(hash, name);
                value(hash, field);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Auth;

    fn request(body: Value) -> WireRequest {
        WireRequest {
            url: "http://a/v1/chat".to_owned(),
            headers: Vec::new(),
            auth: Auth::Bearer,
            body,
            stream: true,
        }
    }

    #[test]
    fn order_of_keys_makes_no_other_question() {
        let a = request(json!({"model": "m", "x": {"b": 1, "a": 2}}));
        let b = request(json!({"x": {"a": 2, "b": 1}, "model": "m"}));
        assert_eq!(key(&a, 1, 1), key(&b, 1, 1));
    }

    #[test]
    fn everything_that_shapes_the_answer_counts() {
        let base = request(json!({"model": "m", "stop": ["a", "b"]}));
        let keys = [
            key(&base, 1, 1),
            key(&base, 2, 1),
            key(&base, 1, 2),
            key(&request(json!({"model": "m", "stop": ["ab"]})), 1, 1),
            key(&request(json!({"model": "m", "stop": ["a", "b"], "x": null})), 1, 1),
            key(
                &WireRequest {
                    url: "http://b/v1/chat".to_owned(),
                    ..base.clone()
                },
                1,
                1,
            ),
            key(
                &WireRequest {
                    headers: vec![("anthropic-beta".to_owned(), "x".to_owned())],
                    ..base.clone()
                },
                1,
                1,
            ),
        ];
        for (i, a) in keys.iter().enumerate() {
            assert!(keys[i + 1..].iter().all(|b| a != b), "{i}");
        }
    }
}
