//! What stands behind the word of the verdict: the figures of a pass, and why nothing could be decided.

use crate::gate::{Check, Verdict};
use crate::report::Style;
use crate::report::gate::cells::digits;
use crate::report::gate::without::{next_steps, troubles};
use crate::report::lines::{advice, hanging, item};
use crate::report::number::{Purse, paid, size};
use crate::report::words;
use crate::text::sink::terminal_line;

pub(super) fn passed(verdict: &Verdict, style: &Style) -> String {
    let (lang, digits) = (style.lang, digits(verdict));
    let mut parts = vec![words::tally(verdict, lang), words::compared(verdict, lang)];
    // The column that moved down most is the one to know of.
    let worst = verdict
        .checks
        .iter()
        .filter_map(|check| Some((check, check.paired.as_ref()?)))
        .min_by(|a, b| a.1.difference.total_cmp(&b.1.difference));
    if let Some((check, paired)) = worst {
        let label = terminal_line(check.label.as_deref().unwrap_or(""));
        let difference = words::difference(paired, digits, lang);
        parts.push(match paired.interval {
            Some(_) => format!("{label} {difference} ({})", words::span(paired, digits)),
            None => format!("{label} {difference}"),
        });
    }
    if verdict.paid.known + verdict.paid.local + verdict.paid.unknown > 0 {
        parts.push(paid(&verdict.paid, &Purse::of(verdict.paid.money()), style));
    }
    let half = verdict
        .checks
        .iter()
        .filter_map(Check::detectable)
        .max_by(f64::total_cmp);
    if let Some(half) = half {
        let half = size(half, digits);
        parts.push(lang.pick(
            format!("drops under about {half} pp would not show"),
            format!("약 {half}%p보다 작은 하락은 드러나지 않음"),
        ));
    }
    parts.join(" · ")
}

pub(super) fn inconclusive(verdict: &Verdict, first: &str, style: &Style) -> String {
    let lang = style.lang;
    let mut out = String::new();
    let mut sentences: Vec<String> = verdict
        .coverage
        .iter()
        .filter(|coverage| coverage.low)
        .map(|coverage| words::low_coverage(coverage, verdict.coverage_min, lang))
        .collect();
    // Figures stand in the table above them.
    sentences.extend(words::open_checks(verdict, style));
    if sentences.is_empty() {
        sentences.push(
            lang.pick("there is nothing to check", "검사할 것이 없습니다")
                .to_owned(),
        );
    }
    if let [sentence] = &sentences[..] {
        out.push_str(&hanging(&terminal_line(sentence), first, "    ", style));
    } else {
        out.push_str(&hanging(&words::tally(verdict, lang), first, "    ", style));
        for sentence in &sentences {
            out.push_str(&item(&terminal_line(sentence), style));
        }
    }
    for text in words::open_advice(verdict, lang) {
        out.push_str(&advice(&text, 2, style));
    }
    out
}

/// After a failure: what else is open.
pub(super) fn also_open(verdict: &Verdict, style: &Style) -> String {
    let lang = style.lang;
    let mut out = String::new();
    let low = verdict.coverage.iter().filter(|coverage| coverage.low);
    for coverage in low {
        out.push_str(&item(
            &terminal_line(&words::low_coverage(coverage, verdict.coverage_min, lang)),
            style,
        ));
    }
    for (sentence, _) in troubles(verdict, lang) {
        out.push_str(&item(&terminal_line(&sentence), style));
    }
    for sentence in words::open_checks(verdict, style) {
        out.push_str(&item(&terminal_line(&sentence), style));
    }
    out
}

pub(super) fn no_baseline(verdict: &Verdict, first: &str, style: &Style) -> String {
    let mut out = String::new();
    let troubles = troubles(verdict, style.lang);
    if let [(sentence, _)] = &troubles[..] {
        out.push_str(&hanging(&terminal_line(sentence), first, "    ", style));
    } else {
        out.push_str(&hanging(&words::tally(verdict, style.lang), first, "    ", style));
        for (sentence, _) in &troubles {
            out.push_str(&item(&terminal_line(sentence), style));
        }
    }
    for line in next_steps(&troubles, style.lang) {
        out.push_str(&advice(&line, 2, style));
    }
    out
}
