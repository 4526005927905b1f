//! Two models' right and wrong answers to the same cases.

use serde::{Serialize, Serializer};

use super::binomial;
use super::float::{finite, quotient, real};
use super::gamma::chi_squared_sf;
use super::proportion::{self, normal_quantile};
use super::reason::Reason;
use super::tango::Discordant;

/// Pairs of right and wrong answers, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Table {
    /// Both are right.
    pub both_right: usize,
    /// Only the first is right.
    pub only_a: usize,
    /// Only the second is right.
    pub only_b: usize,
    /// Both are wrong.
    pub both_wrong: usize,
}

impl Table {
    /// Counts pairs; none when some score is neither 0 nor 1.
    ///
    /// # Panics
    /// When the lists differ in length.
    #[must_use]
    pub fn of(a: &[f64], b: &[f64]) -> Option<Self> {
        assert_eq!(a.len(), b.len(), "both models have a score for every case");
        let mut table = Self::default();
        for pair in a.iter().zip(b) {
            *match pair {
                (1.0, 1.0) => &mut table.both_right,
                (1.0, 0.0) => &mut table.only_a,
                (0.0, 1.0) => &mut table.only_b,
                (0.0, 0.0) => &mut table.both_wrong,
                _ => return None,
            } += 1;
        }
        Some(table)
    }

    /// All pairs.
    #[must_use]
    pub fn n(self) -> usize {
        self.both_right + self.only_a + self.only_b + self.both_wrong
    }
}

/// Whether two models differ in how often they are right.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct McNemar {
    /// Pairs.
    pub n: usize,
    /// Pairs that disagree.
    pub discordant: usize,
    /// Share right of the second minus that of the first.
    pub difference: Option<f64>,
    /// Wald's standard error of the difference.
    pub se: Option<f64>,
    /// Lower end of Tango's score interval.
    pub tango_low: Option<f64>,
    /// Upper end of Tango's score interval.
    pub tango_high: Option<f64>,
    /// Exact two-sided p.
    pub exact_p: f64,
    /// Mid-p: the one to show.
    pub mid_p: f64,
    /// Chi-square statistic, one degree of freedom; none when nothing disagrees.
    pub chi2: Option<f64>,
    /// Its p.
    pub chi2_p: Option<f64>,
    /// Chi-square statistic with continuity correction.
    pub chi2_cc: Option<f64>,
    /// Its p.
    pub chi2_cc_p: Option<f64>,
    /// `only_b`/`only_a`; infinite, written "inf", when only the second is ever right alone.
    #[serde(serialize_with = "unbounded")]
    pub odds_ratio: Option<f64>,
    /// Lower end of its exact interval.
    #[serde(serialize_with = "unbounded")]
    pub or_low: Option<f64>,
    /// Upper end of its exact interval.
    #[serde(serialize_with = "unbounded")]
    pub or_high: Option<f64>,
    /// Two-sided confidence of the intervals.
    pub confidence: f64,
    /// Why something is missing.
    pub reason: Option<Reason>,
}

/// A bound that may be infinite, as a number or the text "inf".
#[expect(clippy::ref_option, reason = "the shape serde asks for")]
fn unbounded<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value.map(|value| (value, finite(value))) {
        Some((value, None)) => serializer.serialize_str(if value > 0.0 { "inf" } else { "-inf" }),
        other => other.and_then(|(_, value)| value).serialize(serializer),
    }
}

/// McNemar's test, exact and mid-p, with Tango's interval for the difference and an exact one for the odds ratio.
///
/// Exact p = min(1, 2·P(Bin(m, ½) ≤ min)); mid-p takes off P(Bin = min), and is 1 when both counts are equal. McNemar 1947;
/// Fagerland, Lydersen and Laake 2013, "The `McNemar` test for binary matched-pairs data". Checked against statsmodels 0.15
/// and scipy 1.12.
#[must_use]
pub fn test(table: Table, confidence: f64) -> McNemar {
    let Table { only_a, only_b, .. } = table;
    let n = table.n();
    let m = only_a + only_b;
    let pairs = Discordant { only_a, only_b, n };
    let exact_p = binomial::fair_coin(only_a, m);
    let mid_p = if only_a == only_b {
        1.0
    } else {
        2.0 * (binomial::cdf(only_a.min(only_b), m, 0.5) - 0.5 * binomial::probability(only_a.min(only_b), m, 0.5))
    };
    let off = real(only_a.abs_diff(only_b));
    let chi2 = quotient(off * off, real(m));
    let corrected = (off - 1.0).max(0.0);
    let chi2_cc = quotient(corrected * corrected, real(m));
    let tail = |statistic: Option<f64>| statistic.map(|statistic| chi_squared_sf(statistic, 1));
    let tango = pairs.bounds(normal_quantile(confidence));
    let odds = |of_b: f64, of_a: f64| if of_a == 0.0 { f64::INFINITY } else { of_b / of_a };
    // The bounds of only_b/m, each with its complement, so that odds near 0 and ∞ keep their digits.
    let share_b = proportion::exact(only_b, m, confidence);
    let share_a = proportion::exact(only_a, m, confidence);
    let bounds = share_b
        .zip(share_a)
        .map(|(b, a)| (odds(b.low, a.high), odds(b.high, a.low)));
    McNemar {
        n,
        discordant: m,
        difference: pairs.difference(),
        se: (n > 0).then(|| {
            let signed = real(only_b) - real(only_a);
            (real(m) - signed * signed / real(n)).max(0.0).sqrt() / real(n)
        }),
        tango_low: tango.map(|(low, _)| low),
        tango_high: tango.map(|(_, high)| high),
        exact_p,
        mid_p,
        chi2,
        chi2_p: tail(chi2),
        chi2_cc,
        chi2_cc_p: tail(chi2_cc),
        odds_ratio: (m > 0).then(|| odds(real(only_b), real(only_a))),
        or_low: bounds.map(|(low, _)| low),
        or_high: bounds.map(|(_, high)| high),
        confidence,
        reason: match (n, m) {
            (0, _) => Some(Reason::Empty),
            (_, 0) => Some(Reason::NoVariance),
            _ => None,
        },
    }
}
