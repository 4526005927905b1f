//! One case: question, reference, every answer with its scores and reasons.

use super::Style;
use super::answer::{facts, text, trouble, verdict};
use super::lines;
use super::number::{grouped, rating, score};
use super::table::{Cell, Table};
use super::words;
use crate::compare::row::reply_of;
use crate::domain::review::{Human, HumanScore};
use crate::domain::{Record, RunInfo, Score};
use crate::text::sink::{Breaks, terminal, terminal_line};
use crate::text::width::{pad_right, wrap};

/// Lines of an answer that are shown unless all are wanted.
const LINES: usize = 40;

/// The page of a case, from all its records. `full` shows whole answers; `hidden` shows none, nor what may quote them
/// (the log of a CI service is often public).
#[must_use]
pub fn page(info: &RunInfo, records: &[Record], style: &Style, full: bool, hidden: bool) -> String {
    let Some(first) = records.first() else {
        return String::new();
    };
    let words = style.lang.words();
    let mut out = title(info, first, style);
    for (name, question) in questions(info, records) {
        let head = match name {
            Some(name) => format!("{} ({})", words.question, terminal_line(name)),
            None => words.question.to_owned(),
        };
        out.push_str(&block(&head, question, style, usize::MAX));
    }
    for image in &first.case.images {
        out.push_str(&format!("  [{}]\n", terminal_line(image)));
    }
    if !first.case.expect.is_empty() {
        let expected: Vec<String> = first.case.expected_texts().collect();
        out.push_str(&block(words.reference, &expected.join("\n"), style, usize::MAX));
    }
    let mut ordered: Vec<&Record> = records.iter().collect();
    ordered.sort_by_key(|record| (record.target, record.prompt, record.trial));
    for record in &ordered {
        out.push('\n');
        out.push_str(&answer(info, record, style, full, hidden));
    }
    if !hidden {
        out.push_str(&comments(&ordered, style));
    }
    out
}

/// What people wrote beside their scores: once a row and reviewer, with the letters that the answers had in their sheet.
fn comments(records: &[&Record], style: &Style) -> String {
    let lang = style.lang;
    let mut told: Vec<(u32, &HumanScore)> = Vec::new();
    let humans = records
        .iter()
        .filter_map(|record| Some((record.trial, record.human.as_ref()?)));
    for (trial, human) in humans {
        for score in human
            .every_scale()
            .flat_map(|human| human.scores.iter().chain(&human.decision))
            .filter(|score| !score.note.is_empty() || !score.issue.is_empty())
        {
            let same = |(other, known): &(u32, &HumanScore)| {
                *other == trial
                    && (&known.reviewer, &known.issue, &known.note, known.at_us)
                        == (&score.reviewer, &score.issue, &score.note, score.at_us)
            };
            if !told.iter().any(same) {
                told.push((trial, score));
            }
        }
    }
    if told.is_empty() {
        return String::new();
    }
    let trials = told.iter().any(|(trial, _)| *trial != told[0].0);
    let mut out = format!(
        "\n{}\n",
        lang.pick(
            "People's comments (letters are those of each one's own sheet)",
            "사람의 의견 (글자는 저마다의 파일에서 쓰던 것)"
        )
    );
    for (trial, score) in told {
        let who = if score.reviewer.is_empty() {
            lang.pick("decision", "조정").to_owned()
        } else {
            terminal_line(&score.reviewer)
        };
        let trial = if trials {
            lang.pick(format!(" (trial {trial})"), format!(" ({trial}회차)"))
        } else {
            String::new()
        };
        let issue = if score.issue.is_empty() {
            String::new()
        } else {
            format!("[{}] ", terminal_line(&score.issue))
        };
        let text = format!("{who}{trial}: {issue}{}", terminal_line(&score.note));
        out.push_str(&lines::hanging(text.trim_end(), "  ", "    ", style));
    }
    out
}

/// What people say of an answer, a line a scale.
fn people(human: &Human, style: &Style) -> String {
    let lang = style.lang;
    let mut out = String::new();
    for human in human.every_scale() {
        let (low, high) = human.scale;
        let each: Vec<String> = human
            .scores
            .iter()
            .map(|one| format!("{} {} ({})", terminal_line(&one.reviewer), one.score, one.letter))
            .collect();
        let each = each.join(", ");
        let mut told = match (human.mean, human.decided) {
            (Some(mean), true) => lang.pick(
                format!("decided {mean:.0} of {low}–{high}"),
                format!("{low}–{high}점 중 {mean:.0}점으로 조정"),
            ),
            (Some(mean), false) => {
                let mean = rating(mean);
                lang.pick(format!("{mean} of {low}–{high}"), format!("{low}–{high}점 중 {mean}"))
            }
            (None, _) => lang.pick("no score", "점수 없음").to_owned(),
        };
        if !each.is_empty() {
            told.push_str(&format!(" · {each}"));
        }
        if let Some(best) = &human.best {
            let best = match best.as_str() {
                "similar" => lang.pick("similar", "비슷함").to_owned(),
                "all_bad" => lang.pick("all bad", "모두 나쁨").to_owned(),
                "unclear" => lang.pick("cannot tell", "판단 불가").to_owned(),
                "split" => lang.pick("split", "갈림").to_owned(),
                name => terminal_line(name),
            };
            told.push_str(&lang.pick(format!(" · best: {best}"), format!(" · 가장 나음: {best}")));
        }
        let head = format!("  {}", pad_right(lang.pick("people", "사람"), 10));
        out.push_str(&lines::hanging(&told, &head, &" ".repeat(12), style));
    }
    out
}

fn title(info: &RunInfo, first: &Record, style: &Style) -> String {
    let mut parts = Vec::new();
    if info.simulated {
        parts.push(style.lang.words().simulated.to_owned());
    }
    parts.push(terminal_line(&first.case.id));
    if !first.case.tags.is_empty() {
        parts.push(terminal_line(&first.case.tags.join(", ")));
    }
    parts.push(terminal_line(
        info.part_of(first.case_index).map_or(&info.suite, |part| &part.name),
    ));
    parts.push(info.id.to_string());
    if first.case.line > 0 {
        parts.push(terminal_line(&format!("{}:{}", first.case.file, first.case.line)));
    }
    lines::parts(&parts, style) + "\n"
}

/// The question, once where all prompts ask alike, else once a prompt with its name.
fn questions<'a>(info: &'a RunInfo, records: &'a [Record]) -> Vec<(Option<&'a str>, &'a str)> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    for record in records {
        if !found.iter().any(|(prompt, _)| *prompt == record.prompt) {
            found.push((record.prompt, &record.question));
        }
    }
    let alike = found.windows(2).all(|pair| pair[0].1 == pair[1].1);
    if alike {
        return found
            .first()
            .map(|(_, question)| (None, *question))
            .into_iter()
            .collect();
    }
    found
        .into_iter()
        .map(|(prompt, question)| (Some(info.prompts[prompt].name.as_str()), question))
        .collect()
}

/// A head, and outside text below it behind a bar, which tells it from our own lines.
fn block(head: &str, text: &str, style: &Style, most: usize) -> String {
    format!(
        "{head}\n{}",
        quoted(&terminal(text.trim_end(), Breaks::Keep), style, most)
    )
}

/// Text behind a bar. Takes text that has been through the sink.
fn quoted(text: &str, style: &Style, most: usize) -> String {
    let bar = if style.ascii { "|" } else { "│" };
    let lines = wrap(text, style.width.saturating_sub(4).max(20));
    let mut out = String::new();
    // One line more costs no more than the line that says it is missing.
    let shown = if lines.len() <= most.saturating_add(1) {
        lines.len()
    } else {
        most
    };
    for line in &lines[..shown] {
        out.push_str(format!("  {bar} {line}").trim_end());
        out.push('\n');
    }
    if shown < lines.len() {
        out.push_str(&format!("    {}\n", words::more_lines(lines.len() - shown, style.lang)));
    }
    out
}

fn answer(info: &RunInfo, record: &Record, style: &Style, full: bool, hidden: bool) -> String {
    let lang = style.lang;
    let words = lang.words();
    let mut head = vec![format!(
        "{} {}",
        terminal_line(&info.targets[record.target].name),
        verdict(record, style)
    )];
    if info.prompts.len() > 1 {
        head.push(terminal_line(&info.prompts[record.prompt].name));
    }
    if info.trials > 1 {
        head.push(lang.pick(format!("trial {}", record.trial), format!("{}회차", record.trial)));
    }
    head.extend(facts(record, style));
    let mut out = lines::parts(&head, style);
    if let Some(trouble) = trouble(record, style) {
        out.push_str(&lines::paragraph(&trouble, 2, style));
    }
    match text(record) {
        Some(text) if !hidden => out.push_str(&quoted(&text, style, if full { usize::MAX } else { LINES })),
        // Measured, and nothing was said.
        None if reply_of(record).is_some() && trouble(record, style).is_none() => {
            out.push_str(&format!("  {}\n", words.empty_answer));
        }
        _ => {}
    }
    out.push_str(&scores(&record.scores, style, hidden));
    if let Some(human) = &record.human {
        out.push_str(&people(human, style));
    }
    let Some(reply) = reply_of(record) else {
        return out;
    };
    let mut more: Vec<(&str, String)> = Vec::new();
    if let Some(reasoning) = &reply.reasoning {
        let mut told = words::characters(reasoning.chars().count() as u64, lang);
        if let Some(tokens) = reply.usage.reasoning {
            told = format!("{told}, {} {}", grouped(tokens), lang.pick("tokens", "토큰"));
        }
        more.push((words.thinking, told));
    }
    if !hidden {
        for call in &reply.tool_calls {
            more.push((
                words.tools,
                terminal_line(&format!("{}({})", call.name, call.arguments)),
            ));
        }
    }
    more.extend(reply.notes.iter().map(|note| ("!", terminal_line(note.in_lang(lang)))));
    for (head, text) in more {
        out.push_str(&lines::hanging(
            &text,
            &format!("  {}", pad_right(head, 10)),
            &" ".repeat(12),
            style,
        ));
    }
    out
}

fn scores(scores: &[Score], style: &Style, hidden: bool) -> String {
    if scores.is_empty() {
        return String::new();
    }
    let words = style.lang.words();
    let mut table = Table::new().whole("").whole("").text("");
    for one in scores {
        let mark = match (one.pass, style.ascii) {
            (Some(true), false) => "✓",
            (Some(true), true) => "+",
            (Some(false), false) => "✗",
            (Some(false), true) => "x",
            (None, _) => " ",
        };
        let value = match (&one.label, &one.unscored, one.points) {
            (Some(label), _, _) => terminal_line(label),
            (_, Some(_), _) => "!".to_owned(),
            (_, _, Some(points)) => format!("{mark} {}", score(points)),
            (_, _, None) => mark.to_owned(),
        };
        let mut why = if hidden {
            String::new()
        } else {
            one.unscored.as_ref().unwrap_or(&one.why).in_lang(style.lang).to_owned()
        };
        if one.weight <= 0.0 {
            let aside = format!("({})", words.informational);
            why = if why.is_empty() {
                aside
            } else {
                format!("{why} {aside}")
            };
        }
        let room = style.width.saturating_sub(36).max(20);
        let why = wrap(&terminal_line(&why), room).join("\n");
        table.row([Cell::new(terminal_line(&one.scorer)), Cell::new(value), Cell::new(why)]);
    }
    // The head and its rule say nothing here.
    table.draw(style, 2).split_inclusive('\n').skip(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::{Make, say, usual};
    use crate::domain::Outcome;
    use crate::report::words::Lang;

    fn style(width: usize) -> Style {
        Style {
            width,
            ascii: false,
            color: false,
            lang: Lang::En,
        }
    }

    fn of_case(info: &RunInfo, records: Vec<Record>, case: u64) -> (RunInfo, Vec<Record>) {
        (
            info.clone(),
            records.into_iter().filter(|record| record.case_index == case).collect(),
        )
    }

    #[test]
    fn a_case_at_100_columns() {
        let (info, records) = usual();
        let (info, records) = of_case(&info, records, 12);
        insta::assert_snapshot!(page(&info, &records, &style(100), false, false));
    }

    #[test]
    fn a_case_in_korean_at_60_columns() {
        let (info, records) = usual();
        let (info, records) = of_case(&info, records, 1);
        let style = Style {
            lang: Lang::Ko,
            ..style(60)
        };
        insta::assert_snapshot!(page(&info, &records, &style, false, false));
    }

    #[test]
    fn trials_and_prompts_are_told_apart() {
        let make = Make {
            targets: vec!["gpt-main"],
            prompts: vec!["short", "polite"],
            trials: 2,
            cases: 1,
            simulated: true,
            ..Make::default()
        };
        insta::assert_snapshot!(page(&make.info(), &make.records(), &style(80), false, false));
    }

    #[test]
    fn long_answers_are_cut_unless_all_is_wanted() {
        let (info, records) = usual();
        let (info, mut records) = of_case(&info, records, 0);
        say(&mut records[0], &"한 줄\n".repeat(60));
        let cut = page(&info, &records, &style(80), false, false);
        assert!(cut.contains("20 more lines, --full shows them"), "{cut}");
        assert!(!page(&info, &records, &style(80), true, false).contains("more lines"));
    }

    #[test]
    fn hidden_pages_quote_nothing() {
        let (info, records) = usual();
        let (info, mut records) = of_case(&info, records, 0);
        for record in &mut records {
            say(record, "SECRET ANSWER");
            for score in &mut record.scores {
                score.why = "SECRET REASON".into();
            }
            if let Some(Outcome::Answered { reply, .. }) = &mut record.outcome {
                reply.tool_calls.push(crate::domain::ToolCall {
                    name: "find".to_owned(),
                    arguments: "SECRET ARGUMENT".to_owned(),
                });
            }
        }
        let shown = page(&info, &records, &style(80), true, true);
        assert!(!shown.contains("SECRET") && shown.contains("faithful"), "{shown}");
    }
}
