//! Prices as people write them, exactly: decimal digits are counted, never rounded through a floating-point number.

/// Digits behind the point of a price per million tokens: its millionths are picounits a token.
const DIGITS: usize = 6;

/// A price per million tokens, such as `2.50`, in picounits (billionths of a thousandth of the unit) a token.
///
/// # Errors
/// What is wrong, following the name of the field.
pub(super) fn price(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || (text.contains('.') && part.is_empty()) {
        return Err(format!(
            "takes a price per million tokens, such as `2.50`, not `{text}`"
        ));
    }
    let part = part.trim_end_matches('0');
    if part.len() > DIGITS {
        return Err(format!("takes at most {DIGITS} digits behind the point, not `{text}`"));
    }
    let padded = format!("{whole}{part:0<DIGITS$}");
    padded
        .parse()
        .map_err(|_| format!("is more than can be counted: `{text}`"))
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
