//! The comparison as CSV: a row a figure (column, tag, prompt, target), then a row a moved case. For spreadsheets: text that
//! would be read as a formula is guarded.

use crate::compare::across::Move;
use crate::compare::{Across, Paired};
use crate::text::sink::csv_guard;

/// Heads of the columns.
const HEADS: [&str; 20] = [
    "base_run",
    "run",
    "kind",
    "column",
    "name",
    "cases",
    "then",
    "now",
    "difference",
    "low",
    "high",
    "p",
    "p_adjusted",
    "shown",
    "better",
    "worse",
    "method",
    "tags",
    "why",
    "notice",
];

/// All comparisons.
///
/// # Errors
/// Never, as long as memory lasts.
pub fn csv(all: &[Across]) -> std::io::Result<String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(HEADS)?;
    for across in all {
        let simulated = across.base.simulated || across.other.simulated;
        let notice = if simulated { "SIMULATED" } else { "" };
        let mut put = |kind: &str, column: &str, name: &str, paired: &Paired| -> csv::Result<()> {
            let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
            out.write_record([
                across.base.id.as_str(),
                across.other.id.as_str(),
                kind,
                &csv_guard(column).0,
                &csv_guard(name).0,
                &paired.cases.to_string(),
                &paired.before.to_string(),
                &paired.after.to_string(),
                &paired.difference.to_string(),
                &number(paired.interval.map(|(low, _)| low)),
                &number(paired.interval.map(|(_, high)| high)),
                &number(paired.p),
                &number(paired.adjusted),
                if paired.shown() { "true" } else { "false" },
                &paired.better.to_string(),
                &paired.worse.to_string(),
                paired.way.word(),
                "",
                "",
                notice,
            ])
        };
        for row in &across.rows {
            if let Some(paired) = &row.pass {
                put("pass", &row.label, "", paired)?;
            }
            if let Some(paired) = &row.score {
                put("score", &row.label, "", paired)?;
            }
        }
        for (name, paired) in &across.by_target {
            put("target", "", name, paired)?;
        }
        for (name, paired) in &across.by_prompt {
            put("prompt", "", name, paired)?;
        }
        for row in &across.by_tag {
            put("tag", &row.label, &row.tag, &row.pass)?;
        }
        for row in &across.rows {
            let kinds = [
                ("newly_failing", &row.newly_failing),
                ("newly_passing", &row.newly_passing),
            ];
            for (kind, moves) in kinds {
                for moved in moves {
                    out.write_record(case(across, kind, &row.label, moved, notice))?;
                }
            }
        }
    }
    let bytes = out
        .into_inner()
        .map_err(|error| std::io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(std::io::Error::other)
}

fn case(across: &Across, kind: &str, label: &str, moved: &Move, notice: &str) -> Vec<String> {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let gain = moved.before.zip(moved.after).map(|(before, after)| after - before);
    let blank = String::new;
    vec![
        across.base.id.to_string(),
        across.other.id.to_string(),
        kind.to_owned(),
        csv_guard(label).0.into_owned(),
        csv_guard(&moved.id).0.into_owned(),
        "1".to_owned(),
        number(moved.before),
        number(moved.after),
        number(gain),
        blank(),
        blank(),
        blank(),
        blank(),
        blank(),
        blank(),
        blank(),
        blank(),
        csv_guard(&moved.tags.join(";")).0.into_owned(),
        csv_guard(&moved.why).0.into_owned(),
        notice.to_owned(),
    ]
}
