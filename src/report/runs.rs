//! The list of runs.

use jiff::tz::TimeZone;
use serde_json::{Map, json};

use super::Style;
use super::number::{grouped, money};
use super::signs::plain_signs;
use super::table::{Cell, Paint, Table};
use super::words;
use crate::domain::{Money, RunId};
use crate::text::sink::terminal_line;

/// A run in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its id.
    pub id: RunId,
    /// Name of the suite.
    pub suite: String,
    /// Number of targets.
    pub targets: usize,
    /// Number of cases.
    pub cases: u64,
    /// Cells with an outcome.
    pub done: u64,
    /// Cells planned.
    pub planned: u64,
    /// Start in microseconds since 1970 UTC.
    pub started_us: i64,
    /// Paid so far, by currency.
    pub spent: Vec<Money>,
    /// The answers come from the simulator.
    pub simulated: bool,
    /// Why it cannot be read, when it cannot.
    pub trouble: Option<String>,
}

impl Listed {
    /// A run that cannot be read, and why.
    #[must_use]
    pub fn damaged(id: RunId, why: String) -> Self {
        Self {
            id,
            suite: String::new(),
            targets: 0,
            cases: 0,
            done: 0,
            planned: 0,
            started_us: 0,
            spent: Vec::new(),
            simulated: false,
            trouble: Some(why),
        }
    }
}

/// The list as a table, with times in the zone of this computer.
#[must_use]
pub fn table(rows: &[Listed], style: &Style) -> String {
    table_in(rows, style, &TimeZone::system())
}

/// The list as a table, with times in a zone.
#[must_use]
pub fn table_in(rows: &[Listed], style: &Style, zone: &TimeZone) -> String {
    let words = style.lang.words();
    let mut table = Table::new()
        .whole(words.run)
        .text(words.suite)
        .number(words.cases)
        .number(words.target)
        .whole(words.started)
        .number(words.cost)
        .text(words.state);
    for run in rows {
        if let Some(trouble) = &run.trouble {
            let none = || Cell::new(plain_signs("–", style));
            let state = Cell::new(terminal_line(trouble)).painted(Paint::Warn);
            table.row([
                Cell::new(run.id.as_str()),
                none(),
                none(),
                none(),
                none(),
                none(),
                state,
            ]);
            continue;
        }
        let spent: Vec<String> = run
            .spent
            .iter()
            .filter(|sum| sum.nano != 0)
            .map(|sum| money(sum, style))
            .collect();
        let spent = if spent.is_empty() {
            plain_signs("–", style)
        } else {
            spent.join(" + ")
        };
        let finished = run.done >= run.planned;
        let mut state = if finished {
            words.finished.to_owned()
        } else {
            format!("{}/{} {}", grouped(run.done), grouped(run.planned), words.stopped)
        };
        if run.simulated {
            state = format!("{}, {state}", words.simulated);
        }
        let cell = Cell::new(state);
        table.row([
            Cell::new(run.id.as_str()),
            Cell::new(terminal_line(&run.suite)),
            Cell::new(grouped(run.cases)),
            Cell::new(grouped(run.targets as u64)),
            Cell::new(words::moment(run.started_us, zone, false, style.lang)),
            Cell::new(spent),
            if finished { cell } else { cell.painted(Paint::Warn) },
        ]);
    }
    table.draw(style, 2)
}

/// One JSON object a run: `run_id`, `suite`, `targets`, `cases`, `done`, `planned`, `started_us`, `spent` by currency,
/// `simulated`; for a run that cannot be read only `run_id` and `trouble`.
#[must_use]
pub fn json_lines(rows: &[Listed]) -> String {
    let mut out = String::new();
    for run in rows {
        let object = match &run.trouble {
            Some(trouble) => json!({"run_id": run.id.as_str(), "trouble": trouble}),
            None => json!({
                "run_id": run.id.as_str(),
                "suite": run.suite,
                "targets": run.targets,
                "cases": run.cases,
                "done": run.done,
                "planned": run.planned,
                "started_us": run.started_us,
                "spent": run.spent.iter().map(|sum| (sum.currency.0.clone(), json!(sum.units()))).collect::<Map<_, _>>(),
                "simulated": run.simulated,
            }),
        };
        out.push_str(&object.to_string());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::STARTED_US;
    use crate::domain::Currency;
    use crate::report::words::Lang;

    fn rows() -> Vec<Listed> {
        let id = |text: &str| RunId::parse(text).unwrap();
        vec![
            Listed {
                id: id("r-20260314-091207-k7qd"),
                suite: "ko-support".to_owned(),
                targets: 5,
                cases: 240,
                done: 1200,
                planned: 1200,
                started_us: STARTED_US,
                spent: vec![
                    Money {
                        nano: 3_570_000_000,
                        currency: Currency::usd(),
                    },
                    Money {
                        nano: 1_912_000_000_000,
                        currency: Currency("KRW".to_owned()),
                    },
                ],
                simulated: false,
                trouble: None,
            },
            Listed {
                id: id("r-20260313-180200-c9rt"),
                suite: "존댓말 모음 🇰🇷".to_owned(),
                targets: 2,
                cases: 40,
                done: 41,
                planned: 80,
                started_us: STARTED_US - 50_000_000_000,
                spent: Vec::new(),
                simulated: true,
                trouble: None,
            },
            Listed::damaged(
                id("r-20260312-180200-abcd"),
                "`run.db` is damaged: not a database".to_owned(),
            ),
        ]
    }

    #[test]
    fn as_table() {
        let zone = TimeZone::posix("KST-9").unwrap();
        let style = Style {
            width: 140,
            ascii: false,
            color: false,
            lang: Lang::En,
        };
        let both = [Lang::En, Lang::Ko]
            .map(|lang| table_in(&rows(), &Style { lang, ..style }, &zone))
            .join("\n");
        insta::assert_snapshot!(both);
    }

    #[test]
    fn as_json_lines() {
        let lines = json_lines(&rows());
        let values: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(values[0]["spent"]["KRW"], 1912.0);
        assert_eq!(values[1]["simulated"], true);
        assert_eq!(values[2].as_object().unwrap().len(), 2);
    }
}
