//! Two models, or several.

use serde_json::Value;

use super::fields::gapped;
use super::{Fields, Function, Wrong, result};
use crate::stats::sign_flip::{self, Alternative, MOST_EXACT};
use crate::stats::wilcoxon::{self, Zeros};
use crate::stats::{mcnemar, multiple, paired};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "paired_difference",
        checked: "scipy 1.12 (ttest_rel), statsmodels 0.15 (cluster-robust)",
        run: difference,
    },
    Function {
        name: "mcnemar",
        checked: "statsmodels 0.15 (mcnemar), scipy 1.12 (binomtest)",
        run: mcnemar,
    },
    Function {
        name: "sign_flip_exact",
        checked: "scipy 1.12 (permutation_test, all assignments)",
        run: exact,
    },
    Function {
        name: "sign_flip_random",
        checked: "the exact distribution by convolution",
        run: random,
    },
    Function {
        name: "wilcoxon_signed_rank",
        checked: "scipy 1.12 (wilcoxon)",
        run: signed_rank,
    },
    Function {
        name: "multiple_testing",
        checked: "statsmodels 0.15 (multipletests)",
        run: many,
    },
];

fn difference(input: Fields<'_>) -> Result<Value, Wrong> {
    let (a, b) = input.pair("a", "b")?;
    let clusters = input.clusters(a.len())?;
    result(paired::difference(&a, &b, clusters.as_ref(), input.confidence()?))
}

fn mcnemar(input: Fields<'_>) -> Result<Value, Wrong> {
    let table = mcnemar::Table {
        both_right: input.whole("both_right")?,
        only_a: input.whole("only_a")?,
        only_b: input.whole("only_b")?,
        both_wrong: input.whole("both_wrong")?,
    };
    result(mcnemar::test(table, input.confidence()?))
}

fn alternative(input: Fields<'_>) -> Result<Alternative, Wrong> {
    input.choice(
        "alternative",
        &[
            ("two-sided", Alternative::TwoSided),
            ("greater", Alternative::Greater),
            ("less", Alternative::Less),
        ],
        Alternative::TwoSided,
    )
}

fn exact(input: Fields<'_>) -> Result<Value, Wrong> {
    let differences = input.numbers("differences")?;
    let clusters = input.clusters(differences.len())?;
    let found = sign_flip::exact(&differences, clusters.as_ref(), alternative(input)?).ok_or_else(|| {
        format!(
            "more than {MOST_EXACT} differences are not zero, too many to count every assignment: use sign_flip_random"
        )
    })?;
    result(found)
}

fn random(input: Fields<'_>) -> Result<Value, Wrong> {
    let differences = input.numbers("differences")?;
    let clusters = input.clusters(differences.len())?;
    let draws = input.whole_or("draws", 20_000)?;
    if draws == 0 || draws > 100_000_000 || draws.saturating_mul(differences.len()) > 20_000_000_000 {
        return Err("`draws` must be at least 1, and not too many for the differences".to_owned());
    }
    result(sign_flip::random(
        &differences,
        clusters.as_ref(),
        alternative(input)?,
        draws as u64,
        input.seed()?,
    ))
}

fn signed_rank(input: Fields<'_>) -> Result<Value, Wrong> {
    let zeros = input.choice(
        "zero_method",
        &[("wilcox", Zeros::Wilcox), ("pratt", Zeros::Pratt)],
        Zeros::Wilcox,
    )?;
    result(wilcoxon::test(&input.numbers("differences")?, zeros))
}

fn many(input: Fields<'_>) -> Result<Value, Wrong> {
    let p_values = gapped(input.need("p_values")?, "p_values")?;
    if p_values.iter().flatten().any(|p| !(0.0..=1.0).contains(p)) {
        return Err("`p_values` must lie between 0 and 1".to_owned());
    }
    result(multiple::adjust(&p_values, input.alpha()?))
}
