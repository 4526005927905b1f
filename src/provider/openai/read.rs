//! Reading responses: whole bodies, streams, rate limits.

use serde_json::Value;

use crate::domain::{Fault, Reply, WireHead};
use crate::provider::frames::Sse;
use crate::provider::shared::{
    allowance, body_fault, clip, cut_fault, go_duration, json_body, shape_fault, status_fault,
};
use crate::provider::{Allowance, Piece, RateInfo, StreamReader};

use super::answer::Draft;
use super::fault;
use super::quick::Chunk;

/// Reads a whole body of any status.
pub(super) fn whole(head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
    if head.status >= 400 {
        return Err(fault::of_body(head, body));
    }
    if head.status >= 300 {
        return Err(status_fault(head, ""));
    }
    if looks_streamed(body) {
        // A server that streams under another content type.
        let mut reader = Box::new(ChatStream::new(head));
        reader.feed(body, &mut |_| ());
        return reader.end();
    }
    let value = json_body(head, body)?;
    let choices = value.get("choices").and_then(Value::as_array);
    let mut draft = Draft::default();
    draft.take(head, &value, &mut |_| ());
    if draft.fault().is_none() && choices.is_none_or(Vec::is_empty) {
        return Err(shape_fault(head, &value, "`choices`"));
    }
    draft.reply(head)
}

fn looks_streamed(body: &[u8]) -> bool {
    let start = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    [b"data:".as_slice(), b"event:", b": "]
        .iter()
        .any(|field| start.starts_with(field))
}

/// Reads a stream of chunks.
pub(super) struct ChatStream {
    sse: Sse,
    chunks: Chunks,
}

/// What the events say.
struct Chunks {
    head: WireHead,
    draft: Draft,
    events: u64,
    done: bool,
    /// An event that is no JSON, and whether others came after it.
    odd: Option<String>,
}

impl ChatStream {
    pub(super) fn new(head: &WireHead) -> Self {
        Self {
            sse: Sse::new(),
            chunks: Chunks {
                head: head.clone(),
                draft: Draft::default(),
                events: 0,
                done: false,
                odd: None,
            },
        }
    }
}

impl Chunks {
    fn event(&mut self, data: &str, piece: &mut dyn FnMut(Piece<'_>)) {
        let data = data.trim();
        if self.done || data.is_empty() {
            return;
        }
        self.events += 1;
        if data == "[DONE]" {
            self.done = true;
            self.draft.flush(piece);
            return;
        }
        if let Some(chunk) = Chunk::of(data) {
            self.draft.take_quick(&chunk, piece);
            if self.draft.ended() {
                self.draft.flush(piece);
            }
            return;
        }
        match serde_json::from_str::<Value>(data) {
            Ok(chunk) => {
                self.draft.take(&self.head, &chunk, piece);
                self.done = self.draft.fault().is_some();
                if self.draft.ended() {
                    self.draft.flush(piece);
                }
            }
            Err(_) => self.odd = self.odd.take().or_else(|| Some(data.to_owned())),
        }
    }
}

impl StreamReader for ChatStream {
    fn feed(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) {
        let Self { sse, chunks } = self;
        sse.feed(bytes, &mut |_, data| chunks.event(data, piece));
    }

    fn done(&self) -> bool {
        self.chunks.done
    }

    fn end(self: Box<Self>) -> Result<Reply, Fault> {
        let Self { mut sse, mut chunks } = *self;
        let odd_before = chunks.odd.clone();
        sse.finish(&mut |_, data| chunks.event(data, &mut |_| ()));
        if chunks.events == 0 && !sse.stray().is_empty() {
            // A JSON object or a web page where a stream was announced.
            return if looks_streamed(sse.stray().as_bytes()) {
                Err(body_fault(&chunks.head, sse.stray().as_bytes()))
            } else {
                whole(&chunks.head, sse.stray().as_bytes())
            };
        }
        let half = match (odd_before, chunks.odd.as_deref()) {
            (Some(odd), _) => {
                let words = format!("an event of the stream is no JSON: `{}`", clip(&odd));
                if odd.starts_with('{') && chunks.draft.fault().is_none() {
                    // A piece of the answer may be lost in it.
                    return Err(status_fault(&chunks.head, &words));
                }
                chunks.draft.note(words);
                false
            }
            // The last event: cut, unless the cut went through the end mark itself.
            (None, Some(odd)) => !"[DONE]".starts_with(odd),
            (None, None) => false,
        };
        if chunks.draft.fault().is_none() && !chunks.done && (half || !chunks.draft.ended()) {
            return Err(cut_fault(
                &chunks.head,
                "`[DONE]` and without a reason for the end of the answer",
                chunks.draft.content(),
            ));
        }
        chunks.draft.reply(&chunks.head)
    }
}

/// Limits as OpenAI tells them, and as Mistral and `OpenRouter` do.
pub(crate) fn limits(head: &WireHead) -> RateInfo {
    let of = |what: &str| {
        allowance(
            head,
            &format!("x-ratelimit-limit-{what}"),
            &format!("x-ratelimit-remaining-{what}"),
            &format!("x-ratelimit-reset-{what}"),
        )
    };
    let first = |names: [&str; 2]| {
        names
            .into_iter()
            .map(of)
            .find(|allowance| *allowance != Allowance::default())
            .unwrap_or_default()
    };
    let mut info = RateInfo {
        requests: first(["requests", "req-minute"]),
        tokens: first(["tokens", "tokens-minute"]),
        output_tokens: Allowance::default(),
    };
    if info == RateInfo::default() {
        info.requests = Allowance {
            reset: head.header("x-ratelimit-reset").and_then(|value| reset_at(head, value)),
            ..allowance(head, "x-ratelimit-limit", "x-ratelimit-remaining", "")
        };
    }
    info
}

/// `OpenRouter` tells the moment of the reset in milliseconds since 1970; others a duration.
fn reset_at(head: &WireHead, value: &str) -> Option<std::time::Duration> {
    let Some(millis) = value.trim().parse::<i64>().ok().filter(|n| *n > 1_000_000_000) else {
        return go_duration(value);
    };
    // Ten digits are seconds, thirteen milliseconds.
    let micros = millis.checked_mul(if millis > 1_000_000_000_000 { 1000 } else { 1_000_000 })?;
    let wait = u64::try_from(micros.checked_sub(head.received_us)?).ok()?;
    (head.received_us > 0).then_some(std::time::Duration::from_micros(wait))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn head(headers: &[(&str, &str)]) -> WireHead {
        WireHead {
            status: 200,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            received_us: 1_788_000_000_000_000,
        }
    }

    #[test]
    fn limits_in_the_words_of_each_service() {
        let openai = limits(&head(&[
            ("x-ratelimit-limit-requests", "10000"),
            ("x-ratelimit-remaining-requests", "9999"),
            ("x-ratelimit-reset-requests", "6ms"),
            ("x-ratelimit-limit-tokens", "30000000000"),
            ("x-ratelimit-reset-tokens", "1m6.779s"),
        ]));
        assert_eq!(openai.requests.limit, Some(10_000));
        assert_eq!(openai.requests.reset, Some(Duration::from_millis(6)));
        assert_eq!(openai.tokens.limit, Some(30_000_000_000));
        assert_eq!(openai.tokens.reset, Some(Duration::from_millis(66_779)));
        let mistral = limits(&head(&[
            ("x-ratelimit-limit-req-minute", "100"),
            ("x-ratelimit-remaining-tokens-minute", "93544"),
        ]));
        assert_eq!(mistral.requests.limit, Some(100));
        assert_eq!(mistral.tokens.remaining, Some(93_544));
        let openrouter = limits(&head(&[
            ("x-ratelimit-limit", "20"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1788000041000"),
        ]));
        assert_eq!(openrouter.requests.remaining, Some(0));
        assert_eq!(openrouter.requests.reset, Some(Duration::from_secs(41)));
        assert_eq!(
            limits(&head(&[("x-ratelimit-limit-requests", "-1")])),
            RateInfo::default()
        );
    }
}
