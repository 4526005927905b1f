//! People's ratings: what a review pack holds, and what came back.
//!
//! A pack asks reviewers about rows; a row shows the answers of one case and trial under letters. Which letter stands for
//! whom differs by row and by reviewer and is known to the pack's key alone, which never leaves the run's folder.

use serde::{Deserialize, Serialize};

use super::ids::{RUN_ALPHABET, RunId, check_character};

/// Letters of answers.
pub const LABELS: [char; 6] = ['A', 'B', 'C', 'D', 'E', 'F'];

/// How the rows of a pack were drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drawn {
    /// By the seed, every case as likely as every other: what is found holds for the whole run.
    Random,
    /// Those on which the targets differ most.
    Disagreement,
    /// Named by the user.
    Named,
}

/// What a row of a pack shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// The answers of all columns.
    All,
    /// The answers of two columns.
    Pairs,
}

/// A pack with its key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pack {
    /// Always `review-key/1`.
    pub format: String,
    /// `p` and three letters or digits.
    pub id: String,
    /// The run it is about.
    pub run: RunId,
    /// The answers come from the simulator.
    #[serde(default)]
    pub simulated: bool,
    /// When it was made, in microseconds since 1970 UTC.
    pub made_us: i64,
    /// What the draw, the order of rows and the letters were made from.
    pub seed: u64,
    /// How the rows were drawn.
    pub drawn: Drawn,
    /// What a row shows.
    pub shown: Shown,
    /// Lowest and highest score.
    pub scale: (u8, u8),
    /// The pack is in Korean.
    pub korean: bool,
    /// Rows show the accepted answer.
    pub reference: bool,
    /// Names of vendors and products in answers were masked.
    pub mask_names: bool,
    /// Further words that were masked.
    pub mask_words: Vec<String>,
    /// Answers of the widest row.
    pub labels: usize,
    /// Cases of the run that could have been drawn.
    pub cases: u64,
    /// When the names were shown, if they were.
    pub unmasked_us: Option<i64>,
    /// What is asked about.
    pub units: Vec<Unit>,
    /// Who is asked, in an order that says nothing.
    pub reviewers: Vec<Reviewer>,
    /// The rows that were put together for a decision, once that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjudication: Option<Reviewer>,
}

#[cfg(test)]
impl Pack {
    /// A pack in Korean on a scale of 1 to 5, without units and reviewers: what tests begin with.
    pub(crate) fn sample() -> Self {
        Self {
            format: "review-key/1".to_owned(),
            id: "p7f3".to_owned(),
            run: RunId::parse("r-20260314-091207-k7qd").expect("the id of a run"),
            simulated: false,
            made_us: 1,
            seed: 7,
            drawn: Drawn::Random,
            shown: Shown::All,
            scale: (1, 5),
            korean: true,
            reference: false,
            mask_names: true,
            mask_words: Vec::new(),
            labels: 2,
            cases: 10,
            unmasked_us: None,
            units: Vec::new(),
            reviewers: Vec::new(),
            adjudication: None,
        }
    }
}

/// The answers of one case and trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// Id of the case.
    pub case: String,
    /// Its position in the run.
    pub index: u64,
    /// The trial, from 1.
    pub trial: u32,
    /// The columns shown, in the order of the run's columns.
    pub columns: Vec<usize>,
    /// Of those, whose answers named themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flagged: Vec<usize>,
    /// Digests of what is shown: the question, the accepted answer, and an answer a column.
    pub digests: Vec<String>,
}

/// A reviewer and the rows they got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reviewer {
    /// Name, as the sender wrote it.
    pub name: String,
    /// Their rows, in their order.
    pub rows: Vec<PackRow>,
}

/// A row of a reviewer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackRow {
    /// Its key, unique within the pack.
    pub key: String,
    /// Index into [`Pack::units`].
    pub unit: usize,
    /// The column behind each letter, from A on.
    pub letters: Vec<usize>,
}

/// What a reviewer found best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preference {
    /// The answer under a letter, counted from 0.
    Letter(usize),
    /// About the same.
    Similar,
    /// All are bad.
    AllBad,
    /// Cannot be decided.
    Unclear,
}

/// What stood in one row of a file that came back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Rating {
    /// The row.
    pub row: String,
    /// Scores by letter; absent where there is none.
    pub scores: Vec<Option<u8>>,
    /// What is best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<Preference>,
    /// What is wrong, in the reviewer's words or those of the list.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub issue: String,
    /// A comment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Marked as finished.
    #[serde(default)]
    pub done: bool,
    /// Texts that the reviewer changed, by the key of their column.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edited: Vec<String>,
}

impl Rating {
    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scores.iter().all(Option::is_none)
            && self.best.is_none()
            && self.issue.is_empty()
            && self.note.is_empty()
            && !self.done
    }

    /// Whether the row needs nothing more: everything asked for is there. A mark does not stand for what is missing; only
    /// who marks a row and says that it cannot be judged need not give scores.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let all = !self.scores.is_empty() && self.scores.iter().all(Option::is_some);
        (all && (self.best.is_some() || self.scores.len() == 1))
            || (self.done && self.best == Some(Preference::Unclear))
    }

    /// Whether it says a score or a choice.
    #[must_use]
    pub fn judges(&self) -> bool {
        self.best.is_some() || self.scores.iter().any(Option::is_some)
    }
}

/// One line of the record of a reviewer: a rating as it came in, and from where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Received {
    /// When, in microseconds since 1970 UTC.
    pub at_us: i64,
    /// Name of the file. Outside text.
    pub file: String,
    /// Digest of the file.
    pub digest: String,
    /// The row was refused: something in it was not understood, and what came in before still counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
    /// The rating; an empty one takes an earlier one back.
    #[serde(flatten)]
    pub rating: Rating,
}

/// What people say of one answer, all reviewers together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Human {
    /// Reviewers who scored it.
    pub n: u32,
    /// Mean of their scores, or the decided one; absent without any.
    pub mean: Option<f64>,
    /// The scale of the scores.
    pub scale: (u8, u8),
    /// The scores were settled by a decision.
    pub decided: bool,
    /// What most reviewers found best in its row: a column's label, `similar`, `all_bad`, `unclear`, or `split`.
    pub best: Option<String>,
    /// Each score with its reviewer and when it came, in microseconds.
    pub scores: Vec<HumanScore>,
    /// The score that was decided on; its reviewer is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<HumanScore>,
    /// The same answer in packs with other scales, whose scores have no common mean with these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_scales: Vec<Human>,
}

impl Human {
    /// This and what was said on other scales.
    pub fn every_scale(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.other_scales)
    }
}

/// One reviewer's score of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HumanScore {
    /// Who.
    pub reviewer: String,
    /// The score.
    pub score: u8,
    /// The letter of the answer in their own sheet, which their comment may name.
    pub letter: char,
    /// What is wrong with the row, in words of theirs or of the list. Outside text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub issue: String,
    /// Their comment on the row. Outside text.
    pub note: String,
    /// When it came in.
    pub at_us: i64,
}

/// Whether `text` has the form of a pack's id.
#[must_use]
pub fn is_pack_id(text: &str) -> bool {
    let mut letters = text.bytes();
    text.len() == 4 && letters.next() == Some(b'p') && letters.all(|letter| RUN_ALPHABET.contains(&letter))
}

/// The key of a row: pack, number, check character: `p7f3-0421-K`.
#[must_use]
pub fn pack_row_key(pack: &str, number: u32) -> String {
    let body = format!("{pack}-{number:04}");
    let check = check_character(&body);
    format!("{body}-{check}")
}

/// The pack in a row's key, when its form and its check character are right. Blanks, capitals and full-width forms were
/// taken care of before.
#[must_use]
pub fn pack_of_key(key: &str) -> Option<&str> {
    let (body, check) = key.rsplit_once('-')?;
    let (pack, number) = body.split_once('-')?;
    let digits = number.len() >= 4 && number.bytes().all(|digit| digit.is_ascii_digit());
    let mut checks = check.chars();
    let fits = digits && is_pack_id(pack) && checks.next() == Some(check_character(body)) && checks.next().is_none();
    fits.then_some(pack)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_catch_slips() {
        let key = pack_row_key("p7f3", 421);
        assert!(key.starts_with("p7f3-0421-"), "{key}");
        assert_eq!(pack_of_key(&key), Some("p7f3"));
        for bad in ["p7f3-0412-K", "p7f3-0421", "q7f3-0421-K", "", "p7f3-421-K"] {
            assert!(pack_of_key(bad).is_none() || bad == key, "{bad}");
        }
        assert!(pack_of_key(&pack_row_key("p7f3", 123_456)).is_some());
    }
}
