//! Model names inside addresses: two protocols carry the model in the path. Nothing else of URLs lives here.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `name` as it may stand in a path: everything but letters, digits and `-._~:@/` percent-encoded.
pub(super) fn encode(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@/".contains(&byte) {
            path.push(char::from(byte));
        } else {
            write!(path, "%{byte:02X}").expect("writing to a string");
        }
    }
    path
}

/// The reverse of [`encode`]; a broken escape stays as it is, bytes that are no text are replaced.
pub(super) fn decode(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| path.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = escaped {
            decoded.push(byte);
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    match String::from_utf8_lossy(&decoded) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    }
}

/// A path without its query.
pub(super) fn bare(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_path() {
        for name in ["gemini-4-argon", "tasks/a1b2", "한국어 모델?#", "100%", "a:b@c"] {
            let path = encode(name);
            assert!(!path.contains(['?', '#', ' ']), "{path}");
            assert_eq!(decode(&path), name);
        }
    }

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(decode("a%2"), "a%2");
        assert_eq!(decode("a%zz한"), "a%zz한");
        assert_eq!(decode("%한"), "%한");
    }

    #[test]
    fn the_query_is_cut_off() {
        assert_eq!(bare("/v1/x?alt=sse"), "/v1/x");
        assert_eq!(bare(""), "");
    }
}
