//! The reference cases of the functions here, where the folder of shared files is at hand.

use std::path::Path;

use serde_json::Value;

use super::mean::Moments;
use super::proportion::wilson;
use super::quantile::quantile;

fn cases(function: &str) -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/reference/stats")
        .join(format!("{function}.json"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        assert!(
            std::env::var("NARANI_REQUIRE").as_deref() != Ok("all"),
            "the reference cases of {function} are missing"
        );
        println!("skipped: no reference cases of {function}");
        return None;
    };
    let file: Value = serde_json::from_str(&text).expect("reference cases are JSON");
    Some(file["cases"].as_array().expect("a list of cases").clone())
}

fn same(got: Option<f64>, expected: &Value, what: &str) {
    match (got, expected.as_f64()) {
        (None, None) => {}
        (Some(got), Some(expected)) => {
            assert!(
                (got - expected).abs() <= 1e-8 + 1e-8 * expected.abs(),
                "{what}: {got} is not {expected}"
            );
        }
        (got, _) => panic!("{what}: {got:?} is not {expected}"),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_f64)
        .collect()
}

#[test]
fn wilson_as_statsmodels() {
    for case in cases("proportion_ci").into_iter().flatten() {
        let input = &case["input"];
        let interval = wilson(
            input["successes"].as_u64().unwrap(),
            input["n"].as_u64().unwrap(),
            input["confidence"].as_f64().unwrap(),
        );
        let name = case["id"].as_str().unwrap();
        same(
            interval.map(|interval| interval.low),
            &case["expected"]["wilson_low"],
            name,
        );
        same(
            interval.map(|interval| interval.high),
            &case["expected"]["wilson_high"],
            name,
        );
    }
}

#[test]
fn means_as_scipy() {
    for case in cases("mean_ci").into_iter().flatten() {
        let moments: Moments = numbers(&case["input"]["values"]).into_iter().collect();
        let interval = moments.interval(case["input"]["confidence"].as_f64().unwrap());
        let (expected, name) = (&case["expected"], case["id"].as_str().unwrap());
        same(moments.mean(), &expected["mean"], name);
        same(moments.deviation(), &expected["sd"], name);
        same(moments.error(), &expected["se"], name);
        same(interval.map(|interval| interval.low), &expected["t_low"], name);
        same(interval.map(|interval| interval.high), &expected["t_high"], name);
    }
}

#[test]
fn quantiles_as_numpy() {
    for case in cases("quantile_ci").into_iter().flatten() {
        let mut values = numbers(&case["input"]["values"]);
        values.sort_by(f64::total_cmp);
        for expected in case["expected"]["quantiles"].as_array().unwrap() {
            let q = expected["q"].as_f64().unwrap();
            same(
                quantile(&values, q),
                &expected["estimate"],
                case["id"].as_str().unwrap(),
            );
        }
    }
}
