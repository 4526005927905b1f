//! What must hold for all inputs.

use proptest::collection::vec;
use proptest::prelude::*;

use super::anytime::{Betting, EProcess, EmpiricalBernstein, Side};
use super::bradley_terry::{self, Games};
use super::sign_flip::{self, Alternative};
use super::{Clusters, clusters, epochs, mcnemar, mean, multiple, paired, proportion, repeat};

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs())),
        (a, b) => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_cases_says_nothing(values in vec(0.0f64..1.0, 2..40), seed in any::<u64>()) {
        let mut shuffled = values.clone();
        super::chance::Chance::new(seed, 0).shuffle(&mut shuffled);
        let (one, other) = (mean::ci(&values, 0.95), mean::ci(&shuffled, 0.95));
        prop_assert!(close(one.mean, other.mean) && close(one.t_low, other.t_low));
    }

    #[test]
    fn a_model_equals_itself(values in vec(-1e3f64..1e3, 1..40)) {
        let found = paired::difference(&values, &values, None, 0.95);
        prop_assert_eq!(found.diff, Some(0.0));
        prop_assert_eq!(found.p_t, (values.len() > 1).then_some(1.0));
    }

    #[test]
    fn swapping_the_models_negates_the_difference(pairs in vec((0.0f64..1.0, 0.0f64..1.0), 2..40)) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let (one, other) = (paired::difference(&a, &b, None, 0.95), paired::difference(&b, &a, None, 0.95));
        prop_assert!(close(one.diff, other.diff.map(|diff| -diff)));
        prop_assert!(close(one.p_t, other.p_t) && close(one.t_low, other.t_high.map(|high| -high)));
        prop_assert_eq!((one.wins, one.ties), (other.losses, other.ties));
    }

    #[test]
    fn adding_a_constant_moves_means_only(pairs in vec((0.0f64..1.0, 0.0f64..1.0), 3..40), shift in -5.0f64..5.0) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let moved = |values: &[f64]| values.iter().map(|value| value + shift).collect::<Vec<f64>>();
        let (one, other) = (paired::difference(&a, &b, None, 0.95), paired::difference(&moved(&a), &moved(&b), None, 0.95));
        prop_assert!(close(one.diff, other.diff) && close(one.se, other.se) && close(one.p_t, other.p_t));
    }

    #[test]
    fn copies_of_cases_are_no_new_evidence_when_clustered(values in vec(0.0f64..1.0, 3..30)) {
        let twice: Vec<f64> = values.iter().chain(&values).copied().collect();
        let names: Vec<usize> = (0..values.len()).chain(0..values.len()).collect();
        let plain = mean::ci(&values, 0.95);
        let clustered = clusters::clustered_mean(&twice, &Clusters::of(&names), 0.95);
        prop_assert!(close(plain.se, clustered.se) && close(plain.t_low, clustered.t_low));
        // Unclustered, the copies halve the variance but for n − 1 against 2n − 1.
        let n = super::float::real(values.len());
        let halved = plain.se.map(|se| se * ((n - 1.0) / (2.0 * n - 1.0)).sqrt());
        prop_assert!(close(mean::ci(&twice, 0.95).se, halved));
    }

    #[test]
    fn clusters_of_one_are_no_clusters(values in vec(0.0f64..1.0, 2..40)) {
        let names: Vec<usize> = (0..values.len()).collect();
        let (plain, clustered) = (mean::ci(&values, 0.9), clusters::clustered_mean(&values, &Clusters::of(&names), 0.9));
        prop_assert!(close(plain.se, clustered.se) && close(plain.t_high, clustered.t_high));
    }

    #[test]
    fn balanced_samples_are_clusters_by_case(cases in vec(vec(0.0f64..1.0, 3), 2..20)) {
        let names: Vec<usize> = (0..cases.len()).flat_map(|case| [case; 3]).collect();
        let (by_case, clustered) = (epochs::epoch_mean(&cases, 0.95), clusters::clustered_mean(&cases.concat(), &Clusters::of(&names), 0.95));
        prop_assert!(close(by_case.mean, clustered.mean) && close(by_case.se, clustered.se));
    }

    #[test]
    fn exact_mcnemar_is_the_sign_flip_of_right_and_wrong(pairs in vec((any::<bool>(), any::<bool>()), 1..18)) {
        let scores = |of: fn(&(bool, bool)) -> bool| pairs.iter().map(|pair| f64::from(u8::from(of(pair)))).collect::<Vec<f64>>();
        let (a, b) = (scores(|pair| pair.0), scores(|pair| pair.1));
        let d: Vec<f64> = a.iter().zip(&b).map(|(a, b)| b - a).collect();
        let table = mcnemar::Table::of(&a, &b).expect("right or wrong");
        let flipped = sign_flip::exact(&d, None, Alternative::TwoSided).expect("few cases");
        prop_assert!(close(Some(mcnemar::test(table, 0.95).exact_p), flipped.p));
    }

    #[test]
    fn wider_confidence_holds_the_narrower(values in vec(0.0f64..1.0, 2..40), passed in 0usize..30, more in 0usize..30) {
        let (narrow, wide) = (mean::ci(&values, 0.95), mean::ci(&values, 0.99));
        prop_assert!(wide.t_low <= narrow.t_low && narrow.t_high <= wide.t_high);
        let n = passed + more + 1;
        let (narrow, wide) = (proportion::ci(passed, n, 0.95), proportion::ci(passed, n, 0.99));
        prop_assert!(wide.exact_low <= narrow.exact_low && narrow.exact_high <= wide.exact_high);
        prop_assert!(narrow.wilson_low <= narrow.p && narrow.p <= narrow.wilson_high);
    }

    #[test]
    fn adjusted_p_is_no_smaller_and_keeps_the_order(p in vec(0.0f64..=1.0, 1..30)) {
        let found = multiple::adjust(&p.iter().copied().map(Some).collect::<Vec<_>>(), 0.05);
        for adjusted in [&found.holm, &found.bh, &found.by, &found.bonferroni] {
            for (at, one) in p.iter().enumerate() {
                let of = adjusted[at].expect("a test that exists");
                prop_assert!(of >= one * (1.0 - 1e-12) && of <= 1.0);
                prop_assert!(p.iter().enumerate().all(|(other, q)| q > one || adjusted[other].expect("exists") <= of + 1e-15));
            }
        }
    }

    #[test]
    fn strengths_sum_to_zero_whatever_the_models_are_called(wins in vec(vec(1u8..20, 4), 4), shift in 1usize..4) {
        let square = |at: &dyn Fn(usize) -> usize| -> Vec<Vec<f64>> {
            (0..4).map(|i| (0..4).map(|j| if i == j { 0.0 } else { f64::from(wins[at(i)][at(j)]) }).collect()).collect()
        };
        let plain = bradley_terry::fit(&Games::without_ties(square(&|at| at))).strengths.expect("everyone won");
        let turned = bradley_terry::fit(&Games::without_ties(square(&|at| (at + shift) % 4))).strengths.expect("everyone won");
        prop_assert!(plain.iter().sum::<f64>().abs() < 1e-9);
        for at in 0..4 {
            prop_assert!((turned[at] - plain[(at + shift) % 4]).abs() < 1e-8);
        }
    }

    #[test]
    fn one_try_passes_as_often_as_it_passed(n in 1usize..200, part in 0.0f64..=1.0) {
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
        let c = (part * n as f64) as usize;
        let found = repeat::pass_at_k(n, c, 1);
        let share = super::float::real(c) / super::float::real(n);
        prop_assert!(close(found.pass_at_k, Some(share)) && close(found.pass_hat_k, Some(share)));
    }

    #[test]
    fn intervals_over_time_only_shrink(values in vec(0.0f64..=1.0, 1..60)) {
        let (mut cheap, mut betting) = (EmpiricalBernstein::new(0.05), Betting::new(0.05));
        let (mut before_cheap, mut before) = (cheap.bounds(), betting.bounds());
        for x in values {
            cheap.push(x);
            betting.push(x);
            prop_assert!(cheap.bounds().0 >= before_cheap.0 && cheap.bounds().1 <= before_cheap.1);
            prop_assert!(betting.bounds().0 >= before.0 && betting.bounds().1 <= before.1);
            (before_cheap, before) = (cheap.bounds(), betting.bounds());
        }
    }

    #[test]
    fn evidence_does_not_depend_on_what_comes_later(values in vec(0.0f64..=1.0, 2..60), cut in 1usize..59) {
        let evidence = |values: &[f64]| {
            let mut process = EProcess::new(0.5, 0.05, Side::Greater);
            values.iter().map(|x| { process.push(*x); process.log_e() }).collect::<Vec<f64>>()
        };
        let cut = cut.min(values.len());
        prop_assert_eq!(&evidence(&values)[..cut], &evidence(&values[..cut])[..]);
    }
}

#[test]
fn threads_do_not_change_a_bootstrap() {
    use super::bootstrap::{self, Options};
    let values: Vec<f64> = (0..400).map(|at| f64::from(at * at % 97) / 97.0).collect();
    // Enough work for several threads, and a function of the index that is the same mean on one.
    let options = Options {
        resamples: 6000,
        ..Options::default()
    };
    let many = bootstrap::mean(&values, options);
    let again = bootstrap::mean(&values, options);
    assert_eq!(many, again);
    let few = Options {
        resamples: 300,
        ..options
    };
    let one = bootstrap::mean(&values, few);
    assert!((one.percentile.unwrap().low - many.percentile.unwrap().low).abs() < 0.02);
}

#[test]
fn a_seed_fixes_the_bytes() {
    use super::bootstrap::{self, Options};
    let options = Options {
        resamples: 1000,
        ..Options::default()
    };
    let found = bootstrap::mean(&[0.1, 0.4, 0.35, 0.8, 0.2, 0.9, 0.55], options);
    // Recorded once; the same on every machine.
    let ends = found.percentile.unwrap();
    assert_eq!(
        format!("{:.17} {:.17}", ends.low, ends.high),
        include_str!("bootstrap_bytes.txt").trim()
    );
}
