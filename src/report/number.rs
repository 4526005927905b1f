//! Numbers as people read them, in every report the same.
//!
//! Unknown is `?` or `–`, never 0. Digits beyond what the uncertainty carries are not shown.

use crate::compare::{Paid, Rate};
use crate::domain::Money;

use super::Style;
use super::words::Lang;
use crate::text::digits;

/// `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    digits::grouped(&number.to_string())
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

/// Digits behind the point of a difference in percentage points: one below the leading digit of its standard error, at most
/// two. Without an error one.
#[must_use]
pub fn point_digits(error: Option<f64>) -> usize {
    match error.map(|error| error * 100.0) {
        Some(error) if error >= 9.95 => 0,
        Some(error) if error > 0.0 && error < 0.995 => 2,
        _ => 1,
    }
}

/// The digits of differences that stand in one list, of their standard errors: what suits all of them, else one.
#[must_use]
pub fn list_digits(errors: impl IntoIterator<Item = Option<f64>>) -> usize {
    let mut digits = errors.into_iter().map(point_digits);
    match digits.next() {
        Some(first) if digits.all(|other| other == first) => first,
        _ => 1,
    }
}

/// A difference of shares in percentage points, with its sign: `+0.8`, `−12.5`, `0.0`.
#[must_use]
pub fn points(difference: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", (difference * 100.0).abs());
    if text.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
        return text;
    }
    let sign = if difference < 0.0 { '−' } else { '+' };
    format!("{sign}{text}")
}

/// How large a difference is in percentage points, without a sign: `1.9`. One that is there is not told as none: `0.1`.
#[must_use]
pub fn size(difference: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", (difference * 100.0).abs());
    if difference == 0.0 || text.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        return text;
    }
    match digits {
        0 => "1".to_owned(),
        _ => format!("0.{}1", "0".repeat(digits - 1)),
    }
}

/// A difference of scores between 0 and 1, with its sign: `+0.012`, `−0.13`; digits as [`point_digits`] says of its error.
#[must_use]
pub fn score_points(difference: f64, digits: usize) -> String {
    points(difference / 100.0, digits + 2)
}

/// A p-value with two digits that count, never 0: `0.34`, `0.027`, `0.0012`, `2e-5`, `<1e-12`.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p < 1e-12 {
        return "<1e-12".to_owned();
    }
    if p < 0.001 {
        return format!("{p:.0e}");
    }
    if p < 0.01 {
        return format!("{p:.4}");
    }
    if p < 0.0995 {
        format!("{p:.3}")
    } else {
        format!("{p:.2}")
    }
}

/// A p-value in a sentence, behind the letter p: `= 0.027`, `< 1e-12`.
#[must_use]
pub fn p_told(p: f64) -> String {
    let told = p_value(p);
    match told.strip_prefix('<') {
        Some(bound) => format!("< {bound}"),
        None => format!("= {told}"),
    }
}

/// A share in whole percent without the sign.
#[must_use]
pub fn whole_percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

/// A mean of people's scores: `4.13`. Halves go up, and sums that differ in their last bit only read the same.
#[must_use]
pub fn rating(mean: f64) -> String {
    format!("{:.2}", mean + 1e-9)
}

/// A difference of such means, always with its sign: `+0.25`, `−1.10`, `0.00`.
#[must_use]
pub fn signed_rating(difference: f64) -> String {
    let size = rating(difference.abs());
    match difference {
        _ if size == "0.00" => size,
        _ if difference < 0.0 => format!("−{size}"),
        _ => format!("+{size}"),
    }
}

/// A number of unknown meaning with four digits that count: `0.01630`, `23.69`, `15,120`.
#[must_use]
pub fn plain_number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-6..1e15).contains(&size) {
        return format!("{value:.3e}");
    }
    if size >= 9_999.5 {
        let whole = grouped(whole(size));
        return if value < 0.0 { format!("−{whole}") } else { whole };
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from -6 to 4")]
    let digits = (3 - size.log10().floor() as i32).max(0) as usize;
    format!("{value:.digits$}").replace('-', "−")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be below 1e15"
)]
fn whole(size: f64) -> u64 {
    size.round() as u64
}

/// A score from 0 to 1: `0.83`. Rounded as a [`rating`]: the same mean is summed up in one way here and in another there.
#[must_use]
pub fn score(score: f64) -> String {
    rating(score)
}

/// A score in three signs: `.83`, `1.0`.
#[must_use]
pub fn short_score(score: f64) -> String {
    let text = rating(score);
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

/// How the times of one column are written, so that they can be compared at a glance: by the longest of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// `85ms`: all are shorter than a second.
    Milliseconds,
    /// `1.9s`.
    Tenths,
    /// Each as [`seconds`] writes it: minutes and hours among them.
    Mixed,
}

impl Clock {
    /// For these times, in microseconds.
    #[must_use]
    pub fn of(times: impl IntoIterator<Item = f64>) -> Self {
        match times.into_iter().fold(0.0, f64::max) {
            longest if longest < 999_500.0 => Self::Milliseconds,
            longest if longest < 599_500_000.0 => Self::Tenths,
            _ => Self::Mixed,
        }
    }

    /// A time in microseconds.
    #[must_use]
    pub fn show(self, micros: f64) -> String {
        match self {
            Self::Milliseconds => format!("{:.0}ms", micros / 1e3),
            Self::Tenths if micros > 0.0 && micros < 50_000.0 => "<0.1s".to_owned(),
            Self::Tenths => format!("{:.1}s", micros / 1e6),
            Self::Mixed => seconds(micros),
        }
    }
}

/// How the amounts of one column are written: with equally many decimals in each currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purse(std::collections::BTreeMap<String, u32>);

impl Purse {
    /// For these amounts. The smallest is to be told from nothing, as far as the largest leaves room for it.
    #[must_use]
    pub fn of(amounts: impl IntoIterator<Item = Money>) -> Self {
        let mut found: std::collections::BTreeMap<String, (u64, u64)> = std::collections::BTreeMap::new();
        for amount in amounts {
            let nano = amount.nano.unsigned_abs();
            if nano > 0 {
                let ends = found.entry(amount.currency.0).or_insert((nano, nano));
                *ends = (ends.0.min(nano), ends.1.max(nano));
            }
        }
        let places = |(code, (least, most)): (String, (u64, u64))| {
            let whole = whole_currency(&code);
            let room = match most {
                0..100_000_000 => 6,
                100_000_000..1_000_000_000 => 4,
                1_000_000_000..10_000_000_000 => 3,
                _ if whole => 0,
                _ => 2,
            };
            let places = places(least, whole).min(room);
            (code, places)
        };
        Self(found.into_iter().map(places).collect())
    }

    /// An amount.
    #[must_use]
    pub fn show(&self, amount: &Money, style: &Style) -> String {
        let Some(places) = self.0.get(&amount.currency.0) else {
            return money(amount, style);
        };
        let sign = currency_sign(&amount.currency.0, style);
        let nano = amount.nano.unsigned_abs();
        let minus = if amount.nano < 0 { "-" } else { "" };
        match decimals(nano, *places) {
            Some(digits) => format!("{minus}{sign}{digits}"),
            None => format!(
                "<{sign}{}",
                decimals(NANO / 10u64.pow(*places), *places).unwrap_or_default()
            ),
        }
    }
}

/// An amount with its sign: `$1.42`, `₩1,912`, `CHF 3.10`. Small amounts get more digits.
#[must_use]
pub fn money(money: &Money, style: &Style) -> String {
    let code = money.currency.0.as_str();
    let sign = currency_sign(code, style);
    let minus = if money.nano < 0 { "-" } else { "" };
    match amount(money.nano.unsigned_abs(), whole_currency(code)) {
        Some(amount) => format!("{minus}{sign}{amount}"),
        None => format!("<{sign}0.000001"),
    }
}

fn currency_sign(code: &str, style: &Style) -> String {
    match (code, style.ascii) {
        ("USD", _) => "$".to_owned(),
        ("KRW", false) => "₩".to_owned(),
        ("EUR", false) => "€".to_owned(),
        ("JPY", false) => "¥".to_owned(),
        ("GBP", false) => "£".to_owned(),
        _ => format!("{code} "),
    }
}

/// Currencies without a smaller unit.
fn whole_currency(code: &str) -> bool {
    matches!(code, "KRW" | "JPY" | "VND" | "CLP" | "ISK")
}

/// Billionths of a unit.
const NANO: u64 = 1_000_000_000;

/// Places behind the point: whole currencies none from 10 on, others two from a tenth on; below that two significant
/// digits, six places at most.
fn places(nano: u64, whole: bool) -> u32 {
    match nano {
        _ if whole && nano >= 10 * NANO => 0,
        _ if whole && nano >= NANO => 1,
        _ if nano >= NANO / 10 => 2,
        _ if nano >= NANO / 100 => 3,
        _ if nano >= NANO / 1000 => 4,
        _ if nano >= NANO / 10_000 => 5,
        _ => 6,
    }
}

/// Billionths as digits. None for less than the last place shows that is not nothing.
fn amount(nano: u64, whole: bool) -> Option<String> {
    if nano == 0 {
        return Some(if whole { "0" } else { "0.00" }.to_owned());
    }
    decimals(nano, places(nano, whole))
}

fn decimals(nano: u64, places: u32) -> Option<String> {
    let step = NANO / 10u64.pow(places);
    let rounded = (nano + step / 2) / step;
    if rounded == 0 && nano > 0 {
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
pub fn paid(paid: &Paid, purse: &Purse, style: &Style) -> String {
    let mut parts: Vec<String> = paid.money().map(|sum| purse.show(&sum, style)).collect();
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
    fn amounts_of_a_column_have_equally_many_decimals() {
        let shown = |nanos: &[i64], code: &str| -> Vec<String> {
            let amounts = nanos.iter().map(|nano| Money {
                nano: *nano,
                currency: Currency(code.to_owned()),
            });
            let purse = Purse::of(amounts.clone());
            amounts.map(|amount| purse.show(&amount, &STYLE)).collect()
        };
        assert_eq!(
            shown(&[1_420_000_000, 17_000_000], "USD"),
            ["$1.420", "$0.017"],
            "the smaller one is still told"
        );
        assert_eq!(shown(&[12_000_000_000, 2_000_000], "USD"), ["$12.00", "<$0.01"]);
        assert_eq!(
            shown(&[16_900_000, 6_100_000, 0], "USD"),
            ["$0.0169", "$0.0061", "$0.0000"]
        );
        assert_eq!(shown(&[1_912_000_000_000, 8_020_000_000], "KRW"), ["₩1,912", "₩8"]);
        assert_eq!(shown(&[900_000_000_000, 100_000_000], "KRW"), ["₩900", "<₩1"]);
    }

    #[test]
    fn times_of_a_column_have_one_unit() {
        let shown = |times: &[f64]| {
            let clock = Clock::of(times.iter().copied());
            times.iter().map(|time| clock.show(*time)).collect::<Vec<_>>()
        };
        assert_eq!(shown(&[72e3, 104e3, 998e3]), ["72ms", "104ms", "998ms"]);
        assert_eq!(
            shown(&[23e3, 180e3, 19.4e6, 104e6]),
            ["<0.1s", "0.2s", "19.4s", "104.0s"]
        );
        assert_eq!(shown(&[1.9e6, 720e6]), ["1.9s", "12m"]);
    }

    #[test]
    fn differences_and_p_values() {
        assert_eq!(
            ["+0.8", "−12.5", "0.0", "+100.0"],
            [0.008, -0.1251, -0.0001, 1.0].map(|value| points(value, 1))
        );
        assert_eq!(
            [1, 0, 2, 1],
            [Some(0.024), Some(0.12), Some(0.0035), None].map(point_digits)
        );
        assert_eq!(
            ["1.9", "12", "0.0", "0.1", "0.01", "1"],
            [(-0.0188, 1), (0.12, 0), (0.0, 1), (1e-5, 1), (1e-5, 2), (1e-5, 0)].map(|(of, digits)| size(of, digits))
        );
        assert_eq!(
            [1, 0, 1, 1],
            [
                list_digits([]),
                list_digits([Some(0.12), Some(0.2)]),
                list_digits([Some(0.12), Some(0.003)]),
                list_digits([None, Some(0.05)])
            ]
        );
        assert_eq!(
            ["1.00", "0.34", "0.027", "0.0012", "2e-5", "<1e-12"],
            [1.0, 0.34, 0.0266, 0.0012, 2.1e-5, 1e-300].map(p_value)
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
        // 75 of 200, summed up in two ways.
        assert_eq!(["0.38", "0.38"], [0.375, 0.374_999_999_999_999_94].map(score));
        assert_eq!([".83", "1.0", ".00", ".99"], [0.83, 1.0, 0.0, 0.99].map(short_score));
        assert_eq!("1.0", short_score(0.999));
    }
}
