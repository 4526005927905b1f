//! Limits of the account as `anthropic-ratelimit-…` headers tell them, read and pretended.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::WireHead;
use crate::provider::pretending::header;
use crate::provider::{Allowance, RateInfo};

/// What the headers tell. Input and output tokens are told apart; the sum stands in where only it is told.
pub(super) fn read(head: &WireHead) -> RateInfo {
    let input = allowance(head, "input-tokens");
    RateInfo {
        requests: allowance(head, "requests"),
        tokens: if input == Allowance::default() {
            allowance(head, "tokens")
        } else {
            input
        },
        output_tokens: allowance(head, "output-tokens"),
    }
}

/// Whether the headers say anything of limits.
pub(super) fn told(head: &WireHead) -> bool {
    head.headers
        .iter()
        .any(|(name, _)| name.starts_with("anthropic-ratelimit-"))
}

fn allowance(head: &WireHead, what: &str) -> Allowance {
    let value = |field: &str| head.header(&format!("anthropic-ratelimit-{what}-{field}"));
    Allowance {
        limit: value("limit").and_then(|text| text.trim().parse().ok()),
        remaining: value("remaining").and_then(|text| text.trim().parse().ok()),
        reset: value("reset").and_then(|text| until(text, head.received_us)),
    }
}

/// From the arrival of the head until a time given as RFC 3339; zero when that has passed.
fn until(text: &str, received_us: i64) -> Option<Duration> {
    let at: Timestamp = text.trim().parse().ok()?;
    let left = at.as_microsecond().saturating_sub(received_us);
    Some(Duration::from_micros(u64::try_from(left).unwrap_or(0)))
}

/// The headers for `info`, with times as seen at `now_us` (microseconds since 1970 UTC).
pub(super) fn pretend(info: &RateInfo, now_us: i64) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    write(&mut headers, "requests", info.requests, now_us);
    if info.output_tokens == Allowance::default() {
        write(&mut headers, "tokens", info.tokens, now_us);
    } else {
        write(&mut headers, "input-tokens", info.tokens, now_us);
        write(&mut headers, "output-tokens", info.output_tokens, now_us);
    }
    headers
}

fn write(headers: &mut Vec<(String, String)>, what: &str, allowance: Allowance, now_us: i64) {
    let mut say = |field: &str, value: String| {
        headers.push(header(&format!("anthropic-ratelimit-{what}-{field}"), value));
    };
    if let Some(limit) = allowance.limit {
        say("limit", limit.to_string());
    }
    if let Some(remaining) = allowance.remaining {
        say("remaining", remaining.to_string());
    }
    let reset = allowance.reset.and_then(|reset| {
        let left = i64::try_from(reset.as_micros()).ok()?;
        Timestamp::from_microsecond(now_us.checked_add(left)?).ok()
    });
    if let Some(reset) = reset {
        say("reset", reset.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T10:00:00Z.
    const NOW: i64 = 1_795_428_000_000_000;

    #[test]
    fn times_count_from_the_arrival_of_the_head() {
        let head = WireHead {
            status: 200,
            headers: vec![
                header("anthropic-ratelimit-requests-limit", "50"),
                header("anthropic-ratelimit-requests-remaining", "0"),
                header("anthropic-ratelimit-requests-reset", "2026-11-23T10:00:12Z"),
                header("anthropic-ratelimit-tokens-limit", "900"),
                header("anthropic-ratelimit-input-tokens-limit", "800"),
                header("anthropic-ratelimit-input-tokens-reset", "2026-11-23T09:59:59Z"),
                header("anthropic-ratelimit-output-tokens-remaining", "lots"),
            ],
            received_us: NOW,
        };
        let info = read(&head);
        assert_eq!(info.requests.limit, Some(50));
        assert_eq!(info.requests.remaining, Some(0));
        assert_eq!(info.requests.reset, Some(Duration::from_secs(12)));
        assert_eq!(info.tokens.limit, Some(800));
        assert_eq!(info.tokens.reset, Some(Duration::ZERO));
        assert_eq!(info.output_tokens, Allowance::default());
    }

    #[test]
    fn pretended_limits_read_back() {
        let info = RateInfo {
            requests: Allowance {
                limit: Some(50),
                remaining: Some(49),
                reset: Some(Duration::from_millis(1500)),
            },
            tokens: Allowance {
                limit: Some(30_000),
                remaining: Some(7),
                reset: None,
            },
            output_tokens: Allowance::default(),
        };
        for info in [
            info,
            RateInfo {
                output_tokens: Allowance {
                    limit: Some(1),
                    remaining: None,
                    reset: Some(Duration::from_mins(1)),
                },
                ..info
            },
            RateInfo::default(),
        ] {
            let head = WireHead {
                status: 200,
                headers: pretend(&info, NOW),
                received_us: NOW,
            };
            assert_eq!(read(&head), info);
        }
    }
}
