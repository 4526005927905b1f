//! Reading responses: whole bodies, streams, rate limits.

use serde_json::Value;

use crate::domain::{Fault, Reply, Said, WireHead};
use crate::provider::shared::{allowance, go_duration, shape_fault};
use crate::provider::streaming::{Answer, Form, Step};
use crate::provider::{Allowance, Piece, RateInfo};
use crate::said;

use super::answer::{Draft, items};
use super::fault;
use super::quick::Chunk;

impl Answer for Draft {
    const FORM: Form = Form::Events;
    fn end_mark() -> Said {
        said!(
            "`[DONE]` and without a reason for the end of the answer",
            "`[DONE]`도, 답변이 끝난 이유도"
        )
    }
    const DONE_MARK: bool = true;

    fn whole(head: &WireHead, body: &Value) -> Result<Reply, Fault> {
        if head.status >= 400 {
            return Err(fault::of_body(head, body));
        }
        let mut draft = Self::default();
        draft.take(head, "", body, &mut |_| ())?;
        if items(body.get("choices")).next().is_none() {
            return Err(shape_fault(head, body, "`choices`"));
        }
        draft.into_reply(head)
    }

    fn quick(&mut self, data: &str, piece: &mut dyn FnMut(Piece<'_>)) -> bool {
        if !self.take_framed(data, piece) {
            let Some(chunk) = Chunk::of(data) else {
                self.frame.forget();
                return false;
            };
            self.take_quick(&chunk, piece);
            self.frame.keep(data, &chunk);
        }
        if self.ended() {
            self.flush(piece);
        }
        true
    }

    fn take(
        &mut self,
        head: &WireHead,
        _name: &str,
        event: &Value,
        piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Step, Fault> {
        self.take_body(head, event, piece)?;
        if self.ended() {
            self.flush(piece);
        }
        Ok(Step::More)
    }

    fn flush(&mut self, piece: &mut dyn FnMut(Piece<'_>)) {
        self.give_held(piece);
    }

    fn complete(&self) -> bool {
        self.ended()
    }

    fn text(&self) -> String {
        self.content().to_owned()
    }

    fn reply(self, head: &WireHead, _last: &Value) -> Result<Reply, Fault> {
        self.into_reply(head)
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
