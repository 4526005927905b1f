//! Strengths of models from pairwise verdicts where ties have a chance of their own.

use serde::Serialize;

use super::bradley_terry::{self, Games, Strengths};
use super::float::{exp, ln, real};
use super::linear;
use super::reason::Reason;
use super::sum::sum;

/// Strengths and the weight of ties.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Davidson {
    /// Whether finite strengths exist.
    pub identified: bool,
    /// Natural logarithms, mean 0.
    pub strengths: Option<Vec<f64>>,
    /// Standard errors.
    pub se: Option<Vec<f64>>,
    /// Weight of a tie: two equal models tie with chance ν/(2 + ν).
    pub nu: Option<f64>,
    /// Standard error of ln ν.
    pub log_nu_se: Option<f64>,
    /// Logarithm of the likelihood.
    pub log_likelihood: Option<f64>,
    /// Models that never lost, by number.
    pub never_lost: Vec<usize>,
    /// Models that never won, by number.
    pub never_won: Vec<usize>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Davidson's model: i wins, j wins and a tie weigh e^β_i, e^β_j and ν·e^((β_i + β_j)/2), Σβ = 0.
///
/// Without ties ν is 0 and the strengths are those of Bradley and Terry; all ties are not identified. Davidson 1970, "On
/// extending the Bradley–Terry model to accommodate ties in paired comparison experiments". Found by Newton's method;
/// checked against statsmodels 0.15 (Poisson log-linear form).
#[must_use]
pub fn fit(games: &Games) -> Davidson {
    let (never_lost, never_won) = games.extremes();
    let ties = sum(games.pairs().map(|(i, j)| games.ties[i][j]));
    let missing = |reason| Davidson {
        identified: false,
        strengths: None,
        se: None,
        nu: None,
        log_nu_se: None,
        log_likelihood: None,
        never_lost: never_lost.clone(),
        never_won: never_won.clone(),
        reason: Some(reason),
    };
    if games.models() == 0 {
        return missing(Reason::Empty);
    }
    if ties == 0.0 {
        let Strengths {
            identified: true,
            strengths,
            se,
            log_likelihood,
            ..
        } = bradley_terry::fit(games)
        else {
            return missing(Reason::NotIdentified);
        };
        return Davidson {
            identified: true,
            strengths,
            se,
            nu: Some(0.0),
            log_likelihood,
            reason: None,
            ..missing(Reason::NotIdentified)
        };
    }
    if ties >= games.total() || !games.connected() {
        return missing(Reason::NotIdentified);
    }
    let Some((parameters, errors)) = newton(games, ties) else {
        return missing(Reason::NotIdentified);
    };
    let n = games.models();
    Davidson {
        identified: true,
        nu: Some(exp(parameters[n])),
        log_nu_se: Some(errors[n]),
        log_likelihood: Some(likelihood(games, &parameters)),
        strengths: Some(parameters[..n].to_vec()),
        se: Some(errors[..n].to_vec()),
        reason: None,
        ..missing(Reason::NotIdentified)
    }
}

/// Chances that i wins, that j wins, and of a tie; parameters are the strengths and ln ν.
fn chances(parameters: &[f64], i: usize, j: usize) -> ([f64; 3], f64) {
    let tie = parameters[parameters.len() - 1] + f64::midpoint(parameters[i], parameters[j]);
    let weights = [parameters[i], parameters[j], tie];
    let most = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scaled = weights.map(|weight| exp(weight - most));
    let total = scaled[0] + scaled[1] + scaled[2];
    (scaled.map(|weight| weight / total), most + ln(total))
}

fn likelihood(games: &Games, parameters: &[f64]) -> f64 {
    let tie = parameters[parameters.len() - 1];
    sum(games.pairs().map(|(i, j)| {
        let (won, lost, tied) = (games.wins[i][j], games.wins[j][i], games.ties[i][j]);
        if won + lost + tied == 0.0 {
            return 0.0;
        }
        let (_, log_total) = chances(parameters, i, j);
        let middle = f64::midpoint(parameters[i], parameters[j]);
        won * parameters[i] + lost * parameters[j] + tied * (tie + middle) - (won + lost + tied) * log_total
    }))
}

/// Gradient and information; the last row and column are ln ν's. A constant pins the sum of the strengths.
fn slopes(games: &Games, parameters: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = games.models();
    let mut gradient = vec![0.0; n + 1];
    let mut information = vec![vec![0.0; n + 1]; n + 1];
    for row in &mut information[..n] {
        for value in &mut row[..n] {
            *value = 1.0 / real(n);
        }
    }
    for (i, j) in games.pairs() {
        let counts = [games.wins[i][j], games.wins[j][i], games.ties[i][j]];
        let played = counts[0] + counts[1] + counts[2];
        if played == 0.0 {
            continue;
        }
        let (chances, _) = chances(parameters, i, j);
        // What each outcome's weight takes from (β_i, β_j, ln ν).
        let shares = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 1.0]];
        let places = [i, j, n];
        for a in 0..3 {
            let mean_a: f64 = (0..3).map(|outcome| chances[outcome] * shares[outcome][a]).sum();
            let seen: f64 = (0..3).map(|outcome| counts[outcome] * shares[outcome][a]).sum();
            gradient[places[a]] += seen - played * mean_a;
            for b in 0..3 {
                let mean_b: f64 = (0..3).map(|outcome| chances[outcome] * shares[outcome][b]).sum();
                let both: f64 = (0..3)
                    .map(|outcome| chances[outcome] * (shares[outcome][a] - mean_a) * (shares[outcome][b] - mean_b))
                    .sum();
                information[places[a]][places[b]] += played * both;
            }
        }
    }
    (gradient, information)
}

/// Parameters and standard errors; none when no finite ones have the greatest likelihood.
fn newton(games: &Games, ties: f64) -> Option<(Vec<f64>, Vec<f64>)> {
    let n = games.models();
    let goal = 1e-10 * games.total().sqrt();
    let mut parameters = vec![0.0; n + 1];
    parameters[n] = ln(2.0 * ties / (games.total() - ties));
    let mut best = likelihood(games, &parameters);
    for _ in 0..500 {
        let (gradient, information) = slopes(games, &parameters);
        let step = linear::solve(&information, &gradient)?;
        let mut scale = 1.0;
        let mut moved = false;
        for _ in 0..60 {
            let next: Vec<f64> = parameters.iter().zip(&step).map(|(b, step)| b + scale * step).collect();
            let reached = likelihood(games, &next);
            if reached >= best {
                moved = next != parameters;
                parameters = next;
                best = reached;
                break;
            }
            scale *= 0.5;
        }
        let steepest = gradient.iter().fold(0.0f64, |most, slope| most.max(slope.abs()));
        if steepest <= goal || !moved {
            break;
        }
    }
    let centre = sum(parameters[..n].iter().copied()) / real(n);
    for strength in &mut parameters[..n] {
        *strength -= centre;
    }
    let (gradient, information) = slopes(games, &parameters);
    let goal = 1e-8 * games.total().sqrt();
    let variances = linear::inverse_diagonal(&information)?;
    // Strengths that run off to infinity leave a likelihood so flat that errors explode.
    let runaway = variances.iter().any(|variance| *variance > 1e6);
    if runaway || gradient.iter().any(|slope| slope.abs() > goal) {
        return None;
    }
    let less = 1.0 / real(n);
    let errors = variances
        .iter()
        .enumerate()
        .map(|(at, variance)| (variance - if at < n { less } else { 0.0 }).max(0.0).sqrt())
        .collect();
    Some((parameters, errors))
}
