//! What a reviewer sees of a row, and the columns of the sheet, for the workbook and its CSV twin alike.

use crate::compare::row::{reply_of, text_of as said};
use crate::domain::review::{LABELS, Pack, PackRow, Unit};
use crate::domain::{Lang, Record};
use crate::text::normalise::nfc;
use crate::text::sink::{sheet_cut_to_row, sheet_most_lines, sheet_text};

use super::mask::Mask;
use super::words;

/// Characters of a text that stand in the sheet, as far as a row shows them; the rest is in the sheet of full texts.
pub const SHOWN: usize = 1_200;

/// The texts of a unit, masked, as the workbook may hold them, whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts {
    /// Tags, in one line.
    pub tags: String,
    /// The question.
    pub question: String,
    /// The accepted answers.
    pub reference: String,
    /// The answers, in the order of [`Unit::columns`].
    pub answers: Vec<String>,
    /// Columns whose answers named themselves.
    pub flagged: Vec<usize>,
}

impl Texts {
    /// The texts of a unit, from the records of its case.
    #[must_use]
    pub fn of(unit: &Unit, records: &[Record], prompts: usize, mask: &Mask) -> Self {
        let mut texts = Self::default();
        for column in &unit.columns {
            let found = records
                .iter()
                .find(|record| record.target * prompts + record.prompt == *column && record.trial == unit.trial);
            let Some(record) = found else {
                texts.answers.push(String::new());
                continue;
            };
            if texts.answers.is_empty() {
                texts.tags = sheet_text(&record.case.tags.join(", ")).into_owned();
                texts.question = sheet_text(&record.question).into_owned();
                let expected: Vec<String> = record.case.expected_texts().collect();
                texts.reference = sheet_text(&expected.join("\n")).into_owned();
            }
            let (masked, named) = mask.apply(reply_of(record).map_or("", said));
            if named {
                texts.flagged.push(*column);
            }
            texts.answers.push(sheet_text(&masked).into_owned());
        }
        texts
    }

    /// What the key keeps to tell whether a reviewer changed a text: question, accepted answers, and each answer.
    #[must_use]
    pub fn digests(&self, lang: Lang) -> Vec<String> {
        let answers = self.answers.iter().map(|text| (text, Column::Answer(0)));
        let texts = [(&self.question, Column::Question), (&self.reference, Column::Reference)];
        texts
            .into_iter()
            .chain(answers)
            .map(|(text, column)| digest(&shown(text, column, lang).unwrap_or_else(|| text.clone())))
            .collect()
    }
}

/// The text as it stands in a column of the sheet, when it had to be cut.
#[must_use]
pub fn shown(text: &str, column: Column, lang: Lang) -> Option<String> {
    let place = (words::width(column), sheet_most_lines(lang == Lang::Ko));
    sheet_cut_to_row(text, SHOWN, place, |n| words::cut_mark(n, lang))
}

/// A digest that a detour through other programs leaves alone: over composed text with LF, without control characters,
/// trailing blanks and guarding apostrophes.
#[must_use]
pub fn digest(text: &str) -> String {
    blake3::hash(plain(text).as_bytes()).to_hex()[..16].to_owned()
}

/// The text that digests and comparisons are made over.
#[must_use]
pub fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = nfc(&text);
    let mut out = String::with_capacity(text.len());
    for line in text.trim_start_matches('\'').split('\n') {
        let kept: String = line.chars().filter(|letter| !letter.is_control()).collect();
        out.push_str(kept.trim_end());
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

/// A column of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Key of the row.
    Key,
    /// Id of the case.
    Case,
    /// Number in the reviewer's order.
    Number,
    /// Tags.
    Tags,
    /// The question.
    Question,
    /// The accepted answer.
    Reference,
    /// The answer under a letter.
    Answer(usize),
    /// What a reviewer said (for decisions).
    Said(usize),
    /// The score of a letter.
    Score(usize),
    /// What is best.
    Best,
    /// What is wrong.
    Issue,
    /// Comment.
    Note,
    /// Finished.
    Done,
}

impl Column {
    /// The columns of a pack's sheet; `said` reviewers are quoted in a sheet for decisions, none in others.
    #[must_use]
    pub fn all(pack: &Pack, said: usize) -> Vec<Self> {
        let mut all = vec![Self::Key, Self::Case, Self::Number, Self::Tags, Self::Question];
        if pack.reference {
            all.push(Self::Reference);
        }
        all.extend((0..pack.labels).map(Self::Answer));
        all.extend((0..said).map(Self::Said));
        all.extend((0..pack.labels).map(Self::Score));
        if pack.labels > 1 {
            all.push(Self::Best);
        }
        all.extend([Self::Issue, Self::Note, Self::Done]);
        all
    }

    /// The key for machines.
    #[must_use]
    pub fn key(self) -> String {
        let letter = |at: usize| LABELS.get(at).copied().unwrap_or('?');
        match self {
            Self::Key => "row_key".to_owned(),
            Self::Case => "case_id".to_owned(),
            Self::Number => "no".to_owned(),
            Self::Tags => "tags".to_owned(),
            Self::Question => "q".to_owned(),
            Self::Reference => "ref".to_owned(),
            Self::Answer(at) => format!("a.{}", letter(at)),
            Self::Said(at) => format!("r.{}", at + 1),
            Self::Score(at) => format!("s.{}", letter(at)),
            Self::Best => "pref".to_owned(),
            Self::Issue => "issue".to_owned(),
            Self::Note => "note".to_owned(),
            Self::Done => "done".to_owned(),
        }
    }

    /// The column of a key, in any capitals and with blanks around it.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let key = key.trim().to_lowercase();
        let letter = |text: &str| {
            let mut letters = text.chars();
            let first = letters.next()?.to_ascii_uppercase();
            letters.next().is_none().then_some(())?;
            LABELS.iter().position(|label| *label == first)
        };
        Some(match key.as_str() {
            "row_key" => Self::Key,
            "case_id" => Self::Case,
            "no" => Self::Number,
            "tags" => Self::Tags,
            "q" => Self::Question,
            "ref" => Self::Reference,
            "pref" => Self::Best,
            "issue" => Self::Issue,
            "note" => Self::Note,
            "done" => Self::Done,
            other => match other.split_once('.')? {
                ("a", rest) => Self::Answer(letter(rest)?),
                ("s", rest) => Self::Score(letter(rest)?),
                ("r", rest) => Self::Said(rest.parse::<usize>().ok()?.checked_sub(1)?),
                _ => return None,
            },
        })
    }

    /// Whether people fill it in.
    #[must_use]
    pub fn is_answer_of_reviewer(self) -> bool {
        matches!(
            self,
            Self::Score(_) | Self::Best | Self::Issue | Self::Note | Self::Done
        )
    }
}

/// The whole text of a column in a row; none where the row has no such answer, and for what people fill in.
#[must_use]
pub fn text_of<'t>(column: Column, pack: &Pack, row: &PackRow, texts: &'t Texts) -> Option<&'t str> {
    Some(match column {
        Column::Tags => &texts.tags,
        Column::Question => &texts.question,
        Column::Reference => &texts.reference,
        Column::Answer(letter) => {
            let column = row.letters.get(letter)?;
            let unit = &pack.units[row.unit];
            let place = unit.columns.iter().position(|other| other == column)?;
            texts.answers.get(place)?
        }
        _ => return None,
    })
}

/// The digest that the key keeps of a column in a row.
#[must_use]
pub fn digest_of<'p>(column: Column, pack: &'p Pack, row: &PackRow) -> Option<&'p str> {
    let unit = &pack.units[row.unit];
    let place = match column {
        Column::Question => 0,
        Column::Reference => 1,
        Column::Answer(letter) => {
            let column = row.letters.get(letter)?;
            2 + unit.columns.iter().position(|other| other == column)?
        }
        _ => return None,
    };
    unit.digests.get(place).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_survive_detours() {
        let text = "각하, \u{1112}\u{1161}\u{11ab}글\r\n둘째 줄  \n";
        assert_eq!(digest(text), digest("각하, 한글\n둘째 줄"));
        assert_eq!(digest("'=1+1"), digest("=1+1"));
        assert_ne!(digest("a"), digest("b"));
    }

    #[test]
    fn keys_are_understood() {
        for column in [
            Column::Key,
            Column::Answer(2),
            Column::Score(0),
            Column::Said(1),
            Column::Best,
            Column::Done,
        ] {
            assert_eq!(
                Column::of_key(&format!(" {} ", column.key().to_uppercase())),
                Some(column)
            );
        }
        assert_eq!(Column::of_key("a.Z"), None);
        assert_eq!(Column::of_key("질문"), None);
    }
}
