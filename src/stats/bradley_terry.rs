//! Strengths of models from pairwise verdicts.
//!
//! Ties count half a win each here; `davidson` gives them a chance of their own.

use serde::Serialize;

use super::float::{exp, ln_1p, real};
use super::linear;
use super::reason::Reason;
use super::sum::sum;

/// Elo points of a natural unit of strength, 400/ln 10.
const ELO: f64 = 400.0 / std::f64::consts::LN_10;

/// Strength where a strength of 0 stands on the Elo scale.
const ANCHOR: f64 = 1000.0;

/// Verdicts between models: `wins[i][j]` of i over j, `ties[i][j]` symmetric.
#[derive(Debug, Clone, PartialEq)]
pub struct Games {
    /// Wins of the row over the column.
    pub wins: Vec<Vec<f64>>,
    /// Ties; as many in both triangles.
    pub ties: Vec<Vec<f64>>,
}

impl Games {
    /// Wins without ties.
    #[must_use]
    pub fn without_ties(wins: Vec<Vec<f64>>) -> Self {
        let n = wins.len();
        Self {
            wins,
            ties: vec![vec![0.0; n]; n],
        }
    }

    /// How many models there are.
    #[must_use]
    pub fn models(&self) -> usize {
        self.wins.len()
    }

    /// Wins of i over j, a tie as half a win.
    fn score(&self, i: usize, j: usize) -> f64 {
        self.wins[i][j] + 0.5 * self.ties[i][j]
    }

    /// Pairs of different models.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let n = self.models();
        (0..n).flat_map(move |i| (i + 1..n).map(move |j| (i, j)))
    }

    /// All games.
    pub(super) fn total(&self) -> f64 {
        sum(self
            .pairs()
            .map(|(i, j)| self.wins[i][j] + self.wins[j][i] + self.ties[i][j]))
    }

    /// Models reached from the first over "beat or tied", forwards or backwards.
    fn reached(&self, forwards: bool) -> Vec<bool> {
        let n = self.models();
        let mut seen = vec![false; n];
        let mut open = vec![0];
        if let Some(first) = seen.first_mut() {
            *first = true;
        } else {
            return seen;
        }
        while let Some(i) = open.pop() {
            for (j, slot) in seen.iter_mut().enumerate() {
                let score = if forwards { self.score(i, j) } else { self.score(j, i) };
                if !*slot && score > 0.0 {
                    *slot = true;
                    open.push(j);
                }
            }
        }
        seen
    }

    /// Whether every model can be reached from every other over "beat or tied" (Ford 1957): only then do finite strengths of
    /// greatest likelihood exist.
    #[must_use]
    pub fn connected(&self) -> bool {
        self.models() > 0 && self.reached(true).iter().chain(&self.reached(false)).all(|seen| *seen)
    }

    /// Models that played and never lost or tied, and models that played and never won or tied.
    #[must_use]
    pub fn extremes(&self) -> (Vec<usize>, Vec<usize>) {
        let n = self.models();
        let total = |score: &dyn Fn(usize) -> f64| (0..n).map(score).sum::<f64>();
        let won = |i: usize| total(&|j| if i == j { 0.0 } else { self.score(i, j) });
        let lost = |i: usize| total(&|j| if i == j { 0.0 } else { self.score(j, i) });
        (
            (0..n).filter(|i| lost(*i) == 0.0 && won(*i) > 0.0).collect(),
            (0..n).filter(|i| won(*i) == 0.0 && lost(*i) > 0.0).collect(),
        )
    }
}

/// Strengths with their uncertainty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strengths {
    /// Whether finite strengths exist.
    pub identified: bool,
    /// Natural logarithms, mean 0.
    pub strengths: Option<Vec<f64>>,
    /// Standard errors.
    pub se: Option<Vec<f64>>,
    /// 1000 + (400/ln 10)·strength.
    pub elo: Option<Vec<f64>>,
    /// Logarithm of the likelihood, without any penalty.
    pub log_likelihood: Option<f64>,
    /// Weight of the penalty, when there is one.
    pub alpha: Option<f64>,
    /// Models that never lost, by number.
    pub never_lost: Vec<usize>,
    /// Models that never won, by number.
    pub never_won: Vec<usize>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Bradley–Terry strengths of greatest likelihood: P(i beats j) = 1/(1 + e^(β_j − β_i)), Σβ = 0.
///
/// Standard errors from the pseudo-inverse of the information matrix. Not identified when the "beat or tied" graph is not strongly
/// connected: see [`ridge`] then. Hunter 2004, "MM algorithms for generalized Bradley–Terry models"; found by Newton's
/// method. Checked against choix 0.4 and statsmodels 0.15.
#[must_use]
pub fn fit(games: &Games) -> Strengths {
    let found = if games.connected() { newton(games, 0.0) } else { None };
    named(games, found, None)
}

/// Strengths that maximise log-likelihood − `alpha`·Σβ² with `alpha` above 0: always there, also for a model that never lost.
///
/// Checked against choix 0.4 (`opt_pairwise` with alpha).
#[must_use]
pub fn ridge(games: &Games, alpha: f64) -> Strengths {
    named(games, newton(games, alpha), Some(alpha))
}

struct Fitted {
    strengths: Vec<f64>,
    se: Vec<f64>,
}

fn named(games: &Games, found: Option<Fitted>, alpha: Option<f64>) -> Strengths {
    let (never_lost, never_won) = games.extremes();
    let log_likelihood = found.as_ref().map(|found| likelihood(games, &found.strengths));
    let (strengths, se) = found.map_or((None, None), |found| (Some(found.strengths), Some(found.se)));
    Strengths {
        identified: strengths.is_some(),
        elo: strengths
            .as_ref()
            .map(|strengths| strengths.iter().map(|strength| ANCHOR + ELO * strength).collect()),
        log_likelihood,
        alpha,
        never_lost,
        never_won,
        reason: match (games.models(), &strengths) {
            (0, _) => Some(Reason::Empty),
            (_, None) => Some(Reason::NotIdentified),
            _ => None,
        },
        strengths,
        se,
    }
}

/// ln(1 + e^x) without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + ln_1p(exp(-x.abs()))
}

fn likelihood(games: &Games, strengths: &[f64]) -> f64 {
    -sum(games.pairs().map(|(i, j)| {
        let ahead = strengths[i] - strengths[j];
        games.score(i, j) * softplus(-ahead) + games.score(j, i) * softplus(ahead)
    }))
}

/// Newton's method with halved steps; none when it does not settle.
fn newton(games: &Games, alpha: f64) -> Option<Fitted> {
    let n = games.models();
    if n == 0 {
        return None;
    }
    let goal = 1e-10 * games.total().max(1.0).sqrt();
    let value = |strengths: &[f64]| likelihood(games, strengths) - alpha * sum(strengths.iter().map(|b| b * b));
    let mut strengths = vec![0.0; n];
    let mut best = value(&strengths);
    for _ in 0..500 {
        let (gradient, information) = slopes(games, &strengths, alpha);
        let steepest = gradient.iter().fold(0.0f64, |most, slope| most.max(slope.abs()));
        // Without a penalty the matrix leaves a shift of all strengths free; a constant pins it.
        let pinned = pin(&information, alpha);
        let step = linear::solve(&pinned, &gradient)?;
        let mut scale = 1.0;
        let mut moved = false;
        for _ in 0..60 {
            let next: Vec<f64> = strengths.iter().zip(&step).map(|(b, step)| b + scale * step).collect();
            let reached = value(&next);
            if reached >= best {
                moved = next != strengths;
                strengths = next;
                best = reached;
                break;
            }
            scale *= 0.5;
        }
        if steepest <= goal || !moved {
            break;
        }
    }
    let centre = sum(strengths.iter().copied()) / real(n);
    for strength in &mut strengths {
        *strength -= centre;
    }
    let (gradient, information) = slopes(games, &strengths, alpha);
    let goal = 1e-8 * games.total().max(1.0).sqrt();
    if gradient.iter().any(|slope| slope.abs() > goal) {
        return None;
    }
    // The pseudo-inverse of a matrix with null vector 1 is the inverse of matrix + J/n, less J/n.
    let less = if alpha == 0.0 { 1.0 / real(n) } else { 0.0 };
    let diagonal = linear::inverse_diagonal(&pin(&information, alpha))?;
    let se = diagonal
        .into_iter()
        .map(|variance| (variance - less).max(0.0).sqrt())
        .collect();
    Some(Fitted { strengths, se })
}

fn pin(information: &[Vec<f64>], alpha: f64) -> Vec<Vec<f64>> {
    let add = if alpha == 0.0 {
        1.0 / real(information.len())
    } else {
        0.0
    };
    information
        .iter()
        .map(|row| row.iter().map(|value| value + add).collect())
        .collect()
}

/// Gradient and information matrix of the penalised log-likelihood.
fn slopes(games: &Games, strengths: &[f64], alpha: f64) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = games.models();
    let mut gradient: Vec<f64> = strengths.iter().map(|b| -2.0 * alpha * b).collect();
    let mut information = vec![vec![0.0; n]; n];
    for (at, row) in information.iter_mut().enumerate() {
        row[at] = 2.0 * alpha;
    }
    for (i, j) in games.pairs() {
        let (won, lost) = (games.score(i, j), games.score(j, i));
        let ahead = strengths[i] - strengths[j];
        let small = exp(-ahead.abs());
        // P(the stronger wins) and P(the weaker wins), each with its digits.
        let (likely, unlikely) = (1.0 / (1.0 + small), small / (1.0 + small));
        let (wins, losses) = if ahead >= 0.0 {
            (likely, unlikely)
        } else {
            (unlikely, likely)
        };
        let pull = won * losses - lost * wins;
        gradient[i] += pull;
        gradient[j] -= pull;
        let weight = (won + lost) * wins * losses;
        information[i][i] += weight;
        information[j][j] += weight;
        information[i][j] -= weight;
        information[j][i] -= weight;
    }
    (gradient, information)
}
