//! What a suite can show, and how many cases or answers it would take to show more. Numbers only; the page is a report.

use crate::domain::Money;
use crate::stats::power::{self, Demand, Noise};

/// Where the noise comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Basis {
    /// Two targets are taken to disagree on this share of the cases, half of it by chance.
    Assumed(f64),
    /// An earlier run.
    Run {
        /// The run's id.
        id: String,
        /// Its pairs.
        pairs: Vec<PairSize>,
        /// Whether several answers a case told chance from cases.
        told_apart: bool,
        /// Its suite, where that is another one.
        suite: Option<String>,
        /// Its answers are the simulator's.
        simulated: bool,
    },
}

/// A pair of an earlier run.
#[derive(Debug, Clone, PartialEq)]
pub struct PairSize {
    /// Name of the first target.
    pub a: String,
    /// Name of the second target.
    pub b: String,
    /// Cases both were measured on.
    pub cases: usize,
    /// Difference seen.
    pub difference: f64,
    /// Where its noise comes from.
    pub noise: Noise,
}

/// A way to find the difference asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Answers a case and target.
    pub answers: u32,
    /// Cases needed.
    pub cases: u64,
    /// Calls to all targets.
    pub calls: u64,
    /// Expected cost by currency; empty where no price is known.
    pub cost: Vec<Money>,
}

/// What is to be planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// Name of the suite.
    pub suite: String,
    /// Its cases.
    pub cases: u64,
    /// Answers a case and target: prompts × trials.
    pub answers: u32,
    /// Targets.
    pub targets: usize,
    /// Difference to find, in units of the score.
    pub difference: f64,
    /// Level and power.
    pub demand: Demand,
    /// Expected cost of the suite as it stands, by currency.
    pub cost: Vec<Money>,
    /// The run whose lengths of answers the cost rests on; without one it is a guess.
    pub lengths: Option<String>,
    /// Targets without a known price.
    pub unpriced: Vec<String>,
}

/// What a suite can show.
#[derive(Debug, Clone, PartialEq)]
pub struct Sizes {
    /// What was to be planned.
    pub wish: Wish,
    /// Where the noise comes from.
    pub basis: Basis,
    /// Smallest difference the suite finds as it stands.
    pub now: Option<f64>,
    /// The same for all pairs at once, each at its share of the level.
    pub now_all: Option<f64>,
    /// Numbers of answers of the table.
    pub answers: Vec<u32>,
    /// Rows of the table: cases, and the smallest difference for each number of answers.
    pub rows: Vec<(u64, Vec<Option<f64>>)>,
    /// Ways to find the difference asked for.
    pub ways: Vec<Way>,
}

/// Answers a case that are worth comparing.
const ANSWERS: [u32; 4] = [1, 3, 5, 10];

/// Cases that are worth comparing.
const CASES: [u64; 7] = [50, 100, 200, 500, 1000, 2000, 5000];

/// Works out what a suite can show.
///
/// Smallest difference = `(z_α + z_β)·√((ω² + σ²_a/k + σ²_b/k)/n)` (Miller 2024); one assumed answer by Connor 1987, which is
/// made for right and wrong. For all pairs at once each has its share of the level.
#[must_use]
pub fn sizes(wish: Wish, basis: Basis) -> Sizes {
    let noise = match &basis {
        Basis::Assumed(disagree) => Noise {
            omega2: disagree / 2.0,
            sigma2_a: disagree / 4.0,
            sigma2_b: disagree / 4.0,
        },
        Basis::Run { pairs, .. } => mean(pairs),
    };
    let discordant = match basis {
        Basis::Assumed(disagree) => Some(disagree),
        Basis::Run { .. } => None,
    };
    let detectable = |cases: u64, answers: u32, demand: Demand| {
        let cases = usize::try_from(cases).unwrap_or(usize::MAX);
        let found = match (discordant, answers) {
            (Some(discordant), 1) => power::mcnemar_detectable(discordant, cases, demand),
            _ => noise.detectable(cases, answers as usize, demand),
        };
        // Scores lie between 0 and 1, and targets cannot differ on more cases than they disagree on.
        found.filter(|difference| *difference <= discordant.unwrap_or(1.0))
    };
    let pairs = wish.targets * wish.targets.saturating_sub(1) / 2;
    let shared = |pairs: usize| Demand {
        alpha: wish.demand.alpha / f64::from(u32::try_from(pairs.max(1)).unwrap_or(u32::MAX)),
        ..wish.demand
    };
    let mut answers: Vec<u32> = ANSWERS.to_vec();
    if !answers.contains(&wish.answers) {
        answers.push(wish.answers);
        answers.sort_unstable();
    }
    let mut cases: Vec<u64> = CASES.to_vec();
    if wish.cases > 0 && !cases.contains(&wish.cases) {
        cases.push(wish.cases);
        cases.sort_unstable();
    }
    let rows = cases
        .into_iter()
        .map(|cases| {
            let cells = answers.iter().map(|k| detectable(cases, *k, wish.demand));
            (cases, cells.collect())
        })
        .collect();
    let ways = answers
        .iter()
        .filter_map(|k| way(&wish, noise, discordant, *k))
        .collect();
    Sizes {
        now: detectable(wish.cases, wish.answers, wish.demand),
        now_all: (pairs > 1)
            .then(|| detectable(wish.cases, wish.answers, shared(pairs)))
            .flatten(),
        answers,
        rows,
        ways,
        wish,
        basis,
    }
}

/// The mean noise of the pairs.
fn mean(pairs: &[PairSize]) -> Noise {
    let n = f64::from(u32::try_from(pairs.len().max(1)).unwrap_or(u32::MAX));
    let of = |part: fn(&Noise) -> f64| pairs.iter().map(|pair| part(&pair.noise)).sum::<f64>() / n;
    Noise {
        omega2: of(|noise| noise.omega2),
        sigma2_a: of(|noise| noise.sigma2_a),
        sigma2_b: of(|noise| noise.sigma2_b),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of cases, checked to be small enough"
)]
fn way(wish: &Wish, noise: Noise, discordant: Option<f64>, answers: u32) -> Option<Way> {
    let found = match (discordant, answers) {
        (Some(discordant), _) if discordant < wish.difference => return None,
        (Some(discordant), 1) => power::mcnemar(discordant, wish.difference, wish.demand),
        _ => power::epochs(noise, answers as usize, answers as usize, wish.difference, wish.demand),
    };
    let cases = found.n.filter(|n| *n < 1e12)?.max(1.0) as u64;
    let asked = u128::from(wish.cases) * u128::from(wish.answers);
    let wanted = u128::from(cases) * u128::from(answers);
    let scaled = |money: &Money| {
        let nano = i128::from(money.nano).checked_mul(i128::try_from(wanted).ok()?)?;
        let nano = nano.checked_div(i128::try_from(asked).ok()?)?;
        Some(Money {
            nano: i64::try_from(nano).ok()?,
            currency: money.currency.clone(),
        })
    };
    Some(Way {
        answers,
        cases,
        calls: u64::try_from(wanted * wish.targets as u128).unwrap_or(u64::MAX),
        cost: wish.cost.iter().filter_map(scaled).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;

    fn wish() -> Wish {
        Wish {
            suite: "s".to_owned(),
            cases: 100,
            answers: 1,
            targets: 3,
            difference: 0.05,
            demand: Demand::default(),
            cost: vec![Money {
                nano: 1_000_000_000,
                currency: Currency("USD".to_owned()),
            }],
            lengths: None,
            unpriced: Vec::new(),
        }
    }

    #[test]
    fn the_rule_of_thumb_and_its_cost() {
        let found = sizes(wish(), Basis::Assumed(0.2));
        let one = &found.ways[0];
        assert_eq!((one.answers, one.cases, one.calls), (1, 626, 3 * 626));
        assert_eq!(one.cost[0].nano, 6_260_000_000);
        assert!(found.now.unwrap() < found.now_all.unwrap());
    }

    #[test]
    fn more_cases_and_more_answers_show_more() {
        let found = sizes(wish(), Basis::Assumed(0.2));
        for (_, cells) in &found.rows {
            assert!(cells.windows(2).all(|pair| pair[1] <= pair[0]), "{cells:?}");
        }
        assert!(found.rows.windows(2).all(|pair| pair[1].1[1] < pair[0].1[1]));
        assert_eq!(found.rows[0].0, 50);
    }

    #[test]
    fn targets_that_never_disagree_need_one_case() {
        let same = PairSize {
            a: "a".to_owned(),
            b: "b".to_owned(),
            cases: 9,
            difference: 0.0,
            noise: Noise {
                omega2: 0.0,
                sigma2_a: 0.0,
                sigma2_b: 0.0,
            },
        };
        let basis = Basis::Run {
            id: "r".to_owned(),
            pairs: vec![same],
            told_apart: true,
            suite: None,
            simulated: false,
        };
        assert_eq!(sizes(wish(), basis).ways[0].cases, 1);
    }
}
