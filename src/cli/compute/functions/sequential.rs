//! Stopping early.

use serde_json::{Value, json};

use super::{Fields, Function, Wrong, result};
use crate::stats::anytime::{Asymptotic, Betting, EProcess, EmpiricalBernstein, Hoeffding, Side};
use crate::stats::looks::{self, Boundary};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "e_process",
        checked: "confseq (betting_mart, one-sided)",
        run: e_process,
    },
    Function {
        name: "anytime_betting",
        checked: "confseq (betting_cs, 1000 grid points)",
        run: |input| {
            let mut running = Betting::new(input.alpha()?);
            over_time(input, move |x| {
                running.push(x);
                running.bounds()
            })
        },
    },
    Function {
        name: "anytime_empirical_bernstein",
        checked: "confseq (predmix_empbern_twosided_cs)",
        run: |input| {
            let mut running = EmpiricalBernstein::new(input.alpha()?);
            over_time(input, move |x| {
                running.push(x);
                running.bounds()
            })
        },
    },
    Function {
        name: "anytime_hoeffding",
        checked: "confseq (predmix_hoeffding_cs)",
        run: |input| {
            let mut running = Hoeffding::new(input.alpha()?);
            over_time(input, move |x| {
                running.push(x);
                running.bounds()
            })
        },
    },
    Function {
        name: "asymptotic_cs",
        checked: "its closed form",
        run: asymptotic,
    },
    Function {
        name: "group_sequential",
        checked: "the constants of Jennison and Turnbull 2000",
        run: group_sequential,
    },
];

/// Values that lie in [0, 1].
fn bounded(input: Fields<'_>) -> Result<Vec<f64>, Wrong> {
    let values = input.numbers("x")?;
    match values.iter().position(|x| !(0.0..=1.0).contains(x)) {
        Some(at) => Err(format!("`x[{at}]` must lie between 0 and 1: map the scores first")),
        None => Ok(values),
    }
}

/// Numbers of values, from 1, at which to look; the last when none is named.
fn checkpoints(input: Fields<'_>, values: usize) -> Result<Vec<usize>, Wrong> {
    match input.get("checkpoints") {
        Some(_) => input.wholes("checkpoints"),
        None => Ok(vec![values]),
    }
}

fn over_time(input: Fields<'_>, mut push: impl FnMut(f64) -> (f64, f64)) -> Result<Value, Wrong> {
    let values = bounded(input)?;
    let at = checkpoints(input, values.len())?;
    let seen: Vec<(f64, f64)> = values.iter().map(|x| push(*x)).collect();
    let look = |time: &usize| match time.checked_sub(1) {
        // Before the first value nothing is known.
        None => Some((0.0, 1.0)),
        Some(at) => seen.get(at).copied(),
    };
    let bounds: Vec<Option<(f64, f64)>> = at.iter().map(look).collect();
    Ok(json!({
        "lower": bounds.iter().map(|bounds| bounds.map(|(low, _)| low)).collect::<Vec<_>>(),
        "upper": bounds.iter().map(|bounds| bounds.map(|(_, high)| high)).collect::<Vec<_>>(),
        "n": values.len(),
        "reason": values.is_empty().then_some("empty"),
    }))
}

fn e_process(input: Fields<'_>) -> Result<Value, Wrong> {
    let values = bounded(input)?;
    let at = checkpoints(input, values.len())?;
    let m = input.number_or("m0", 0.5)?;
    if !(0.0..=1.0).contains(&m) {
        return Err("`m0` must lie between 0 and 1".to_owned());
    }
    let side = input.choice(
        "side",
        &[("greater", Side::Greater), ("less", Side::Less)],
        Side::Greater,
    )?;
    let mut process = EProcess::new(m, input.alpha()?, side);
    let mut seen = vec![0.0];
    for x in &values {
        process.push(*x);
        seen.push(process.log_e());
    }
    Ok(json!({
        "log_e": at.iter().map(|time| seen.get(*time).copied()).collect::<Vec<_>>(),
        "p_anytime": process.p(),
        "stopped_at": process.stopped_at(),
        "n": values.len(),
        "reason": values.is_empty().then_some("empty"),
    }))
}

fn asymptotic(input: Fields<'_>) -> Result<Value, Wrong> {
    let values = input.numbers("differences")?;
    let at = checkpoints(input, values.len())?;
    let expected = input.number_or("t_star", 100.0)?;
    if expected <= 0.0 {
        return Err("`t_star` must be above 0".to_owned());
    }
    let mut running = Asymptotic::new(input.alpha()?, expected);
    let mut seen = vec![None];
    for value in &values {
        running.push(*value);
        seen.push(running.bounds());
    }
    let bounds: Vec<Option<(f64, f64)>> = at.iter().map(|time| seen.get(*time).copied().flatten()).collect();
    Ok(json!({
        "rho2": running.rho2(),
        "lower": bounds.iter().map(|bounds| bounds.map(|(low, _)| low)).collect::<Vec<_>>(),
        "upper": bounds.iter().map(|bounds| bounds.map(|(_, high)| high)).collect::<Vec<_>>(),
        "n": values.len(),
        "reason": values.is_empty().then_some("empty"),
        "kind": "asymptotic",
    }))
}

fn group_sequential(input: Fields<'_>) -> Result<Value, Wrong> {
    let count = input.whole("looks")?;
    if count == 0 || count > 50 {
        return Err("`looks` must be from 1 to 50".to_owned());
    }
    let kind = input.choice(
        "kind",
        &[
            ("obrien_fleming", Boundary::ObrienFleming),
            ("pocock", Boundary::Pocock),
        ],
        Boundary::ObrienFleming,
    )?;
    result(looks::boundaries(count, input.alpha()?, kind))
}
