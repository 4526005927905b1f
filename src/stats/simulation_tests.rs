//! Whether intervals cover and tests err as often as they say. Seeded; draws enough to tell, few enough to wait for.

use super::anytime::{EProcess, Side};
use super::chance::Chance;
use super::float::real;
use super::noninferiority::{self, Decision, Distribution};
use super::{Clusters, clusters, mcnemar, mean, ppi, proportion};

/// Share of `times` draws for which `holds`.
fn share(times: usize, seed: u64, mut holds: impl FnMut(&mut Chance) -> bool) -> f64 {
    let mut chance = Chance::new(seed, 7);
    real((0..times).filter(|_| holds(&mut chance)).count()) / real(times)
}

fn normals(chance: &mut Chance, n: usize) -> Vec<f64> {
    (0..n).map(|_| chance.normal()).collect()
}

fn within(low: Option<f64>, high: Option<f64>, truth: f64) -> bool {
    low.zip(high).is_some_and(|(low, high)| low <= truth && truth <= high)
}

fn flips(chance: &mut Chance, n: usize, p: f64) -> Vec<f64> {
    (0..n).map(|_| f64::from(u8::from(chance.unit() < p))).collect()
}

#[test]
fn t_intervals_cover() {
    let covered = share(1500, 1, |chance| {
        let found = mean::ci(&normals(chance, 50), 0.95);
        within(found.t_low, found.t_high, 0.0)
    });
    assert!((0.93..=0.97).contains(&covered), "{covered}");
}

#[test]
fn wilson_covers_where_the_normal_interval_fails() {
    for (p, n) in [(0.5, 20u64), (0.9, 20), (0.98, 20), (0.5, 100), (0.9, 100), (0.98, 100)] {
        let covered = share(2000, 2, |chance| {
            let passed = (0..n).filter(|_| chance.unit() < p).count() as u64;
            let found = proportion::wilson(passed, n, 0.95).unwrap();
            found.low <= p && p <= found.high
        });
        assert!(covered >= 0.90, "{p} of {n}: {covered}");
    }
}

#[test]
fn clustered_intervals_cover() {
    let names: Vec<usize> = (0..100).map(|at| at / 10).collect();
    let groups = Clusters::of(&names);
    let covered = share(1000, 3, |chance| {
        let shared: Vec<f64> = normals(chance, 10);
        let values: Vec<f64> = names
            .iter()
            .map(|group| 0.5 * shared[*group] + chance.normal())
            .collect();
        let found = clusters::clustered_mean(&values, &groups, 0.95);
        within(found.t_low, found.t_high, 0.0)
    });
    assert!((0.92..=0.98).contains(&covered), "{covered}");
}

#[test]
fn mid_p_errs_as_often_as_it_says() {
    let wrong = share(3000, 4, |chance| {
        let (a, b) = (flips(chance, 60, 0.7), flips(chance, 60, 0.7));
        let table = mcnemar::Table::of(&a, &b).unwrap();
        mcnemar::test(table, 0.95).mid_p <= 0.05
    });
    assert!(wrong <= 0.055, "{wrong}");
}

#[test]
fn the_gate_lets_few_through_at_the_margin() {
    let margin = 0.1;
    let passed = share(1500, 5, |chance| {
        let baseline = normals(chance, 40);
        let candidate: Vec<f64> = baseline
            .iter()
            .map(|score| score - margin + 0.3 * chance.normal())
            .collect();
        noninferiority::test(&baseline, &candidate, None, margin, 0.05, Distribution::T)
            .bounds
            .decision
            == Decision::Pass
    });
    assert!(passed <= 0.06, "{passed}");
}

#[test]
fn looking_all_the_time_raises_few_false_alarms() {
    let alarmed = share(600, 6, |chance| {
        let mut process = EProcess::new(0.5, 0.05, Side::Greater);
        for _ in 0..500 {
            let (a, b) = (chance.unit() < 0.7, chance.unit() < 0.7);
            process.push(f64::midpoint(f64::from(u8::from(b)) - f64::from(u8::from(a)), 1.0));
        }
        process.stopped_at().is_some()
    });
    assert!(alarmed <= 0.05, "{alarmed}");
}

#[test]
fn corrected_means_cover() {
    let covered = share(1500, 8, |chance| {
        // A judge that is right six times of seven. (One that errs on one side only makes skewed errors, which 100 labels
        // cover 93 % of the time: numpy, 20,000 draws.)
        let judged = |chance: &mut Chance, y: f64| if chance.unit() < 0.85 { y } else { 1.0 - y };
        let y = flips(chance, 100, 0.6);
        let f: Vec<f64> = y.iter().map(|y| judged(chance, *y)).collect();
        let rest: Vec<f64> = flips(chance, 400, 0.6).iter().map(|y| judged(chance, *y)).collect();
        let found = ppi::mean(&y, &f, &rest, 0.05, None, 1);
        within(found.low, found.high, 0.6)
    });
    assert!((0.92..=0.98).contains(&covered), "{covered}");
}
