//! The standard normal distribution.

use super::float::{erfc, exp, ln};

/// P(Z ≤ x).
#[must_use]
pub fn cdf(x: f64) -> f64 {
    0.5 * erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// P(Z > x), with all its digits far out in the tail.
#[must_use]
pub fn sf(x: f64) -> f64 {
    0.5 * erfc(x * std::f64::consts::FRAC_1_SQRT_2)
}

/// Density.
#[must_use]
pub(super) fn density(x: f64) -> f64 {
    exp(-0.5 * x * x) / (2.0 * std::f64::consts::PI).sqrt()
}

/// Two-sided p of a standard normal statistic.
#[must_use]
pub fn two_sided(z: f64) -> f64 {
    erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

/// The x with P(Z > x) = `tail`; infinite at 0 and 1, so callers keep inside.
#[must_use]
pub fn upper(tail: f64) -> f64 {
    -quantile(tail)
}

/// The x with P(Z ≤ x) = `p`: algorithm AS 241 (Wichura 1988, "The percentage points of the normal distribution").
#[must_use]
pub fn quantile(p: f64) -> f64 {
    let off = p - 0.5;
    if off.abs() <= 0.425 {
        let r = 0.180_625 - off * off;
        return off * polynomial(&A, r) / polynomial(&B, r);
    }
    let tail = if off < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 {
        return f64::INFINITY.copysign(off);
    }
    let r = (-ln(tail)).sqrt();
    let x = if r <= 5.0 {
        polynomial(&C, r - 1.6) / polynomial(&D, r - 1.6)
    } else {
        polynomial(&E, r - 5.0) / polynomial(&F, r - 5.0)
    };
    x.copysign(off)
}

/// Coefficients from the highest power down, Horner's scheme.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

const A: [f64; 8] = [
    2_509.080_928_730_122_7,
    33_430.575_583_588_13,
    67_265.770_927_008_7,
    45_921.953_931_549_87,
    13_731.693_765_509_46,
    1_971.590_950_306_551_3,
    133.141_667_891_784_38,
    3.387_132_872_796_366_5,
];
const B: [f64; 8] = [
    5_226.495_278_852_854,
    28_729.085_735_721_943,
    39_307.895_800_092_71,
    21_213.794_301_586_597,
    5_394.196_021_424_751,
    687.187_007_492_057_9,
    42.313_330_701_600_91,
    1.0,
];
const C: [f64; 8] = [
    7.745_450_142_783_414e-4,
    0.022_723_844_989_269_184,
    0.241_780_725_177_450_6,
    1.270_458_252_452_368_4,
    3.647_848_324_763_204_5,
    5.769_497_221_460_691,
    4.630_337_846_156_546,
    1.423_437_110_749_683_5,
];
const D: [f64; 8] = [
    1.050_750_071_644_416_9e-9,
    5.475_938_084_995_345e-4,
    0.015_198_666_563_616_457,
    0.148_103_976_427_480_08,
    0.689_767_334_985_1,
    1.676_384_830_183_803_8,
    2.053_191_626_637_759,
    1.0,
];
const E: [f64; 8] = [
    2.010_334_399_292_288_1e-7,
    2.711_555_568_743_487_6e-5,
    0.001_242_660_947_388_078_4,
    0.026_532_189_526_576_124,
    0.296_560_571_828_504_87,
    1.784_826_539_917_291_3,
    5.463_784_911_164_114,
    6.657_904_643_501_103,
];
const F: [f64; 8] = [
    2.044_263_103_389_939_8e-15,
    1.421_511_758_316_446e-7,
    1.846_318_317_510_054_8e-5,
    7.868_691_311_456_133e-4,
    0.014_875_361_290_850_615,
    0.136_929_880_922_735_8,
    0.599_832_206_555_888,
    1.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, wanted: f64) {
        assert!((got - wanted).abs() <= 1e-13 * wanted.abs(), "{got} is not {wanted}");
    }

    // Wanted values from mpmath with 50 digits.
    #[test]
    fn tails_keep_their_digits() {
        close(sf(1.0), 0.158_655_253_931_457_05);
        close(sf(10.0), 7.619_853_024_160_527e-24);
        close(sf(37.0), 5.725_571_222_524_577e-300);
        close(quantile(0.975), 1.959_963_984_540_054);
        close(upper(1e-12), 7.034_483_825_301_132);
        close(upper(1e-300), 37.047_096_299_361_2);
    }

    #[test]
    fn the_quantile_undoes_the_cdf() {
        for at in -370..=370 {
            let x = f64::from(at) / 10.0;
            let back = if x > 0.0 { upper(sf(x)) } else { quantile(cdf(x)) };
            assert!((back - x).abs() < 1e-13 * x.abs().max(1.0), "{x} came back as {back}");
        }
    }
}
