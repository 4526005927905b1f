//! What people and programs read of a run. One file a format; [`ALL`] is the list.
//!
//! Reports turn views and records into text. They read nothing, open nothing and never look at a clock: what they are
//! given is all they know, so the same run gives the same bytes.

pub mod agreement;
mod answer;
pub mod baseline;
pub mod case;
pub mod compare;
pub mod csv;
pub mod early;
mod fields;
pub mod gate;
pub mod json;
pub mod jsonl;
mod lines;
pub mod markdown;
pub mod number;
pub mod pairs;
pub mod plan;
pub mod runs;
pub mod side_by_side;
pub mod signs;
pub mod sizes;
pub mod table;
pub mod terminal;
pub mod words;
pub mod xlsx;

use crate::compare::View;
use crate::domain::RunInfo;

/// How to draw for a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// ASCII only, as far as our own signs and words go.
    pub ascii: bool,
    /// Colour. Meaning is never carried by colour alone.
    pub color: bool,
    /// Language of our words.
    pub lang: words::Lang,
}

/// A report: a line of the list.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// Name on the command line.
    pub name: &'static str,
    /// Ending of its files.
    pub ending: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// What it is made of.
    pub form: Form,
}

/// What a report is made of.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// A view over the whole run, as one text.
    Summary(fn(&RunInfo, &View, &Style) -> String),
    /// The records one by one, as they stream by: [`csv::CsvReport`], [`jsonl::write`].
    Cells,
    /// Both, as a file that is no text: [`xlsx::XlsxReport`].
    Book,
}

/// Every report. To add one: its file beside this one, and its line here.
pub const ALL: &[Report] = &[
    Report {
        name: "text",
        ending: "txt",
        about: "the summary for the terminal",
        form: Form::Summary(terminal::summary),
    },
    Report {
        name: "markdown",
        ending: "md",
        about: "the summary for pull requests and wikis",
        form: Form::Summary(|info, view, style| markdown::summary(info, view, style.lang)),
    },
    Report {
        name: "json",
        ending: "json",
        about: "the summary for programs",
        form: Form::Summary(|info, view, _| json::summary(info, view)),
    },
    Report {
        name: "csv",
        ending: "csv",
        about: "every answer for spreadsheets and programs, in three layouts",
        form: Form::Cells,
    },
    Report {
        name: "jsonl",
        ending: "jsonl",
        about: "every answer with all that is known of it, lossless",
        form: Form::Cells,
    },
    Report {
        name: "xlsx",
        ending: "xlsx",
        about: "a workbook for reading and pivoting",
        form: Form::Book,
    },
];

/// Facts in one line, wrapped where they must be.
#[must_use]
pub fn facts_line(facts: &[String], style: &Style) -> String {
    lines::parts(facts, style)
}

/// A text wrapped under itself: what stands before its first line, and before the others.
#[must_use]
pub fn hanging(text: &str, (first, others): (&str, &str), style: &Style) -> String {
    lines::hanging(text, first, others, style)
}

#[cfg(test)]
mod hostile_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::Make;

    #[test]
    fn every_report_of_a_simulated_run_says_so() {
        let make = Make {
            simulated: true,
            cases: 3,
            ..Make::default()
        };
        let (info, records) = (make.info(), make.records());
        let view = View::of(&info, records.clone(), &[]);
        let style = Style {
            width: 100,
            ascii: false,
            color: false,
            lang: words::Lang::Ko,
        };
        for report in ALL {
            let text = match (report.form, report.name) {
                (Form::Summary(write), _) => write(&info, &view, &style),
                (Form::Cells, "csv") => {
                    use super::csv::{Audience, CsvReport, Layout, Scorers};
                    let scorers = Scorers::of(&info);
                    let mut csv = CsvReport::begin(
                        Vec::new(),
                        &info,
                        Layout::Wide,
                        Audience::People(crate::domain::Lang::En),
                        scorers,
                    )
                    .unwrap();
                    for row in crate::compare::row::rows(records.clone()) {
                        csv.case(&row).unwrap();
                    }
                    String::from_utf8(csv.finish().unwrap()).unwrap()
                }
                (Form::Cells, "jsonl") => {
                    let mut out = Vec::new();
                    for record in &records {
                        jsonl::write(&mut out, &info, record, None).unwrap();
                    }
                    String::from_utf8(out).unwrap()
                }
                (Form::Book, _) => xlsx::shown(&info, &records, words::Lang::Ko),
                (Form::Cells, name) => panic!("say here how `{name}` is written"),
            };
            assert!(text.contains("SIMULATED"), "{}", report.name);
        }
        let of_case: Vec<_> = records.into_iter().filter(|record| record.case_index == 0).collect();
        assert!(case::page(&info, &of_case, &style, false, false).contains("SIMULATED"));
        assert!(side_by_side::row(&info, &of_case, &style, 12).contains("SIMULATED"));
    }
}
