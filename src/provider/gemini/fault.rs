//! Errors of Google's services, read and pretended. They tell the wait and the quota in the body, never in
//! headers, and a wrong key is status 400.

use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::{Fault, FaultKind, Retry, Scope, WireHead};
use crate::provider::pretending::{header, whole};
use crate::provider::{Pretence, shared};

/// Names of `google.rpc.Code` with the HTTP status that belongs to each.
const CODES: &[(&str, u16)] = &[
    ("INVALID_ARGUMENT", 400),
    ("FAILED_PRECONDITION", 400),
    ("UNAUTHENTICATED", 401),
    ("PERMISSION_DENIED", 403),
    ("NOT_FOUND", 404),
    ("RESOURCE_EXHAUSTED", 429),
    ("INTERNAL", 500),
    ("UNAVAILABLE", 503),
    ("DEADLINE_EXCEEDED", 504),
];

const TYPE_PREFIX: &str = "type.googleapis.com/google.rpc.";

/// The fault of an error body, or of an error object inside a stream.
pub(super) fn of(head: &WireHead, body: &Value) -> Fault {
    let error = body.get("error").unwrap_or(body);
    let name = error.get("status").and_then(Value::as_str);
    let message = shared::words_of(body);
    let told = shared::count_at(error, "code").and_then(|code| u16::try_from(code).ok());
    let by_name = || {
        CODES
            .iter()
            .find(|(own, _)| Some(*own) == name)
            .map(|(_, status)| *status)
    };
    let status = if head.status >= 400 {
        head.status
    } else {
        told.filter(|code| (400..600).contains(code))
            .or_else(by_name)
            .unwrap_or(500)
    };
    let mut fault = shared::judged(head, status, &message);
    fault.error_type = name.map(str::to_owned);
    let reason = detail(error, "ErrorInfo").and_then(|info| info.get("reason"));
    fault.code = reason.and_then(Value::as_str).map(str::to_owned);
    let violation =
        detail(error, "BadRequest").and_then(|bad| bad.get("fieldViolations")?.get(0)?.get("field")?.as_str());
    fault.param = violation.map(str::to_owned);
    if let Some(wait) = wait(error, &fault.message) {
        fault.retry_after = Some(wait);
    }
    if fault.code.as_deref() == Some("API_KEY_INVALID") || fault.message.contains("API key not valid") {
        judge(&mut fault, FaultKind::Auth);
    } else if name == Some("FAILED_PRECONDITION") && status == 400 {
        // The region or the plan is not served: every other call would hear the same.
        fault.scope = Scope::Target;
    } else if status == 429 && is_used_up(error, &fault.message) {
        judge(&mut fault, FaultKind::Quota);
    }
    fault
}

fn judge(fault: &mut Fault, kind: FaultKind) {
    fault.kind = kind;
    fault.retry = Retry::Never;
    fault.scope = Scope::Target;
}

fn detail<'a>(error: &'a Value, kind: &str) -> Option<&'a Value> {
    error.get("details")?.as_array()?.iter().find(|detail| {
        detail
            .get("@type")
            .and_then(Value::as_str)
            .is_some_and(|name| name.strip_prefix(TYPE_PREFIX) == Some(kind))
    })
}

/// How long to wait: `RetryInfo`, else the words of the message.
fn wait(error: &Value, message: &str) -> Option<Duration> {
    let delay = detail(error, "RetryInfo").and_then(|info| info.get("retryDelay")?.as_str());
    delay.and_then(duration).or_else(|| {
        let (_, rest) = message.split_once("retry in ")?;
        let end = rest.find('s')?;
        duration(&rest[..=end])
    })
}

/// A duration as protobuf writes it: seconds with a fraction of up to nine digits, then `s`.
fn duration(text: &str) -> Option<Duration> {
    let seconds: f64 = text.strip_suffix('s')?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// A quota of the day, or one of nothing: waiting a minute does not bring it back.
fn is_used_up(error: &Value, message: &str) -> bool {
    let violations = detail(error, "QuotaFailure").and_then(|failure| failure.get("violations")?.as_array());
    violations.into_iter().flatten().any(|violation| {
        let field = |name: &str| violation.get(name).and_then(Value::as_str).unwrap_or("");
        field("quotaId").contains("PerDay") || field("quotaValue") == "0"
    }) || message.contains("spending cap")
}

/// The refusal of a request of wrong shape.
pub(super) fn refusal(message: impl Into<crate::domain::Said>) -> Fault {
    Fault {
        status: Some(400),
        error_type: Some("INVALID_ARGUMENT".to_owned()),
        ..Fault::new(FaultKind::BadRequest, message)
    }
}

/// `fault` as the service would tell it.
pub(super) fn pretend(fault: &Fault) -> Pretence {
    let status = fault
        .status
        .filter(|status| *status >= 400)
        .unwrap_or(match (fault.kind, fault.scope) {
            (FaultKind::Timeout, _) => 504,
            (FaultKind::RateLimit | FaultKind::Quota, _) => 429,
            (FaultKind::BadRequest, Scope::Target) => 404,
            (FaultKind::BadRequest | FaultKind::ContentFilter | FaultKind::Auth, _) => 400,
            (FaultKind::Server, _) => 503,
            _ => 500,
        });
    let name = fault.error_type.as_deref().unwrap_or_else(|| {
        CODES
            .iter()
            .find(|(_, own)| *own == status)
            .map_or("UNKNOWN", |(name, _)| *name)
    });
    let mut details = Vec::new();
    if fault.kind == FaultKind::Auth && status == 400 {
        details.push(json!({
            "@type": format!("{TYPE_PREFIX}ErrorInfo"),
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
            "metadata": {"service": "generativelanguage.googleapis.com"},
        }));
    }
    if status == 429 {
        let period = if fault.kind == FaultKind::Quota {
            "PerDay"
        } else {
            "PerMinute"
        };
        let quota = format!("GenerateRequests{period}PerProjectPerModel");
        details.push(json!({
            "@type": format!("{TYPE_PREFIX}QuotaFailure"),
            "violations": [{"quotaId": quota, "quotaValue": "1"}],
        }));
    }
    if let Some(wait) = fault.retry_after {
        details.push(json!({
            "@type": format!("{TYPE_PREFIX}RetryInfo"),
            "retryDelay": format!("{}s", shared::seconds_text(wait)),
        }));
    }
    let mut error = json!({"code": status, "message": fault.message, "status": name});
    if !details.is_empty() {
        error["details"] = Value::Array(details);
    }
    whole(
        status,
        vec![header("content-type", "application/json; charset=UTF-8")],
        &json!({"error": error}),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_keep_their_fraction() {
        assert_eq!(duration("48s"), Some(Duration::from_secs(48)));
        assert_eq!(duration("34.4s"), Some(Duration::from_millis(34_400)));
        assert_eq!(duration("-1s"), None);
        assert_eq!(duration("NaNs"), None);
        assert_eq!(duration("1e400s"), None);
        assert_eq!(duration("48"), None);
        let words = wait(&json!({}), "Please retry in 57.25s.");
        assert_eq!(words, Some(Duration::from_millis(57_250)));
    }
}
