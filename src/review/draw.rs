//! Which rows a pack has, who gets them in which order, and which letter stands for whom.
//!
//! Everything follows from the seed. Letters are drawn per row and per reviewer, the order of rows per reviewer, so that
//! neither the place of an answer nor its letter says anything about who gave it.

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use crate::domain::RunInfo;
use crate::domain::review::{Drawn, LABELS, Pack, PackRow, Reviewer, Shown, Unit, pack_row_key};

/// A row that could be asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Id of the case.
    pub case: String,
    /// Its position in the run.
    pub index: u64,
    /// The trial, from 1.
    pub trial: u32,
    /// Columns with an answer.
    pub columns: Vec<usize>,
    /// How far the columns are apart.
    pub disagreement: f64,
}

/// What the sender wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// Names of the reviewers.
    pub reviewers: Vec<String>,
    /// Rows; all without a number.
    pub sample: Option<usize>,
    /// How they are drawn.
    pub drawn: Drawn,
    /// What a row shows; none decides by the number of columns.
    pub shown: Option<Shown>,
    /// So many rows go to everybody, the rest is split; none gives everybody everything.
    pub overlap: Option<usize>,
    /// Seed of all chance.
    pub seed: u64,
}

/// A stream of chance for a purpose; streams of different purposes have nothing to do with each other.
fn chance(seed: u64, purpose: &[&str]) -> ChaCha8Rng {
    let mut hash = blake3::Hasher::new();
    hash.update(&seed.to_le_bytes());
    for part in purpose {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    ChaCha8Rng::from_seed(*hash.finalize().as_bytes())
}

/// The units of a pack: drawn, in the order of the run. Candidates come in that order, one or several trials a case; of a
/// case's trials one is taken.
#[must_use]
pub fn units(info: &RunInfo, candidates: Vec<Candidate>, wish: &Wish) -> (Shown, Vec<Unit>) {
    let columns = info.targets.len() * info.prompts.len();
    let shown = wish.shown.unwrap_or(if columns > LABELS.len() {
        Shown::Pairs
    } else {
        Shown::All
    });
    let least = if shown == Shown::Pairs { 2 } else { 1 };
    let mut cases: Vec<Vec<Candidate>> = Vec::new();
    for candidate in candidates
        .into_iter()
        .filter(|candidate| candidate.columns.len() >= least)
    {
        match cases.last_mut() {
            Some(trials) if trials[0].index == candidate.index => trials.push(candidate),
            _ => cases.push(vec![candidate]),
        }
    }
    let mut draw = chance(wish.seed, &["units"]);
    let mut drawn: Vec<Candidate> = cases
        .into_iter()
        .map(|mut trials| {
            trials.shuffle(&mut draw);
            trials.swap_remove(0)
        })
        .collect();
    drawn.shuffle(&mut draw);
    if wish.drawn == Drawn::Disagreement {
        // Stable: cases that are equally far apart stay in the order of chance.
        drawn.sort_by(|a, b| b.disagreement.total_cmp(&a.disagreement));
    }
    drawn.truncate(wish.sample.unwrap_or(usize::MAX));
    let mut used = Used {
        pairs: vec![0; columns * columns],
        columns: vec![0; columns],
    };
    let mut units: Vec<Unit> = drawn
        .into_iter()
        .map(|candidate| {
            let columns = match shown {
                Shown::All => candidate.columns,
                Shown::Pairs => used.pair(candidate.columns, &mut draw),
            };
            Unit {
                case: candidate.case,
                index: candidate.index,
                trial: candidate.trial,
                columns,
                flagged: Vec::new(),
                digests: Vec::new(),
            }
        })
        .collect();
    units.sort_by_key(|unit| unit.index);
    (shown, units)
}

/// How often pairs and columns were shown so far.
struct Used {
    /// By first and second column, the lower first.
    pairs: Vec<u32>,
    columns: Vec<u32>,
}

impl Used {
    /// The pair that was shown least so far, of those that a row could show; of several the one whose columns were shown
    /// least, so that few rows show every column about equally often, too.
    fn pair(&mut self, mut present: Vec<usize>, draw: &mut ChaCha8Rng) -> Vec<usize> {
        present.shuffle(draw);
        let width = self.columns.len();
        let mut best: Option<((u32, u32, u32), usize, usize)> = None;
        for (at, &one) in present.iter().enumerate() {
            for &other in &present[at + 1..] {
                let (one, other) = (one.min(other), one.max(other));
                let (a, b) = (self.columns[one], self.columns[other]);
                let worth = (self.pairs[one * width + other], a + b, a.max(b));
                if best.is_none_or(|(least, _, _)| worth < least) {
                    best = Some((worth, one, other));
                }
            }
        }
        let Some((_, one, other)) = best else {
            return present;
        };
        self.pairs[one * width + other] += 1;
        self.columns[one] += 1;
        self.columns[other] += 1;
        vec![one, other]
    }
}

/// Who gets which units under which letters, in which order. The order of the reviewers is drawn too: R1, R2 … say nothing.
#[must_use]
pub fn reviewers(pack: &str, units: &[Unit], wish: &Wish) -> Vec<Reviewer> {
    let mut all: Vec<usize> = (0..units.len()).collect();
    let shared = wish.overlap.unwrap_or(units.len()).min(units.len());
    all.shuffle(&mut chance(wish.seed, &["overlap"]));
    let mut names = wish.reviewers.clone();
    names.shuffle(&mut chance(wish.seed, &["reviewers"]));
    let count = names.len();
    let mut numbers = numbers(count * units.len(), wish.seed);
    names
        .into_iter()
        .enumerate()
        .map(|(at, name)| {
            let mine = all
                .iter()
                .enumerate()
                .filter(|(place, _)| *place < shared || (*place - shared) % count == at)
                .map(|(_, unit)| *unit)
                .collect();
            let rows = rows(
                pack,
                units,
                mine,
                &mut numbers,
                &mut chance(wish.seed, &["rows", &name]),
            );
            Reviewer { name, rows }
        })
        .collect()
}

/// The rows that are put together for a decision.
#[must_use]
pub fn adjudication(pack: &Pack, disputed: Vec<usize>) -> Reviewer {
    let taken: std::collections::HashSet<&str> = pack
        .reviewers
        .iter()
        .flat_map(|reviewer| &reviewer.rows)
        .map(|row| row.key.as_str())
        .collect();
    let total = taken.len() + disputed.len();
    let mut free = numbers(total * 2, pack.seed ^ 0x5eed).into_iter();
    let mut numbers: Vec<u32> = Vec::new();
    while numbers.len() < disputed.len() {
        let Some(number) = free.next() else { break };
        if !taken.contains(pack_row_key(&pack.id, number).as_str()) {
            numbers.push(number);
        }
    }
    let mut draw = chance(pack.seed, &["adjudication"]);
    Reviewer {
        name: String::new(),
        rows: rows(&pack.id, &pack.units, disputed, &mut numbers, &mut draw),
    }
}

fn rows(
    pack: &str,
    units: &[Unit],
    mut mine: Vec<usize>,
    numbers: &mut Vec<u32>,
    draw: &mut ChaCha8Rng,
) -> Vec<PackRow> {
    mine.shuffle(draw);
    mine.into_iter()
        .map(|unit| {
            let mut letters = units[unit].columns.clone();
            letters.shuffle(draw);
            PackRow {
                key: pack_row_key(pack, numbers.pop().unwrap_or(0)),
                unit,
                letters,
            }
        })
        .collect()
}

/// Different numbers in an order of chance, at least twice as many to choose from as are taken.
fn numbers(count: usize, seed: u64) -> Vec<u32> {
    let most = u32::try_from(count.max(4_500) * 2).unwrap_or(u32::MAX);
    let mut all: Vec<u32> = (1..=most).collect();
    let (taken, _) = all.partial_shuffle(&mut chance(seed, &["numbers"]), count);
    taken.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::Make;

    fn candidates(cases: u64, columns: usize) -> Vec<Candidate> {
        (0..cases)
            .map(|index| Candidate {
                case: format!("c{index}"),
                index,
                trial: 1,
                columns: (0..columns).collect(),
                disagreement: f64::from(u8::try_from(index % 10).unwrap()),
            })
            .collect()
    }

    fn wish(reviewers: &[&str]) -> Wish {
        Wish {
            reviewers: reviewers.iter().map(|name| (*name).to_owned()).collect(),
            sample: None,
            drawn: Drawn::Random,
            shown: None,
            overlap: None,
            seed: 1,
        }
    }

    #[test]
    fn every_letter_is_equally_often_every_target() {
        let make = Make::default();
        let (shown, units) = units(&make.info(), candidates(10_000, 5), &wish(&["a", "b"]));
        assert_eq!(shown, Shown::All);
        let drawn = reviewers("p7f3", &units, &wish(&["a", "b"]));
        for reviewer in &drawn {
            let mut counts = [[0u32; 5]; 5];
            for row in &reviewer.rows {
                for (letter, column) in row.letters.iter().enumerate() {
                    counts[letter][*column] += 1;
                }
            }
            // 16 degrees of freedom in a square of 5 × 5: beyond 39.3 once in a thousand draws.
            let chi: f64 = counts
                .iter()
                .flatten()
                .map(|count| (f64::from(*count) - 2000.0).powi(2) / 2000.0)
                .sum();
            assert!(chi < 39.3, "{chi}");
        }
        let order = |at: usize| drawn[at].rows.iter().map(|row| row.unit).collect::<Vec<_>>();
        assert_ne!(order(0), order(1), "each reviewer has an order of their own");
        let by_unit = |at: usize| {
            let mut letters: Vec<_> = drawn[at]
                .rows
                .iter()
                .map(|row| (row.unit, row.letters.clone()))
                .collect();
            letters.sort();
            letters
        };
        assert_ne!(by_unit(0), by_unit(1), "and letters");
        let keys: std::collections::HashSet<&String> =
            drawn.iter().flat_map(|each| &each.rows).map(|row| &row.key).collect();
        assert_eq!(keys.len(), 20_000);
    }

    #[test]
    fn pairs_come_equally_often() {
        let make = Make::default();
        let wish = Wish {
            shown: Some(Shown::Pairs),
            sample: Some(100),
            ..wish(&["a"])
        };
        let (_, units) = units(&make.info(), candidates(300, 5), &wish);
        let mut counts = std::collections::HashMap::new();
        for unit in &units {
            *counts.entry(unit.columns.clone()).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 10);
        assert!(counts.values().all(|count| *count == 10), "{counts:?}");
    }

    /// Three rows of six targets showed one target twice and two of them never.
    #[test]
    fn few_pairs_show_every_target() {
        let make = Make {
            targets: vec!["a", "b", "c", "d", "e", "f"],
            ..Make::default()
        };
        for seed in 0..20 {
            for (rows, apart) in [(3, 0), (6, 2), (9, 2), (15, 0)] {
                let wish = Wish {
                    shown: Some(Shown::Pairs),
                    sample: Some(rows),
                    seed,
                    ..wish(&["a"])
                };
                let (_, units) = units(&make.info(), candidates(60, 6), &wish);
                let mut counts = [0; 6];
                for column in units.iter().flat_map(|unit| &unit.columns) {
                    counts[*column] += 1;
                }
                let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
                assert!(most - least <= apart && *least > 0, "{rows} rows: {counts:?}");
            }
        }
    }

    #[test]
    fn some_rows_are_shared_and_the_rest_is_split() {
        let make = Make::default();
        let wish = Wish {
            overlap: Some(20),
            ..wish(&["a", "b", "c"])
        };
        let (_, units) = units(&make.info(), candidates(80, 5), &wish);
        let drawn = reviewers("p7f3", &units, &wish);
        assert!(drawn.iter().all(|reviewer| reviewer.rows.len() == 40));
        let mut times = vec![0; 80];
        for row in drawn.iter().flat_map(|reviewer| &reviewer.rows) {
            times[row.unit] += 1;
        }
        assert_eq!(times.iter().filter(|times| **times == 3).count(), 20);
        assert_eq!(times.iter().filter(|times| **times == 1).count(), 60);
    }

    #[test]
    fn the_seed_settles_everything_and_the_widest_come_first() {
        let make = Make::default();
        let wish = Wish {
            sample: Some(30),
            drawn: Drawn::Disagreement,
            ..wish(&["a"])
        };
        let once = units(&make.info(), candidates(100, 5), &wish).1;
        assert_eq!(once, units(&make.info(), candidates(100, 5), &wish).1);
        assert!(once.iter().all(|unit| unit.index % 10 >= 7));
        assert!(once.is_sorted_by_key(|unit| unit.index));
    }
}
