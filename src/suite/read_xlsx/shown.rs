//! Numbers of a workbook as the sheet shows them: `25%`, `1,234,567원`.
//!
//! Only formats of which it is certain what every spreadsheet program shows are followed: whole and fixed decimals, grouped
//! by thousands, as percentages, with a fixed text before or behind. Under any other format (fractions, exponents,
//! colours, conditions) a number is what it is.

use crate::text::digits::grouped;

/// A number under a format code (ECMA-376 18.8.31); none where the format leaves it as it is or is not one of those followed.
pub(super) fn shown(number: f64, format: &str) -> Option<String> {
    let form = Form::of(first_section(number, format)?)?;
    // A format that adds nothing only rounds, and a sheet that rounds shows less than was meant.
    if !form.adds() {
        return None;
    }
    let value = if form.percent { number * 100.0 } else { number };
    // A value that the format would round is worth more than how it looks.
    let text = format!("{:.*}", form.decimals, value.abs());
    let back: f64 = text.parse().ok()?;
    if !value.is_finite() || (back - value.abs()).abs() > 1e-9 * value.abs().max(1.0) {
        return None;
    }
    let (whole, rest) = text
        .split_once('.')
        .map_or((text.as_str(), ""), |(whole, rest)| (whole, rest));
    let whole = if form.grouped { grouped(whole) } else { whole.to_owned() };
    let sign = if value < 0.0 { "-" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    let percent = if form.percent { "%" } else { "" };
    Some(format!(
        "{sign}{}{whole}{point}{rest}{percent}{}",
        form.before, form.behind
    ))
}

/// Whether a number that [`shown`] leaves as it is looks so in the sheet, rounding aside.
pub(super) fn is_plain(number: f64, format: &str) -> bool {
    first_section(number, format)
        .is_some_and(|section| matches!(section, "General" | "@") || Form::of(section).is_some_and(|form| !form.adds()))
}

/// The first section of a format, where that is the one for this number. Sections are for positive and negative numbers, zero
/// and text; the first is also for those that have none.
fn first_section(number: f64, format: &str) -> Option<&str> {
    let mut sections = format.split(';');
    let (first, negative, zero) = (sections.next()?, sections.next(), sections.next());
    let other = (negative.is_some() && number < 0.0) || (zero.is_some() && number == 0.0);
    (!other).then_some(first)
}

/// A section of a format that is followed.
#[derive(Default)]
struct Form {
    before: String,
    behind: String,
    grouped: bool,
    decimals: usize,
    percent: bool,
}

impl Form {
    /// Whether it does more than round.
    fn adds(&self) -> bool {
        self.percent || self.grouped || !self.before.is_empty() || !self.behind.is_empty()
    }

    fn of(section: &str) -> Option<Self> {
        let mut form = Self::default();
        let mut digits = String::new();
        let mut letters = section.chars().peekable();
        while let Some(letter) = letters.next() {
            let literal = match letter {
                '0' | '#' | ',' | '.' if form.behind.is_empty() && !form.percent => {
                    digits.push(letter);
                    continue;
                }
                '%' if !form.percent && !digits.is_empty() && form.behind.is_empty() => {
                    form.percent = true;
                    continue;
                }
                '"' => letters.by_ref().take_while(|letter| *letter != '"').collect(),
                '\\' => letters.next()?.to_string(),
                // Room as wide as the letter that follows.
                '_' => {
                    letters.next()?;
                    continue;
                }
                ' ' | '$' | '₩' | '원' | '-' | '+' | '(' | ')' => letter.to_string(),
                _ => return None,
            };
            if digits.is_empty() {
                form.before.push_str(&literal);
            } else {
                form.behind.push_str(&literal);
            }
        }
        let (whole, rest) = digits.split_once('.').unwrap_or((&digits, ""));
        form.decimals = rest.len();
        form.grouped = whole == "#,##0";
        let plain = whole == "0";
        let fixed = rest.chars().all(|digit| digit == '0');
        let tidy = |text: String| text.trim().to_owned();
        (form.before, form.behind) = (tidy(form.before), form.behind.trim_end().to_owned());
        (fixed && (plain || form.grouped)).then_some(form)
    }
}

#[cfg(test)]
mod tests {
    use super::{is_plain, shown};

    #[test]
    fn numbers_look_as_in_the_sheet() {
        for (number, format, text) in [
            (0.25, "0%", Some("25%")),
            (0.255, "0.0%", Some("25.5%")),
            (-0.07, "0.00%", Some("-7.00%")),
            (1_234_567.0, "#,##0", Some("1,234,567")),
            (1_234_567.0, "#,##0\"원\"", Some("1,234,567원")),
            (12_500.0, "#,##0원", Some("12,500원")),
            (1_234.5, "\"$\"#,##0.00", Some("$1,234.50")),
            (500.0, "#,##0_ ;[Red]\\-#,##0\\ ", Some("500")),
            (3.0, "0\"명\"", Some("3명")),
            // What the format would round stays as it is, and so does what no two programs show alike.
            (0.256, "0%", None),
            (-500.0, "#,##0;[Red](#,##0)", None),
            (0.0, "#,##0;-#,##0;\"없음\"", None),
            (0.0, "#,##0;-#,##0", Some("0")),
            (7.0, "General", None),
            (7.0, "0", None),
            (7.0, "000", None),
            (0.5, "# ?/?", None),
            (1e9, "0.00E+00", None),
            (1e9, "#,##0,,", None),
            (f64::INFINITY, "0%", None),
        ] {
            assert_eq!(shown(number, format).as_deref(), text, "{number} {format}");
        }
    }

    /// `3.3점` was read as `3.25` and `007` as `7`, and nobody was told.
    #[test]
    fn what_the_sheet_shows_otherwise_is_known() {
        for (number, format, plain) in [
            (3.25, "General", true),
            (3.25, "0.0", true),
            (7.0, "@", true),
            (5.0, "0_ ;[Red]\\-0\\ ", true),
            (3.25, "0.0\"점\"", false),
            (7.0, "000", false),
            (0.5, "# ?/?", false),
            (-5.0, "0;\"적자 \"0", false),
            (0.0, "0;-0;", false),
            (0.0, "0;-0", true),
        ] {
            assert_eq!(is_plain(number, format), plain, "{number} {format}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(number in proptest::num::f64::ANY, format in "[0#,.%;\"_ 원A-Z\\\\\\[\\]]{0,12}") {
            let _ = (shown(number, &format), is_plain(number, &format));
        }
    }
}
