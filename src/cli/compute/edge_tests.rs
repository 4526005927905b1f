//! What happens at the edges: nothing measured, one case, no spread, all alike, hostile inputs.

#![expect(clippy::needless_pass_by_value, reason = "inputs are written where they are asked")]

use serde_json::{Value, json};

use super::{answer, names};

fn ask(function: &str, input: Value) -> Value {
    let answer = answer(
        json!({"id": 1, "function": function, "input": input})
            .to_string()
            .as_bytes(),
        1,
    );
    answer
        .get("result")
        .cloned()
        .unwrap_or_else(|| panic!("{function}: {}", answer["error"]))
}

fn error(function: &str, input: Value) -> String {
    let answer = answer(
        json!({"id": 1, "function": function, "input": input})
            .to_string()
            .as_bytes(),
        1,
    );
    answer["error"]
        .as_str()
        .unwrap_or_else(|| panic!("{function} answers {answer}"))
        .to_owned()
}

/// The keys of `wanted` as they are in the result.
fn keys(function: &str, input: Value, wanted: &Value) {
    let got = ask(function, input);
    for (key, value) in wanted.as_object().unwrap() {
        assert_eq!(&got[key], value, "{function}.{key} of {got}");
    }
}

#[test]
fn nothing_measured_is_null_with_a_reason() {
    let none = json!({"mean": null, "se": null, "reason": "empty"});
    keys("mean_ci", json!({"values": []}), &none);
    keys("clustered_mean", json!({"values": [], "clusters": []}), &none);
    keys("epoch_mean", json!({"cases": [], "ks": [1, 2]}), &none);
    keys(
        "proportion_ci",
        json!({"successes": 0, "n": 0}),
        &json!({"p": null, "wilson_low": null, "exact_high": null, "jeffreys_low": null}),
    );
    keys("stratified_mean", json!({"groups": [], "mode": "macro"}), &none);
    keys(
        "bootstrap_ci",
        json!({"values": []}),
        &json!({"low": null, "high": null}),
    );
    keys(
        "cluster_bootstrap_ci",
        json!({"values": [], "clusters": []}),
        &json!({"low": null, "high": null}),
    );
    keys(
        "paired_difference",
        json!({"a": [], "b": []}),
        &json!({"n": 0, "diff": null, "p_t": null, "t_low": null, "reason": "empty"}),
    );
    keys(
        "mcnemar",
        json!({"both_right": 0, "only_a": 0, "only_b": 0, "both_wrong": 0}),
        &json!({"n": 0, "difference": null, "tango_low": null, "exact_p": 1.0}),
    );
    keys(
        "sign_flip_exact",
        json!({"differences": []}),
        &json!({"p": null, "reason": "empty"}),
    );
    keys(
        "wilcoxon_signed_rank",
        json!({"differences": []}),
        &json!({"n_used": 0, "hodges_lehmann": null, "p_exact": 1.0}),
    );
    keys(
        "effect_size",
        json!({"a": [], "b": [1]}),
        &json!({"cliffs_delta": null, "cohen_d": null}),
    );
    keys("welch", json!({"a": [], "b": []}), &json!({"diff": null, "p": null}));
    keys(
        "two_proportions",
        json!({"x1": 0, "n1": 0, "x2": 1, "n2": 2}),
        &json!({"difference": null, "fisher_p": null}),
    );
    keys("cochran_q", json!({"scores": []}), &json!({"q": null, "p": null}));
    keys("friedman", json!({"scores": []}), &json!({"chi2": null, "p": null}));
    keys(
        "multiple_testing",
        json!({"p_values": []}),
        &json!({"holm": [], "bh": []}),
    );
    keys(
        "noninferiority",
        json!({"baseline": [], "candidate": [], "margin": 0.02}),
        &json!({"diff": null, "decision": "inconclusive"}),
    );
    keys(
        "noninferiority_binary",
        json!({"fixed": 0, "broken": 0, "n": 0, "margin": 0.02}),
        &json!({"lower": null, "decision": "inconclusive"}),
    );
    keys(
        "cohen_kappa",
        json!({"a": [], "b": []}),
        &json!({"kappa": null, "agreement": null}),
    );
    keys(
        "krippendorff_alpha",
        json!({"ratings": [[null, null], [1, null]], "level": "nominal"}),
        &json!({"alpha": null, "reason": "empty"}),
    );
    keys(
        "judge_confusion",
        json!({"human": [], "judge": []}),
        &json!({"accuracy": null, "f1": null, "mcc": null}),
    );
    keys(
        "ppi_mean",
        json!({"y": [], "yhat": [], "yhat_unlabeled": [1, 0]}),
        &json!({"estimate": null, "se": null}),
    );
    keys(
        "quantile_ci",
        json!({"values": [], "quantiles": [0.5]}),
        &json!({"n": 0}),
    );
    keys(
        "ratio",
        json!({"numerator": [], "denominator": []}),
        &json!({"ratio": null}),
    );
    keys(
        "auroc",
        json!({"y_true": [], "scores": []}),
        &json!({"auroc": null, "average_precision": null}),
    );
    keys(
        "majority_vote",
        json!({"answers": [null, null], "gold": "A"}),
        &json!({"winners": [], "score": 0.0, "votes": 0, "agreement": null}),
    );
    keys(
        "pass_at_k_suite",
        json!({"cases": [], "k": 1}),
        &json!({"cases_used": 0, "pass_at_k": null}),
    );
    keys(
        "bradley_terry",
        json!({"models": [], "wins": []}),
        &json!({"identified": false, "strengths": null}),
    );
    keys(
        "position_swap",
        json!({"order_1": [], "order_2": []}),
        &json!({"n": 0, "consistency": null, "kappa": null}),
    );
}

#[test]
fn all_alike_is_no_evidence_and_no_nonsense() {
    keys(
        "paired_difference",
        json!({"a": [0.1, 0.2, 0.3], "b": [0.2, 0.3, 0.4]}),
        &json!({"se": 0.0, "t": null, "p_t": null, "cohen_dz": null, "reason": "no_variance"}),
    );
    keys(
        "paired_difference",
        json!({"a": [1, 1, 1], "b": [0, 0, 0]}),
        &json!({"diff": -1.0, "p_t": null, "t_low": -1.0, "t_high": -1.0}),
    );
    keys(
        "paired_difference",
        json!({"a": [1], "b": [0]}),
        &json!({"diff": -1.0, "sd_diff": null, "df": null, "p_t": null, "reason": "one_case"}),
    );
    keys(
        "paired_difference",
        json!({"a": [1, 0], "b": [0, 0], "clusters": ["x", "x"]}),
        &json!({"se": null, "df": null, "reason": "one_cluster"}),
    );
    keys(
        "bootstrap_ci",
        json!({"values": [0.1, 0.1, 0.1], "method": "bca"}),
        &json!({"low": null, "high": null, "reason": "no_variance"}),
    );
    keys(
        "bootstrap_ci",
        json!({"values": [0.1, 0.1, 0.1]}),
        &json!({"low": 0.1, "high": 0.1}),
    );
    keys(
        "clustered_mean",
        json!({"values": [1, 1, 1], "clusters": [1, 1, 2]}),
        &json!({"se": 0.0, "design_effect": null, "t_low": 1.0}),
    );
    keys(
        "noninferiority",
        json!({"baseline": [1, 1], "candidate": [0, 0], "margin": 0.02}),
        &json!({"decision": "fail", "significant_regression": true}),
    );
    keys(
        "noninferiority",
        json!({"baseline": [1], "candidate": [0], "margin": 0.02}),
        &json!({"decision": "inconclusive", "lower": null}),
    );
    keys(
        "welch",
        json!({"a": [1, 1], "b": [1, 1]}),
        &json!({"diff": 0.0, "t": null, "p": 1.0}),
    );
    keys(
        "two_proportions",
        json!({"x1": 5, "n1": 5, "x2": 3, "n2": 3}),
        &json!({"difference": 0.0, "z": null, "p_z": null, "fisher_p": 1.0}),
    );
    keys(
        "friedman",
        json!({"scores": [[1, 1], [2, 2]]}),
        &json!({"chi2": null, "mean_ranks": [1.5, 1.5]}),
    );
    keys(
        "cohen_kappa",
        json!({"a": ["네", "네"], "b": ["네", "네"]}),
        &json!({"kappa": null, "agreement": 1.0, "reason": "one_label"}),
    );
    keys(
        "fleiss_kappa",
        json!({"counts": [[3, 0], [3, 0]]}),
        &json!({"kappa": null}),
    );
    keys(
        "gwet_ac",
        json!({"ratings": [["네", "네"], ["네", "네"]]}),
        &json!({"ac": null}),
    );
    keys(
        "correlation",
        json!({"x": [1, 1, 1], "y": [1, 2, 3]}),
        &json!({"pearson": null, "spearman": null, "kendall_tau_b": null}),
    );
    keys(
        "auroc",
        json!({"y_true": [1, 1], "scores": [0.1, 0.2]}),
        &json!({"auroc": null, "average_precision": 1.0}),
    );
    keys(
        "length_controlled",
        json!({"preference": [1, 0], "length_baseline": [5, 5], "length_model": [5, 5]}),
        &json!({"win_rate": 0.5, "lc_win_rate": null, "reason": "no_variance"}),
    );
    keys(
        "davidson",
        json!({"models": ["a", "b"], "wins": [[0, 0], [0, 0]], "ties": [[0, 9], [9, 0]]}),
        &json!({"identified": false, "nu": null}),
    );
    keys(
        "davidson",
        json!({"models": ["a", "b"], "wins": [[0, 2], [1, 0]]}),
        &json!({"identified": true, "nu": 0.0, "log_nu_se": null}),
    );
    keys(
        "rogan_gladen",
        json!({"judge_rate": 0.5, "sensitivity": 0.5, "specificity": 0.5}),
        &json!({"rate": null}),
    );
}

#[test]
fn models_that_never_lost_are_named() {
    let got = ask(
        "bradley_terry",
        json!({"models": ["하나", "둘"], "wins": [[0, 3], [0, 0]]}),
    );
    assert_eq!(
        (&got["never_lost"], &got["never_won"]),
        (&json!(["하나"]), &json!(["둘"]))
    );
    assert_eq!(got["reason"], "not_identified");
}

#[test]
fn very_small_p_keeps_its_digits() {
    let b: Vec<f64> = (0..200).map(|at| 1.0 + f64::from(at % 7) * 0.01).collect();
    let got = ask("paired_difference", json!({"a": vec![0.0; 200], "b": b}));
    let p = got["p_z"].as_f64().unwrap();
    assert!((0.0..1e-300).contains(&p), "{p}");
    let exact = ask(
        "mcnemar",
        json!({"both_right": 0, "only_a": 0, "only_b": 1000, "both_wrong": 0}),
    );
    assert!((exact["exact_p"].as_f64().unwrap() / 2f64.powi(-999) - 1.0).abs() < 1e-12);
}

#[test]
fn mistakes_name_the_field() {
    for (function, input, wanted) in [
        ("mean_ci", json!({}), "`values` is missing"),
        (
            "mean_ci",
            json!({"values": ["NaN"]}),
            "`values` must be a list of numbers",
        ),
        ("mean_ci", json!({"values": 3}), "`values` must be a list of numbers"),
        (
            "mean_ci",
            json!({"values": [1], "confidence": 1}),
            "`confidence` must be between 0 and 1",
        ),
        (
            "mean_ci",
            json!({"values": [1], "confidence": "95%"}),
            "`confidence` must be a number",
        ),
        (
            "clustered_mean",
            json!({"values": [1, 2], "clusters": ["a"]}),
            "`clusters` has 1 entries for 2 values",
        ),
        (
            "proportion_ci",
            json!({"successes": 3, "n": 2}),
            "`successes` is 3, more than `n`, which is 2",
        ),
        (
            "proportion_ci",
            json!({"successes": -1, "n": 2}),
            "`successes` must be a whole number of 0 or more",
        ),
        (
            "paired_difference",
            json!({"a": [1], "b": []}),
            "`a` has 1 entries and `b` 0, they must have as many",
        ),
        (
            "bootstrap_ci",
            json!({"values": [1], "resamples": 1e15}),
            "`resamples` is too large for 1 values",
        ),
        (
            "bootstrap_ci",
            json!({"values": [1], "statistic": "mode"}),
            "`statistic` must be one of mean, median",
        ),
        (
            "bootstrap_ci_from_indices",
            json!({"values": [1], "indices": [[1]]}),
            "`indices[0]` names value 1 of 1, counted from 0",
        ),
        (
            "multiple_testing",
            json!({"p_values": [2]}),
            "`p_values` must lie between 0 and 1",
        ),
        (
            "e_process",
            json!({"x": [2]}),
            "`x[0]` must lie between 0 and 1: map the scores first",
        ),
        (
            "cochran_q",
            json!({"scores": [[1, 0], [1]]}),
            "`scores[1]` has 1 entries and `scores[0]` 2, every case needs a score of every model",
        ),
        (
            "pass_at_k",
            json!({"n": 2, "c": 3, "k": 1}),
            "`c` is 3, more than `n`, which is 2",
        ),
        (
            "position_swap",
            json!({"order_1": ["C"], "order_2": ["A"]}),
            "`order_1` has \"C\", known are \"A\", \"B\" and \"tie\"",
        ),
        (
            "group_sequential",
            json!({"looks": 1_000_000}),
            "`looks` must be from 1 to 50",
        ),
    ] {
        assert_eq!(error(function, input), wanted, "{function}");
    }
}

#[test]
fn hostile_inputs_are_answers_not_panics() {
    let fields = [
        "values",
        "clusters",
        "confidence",
        "cases",
        "successes",
        "n",
        "groups",
        "indices",
        "resamples",
        "a",
        "b",
        "both_right",
        "only_a",
        "only_b",
        "both_wrong",
        "differences",
        "scores",
        "p_values",
        "wins",
        "ties",
        "models",
        "strength_samples",
        "order_1",
        "order_2",
        "preference",
        "length_baseline",
        "length_model",
        "baseline",
        "candidate",
        "margin",
        "alpha",
        "fixed",
        "broken",
        "sd",
        "delta",
        "x",
        "y",
        "m0",
        "looks",
        "labels",
        "counts",
        "ratings",
        "human",
        "judge",
        "y_true",
        "y_pred",
        "top",
        "probabilities",
        "numerator",
        "denominator",
        "points",
        "directions",
        "k",
        "answers",
        "gold",
        "text",
        "quantiles",
        "x1",
        "n1",
        "x2",
        "n2",
        "c",
        "yhat",
        "yhat_unlabeled",
        "ttft",
        "total",
        "output_tokens",
        "p_discordant",
        "difference",
        "omega2",
        "sigma2_a",
        "sigma2_b",
        "judge_rate",
        "sensitivity",
        "specificity",
        "prediction",
        "references",
        "hypotheses",
        "hypothesis",
        "reference",
        "checkpoints",
        "t_star",
    ];
    let values = [
        json!(null),
        json!("NaN"),
        json!([]),
        json!({}),
        json!(-1),
        json!(1e300),
        json!(0.5),
        json!([1e308, 1e308, -1e308]),
        json!([null]),
        json!([[]]),
        json!([[1], [2, 3]]),
        json!([{}]),
        json!(["가", "👨‍👩‍👧"]),
        json!([0, 1]),
        json!([1]),
        json!(true),
        json!(3),
    ];
    for name in names() {
        for value in &values {
            let input: serde_json::Map<String, Value> = fields
                .iter()
                .map(|field| ((*field).to_owned(), value.clone()))
                .collect();
            let line = json!({"id": "x", "function": name, "input": input}).to_string();
            let answer = answer(line.as_bytes(), 1);
            assert_eq!(answer["id"], "x", "{name} {value}");
            let told = answer.get("result").is_some() != answer.get("error").is_some();
            assert!(
                told && !answer.to_string().contains("NaN\":"),
                "{name} {value}: {answer}"
            );
        }
    }
}
