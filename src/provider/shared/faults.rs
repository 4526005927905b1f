//! Faults by HTTP status, for bodies that are not the protocol, and for streams that were cut.

use serde_json::Value;

use crate::domain::{Fault, FaultKind, Retry, Said, Scope, WireHead};
use crate::said;

use super::hints::{retry_after, should_retry};
use super::json::{clip, clip_to, json_of, text};

/// The fault of a status when the body says nothing better, with the hints of the headers.
///
/// 402, 401 and 403 and redirects reach every call of the target; so does 404, because an unknown model and a
/// wrong address end every call alike.
pub(crate) fn status_fault(head: &WireHead, message: impl Into<Said>) -> Fault {
    let (kind, retry, scope) = match head.status {
        300..=399 => (FaultKind::Network, Retry::Never, Scope::Target),
        401 | 403 => (FaultKind::Auth, Retry::Never, Scope::Target),
        402 => (FaultKind::Quota, Retry::Never, Scope::Target),
        404 | 405 => (FaultKind::BadRequest, Retry::Never, Scope::Target),
        408 => (FaultKind::Timeout, Retry::Again, Scope::Call),
        429 => (FaultKind::RateLimit, Retry::Again, Scope::Call),
        409 | 425 => (FaultKind::Server, Retry::Again, Scope::Call),
        // Not implemented: the same request will not be implemented later either.
        400..=499 | 501 => (FaultKind::BadRequest, Retry::Never, Scope::Call),
        500..=599 => (FaultKind::Server, Retry::Again, Scope::Call),
        _ => (FaultKind::Network, Retry::Again, Scope::Call),
    };
    let message = match (message.into().map(clip), head.status) {
        (text, 300..=399) if text.is_empty() => match head.header("location").map(|place| clip_to(place, 200)) {
            Some(place) => said!(
                "the service moved to `{place}`; set the target's address to it",
                "서비스가 `{place}` 주소로 옮겼습니다. 대상의 address를 그 주소로 바꾸세요"
            ),
            None => said!(
                "the service answered with the redirect {}",
                "서비스가 다른 주소로 넘겼습니다({})",
                head.status
            ),
        },
        (text, status) if text.is_empty() => said!(
            "the service answered with status {status} and no message",
            "서비스가 설명 없이 {status} 상태로 답했습니다"
        ),
        (text, _) => text,
    };
    hinted(
        Fault {
            retry,
            scope,
            ..Fault::new(kind, message)
        },
        head,
    )
}

/// The fault of an error that a body or a stream tells under a status of success, judged as if `status` had
/// come; of a real error status, [`status_fault`].
pub(crate) fn judged(head: &WireHead, status: u16, message: impl Into<Said>) -> Fault {
    if head.status >= 400 {
        return status_fault(head, message);
    }
    let as_if = WireHead {
        status,
        ..WireHead::default()
    };
    Fault {
        status: Some(head.status),
        ..status_fault(&as_if, message)
    }
}

/// `fault` with status, wait and the server's word on retrying filled in from the head.
///
/// `x-should-retry` is obeyed except where asking again cannot help: no money, no right.
pub(crate) fn hinted(mut fault: Fault, head: &WireHead) -> Fault {
    fault.status = Some(head.status);
    fault.retry_after = fault.retry_after.or_else(|| retry_after(head));
    if !matches!(fault.kind, FaultKind::Auth | FaultKind::Quota) {
        match should_retry(head) {
            Some(true) => fault.retry = Retry::Again,
            Some(false) => fault.retry = Retry::Never,
            None => {}
        }
    }
    fault
}

/// The JSON of a body, or the fault that says what came instead.
///
/// A byte order mark is dropped and bad UTF-8 replaced, as in streams.
///
/// # Errors
/// [`body_fault`].
pub(crate) fn json_body(head: &WireHead, body: &[u8]) -> Result<Value, Fault> {
    let plain = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(plain)
        .ok()
        .or_else(|| json_of(&String::from_utf8_lossy(plain)))
        .ok_or_else(|| body_fault(head, body))
}

/// The fault for a body that is no JSON: empty, a web page, or broken at some byte.
///
/// An error status keeps its meaning; a status of success becomes a `network` fault, since whoever answered
/// does not speak the protocol. A web page there means a wrong address, which every call would meet again.
pub(crate) fn body_fault(head: &WireHead, body: &[u8]) -> Fault {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let page = text.starts_with('<') || (head.content_type() == "text/html" && !text.is_empty());
    let status = head.status;
    let message = if (text.is_empty() && status >= 300) || (300..400).contains(&status) {
        // What a redirect's page says, its header says better.
        return status_fault(head, "");
    } else if text.is_empty() {
        said!(
            "the body is empty although the status is {status}",
            "상태는 {status}인데 본문이 비어 있습니다"
        )
    } else if page {
        let words = page_words(text);
        match status {
            // What stands before the service speaks; the address may well be right.
            403 | 407 | 429 | 500.. => said!(
                "a web page instead of JSON (status {status}): `{words}`",
                "JSON 대신 웹 페이지가 왔습니다(상태 {status}): `{words}`"
            ),
            _ => said!(
                "the address answers with a web page instead of JSON (status {status}): `{words}`; check the target's address",
                "이 주소는 JSON 대신 웹 페이지로 답합니다(상태 {status}): `{words}`. 대상의 address를 확인하세요"
            ),
        }
    } else if status >= 300 {
        // Plain words, as proxies send them.
        said!("status {status}: `{}`", "상태 {status}: `{}`", clip_to(text, 200))
    } else {
        match serde_json::from_str::<Value>(text) {
            Ok(_) => said!(
                "the body is not of the expected shape: `{}`",
                "본문이 예상한 형식이 아닙니다: `{}`",
                clip(text)
            ),
            Err(error) => said!(
                "the body is not valid JSON from byte {} on: `{}`",
                "본문이 {}번째 바이트부터 올바른 JSON이 아닙니다: `{}`",
                byte_of(text, &error),
                clip_to(text, 200)
            ),
        }
    };
    let mut fault = status_fault(head, message);
    if page && status < 300 {
        fault.retry = Retry::Never;
        fault.scope = Scope::Target;
    }
    fault
}

/// Members in which services and the gateways before them put their words.
const WORDS: [&str; 8] = [
    "message",
    "Message",
    "msg",
    "detail",
    "details",
    "errorMessage",
    "error_description",
    "title",
];

/// What an error body says, whichever gateway wrote it; the JSON itself where no member tells.
///
/// `{"error": {"message"}}`, `{"error": "…"}`, `{"message"}`, `{"detail": [{"msg"}]}`, and so on.
pub(crate) fn words_of(body: &Value) -> String {
    let error = body.get("error").filter(|error| !error.is_null()).unwrap_or(body);
    if let Some(words) = text(error) {
        return words;
    }
    let told = [error, body].into_iter().find_map(|object| {
        WORDS.iter().find_map(|key| match object.get(key)? {
            Value::Array(items) => items.first().map(words_of),
            nested @ Value::Object(_) => Some(words_of(nested)),
            words => text(words).filter(|words| !words.trim().is_empty()),
        })
    });
    told.unwrap_or_else(|| error.to_string())
}

/// The fault for a stream in whose middle an event is no JSON: a piece of the answer may be lost in it.
pub(crate) fn odd_fault(head: &WireHead, event: &str) -> Fault {
    status_fault(head, odd_words(event))
}

/// The words for an event that is no JSON.
pub(crate) fn odd_words(event: &str) -> Said {
    said!(
        "an event of the stream is no JSON: `{}`",
        "스트림의 한 조각이 JSON이 아닙니다: `{}`",
        clip_to(event, 200)
    )
}

/// The note of an answer whose pieces and whole do not agree; the whole counts.
pub(crate) fn pieces_differ() -> Said {
    said!(
        "the streamed pieces differ from the whole answer that followed",
        "스트림으로 온 조각들과 뒤이어 온 전체 답변이 다릅니다"
    )
}

/// Whether what stood outside the events of a stream is a body of its own, JSON or a page, rather than the first letters of
/// a stream that was cut.
pub(crate) fn is_body(stray: &str) -> bool {
    stray.trim_start().starts_with(['{', '[', '<'])
}

/// The fault for JSON that holds no answer and no reason for its absence; `wanted` names what was looked for.
pub(crate) fn shape_fault(head: &WireHead, value: &Value, wanted: impl std::fmt::Display) -> Fault {
    let message = said!(
        "the body holds no {wanted}: `{}`",
        "본문에 {wanted} 항목이 없습니다: `{}`",
        clip_to(&value.to_string(), 300)
    );
    status_fault(head, message)
}

/// The fault for a stream that ended before its protocol's end; `missing` names the end that did not come,
/// `text` is the visible text that had arrived.
pub(crate) fn cut_fault(head: &WireHead, missing: impl std::fmt::Display, text: &str) -> Fault {
    let arrived = match text.chars().count() {
        0 => said!("no text had arrived", "글은 오지 않았습니다"),
        1 => said!("1 character of text had arrived", "그때까지 한 글자가 왔습니다"),
        count => said!(
            "{count} characters of text had arrived",
            "그때까지 {count}자가 왔습니다"
        ),
    };
    let mut fault = Fault::new(
        FaultKind::Truncated,
        said!(
            "the stream was cut: it ended without {missing}; {arrived}",
            "스트림이 중간에 끊겼습니다. {missing} 없이 끝났고, {arrived}"
        ),
    );
    fault.status = Some(head.status);
    fault
}

/// Byte of `text` at which reading failed, from 0.
fn byte_of(text: &str, error: &serde_json::Error) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    (before + error.column().saturating_sub(1)).min(text.len())
}

/// The title of a web page, else its first words.
fn page_words(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|open| {
        let start = open + lower[open..].find('>')? + 1;
        let end = start + lower[start..].find("</title")?;
        Some(&page[start..end]).filter(|title| !title.trim().is_empty())
    });
    let words = match title {
        Some(title) => title.to_owned(),
        None => without_tags(page, &lower),
    };
    let words = words
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    let words: Vec<&str> = words.split_whitespace().collect();
    clip_to(&words.join(" "), 120)
}

/// The text of a page without tags, scripts and styles. `lower` is `page` in ASCII lower case.
fn without_tags(page: &str, lower: &str) -> String {
    let mut words = String::new();
    let mut at = 0;
    while let Some(open) = page[at..].find('<').map(|open| at + open) {
        words.push_str(&page[at..open]);
        words.push(' ');
        let hidden = ["script", "style"]
            .into_iter()
            .find(|name| lower[open + 1..].starts_with(name));
        let from = hidden
            .and_then(|name| lower[open..].find(&format!("</{name}")))
            .map_or(open, |close| open + close);
        match page[from..].find('>') {
            Some(close) => at = from + close + 1,
            None => return words,
        }
    }
    words.push_str(&page[at..]);
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn head(status: u16) -> WireHead {
        WireHead {
            status,
            ..WireHead::default()
        }
    }

    #[test]
    fn statuses() {
        for (status, kind, retry, scope) in [
            (400, FaultKind::BadRequest, Retry::Never, Scope::Call),
            (401, FaultKind::Auth, Retry::Never, Scope::Target),
            (402, FaultKind::Quota, Retry::Never, Scope::Target),
            (403, FaultKind::Auth, Retry::Never, Scope::Target),
            (404, FaultKind::BadRequest, Retry::Never, Scope::Target),
            (408, FaultKind::Timeout, Retry::Again, Scope::Call),
            (409, FaultKind::Server, Retry::Again, Scope::Call),
            (413, FaultKind::BadRequest, Retry::Never, Scope::Call),
            (422, FaultKind::BadRequest, Retry::Never, Scope::Call),
            (429, FaultKind::RateLimit, Retry::Again, Scope::Call),
            (500, FaultKind::Server, Retry::Again, Scope::Call),
            (501, FaultKind::BadRequest, Retry::Never, Scope::Call),
            (503, FaultKind::Server, Retry::Again, Scope::Call),
            (529, FaultKind::Server, Retry::Again, Scope::Call),
        ] {
            let fault = status_fault(&head(status), "no");
            assert_eq!((fault.kind, fault.retry, fault.scope), (kind, retry, scope), "{status}");
            assert_eq!(fault.status, Some(status));
        }
    }

    #[test]
    fn the_servers_word_on_retrying_wins_except_for_money_and_rights() {
        let say = |status, word: &str| {
            let mut head = head(status);
            head.headers.push(("x-should-retry".into(), word.into()));
            status_fault(&head, "no").retry
        };
        assert_eq!(say(500, "false"), Retry::Never);
        assert_eq!(say(400, "true"), Retry::Again);
        assert_eq!(say(401, "true"), Retry::Never);
        assert_eq!(say(402, "true"), Retry::Never);
    }

    #[test]
    fn redirects_name_the_new_place() {
        let mut head = head(308);
        head.headers.push(("location".into(), "https://example.org/v1".into()));
        assert_eq!(
            status_fault(&head, "").message,
            "the service moved to `https://example.org/v1`; set the target's address to it"
        );
    }

    #[test]
    fn a_redirect_with_a_page_names_the_new_place() {
        let mut head = head(301);
        head.headers.push(("location".into(), "https://example.org/v1".into()));
        let fault = body_fault(&head, b"<html><title>301 Moved</title></html>");
        assert!(fault.message.contains("`https://example.org/v1`"), "{}", fault.message);
    }

    #[test]
    fn web_pages_are_told_with_their_title() {
        let fault = body_fault(
            &head(200),
            b"<!DOCTYPE html><html><head><TITLE>\n Welcome &amp; hello</TITLE></head></html>",
        );
        assert!(fault.message.contains("`Welcome & hello`"), "{}", fault.message);
        assert_eq!((fault.kind, fault.scope), (FaultKind::Network, Scope::Target));
        let fault = body_fault(
            &head(502),
            b"<html><script>var a = '<b>';</script><h1>502 Bad</h1>\xed\x95\x9c <hr",
        );
        assert!(fault.message.contains("`502 Bad \u{d55c}`"), "{}", fault.message);
        assert_eq!((fault.kind, fault.retry), (FaultKind::Server, Retry::Again));
    }

    #[test]
    fn empty_and_broken_bodies_are_told_apart() {
        let empty = body_fault(&head(200), b" \n");
        assert!(empty.message.contains("empty"), "{}", empty.message);
        assert_eq!(empty.kind, FaultKind::Network);
        let broken = json_body(&head(200), "{\"a\": \"나\",\n \"b\": ?}".as_bytes()).unwrap_err();
        assert!(broken.message.contains("from byte 19 on"), "{}", broken.message);
        let cut = json_body(&head(200), b"{\"a\": [1").unwrap_err();
        assert!(cut.message.contains("valid JSON"), "{}", cut.message);
        assert_eq!(
            body_fault(&head(503), b"").message,
            "the service answered with status 503 and no message"
        );
    }

    #[test]
    fn errors_of_every_gateway_are_told_in_their_own_words() {
        for (body, words) in [
            (json!({"error": {"message": "no", "code": 1}}), "no"),
            (json!({"error": "no"}), "no"),
            (json!({"error": null, "message": "no"}), "no"),
            (json!({"Message": "no"}), "no"),
            (json!({"detail": [{"loc": ["body"], "msg": "no"}]}), "no"),
            (
                json!({"error": {"errorCode": "200", "message": "", "details": "no"}}),
                "no",
            ),
            (json!({"error": {"code": 7}, "message": "no"}), "no"),
            (json!({"error": {"code": 7}}), "{\"code\":7}"),
            (json!([1]), "[1]"),
        ] {
            assert_eq!(words_of(&body), words, "{body}");
        }
    }

    #[test]
    fn bad_bytes_in_json_are_replaced() {
        assert_eq!(
            json_body(&head(200), b"\xef\xbb\xbf{\"a\":\"\xff\"}").expect("JSON"),
            json!({"a": "\u{fffd}"})
        );
    }

    #[test]
    fn pages_of_any_bytes_do_no_harm() {
        for page in ["<", "<title", "<title>", "<script", "<İ<title>x</title>", "<style>한"] {
            let _ = body_fault(&head(200), page.as_bytes());
        }
    }
}
