//! How often the gate is wrong, and how often it sees what is there.

use super::*;
use crate::stats::chance::Chance;

/// Chances of passing of 200 cases: most are sure, some waver, a few are a toss. Two runs of them differ on about a tenth of the
/// cases, as runs of real models do.
fn chances(chance: &mut Chance, n: usize) -> Vec<f64> {
    (0..n)
        .map(|_| match chance.unit() {
            share if share < 0.7 => 0.99,
            share if share < 0.9 => 0.9,
            _ => 0.4,
        })
        .collect()
}

fn drawn(chance: &mut Chance, chances: &[f64]) -> Grid {
    let passed: Vec<Option<bool>> = chances.iter().map(|share| Some(chance.unit() < *share)).collect();
    grid(&passed)
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn percent_base(n: usize) -> f64 {
    n as f64
}

fn percent(part: usize, whole: usize) -> f64 {
    percent_base(part) / percent_base(whole) * 100.0
}

/// With default settings: at most 5 % of pairs of runs without any difference fail; at least 80 % of true drops of ten points on
/// 200 cases are caught.
#[test]
fn the_gate_does_not_cry_wolf_and_does_not_sleep() {
    const PAIRS: usize = 500;
    const CASES: usize = 200;
    let mut chance = Chance::new(20_260_314, 0);
    let rules = GateRules::default();
    let (mut alarms, mut caught, mut differ) = (0, 0, 0);
    for _ in 0..PAIRS {
        let before = chances(&mut chance, CASES);
        let base = drawn(&mut chance, &before);
        let same = drawn(&mut chance, &before);
        let verdict = judged(&same, &against(&base, &same), &rules);
        alarms += usize::from(verdict.exit() == 1);
        let paired = verdict.checks[0].paired.as_ref().unwrap();
        differ += usize::try_from(paired.better + paired.worse).unwrap();
        // A tenth of all cases, drawn from those that pass, now fail always: the mean falls by ten points.
        let lost = 0.1 * percent_base(CASES);
        let mut after = before.clone();
        let mut fallen = 0.0;
        while fallen < lost {
            let at = chance.below(u32::try_from(CASES).unwrap()) as usize;
            fallen += after[at];
            after[at] = 0.0;
        }
        let worse = drawn(&mut chance, &after);
        caught += usize::from(judged(&worse, &against(&base, &worse), &rules).exit() == 1);
    }
    println!(
        "false alarms {alarms} of {PAIRS} ({:.1} %), drops of 10 points caught {caught} of {PAIRS} ({:.1} %), {:.1} % of cases differ between runs that are alike",
        percent(alarms, PAIRS),
        percent(caught, PAIRS),
        percent(differ, PAIRS * CASES)
    );
    assert!(alarms * 20 <= PAIRS, "{alarms} false alarms");
    assert!(caught * 5 >= PAIRS * 4, "{caught} caught");
}
