//! Agreement of columns whose answers are labels, as a table and as JSON.

use serde_json::{Value, json as object};

use super::Style;
use super::number::{grouped, score};
use super::signs::plain_signs;
use super::table::{Cell, Table};
use crate::compare::agreement::Agreement;
use crate::domain::RunInfo;
use crate::report::lines::paragraph;
use crate::text::sink::terminal_line;

/// Share of one label from which kappa alone misleads.
const DOMINANT: f64 = 0.85;

/// The table.
#[must_use]
pub fn table(info: &RunInfo, rows: &[Agreement], style: &Style) -> String {
    let lang = style.lang;
    let columns = info.columns();
    let both = rows.iter().any(|row| row.both_right.is_some());
    let mut table = Table::new()
        .text(lang.pick("one", "한쪽"))
        .text(lang.pick("other", "다른 쪽"))
        .number("n")
        .number(lang.pick("alike", "일치"));
    if both {
        table = table.number(lang.pick("both right", "둘 다 정답"));
    }
    table = table.number("kappa").whole(lang.words().interval);
    // Where one label dominates, kappa is low however often two agree.
    let dominated = rows.iter().any(|row| row.dominant > DOMINANT);
    if dominated {
        table = table.number("AC1");
    }
    for row in rows {
        let mut cells = vec![
            Cell::new(terminal_line(&columns[row.first].2)),
            Cell::new(match row.second {
                Some(second) => terminal_line(&columns[second].2),
                None => lang.words().reference.to_owned(),
            }),
            Cell::new(grouped(row.n as u64)),
            Cell::new(grouped(row.alike as u64)),
        ];
        if both {
            cells.push(Cell::new(
                row.both_right.map_or_else(String::new, |right| grouped(right as u64)),
            ));
        }
        let dash = || plain_signs("–", style);
        cells.push(Cell::new(row.kappa.map_or_else(dash, score)));
        cells.push(Cell::new(row.interval.map_or_else(dash, |(low, high)| {
            plain_signs(&format!("{} … {}", score(low), score(high)), style)
        })));
        if dominated {
            cells.push(Cell::new(row.ac1.map_or_else(dash, score)));
        }
        table.row(cells);
    }
    let simulated = if info.simulated {
        format!("{} · ", lang.words().simulated)
    } else {
        String::new()
    };
    let title = lang.pick(
        format!(
            "{simulated}{}: agreement of answers taken as labels (Cohen's kappa: 1 always, 0 as by chance)",
            info.suite
        ),
        format!(
            "{simulated}{}: 답변을 이름표로 본 일치도 (Cohen의 kappa: 1 완전 일치, 0 우연 수준)",
            info.suite
        ),
    );
    let mut out = paragraph(&terminal_line(&title), 0, style) + &table.draw(style, 2);
    if dominated {
        let note = lang.pick(
            "One label makes up more than 85 % of what some of these say. Kappa is low then however often two agree; Gwet's AC1 is not.",
            "한 이름표가 85%를 넘는 짝이 있습니다. 이때 kappa는 아무리 일치해도 낮게 나오지만 Gwet의 AC1은 그렇지 않습니다.",
        );
        out.push_str(&paragraph(note, 0, style));
    }
    out
}

/// The rows as JSON, pretty-printed, ending with a line break.
#[must_use]
pub fn json(info: &RunInfo, rows: &[Agreement]) -> String {
    let columns = info.columns();
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            object!({
                "first": columns[row.first].2,
                "second": row.second.map_or("reference", |second| columns[second].2.as_str()),
                "n": row.n,
                "alike": row.alike,
                "both_right": row.both_right,
                "kappa": row.kappa,
                "low": row.interval.map(|(low, _)| low),
                "high": row.interval.map(|(_, high)| high),
                "ac1": row.ac1,
                "largest_label_share": row.dominant,
            })
        })
        .collect();
    let mut out = serde_json::Map::new();
    out.insert("narani".to_owned(), "agreement/1".into());
    if info.simulated {
        out.insert("notice".to_owned(), super::json::SIMULATED.into());
    }
    out.insert("run_id".to_owned(), info.id.as_str().into());
    out.insert("agreement".to_owned(), rows.into());
    format!("{:#}\n", Value::Object(out))
}
