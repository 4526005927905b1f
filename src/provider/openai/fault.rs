//! Error bodies of OpenAI and its look-alikes, read and written. Serves both OpenAI protocols.

use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::{Fault, FaultKind, Retry, Scope, WireHead};
use crate::provider::Pretence;
use crate::provider::shared::{body_fault, clip, go_duration, hinted, retry_headers, status_fault, text, text_at};

/// What an error body says, in whichever of its shapes.
#[derive(Debug, Default)]
struct Said {
    message: String,
    error_type: Option<String>,
    code: Option<String>,
    param: Option<String>,
    /// Types and codes of wrapped errors, for recognising only.
    inner: Vec<String>,
}

/// What an error means: kind, retry, scope.
type Meaning = (FaultKind, Retry, Scope);

const NO_MONEY: Meaning = (FaultKind::Quota, Retry::Never, Scope::Target);
const NO_RIGHT: Meaning = (FaultKind::Auth, Retry::Never, Scope::Target);
const NO_MODEL: Meaning = (FaultKind::BadRequest, Retry::Never, Scope::Target);
const REFUSED: Meaning = (FaultKind::BadRequest, Retry::Never, Scope::Call);
const FILTERED: Meaning = (FaultKind::ContentFilter, Retry::Never, Scope::Call);
const TOO_FAST: Meaning = (FaultKind::RateLimit, Retry::Again, Scope::Call);
const BROKEN: Meaning = (FaultKind::Server, Retry::Again, Scope::Call);

/// Words of `type` and `code` with a meaning of their own, whatever the status.
const WORDS: &[(&str, Meaning)] = &[
    ("insufficient_quota", NO_MONEY),
    ("credit_balance_exhausted", NO_MONEY),
    ("billing_hard_limit_reached", NO_MONEY),
    ("billing_not_active", NO_MONEY),
    ("invalid_api_key", NO_RIGHT),
    ("authentication_error", NO_RIGHT),
    ("permission_error", NO_RIGHT),
    ("account_deactivated", NO_RIGHT),
    ("model_not_found", NO_MODEL),
    ("DeploymentNotFound", NO_MODEL),
    ("content_filter", FILTERED),
    ("content_policy_violation", FILTERED),
    ("ResponsibleAIPolicyViolation", FILTERED),
    ("invalid_prompt", FILTERED),
    ("bio_policy", FILTERED),
    ("context_length_exceeded", REFUSED),
    ("exceed_context_size_error", REFUSED),
    ("rate_limit_exceeded", TOO_FAST),
    ("rate_limit_error", TOO_FAST),
    ("slow_down", TOO_FAST),
    ("server_is_overloaded", BROKEN),
    ("overloaded_error", BROKEN),
    ("unavailable_error", BROKEN),
    ("service_unavailable_error", BROKEN),
    // CLOVA Studio: policy block, then models that are not there.
    ("40005", FILTERED),
    ("40080", NO_MODEL),
    ("40082", NO_MODEL),
    ("40084", NO_MODEL),
];

/// Weaker words, heeded only where there is no status to go by.
const WEAK_WORDS: &[(&str, Meaning)] = &[
    ("invalid_request_error", REFUSED),
    ("not_found_error", NO_MODEL),
    ("server_error", BROKEN),
    ("api_error", BROKEN),
];

/// Phrases of messages, in lower case, where type and code say nothing or the wrong thing.
const PHRASES: &[(&str, Meaning)] = &[
    // xAI answers a wrong key with 400.
    ("incorrect api key", NO_RIGHT),
    ("api key not valid", NO_RIGHT),
    ("model not exist", NO_MODEL),
    // A single request above the minute's limit: 429, but no wait makes it smaller.
    ("request too large", REFUSED),
    // llama-server answers mistakes of the caller with 500.
    ("cannot use both", REFUSED),
    ("mmproj", REFUSED),
    ("--jinja", REFUSED),
    ("failed to download image", REFUSED),
    ("failed to load image", REFUSED),
    ("failed to parse grammar", REFUSED),
];

/// The fault in a body with an error status.
pub(crate) fn of_body(head: &WireHead, body: &Value) -> Fault {
    of_value(head, body).unwrap_or_else(|| body_fault(head, body.to_string().as_bytes()))
}

/// The fault that a JSON object tells, with any status; `None` when it tells none.
pub(crate) fn of_value(head: &WireHead, value: &Value) -> Option<Fault> {
    let said = said(value, head.status >= 400)?;
    let words = || [&said.code, &said.error_type].into_iter().flatten().chain(&said.inner);
    let lower = said.message.to_lowercase();
    let meaning = find(WORDS, |word| words().any(|said| said == word))
        .filter(|meaning| *meaning != TOO_FAST)
        .or_else(|| find(PHRASES, |phrase| lower.contains(phrase)))
        .or_else(|| find(WORDS, |word| words().any(|said| said == word)));
    let status = effective_status(head.status, &said);
    let mut fault = status_fault(&WireHead { status, ..head.clone() }, &said.message);
    let meaning = meaning.or_else(|| {
        (status < 400).then(|| find(WEAK_WORDS, |word| words().any(|said| said == word)).unwrap_or(BROKEN))
    });
    if let Some((kind, retry, scope)) = meaning {
        fault.kind = kind;
        fault.scope = scope;
        fault.retry = retry;
        fault = hinted(fault, head);
    }
    fault.status = Some(head.status);
    if matches!(fault.kind, FaultKind::RateLimit | FaultKind::Server) {
        fault.retry_after = fault.retry_after.or_else(|| wait_in(&lower));
    }
    fault.error_type = said.error_type;
    fault.code = said.code;
    fault.param = said.param;
    Some(fault)
}

fn find(table: &[(&str, Meaning)], hit: impl Fn(&str) -> bool) -> Option<Meaning> {
    table.iter().find(|(word, _)| hit(word)).map(|row| row.1)
}

/// Reads `{"error": {…}}`, `{"error": "…"}`, and, where the status already says that it is an error, the
/// shapes without that member: `{"message"}`, `{"detail"}`, `[{"error": …}]`.
fn said(value: &Value, surely: bool) -> Option<Said> {
    if let Value::Array(items) = value {
        return said(items.first()?, surely);
    }
    let object = value.as_object()?;
    match object.get("error") {
        Some(Value::String(message)) if !message.is_empty() => {
            return Some(Said {
                message: message.clone(),
                error_type: word(value, "type"),
                code: word(value, "code"),
                ..Said::default()
            });
        }
        Some(error @ Value::Object(members)) if !members.is_empty() => return Some(inside(error)),
        _ => {}
    }
    let flat = matches!(
        (text_at(value, "object").as_deref(), text_at(value, "type").as_deref()),
        (Some("error"), _) | (_, Some("error"))
    );
    if !surely && !flat {
        return None;
    }
    let mut said = inside(value);
    if said.error_type.as_deref() == Some("error") {
        said.error_type = None;
    }
    (!said.message.is_empty()).then_some(said)
}

/// The members of an error object.
fn inside(error: &Value) -> Said {
    let message = ["message", "msg", "detail"]
        .into_iter()
        .find_map(|key| match error.get(key)? {
            // Validation errors of Python servers: a list of places and messages.
            found @ (Value::Array(_) | Value::Object(_)) => {
                Some(text_at(found, "message").unwrap_or_else(|| found.to_string()))
            }
            found => text(found),
        })
        .unwrap_or_default();
    let mut inner: Vec<String> = ["innererror", "inner_error"]
        .iter()
        .filter_map(|key| text_at(error.get(key)?, "code"))
        .collect();
    // OpenRouter: the provider behind it and why its moderation said no.
    if let Some(metadata) = error.get("metadata") {
        if metadata.get("reasons").is_some_and(Value::is_array) {
            inner.push("content_filter".into());
        }
        if let (Some(raw), true) = (text_at(metadata, "raw"), message.starts_with("Provider returned")) {
            return Said {
                message: format!("{message}: {}", clip(&raw)),
                error_type: word(error, "type"),
                code: word(error, "code"),
                param: word(error, "param"),
                inner,
            };
        }
    }
    Said {
        message,
        error_type: word(error, "type"),
        code: word(error, "code"),
        param: word(error, "param"),
        inner,
    }
}

/// A member as text; an empty one says nothing.
fn word(error: &Value, key: &str) -> Option<String> {
    text_at(error, key).filter(|text| !text.is_empty())
}

/// The status to judge by: that of the response, or the one in `code` when the response said success.
/// CLOVA's codes have five digits of which the first three are the status.
fn effective_status(status: u16, said: &Said) -> u16 {
    if status >= 400 {
        return status;
    }
    said.code
        .as_deref()
        .filter(|code| matches!(code.len(), 3 | 5))
        .and_then(|code| code.get(..3)?.parse().ok())
        .filter(|code| (400..600).contains(code))
        .unwrap_or(status)
}

/// The words before a wait that a message names in prose: OpenAI's and Groq's, Azure's, Google's.
const WAIT_WORDS: [&str; 3] = ["try again in ", "retry after ", "retry in "];

/// The wait that a message names in prose: `please try again in 1.2s`. `lower` is in lower case.
fn wait_in(lower: &str) -> Option<Duration> {
    let rest = WAIT_WORDS.iter().find_map(|words| Some(lower.split_once(words)?.1))?;
    let word = rest.split_whitespace().next()?.trim_end_matches(['.', ',']);
    // `in 20 seconds` is a bare number here, which reads as seconds.
    go_duration(word).filter(|wait| !wait.is_zero())
}

/// Writes a fault as OpenAI would: status, retry hints, error body.
pub(crate) fn pretend(fault: &Fault, headers: Vec<(String, String)>) -> Pretence {
    let (status, error_type, code) = match (fault.kind, fault.scope) {
        (FaultKind::Quota, _) => (429, "insufficient_quota", Some("insufficient_quota")),
        (FaultKind::RateLimit, _) => (429, "requests", Some("rate_limit_exceeded")),
        (FaultKind::Auth, _) => (401, "invalid_request_error", Some("invalid_api_key")),
        (FaultKind::ContentFilter, _) => (400, "invalid_request_error", Some("content_filter")),
        (FaultKind::Timeout, _) => (408, "server_error", None),
        (FaultKind::BadRequest, Scope::Target) => (404, "invalid_request_error", Some("model_not_found")),
        (FaultKind::BadRequest, Scope::Call) => (400, "invalid_request_error", None),
        _ => (500, "server_error", None),
    };
    // A status that was given stands, unless it would tell another story than the fault.
    let given = fault.status.filter(|given| {
        let story = status_fault(
            &WireHead {
                status: *given,
                ..WireHead::default()
            },
            "",
        );
        *given >= 400 && (story.kind, story.scope) == (fault.kind, fault.scope)
    });
    let body = json!({"error": {
        "message": fault.message,
        "type": fault.error_type.as_deref().unwrap_or(error_type),
        "param": fault.param,
        "code": fault.code.as_deref().or(code),
    }});
    let mut head = WireHead {
        status: given.unwrap_or(status),
        headers,
        received_us: 0,
    };
    head.headers
        .insert(0, ("content-type".into(), "application/json".into()));
    let usual = Fault::new(fault.kind, "").retry;
    if fault.retry != usual {
        let again = fault.retry == Retry::Again;
        head.headers.push(("x-should-retry".into(), again.to_string()));
    }
    head.headers.extend(retry_headers(fault.retry_after));
    Pretence {
        head,
        chunks: vec![body.to_string().into_bytes()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(status: u16) -> WireHead {
        WireHead {
            status,
            ..WireHead::default()
        }
    }

    fn read(status: u16, body: &str) -> Fault {
        of_body(&head(status), &serde_json::from_str(body).expect("JSON"))
    }

    fn meaning(fault: &Fault) -> Meaning {
        (fault.kind, fault.retry, fault.scope)
    }

    #[test]
    fn every_shape_gives_its_message() {
        for (status, body, message) in [
            (401, r#"{"error":"Unauthorized"}"#, "Unauthorized"),
            (
                404,
                r#"{"object":"error","message":"no such model","type":"NotFoundError","code":404}"#,
                "no such model",
            ),
            (
                422,
                r#"{"detail":[{"loc":["body"],"msg":"bad"}]}"#,
                r#"[{"loc":["body"],"msg":"bad"}]"#,
            ),
            (404, r#"{"detail":"Not Found"}"#, "Not Found"),
            (401, r#"{"message":"No key","request_id":"x"}"#, "No key"),
            (
                400,
                r#"{"code":"bad","error":"Incorrect API key provided: ab***"}"#,
                "Incorrect API key provided: ab***",
            ),
            (500, r#"[{"error":{"message":"inner"}}]"#, "inner"),
            (
                502,
                r#"{"error":{"message":"Provider returned error","code":502,"metadata":{"raw":"boom"}}}"#,
                "Provider returned error: boom",
            ),
        ] {
            assert_eq!(read(status, body).message, message, "{body}");
        }
    }

    #[test]
    fn words_win_over_statuses() {
        for (status, body, expected) in [
            (
                429,
                r#"{"error":{"message":"x","type":"insufficient_quota","code":"insufficient_quota"}}"#,
                NO_MONEY,
            ),
            (
                429,
                r#"{"error":{"message":"x","type":"billing","code":"credit_balance_exhausted"}}"#,
                NO_MONEY,
            ),
            (
                429,
                r#"{"error":{"message":"x","type":"tokens","code":"rate_limit_exceeded"}}"#,
                TOO_FAST,
            ),
            (
                429,
                r#"{"error":{"message":"Request too large for gpt-4o on tokens per min","type":"tokens","code":"rate_limit_exceeded"}}"#,
                REFUSED,
            ),
            (400, r#"{"code":"x","error":"Incorrect API key provided"}"#, NO_RIGHT),
            (400, r#"{"error":{"message":"x","code":"model_not_found"}}"#, NO_MODEL),
            (
                400,
                r#"{"error":{"message":"Model Not Exist","type":"invalid_request_error"}}"#,
                NO_MODEL,
            ),
            (
                400,
                r#"{"error":{"message":"filtered","code":null,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
                FILTERED,
            ),
            (
                403,
                r#"{"error":{"message":"flagged","code":403,"metadata":{"reasons":["violence"]}}}"#,
                FILTERED,
            ),
            (
                403,
                r#"{"error":{"message":"country","code":"unsupported_country_region_territory"}}"#,
                NO_RIGHT,
            ),
            (
                500,
                r#"{"error":{"code":500,"message":"image input is not supported - hint: provide the mmproj","type":"server_error"}}"#,
                REFUSED,
            ),
            (
                503,
                r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
                BROKEN,
            ),
            (200, r#"{"error":{"message":"x","code":429}}"#, TOO_FAST),
            (200, r#"{"error":{"message":"x","code":"40100"}}"#, NO_RIGHT),
            (200, r#"{"error":{"message":"x","type":"server_error"}}"#, BROKEN),
            (
                200,
                r#"{"error":{"message":"x","type":"invalid_request_error"}}"#,
                REFUSED,
            ),
            (200, r#"{"error":{"message":"x"}}"#, BROKEN),
            (413, r#"{"error":{"message":"too big"}}"#, REFUSED),
        ] {
            assert_eq!(meaning(&read(status, body)), expected, "{body}");
        }
    }

    #[test]
    fn waits_in_prose_are_the_last_resort() {
        let body = r#"{"error":{"message":"Rate limit reached. Please try again in 1.2s. Visit …","code":"rate_limit_exceeded"}}"#;
        assert_eq!(read(429, body).retry_after, Some(Duration::from_millis(1200)));
        let mut told = head(429);
        told.headers.push(("retry-after".into(), "7".into()));
        assert_eq!(
            of_body(&told, &serde_json::from_str(body).expect("JSON")).retry_after,
            Some(Duration::from_secs(7))
        );
        let minutes = r#"{"error":{"message":"try again in 6m0s."}}"#;
        assert_eq!(read(429, minutes).retry_after, Some(Duration::from_mins(6)));
    }

    #[test]
    fn success_without_error_is_no_fault() {
        for body in [r#"{"error":null,"choices":[]}"#, r#"{"error":{},"message":"hi"}"#, "3"] {
            let value: Value = serde_json::from_str(body).expect("JSON");
            assert!(of_value(&head(200), &value).is_none(), "{body}");
        }
    }

    #[test]
    fn pretended_faults_read_back() {
        for kind in [
            FaultKind::Timeout,
            FaultKind::RateLimit,
            FaultKind::Quota,
            FaultKind::Auth,
            FaultKind::ContentFilter,
            FaultKind::BadRequest,
            FaultKind::Server,
        ] {
            for retry in [Retry::Again, Retry::Never] {
                let mut fault = Fault::new(kind, "안 됩니다");
                if !matches!(kind, FaultKind::Auth | FaultKind::Quota) {
                    fault.retry = retry;
                }
                fault.retry_after = Some(Duration::from_millis(1234));
                let pretence = pretend(&fault, Vec::new());
                let body = serde_json::from_slice(&pretence.chunks.concat()).expect("JSON");
                let back = of_body(&pretence.head, &body);
                assert_eq!(meaning(&back), meaning(&fault), "{kind:?}");
                assert_eq!(back.retry_after, fault.retry_after);
                assert_eq!(back.message, fault.message);
            }
        }
    }
}
