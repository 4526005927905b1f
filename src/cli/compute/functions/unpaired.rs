//! Two models on different cases, sizes of effects, and many models at once.

use serde_json::Value;

use super::{Fields, Function, Wrong, result};
use crate::stats::{effect, omnibus, unpaired};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "effect_size",
        checked: "pingouin (compute_effsize), Cliff's delta by enumeration",
        run: |input| result(effect::sizes(&input.numbers("a")?, &input.numbers("b")?)),
    },
    Function {
        name: "welch",
        checked: "scipy 1.12 (ttest_ind), statsmodels 0.15 (CompareMeans)",
        run: |input| {
            result(unpaired::welch(
                &input.numbers("a")?,
                &input.numbers("b")?,
                input.confidence()?,
            ))
        },
    },
    Function {
        name: "two_proportions",
        checked: "statsmodels 0.15 (newcomb, proportions_ztest), scipy 1.12 (fisher_exact)",
        run: shares,
    },
    Function {
        name: "cochran_q",
        checked: "statsmodels 0.15 (cochrans_q)",
        run: cochran,
    },
    Function {
        name: "friedman",
        checked: "scipy 1.12 (friedmanchisquare)",
        run: |input| result(omnibus::friedman(&table(input)?)),
    },
];

fn shares(input: Fields<'_>) -> Result<Value, Wrong> {
    let (x1, n1) = (input.whole("x1")?, input.whole("n1")?);
    let (x2, n2) = (input.whole("x2")?, input.whole("n2")?);
    if x1 > n1 || x2 > n2 {
        return Err("`x1` and `x2` must not be more than `n1` and `n2`".to_owned());
    }
    result(unpaired::two_proportions(x1, n1, x2, n2, input.confidence()?))
}

/// Rows of one length.
fn table(input: Fields<'_>) -> Result<Vec<Vec<f64>>, Wrong> {
    let rows = input.rows("scores")?;
    let models = rows.first().map_or(0, Vec::len);
    match rows.iter().position(|row| row.len() != models) {
        Some(at) => Err(format!(
            "`scores[{at}]` has {} entries and `scores[0]` {models}, every case needs a score of every model",
            rows[at].len()
        )),
        None => Ok(rows),
    }
}

fn cochran(input: Fields<'_>) -> Result<Value, Wrong> {
    let rows = table(input)?;
    if rows.iter().flatten().any(|score| *score != 0.0 && *score != 1.0) {
        return Err("`scores` must be 0 or 1; use friedman for others".to_owned());
    }
    result(omnibus::cochran_q(&rows))
}
