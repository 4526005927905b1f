//! The summary of a run for the terminal: scoreboard, tags, cases worth reading, errors, notes, what to do next.
//!
//! Printed at the end of `run` and by `show`. Fits the width it is given; meaning is never carried by colour alone.

mod faults;
mod notes;
mod numbers;
mod pairs;
mod people;
mod readings;
mod scoreboard;
mod slices;

use jiff::tz::TimeZone;

pub use pairs::table as pairs;
pub(super) use readings::worth;

use super::Style;
use super::words;
use crate::compare::{FaultGroup, View};
use crate::domain::{FaultKind, RunInfo};
use crate::text::sink::{terminal_line, terminal_word};
use crate::text::width::{display_width, pad_right};

/// The summary, with times in the zone of this computer.
#[must_use]
pub fn summary(info: &RunInfo, view: &View, style: &Style) -> String {
    summary_in(info, view, style, &TimeZone::system())
}

/// The summary, with times in a zone.
#[must_use]
pub fn summary_in(info: &RunInfo, view: &View, style: &Style, zone: &TimeZone) -> String {
    let mut sections = vec![
        title(info, view, style, zone),
        format!(
            "{}{}",
            scoreboard::draw(info, view, style),
            pairs::sentences(view, style)
        ),
        view.early
            .as_ref()
            .map(|early| super::early::page(early, style))
            .unwrap_or_default(),
        numbers::draw(view, style),
        people::draw(view, style),
        slices::draw(info, view, style),
        slices::prompts(info, view, style) + &pairs::causes(view, style),
        readings::draw(info, view, style),
        faults::draw(info, view, style),
        notes::draw(info, view, style),
        next(info, view, style),
    ];
    sections.retain(|section| !section.is_empty());
    sections.join("\n")
}

/// `ko-support · 240 cases · 1 trial · r-… · 14 Mar 2026 09:12 KST · 112 answers from cache`.
fn title(info: &RunInfo, view: &View, style: &Style, zone: &TimeZone) -> String {
    let lang = style.lang;
    let mut parts = Vec::new();
    if info.simulated {
        parts.push(lang.words().simulated.to_owned());
    }
    parts.push(terminal_line(&info.suite));
    if let Some(file) = &info.imported {
        parts.push(words::imported(&terminal_line(file), lang));
    }
    parts.push(words::cases(info.cases, lang));
    if info.prompts.len() > 1 {
        parts.push(words::prompts(info.prompts.len() as u64, lang));
    }
    parts.push(words::trials(u64::from(info.trials), lang));
    parts.push(info.id.to_string());
    parts.push(words::moment(info.started_us, zone, true, lang));
    if view.counts.cached > 0 {
        parts.push(words::from_cache(view.counts.cached, view.replayed, lang));
    }
    super::lines::parts(&parts, style)
}

/// Commands that go on from here.
fn next(info: &RunInfo, view: &View, style: &Style) -> String {
    let words = style.lang.words();
    let run = &info.id;
    let mut commands = Vec::new();
    if let Some(reading) = view.readings.first() {
        commands.push((
            format!("narani show {run} --case {}", terminal_word(&reading.case)),
            words.one_case,
        ));
    }
    commands.push((format!("narani export {run} xlsx"), words.spreadsheet));
    let counts = view.counts;
    // Answered and not judged: the scorer broke. Asking again would not help.
    let broke = |group: &&FaultGroup| matches!(group.kind, FaultKind::Scorer | FaultKind::Judge);
    let unjudged: u64 = view.faults.iter().filter(broke).map(|group| group.cells).sum();
    let waiting = !info.scorers.is_empty() && counts.measured > 0;
    if info.imported.is_none() && (view.judged() || unjudged > 0 || waiting) {
        commands.push((format!("narani score {run}"), words.again));
    }
    if info.imported.is_none() && !view.running && counts.missing + counts.failed() + counts.skipped > unjudged {
        commands.push((format!("narani run --resume {run}"), words.go_on));
    }
    let head = format!("{}  ", words.next);
    let indent = display_width(&head);
    let widest = commands
        .iter()
        .map(|(command, _)| display_width(command))
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for (at, (command, what)) in commands.iter().enumerate() {
        out.push_str(&if at == 0 { head.clone() } else { " ".repeat(indent) });
        if indent + widest + 3 + display_width(what) <= style.width {
            out.push_str(&pad_right(command, widest + 3));
            out.push_str(what);
        } else {
            // A command is never broken or cut: it is there to be copied.
            out.push_str(command);
        }
        out.push('\n');
    }
    out
}

/// Outside text in a paragraph.
fn paragraph(text: &str, indent: usize, style: &Style) -> String {
    super::lines::paragraph(&terminal_line(text), indent, style)
}

/// A heading of a section.
fn heading(text: &str, style: &Style) -> String {
    paragraph(text, 0, style)
}

#[cfg(test)]
mod tests;
