//! Hints in headers: how long to wait, whether to try again, what is left of the limits.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::domain::WireHead;
use crate::provider::Allowance;

/// How long the server asks to wait: `retry-after-ms` before `retry-after`, the latter in seconds (with a
/// fraction) or as an HTTP date. Nothing and zero are the same: Azure sends `retry-after-ms: 0` beside a real
/// `retry-after`.
pub(crate) fn retry_after(head: &WireHead) -> Option<Duration> {
    let millis = head
        .header("retry-after-ms")
        .and_then(|value| positive(value.trim().parse::<f64>().ok()? / 1000.0));
    millis.or_else(|| {
        let value = head.header("retry-after")?.trim();
        match value.parse::<f64>() {
            Ok(seconds) => positive(seconds),
            Err(_) => until_date(head, value),
        }
    })
}

fn positive(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().filter(|wait| !wait.is_zero())
}

/// From the arrival of the head to an HTTP date. Where the arrival is unknown the server's own `date` stands
/// in for it.
fn until_date(head: &WireHead, value: &str) -> Option<Duration> {
    let date = |text: &str| rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok();
    let now = if head.received_us > 0 {
        Timestamp::from_microsecond(head.received_us).ok()?
    } else {
        date(head.header("date")?)?
    };
    let wait = date(value)?.duration_since(now);
    Duration::try_from(wait).ok().filter(|wait| !wait.is_zero())
}

/// The server's own word on trying again (`x-should-retry`).
pub(crate) fn should_retry(head: &WireHead) -> Option<bool> {
    match head.header("x-should-retry")?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A duration as Go writes it: `6m0s`, `12ms`, `8.64s`, `1h2m3s`; a bare number is seconds.
pub(crate) fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    if let Ok(seconds) = rest.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let amount: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(rest.len());
        let seconds = match &rest[..unit] {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        rest = &rest[unit..];
        total = total.checked_add(Duration::try_from_secs_f64(amount * seconds).ok()?)?;
    }
    Some(total)
}

/// Writes a duration as Go does, exact to the nanosecond: `1h0m0s`, `6m0s`, `8.64s`, `12ms`, `0s`.
pub(crate) fn go_text(duration: Duration) -> String {
    let nanos = duration.subsec_nanos();
    if duration.as_secs() == 0 && nanos > 0 {
        return match nanos {
            1_000_000.. => format!("{}ms", decimal(u64::from(nanos), 6)),
            1_000.. => format!("{}µs", decimal(u64::from(nanos), 3)),
            _ => format!("{nanos}ns"),
        };
    }
    let (minutes, seconds) = (duration.as_secs() / 60, duration.as_secs() % 60);
    let mut text = String::new();
    if minutes >= 60 {
        write!(text, "{}h", minutes / 60).expect("writing to a string");
    }
    if minutes > 0 {
        write!(text, "{}m", minutes % 60).expect("writing to a string");
    }
    text.push_str(&decimal(seconds * 1_000_000_000 + u64::from(nanos), 9));
    text.push('s');
    text
}

/// `amount` with the point set before its last `places` digits, zeros at the end left out.
fn decimal(amount: u64, places: u32) -> String {
    let unit = 10u64.pow(places);
    let (whole, part) = (amount / unit, amount % unit);
    if part == 0 {
        return whole.to_string();
    }
    let width = usize::try_from(places).expect("a few places");
    format!("{whole}.{part:0width$}").trim_end_matches('0').to_owned()
}

/// A wait in seconds with as many decimals as it needs, for `retry-after`.
pub(crate) fn seconds_text(wait: Duration) -> String {
    format!("{}.{:09}", wait.as_secs(), wait.subsec_nanos())
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

/// The headers with which OpenAI asks for a wait: milliseconds first, whole seconds for other clients.
pub(crate) fn retry_headers(wait: Option<Duration>) -> Vec<(String, String)> {
    let Some(wait) = wait else {
        return Vec::new();
    };
    let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    vec![
        ("retry-after-ms".into(), seconds_text(wait.saturating_mul(1000))),
        ("retry-after".into(), whole.to_string()),
    ]
}

/// A limit from its three headers; a reset in Go's form or in seconds.
pub(crate) fn allowance(head: &WireHead, limit: &str, remaining: &str, reset: &str) -> Allowance {
    let count = |name: &str| head.header(name)?.trim().parse().ok();
    Allowance {
        limit: count(limit),
        remaining: count(remaining),
        reset: head.header(reset).and_then(go_duration),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn head(headers: &[(&str, &str)]) -> WireHead {
        WireHead {
            status: 429,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            // 1994-11-06 08:49:37 UTC.
            received_us: 784_111_777_000_000,
        }
    }

    #[test]
    fn waits_are_read_in_every_form() {
        for (headers, expected) in [
            (vec![("retry-after-ms", "1500"), ("retry-after", "9")], Some(1500)),
            (vec![("retry-after-ms", "0"), ("retry-after", "9")], Some(9000)),
            (vec![("retry-after-ms", "soon"), ("retry-after", " 0.25 ")], Some(250)),
            (vec![("retry-after", "0")], None),
            (vec![("retry-after", "-3")], None),
            (vec![("retry-after", "inf")], None),
            (vec![("retry-after", "NaN")], None),
            (vec![("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], Some(30_000)),
            (vec![("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], None),
            (vec![("retry-after", "tomorrow")], None),
            (vec![], None),
        ] {
            assert_eq!(
                retry_after(&head(&headers)),
                expected.map(Duration::from_millis),
                "{headers:?}"
            );
        }
    }

    #[test]
    fn dates_are_read_against_the_servers_clock_when_ours_is_unknown() {
        let mut head = head(&[
            ("date", "Tue, 15 Nov 1994 08:12:31 GMT"),
            ("retry-after", "Tue, 15 Nov 1994 08:12:51 GMT"),
        ]);
        head.received_us = 0;
        assert_eq!(retry_after(&head), Some(Duration::from_secs(20)));
        head.headers.remove(0);
        assert_eq!(retry_after(&head), None);
    }

    #[test]
    fn go_durations() {
        for (text, expected) in [
            ("6m0s", Some(360_000_000)),
            ("12ms", Some(12_000)),
            ("8.64s", Some(8_640_000)),
            ("0s", Some(0)),
            ("1h2m3.5s", Some(3_723_500_000)),
            ("2m59.56s", Some(179_560_000)),
            ("150µs", Some(150)),
            ("60", Some(60_000_000)),
            ("", None),
            ("s", None),
            ("5 parsecs", None),
            ("1..2s", None),
            ("99999999999999999999h", None),
        ] {
            assert_eq!(go_duration(text), expected.map(Duration::from_micros), "{text}");
        }
        assert_eq!(go_text(Duration::from_mins(6)), "6m0s");
        assert_eq!(go_text(Duration::from_hours(1)), "1h0m0s");
        assert_eq!(go_text(Duration::from_millis(8640)), "8.64s");
        assert_eq!(go_text(Duration::from_millis(12)), "12ms");
        assert_eq!(go_text(Duration::ZERO), "0s");
    }

    proptest! {
        #[test]
        fn waits_survive_writing_and_reading(micros in 1u64..1_000_000_000_000) {
            let wait = Duration::from_micros(micros);
            let near = |read: Duration| read.abs_diff(wait) < Duration::from_micros(1);
            prop_assert!(near(go_duration(&go_text(wait)).expect("a duration")));
            let head = WireHead { headers: retry_headers(Some(wait)), ..WireHead::default() };
            prop_assert!(near(retry_after(&head).expect("a wait")));
        }

        #[test]
        fn no_text_breaks_the_reading_of_durations(text in "\\PC{0,12}") {
            let _ = go_duration(&text);
        }
    }
}
