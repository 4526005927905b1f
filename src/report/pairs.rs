//! Every pair of columns of a run for spreadsheets, programs and wikis: what `show --pairs` prints besides its table.
//!
//! Differences are first minus second. Numbers are whole; only Markdown, which people read, rounds. Names are outside text.

use serde_json::{Value, json as object};

use super::number::{grouped, list_digits, p_value, points};
use super::words::{self, Lang};
use crate::compare::{Paired, View};
use crate::domain::RunInfo;
use crate::text::sink::{csv_guard, markdown_inline};

/// Heads of the CSV.
const HEADS: [&str; 17] = [
    "run_id",
    "suite",
    "first",
    "second",
    "cases",
    "first_pass",
    "second_pass",
    "difference",
    "low",
    "high",
    "p",
    "p_adjusted",
    "shown",
    "better",
    "same",
    "worse",
    "notice",
];

/// One row a pair, for spreadsheets: text that would be read as a formula is guarded.
///
/// # Errors
/// Never, as long as memory lasts.
pub fn csv(info: &RunInfo, view: &View) -> std::io::Result<String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(HEADS)?;
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    for pair in &view.pairs {
        let label = |at: usize| csv_guard(&view.columns[at].label).0.into_owned();
        let of = |part: fn(&Paired) -> Option<f64>| number(pair.paired.as_ref().and_then(part));
        let count = |part: fn(&Paired) -> u64| {
            let told = pair.paired.as_ref().map(part);
            told.map(|count| count.to_string()).unwrap_or_default()
        };
        let shown = pair.paired.as_ref().map(Paired::shown);
        out.write_record([
            info.id.to_string(),
            csv_guard(&info.suite).0.into_owned(),
            label(pair.first),
            label(pair.second),
            count(|paired| paired.cases),
            of(|paired| Some(paired.after)),
            of(|paired| Some(paired.before)),
            of(|paired| Some(paired.difference)),
            of(|paired| paired.interval.map(|(low, _)| low)),
            of(|paired| paired.interval.map(|(_, high)| high)),
            of(|paired| paired.p),
            of(|paired| paired.adjusted),
            shown.map(|shown| shown.to_string()).unwrap_or_default(),
            count(|paired| paired.better),
            count(Paired::same),
            count(|paired| paired.worse),
            if info.simulated { "SIMULATED" } else { "" }.to_owned(),
        ])?;
    }
    let bytes = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
    String::from_utf8(bytes).map_err(std::io::Error::other)
}

/// One object a pair and line.
#[must_use]
pub fn jsonl(info: &RunInfo, view: &View) -> String {
    let mut out = String::new();
    for pair in &view.pairs {
        let mut line = object!({
            "run_id": info.id.as_str(),
            "first": view.columns[pair.first].label,
            "second": view.columns[pair.second].label,
            "pass": pair.paired.as_ref().map(super::json::paired),
        });
        if let (true, Some(line)) = (info.simulated, line.as_object_mut()) {
            line.insert("notice".to_owned(), Value::from(super::json::SIMULATED));
        }
        out.push_str(&format!("{line}\n"));
    }
    out
}

/// A table.
#[must_use]
pub fn markdown(info: &RunInfo, view: &View, lang: Lang) -> String {
    let simulated = if info.simulated {
        format!("**{}** ", lang.words().simulated)
    } else {
        String::new()
    };
    let mut out = format!("## {simulated}{}\n\n", markdown_inline(&info.suite));
    out.push_str(lang.pick(
        "| better rate | other | difference, pp (95 % CI) | p | adjusted p | better–same–worse |\n",
        "| 통과율이 높은 쪽 | 다른 쪽 | 차이 %p (95% 구간) | p | 보정한 p | 이김–비김–짐 |\n",
    ));
    out.push_str("|---|---|---|---:|---:|---:|\n");
    let digits = list_digits(view.pairs.iter().filter_map(|pair| Some(pair.paired.as_ref()?.error)));
    for pair in &view.pairs {
        let label = |at: usize| markdown_inline(&view.columns[at].label);
        let cells = match &pair.paired {
            Some(paired) => {
                let p = |p: Option<f64>| p.map_or_else(|| "–".to_owned(), |p| p_value(p).replace('<', "\\<"));
                let difference = points(paired.difference, digits);
                let bold = if paired.shown() { "**" } else { "" };
                let counts = [paired.better, paired.same(), paired.worse].map(grouped);
                [
                    format!("{bold}{difference}{bold} ({})", words::span(paired, digits)),
                    p(paired.p),
                    p(paired.adjusted),
                    counts.join("–"),
                ]
            }
            None => std::array::from_fn(|_| "–".to_owned()),
        };
        out.push_str(&format!(
            "| {} | {} | {} |\n",
            label(pair.first),
            label(pair.second),
            cells.join(" | ")
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::usual;

    /// `show --pairs --format csv` printed the answers.
    #[test]
    fn pairs_in_other_forms() {
        let (info, records) = usual();
        let view = View::of(&info, records, &[]);
        let table = csv(&info, &view).unwrap();
        assert_eq!(table.lines().count(), 1 + view.pairs.len());
        let mut read = ::csv::Reader::from_reader(table.as_bytes());
        for (record, pair) in read.records().zip(&view.pairs) {
            let record = record.unwrap();
            let at = |name: &str| record[HEADS.iter().position(|head| *head == name).unwrap()].to_owned();
            let paired = pair.paired.as_ref().unwrap();
            assert_eq!(at("first"), view.columns[pair.first].label);
            let number = |name: &str| at(name).parse::<f64>().unwrap();
            let told = number("first_pass") - number("second_pass");
            assert!((told - paired.difference).abs() < 1e-9, "{told} {}", paired.difference);
        }
        assert_eq!(jsonl(&info, &view).lines().count(), view.pairs.len());
        insta::assert_snapshot!(markdown(&info, &view, Lang::Ko));
    }
}
