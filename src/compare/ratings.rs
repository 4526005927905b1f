//! What people said of the answers of a run, beside what the scorers said.
//!
//! Read from the review packs in the run's folder. A pack counts once every reviewer has finished or its names were shown:
//! until then nobody may learn who stands behind a letter. A decision wins over the mean of the reviewers.

use std::collections::HashMap;

use super::row::column_of;
use crate::domain::review::{Human, HumanScore, LABELS, Pack, PackRow, Preference, Rating};
use crate::domain::{Record, RunInfo};
use crate::store::StoreError;
use crate::store::reviews::{self, PackFolder, Sent};

/// What people say of answers: by case, column and trial.
pub type Humans = HashMap<(u64, usize, u32), Human>;

/// A pack with all that came back.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// Its folder.
    pub folder: PackFolder,
    /// The pack and its key.
    pub pack: Pack,
    /// What each reviewer sent, in the order of the pack's reviewers.
    pub sent: Vec<Sent>,
    /// The decisions.
    pub decided: Sent,
}

/// The names of columns in a run, for [`Human::best`].
fn labels(info: &RunInfo) -> Vec<String> {
    info.columns().into_iter().map(|(_, _, label)| label).collect()
}

impl Reviewed {
    /// Reads what came back for a pack.
    ///
    /// # Errors
    /// When a file of the pack cannot be read.
    pub fn read(folder: PackFolder, pack: Pack) -> Result<Self, StoreError> {
        let sent = pack
            .reviewers
            .iter()
            .map(|reviewer| folder.sent(Some(&reviewer.name)))
            .collect::<Result<Vec<_>, _>>()?;
        let decided = folder.sent(None)?;
        Ok(Self {
            folder,
            pack,
            sent,
            decided,
        })
    }

    /// Rows of a reviewer that need nothing more.
    #[must_use]
    pub fn finished(&self, reviewer: usize) -> usize {
        let rows = self.pack.reviewers[reviewer].rows.iter();
        rows.filter(|row| self.sent[reviewer].rating(&row.key).is_some_and(Rating::is_finished))
            .count()
    }

    /// Whether names may be told.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let all = (0..self.pack.reviewers.len()).all(|at| self.finished(at) == self.pack.reviewers[at].rows.len());
        self.pack.unmasked_us.is_some() || all
    }

    /// Every rating of every unit: unit, reviewer, row, rating.
    pub fn ratings(&self) -> impl Iterator<Item = (usize, usize, &PackRow, &Rating)> {
        self.pack.reviewers.iter().enumerate().flat_map(move |(who, reviewer)| {
            reviewer.rows.iter().filter_map(move |row| {
                let rating = self.sent[who].rating(&row.key).filter(|rating| !rating.is_empty())?;
                Some((row.unit, who, row, rating))
            })
        })
    }

    /// The decisions: unit, row, rating. A mark or a comment alone decides nothing.
    pub fn decisions(&self) -> impl Iterator<Item = (usize, &PackRow, &Rating)> {
        self.pack.adjudication.iter().flat_map(move |rows| {
            rows.rows.iter().filter_map(move |row| {
                let rating = self.decided.rating(&row.key).filter(|rating| rating.judges())?;
                Some((row.unit, row, rating))
            })
        })
    }

    /// What people say of every answer: by case, column and trial.
    #[must_use]
    pub fn humans(&self, info: &RunInfo) -> Humans {
        let labels = labels(info);
        let mut humans = Humans::new();
        let mut bests: HashMap<usize, HashMap<String, u32>> = HashMap::new();
        let word = |best: Preference, row: &PackRow| match best {
            Preference::Letter(at) => row
                .letters
                .get(at)
                .and_then(|column| labels.get(*column))
                .cloned()
                .unwrap_or_else(|| "?".to_owned()),
            Preference::Similar => "similar".to_owned(),
            Preference::AllBad => "all_bad".to_owned(),
            Preference::Unclear => "unclear".to_owned(),
        };
        let blank = || Human {
            n: 0,
            mean: None,
            scale: self.pack.scale,
            decided: false,
            best: None,
            scores: Vec::new(),
            decision: None,
            other_scales: Vec::new(),
        };
        let one = |reviewer: &str, letter: usize, score: u8, rating: &Rating, at_us: i64| HumanScore {
            reviewer: reviewer.to_owned(),
            score,
            letter: LABELS.get(letter).copied().unwrap_or('?'),
            issue: rating.issue.clone(),
            note: rating.note.clone(),
            at_us,
        };
        let when = |sent: &Sent, row: &PackRow| sent.ratings.get(&row.key).map_or(0, |received| received.at_us);
        let place = |unit: usize, column: usize| {
            let unit = &self.pack.units[unit];
            (unit.index, column, unit.trial)
        };
        for (unit, who, row, rating) in self.ratings() {
            // An answer without a rival is not the best of anything.
            if let Some(best) = rating.best.filter(|_| row.letters.len() > 1) {
                *bests.entry(unit).or_default().entry(word(best, row)).or_default() += 1;
            }
            let (name, at_us) = (&self.pack.reviewers[who].name, when(&self.sent[who], row));
            for (letter, (column, score)) in row.letters.iter().zip(&rating.scores).enumerate() {
                let Some(score) = score else { continue };
                let human = humans.entry(place(unit, *column)).or_insert_with(blank);
                human.n += 1;
                human.scores.push(one(name, letter, *score, rating, at_us));
            }
        }
        for human in humans.values_mut() {
            let sum: u32 = human.scores.iter().map(|score| u32::from(score.score)).sum();
            human.mean = (human.n > 0).then(|| f64::from(sum) / f64::from(human.n));
        }
        let mut chosen: HashMap<usize, String> = bests
            .into_iter()
            .map(|(unit, counts)| {
                let most = counts.values().copied().max().unwrap_or(0);
                let mut top = counts
                    .into_iter()
                    .filter(|(_, count)| *count == most)
                    .map(|(word, _)| word);
                let first = top.next().unwrap_or_default();
                let best = if top.next().is_some() {
                    "split".to_owned()
                } else {
                    first
                };
                (unit, best)
            })
            .collect();
        for (unit, row, rating) in self.decisions() {
            if let Some(best) = rating.best.filter(|_| row.letters.len() > 1) {
                chosen.insert(unit, word(best, row));
            }
            let at_us = when(&self.decided, row);
            for (letter, (column, score)) in row.letters.iter().zip(&rating.scores).enumerate() {
                if let Some(score) = score {
                    let human = humans.entry(place(unit, *column)).or_insert_with(blank);
                    human.mean = Some(f64::from(*score));
                    human.decided = true;
                    human.decision = Some(one("", letter, *score, rating, at_us));
                }
            }
        }
        for (unit, best) in chosen {
            for column in self.pack.units[unit].columns.clone() {
                humans.entry(place(unit, column)).or_insert_with(blank).best = Some(best.clone());
            }
        }
        humans
    }
}

/// Adds what a newer pack says of an answer. The scale of the newest pack comes first.
fn join(known: &mut Human, mut newer: Human) {
    if known.scale != newer.scale {
        let mut older = std::mem::take(&mut known.other_scales);
        std::mem::swap(known, &mut newer);
        // Now `newer` is what was known before.
        match older.iter().position(|other| other.scale == known.scale) {
            Some(at) => {
                let same = older.remove(at);
                let fresh = std::mem::replace(known, same);
                join(known, fresh);
                older.push(newer);
            }
            None => older.push(newer),
        }
        known.other_scales = older;
        return;
    }
    known.n += newer.n;
    known.scores.extend(newer.scores);
    known.decision = newer.decision.or(known.decision.take());
    known.decided = known.decision.is_some();
    let sum: u32 = known.scores.iter().map(|score| u32::from(score.score)).sum();
    let mean = (known.n > 0).then(|| f64::from(sum) / f64::from(known.n));
    known.mean = known.decision.as_ref().map(|one| f64::from(one.score)).or(mean);
    known.best = newer.best.or(known.best.take());
}

/// What people say of the answers of a run.
#[derive(Debug, Clone, Default)]
pub struct Ratings {
    humans: Humans,
}

impl Ratings {
    /// Reads the packs in a run's folder whose names may be told. Where several packs ask about an answer, their scores
    /// are put together when they are on one scale; a decision counts, the newest of several. Scores on another scale
    /// stand beside them.
    ///
    /// # Errors
    /// When a pack cannot be read.
    pub fn read(folder: &std::path::Path, info: &RunInfo) -> Result<Self, StoreError> {
        let mut ratings = Self::default();
        for (folder, pack) in reviews::packs(folder)? {
            let reviewed = Reviewed::read(folder, pack)?;
            if !reviewed.is_open() {
                continue;
            }
            for (place, human) in reviewed.humans(info) {
                match ratings.humans.entry(place) {
                    std::collections::hash_map::Entry::Vacant(free) => {
                        free.insert(human);
                    }
                    std::collections::hash_map::Entry::Occupied(mut known) => join(known.get_mut(), human),
                }
            }
        }
        Ok(ratings)
    }

    /// Whether there are any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.humans.is_empty()
    }

    /// What people say of the answer of a record.
    #[must_use]
    pub fn of(&self, info: &RunInfo, record: &Record) -> Option<&Human> {
        if self.humans.is_empty() {
            return None;
        }
        self.humans
            .get(&(record.case_index, column_of(info, record), record.trial))
    }
}
