//! Agreement of two raters, or of a fixed number of raters, beyond chance.
//!
//! For missing ratings see `alpha` (Krippendorff) and `gwet`.

use serde::Serialize;

use super::float::{quotient, real};
use super::proportion::normal_quantile;
use super::reason::Reason;
use super::sum::sum;

/// How much a disagreement counts, by the distance of the labels in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// Any disagreement counts alike.
    #[default]
    Identity,
    /// By distance.
    Linear,
    /// By squared distance.
    Quadratic,
}

/// Cohen's kappa of two raters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CohenKappa {
    /// Items both rated.
    pub n: usize,
    /// Kappa; none when chance alone would agree always (one label).
    pub kappa: Option<f64>,
    /// Share of items with the same label.
    pub agreement: Option<f64>,
    /// Large-sample standard error.
    pub se: Option<f64>,
    /// Lower end of the normal interval.
    pub low: Option<f64>,
    /// Upper end of the normal interval.
    pub high: Option<f64>,
    /// Two-sided confidence of the interval.
    pub confidence: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Cohen's kappa; `pairs` are the numbers of the two labels of each item, below `labels`, whose order gives the distances.
///
/// Weights |i − j| or (i − j)²; standard error of Fleiss, Cohen and Everitt 1969, "Large sample standard errors of kappa and
/// weighted kappa". Checked against scikit-learn 1.9 and statsmodels 0.15.
///
/// # Panics
/// When a number is not below `labels`.
#[must_use]
pub fn cohen(pairs: &[(usize, usize)], labels: usize, weights: Weights, confidence: f64) -> CohenKappa {
    let n = real(pairs.len());
    let mut table = vec![0usize; labels * labels];
    for (a, b) in pairs {
        assert!(*a < labels && *b < labels, "labels are numbered below their count");
        table[a * labels + b] += 1;
    }
    let agreeing: usize = (0..labels).map(|at| table[at * labels + at]).sum();
    let agreement = quotient(real(agreeing), n);
    let share = |row: usize, column: usize| real(table[row * labels + column]) / n;
    let rows: Vec<f64> = (0..labels)
        .map(|row| real(table[row * labels..][..labels].iter().sum()) / n)
        .collect();
    let columns: Vec<f64> = (0..labels)
        .map(|column| real((0..labels).map(|row| table[row * labels + column]).sum()) / n)
        .collect();
    // Agreement weights in 0..=1: 1 on the diagonal.
    let widest = real(labels.saturating_sub(1)).max(1.0);
    let weight = |row: usize, column: usize| {
        let distance = real(row.abs_diff(column)) / widest;
        match weights {
            Weights::Identity => f64::from(row == column),
            Weights::Linear => 1.0 - distance,
            Weights::Quadratic => 1.0 - distance * distance,
        }
    };
    let cells = || (0..labels).flat_map(|row| (0..labels).map(move |column| (row, column)));
    let disagreement = sum(cells().map(|(r, c)| share(r, c) * (1.0 - weight(r, c))));
    let by_chance = sum(cells().map(|(r, c)| rows[r] * columns[c] * (1.0 - weight(r, c))));
    let one_label = pairs.is_empty() || by_chance <= 1e-15;
    let kappa = (!one_label).then(|| 1.0 - disagreement / by_chance);
    let se = kappa.map(|_| {
        let expected = 1.0 - by_chance;
        let observed = 1.0 - disagreement;
        let row_weights: Vec<f64> = (0..labels)
            .map(|r| sum((0..labels).map(|c| columns[c] * weight(r, c))))
            .collect();
        let column_weights: Vec<f64> = (0..labels)
            .map(|c| sum((0..labels).map(|r| rows[r] * weight(r, c))))
            .collect();
        let first = sum(cells().map(|(r, c)| {
            let term = weight(r, c) * by_chance - (row_weights[r] + column_weights[c]) * disagreement;
            share(r, c) * term * term
        }));
        let second = observed * expected - 2.0 * expected + observed;
        (((first - second * second) / n).max(0.0)).sqrt() / (by_chance * by_chance)
    });
    let z = normal_quantile(confidence);
    CohenKappa {
        n: pairs.len(),
        kappa,
        agreement,
        se,
        low: kappa.zip(se).map(|(kappa, se)| kappa - z * se),
        high: kappa.zip(se).map(|(kappa, se)| kappa + z * se),
        confidence,
        reason: if pairs.is_empty() {
            Some(Reason::Empty)
        } else {
            one_label.then_some(Reason::OneLabel)
        },
    }
}

/// Fleiss' kappa.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FleissKappa {
    /// Items.
    pub n: usize,
    /// Raters of each item.
    pub raters: Option<usize>,
    /// Kappa; none when only one category occurs, or items differ in raters.
    pub kappa: Option<f64>,
    /// Mean share of agreeing pairs of raters.
    pub agreement: Option<f64>,
    /// Share of agreeing pairs expected by chance.
    pub expected: Option<f64>,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// Fleiss' kappa of complete tables: `counts[i][j]` raters put item i into category j (Fleiss 1971, "Measuring nominal scale
/// agreement among many raters"). Every item needs the same number of raters, at least two. Checked against statsmodels 0.15.
#[must_use]
pub fn fleiss<L: AsRef<[usize]>>(counts: &[L]) -> FleissKappa {
    let n = counts.len();
    let raters = counts.first().map(|row| row.as_ref().iter().sum::<usize>());
    let missing = |reason| FleissKappa {
        n,
        raters,
        kappa: None,
        agreement: None,
        expected: None,
        reason: Some(reason),
    };
    let Some(k) = raters else {
        return missing(Reason::Empty);
    };
    if counts.iter().any(|row| row.as_ref().iter().sum::<usize>() != k) {
        return missing(Reason::UnequalRaters);
    }
    if k < 2 {
        return missing(Reason::TooFewSamples);
    }
    let categories = counts.iter().map(|row| row.as_ref().len()).max().unwrap_or(0);
    let cell = |row: &L, at: usize| row.as_ref().get(at).copied().unwrap_or(0);
    let pairs = real(k) * (real(k) - 1.0);
    let agreement = sum(counts.iter().map(|row| {
        let squares: usize = row.as_ref().iter().map(|count| count * count).sum();
        real(squares - k) / pairs
    })) / real(n);
    let expected = sum((0..categories).map(|at| {
        let share = real(counts.iter().map(|row| cell(row, at)).sum()) / (real(n) * real(k));
        share * share
    }));
    let kappa = (expected < 1.0 - 1e-15).then(|| (agreement - expected) / (1.0 - expected));
    FleissKappa {
        n,
        raters,
        kappa,
        agreement: Some(agreement),
        expected: Some(expected),
        reason: kappa.is_none().then_some(Reason::OneLabel),
    }
}
