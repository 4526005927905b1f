//! The usual chunk of a stream, read without building a tree.
//!
//! An answer of a thousand tokens is a thousand chunks that all say the same but for a few letters, and reading them
//! was most of what a call cost. A chunk with any member that is not listed here, or of another shape, is `None` and
//! is read in full by [`Draft::take_body`](super::answer::Draft::take_body); where it is `Some`, both come to the same.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// A chunk that brings text or nothing, and no end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) model: Option<Text<'a>>,
    #[serde(default)]
    object: Option<Text<'a>>,
    #[serde(default, rename = "created")]
    _created: Option<u64>,
    #[serde(default, rename = "system_fingerprint")]
    _fingerprint: Option<Text<'a>>,
    #[serde(default, rename = "service_tier")]
    _tier: Option<Text<'a>>,
    #[serde(default, rename = "obfuscation")]
    _obfuscation: Option<Text<'a>>,
    choices: [Choice<'a>; 1],
    #[serde(default, deserialize_with = "announced")]
    pub(super) usage: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice<'a> {
    index: u64,
    #[serde(borrow)]
    delta: Delta<'a>,
    #[serde(default, rename = "logprobs")]
    _logprobs: Option<Nothing>,
    #[serde(default, rename = "finish_reason")]
    _finish: Option<Nothing>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delta<'a> {
    #[serde(default, rename = "role")]
    _role: Option<IgnoredAny>,
    #[serde(borrow, default)]
    content: Option<Text<'a>>,
    #[serde(borrow, default)]
    reasoning_content: Option<Text<'a>>,
    #[serde(default, rename = "refusal")]
    _refusal: Option<Nothing>,
}

/// A text, borrowed where it has no escapes.
#[derive(Debug, Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// What no JSON value is: only null passes for an absent one.
#[derive(Debug, Deserialize)]
enum Nothing {}

/// `"usage": null` announces that the last chunk will tell it; a usage is not for here.
fn announced<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Option::<Nothing>::deserialize(deserializer).map(|_| true)
}

impl<'a> Chunk<'a> {
    /// The chunk, when it is a usual one.
    pub(super) fn of(data: &'a str) -> Option<Self> {
        let chunk: Self = serde_json::from_str(data).ok()?;
        let usual = chunk.choices[0].index == 0
            && chunk
                .object
                .as_ref()
                .is_none_or(|object| object.0 == "chat.completion.chunk");
        usual.then_some(chunk)
    }

    /// Thinking and text that it brings.
    pub(super) fn pieces(&self) -> [Option<&str>; 2] {
        let delta = &self.choices[0].delta;
        [&delta.reasoning_content, &delta.content].map(|text| text.as_ref().map(|text| &*text.0))
    }
}

/// What stood around the text of the last chunk that brought text and nothing else.
///
/// Chunks of an answer mostly differ in their text alone. What stands between the same beginning and the same end, and holds
/// neither a quotation mark nor a backslash nor a control character, is the whole of the same string of the same chunk.
#[derive(Debug, Default)]
pub(super) struct Frame {
    before: String,
    after: String,
}

impl Frame {
    /// Takes the frame of a chunk that was read from `data`; none when it has no text, or more than text.
    pub(super) fn keep(&mut self, data: &str, chunk: &Chunk<'_>) {
        self.forget();
        let [None | Some(""), Some(text)] = chunk.pieces() else {
            return;
        };
        let Some(Text(Cow::Borrowed(_))) = chunk.choices[0].delta.content else {
            return;
        };
        // A borrowed text lies within `data`.
        let start = text.as_ptr().addr() - data.as_ptr().addr();
        data[..start].clone_into(&mut self.before);
        data[start + text.len()..].clone_into(&mut self.after);
    }

    /// The next chunk may be of another kind.
    pub(super) fn forget(&mut self) {
        self.before.clear();
        self.after.clear();
    }

    /// The text of a chunk that differs from the last in its text alone.
    pub(super) fn text<'a>(&self, data: &'a str) -> Option<&'a str> {
        if self.before.is_empty() {
            return None;
        }
        let text = data.strip_prefix(&*self.before)?.strip_suffix(&*self.after)?;
        let simple = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
        text.bytes().all(simple).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::WireHead;
    use crate::provider::Piece;
    use crate::provider::openai::answer::Draft;

    /// A draft and what it gave, after some chunks read in one of both ways.
    fn read(chunks: &[String], quick: bool) -> (String, Vec<String>) {
        let head = WireHead {
            status: 200,
            headers: Vec::new(),
            received_us: 0,
        };
        let (mut draft, mut pieces) = (Draft::default(), Vec::new());
        for data in chunks {
            let mut piece = |piece: Piece<'_>| pieces.push(format!("{piece:?}"));
            if draft.take_framed(data, &mut piece) {
                continue;
            }
            if let Some(chunk) = Chunk::of(data).filter(|_| quick) {
                draft.take_quick(&chunk, &mut piece);
                draft.frame.keep(data, &chunk);
            } else {
                draft.frame.forget();
                draft
                    .take_body(&head, &serde_json::from_str(data).unwrap(), &mut piece)
                    .expect("no fault");
            }
        }
        draft.frame.forget();
        (format!("{draft:?}"), pieces)
    }

    fn usual(content: &Value) -> Value {
        json!({"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "service_tier": "default",
            "system_fingerprint": null, "usage": null,
            "choices": [{"index": 0, "delta": {"content": content}, "logprobs": null, "finish_reason": null}]})
    }

    #[test]
    fn the_usual_chunk_is_read_quickly_and_all_others_are_not() {
        assert!(Chunk::of(&usual(&json!("가\n")).to_string()).is_some());
        assert!(Chunk::of(&usual(&json!(null)).to_string()).is_some());
        for (place, value) in [
            ("/choices/0/finish_reason", json!("stop")),
            ("/choices/0/index", json!(1)),
            ("/choices/0/delta", json!({"tool_calls": []})),
            ("/choices/0/delta/content", json!(["a"])),
            ("/choices/0/logprobs", json!({})),
            ("/usage", json!({})),
            ("/choices", json!([])),
            ("/object", json!("error")),
            ("/id", json!(7)),
        ] {
            let mut chunk = usual(&json!("a"));
            *chunk.pointer_mut(place).unwrap() = value;
            assert!(Chunk::of(&chunk.to_string()).is_none(), "{chunk}");
        }
        let mut error = usual(&json!("a"));
        error["error"] = json!({"message": "no"});
        assert!(Chunk::of(&error.to_string()).is_none());
    }

    #[test]
    fn a_frame_holds_for_chunks_that_differ_in_their_text_alone() {
        let framed = |first: &Value, then: &Value| {
            let (first, then) = (first.to_string(), then.to_string());
            let mut frame = Frame::default();
            frame.keep(&first, &Chunk::of(&first).unwrap());
            frame.text(&then).map(str::to_owned)
        };
        let first = usual(&json!("나"));
        assert_eq!(framed(&first, &usual(&json!("란히"))), Some("란히".to_owned()));
        assert_eq!(framed(&first, &usual(&json!(""))), Some(String::new()));
        for odd in [json!("a\"b"), json!("a\\"), json!("a\nb"), json!(null)] {
            assert_eq!(framed(&first, &usual(&odd)), None, "{odd}");
        }
        let mut ends = usual(&json!("란히"));
        ends["choices"][0]["finish_reason"] = json!("stop");
        assert_eq!(framed(&first, &ends), None);
        let mut thinks = first.clone();
        thinks["choices"][0]["delta"]["reasoning_content"] = json!("음");
        assert_eq!(
            framed(&thinks, &thinks),
            None,
            "a chunk that brings more than text has no frame"
        );
        // A raw line break within a string is no JSON, so it must be read in full to be found.
        assert_eq!(framed(&usual(&json!("\n")), &first), None);
    }

    proptest! {
        #[test]
        fn both_ways_of_reading_agree(parts in proptest::collection::vec(
            ("(<think>|</think>|[a-z가-힣 \"\\\\\n])*", any::<bool>(), any::<bool>(), any::<bool>(), "[ab]?"), 0..12))
        {
            let chunks: Vec<String> = parts.iter().map(|(text, thinks, announces, null, model)| {
                let mut chunk = usual(&if *null { Value::Null } else { json!(text) });
                if *thinks {
                    chunk["choices"][0]["delta"]["reasoning_content"] = json!(text);
                }
                if !announces {
                    chunk.as_object_mut().unwrap().remove("usage");
                }
                chunk["model"] = json!(model);
                prop_assert!(Chunk::of(&chunk.to_string()).is_some());
                Ok(chunk.to_string())
            }).collect::<Result<_, _>>()?;
            prop_assert_eq!(read(&chunks, true), read(&chunks, false));
        }
    }
}
