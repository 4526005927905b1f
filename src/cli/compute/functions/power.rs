//! Planning.

use serde_json::Value;

use super::{Fields, Function, Wrong, result};
use crate::stats::power::{self, Demand, Noise};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "power_paired",
        checked: "statsmodels 0.15 (TTestPower)",
        run: paired,
    },
    Function {
        name: "power_mcnemar",
        checked: "Connor's closed form",
        run: mcnemar,
    },
    Function {
        name: "power_noninferiority",
        checked: "its closed form",
        run: noninferiority,
    },
    Function {
        name: "power_epochs",
        checked: "Miller's closed form",
        run: epochs,
    },
];

fn demand(input: Fields<'_>) -> Result<Demand, Wrong> {
    let sides = input.whole_or("sides", 2)?;
    if sides != 1 && sides != 2 {
        return Err("`sides` must be 1 or 2".to_owned());
    }
    Ok(Demand {
        alpha: input.alpha()?,
        power: input.share_or("power", 0.8)?,
        two_sided: sides == 2,
    })
}

fn paired(input: Fields<'_>) -> Result<Value, Wrong> {
    result(power::paired(
        input.size("sd")?,
        input.number("delta")?,
        input.whole_or("n", 0)?,
        demand(input)?,
    ))
}

fn mcnemar(input: Fields<'_>) -> Result<Value, Wrong> {
    let discordant = input.size("p_discordant")?;
    if discordant > 1.0 {
        return Err("`p_discordant` must lie between 0 and 1".to_owned());
    }
    result(power::mcnemar(discordant, input.number("difference")?, demand(input)?))
}

fn noninferiority(input: Fields<'_>) -> Result<Value, Wrong> {
    result(power::noninferiority(
        input.size("sd")?,
        input.number_or("true_difference", 0.0)?,
        input.size("margin")?,
        input.alpha()?,
        input.share_or("power", 0.8)?,
    ))
}

fn epochs(input: Fields<'_>) -> Result<Value, Wrong> {
    let noise = Noise {
        omega2: input.size("omega2")?,
        sigma2_a: input.size("sigma2_a")?,
        sigma2_b: input.size("sigma2_b")?,
    };
    result(power::epochs(
        noise,
        input.whole_or("k_a", 1)?,
        input.whole_or("k_b", 1)?,
        input.number("delta")?,
        demand(input)?,
    ))
}
