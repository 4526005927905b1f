//! The most common of several answers.

use std::collections::BTreeMap;

use super::binomial::choose;
use super::chance::Chance;
use super::float::{quotient, real};

/// What a vote over answers gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Vote<'a> {
    /// The most common answers, sorted by letters.
    pub winners: Vec<&'a str>,
    /// 1 for the right answer, 1/(winners) when it ties for first, else 0.
    pub score: f64,
    /// Answers that voted; those that could not be read do not.
    pub votes: usize,
    /// Share of the votes for a winner.
    pub agreement: Option<f64>,
}

/// Counts votes (Wang and others 2022, "Self-consistency improves chain of thought reasoning"). A tie gives the right answer
/// 1/(winners), its expected score when ties are broken by lot.
#[must_use]
pub fn vote<'a>(answers: &[Option<&'a str>], gold: &str) -> Vote<'a> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in answers.iter().flatten() {
        *counts.entry(answer).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap_or(0);
    let winners: Vec<&str> = counts
        .iter()
        .filter(|(_, count)| **count == most)
        .map(|(answer, _)| *answer)
        .collect();
    let votes: usize = counts.values().sum();
    Vote {
        score: if winners.contains(&gold) {
            1.0 / real(winners.len())
        } else {
            0.0
        },
        votes,
        agreement: quotient(real(most), real(votes)),
        winners,
    }
}

/// Samples up to which [`at_k`] counts all subsets.
const MOST_EXACT: usize = 500;

/// Expected score of a vote over k of the answers drawn without replacement; none when k is larger than their number.
///
/// Exact up to 500 answers, by counting subsets label by label; above, the mean over 20,000 draws from `seed`.
#[must_use]
pub fn at_k(answers: &[Option<&str>], gold: &str, k: usize, seed: u64) -> Option<f64> {
    if k > answers.len() {
        return None;
    }
    if answers.len() > MOST_EXACT {
        return Some(drawn(answers, gold, k, seed));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in answers.iter().flatten() {
        *counts.entry(answer).or_default() += 1;
    }
    let right = counts.remove(gold).unwrap_or(0);
    let others: Vec<usize> = counts.into_values().collect();
    let silent = answers.len() - right - others.iter().sum::<usize>();
    let all = choose(answers.len(), k);
    let mut expected = 0.0;
    for wins in 1..=right.min(k) {
        let rest = k - wins;
        let ways = choose(right, wins) / all;
        for (ties, subsets) in with_ties(&others, silent, wins, rest).into_iter().enumerate() {
            expected += ways * subsets / real(ties + 1);
        }
    }
    Some(expected.min(1.0))
}

/// Subsets of `size` of the other answers where none has more than `wins` votes, by how many have just as many.
fn with_ties(others: &[usize], silent: usize, wins: usize, size: usize) -> Vec<f64> {
    // Most labels that can tie.
    let most = others.len().min(size / wins);
    let mut ways = vec![vec![0.0; size + 1]; most + 1];
    for (chosen, slot) in ways[0].iter_mut().enumerate() {
        *slot = choose(silent, chosen);
    }
    for count in others {
        for ties in (0..=most).rev() {
            for total in (0..=size).rev() {
                let mut sum = 0.0;
                for chosen in 0..=(*count).min(total).min(wins) {
                    let from = if chosen == wins {
                        match ties.checked_sub(1) {
                            Some(fewer) => ways[fewer][total - chosen],
                            None => continue,
                        }
                    } else {
                        ways[ties][total - chosen]
                    };
                    sum += choose(*count, chosen) * from;
                }
                ways[ties][total] = sum;
            }
        }
    }
    ways.into_iter().map(|row| row[size]).collect()
}

fn drawn(answers: &[Option<&str>], gold: &str, k: usize, seed: u64) -> f64 {
    const DRAWS: u32 = 20_000;
    let mut chance = Chance::new(seed, 0);
    let mut order = answers.to_vec();
    let mut total = 0.0;
    for _ in 0..DRAWS {
        for at in 0..k {
            let left = u32::try_from(order.len() - at).unwrap_or(u32::MAX);
            order.swap(at, at + chance.below(left) as usize);
        }
        total += vote(&order[..k], gold).score;
    }
    total / f64::from(DRAWS)
}
