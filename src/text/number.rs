//! Finding the number that an answer ends in: the plain rule of the reference cases.
//!
//! The richer reader (fractions, percent, Korean units) is `quantity`; this one is kept to the letter so that
//! results can be compared with those of other tools on mathematics suites.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::normalise::is_name_part;

/// The number of a text: the first one after the last marker, or the last one of the text where there is no
/// marker.
///
/// A number is an optional minus, an optional dollar sign, digits with commas, and optional decimals. A
/// minus is a sign only where [`may_be_sign`] says so. Numbers too large for a double are none.
#[must_use]
pub fn extract_number(text: &str, marker: Option<&str>) -> Option<f64> {
    let marked = marker
        .filter(|marker| !marker.is_empty())
        .and_then(|marker| text.rsplit_once(marker));
    let value = match marked {
        Some((_, after)) => Numbers::of(after).next(),
        None => Numbers::of(text).last(),
    };
    value.filter(|value| value.is_finite())
}

/// Whether a minus after this character is a sign: not after a letter, digit, underscore, closing bracket,
/// full stop or percent sign, where it is a hyphen, a range or a subtraction.
#[must_use]
pub fn may_be_sign(before: Option<char>) -> bool {
    before.is_none_or(|c| !is_name_part(c) && !matches!(c, ')' | ']' | '}' | '.' | '%'))
}

/// Value of a decimal digit of any script.
#[must_use]
pub fn digit(c: char) -> Option<u32> {
    if c.is_ascii() {
        return c.to_digit(10);
    }
    if c.general_category() != GeneralCategory::DecimalNumber {
        return None;
    }
    // Unicode keeps every set of decimal digits together, zero first; sets may follow one another without a
    // gap, so the distance from the start of the run counts modulo ten.
    let mut below = 0;
    while let Some(previous) = char::from_u32(u32::from(c) - below - 1)
        && previous.general_category() == GeneralCategory::DecimalNumber
    {
        below += 1;
    }
    Some(below % 10)
}

/// The numbers of a text from left to right.
struct Numbers {
    characters: Vec<char>,
    at: usize,
}

impl Numbers {
    fn of(text: &str) -> Self {
        Self {
            characters: text.chars().collect(),
            at: 0,
        }
    }

    fn digit_at(&self, at: usize) -> Option<u32> {
        self.characters.get(at).copied().and_then(digit)
    }

    fn is_negative(&self, start: usize) -> bool {
        let before = |at: usize| at.checked_sub(1).map(|at| self.characters[at]);
        let start = if before(start) == Some('$') { start - 1 } else { start };
        before(start) == Some('-') && may_be_sign(before(start - 1))
    }
}

impl Iterator for Numbers {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        while self.digit_at(self.at).is_none() {
            if self.at >= self.characters.len() {
                return None;
            }
            self.at += 1;
        }
        let mut plain = String::new();
        if self.is_negative(self.at) {
            plain.push('-');
        }
        loop {
            if let Some(digit) = self.digit_at(self.at) {
                plain.extend(char::from_digit(digit, 10));
            } else if self.characters.get(self.at) != Some(&',') {
                break;
            }
            self.at += 1;
        }
        if self.characters.get(self.at) == Some(&'.') && self.digit_at(self.at + 1).is_some() {
            plain.push('.');
            self.at += 1;
            while let Some(digit) = self.digit_at(self.at) {
                plain.extend(char::from_digit(digit, 10));
                self.at += 1;
            }
        }
        plain.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_specified() {
        for (text, marker, wanted) in [
            ("5 - 3", None, Some(3.0)),
            ("5-3", None, Some(3.0)),
            ("it is -3", None, Some(-3.0)),
            ("(4)-3", None, Some(3.0)),
            ("20%-3", None, Some(3.0)),
            ("x_-3", None, Some(3.0)),
            ("값은 -$1,200.50입니다.", None, Some(-1200.5)),
            ("$-7", None, Some(-7.0)),
            ("약-7", None, Some(7.0)),
            ("1.2.3", None, Some(3.0)),
            ("5,", None, Some(5.0)),
            ("#### 5 #### -6 and 7", Some("####"), Some(-6.0)),
            ("1 2 3", Some("####"), Some(3.0)),
            ("5 ####", Some("####"), None),
            ("정답 １２３", None, Some(123.0)),
            ("٣٤", None, Some(34.0)),
            ("𝟙𝟚", None, Some(12.0)),
            ("", None, None),
            ("-", None, None),
            ("1 2", Some(""), Some(2.0)),
        ] {
            assert_eq!(extract_number(text, marker), wanted, "{text} {marker:?}");
        }
        assert_eq!(extract_number(&"9".repeat(400), None), None);
    }

    #[test]
    fn digits_of_other_scripts_have_their_values() {
        for c in '\u{0}'..=char::MAX {
            if c.general_category() == GeneralCategory::DecimalNumber {
                let value = digit(c).unwrap();
                assert!(value < 10, "{c}");
                if value > 0 {
                    let zero = char::from_u32(u32::from(c) - value).unwrap();
                    assert_eq!(digit(zero), Some(0), "{c}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_finite_number_or_none(text in any::<String>(), marker in "[#a]{0,2}") {
            let value = extract_number(&text, Some(&marker));
            prop_assert!(value.is_none_or(f64::is_finite));
        }

        #[test]
        fn written_numbers_read_back(value in -1_000_000_000i64..1_000_000_000) {
            let text = format!("the answer is {value}.");
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let wanted = value as f64;
            prop_assert_eq!(extract_number(&text, None), Some(wanted));
        }
    }
}
