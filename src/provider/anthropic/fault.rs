//! Errors of the Messages service, read and pretended.

use serde_json::{Value, json};

use super::limits;
use crate::domain::{Fault, FaultKind, Retry, Scope, WireHead};
use crate::provider::pretending::{header, whole};
use crate::provider::{Pretence, shared};

/// Error types with the status that belongs to each. Inside a stream the type stands alone, after a status
/// of 200, and is judged as if its status had come.
const TYPES: &[(&str, u16)] = &[
    ("invalid_request_error", 400),
    ("authentication_error", 401),
    ("billing_error", 402),
    ("permission_error", 403),
    ("not_found_error", 404),
    ("conflict_error", 409),
    ("request_too_large", 413),
    ("rate_limit_error", 429),
    ("api_error", 500),
    ("timeout_error", 504),
    ("overloaded_error", 529),
];

/// Words in messages of status 400 that tell of money rather than of the request.
const MONEY: &[&str] = &["credit balance", "usage limits", "spend limit", "spending limit"];

/// The fault of an error body, or of an error event in a stream.
pub(super) fn of(head: &WireHead, body: &Value) -> Fault {
    let error = body.get("error").unwrap_or(body);
    let error_type = error.get("type").and_then(Value::as_str);
    let message = shared::words_of(body);
    let status = if head.status >= 400 {
        head.status
    } else {
        TYPES
            .iter()
            .find(|(name, _)| Some(*name) == error_type)
            .map_or(500, |(_, status)| *status)
    };
    let mut fault = shared::judged(head, status, message);
    fault.error_type = error_type.map(str::to_owned);
    let lower = fault.message.to_lowercase();
    let spent = match status {
        400 => MONEY.iter().any(|words| lower.contains(words)),
        // The cap on a tier's monthly spend is told like a rate limit, but without a time to wait.
        429 => {
            head.status == 429
                && fault.retry_after.is_none()
                && shared::should_retry(head) != Some(true)
                && !limits::told(head)
        }
        _ => false,
    };
    if spent {
        fault.kind = FaultKind::Quota;
        fault.retry = Retry::Never;
        fault.scope = Scope::Target;
    }
    fault
}

/// The refusal of a request of wrong shape.
pub(super) fn refusal(message: impl Into<crate::domain::Said>) -> Fault {
    Fault {
        status: Some(400),
        error_type: Some("invalid_request_error".to_owned()),
        ..Fault::new(FaultKind::BadRequest, message)
    }
}

/// `fault` as the service would tell it.
pub(super) fn pretend(fault: &Fault) -> Pretence {
    let status = status(fault);
    let error_type = fault.error_type.as_deref().unwrap_or_else(|| {
        TYPES
            .iter()
            .find(|(_, own)| *own == status)
            .map_or("api_error", |(name, _)| *name)
    });
    let again = fault.retry == Retry::Again;
    let mut headers = vec![
        header("content-type", "application/json"),
        header("request-id", "req_simulated"),
    ];
    if fault.kind != FaultKind::Quota {
        headers.push(header("x-should-retry", if again { "true" } else { "false" }));
    }
    if let Some(wait) = fault.retry_after {
        headers.push(header("retry-after", shared::seconds_text(wait)));
    }
    let body = json!({
        "type": "error",
        "error": {"type": error_type, "message": fault.message},
        "request_id": "req_simulated",
    });
    whole(status, headers, &body)
}

fn status(fault: &Fault) -> u16 {
    let by_type = || {
        TYPES
            .iter()
            .find(|(name, _)| fault.error_type.as_deref() == Some(*name))
            .map(|(_, status)| *status)
    };
    fault
        .status
        .filter(|status| *status >= 400)
        .or_else(by_type)
        .unwrap_or(match (fault.kind, fault.scope) {
            (FaultKind::Timeout, _) => 504,
            (FaultKind::RateLimit, _) => 429,
            (FaultKind::Quota, _) => 402,
            (FaultKind::Auth, _) => 401,
            (FaultKind::BadRequest, Scope::Target) => 404,
            (FaultKind::BadRequest | FaultKind::ContentFilter, _) => 400,
            (FaultKind::Server, _) => 529,
            _ => 500,
        })
}
