//! Reading numbers as people and models write them: separators, fractions, powers of ten, percent, English
//! and Korean units.
//!
//! `3만 5천` is 35,000, `1억 2,000만` is 120 million, `2½` is 2.5, `3 × 10^8` is 300 million, `\frac{3}{4}` is
//! 0.75. Numerals written in Hangul (`삼천오백`) are read only when asked for, because many words look like
//! them (`구조`, `만일`). Digits are those of ASCII and their full-width forms; the decimal sign is the full
//! stop. Dates and times fall apart into their numbers.

use super::normalise::nfc;
use super::number::may_be_sign;

/// A number found in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Its value, finite; that of `12 %` is 12.
    pub value: f64,
    /// It was followed by a percent sign or word.
    pub percent: bool,
    /// As it stands in the text, full-width forms folded.
    pub text: String,
}

/// Every number of a text, from left to right, none inside another.
#[must_use]
pub fn quantities(text: &str, hangul_numerals: bool) -> Vec<Quantity> {
    let reader = Reader {
        characters: nfc(text).chars().map(fold).collect(),
        hangul_numerals,
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < reader.characters.len() {
        match reader.quantity(at) {
            Some((quantity, end)) if end > at => {
                if quantity.value.is_finite() {
                    found.push(quantity);
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// Full-width ASCII becomes ASCII; the minus sign a hyphen; a power's superscript digits stay.
fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{2212}' | '\u{fe63}' => '-',
        '￦' => '₩',
        other => other,
    }
}

/// Value of ½ and its like.
fn vulgar(c: char) -> Option<f64> {
    let (above, below) = match c {
        '½' => (1.0, 2.0),
        '⅓' => (1.0, 3.0),
        '⅔' => (2.0, 3.0),
        '¼' => (1.0, 4.0),
        '¾' => (3.0, 4.0),
        '⅕' => (1.0, 5.0),
        '⅖' => (2.0, 5.0),
        '⅗' => (3.0, 5.0),
        '⅘' => (4.0, 5.0),
        '⅙' => (1.0, 6.0),
        '⅚' => (5.0, 6.0),
        '⅛' => (1.0, 8.0),
        '⅜' => (3.0, 8.0),
        '⅝' => (5.0, 8.0),
        '⅞' => (7.0, 8.0),
        _ => return None,
    };
    Some(above / below)
}

const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// English words for powers of ten, and their value.
const SCALES: [(&str, f64); 4] = [
    ("thousand", 1e3),
    ("million", 1e6),
    ("billion", 1e9),
    ("trillion", 1e12),
];

const PERCENT: [&str; 4] = ["%", "퍼센트", "percent", "per cent"];

/// Signs of currency that may stand between a minus and its digits.
const CURRENCY: [char; 5] = ['$', '₩', '€', '£', '¥'];

/// A text being read, full-width forms folded.
pub(super) struct Reader {
    pub(super) characters: Vec<char>,
    pub(super) hangul_numerals: bool,
}

impl Reader {
    pub(super) fn get(&self, at: usize) -> Option<char> {
        self.characters.get(at).copied()
    }

    pub(super) fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|at| self.get(at))
    }

    pub(super) fn is_digit(&self, at: usize) -> bool {
        self.get(at).is_some_and(|c| c.is_ascii_digit())
    }

    /// The end of `word` when it stands here, compared without case.
    fn word(&self, at: usize, word: &str) -> Option<usize> {
        let mut end = at;
        for wanted in word.chars() {
            if self.get(end)?.to_ascii_lowercase() != wanted {
                return None;
            }
            end += 1;
        }
        Some(end)
    }

    pub(super) fn skip_spaces(&self, mut at: usize, most: usize) -> usize {
        let end = at + most;
        while at < end && self.get(at) == Some(' ') {
            at += 1;
        }
        at
    }

    /// The number that begins here, and where it ends.
    fn quantity(&self, start: usize) -> Option<(Quantity, usize)> {
        let (mut value, mut end) = self
            .latex_fraction(start)
            .or_else(|| self.with_digits(start))
            .or_else(|| self.in_hangul(start))?;
        if let Some((scaled, after)) = self.power_of_ten(end).or_else(|| self.scale(end)) {
            value *= scaled;
            end = after;
        }
        let after = self.skip_spaces(end, 1);
        let percent = PERCENT.iter().find_map(|word| self.word(after, word));
        let (start, negative) = self.sign(start);
        let quantity = Quantity {
            value: if negative { -value } else { value },
            percent: percent.is_some(),
            text: self.characters[start..percent.unwrap_or(end)].iter().collect(),
        };
        Some((quantity, percent.unwrap_or(end)))
    }

    /// Where the number begins with its sign, and whether that is a minus.
    fn sign(&self, start: usize) -> (usize, bool) {
        let mut at = start;
        if self.before(at).is_some_and(|c| CURRENCY.contains(&c)) {
            at -= 1;
        }
        match self.before(at) {
            Some('-') if may_be_sign(self.before(at - 1)) => (at - 1, true),
            _ => (start, false),
        }
    }

    fn with_digits(&self, start: usize) -> Option<(f64, usize)> {
        let first = self.get(start)?;
        if let Some(value) = vulgar(first) {
            return Some((value, start + 1));
        }
        let (value, end) = self.decimal(start)?;
        if let Some(c) = self.get(end)
            && let Some(part) = vulgar(c)
        {
            return Some((value + part, end + 1));
        }
        if let Some(found) = self.fraction(start, value, end) {
            return Some(found);
        }
        if let Some(found) = self.exponent(value, end) {
            return Some(found);
        }
        Some(self.compound(Some(value), end).unwrap_or((value, end)))
    }

    /// Digits, grouped or not, with decimals; or decimals alone, as in `.5`.
    pub(super) fn decimal(&self, start: usize) -> Option<(f64, usize)> {
        let mut plain = String::new();
        let mut at = start;
        while let Some(c) = self.get(at)
            && c.is_ascii_digit()
        {
            plain.push(c);
            at += 1;
        }
        if plain.is_empty() {
            let alone = self.before(start).is_none_or(|c| !c.is_alphanumeric() && c != '.');
            if !(alone && self.get(start) == Some('.') && self.is_digit(start + 1)) {
                return None;
            }
        } else if plain.len() <= 3 {
            while let Some(group) = self.group_of_three(at) {
                plain.extend(&self.characters[group..group + 3]);
                at = group + 3;
            }
        }
        if self.get(at) == Some('.') && self.is_digit(at + 1) {
            plain.push('.');
            at += 1;
            while let Some(c) = self.get(at)
                && c.is_ascii_digit()
            {
                plain.push(c);
                at += 1;
            }
        }
        Some((plain.parse().ok()?, at))
    }

    /// Where three digits begin after a separator (`,`, LaTeX's `{,}` and `\,`, thin spaces), with none after.
    fn group_of_three(&self, at: usize) -> Option<usize> {
        let digits = ["{,}", "\\,", ",", "\u{202f}", "\u{2009}"]
            .iter()
            .find_map(|separator| self.word(at, separator))?;
        let three = (digits..digits + 3).all(|at| self.is_digit(at));
        (three && !self.is_digit(digits + 3)).then_some(digits)
    }

    fn whole(&self, start: usize) -> Option<(f64, usize)> {
        let mut end = start;
        while self.is_digit(end) {
            end += 1;
        }
        let plain: String = self.characters[start..end].iter().collect();
        Some((plain.parse().ok()?, end))
    }

    /// `3/4`, or `1 3/4` after a whole number; not a piece of a date such as `2026/11/23`.
    fn fraction(&self, start: usize, value: f64, end: usize) -> Option<(f64, usize)> {
        let parts = |at: usize| {
            let (above, slash) = self.whole(at)?;
            let (below, after) = self.over(slash)?;
            Some((above, below, after))
        };
        if self.get(end) == Some(' ')
            && let Some((above, below, after)) = parts(end + 1)
            && above < below
            && value.fract() == 0.0
        {
            return Some((value + above / below, after));
        }
        if self.before(start) == Some('/') {
            return None;
        }
        let (below, after) = self.over(end)?;
        Some((value / below, after))
    }

    /// A slash and a denominator other than zero, not followed by another slash.
    fn over(&self, at: usize) -> Option<(f64, usize)> {
        if !matches!(self.get(at), Some('/' | '⁄')) {
            return None;
        }
        let (below, after) = self.decimal(at + 1)?;
        let whole_date = self.get(after) == Some('/') && self.is_digit(after + 1);
        (below != 0.0 && !whole_date).then_some((below, after))
    }

    /// `\frac{3}{4}`, `\dfrac` and `\tfrac`.
    fn latex_fraction(&self, start: usize) -> Option<(f64, usize)> {
        let at = ["\\frac", "\\dfrac", "\\tfrac"]
            .iter()
            .find_map(|word| self.word(start, word))?;
        let braced = |at: usize| {
            let open = self.word(at, "{")?;
            let negative = self.get(open) == Some('-');
            let (value, close) = self.decimal(open + usize::from(negative))?;
            let value = if negative { -value } else { value };
            Some((value, self.word(close, "}")?))
        };
        let (above, at) = braced(at)?;
        let (below, at) = braced(at)?;
        (below != 0.0).then_some((above / below, at))
    }

    /// `e10`, `E-3` right after a number.
    fn exponent(&self, value: f64, at: usize) -> Option<(f64, usize)> {
        let digits = self.word(at, "e")?;
        let (power, end) = self.signed_whole(digits)?;
        let ends = self.get(end).is_none_or(|c| !c.is_alphanumeric());
        ends.then(|| (value * power_of_ten(power), end))
    }

    fn signed_whole(&self, at: usize) -> Option<(i32, usize)> {
        let sign = matches!(self.get(at), Some('-' | '+'));
        let (value, end) = self.whole(at + usize::from(sign))?;
        // Beyond the range of doubles the exact power no longer matters.
        #[expect(clippy::cast_possible_truncation, reason = "clamped before")]
        let value = value.clamp(0.0, 1000.0) as i32;
        let negative = self.get(at) == Some('-');
        Some((if negative { -value } else { value }, end))
    }

    /// `× 10^8`, `x 10⁸`, `\times 10^{8}`: the factor and its end.
    fn power_of_ten(&self, at: usize) -> Option<(f64, usize)> {
        let at = self.skip_spaces(at, 1);
        let at = ["×", "x", "*", "\\times", "\\cdot", "·"]
            .iter()
            .find_map(|word| self.word(at, word))?;
        let at = self.word(self.skip_spaces(at, 1), "10")?;
        if let Some(caret) = self.word(at, "^") {
            let braced = self.word(caret, "{");
            let (power, end) = self.signed_whole(braced.unwrap_or(caret))?;
            let end = if braced.is_some() { self.word(end, "}")? } else { end };
            return Some((power_of_ten(power), end));
        }
        let negative = self.get(at) == Some('⁻');
        let mut end = at + usize::from(negative);
        let mut power = 0i32;
        let first = end;
        while let Some(c) = self.get(end)
            && let Some(digit) = SUPERSCRIPTS.iter().position(|superscript| *superscript == c)
        {
            let digit = i32::try_from(digit).unwrap_or(0);
            power = power.saturating_mul(10).saturating_add(digit).min(1000);
            end += 1;
        }
        (end > first).then(|| (power_of_ten(if negative { -power } else { power }), end))
    }

    /// `million` and its like, after at most one space or hyphen.
    fn scale(&self, at: usize) -> Option<(f64, usize)> {
        let at = match self.get(at) {
            Some(' ' | '-') => at + 1,
            _ => at,
        };
        SCALES.iter().find_map(|(word, value)| {
            let end = self.word(at, word)?;
            let ends = self.get(end).is_none_or(|c| !c.is_ascii_alphabetic());
            ends.then_some((*value, end))
        })
    }
}

fn power_of_ten(power: i32) -> f64 {
    // Reading `1e-5` is exact where computing it is not.
    format!("1e{power}").parse().unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(text: &str) -> Vec<f64> {
        quantities(text, false).iter().map(|q| q.value).collect()
    }

    #[test]
    fn numbers_of_every_kind() {
        for (text, wanted) in [
            ("1,234 and 12,34", vec![1234.0, 12.0, 34.0]),
            ("1,234,567.5", vec![1_234_567.5]),
            ("1{,}234 1\\,234 1\u{202f}234", vec![1234.0, 1234.0, 1234.0]),
            ("１，２３４．５", vec![1234.5]),
            ("1234,567", vec![1234.0, 567.0]),
            (
                "-5, −6, 3-4, (-7), $-8, -$9",
                vec![-5.0, -6.0, 3.0, 4.0, -7.0, -8.0, -9.0],
            ),
            (".5 and x.5", vec![0.5, 5.0]),
            ("3.25.15", vec![3.25, 15.0]),
            ("3/4, 1 1/2, 2½, ¾, \\frac{3}{8}", vec![0.75, 1.5, 2.5, 0.75, 0.375]),
            ("\\dfrac{-1}{4} -\\frac{1}{2}", vec![-0.25, -0.5]),
            ("2026/11/23", vec![2026.0, 11.0, 23.0]),
            ("1/0", vec![1.0, 0.0]),
            ("1.5e3 2E-2 3em", vec![1500.0, 0.02, 3.0]),
            ("3 × 10^8, 2x10⁻³, 5 \\times 10^{2}", vec![3e8, 2e-3, 500.0]),
            ("2.5 million, 3 Millionen, 4-billion", vec![2.5e6, 3.0, 4e9]),
        ] {
            assert_eq!(values(text), wanted, "{text}");
        }
    }

    #[test]
    fn korean_units_are_read() {
        for (text, wanted) in [
            ("3만 5천", vec![35_000.0]),
            ("3만5천원", vec![35_000.0]),
            ("1억 2,000만 원", vec![120_000_000.0]),
            ("2조 3천억", vec![2_300_000_000_000.0]),
            ("5천 3백만명", vec![53_000_000.0]),
            ("1.5만", vec![15_000.0]),
            ("2만 500원", vec![20_500.0]),
            ("1만 2만", vec![10_000.0, 20_000.0]),
            ("3만, 5천", vec![30_000.0, 5_000.0]),
            ("5만큼 3조각 2경기 제3조 2항", vec![5.0, 3.0, 2.0, 3.0, 2.0]),
            ("１만 ２천", vec![12_000.0]),
            ("만일 구조가 삼천이면", vec![]),
            ("-3만", vec![-30_000.0]),
        ] {
            assert_eq!(values(text), wanted, "{text}");
        }
    }

    #[test]
    fn hangul_numerals_are_read_when_asked_for() {
        let values = |text| -> Vec<f64> { quantities(text, true).iter().map(|q| q.value).collect() };
        for (text, wanted) in [
            ("삼천오백", vec![3500.0]),
            ("답은 삼천 오백 원입니다", vec![3500.0]),
            ("이백이십오", vec![225.0]),
            ("만 오천", vec![15_000.0]),
            ("십이", vec![12.0]),
            ("1만 오천", vec![15_000.0]),
            ("일억 이천만", vec![120_000_000.0]),
            ("이 책은 사 주세요", vec![]),
        ] {
            assert_eq!(values(text), wanted, "{text}");
        }
    }

    #[test]
    fn percent_is_noted() {
        let found = quantities("12 %, 12％, 12퍼센트, 12 percent, 12", false);
        let percent: Vec<bool> = found.iter().map(|q| q.percent).collect();
        assert_eq!(percent, [true, true, true, true, false]);
        assert_eq!(found[1].text, "12%");
    }

    #[test]
    fn numbers_beyond_doubles_are_none() {
        assert_eq!(values(&"9".repeat(400)), Vec::<f64>::new());
        assert_eq!(values("1e999"), Vec::<f64>::new());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[0-9.,/만억조천백십일이삼 e×^10{}\\\\-]{0,40}", hangul: bool) {
            for found in quantities(&text, hangul) {
                prop_assert!(found.value.is_finite());
            }
        }

        #[test]
        fn hostile_text_is_read(text in any::<String>(), hangul: bool) {
            for found in quantities(&text, hangul) {
                prop_assert!(found.value.is_finite());
            }
        }

        #[test]
        fn grouped_numbers_read_back(value in 0u32..2_000_000_000) {
            let plain = value.to_string();
            let mut grouped = String::new();
            for (at, c) in plain.chars().enumerate() {
                if at > 0 && (plain.len() - at) % 3 == 0 {
                    grouped.push(',');
                }
                grouped.push(c);
            }
            prop_assert_eq!(values(&format!("약 {grouped}원.")), vec![f64::from(value)]);
        }
    }
}
