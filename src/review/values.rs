//! What people write into a cell, understood: `4점`, `４`, `4.0`, `b`, `답변 B`, `○`.
//!
//! Nothing is guessed. What has one meaning is accepted, and told when it is written unusually; the rest is refused.

use crate::domain::Lang;
use crate::domain::review::{LABELS, Preference};
use crate::text::normalise::{Step, normalise};

use super::words;

/// A value that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read<T> {
    /// What it means.
    pub value: T,
    /// Written in an unusual way.
    pub unusual: bool,
}

/// What stands in a cell has no meaning there, or more than one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotUnderstood;

/// Full-width forms as ordinary ones, lower case, blanks at the ends gone.
fn folded(text: &str) -> String {
    normalise(text, &[Step::Nfkc, Step::StripZeroWidth, Step::Lower, Step::Trim])
}

/// Whether a cell says nothing: blank, or a dash as the pack itself puts where there is no answer.
fn says_nothing(text: &str) -> bool {
    matches!(text, "" | "-" | "–" | "—")
}

/// A score. Nothing for a blank cell.
///
/// # Errors
/// When it is no whole number of the scale.
pub fn score(cell: &str, (low, high): (u8, u8)) -> Result<Option<Read<u8>>, NotUnderstood> {
    let text = folded(cell);
    if says_nothing(&text) {
        return Ok(None);
    }
    let bare = text.trim_start_matches('\'').trim_end_matches('점').trim();
    let number: f64 = bare.parse().map_err(|_| NotUnderstood)?;
    if number.fract() != 0.0 || number < f64::from(low) || number > f64::from(high) {
        return Err(NotUnderstood);
    }
    let value = (low..=high)
        .find(|grade| f64::from(*grade) == number)
        .ok_or(NotUnderstood)?;
    Ok(Some(Read {
        value,
        unusual: cell.trim() != value.to_string(),
    }))
}

/// What is best among `letters` answers. Nothing for a blank cell.
///
/// # Errors
/// When it is no choice of the list.
pub fn best(cell: &str, letters: usize) -> Result<Option<Read<Preference>>, NotUnderstood> {
    let text = folded(cell);
    if says_nothing(&text) {
        return Ok(None);
    }
    for lang in [Lang::Ko, Lang::En] {
        for choice in [Preference::Similar, Preference::AllBad, Preference::Unclear] {
            if text.replace(' ', "") == words::preference(choice, lang).replace(' ', "") {
                return Ok(Some(Read {
                    value: choice,
                    unusual: false,
                }));
            }
        }
    }
    let other = match text.as_str() {
        "같음" | "동일" | "tie" | "same" | "=" => Some(Preference::Similar),
        "none" | "없음" => Some(Preference::AllBad),
        "모름" | "unclear" | "?" => Some(Preference::Unclear),
        _ => None,
    };
    if let Some(value) = other {
        return Ok(Some(Read { value, unusual: true }));
    }
    let bare = ["답변", "answer", "점수"]
        .iter()
        .fold(text.as_str(), |text, word| text.strip_prefix(word).unwrap_or(text));
    let bare = bare.trim().trim_end_matches(['안', '번']).trim();
    let mut found = bare.chars();
    let (Some(letter), None) = (found.next(), found.next()) else {
        return Err(NotUnderstood);
    };
    let place = LABELS
        .iter()
        .position(|label| *label == letter.to_ascii_uppercase())
        .ok_or(NotUnderstood)?;
    if place >= letters {
        return Err(NotUnderstood);
    }
    Ok(Some(Read {
        value: Preference::Letter(place),
        unusual: !cell.trim().eq_ignore_ascii_case(&letter.to_string()),
    }))
}

/// Whether a row is marked as finished: any mark but a no.
#[must_use]
pub fn done(cell: &str) -> bool {
    let text = folded(cell);
    !says_nothing(&text)
        && !matches!(
            text.as_str(),
            "x" | "n" | "no" | "false" | "0" | "아니오" | "아니요" | "×"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_as_people_write_them() {
        for (cell, value, unusual) in [
            ("4", 4, false),
            (" 4 ", 4, false),
            ("4점", 4, true),
            ("４", 4, true),
            ("5.0", 5, true),
            ("４ 점", 4, true),
            ("'3", 3, true),
        ] {
            assert_eq!(score(cell, (1, 5)), Ok(Some(Read { value, unusual })), "{cell}");
        }
        for cell in ["상", "6", "0", "4.5", "4-5", "-1", "four", "nan", "1e0x"] {
            assert_eq!(score(cell, (1, 5)), Err(NotUnderstood), "{cell}");
        }
        for cell in ["", "  ", "–"] {
            assert_eq!(score(cell, (1, 5)), Ok(None));
        }
    }

    #[test]
    fn choices_as_people_write_them() {
        for (cell, value, unusual) in [
            ("A", Preference::Letter(0), false),
            ("b", Preference::Letter(1), false),
            ("Ｂ", Preference::Letter(1), true),
            ("답변 C", Preference::Letter(2), true),
            ("비슷함", Preference::Similar, false),
            ("모두나쁨", Preference::AllBad, false),
            ("Cannot tell", Preference::Unclear, false),
            ("같음", Preference::Similar, true),
        ] {
            assert_eq!(best(cell, 3), Ok(Some(Read { value, unusual })), "{cell}");
        }
        for cell in ["D", "AB", "좋음", "1"] {
            assert_eq!(best(cell, 3), Err(NotUnderstood), "{cell}");
        }
    }

    #[test]
    fn marks_of_a_finished_row() {
        for (cell, marked) in [
            ("○", true),
            ("o", true),
            ("✓", true),
            ("TRUE", true),
            ("", false),
            ("x", false),
            ("FALSE", false),
        ] {
            assert_eq!(done(cell), marked, "{cell}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(cell in "\\PC{0,12}") {
            let _ = (score(&cell, (1, 5)), best(&cell, 6), done(&cell));
        }
    }
}
