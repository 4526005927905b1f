//! The cost of a usage, in integers from end to end.

use crate::domain::{Money, Price, Usage};

/// Femtounits (a thousandth of the picounit of [`Price`], because factors count in thousandths) in a nanounit.
const FEMTO_IN_NANO: u128 = 1_000_000;

/// What `usage` costs at `price`, rounded half up to a billionth of the currency's unit.
///
/// Cached input counts at the cached price and cache writes at theirs; the rest of the input at the input
/// price. Above the long-context bound the whole request is multiplied. `None` when input or output is
/// unknown (unknown is not zero), or when the sum is beyond what [`Money`] can hold.
#[must_use]
pub fn cost(usage: &Usage, price: &Price) -> Option<Money> {
    let input = usage.input?;
    let output = usage.output?;
    // A server may report more cached tokens than input; the parts never exceed the whole.
    let cached = usage.cached.unwrap_or(0).min(input);
    let written = usage.cache_write.unwrap_or(0).min(input - cached);
    let plain = input - cached - written;

    let (input_factor, output_factor) = match price.long {
        Some(long) if input > long.above => (long.input_factor, long.output_factor),
        _ => (1000, 1000),
    };
    let part = |tokens: u64, pico: u64| u128::from(tokens) * u128::from(pico);
    let in_pico = part(plain, price.input)
        .checked_add(part(cached, price.cached.unwrap_or(price.input)))?
        .checked_add(part(written, price.cache_write.unwrap_or(price.input)))?;
    let femto = in_pico
        .checked_mul(u128::from(input_factor))?
        .checked_add(part(output, price.output).checked_mul(u128::from(output_factor))?)?;
    let nano = femto.checked_add(FEMTO_IN_NANO / 2)? / FEMTO_IN_NANO;
    Some(Money {
        nano: i64::try_from(nano).ok()?,
        currency: price.currency.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;
    use crate::domain::money::LongPrice;
    use proptest::prelude::*;

    fn price() -> Price {
        Price {
            input: 2_500_000,
            output: 10_000_000,
            cached: Some(1_250_000),
            cache_write: Some(3_125_000),
            currency: Currency::usd(),
            long: Some(LongPrice {
                above: 200_000,
                input_factor: 2000,
                output_factor: 1500,
            }),
        }
    }

    fn usage(input: u64, output: u64) -> Usage {
        Usage {
            input: Some(input),
            output: Some(output),
            ..Usage::default()
        }
    }

    fn nano(usage: &Usage) -> i64 {
        cost(usage, &price()).unwrap().nano
    }

    #[test]
    fn a_million_tokens_cost_the_list_price() {
        let mut flat = price();
        flat.long = None;
        assert_eq!(cost(&usage(1_000_000, 0), &flat).unwrap().nano, 2_500_000_000);
        assert_eq!(cost(&usage(0, 1_000_000), &flat).unwrap().nano, 10_000_000_000);
    }

    #[test]
    fn parts_of_the_input_have_their_own_prices() {
        let with_cache = Usage {
            cached: Some(600),
            cache_write: Some(300),
            ..usage(1000, 0)
        };
        // 100 × 2.5 + 600 × 1.25 + 300 × 3.125 micro-dollars
        assert_eq!(nano(&with_cache), 1_937_500);
        let absurd = Usage {
            cached: Some(5000),
            cache_write: Some(5000),
            ..usage(1000, 0)
        };
        assert_eq!(nano(&absurd), 1_250_000);
    }

    #[test]
    fn the_whole_long_request_costs_more() {
        assert_eq!(nano(&usage(200_000, 1000)), 510_000_000);
        assert_eq!(nano(&usage(200_001, 1000)), 1_000_005_000 + 15_000_000);
    }

    #[test]
    fn half_a_nano_rounds_up() {
        let tiny = Price {
            input: 500,
            output: 499,
            cached: None,
            cache_write: None,
            currency: Currency::usd(),
            long: None,
        };
        assert_eq!(cost(&usage(1, 0), &tiny).unwrap().nano, 1);
        assert_eq!(cost(&usage(0, 1), &tiny).unwrap().nano, 0);
    }

    #[test]
    fn unknown_is_not_zero_and_absurd_is_unknown() {
        let no_output = Usage {
            output: None,
            ..usage(1, 1)
        };
        assert_eq!(cost(&no_output, &price()), None);
        assert_eq!(cost(&usage(u64::MAX, u64::MAX), &price()), None);
        let dear = Price {
            input: u64::MAX,
            output: u64::MAX,
            ..price()
        };
        assert_eq!(cost(&usage(u64::MAX, u64::MAX), &dear), None);
    }

    proptest! {
        #[test]
        fn more_tokens_never_cost_less(
            input in 0u64..1_000_000, output in 0u64..100_000,
            more_in in 0u64..100_000, more_out in 0u64..100_000, cached in 0u64..1_000_000,
        ) {
            let low = Usage { cached: Some(cached.min(input)), ..usage(input, output) };
            let high = Usage { cached: low.cached, ..usage(input + more_in, output + more_out) };
            prop_assert!(nano(&low) <= nano(&high));
        }

        #[test]
        fn costs_agree_with_a_direct_sum(input in 0u64..200_000, output in 0u64..100_000, cached in 0u64..200_000) {
            let cached = cached.min(input);
            let direct = (input - cached) * 2500 + cached * 1250 + output * 10_000;
            let told = Usage { cached: Some(cached), ..usage(input, output) };
            prop_assert_eq!(nano(&told), i64::try_from(direct).unwrap());
        }
    }
}
