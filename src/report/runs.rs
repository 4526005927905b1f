//! The list of runs.

use jiff::tz::TimeZone;
use serde_json::{Map, json};

use super::Style;
use super::number::{Purse, grouped};
use super::signs::plain_signs;
use super::table::{Cell, Paint, Table};
use super::words;
use crate::domain::{Lang, Money, RunId, Said};
use crate::text::sink::terminal_line;
use crate::text::width::display_width;

/// Letters of a suite's name that are shown before other columns are.
const SUITE: usize = 24;

/// Letters that a table leaves of a text that it cuts.
const LEAST_TEXT: usize = super::table::NARROWEST;

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
    /// A process works on it at this moment.
    pub running: bool,
    /// It stopped because every pair was settled.
    pub settled: bool,
    /// Why it cannot be read, when it cannot.
    pub trouble: Option<Said>,
}

impl Listed {
    /// A run that cannot be read, and why.
    #[must_use]
    pub fn damaged(id: RunId, why: Said) -> Self {
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
            running: false,
            settled: false,
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
    let draw = |kept: Kept| draft(rows, kept, style, zone);
    let room = style.width.saturating_sub(2);
    // The name of a suite may be cut; how a run stands may not.
    let widest = rows.iter().map(|run| display_width(&terminal_line(&run.suite))).max();
    let name = widest.unwrap_or(0).min(SUITE);
    let least = |kept: Kept| draw(kept).least_width() + name.saturating_sub(LEAST_TEXT);
    let fits = Kept::ORDER.into_iter().find(|kept| least(*kept) <= room);
    draw(fits.unwrap_or(Kept::Least)).draw(style, 2)
}

/// What a narrow terminal loses, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Kept {
    All,
    NoCounts,
    /// The id tells the day and time as well.
    NoStart,
    Least,
}

impl Kept {
    const ORDER: [Self; 4] = [Self::All, Self::NoCounts, Self::NoStart, Self::Least];
}

fn draft(rows: &[Listed], kept: Kept, style: &Style, zone: &TimeZone) -> Table {
    let words = style.lang.words();
    let mut table = Table::new().whole(words.run).text(words.suite);
    if kept < Kept::NoCounts {
        table = table.number(words.cases).number(words.target);
    }
    if kept < Kept::NoStart {
        table = table.whole(words.started);
    }
    if kept < Kept::Least {
        table = table.number(words.cost);
    }
    table = table.whole(words.state);
    let purse = Purse::of(rows.iter().flat_map(|run| run.spent.iter().cloned()));
    for run in rows {
        let mut cells = vec![Cell::new(run.id.as_str())];
        let none = || Cell::new(plain_signs("–", style));
        let told = run.trouble.is_none();
        cells.push(if told {
            Cell::new(terminal_line(&run.suite))
        } else {
            none()
        });
        if kept < Kept::NoCounts {
            cells.push(if told { Cell::new(grouped(run.cases)) } else { none() });
            cells.push(if told {
                Cell::new(grouped(run.targets as u64))
            } else {
                none()
            });
        }
        if kept < Kept::NoStart {
            cells.push(if told {
                Cell::new(words::moment(run.started_us, zone, false, style.lang))
            } else {
                none()
            });
        }
        if kept < Kept::Least {
            let spent = run.spent.iter().filter(|sum| sum.nano != 0);
            let spent: Vec<String> = spent.map(|sum| purse.show(sum, style)).collect();
            cells.push(if spent.is_empty() {
                none()
            } else {
                Cell::new(spent.join(" + "))
            });
        }
        cells.push(state(run, style));
        table.row(cells);
    }
    table
}

/// How a run stands: `finished`, `41/80 stopped`, `41/80 running`, or that it is damaged.
fn state(run: &Listed, style: &Style) -> Cell {
    let words = style.lang.words();
    if run.trouble.is_some() {
        return Cell::new(words.damaged).painted(Paint::Warn);
    }
    let finished = run.done >= run.planned;
    let so_far = || format!("{}/{}", grouped(run.done), grouped(run.planned));
    let mut state = match (run.running, finished) {
        (true, _) => format!("{} {}", so_far(), words.running),
        (false, true) => words.finished.to_owned(),
        (false, false) if run.settled => format!("{} {}", so_far(), style.lang.pick("settled", "판가름남")),
        (false, false) => format!("{} {}", so_far(), words.stopped),
    };
    if run.simulated {
        state.push_str(", SIMULATED");
    }
    let cell = Cell::new(state);
    if finished || run.settled {
        cell
    } else {
        cell.painted(Paint::Warn)
    }
}

/// What is wrong with the runs that cannot be read, a line each; empty when all can.
#[must_use]
pub fn troubles(rows: &[Listed], lang: Lang) -> String {
    let told = rows.iter().filter_map(|run| Some((run, run.trouble.as_ref()?)));
    told.map(|(run, trouble)| format!("{}: {}\n", run.id, terminal_line(trouble.in_lang(lang))))
        .collect()
}

/// One JSON object a run: `run_id`, `suite`, `targets`, `cases`, `done`, `planned`, `started_us`, `spent` by currency,
/// `simulated`, `running`; for a run that cannot be read only `run_id` and `trouble`.
#[must_use]
pub fn json_lines(rows: &[Listed]) -> String {
    let mut out = String::new();
    for run in rows {
        let object = match &run.trouble {
            Some(trouble) => json!({"run_id": run.id.as_str(), "trouble": &**trouble}),
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
                "running": run.running,
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
                running: false,
                settled: false,
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
                running: true,
                settled: false,
                trouble: None,
            },
            Listed::damaged(
                id("r-20260312-180200-abcd"),
                "`run.db` is damaged: not a database".into(),
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
    fn the_state_is_never_cut() {
        let zone = TimeZone::posix("KST-9").unwrap();
        for (width, lang) in [60, 80, 100].into_iter().zip([Lang::En, Lang::Ko, Lang::En]) {
            let style = Style {
                width,
                ascii: false,
                color: false,
                lang,
            };
            let drawn = table_in(&rows(), &style, &zone);
            assert!(drawn.contains(lang.words().running), "{width}:\n{drawn}");
            assert!(drawn.contains("SIMULATED"), "{width}:\n{drawn}");
            let widths: Vec<usize> = drawn.lines().map(crate::text::width::display_width).collect();
            assert!(widths.iter().all(|line| *line <= width), "{width}:\n{drawn}");
        }
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
