//! The summary of a run as Markdown, for pull requests, issues and wikis.
//!
//! Outside text stands in it through the Markdown sink only: it mentions nobody, links nowhere and is no markup.

use super::Style;
use super::number::{Clock, Purse, grouped, interval, paid, percent, rate_digits, rating, score, whole_percent};
use super::signs::{column_heads, sign};
use super::terminal::worth;
use super::words::{self, Lang};
use crate::compare::{Sign, Square, View};
use crate::domain::RunInfo;
use crate::text::sink::markdown_inline;

/// Cases worth reading that are named.
const READINGS: usize = 10;

/// Case ids named with an error.
const IDS: usize = 10;

/// The summary. Times are in UTC: the reader may be anywhere.
#[must_use]
pub fn summary(info: &RunInfo, view: &View, lang: Lang) -> String {
    let style = Style {
        width: 100,
        ascii: false,
        color: false,
        lang,
    };
    let sections = [
        title(info, view, lang),
        scoreboard(info, view, &style),
        people(view, lang),
        sentences(view, lang),
        view.early
            .as_ref()
            .map(|early| super::early::markdown(early, lang))
            .unwrap_or_default(),
        tags(info, view, &style),
        readings(info, view, &style),
        faults(info, view, &style),
        notes(info, view, lang),
    ];
    let filled: Vec<String> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    filled.join("\n")
}

fn title(info: &RunInfo, view: &View, lang: Lang) -> String {
    let mut parts = vec![words::cases(info.cases, lang)];
    if let Some(file) = &info.imported {
        parts.push(words::imported(&markdown_inline(file), lang));
    }
    if info.prompts.len() > 1 {
        parts.push(words::prompts(info.prompts.len() as u64, lang));
    }
    parts.push(words::trials(u64::from(info.trials), lang));
    parts.push(format!("`{}`", info.id));
    parts.push(words::moment(info.started_us, &jiff::tz::TimeZone::UTC, true, lang));
    if view.counts.cached > 0 {
        parts.push(words::from_cache(view.counts.cached, view.replayed, lang));
    }
    let simulated = if info.simulated {
        format!("**{}** ", lang.words().simulated)
    } else {
        String::new()
    };
    format!(
        "## {simulated}{}\n\n{}\n",
        markdown_inline(&info.suite),
        parts.join(" · ")
    )
}

/// What people say, a table a scale; empty where nobody was asked or names may not be told.
fn people(view: &View, lang: Lang) -> String {
    let mut out = Vec::new();
    for scale in view.scales() {
        let (low, high) = scale;
        let heads = [
            lang.words().target,
            lang.pick("answers", "답변"),
            lang.pick("ratings", "심사 수"),
            lang.pick("mean", "평균"),
            lang.words().interval,
            lang.pick("best in", "가장 나음"),
        ]
        .map(str::to_owned);
        let rows: Vec<Vec<String>> = view
            .columns
            .iter()
            .filter_map(|column| {
                let people = column.people.iter().find(|people| people.scale == scale)?;
                let range = people.interval.map_or_else(
                    || "–".to_owned(),
                    |interval| format!("{}–{}", rating(interval.low), rating(interval.high)),
                );
                Some(vec![
                    markdown_inline(&column.label),
                    grouped(people.answers),
                    grouped(people.ratings),
                    rating(people.mean),
                    range,
                    format!("{}/{}", people.best, people.choices),
                ])
            })
            .collect();
        let title = lang.pick(
            format!("People's ratings ({low}–{high})"),
            format!("사람 심사 ({low}–{high}점)"),
        );
        out.push(format!("### {title}\n\n{}", table(&heads, |at| at > 0, &rows)));
    }
    out.join("\n")
}

/// A table: heads, which columns are aligned right, rows.
fn table(heads: &[String], right: impl Fn(usize) -> bool, rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let marks: Vec<String> = (0..heads.len())
        .map(|at| if right(at) { "---:" } else { "---" }.to_owned())
        .collect();
    let mut out = line(heads) + &line(&marks);
    for row in rows {
        out.push_str(&line(row));
    }
    out
}

fn scoreboard(info: &RunInfo, view: &View, style: &Style) -> String {
    let words = style.lang.words();
    let judged = view.judged();
    let mut heads = vec![words.target];
    if judged {
        heads.extend([words.pass, words.interval, words.passed]);
    } else {
        heads.push(words.answered);
    }
    heads.push(words.errors);
    if judged {
        heads.push(words.score);
    }
    heads.extend(["p50", "p95", words.cost]);
    let heads: Vec<String> = heads.into_iter().map(str::to_owned).collect();
    let dash = || "–".to_owned();
    let digits = rate_digits(view.columns.iter().filter_map(|column| column.pass.as_ref()));
    let median = Clock::of(view.columns.iter().filter_map(|column| column.latency.p50));
    let high = Clock::of(view.columns.iter().filter_map(|column| column.latency.p95));
    let purse = Purse::of(view.columns.iter().flat_map(|column| column.paid.money()));
    let rows: Vec<Vec<String>> = view
        .columns
        .iter()
        .filter(|column| column.counts.planned > 0)
        .map(|column| {
            let counts = column.counts;
            let mut row = vec![markdown_inline(&column.label)];
            if judged {
                row.push(column.pass.as_ref().map_or_else(dash, |rate| percent(rate, digits)));
                row.push(column.pass.as_ref().map_or_else(dash, |rate| interval(rate, style)));
                row.push(format!("{}/{}", grouped(counts.passed), grouped(counts.judged)));
            } else {
                row.push(format!("{}/{}", grouped(counts.measured), grouped(counts.planned)));
            }
            row.push(grouped(counts.failed()));
            if judged {
                row.push(column.score.map_or_else(dash, score));
            }
            row.push(column.latency.p50.map_or_else(dash, |time| median.show(time)));
            row.push(column.latency.p95.map_or_else(dash, |time| high.show(time)));
            row.push(paid(&column.paid, &purse, style));
            row
        })
        .collect();
    let mut out = table(&heads, |at| at > 0, &rows);
    if judged {
        out.push_str(&format!("\n{}\n", words.rates_only));
        if info.trials > 1 {
            out.push_str(&format!("{}\n", words::over_trials(info.trials, style.lang)));
        }
    }
    // Where the run stopped because all was settled, its own section says so.
    let settled = view.early.as_ref().is_some_and(|early| early.settled);
    if view.counts.missing > 0 && !settled {
        let (missing, planned) = (view.counts.missing, view.counts.planned);
        let text = if view.running {
            words::still_running(missing, planned, style.lang)
        } else {
            words::not_reached(missing, planned, info.id.as_str(), style.lang)
        };
        out.push_str(&format!("\n{text}\n"));
    }
    out
}

fn sentences(view: &View, lang: Lang) -> String {
    let said = words::said(view, lang);
    let lines = said.iter().map(|text| format!("- {}\n", markdown_inline(text)));
    let causes = view.causes.iter().flat_map(|causes| words::causes(causes, lang));
    let causes = causes.map(|sentence| format!("- {sentence}\n"));
    lines.chain(causes).collect()
}

fn tags(info: &RunInfo, view: &View, style: &Style) -> String {
    if view.slices.is_empty() || !view.judged() {
        return String::new();
    }
    let words = style.lang.words();
    let mut heads = vec![words.tag.to_owned(), "n".to_owned()];
    heads.extend(column_heads(info, 40).iter().map(|head| markdown_inline(head)));
    let rows: Vec<Vec<String>> = view
        .slices
        .iter()
        .map(|slice| {
            let mut row = vec![markdown_inline(&slice.tag), grouped(slice.cases)];
            row.extend(slice.columns.iter().map(|rate| match rate.rate {
                Some(share) if rate.cases < 10 => format!("({})", whole_percent(share)),
                Some(share) => whole_percent(share),
                None => "–".to_owned(),
            }));
            row
        })
        .collect();
    format!("### {}\n\n{}", words.by_tag_thin, table(&heads, |at| at > 0, &rows))
}

fn readings(info: &RunInfo, view: &View, style: &Style) -> String {
    let rows: Vec<Vec<String>> = worth(view)
        .take(READINGS)
        .map(|reading| {
            let label = |column: usize| {
                view.columns
                    .get(column)
                    .map(|column| column.label.clone())
                    .unwrap_or_default()
            };
            let why = words::reason(&reading.disagreement, &label, false, style.lang);
            let mut row = vec![markdown_inline(&reading.case), markdown_inline(&why)];
            row.extend(reading.squares.iter().map(|each| square(each, style)));
            row
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let words = style.lang.words();
    let mut heads = vec![words.case.to_owned(), words.why.to_owned()];
    heads.extend(column_heads(info, 40).iter().map(|head| markdown_inline(head)));
    format!("### {}\n\n{}", words.reading, table(&heads, |_| false, &rows))
}

fn square(square: &Square, style: &Style) -> String {
    let mark = sign(square.sign(), style);
    match (square.sign(), square.score) {
        (Sign::Unstable, _) => format!("\\~ {}/{}", square.passed, square.judged),
        (Sign::Pass | Sign::Fail, Some(value)) => format!("{mark} {}", score(value)),
        _ => mark.to_owned(),
    }
}

fn faults(info: &RunInfo, view: &View, style: &Style) -> String {
    if view.faults.is_empty() {
        return String::new();
    }
    let lang = style.lang;
    let words = lang.words();
    let cells: u64 = view.faults.iter().map(|group| group.cells).sum();
    let rows: Vec<Vec<String>> = view
        .faults
        .iter()
        .map(|group| {
            let target = &info.targets[group.target];
            let mut ids: Vec<String> = group.cases.iter().take(IDS).map(|id| markdown_inline(id)).collect();
            let rest = group.case_count - ids.len() as u64;
            if rest > 0 {
                ids.push(format!("… {}", words::and_more(rest, lang)));
            }
            vec![
                markdown_inline(&target.name),
                format!("`{}`", group.kind.word()),
                grouped(group.cells),
                ids.join(" "),
                markdown_inline(&words::remedy_in(info, group, target, lang)),
            ]
        })
        .collect();
    let remedy = lang.pick("what to do", "할 일");
    let heads = [words.target, words.kind, "n", words.cases, remedy].map(str::to_owned);
    let title = words::not_measured(cells, view.counts.planned, lang);
    format!(
        "### {}: {title}\n\n{}",
        words.error_section,
        table(&heads, |at| at == 2, &rows)
    )
}

fn notes(info: &RunInfo, view: &View, lang: Lang) -> String {
    if view.notes.is_empty() {
        return String::new();
    }
    let mut out = format!("### {}\n\n", lang.words().notes);
    for note in &view.notes {
        out.push_str(&format!(
            "- {}\n",
            markdown_inline(&words::note(note, info, &view.columns, lang))
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::usual;

    #[test]
    fn the_usual_run() {
        let (info, records) = usual();
        insta::assert_snapshot!(summary(&info, &View::of(&info, records, &[]), Lang::En));
    }

    #[test]
    fn in_korean() {
        let (info, records) = usual();
        insta::assert_snapshot!(summary(&info, &View::of(&info, records, &[]), Lang::Ko));
    }
}
