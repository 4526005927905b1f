//! Prices as people write them, exactly: decimal digits are counted, never rounded through a floating-point number.

use crate::domain::Said;
use crate::said;

/// Digits behind the point of a price per million tokens: its millionths are picounits a token.
const DIGITS: usize = 6;

/// A price per million tokens, such as `2.50`, in picounits (billionths of a thousandth of the unit) a token.
///
/// # Errors
/// What is wrong, following the name of the field.
pub(super) fn price(text: &str) -> Result<u64, Said> {
    let text = text.trim();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || (text.contains('.') && part.is_empty()) {
        return Err(said!(
            "takes a price per million tokens, such as `2.50`, not `{text}`",
            "값은 `2.50`처럼 토큰 백만 개당 가격이어야 합니다. 지금은 `{text}`입니다"
        ));
    }
    let part = part.trim_end_matches('0');
    if part.len() > DIGITS {
        return Err(said!(
            "takes at most {DIGITS} digits behind the point, not `{text}`",
            "값은 소수점 아래 {DIGITS}자리까지입니다. 지금은 `{text}`입니다"
        ));
    }
    let padded = format!("{whole}{part:0<DIGITS$}");
    padded.parse().map_err(|_| {
        said!(
            "is more than can be counted: `{text}`",
            "값이 셀 수 있는 것보다 큽니다: `{text}`"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        for (text, pico) in [
            ("2.50", 2_500_000),
            ("0.1", 100_000),
            ("0.000001", 1),
            ("10", 10_000_000),
            ("0", 0),
            ("1250.00", 1_250_000_000),
            ("0.0750000000", 75_000),
        ] {
            assert_eq!(price(text), Ok(pico), "{text}");
        }
        for text in [
            "",
            "-1",
            "1e3",
            ".5",
            "1.",
            "1,5",
            "2.5 USD",
            "0.0000001",
            "99999999999999999999",
            "inf",
            "２",
        ] {
            assert!(price(text).is_err(), "{text}");
        }
    }
}
