//! The comparison as Markdown, for pull requests and wikis.

use super::sentences;
use crate::compare::across::Move;
use crate::compare::{Across, Paired};
use crate::report::number::{grouped, list_digits, p_value, score, seconds};
use crate::report::words::{self, Lang};
use crate::text::sink::markdown_inline;

/// Moved cases listed a column and direction.
const MOVED: usize = 50;

/// Rows by tag.
const TAGS: usize = 12;

/// All comparisons.
#[must_use]
pub fn markdown(all: &[Across], lang: Lang) -> String {
    let pages: Vec<String> = all.iter().map(|across| page(across, lang)).collect();
    pages.join("\n")
}

fn page(across: &Across, lang: Lang) -> String {
    let words = lang.words();
    let simulated = if across.base.simulated || across.other.simulated {
        "**SIMULATED** "
    } else {
        ""
    };
    let mut out = format!(
        "## {simulated}{}\n\n`{}` → `{}` · {}\n\n",
        markdown_inline(&across.other.suite),
        across.base.id,
        across.other.id,
        words::cases(across.joined.same, lang)
    );
    for sentence in sentences::joined(across, lang) {
        out.push_str(&format!("{}\n", markdown_inline(&sentence)));
    }
    if !out.ends_with("\n\n") {
        out.push('\n');
    }
    let adjusted = if across.family > 1 {
        lang.pick("adjusted p", "보정한 p")
    } else {
        "p"
    };
    let heads = [
        words.target,
        lang.pick("passed then → now", "통과율 전 → 후"),
        lang.pick("change (95 % CI)", "변화 (95% 구간)"),
        adjusted,
        lang.pick("newly failing", "새로 실패"),
        lang.pick("newly passing", "새로 통과"),
        lang.pick("p50 then → now", "p50 전 → 후"),
    ];
    out.push_str(&head(&heads));
    let (digits, score_digits) = sentences::digits(across);
    for row in &across.rows {
        let p50 = |latency: &crate::compare::Latency| latency.p50.map_or_else(|| "–".to_owned(), seconds);
        let mut cells = vec![match &row.base_label {
            Some(base) => format!("{} → {}", markdown_inline(base), markdown_inline(&row.label)),
            None => markdown_inline(&row.label),
        }];
        cells.extend(
            row.pass
                .as_ref()
                .map_or_else(|| vec!["–".to_owned(); 3], |paired| figures(paired, digits, lang)),
        );
        cells.push(grouped(row.newly_failing.len() as u64));
        cells.push(grouped(row.newly_passing.len() as u64));
        cells.push(format!("{} → {}", p50(&row.latency.0), p50(&row.latency.1)));
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out.push('\n');
    for sentence in sentences::rows(across, lang) {
        out.push_str(&format!("- {}\n", markdown_inline(&sentence)));
    }
    for row in &across.rows {
        let more = [
            sentences::score_moved(row, score_digits, lang),
            sentences::slower(row, lang),
        ];
        for sentence in more.into_iter().flatten() {
            out.push_str(&format!("- {}\n", markdown_inline(&sentence)));
        }
    }
    out.push_str(&scores(across, lang));
    out.push_str(&grouped_rates(across, lang));
    out.push_str(&tags(across, lang));
    for row in &across.rows {
        out.push_str(&moved(
            &row.label,
            &row.newly_failing,
            lang.pick("newly failing", "새로 실패"),
            lang,
        ));
        out.push_str(&moved(
            &row.label,
            &row.newly_passing,
            lang.pick("newly passing", "새로 통과"),
            lang,
        ));
    }
    out
}

fn head(heads: &[&str]) -> String {
    format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len()))
}

fn figures(paired: &Paired, digits: usize, lang: Lang) -> Vec<String> {
    let change = match paired.interval {
        Some(_) => format!(
            "{} ({})",
            words::difference(paired, digits, lang),
            words::span(paired, digits)
        ),
        None => words::difference(paired, digits, lang),
    };
    let bold = if paired.shown() { "**" } else { "" };
    vec![
        format!(
            "{} → {}",
            words::percent_of(paired.before),
            words::percent_of(paired.after)
        ),
        format!("{bold}{change}{bold}"),
        paired
            .adjusted
            .or(paired.p)
            .map_or_else(|| "–".to_owned(), |p| p_value(p).replace('<', "\\<")),
    ]
}

/// The scores, where they say more than the verdicts.
fn scores(across: &Across, lang: Lang) -> String {
    if !across.rows.iter().any(sentences::graded) {
        return String::new();
    }
    let mut out = format!("\n### {}\n\n", lang.pick("Scores", "점수"));
    out.push_str(&head(&[
        lang.words().target,
        lang.pick("score then → now", "점수 전 → 후"),
        lang.pick("change (95 % CI)", "변화 (95% 구간)"),
    ]));
    let (_, digits) = sentences::digits(across);
    for row in &across.rows {
        let Some(paired) = &row.score else { continue };
        let bold = if paired.shown() { "**" } else { "" };
        out.push_str(&format!(
            "| {} | {} → {} | {bold}{} ({}){bold} |\n",
            markdown_inline(&row.label),
            score(paired.before),
            score(paired.after),
            words::score_difference(paired, digits),
            words::score_span(paired, digits)
        ));
    }
    out
}

/// By target over prompts and by prompt over targets, where there are several prompts.
fn grouped_rates(across: &Across, lang: Lang) -> String {
    let mut out = String::new();
    for (rows, title, first) in sentences::groups(across, lang) {
        out.push_str(&format!("\n### {title}\n\n"));
        out.push_str(&head(&[
            first,
            lang.pick("passed then → now", "통과율 전 → 후"),
            lang.pick("change (95 % CI)", "변화 (95% 구간)"),
            lang.pick("adjusted p", "보정한 p"),
        ]));
        let digits = list_digits(rows.iter().map(|(_, paired)| paired.error));
        for (name, paired) in rows {
            let mut cells = vec![markdown_inline(name)];
            cells.extend(figures(paired, digits, lang));
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    }
    out
}

fn tags(across: &Across, lang: Lang) -> String {
    let mut rows: Vec<_> = across
        .by_tag
        .iter()
        .filter(|row| row.pass.better + row.pass.worse > 0)
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by(|a, b| b.pass.difference.abs().total_cmp(&a.pass.difference.abs()));
    let words = lang.words();
    let mut out = format!(
        "\n### {}\n\n",
        lang.pick("By tag, most moved first", "분류별, 많이 움직인 것부터")
    );
    out.push_str(&head(&[
        words.tag,
        words.target,
        "n",
        lang.pick("passed then → now", "통과율 전 → 후"),
        lang.pick("change (95 % CI)", "변화 (95% 구간)"),
        lang.pick("adjusted p", "보정한 p"),
    ]));
    rows.truncate(TAGS);
    let digits = list_digits(rows.iter().map(|row| row.pass.error));
    for row in &rows {
        let mut cells = vec![
            markdown_inline(&row.tag),
            markdown_inline(&row.label),
            grouped(row.pass.cases),
        ];
        cells.extend(figures(&row.pass, digits, lang));
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

fn moved(label: &str, moves: &[Move], title: &str, lang: Lang) -> String {
    if moves.is_empty() {
        return String::new();
    }
    let words = lang.words();
    let n = grouped(moves.len() as u64);
    let mut out = format!(
        "\n<details><summary>{}: {}</summary>\n\n",
        markdown_inline(label),
        lang.pick(format!("{n} {title}"), format!("{title} {n}문항"))
    );
    out.push_str(&head(&[words.case, words.tags, words.score, lang.pick("why", "이유")]));
    for moved in moves.iter().take(MOVED) {
        let told = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), score);
        let why: String = moved.why.in_lang(lang).chars().take(200).collect();
        out.push_str(&format!(
            "| {} | {} | {} → {} | {} |\n",
            markdown_inline(&moved.id),
            markdown_inline(&moved.tags.join(" ")),
            told(moved.before),
            told(moved.after),
            markdown_inline(&why),
        ));
    }
    if moves.len() > MOVED {
        out.push_str(&format!(
            "| … {} | | | |\n",
            words::and_more((moves.len() - MOVED) as u64, lang)
        ));
    }
    out.push_str("\n</details>\n");
    out
}
