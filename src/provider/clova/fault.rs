//! Errors of CLOVA Studio, read and pretended. The first three of the five digits are the HTTP status that
//! belongs to the error, whatever status it came under.

use serde_json::{Value, json};

use super::read::SUCCESS;
use crate::domain::{Fault, FaultKind, Retry, Scope, WireHead};
use crate::provider::pretending::{header, whole};
use crate::provider::{Pretence, shared};

/// Whether a body or an event carries a status other than success, or the error of the gateway before the service.
pub(super) fn is_error(value: &Value) -> bool {
    code(value).is_some_and(|code| code != SUCCESS) || shared::has_error(value)
}

fn code(value: &Value) -> Option<String> {
    shared::text_at(value.get("status")?, "code")
}

/// The fault of an error body, or of an error event in a stream.
pub(super) fn of(head: &WireHead, body: &Value) -> Fault {
    let code = code(body);
    let message = body
        .get("status")
        .and_then(|status| shared::text_at(status, "message"))
        .filter(|words| !words.trim().is_empty())
        .unwrap_or_else(|| shared::words_of(body));
    let status = code
        .as_deref()
        .and_then(|code| code.get(..3)?.parse().ok())
        .filter(|status| (400..600).contains(status))
        .unwrap_or(500);
    let mut fault = shared::judged(head, status, &message);
    match code.as_deref() {
        // The policy withheld the answer.
        Some("40005") => {
            fault.kind = FaultKind::ContentFilter;
            fault.retry = Retry::Never;
        }
        // The model is unknown, retired, or not on this interface.
        Some("40080" | "40082" | "40084") => fault.scope = Scope::Target,
        // An image could not be fetched or worked on, which may pass.
        Some("40063") => {
            fault.kind = FaultKind::Server;
            fault.retry = Retry::Again;
        }
        _ => {}
    }
    fault.error_type = code;
    fault
}

/// The refusal of a request of wrong shape.
pub(super) fn refusal(message: impl Into<crate::domain::Said>) -> Fault {
    Fault {
        status: Some(400),
        error_type: Some("40001".to_owned()),
        ..Fault::new(FaultKind::BadRequest, message)
    }
}

/// `fault` as the service would tell it.
pub(super) fn pretend(fault: &Fault) -> Pretence {
    let code = code_of(fault);
    let status = fault
        .status
        .filter(|status| *status >= 400)
        .or_else(|| code[..3].parse().ok())
        .unwrap_or(500);
    let mut headers = vec![header("content-type", "application/json;charset=UTF-8")];
    if let Some(wait) = fault.retry_after {
        headers.push(header("retry-after", shared::seconds_text(wait)));
    }
    let body = json!({"status": {"code": code, "message": fault.message}, "result": null});
    whole(status, headers, &body)
}

/// The five digits: the fault's own, else those of its kind, else those of its status.
fn code_of(fault: &Fault) -> String {
    let own = fault.error_type.as_deref();
    if let Some(code) = own.filter(|code| {
        code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit()) && code.starts_with(['4', '5'])
    }) {
        return code.to_owned();
    }
    let by_kind = match (fault.kind, fault.scope) {
        (FaultKind::ContentFilter, _) => Some("40005"),
        (FaultKind::BadRequest, Scope::Target) => Some("40080"),
        (FaultKind::RateLimit, _) => Some("42901"),
        (FaultKind::Auth, _) => Some("40104"),
        // No code of the guide tells of money; its status would be this one.
        (FaultKind::Quota, _) => Some("40200"),
        (FaultKind::Timeout, _) => Some("40800"),
        (FaultKind::BadRequest, Scope::Call) => Some("40001"),
        (FaultKind::Server, _) => Some("50000"),
        _ => None,
    };
    let fits = |code: &str| {
        fault
            .status
            .is_none_or(|status| status < 400 || code.starts_with(&status.to_string()))
    };
    match (by_kind.filter(|code| fits(code)), fault.status) {
        (Some(code), _) => code.to_owned(),
        (None, Some(status @ 400..=599)) => format!("{status}00"),
        (None, _) => "50000".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretended_codes_fit_their_status() {
        for (kind, status, code) in [
            (FaultKind::ContentFilter, None, "40005"),
            (FaultKind::RateLimit, None, "42901"),
            (FaultKind::Server, Some(503), "50300"),
            (FaultKind::Server, Some(500), "50000"),
            (FaultKind::Auth, Some(403), "40300"),
            (FaultKind::Network, None, "50000"),
        ] {
            let fault = Fault {
                status,
                ..Fault::new(kind, "아니오")
            };
            assert_eq!(code_of(&fault), code);
        }
    }
}
