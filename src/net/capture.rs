//! What is kept of an exchange: headers by allow-list, bodies without the key.
//!
//! Redaction happens here, before anything reaches the store, a log or a screen; nothing later has to remember it.

use std::borrow::Cow;

/// Put where a key stood.
pub const REMOVED: &str = "[key removed]";

/// Header that the simulator puts on every response, so that nobody takes its answers for real ones.
pub const SIMULATED: &str = "x-narani-simulated";

/// Shortest key that is worth hiding. Local servers are shown words like `EMPTY` or `lm-studio`, and taking those out of
/// every answer would only spoil the answers.
pub const SHORTEST_SECRET: usize = 10;

/// Response headers that are kept, by exact name.
const KEPT: &[&str] = &[
    "content-type",
    "content-length",
    "date",
    "retry-after",
    "retry-after-ms",
    "x-should-retry",
    "x-request-id",
    "request-id",
    "apim-request-id",
    "x-ncp-clovastudio-request-id",
    "openai-processing-ms",
    "openai-version",
    "openai-model",
    "server-timing",
    "x-gemini-service-tier",
    SIMULATED,
];

/// Response headers that are kept, by how they begin.
const KEPT_BEGINNINGS: &[&str] = &[
    "x-ratelimit-",
    "anthropic-ratelimit-",
    "anthropic-priority-",
    "ratelimit-",
];

/// Whether a response header is kept; `name` in lower case. Cookies, organisation ids and the rest are not.
#[must_use]
pub fn keeps_header(name: &str) -> bool {
    KEPT.contains(&name) || KEPT_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// Headers in which services name the request, most specific first.
const REQUEST_ID: &[&str] = &[
    "x-request-id",
    "request-id",
    "x-ncp-clovastudio-request-id",
    "apim-request-id",
];

/// The server's id of the request, for asking its support.
#[must_use]
pub fn request_id(head: &crate::domain::WireHead) -> Option<&str> {
    REQUEST_ID.iter().find_map(|name| head.header(name))
}

/// Characters that encoders escape in JSON that may end up in a page.
const PAGE: &[char] = &['&', '<', '>', '+', '\'', '`', '='];

/// The ways in which a key may be written: as it is, and, when it holds such characters, as JSON encoders and addresses
/// write them. Servers that repeat a key repeat it in any of these.
fn forms(key: &str) -> Vec<String> {
    let mut forms = vec![key.to_owned()];
    let mut add = |form: String| {
        if !forms.contains(&form) {
            forms.push(form);
        }
    };
    if key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
    {
        return forms;
    }
    let escaped = |dangerous: &[char], upper: bool, slash: &str| -> String {
        key.chars()
            .map(|letter| match letter {
                '/' => slash.to_owned(),
                '"' | '\\' => format!("\\{letter}"),
                letter if dangerous.contains(&letter) && upper => format!("\\u{:04X}", u32::from(letter)),
                letter if dangerous.contains(&letter) => format!("\\u{:04x}", u32::from(letter)),
                letter => letter.to_string(),
            })
            .collect()
    };
    for slash in ["/", "\\/", "\\u002f", "\\u002F"] {
        for (dangerous, upper) in [(&[][..], false), (PAGE, false), (PAGE, true)] {
            add(escaped(dangerous, upper, slash));
        }
        add(escaped(&['&', '<', '>'], false, slash));
        add(escaped(&['+', '&', '<', '>', '\'', '`'], true, slash));
    }
    for upper in [true, false] {
        for kept in ["-_.~", "-_.~/", "-_.~/:"] {
            add(key
                .bytes()
                .map(|byte| {
                    if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
                        char::from(byte).to_string()
                    } else if upper {
                        format!("%{byte:02X}")
                    } else {
                        format!("%{byte:02x}")
                    }
                })
                .collect());
        }
    }
    forms
}

/// `text` without the key.
#[must_use]
pub fn redact<'a>(text: &'a str, key: Option<&str>) -> Cow<'a, str> {
    let mut clean = Cow::Borrowed(text);
    for form in key.filter(|key| !key.is_empty()).map(forms).into_iter().flatten() {
        if clean.contains(&form) {
            clean = Cow::Owned(clean.replace(&form, REMOVED));
        }
    }
    clean
}

/// `bytes` without the key, in place when it is not there.
#[must_use]
pub fn redact_bytes(bytes: Vec<u8>, key: Option<&str>) -> Vec<u8> {
    let forms = key.filter(|key| !key.is_empty()).map(forms);
    forms
        .into_iter()
        .flatten()
        .fold(bytes, |bytes, form| without(bytes, form.as_bytes()))
}

fn without(bytes: Vec<u8>, needle: &[u8]) -> Vec<u8> {
    let mut out: Option<Vec<u8>> = None;
    let mut from = 0;
    while let Some(at) = find(&bytes[from..], needle) {
        let out = out.get_or_insert_with(|| Vec::with_capacity(bytes.len()));
        out.extend_from_slice(&bytes[from..from + at]);
        out.extend_from_slice(REMOVED.as_bytes());
        from += at + needle.len();
    }
    match out {
        None => bytes,
        Some(mut out) => {
            out.extend_from_slice(&bytes[from..]);
            out
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_goes_wherever_it_stands() {
        let body = b"{\"error\":\"bad key sk-1\"} sk-1sk-1".to_vec();
        let clean = redact_bytes(body, Some("sk-1"));
        assert_eq!(
            String::from_utf8(clean).unwrap(),
            "{\"error\":\"bad key [key removed]\"} [key removed][key removed]"
        );
        assert_eq!(redact("no key here", Some("sk-1")), "no key here");
        assert_eq!(
            redact_bytes(b"x".to_vec(), Some("")),
            b"x",
            "an empty key removes nothing"
        );
    }

    /// Encoders write slashes and plus signs in their own ways; a key is a key in all of them.
    #[test]
    fn a_key_goes_in_every_way_of_writing_it() {
        let key = "ab/cd+ef==xyz";
        for form in [
            "ab/cd+ef==xyz",
            r"ab\/cd+ef==xyz",
            r"ab\u002fcd+ef==xyz",
            r"ab/cd\u002Bef==xyz",
            r"ab\/cd\u002bef\u003d\u003dxyz",
            "ab%2Fcd%2Bef%3D%3Dxyz",
            "ab/cd%2bef%3d%3dxyz",
        ] {
            assert_eq!(
                redact(&format!("<{form}>"), Some(key)),
                format!("<{REMOVED}>"),
                "{form}"
            );
            let bytes = redact_bytes(format!("<{form}>").into_bytes(), Some(key));
            assert_eq!(bytes, format!("<{REMOVED}>").into_bytes(), "{form}");
        }
        assert_eq!(
            forms("sk-proj_A1").len(),
            1,
            "usual keys have one form and cost one search"
        );
    }

    #[test]
    fn headers_are_kept_by_list_only() {
        assert!(keeps_header("x-ratelimit-remaining-tokens"));
        for dropped in [
            "set-cookie",
            "authorization",
            "openai-organization",
            "anthropic-organization-id",
            "location",
        ] {
            assert!(!keeps_header(dropped), "{dropped}");
        }
    }
}
