//! Money as people read and write it: `$1.45`, `₩1,930`, `1.20 EUR`.

use crate::domain::{Currency, Money};
use crate::said;

/// Nanounits in a unit.
const NANO: u64 = 1_000_000_000;
/// Decimals that nanounits have.
const DECIMALS: usize = 9;

/// An amount as tables show it.
///
/// Amounts of a tenth and more have the currency's usual decimals ($1.45, ₩1,930); smaller ones two
/// significant digits, so that an answer of 0.61 cents is not shown as one cent ($0.0061). Currencies without
/// a sign here are written with their code (1.20 EUR).
#[must_use]
pub fn format_money(money: &Money) -> String {
    let decimals = usual_decimals(&money.currency);
    let number = number(money.nano.unsigned_abs(), decimals);
    let sign = if money.nano < 0 { "-" } else { "" };
    match symbol(&money.currency) {
        Some(symbol) => format!("{sign}{symbol}{number}"),
        None => format!("{sign}{number} {}", money.currency.0),
    }
}

/// Amounts summed by currency and joined: `$3.57 + ₩1,912`. Empty for no amounts.
#[must_use]
pub fn format_sums(amounts: &[Money]) -> String {
    let texts: Vec<String> = sum(amounts).iter().map(format_money).collect();
    texts.join(" + ")
}

/// Exact sums by currency: dollars first, then won, then the others by code. Sums that would not fit stay at
/// the largest amount.
#[must_use]
pub fn sum(amounts: &[Money]) -> Vec<Money> {
    let mut sums: Vec<Money> = Vec::new();
    for amount in amounts {
        match sums.iter_mut().find(|known| known.currency == amount.currency) {
            Some(known) => known.nano = known.nano.saturating_add(amount.nano),
            None => sums.push(amount.clone()),
        }
    }
    sums.sort_by(|a, b| place(&a.currency).cmp(&place(&b.currency)));
    sums
}

fn place(currency: &Currency) -> (u8, &str) {
    let group = match currency.0.as_str() {
        "USD" => 0,
        "KRW" => 1,
        _ => 2,
    };
    (group, &currency.0)
}

fn symbol(currency: &Currency) -> Option<&'static str> {
    match currency.0.as_str() {
        "USD" => Some("$"),
        "KRW" => Some("₩"),
        _ => None,
    }
}

fn usual_decimals(currency: &Currency) -> usize {
    match currency.0.as_str() {
        "KRW" | "JPY" | "VND" | "CLP" | "ISK" => 0,
        _ => 2,
    }
}

/// The digits of an amount: the usual decimals, or two significant digits where those would hide too much.
fn number(nano: u64, usual: usize) -> String {
    // Below this two significant digits need more than the usual decimals.
    let fine = match usual {
        0 => 10 * NANO,
        _ => NANO / 10,
    };
    if nano == 0 || nano >= fine {
        return fixed(nano, usual);
    }
    let leading = usize::try_from(nano.ilog10()).expect("below twenty");
    let decimals = (DECIMALS + 1).saturating_sub(leading).min(DECIMALS);
    let mut text = fixed(nano, decimals);
    while text.ends_with('0') && text.len() > text.find('.').map_or(0, |point| point + 1 + usual) {
        text.pop();
    }
    if text.ends_with('.') {
        text.pop();
    }
    text
}

/// An amount with exactly so many decimals, rounded half up, thousands grouped.
fn fixed(nano: u64, decimals: usize) -> String {
    let step = 10u64.pow(u32::try_from(DECIMALS - decimals).expect("at most nine"));
    let rounded = (nano / step) + u64::from(nano % step >= step.div_ceil(2) && step > 1);
    let scale = 10u64.pow(u32::try_from(decimals).expect("at most nine"));
    let whole = grouped(rounded / scale);
    if decimals == 0 {
        whole
    } else {
        format!("{whole}.{:0decimals$}", rounded % scale)
    }
}

fn grouped(whole: u64) -> String {
    let digits = whole.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Why a text is not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// No currency stands with the number.
    #[error("`{0}` has no currency: write `$5`, `₩3000`, `5.00 USD` or `3000 KRW`")]
    NoCurrency(String),
    /// The number is not one, or is negative, too large or too fine.
    #[error("`{0}` is not an amount: write digits with at most nine decimals, for example `$5` or `3000 KRW`")]
    Number(String),
}

/// Reads an amount as people write it in budgets: `$5`, `5.00 USD`, `USD 5`, `₩3,000`, `3000 KRW`, `3000원`.
///
/// # Errors
/// When the currency or the number is missing or out of shape.
pub fn parse_money(text: &str) -> Result<Money, MoneyError> {
    let text = text.trim();
    let begin = text.find(|letter: char| letter.is_ascii_digit() || letter == '.');
    let end = text.rfind(|letter: char| letter.is_ascii_digit() || letter == '.');
    let (Some(begin), Some(end)) = (begin, end) else {
        return Err(MoneyError::Number(text.to_owned()));
    };
    let before = text[..begin].trim();
    let after = text[end + 1..].trim();
    let currency = match (before, after) {
        ("", "") => return Err(MoneyError::NoCurrency(text.to_owned())),
        (name, "") | ("", name) => currency(name).ok_or_else(|| MoneyError::Number(text.to_owned()))?,
        _ => return Err(MoneyError::Number(text.to_owned())),
    };
    let nano = nano(&text[begin..=end]).ok_or_else(|| MoneyError::Number(text.to_owned()))?;
    Ok(Money { nano, currency })
}

/// Reads several amounts joined by `+`, as [`format_sums`] writes them: `$6.00 + ₩5,000`.
///
/// # Errors
/// Those of [`parse_money`], for the first amount that is none.
pub fn parse_sums(text: &str) -> Result<Vec<Money>, MoneyError> {
    let amounts: Result<Vec<Money>, MoneyError> = text.split('+').map(parse_money).collect();
    Ok(sum(&amounts?))
}

fn currency(name: &str) -> Option<Currency> {
    let code = match name {
        "$" => "USD".to_owned(),
        "₩" | "￦" | "원" => "KRW".to_owned(),
        "€" => "EUR".to_owned(),
        _ if name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_alphabetic()) => name.to_ascii_uppercase(),
        _ => return None,
    };
    Some(Currency(code))
}

/// Nanounits of digits with an optional point; commas only between groups of three.
fn nano(digits: &str) -> Option<i64> {
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let grouped_well = rest.is_empty() || ((1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3));
    let plain = whole.replace(',', "");
    let all_digits = plain.bytes().chain(decimals.bytes()).all(|byte| byte.is_ascii_digit());
    if !grouped_well || !all_digits || decimals.len() > DECIMALS {
        return None;
    }
    if plain.is_empty() && decimals.is_empty() {
        return None;
    }
    format!("{plain}{decimals:0<DECIMALS$}").parse().ok()
}

impl MoneyError {
    /// The same for people, in every language.
    #[must_use]
    pub fn said(&self) -> crate::domain::Said {
        match self {
            Self::NoCurrency(text) => said!(
                "{self}",
                "`{text}`에 통화가 없습니다. `$5`, `₩3000`, `5.00 USD`, `3000 KRW`처럼 쓰세요"
            ),
            Self::Number(text) => said!(
                "{self}",
                "`{text}`은(는) 금액이 아닙니다. `$5`, `3000 KRW`처럼 소수점 아래 아홉 자리까지의 숫자로 쓰세요"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(nano: i64, currency: &str) -> Money {
        Money {
            nano,
            currency: Currency(currency.to_owned()),
        }
    }

    #[test]
    fn amounts_read_as_in_the_mock_ups() {
        for (nano, currency, text) in [
            (1_450_000_000, "USD", "$1.45"),
            (740_000_000, "USD", "$0.74"),
            (80_000_000, "USD", "$0.08"),
            (6_100_000, "USD", "$0.0061"),
            (6_000_000, "USD", "$0.006"),
            (99_600_000, "USD", "$0.10"),
            (1, "USD", "$0.000000001"),
            (0, "USD", "$0.00"),
            (1_234_567_895_000_000, "USD", "$1,234,567.90"),
            (1_930_000_000_000, "KRW", "₩1,930"),
            (8_000_000_000, "KRW", "₩8"),
            (1_440_000_000, "KRW", "₩1.4"),
            (420_000_000, "KRW", "₩0.42"),
            (0, "KRW", "₩0"),
            (1_200_000_000, "EUR", "1.20 EUR"),
            (-1_450_000_000, "USD", "-$1.45"),
        ] {
            assert_eq!(format_money(&money(nano, currency)), text);
        }
    }

    #[test]
    fn sums_stand_by_currency_dollars_first() {
        let amounts = [
            money(1_000_000_000_000, "KRW"),
            money(1_570_000_000, "USD"),
            money(5_000_000_000, "EUR"),
            money(912_000_000_000, "KRW"),
            money(2_000_000_000, "USD"),
        ];
        assert_eq!(format_sums(&amounts), "$3.57 + ₩1,912 + 5.00 EUR");
        assert_eq!(format_sums(&[]), "");
        assert_eq!(parse_sums("$3.57 + ₩1,912 + 5 EUR").unwrap(), sum(&amounts));
    }

    #[test]
    fn budgets_are_read_in_every_usual_form() {
        let five = money(5_000_000_000, "USD");
        for text in ["$5", "$5.00", "5.00 USD", "5usd", "USD 5", " $ 5 ", "$5.", "$05"] {
            assert_eq!(parse_money(text), Ok(five.clone()), "{text}");
        }
        let won = money(3_000_000_000_000, "KRW");
        for text in ["₩3000", "₩3,000", "3000 KRW", "3,000원", "￦3000"] {
            assert_eq!(parse_money(text), Ok(won.clone()), "{text}");
        }
        assert_eq!(parse_money("$.5"), Ok(money(500_000_000, "USD")));
        assert_eq!(parse_money("€2"), Ok(money(2_000_000_000, "EUR")));
    }

    #[test]
    fn what_is_no_amount_is_refused_with_a_remedy() {
        assert_eq!(parse_money("5"), Err(MoneyError::NoCurrency("5".into())));
        for bad in [
            "",
            "$",
            "five dollars",
            "$-5",
            "-5 USD",
            "$1,00",
            "$1.2.3",
            "$1 USD",
            "5 dollars",
            "$0.0000000001",
            "$99999999999999",
            "$1e3",
            "$１",
            "$.",
        ] {
            let error = parse_money(bad).expect_err(bad);
            assert!(error.to_string().contains("for example"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_near(nano in 0i64..10_000_000_000_000, won in any::<bool>()) {
            let amount = money(nano, if won { "KRW" } else { "USD" });
            let read = parse_money(&format_money(&amount)).unwrap();
            prop_assert_eq!(&read.currency, &amount.currency);
            let slack = if won { 500_000_000 } else { 5_000_000 };
            prop_assert!((read.nano - nano).abs() <= slack.max(nano / 20));
        }

        #[test]
        fn sums_are_exact_in_any_order(mut parts in prop::collection::vec((-1_000_000i64..1_000_000, 0usize..3), 0..40)) {
            let amounts = |parts: &[(i64, usize)]| -> Vec<Money> {
                parts.iter().map(|(nano, which)| money(*nano, ["USD", "KRW", "EUR"][*which])).collect()
            };
            let forward = sum(&amounts(&parts));
            parts.reverse();
            prop_assert_eq!(&forward, &sum(&amounts(&parts)));
            for total in &forward {
                let direct: i64 = amounts(&parts).iter().filter(|part| part.currency == total.currency).map(|part| part.nano).sum();
                prop_assert_eq!(total.nano, direct);
            }
        }
    }
}
