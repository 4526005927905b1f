//! The columns of one run against each other, from paired cases only, and what may be said of them.
//!
//! A sentence is data here; its words are the report's. Nothing is called better without an interval that excludes 0 after the
//! comparisons of the table are counted.

use std::collections::HashMap;

use super::early::{Early, Measure};
use super::paired::{Paired, Pairing, Way, holm, pairing};
use super::row::Square;
use super::slices::Slice;
use super::tally::{Column, room};
use crate::domain::{Case, Currency, RunInfo};

/// Sentences at most.
const SENTENCES: usize = 4;

/// Columns up to which every pair is compared; of more, each is compared with the best only.
const COLUMNS: usize = 16;

/// Two columns on the same cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The first column: the better of the two, by its own rate.
    pub first: usize,
    /// The second.
    pub second: usize,
    /// First minus second is positive when the first is better; none without a shared case.
    pub paired: Option<Paired>,
}

/// What is said of the columns.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// The two best, or the best and another: shown apart, or not.
    Pair {
        /// The better one.
        best: usize,
        /// The other.
        other: usize,
        /// What they come to, as best minus other.
        paired: Paired,
        /// Where the other is weakest, by tag and whole percent.
        weak: Option<(String, f64)>,
        /// Where it is strongest.
        strong: Option<(String, f64)>,
    },
    /// The two share no measured case.
    NoShared {
        /// One.
        best: usize,
        /// The other.
        other: usize,
    },
    /// The cheapest column not clearly worse than the best, as it minus the best.
    Cheapest {
        /// Which.
        column: usize,
        /// The best.
        best: usize,
        /// It minus the best.
        paired: Paired,
        /// The currency that was looked at, where there are others: amounts in two currencies are not compared.
        among: Option<Currency>,
    },
    /// The best is itself the cheapest.
    BestIsCheapest {
        /// Which.
        column: usize,
        /// As above.
        among: Option<Currency>,
    },
}

/// Collects verdicts by case and column: four bytes a square.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    squares: Vec<(u16, u16)>,
    groups: Vec<Option<u32>>,
    names: HashMap<String, u32>,
    columns: usize,
    single: bool,
}

impl Verdicts {
    pub(super) fn of(info: &RunInfo) -> Self {
        let columns = info.columns().len();
        Self {
            squares: Vec::with_capacity(room(info, columns as u64)),
            groups: Vec::with_capacity(room(info, 1)),
            columns,
            single: info.trials == 1,
            ..Self::default()
        }
    }

    pub(super) fn case(&mut self, case: &Case, squares: &[Square]) {
        let small = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
        self.squares.extend(
            squares
                .iter()
                .take(self.columns)
                .map(|square| (small(square.passed), small(square.judged))),
        );
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let group = case.group.as_ref();
        self.groups
            .push(group.map(|group| *self.names.entry(group.clone()).or_insert(next)));
    }

    /// How many cases went by.
    pub(super) fn cases(&self) -> usize {
        self.groups.len()
    }

    /// Passed and judged answers of a column on a case.
    pub(super) fn counts(&self, case: usize, column: usize) -> (u16, u16) {
        self.squares
            .get(case * self.columns + column)
            .copied()
            .unwrap_or((0, 0))
    }

    fn rate(&self, case: usize, column: usize) -> Option<f64> {
        let (passed, judged) = *self.squares.get(case * self.columns + column)?;
        (judged > 0).then(|| f64::from(passed) / f64::from(judged))
    }

    /// Second against first: positive differences are better for `first`.
    fn pair(&self, first: usize, second: usize) -> Option<Paired> {
        let mut pairs = Pairing::default();
        for case in 0..self.groups.len() {
            if let Some((a, b)) = self.rate(case, first).zip(self.rate(case, second)) {
                pairs.push(b, a, self.groups[case]);
            }
        }
        pairing(&pairs, self.single)
    }

    /// Values of each column over the cases, with the groups, for estimates.
    pub(super) fn column(&self, column: usize) -> (Vec<f64>, Vec<Option<u32>>) {
        let mut values = Vec::new();
        let mut groups = Vec::new();
        for case in 0..self.groups.len() {
            if let Some(rate) = self.rate(case, column) {
                values.push(rate);
                groups.push(self.groups[case]);
            }
        }
        (values, groups)
    }

    /// Whether cases share groups.
    pub(super) fn grouped(&self) -> bool {
        !self.names.is_empty() && self.names.len() < self.groups.len()
    }

    /// Every pair, best first, with p-values adjusted for their number.
    pub(super) fn pairs(&self, columns: &[Column]) -> Vec<Pair> {
        let mut order: Vec<usize> = (0..columns.len()).filter(|at| columns[*at].pass.is_some()).collect();
        let rate = |at: usize| columns[at].pass.map_or(0.0, |pass| pass.value);
        order.sort_by(|a, b| rate(*b).total_cmp(&rate(*a)).then(a.cmp(b)));
        let all = order.len() <= COLUMNS;
        let mut pairs = Vec::new();
        for (at, first) in order.iter().enumerate() {
            if at > 0 && !all {
                break;
            }
            for second in &order[at + 1..] {
                pairs.push(Pair {
                    first: *first,
                    second: *second,
                    paired: self.pair(*first, *second),
                });
            }
        }
        let adjusted = holm(
            &pairs
                .iter()
                .map(|pair| pair.paired.as_ref().and_then(|paired| paired.p))
                .collect::<Vec<_>>(),
        );
        for (pair, p) in pairs.iter_mut().zip(adjusted) {
            if let Some(paired) = &mut pair.paired {
                paired.adjusted = p;
            }
        }
        pairs
    }
}

/// In a run that stopped early an interval for a number of cases fixed beforehand says too much, and so does its p-value: what
/// holds at every look takes their place. Cases that share groups keep the interval of their groups.
pub(super) fn at_every_look(pairs: &mut [Pair], columns: &[Column], info: &RunInfo, early: &Early) {
    if !early.stopped() || early.measure != Measure::Pass || info.prompts.len() > 1 {
        return;
    }
    for pair in pairs {
        let name = |column: usize| &info.targets[columns[column].target].name;
        let (first, second) = (name(pair.first), name(pair.second));
        let Some(paired) = pair.paired.as_mut().filter(|paired| paired.clusters.is_none()) else {
            continue;
        };
        let found = early.pairs.iter().find_map(|each| {
            if (&each.b, &each.a) == (first, second) {
                Some((each.low, each.high))
            } else {
                ((&each.a, &each.b) == (first, second)).then_some((0.0 - each.high, 0.0 - each.low))
            }
        });
        let Some(interval) = found else { continue };
        *paired = Paired {
            interval: Some(interval),
            one_sided: None,
            p: None,
            adjusted: None,
            way: Way::EveryLook,
            ..paired.clone()
        };
    }
}

/// The sentences: top pair; each column that is shown apart from the best; the cheapest not clearly worse.
pub(super) fn said(pairs: &[Pair], columns: &[Column], slices: &[Slice]) -> Vec<Said> {
    let Some(top) = pairs.first() else {
        return Vec::new();
    };
    let best = top.first;
    let cheapest = cheapest(pairs, columns, best);
    let room = SENTENCES - usize::from(cheapest.is_some());
    let of_best: Vec<&Pair> = pairs.iter().filter(|pair| pair.first == best).collect();
    // After the top pair those that are shown apart, then those that are not: what is known is worth more than what is not.
    let mut order: Vec<&Pair> = of_best.iter().take(1).copied().collect();
    let shown = |pair: &&&Pair| pair.paired.as_ref().is_some_and(Paired::shown);
    order.extend(of_best.iter().skip(1).filter(shown));
    order.extend(of_best.iter().skip(1).filter(|pair| !shown(pair)));
    let mut out: Vec<Said> = order
        .into_iter()
        .take(room)
        .map(|pair| match &pair.paired {
            None => Said::NoShared {
                best,
                other: pair.second,
            },
            Some(paired) => {
                let apart = paired.shown();
                let (weak, strong) = if apart { ends(slices, pair.second) } else { (None, None) };
                Said::Pair {
                    best,
                    other: pair.second,
                    paired: paired.clone(),
                    weak,
                    strong,
                }
            }
        })
        .collect();
    out.extend(cheapest);
    out
}

/// The tags on which a column does worst and best, where there are several.
fn ends(slices: &[Slice], column: usize) -> (Option<(String, f64)>, Option<(String, f64)>) {
    const CASES: u64 = 10;
    let mut rates: Vec<(&str, f64)> = slices
        .iter()
        .filter_map(|slice| {
            let rate = slice.columns.get(column)?;
            (rate.cases >= CASES).then_some((slice.tag.as_str(), rate.rate?))
        })
        .collect();
    rates.sort_by(|a, b| a.1.total_cmp(&b.1));
    match (rates.first(), rates.last()) {
        (Some(low), Some(high)) if rates.len() > 1 && high.1 - low.1 >= 0.05 => {
            (Some((low.0.to_owned(), low.1)), Some((high.0.to_owned(), high.1)))
        }
        _ => (None, None),
    }
}

/// Of the columns whose cost is known in the currency of the best (or that are local), the cheapest that is not shown to be
/// worse.
fn cheapest(pairs: &[Pair], columns: &[Column], best: usize) -> Option<Said> {
    let currency = columns.iter().find_map(|column| column.paid.sums.keys().next())?;
    // The best's own currency, where it has one.
    let currency = columns[best].paid.sums.keys().next().unwrap_or(currency);
    let cost_of_best = cost(&columns[best], currency)?;
    let others = columns.iter().flat_map(|column| column.paid.sums.keys());
    let several = others.into_iter().any(|other| other != currency);
    // What costs nothing is the cheapest in any currency.
    let among = |cost: f64| (several && cost > 0.0).then(|| currency.clone());
    let mut cheapest = (best, cost_of_best, None);
    for pair in pairs.iter().filter(|pair| pair.first == best) {
        let (Some(paired), Some(cost)) = (&pair.paired, cost(&columns[pair.second], currency)) else {
            continue;
        };
        let worse = paired.shown() && paired.difference > 0.0;
        // Without an interval nothing is known of how much worse it might be.
        if paired.interval.is_none() {
            continue;
        }
        // A difference of a few percent is none worth a sentence.
        if !worse && cost < 0.95 * cheapest.1 {
            cheapest = (pair.second, cost, Some(paired.turned()));
        }
    }
    match cheapest {
        (column, cost, Some(paired)) => Some(Said::Cheapest {
            column,
            best,
            paired,
            among: among(cost),
        }),
        // Nothing to choose between: a sentence would say nothing.
        (column, _, None) => {
            let dearer = pairs
                .iter()
                .filter(|pair| pair.first == best)
                .any(|pair| cost(&columns[pair.second], currency).is_some_and(|other| other > cost_of_best));
            let cheaper = pairs
                .iter()
                .filter(|pair| pair.first == best)
                .any(|pair| cost(&columns[pair.second], currency).is_some_and(|other| other < cost_of_best));
            (dearer && !cheaper).then(|| Said::BestIsCheapest {
                column,
                among: among(cost_of_best),
            })
        }
    }
}

/// Cost a priced answer in billionths; nothing for local models; none where it is not known or in another currency.
#[expect(clippy::cast_precision_loss, reason = "sums of money, compared only")]
fn cost(column: &Column, currency: &Currency) -> Option<f64> {
    let paid = &column.paid;
    if paid.unknown > 0 {
        return None;
    }
    match (paid.sums.len(), paid.sums.get(currency)) {
        (0, _) if paid.local > 0 => Some(0.0),
        (1, Some(nano)) if paid.known > 0 => Some(*nano as f64 / paid.known as f64),
        _ => None,
    }
}
