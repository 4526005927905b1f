//! The verdict as Markdown, for pull requests and the job summary of a CI service.
//!
//! The first line is a marker that names the suite, so that a workflow finds its own comment again. Outside text stands in it
//! through the Markdown sinks only. Sections are cut at their ends when the whole grows too long, and a line says so.

use super::cells::{change, digits, scores, then_and_now, whom};
use super::without::{next_steps, troubles};
use crate::config::CheckKind;
use crate::gate::{Check, Moved, Overall, State, Verdict};
use crate::report::Style;
use crate::report::number::{grouped, size};
use crate::report::words::{self, Lang};
use crate::text::sink::{markdown_fence, markdown_inline};

/// Characters of a name or sentence: no name is worth more of a page that others read.
const INLINE: usize = 400;

/// Moved cases listed in a section.
const MOVED: usize = 200;

/// Characters of an answer.
const ANSWER: usize = 600;

/// How the Markdown is written.
#[derive(Debug, Clone, Copy)]
pub struct Manner<'a> {
    /// Name in the marker of the first line; the suite's when absent.
    pub marker: Option<&'a str>,
    /// Most characters.
    pub most: usize,
    /// With the answers of moved cases.
    pub answers: bool,
}

/// The verdict.
#[must_use]
pub fn markdown(verdict: &Verdict, manner: Manner<'_>, lang: Lang) -> String {
    let verdict = &verdict.brief(INLINE);
    let style = Style {
        width: 100,
        ascii: false,
        color: false,
        lang,
    };
    let overall = verdict.overall();
    let mut out = format!(
        "<!-- narani:gate:{} -->\n",
        marker(manner.marker.unwrap_or(&verdict.suite))
    );
    out.push_str(&alert(verdict, &style));
    out.push('\n');
    out.push_str(&table(verdict, &style));
    if overall == Overall::Pass {
        // A pass that rests on repeats says so.
        let again = repeats(verdict, &style);
        if !again.is_empty() {
            out.push('\n');
            out.push_str(&again);
        }
        return out;
    }
    if overall == Overall::NoBaseline {
        out.push('\n');
        out.push_str(&steps(verdict, lang));
    }
    let mut sections: Vec<String> = verdict
        .checks
        .iter()
        .filter(|check| matches!(check.rule, CheckKind::Regression { .. } | CheckKind::MustPass { .. }))
        .map(|check| moved(check, manner.answers, &style))
        .collect();
    sections.push(repeats(verdict, &style));
    sections.push(how(verdict, &style));
    sections.retain(|section| !section.is_empty());
    let left_out = lang.pick(
        "*More was left out here to keep this short: the files of `narani gate --json` and `--junit` have all of it.*",
        "*길이를 줄이려고 여기부터 뺐습니다. `narani gate --json`, `--junit` 파일에 모두 있습니다.*",
    );
    let room = manner.most.saturating_sub(left_out.chars().count() + 2);
    let mut length = out.chars().count();
    let mut cut = false;
    for section in sections {
        let more = section.chars().count() + 1;
        if length + more > room {
            cut = true;
            continue;
        }
        length += more;
        out.push('\n');
        out.push_str(&section);
    }
    if cut {
        out.push_str(&format!("\n{left_out}\n"));
    }
    out
}

/// A name within a comment of HTML: nothing in it may end the comment.
fn marker(name: &str) -> String {
    name.chars()
        .take(100)
        .map(|letter| match letter {
            letter if letter.is_alphanumeric() || matches!(letter, '_' | '.' | ' ' | '+') => letter,
            '-' => '-',
            _ => '_',
        })
        .collect::<String>()
        .replace("--", "-_")
}

fn alert(verdict: &Verdict, style: &Style) -> String {
    let lang = style.lang;
    let overall = verdict.overall();
    let kind = match overall {
        Overall::Pass => "TIP",
        Overall::Fail => "CAUTION",
        Overall::Inconclusive => "WARNING",
        Overall::NoBaseline => "NOTE",
    };
    let simulated = if verdict.simulated { " · SIMULATED" } else { "" };
    let word = words::verdict_word(overall);
    let said = match overall {
        Overall::Fail => failures(verdict, style),
        Overall::Pass => words::tally(verdict, lang),
        Overall::Inconclusive => {
            let low = verdict.coverage.iter().filter(|coverage| coverage.low);
            let mut said: Vec<String> = low
                .map(|coverage| {
                    inline(&format!(
                        "{}.",
                        words::low_coverage(coverage, verdict.coverage_min, lang)
                    ))
                })
                .collect();
            said.extend(words::open_checks(verdict, style).iter().map(|open| inline(open)));
            if said.is_empty() {
                said.push(words::tally(verdict, lang));
            }
            said.push(
                lang.pick("This is not a regression.", "퇴보라는 뜻은 아닙니다.")
                    .to_owned(),
            );
            said.join(" ")
        }
        Overall::NoBaseline => {
            let troubles = troubles(verdict, lang);
            let said: Vec<String> = troubles.iter().map(|(why, _)| inline(why)).collect();
            said.join("; ")
        }
    };
    format!("> [!{kind}]\n> **narani gate: {word}**{simulated} — {said}\n")
}

/// What to do where there is nothing valid to compare with, as the terminal has it.
fn steps(verdict: &Verdict, lang: Lang) -> String {
    const STEPS: usize = 10;
    let steps = next_steps(&troubles(verdict, lang), lang);
    let mut out = String::new();
    for step in steps.iter().take(STEPS) {
        let Some((lead, rest)) = step.split_once("  ") else {
            out.push_str(&format!("{}\n\n", inline(step)));
            continue;
        };
        let (command, more) = rest.split_once("   ").unwrap_or((rest, ""));
        out.push_str(&format!("{}\n\n{}", inline(lead), markdown_fence(command, "text")));
        if !more.is_empty() {
            out.push_str(&format!("{}\n", inline(more)));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// What failed, in a sentence.
fn failures(verdict: &Verdict, style: &Style) -> String {
    let lang = style.lang;
    let digits = digits(verdict);
    let parts: Vec<String> = verdict
        .failed()
        .map(|check| {
            let label = inline(&whom(check, style));
            match (&check.rule, &check.paired) {
                (CheckKind::Regression { metric, .. }, Some(paired)) => {
                    let drop = size(paired.difference, digits);
                    let span = words::span(paired, digits);
                    match metric {
                        crate::config::Metric::Pass => lang.pick(
                            format!("{label} passes {drop} pp fewer cases than the baseline (95 % CI {span})"),
                            format!("{label} 통과율이 기준보다 {drop}%p 낮습니다 (95% 구간 {span})"),
                        ),
                        metric => {
                            let name = inline(&words::metric(metric, lang));
                            lang.pick(
                                format!("{label}: {name} is {drop} pp below the baseline (95 % CI {span})"),
                                format!("{label}: {name} 지표가 기준보다 {drop}%p 낮습니다 (95% 구간 {span})"),
                            )
                        }
                    }
                }
                (CheckKind::MustPass { tag }, _) => {
                    let (n, tag) = (check.failing.len(), inline(tag));
                    lang.pick(
                        if n == 1 {
                            format!("{label} fails a case tagged {tag}")
                        } else {
                            format!("{label} fails {n} cases tagged {tag}")
                        },
                        format!("{label} 대상이 반드시 통과해야 할 {tag} 문항 {n}개에서 실패했습니다"),
                    )
                }
                (rule, _) => {
                    let name = inline(&words::check_name(rule, lang));
                    let (figure, limit) = (then_and_now(check, verdict, style), words::limit(rule, style));
                    format!("{label}: {name} {}, {}", inline(&figure), inline(&limit))
                }
            }
        })
        .collect();
    format!("{}.", parts.join("; "))
}

fn table(verdict: &Verdict, style: &Style) -> String {
    let lang = style.lang;
    let heads = [
        "",
        lang.pick("check", "검사"),
        lang.words().target,
        lang.pick("baseline → now", "기준 → 지금"),
        lang.pick("change (95 % CI)", "변화 (95% 구간)"),
        lang.pick("limit", "한계"),
    ];
    let mut out = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    let digits = digits(verdict);
    for check in &verdict.checks {
        let mark = match check.state {
            State::Pass => "✅",
            State::Fail => "❌",
            State::Inconclusive(_) => "⚠️",
            State::NoBaseline(_) => "❔",
        };
        let name = |id: &str| inline(id);
        let cells = [
            mark.to_owned(),
            inline(&words::check_name(&check.rule, lang)),
            inline(&whom(check, style)),
            escaped(&then_and_now(check, verdict, style)),
            // Ids in it went through the sink one by one; the rest are our own figures.
            change(check, &name, "**", digits, style).replace('|', "\\|"),
            escaped(&words::limit(&check.rule, style)),
        ];
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

/// Our own figures: a dollar sign begins a formula in some renderers.
fn escaped(text: &str) -> String {
    text.replace('$', "\\$").replace('|', "\\|").replace('<', "\\<")
}

fn moved(check: &Check, answers: bool, style: &Style) -> String {
    let lang = style.lang;
    let (rows, title) = if matches!(check.rule, CheckKind::MustPass { .. }) {
        let n = grouped(check.failing.len() as u64);
        let (label, name) = (
            inline(&whom(check, style)),
            inline(&words::check_name(&check.rule, lang)),
        );
        (
            &check.failing,
            lang.pick(
                format!("{n} failing ({label}, {name})"),
                format!("실패 {n}개 ({label}, {name})"),
            ),
        )
    } else {
        let (fell, rose) = (
            grouped(check.newly_failing.len() as u64),
            grouped(check.newly_passing.len() as u64),
        );
        let (label, n) = (inline(&whom(check, style)), grouped(check.n));
        (
            &check.newly_failing,
            lang.pick(
                format!("{fell} newly failing, {rose} newly passing ({label}, {n} compared)"),
                format!("새로 실패 {fell}, 새로 통과 {rose} ({label}, 비교 {n})"),
            ),
        )
    };
    if rows.is_empty() {
        return String::new();
    }
    let words = lang.words();
    let heads = [
        words.case,
        words.tags,
        words.score,
        lang.pick("what changed", "달라진 점"),
    ];
    let mut out = format!(
        "<details><summary>{title}</summary>\n\n| {} |\n|{}\n",
        heads.join(" | "),
        "---|".repeat(heads.len())
    );
    for each in rows.iter().take(MOVED) {
        let critical = if each.critical { " ‼" } else { "" };
        out.push_str(&format!(
            "| {}{critical} | {} | {} | {} |\n",
            inline(&each.case),
            inline(&each.tags.join(" ")),
            scores(each),
            inline(&cut(each.why.in_lang(lang), 200)),
        ));
    }
    if rows.len() > MOVED {
        out.push_str(&format!(
            "| … {} | | | |\n",
            words::and_more((rows.len() - MOVED) as u64, lang)
        ));
    }
    if answers {
        for each in rows.iter().take(MOVED).filter(|each| !each.answer.is_empty()) {
            out.push_str(&format!(
                "\n{}\n\n{}",
                inline(&each.case),
                markdown_fence(&cut(&each.answer, ANSWER), "text")
            ));
        }
    }
    out.push_str("\n</details>\n");
    out
}

/// Outside text within a line, cut.
fn inline(text: &str) -> String {
    markdown_inline(&cut(text, INLINE))
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Cases that were asked again, and what that cost.
fn repeats(verdict: &Verdict, style: &Style) -> String {
    let Some(cost) = words::repeats_cost(verdict, style) else {
        return String::new();
    };
    let title = style.lang.pick("Asked again", "다시 물은 문항");
    let mut out = format!("<details><summary>{title}</summary>\n\n");
    let again = verdict
        .checks
        .iter()
        .flat_map(|check| check.confirmed.iter().map(move |again| (check, again)));
    for (check, again) in again.take(MOVED) {
        out.push_str(&format!("- {}\n", inline(&words::repeated(check, again, style.lang))));
    }
    out.push_str(&format!("\n{}\n\n</details>\n", escaped(&cost)));
    out
}

fn how(verdict: &Verdict, style: &Style) -> String {
    let lang = style.lang;
    let mut parts = vec![
        words::compared(verdict, lang),
        words::trials(u64::from(verdict.trials), lang),
    ];
    if verdict.missed > 0 {
        let n = grouped(verdict.missed);
        let answers = if verdict.missed == 1 { "answer" } else { "answers" };
        parts.push(lang.pick(format!("{n} {answers} not measured"), format!("미측정 답변 {n}개")));
    }
    if verdict.cached > 0 {
        let n = grouped(verdict.cached);
        parts.push(lang.pick(format!("{n} from cache"), format!("캐시 {n}개")));
    }
    let half = verdict
        .checks
        .iter()
        .filter_map(Check::detectable)
        .fold(None, |most: Option<f64>, half| {
            Some(most.map_or(half, |most| most.max(half)))
        });
    if let Some(half) = half {
        let half = size(half, digits(verdict));
        parts.push(lang.pick(
            format!("drops under about {half} pp would not show"),
            format!("약 {half}%p보다 작은 하락은 드러나지 않음"),
        ));
    }
    if let Some(against) = &verdict.against {
        let against = inline(against);
        parts.push(lang.pick(format!("against {against}"), format!("기준 {against}")));
    }
    let fp = inline(&verdict.suite_fp);
    parts.push(lang.pick(format!("suite {fp}"), format!("문항 세트 {fp}")));
    parts.push(format!("run `{}`", verdict.run));
    parts.push(format!("narani {}", inline(&verdict.version)));
    let mut out = format!(
        "<details><summary>{}</summary>\n\n{}\n",
        lang.pick("Measured how", "측정 방법"),
        parts.join(" · ")
    );
    if !verdict.notes.is_empty() {
        out.push('\n');
        for note in &verdict.notes {
            out.push_str(&format!("- {}\n", inline(&words::remark(note, lang))));
        }
    }
    out.push_str("\n</details>\n");
    out
}

/// Cases that moved, for callers that look up reasons and answers.
pub fn listed(check: &mut Check) -> impl Iterator<Item = &mut Moved> {
    check
        .newly_failing
        .iter_mut()
        .chain(&mut check.newly_passing)
        .chain(&mut check.failing)
}
