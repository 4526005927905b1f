//! Numbers as people read them, in every report the same.
//!
//! Unknown is `?` or `–`, never 0. Digits beyond what the uncertainty carries are not shown.

use crate::compare::{Paid, Rate};
use crate::domain::Money;

use super::Style;
use super::words::Lang;

/// `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Tokens in short: `740`, `9.6k`, `96k`, `1.2M`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "two or three digits are shown")]
pub fn short_count(number: u64) -> String {
    match number {
        0..=999 => number.to_string(),
        1_000..=9_949 => format!("{:.1}k", number as f64 / 1e3),
        9_950..=999_499 => format!("{:.0}k", number as f64 / 1e3),
        999_500..=9_949_999 => format!("{:.1}M", number as f64 / 1e6),
        _ => format!("{}M", grouped((number + 500_000) / 1_000_000)),
    }
}

/// Digits behind the point that rates in one column carry: one below the leading digit of the largest standard error, at
/// most one.
#[must_use]
pub fn rate_digits<'a>(rates: impl IntoIterator<Item = &'a Rate>) -> usize {
    usize::from(rates.into_iter().all(|rate| rate.error < 0.1))
}

/// A rate: `87.9%`.
#[must_use]
pub fn percent(rate: &Rate, digits: usize) -> String {
    format!("{:.digits$}%", rate.value * 100.0)
}

/// The ends of an interval in whole percent: `83–91`.
#[must_use]
pub fn interval(rate: &Rate, style: &Style) -> String {
    format!(
        "{:.0}{}{:.0}",
        rate.low * 100.0,
        if style.ascii { "-" } else { "–" },
        rate.high * 100.0
    )
}

/// A share in whole percent without the sign.
#[must_use]
pub fn whole_percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

/// A score from 0 to 1: `0.83`.
#[must_use]
pub fn score(score: f64) -> String {
    format!("{score:.2}")
}

/// A score in three signs: `.83`, `1.0`.
#[must_use]
pub fn short_score(score: f64) -> String {
    let text = format!("{score:.2}");
    match text.strip_prefix('0') {
        Some(fraction) => fraction.to_owned(),
        None => format!("{score:.1}"),
    }
}

/// A time in microseconds: `85ms`, `1.9s`, `19.4s`, `104s`, `12m`, `3h10m`.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times of a run, rounded"
)]
pub fn seconds(micros: f64) -> String {
    let seconds = micros / 1e6;
    if seconds < 0.0995 {
        return format!("{:.0}ms", micros / 1e3);
    }
    if seconds < 99.95 {
        return format!("{seconds:.1}s");
    }
    if seconds < 599.5 {
        return format!("{seconds:.0}s");
    }
    let minutes = (seconds / 60.0).round() as u64;
    if minutes < 60 {
        format!("{minutes}m")
    } else {
        format!("{}h{:02}m", minutes / 60, minutes % 60)
    }
}

/// An amount with its sign: `$1.42`, `₩1,912`, `CHF 3.10`. Small amounts get more digits.
#[must_use]
pub fn money(money: &Money, style: &Style) -> String {
    let code = money.currency.0.as_str();
    let sign = match (code, style.ascii) {
        ("USD", _) => "$".to_owned(),
        ("KRW", false) => "₩".to_owned(),
        ("EUR", false) => "€".to_owned(),
        ("JPY", false) => "¥".to_owned(),
        ("GBP", false) => "£".to_owned(),
        _ => format!("{code} "),
    };
    let minus = if money.nano < 0 { "-" } else { "" };
    match amount(money.nano.unsigned_abs(), whole_currency(code)) {
        Some(amount) => format!("{minus}{sign}{amount}"),
        None => format!("<{sign}0.000001"),
    }
}

/// Currencies without a smaller unit.
fn whole_currency(code: &str) -> bool {
    matches!(code, "KRW" | "JPY" | "VND" | "CLP" | "ISK")
}

/// Billionths as digits: whole currencies without a fraction from 10 on, others with two places from a tenth on; below
/// that two significant digits. None for less than a millionth that is not nothing.
fn amount(nano: u64, whole: bool) -> Option<String> {
    const UNIT: u64 = 1_000_000_000;
    let places: u32 = match nano {
        0 => return Some(if whole { "0" } else { "0.00" }.to_owned()),
        _ if whole && nano >= 10 * UNIT => 0,
        _ if whole && nano >= UNIT => 1,
        _ if nano >= UNIT / 10 => 2,
        _ if nano >= UNIT / 100 => 3,
        _ if nano >= UNIT / 1000 => 4,
        _ if nano >= UNIT / 10_000 => 5,
        _ => 6,
    };
    let step = UNIT / 10u64.pow(places);
    let rounded = (nano + step / 2) / step;
    if rounded == 0 {
        return None;
    }
    let scale = 10u64.pow(places);
    let units = grouped(rounded / scale);
    let width = places as usize;
    Some(match places {
        0 => units,
        _ => format!("{units}.{:0width$}", rounded % scale),
    })
}

/// What was paid in one cell of a table: sums joined by ` + `, `local`, `?` where no price is known, `cache` where all was
/// reused.
#[must_use]
pub fn paid(paid: &Paid, style: &Style) -> String {
    let mut parts: Vec<String> = paid.money().map(|sum| money(&sum, style)).collect();
    if paid.unknown > 0 {
        parts.push("?".to_owned());
    }
    if parts.is_empty() {
        return match (paid.local > 0, style.lang) {
            (true, Lang::En) => "local",
            (true, Lang::Ko) => "로컬",
            (false, _) if style.ascii => "-",
            (false, _) => "–",
        }
        .to_owned();
    }
    parts.join(" + ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;

    const STYLE: Style = Style {
        width: 100,
        ascii: false,
        color: false,
        lang: Lang::En,
    };

    fn of(nano: i64, code: &str) -> String {
        money(
            &Money {
                nano,
                currency: Currency(code.to_owned()),
            },
            &STYLE,
        )
    }

    #[test]
    fn amounts() {
        for (nano, code, shown) in [
            (1_420_000_000, "USD", "$1.42"),
            (1_912_000_000_000, "KRW", "₩1,912"),
            (8_020_000_000, "KRW", "₩8.0"),
            (6_100_000, "USD", "$0.0061"),
            (380_000_000, "USD", "$0.38"),
            (12_345_000_000_000, "USD", "$12,345.00"),
            (0, "USD", "$0.00"),
            (0, "KRW", "₩0"),
            (12_000, "USD", "$0.000012"),
            (100, "USD", "<$0.000001"),
            (3_100_000_000, "CHF", "CHF 3.10"),
            (-1_500_000_000, "EUR", "-€1.50"),
            (999_999_999, "USD", "$1.00"),
        ] {
            assert_eq!(of(nano, code), shown);
        }
        let ascii = Style { ascii: true, ..STYLE };
        assert_eq!(
            money(
                &Money {
                    nano: 5_000_000_000_000,
                    currency: Currency("KRW".to_owned())
                },
                &ascii
            ),
            "KRW 5,000"
        );
    }

    #[test]
    fn counts_times_scores() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1000, 1_234_567].map(grouped)
        );
        assert_eq!(
            ["740", "9.6k", "96k", "1.2M", "12M"],
            [740, 9_600, 96_000, 1_200_000, 12_000_000].map(short_count)
        );
        assert_eq!(
            ["85ms", "0.1s", "1.9s", "19.4s", "104s", "12m", "3h10m"],
            [85e3, 99.8e3, 1.9e6, 19.4e6, 104e6, 720e6, 11_400e6].map(seconds)
        );
        assert_eq!([".83", "1.0", ".00", ".99"], [0.83, 1.0, 0.0, 0.99].map(short_score));
        assert_eq!("1.0", short_score(0.999));
    }
}
