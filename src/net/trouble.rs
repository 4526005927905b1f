//! Transport errors, told in words that say what to do.

use std::error::Error as _;
use std::time::Duration;

use crate::domain::{Fault, FaultKind, Retry};

/// The fault of a failed transport. `address` is the base address of the target, `begun` whether a response head had
/// arrived.
pub(super) fn fault(error: &reqwest::Error, address: &str, begun: bool) -> Fault {
    let chain = chain(error);
    let lower = chain.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if error.is_builder() {
        let mut fault = Fault::new(
            FaultKind::BadRequest,
            format!("the request could not be built: {chain}"),
        );
        fault.retry = Retry::Never;
        return fault;
    }
    if begun {
        return Fault::new(
            FaultKind::Truncated,
            format!("the connection to {address} ended before the answer did: {chain}"),
        );
    }
    let message = if has(&["connection refused"]) {
        format!("nothing listens at {address} (connection refused): is the server running, is the port right?")
    } else if has(&[
        "dns error",
        "failed to lookup",
        "name or service not known",
        "nodename nor servname",
    ]) {
        format!("the host of {address} has no address (DNS): is the name right, is there a network?")
    } else if has(&["invalidcertificate", "certificate", "unknownissuer", "notvalidforname"]) {
        format!("the certificate of {address} was not accepted: {chain}")
    } else if has(&["corrupt message", "invalidcontenttype", "tls", "handshake"]) {
        format!("no TLS connection to {address}: {chain} (does the address want http:// instead of https://?)")
    } else if has(&[
        "invalid http version",
        "invalid header",
        "parse error",
        "invalid status",
        // Words of its own before it was asked anything: a mail server, a shell.
        "unexpected message",
    ]) {
        format!("{address} does not speak HTTP: {chain}")
    } else if has(&[
        "reset by peer",
        "connection closed",
        "broken pipe",
        "incompletemessage",
        "before message completed",
    ]) {
        format!("{address} closed the connection without an answer: {chain}")
    } else {
        format!("no answer from {address}: {chain}")
    };
    let kind = if error.is_timeout() {
        FaultKind::Timeout
    } else {
        FaultKind::Network
    };
    Fault::new(kind, message)
}

/// The fault of an attempt that took longer than the target allows.
pub(super) fn too_slow(timeout: Duration, begun: bool, text_seen: bool) -> Fault {
    let seconds = timeout.as_secs_f64();
    let message = match (begun, text_seen) {
        (false, _) => format!("no answer within {seconds} s"),
        (true, false) => format!("the answer had begun but brought no text within {seconds} s"),
        (true, true) => format!("the answer was not complete within {seconds} s"),
    };
    Fault::new(FaultKind::Timeout, message)
}

/// The innermost messages of an error, without repeats and without the address (it may carry a query).
fn chain(error: &reqwest::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(inner) = source {
        let text = inner.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        source = inner.source();
    }
    if parts.is_empty() {
        return if error.is_timeout() {
            "timed out".to_owned()
        } else {
            "the connection failed".to_owned()
        };
    }
    // The outermost of the chain only says that sending failed.
    if parts.len() > 1 && parts[0].starts_with("client error") {
        parts.remove(0);
    }
    parts.join(": ")
}
