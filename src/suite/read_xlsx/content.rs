//! The text that stands for what a cell holds.

use calamine::{Data, DataRef};

use super::shown::{is_plain, shown};

/// What a cell holds.
pub(super) enum Content {
    Nothing,
    Text(String),
    /// A text for a value that the sheet shows in another way.
    Loose(String),
    Error(String),
}

impl Content {
    pub(super) fn of(value: &DataRef<'_>, format: &str) -> Self {
        let number = |number: f64| match shown(number, format) {
            Some(text) => Self::Text(text),
            None if is_plain(number, format) => Self::Text(float(number)),
            None => Self::Loose(float(number)),
        };
        Self::Text(match value {
            DataRef::Empty => return Self::Nothing,
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            DataRef::Int(whole) => match i32::try_from(*whole) {
                Ok(whole) => return number(f64::from(whole)),
                Err(_) => whole.to_string(),
            },
            DataRef::Float(value) => return number(*value),
            DataRef::Bool(truth) => truth_word(*truth),
            DataRef::DateTime(time) if is_iso_date(format) && time.as_f64().fract() == 0.0 => moment(time),
            DataRef::DateTime(time) => return Self::Loose(moment(time)),
            DataRef::Error(error) => return Self::Error(error.to_string()),
        })
    }

    pub(super) fn of_data(value: &Data) -> Self {
        Self::Text(match value {
            Data::Empty => return Self::Nothing,
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
            Data::Int(number) => number.to_string(),
            Data::Float(number) => float(*number),
            Data::Bool(truth) => truth_word(*truth),
            Data::DateTime(time) => moment(time),
            Data::Error(error) => return Self::Error(error.to_string()),
        })
    }
}

/// `yyyy-mm-dd`, however a program writes that: `yyyy\-mm\-dd;@`, `yyyy"-"mm"-"dd`.
fn is_iso_date(format: &str) -> bool {
    let format = format.strip_suffix(";@").unwrap_or(format);
    let letters = format.chars().filter(|letter| !matches!(letter, '\\' | '"'));
    letters.flat_map(char::to_lowercase).eq("yyyy-mm-dd".chars())
}

fn truth_word(truth: bool) -> String {
    if truth { "TRUE" } else { "FALSE" }.to_owned()
}

/// A number as a spreadsheet shows it in a cell without a format.
pub(super) fn float(number: f64) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A date, a time or both in ISO 8601; a duration as its number of days.
fn moment(time: &calamine::ExcelDateTime) -> String {
    if time.is_duration() {
        return float(time.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    let days = time.as_f64();
    if days < 1.0 {
        clock
    } else if days.fract() == 0.0 {
        date
    } else {
        format!("{date}T{clock}")
    }
}

#[cfg(test)]
mod tests {
    use calamine::{ExcelDateTime, ExcelDateTimeType};

    use super::*;

    /// A date with a time of day was read with it though the sheet hides it, and ISO dates as Excel writes them were doubted.
    #[test]
    fn dates_are_doubted_where_the_sheet_shows_them_otherwise() {
        for (days, format, doubted) in [
            (45_356.0, "yyyy-mm-dd", false),
            (45_356.0, "yyyy\\-mm\\-dd;@", false),
            (45_356.0, "yyyy\"-\"mm\"-\"dd", false),
            (45_356.5, "yyyy-mm-dd", true),
            (45_356.0, "mm-dd-yy", true),
        ] {
            let time = ExcelDateTime::new(days, ExcelDateTimeType::DateTime, false);
            let content = Content::of(&DataRef::DateTime(time), format);
            assert_eq!(matches!(content, Content::Loose(_)), doubted, "{days} {format}");
        }
    }
}
