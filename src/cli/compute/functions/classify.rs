//! Labels and probabilities.

use serde_json::{Map, Value, json};

use super::fields::{number, numbers, same_length};
use super::labels::Labels;
use super::{Fields, Function, Wrong, result};
use crate::stats::{auroc, calibration, classification};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "classification",
        checked: "scikit-learn 1.9 (precision_recall_fscore_support)",
        run: classify,
    },
    Function {
        name: "label_probabilities",
        checked: "its closed form",
        run: label_probabilities,
    },
    Function {
        name: "probability_scores",
        checked: "scikit-learn 1.9 (log_loss, brier_score_loss, roc_auc_score)",
        run: scores,
    },
    Function {
        name: "auroc",
        checked: "scikit-learn 1.9 (roc_auc_score, average_precision_score)",
        run: area,
    },
];

fn classify(input: Fields<'_>) -> Result<Value, Wrong> {
    let (wanted, answered) = (input.list("y_true")?, input.list("y_pred")?);
    same_length(("y_true", wanted.len()), ("y_pred", answered.len()))?;
    let labels = Labels::given_or_seen(input, "labels", wanted.iter())?;
    let pairs = wanted
        .iter()
        .zip(answered)
        .map(|(wanted, answered)| {
            let truth = labels
                .number(wanted)
                .ok_or_else(|| format!("{wanted} in `y_true` is not among `labels`"))?;
            Ok((truth, labels.number(answered)))
        })
        .collect::<Result<Vec<_>, Wrong>>()?;
    let found = classification::classify(&pairs, labels.count());
    let mut value = result(&found)?;
    value["absent"] = found.absent.iter().map(|at| labels.0[*at].clone()).collect();
    if let Some(classes) = value["per_class"].as_array_mut() {
        for (class, label) in classes.iter_mut().zip(&labels.0) {
            class["label"] = label.clone();
        }
    }
    Ok(value)
}

fn label_probabilities(input: Fields<'_>) -> Result<Value, Wrong> {
    let labels = input
        .need("labels")?
        .as_object()
        .ok_or("`labels` must map each label to a list of its spellings")?;
    let mut spellings = Vec::new();
    for (label, own) in labels {
        let own: Option<Vec<String>> = own
            .as_array()
            .and_then(|list| list.iter().map(|one| one.as_str().map(str::to_owned)).collect());
        spellings.push(own.ok_or_else(|| format!("`labels.{label}` must be a list of texts"))?);
    }
    let mut top = Vec::new();
    for (at, candidate) in input.list("top")?.iter().enumerate() {
        let token = candidate.get("token").and_then(Value::as_str);
        let logprob = candidate.get("logprob").and_then(number);
        let pair = token.zip(logprob);
        let (token, logprob) = pair.ok_or_else(|| format!("`top[{at}]` must have a `token` and a `logprob`"))?;
        top.push((token.to_owned(), logprob));
    }
    let found = calibration::label_probabilities(&spellings, &top);
    let names: Vec<&String> = labels.keys().collect();
    let probabilities = found.probabilities.as_ref().map(|all| {
        let pairs = names.iter().zip(all).map(|(name, p)| ((*name).clone(), json!(p)));
        pairs.collect::<Map<String, Value>>()
    });
    Ok(json!({
        "probabilities": probabilities,
        "mass": found.mass,
        "chosen": found.chosen.map(|at| names[at]),
        "absent": found.absent.iter().map(|at| names[*at]).collect::<Vec<_>>(),
        "low_mass": found.mass < 0.5,
        "reason": found.probabilities.is_none().then_some("no_label"),
    }))
}

fn scores(input: Fields<'_>) -> Result<Value, Wrong> {
    let truth = input.list("y_true")?;
    let rows = input.list("probabilities")?;
    same_length(("y_true", truth.len()), ("probabilities", rows.len()))?;
    let labels = Labels::given_or_seen(input, "labels", truth.iter())?;
    let bins = input.whole_or("bins", 10)?;
    if bins == 0 || bins > 100_000 {
        return Err("`bins` must be from 1 to 100000".to_owned());
    }
    let mut numbered = Vec::new();
    let mut probabilities = Vec::new();
    for (at, (label, row)) in truth.iter().zip(rows).enumerate() {
        let number = labels.number(label);
        numbered.push(number.ok_or_else(|| format!("{label} in `y_true` is not among `labels`"))?);
        let name = format!("probabilities[{at}]");
        let row = numbers(row, &name)?;
        same_length((&name, row.len()), ("labels", labels.count()))?;
        if row.iter().any(|p| !(0.0..=1.0).contains(p)) {
            return Err(format!("`{name}` must lie between 0 and 1"));
        }
        probabilities.push(row);
    }
    result(calibration::scores(&numbered, &probabilities, labels.count(), bins))
}

fn area(input: Fields<'_>) -> Result<Value, Wrong> {
    let wanted = input
        .list("y_true")?
        .iter()
        .map(|value| match number(value) {
            Some(1.0) => Ok(true),
            Some(0.0) => Ok(false),
            _ => Err("`y_true` must be a list of 0 and 1".to_owned()),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let scores = input.numbers("scores")?;
    same_length(("y_true", wanted.len()), ("scores", scores.len()))?;
    result(auroc::auroc(&wanted, &scores))
}
