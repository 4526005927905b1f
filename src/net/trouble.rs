//! Transport errors, told in words that say what to do.

use std::error::Error as _;
use std::time::Duration;

use crate::domain::{Fault, FaultKind, Retry, Said};
use crate::said;

/// The fault of a failed transport. `address` is the base address of the target, `begun` whether a response head had
/// arrived.
pub(super) fn fault(error: &reqwest::Error, address: &str, begun: bool) -> Fault {
    let chain = chain(error);
    let lower = chain.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if error.is_builder() {
        let mut fault = Fault::new(
            FaultKind::BadRequest,
            said!(
                "the request could not be built: {chain}",
                "요청을 만들지 못했습니다: {chain}"
            ),
        );
        fault.retry = Retry::Never;
        return fault;
    }
    if begun {
        return Fault::new(
            FaultKind::Truncated,
            said!(
                "the connection to {address} ended before the answer did: {chain}",
                "답변이 끝나기 전에 {address} 연결이 끊겼습니다: {chain}"
            ),
        );
    }
    let message = if has(&["connection refused"]) {
        said!(
            "nothing listens at {address} (connection refused): is the server running, is the port right?",
            "{address} 주소에 응답하는 서버가 없습니다(연결 거부). 서버가 켜져 있는지, 포트가 맞는지 확인하세요"
        )
    } else if has(&[
        "dns error",
        "failed to lookup",
        "name or service not known",
        "nodename nor servname",
    ]) {
        said!(
            "the host of {address} has no address (DNS): is the name right, is there a network?",
            "{address} 호스트의 주소를 찾지 못했습니다(DNS). 이름이 맞는지, 네트워크가 되는지 확인하세요"
        )
    } else if has(&["invalidcertificate", "certificate", "unknownissuer", "notvalidforname"]) {
        said!(
            "the certificate of {address} was not accepted: {chain}",
            "{address} 인증서를 받아들일 수 없습니다: {chain}"
        )
    } else if has(&["corrupt message", "invalidcontenttype", "tls", "handshake"]) {
        said!(
            "no TLS connection to {address}: {chain} (does the address want http:// instead of https://?)",
            "{address} 주소로 TLS 연결을 맺지 못했습니다: {chain} (https:// 대신 http:// 주소입니까?)"
        )
    } else if has(&[
        "invalid http version",
        "invalid header",
        "parse error",
        "invalid status",
        // Words of its own before it was asked anything: a mail server, a shell.
        "unexpected message",
    ]) {
        said!(
            "{address} does not speak HTTP: {chain}",
            "{address} 서버는 HTTP로 답하지 않습니다: {chain}"
        )
    } else if has(&[
        "reset by peer",
        "connection closed",
        "broken pipe",
        "incompletemessage",
        "before message completed",
    ]) {
        said!(
            "{address} closed the connection without an answer: {chain}",
            "{address} 서버가 답하지 않고 연결을 끊었습니다: {chain}"
        )
    } else {
        said!(
            "no answer from {address}: {chain}",
            "{address} 서버에서 답이 없습니다: {chain}"
        )
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
        (false, _) => said!("no answer within {seconds} s", "{seconds}초 안에 답이 없습니다"),
        (true, false) => said!(
            "the answer had begun but brought no text within {seconds} s",
            "답변이 시작됐지만 {seconds}초 안에 글이 오지 않았습니다"
        ),
        (true, true) => said!(
            "the answer was not complete within {seconds} s",
            "답변이 {seconds}초 안에 끝나지 않았습니다"
        ),
    };
    Fault::new(FaultKind::Timeout, message)
}

/// The innermost messages of an error, without repeats and without the address (it may carry a query).
fn chain(error: &reqwest::Error) -> Said {
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
            said!("timed out", "시간이 다 됐습니다")
        } else {
            said!("the connection failed", "연결하지 못했습니다")
        };
    }
    // The outermost of the chain only says that sending failed.
    if parts.len() > 1 && parts[0].starts_with("client error") {
        parts.remove(0);
    }
    parts.join(": ").into()
}
