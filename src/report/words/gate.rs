//! What a gate says, in both languages. Names come as they are: the sink is the caller's.

use super::Lang;
use crate::config::{Bound, CheckKind, Metric, Rule};
use crate::gate::{Check, Coverage, Overall, State, Verdict};
use crate::report::Style;
use crate::report::number::{grouped, money, p_told, p_value, points, seconds, size, whole_percent};
use crate::report::words::{cases, counted};

mod open;
mod remark;
mod trouble;

pub use open::{needs, open_advice, open_checks, repeated, repeats_cost, undecided};
pub use remark::remark;
pub use trouble::{damage_words, trouble, trouble_short};

/// The verdict in one word. English in both languages: it is what people look for in logs.
#[must_use]
pub fn verdict_word(overall: Overall) -> &'static str {
    match overall {
        Overall::Pass => "PASS",
        Overall::Fail => "FAIL",
        Overall::Inconclusive => "INCONCLUSIVE",
        Overall::NoBaseline => "NO BASELINE",
    }
}

/// What a metric is called.
#[must_use]
pub fn metric(metric: &Metric, lang: Lang) -> String {
    match metric {
        Metric::Pass => lang.pick("pass rate", "통과율").to_owned(),
        Metric::Score => lang.pick("score", "점수").to_owned(),
        Metric::Scorer(name) => lang.pick(format!("score {name}"), format!("점수 {name}")),
    }
}

/// What a check is called: `pass rate, paired`.
#[must_use]
pub fn check_name(rule: &CheckKind, lang: Lang) -> String {
    let tagged = |tag: &Option<String>| match tag {
        Some(tag) => lang.pick(format!(", tag {tag}"), format!(", 분류 {tag}")),
        None => String::new(),
    };
    match rule {
        CheckKind::Regression { metric: what, tag, .. } => {
            format!(
                "{}, {}{}",
                metric(what, lang),
                lang.pick("paired", "짝비교"),
                tagged(tag)
            )
        }
        CheckKind::MustPass { tag } => lang.pick(format!("must pass, tag {tag}"), format!("반드시 통과, 분류 {tag}")),
        CheckKind::Floor {
            metric: what,
            tag,
            bound,
            ..
        } => {
            let bound = match bound {
                Bound::Lower => lang.pick("lower bound", "하한"),
                Bound::Point => lang.pick("mean", "평균"),
            };
            format!("{}, {bound}{}", metric(what, lang), tagged(tag))
        }
        CheckKind::LatencyP95 { .. } => lang.pick("latency p95", "지연 p95").to_owned(),
        CheckKind::Cost { .. } => lang.pick("cost of the run", "실행 비용").to_owned(),
    }
}

/// What a check allows: `drop ≥ 2.0 pp`.
#[must_use]
pub fn limit(rule: &CheckKind, style: &Style) -> String {
    let lang = style.lang;
    match rule {
        CheckKind::Regression { margin, rule, .. } => {
            let margin = size(*margin, 1);
            match rule {
                Rule::ShownDrop => lang.pick(format!("drop ≥ {margin} pp"), format!("{margin}%p 이상 하락")),
                Rule::NoDrop => lang.pick(format!("no drop of {margin} pp"), format!("{margin}%p 하락 배제")),
            }
        }
        CheckKind::MustPass { .. } => lang.pick("all", "모두").to_owned(),
        CheckKind::Floor { metric, min, .. } => match metric {
            Metric::Pass => format!("≥ {}%", trimmed(min * 100.0)),
            _ => format!("≥ {}", trimmed(*min)),
        },
        CheckKind::LatencyP95 { max_ms } => format!("≤ {}", seconds(millis(*max_ms))),
        CheckKind::Cost { max } => {
            let sums: Vec<String> = max.iter().map(|sum| money(sum, style)).collect();
            format!("≤ {}", sums.join(" + "))
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^52")]
fn millis(millis: u64) -> f64 {
    millis as f64 * 1e3
}

/// Up to two places, without zeros at the end.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Why cells were not measured, in words that people read; kinds of errors keep their names, by which they are looked up.
#[must_use]
pub fn miss(kind: &str, lang: Lang) -> &str {
    match kind {
        "not_reached" => lang.words().not_reached,
        "no_recording" => lang.pick("no recording", "녹음 없음"),
        "not_imported" => lang.pick("not in the imported file", "가져온 파일에 없음"),
        "no_verdict" => lang.pick("answered, but no verdict", "답했지만 판정 없음"),
        "target_stopped" => lang.pick("target stopped", "대상 중단"),
        kind => kind,
    }
}

/// `69 × quota, 2 × no recording`.
fn misses(kinds: &[(String, u64)], lang: Lang) -> String {
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(kind, n)| format!("{} × {}", grouped(*n), miss(kind, lang)))
        .collect();
    kinds.join(", ")
}

/// Measured too little: `clova-main measured 171 of 240 answers (71 %, floor 98 %): 69 × quota`.
#[must_use]
pub fn low_coverage(coverage: &Coverage, floor: f64, lang: Lang) -> String {
    let (measured, planned) = (grouped(coverage.measured), grouped(coverage.planned));
    let answers = counted(coverage.planned, "answer", "answers");
    let share = if coverage.planned == 0 {
        "0".to_owned()
    } else {
        floored_percent(coverage.measured, coverage.planned)
    };
    let floor = trimmed(floor * 100.0);
    let kinds = if coverage.kinds.is_empty() {
        String::new()
    } else {
        format!(": {}", misses(&coverage.kinds, lang))
    };
    let label = &coverage.label;
    lang.pick(
        format!("{label} measured {measured} of {answers} ({share} %, floor {floor} %){kinds}"),
        format!("{label} 답변 {planned}개 중 {measured}개 측정 ({share}%, 최소 {floor}%){kinds}"),
    )
}

/// A share in percent, rounded down to a tenth, so that 97.96 is not shown as the floor it misses.
fn floored_percent(part: u64, whole: u64) -> String {
    let thousandths = part * 1000 / whole;
    if thousandths.is_multiple_of(10) {
        (thousandths / 10).to_string()
    } else {
        format!("{}.{}", thousandths / 10, thousandths % 10)
    }
}

/// That a drop is shown or not, and what would not show; `digits` as in the table of the checks.
#[must_use]
pub fn drop_sentences(check: &Check, digits: usize, lang: Lang) -> Vec<String> {
    let Some(paired) = &check.paired else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let p = p_told(paired.p.unwrap_or(1.0));
    let test = match paired.way {
        crate::compare::paired::Way::Exact => lang.pick("exact paired p", "정확 짝검정 p"),
        _ => lang.pick("paired p", "짝검정 p"),
    };
    if check.unchanged {
        out.push(lang.pick(
            format!("No case changed its verdict ({} compared).", grouped(paired.cases)),
            format!("결과가 바뀐 문항이 없습니다 (비교 {}문항).", grouped(paired.cases)),
        ));
    } else if paired.difference < 0.0 && paired.interval.is_some_and(|(_, high)| high < 0.0) {
        out.push(lang.pick(
            format!("The drop is shown beyond chance ({test} {p})."),
            format!("우연을 넘는 하락입니다 ({test} {p})."),
        ));
    } else if paired.interval.is_some() {
        out.push(lang.pick(
            format!("No drop is shown beyond chance ({test} {p})."),
            format!("우연을 넘는 하락은 드러나지 않았습니다 ({test} {p})."),
        ));
    }
    if let Some(half) = check.detectable() {
        let half = size(half, digits);
        out.push(lang.pick(
            format!("Drops smaller than about {half} pp would not show with this suite."),
            format!("이 문항 세트로는 약 {half}%p보다 작은 하락이 드러나지 않습니다."),
        ));
    }
    out
}

/// `By tag: 환불·교환 −11.5 pp (52), …, others within ±2.1.`; only tags that moved by more than the rest are named.
#[must_use]
pub fn by_tag(check: &Check, lang: Lang) -> Option<String> {
    const NAMED: usize = 3;
    if check.by_tag.is_empty() {
        return None;
    }
    let mut rows: Vec<&(String, u64, f64, Option<f64>)> = check.by_tag.iter().collect();
    rows.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    let named: Vec<String> = rows
        .iter()
        .take(NAMED)
        .filter(|row| row.2.abs() >= 0.005)
        .map(|(tag, n, difference, p)| {
            let difference = points(*difference, 1);
            let shown = match p {
                Some(p) if *p < 0.05 => lang.pick(
                    format!(", adjusted p {}", p_value(*p)),
                    format!(", 보정한 p {}", p_value(*p)),
                ),
                _ => String::new(),
            };
            lang.pick(
                format!("{tag} {difference} pp ({}{shown})", grouped(*n)),
                format!("{tag} {difference}%p ({}{shown})", grouped(*n)),
            )
        })
        .collect();
    if named.is_empty() {
        return None;
    }
    let rest = rows.iter().skip(named.len()).map(|row| row.2.abs()).fold(0.0, f64::max);
    let others = if rows.len() > named.len() {
        let rest = size(rest, 1);
        lang.pick(format!(", others within ±{rest}"), format!(", 나머지 ±{rest} 이내"))
    } else {
        String::new()
    };
    Some(lang.pick(
        format!("By tag: {}{others}.", named.join(", ")),
        format!("분류별: {}{others}.", named.join(", ")),
    ))
}

/// `clova-main: 16 cases newly fail, 5 newly pass, 239 compared (1 not measured)`.
#[must_use]
pub fn moved_head(check: &Check, unmeasured: u64, lang: Lang) -> String {
    let label = check.label.as_deref().unwrap_or("");
    let (fell, rose) = (check.newly_failing.len() as u64, check.newly_passing.len() as u64);
    let compared = grouped(check.n);
    let missing = if unmeasured > 0 {
        let n = grouped(unmeasured);
        lang.pick(format!(" ({n} not measured)"), format!(" ({n}개 미측정)"))
    } else {
        String::new()
    };
    let aside = if check.quarantined.is_empty() {
        String::new()
    } else {
        let n = grouped(check.quarantined.len() as u64);
        lang.pick(format!(", {n} in quarantine"), format!(", 격리 {n}개"))
    };
    let cases = if fell == 1 {
        "case newly fails"
    } else {
        "cases newly fail"
    };
    let (fell, rose) = (grouped(fell), grouped(rose));
    lang.pick(
        format!("{label}: {fell} {cases}, {rose} newly pass, {compared} compared{missing}{aside}"),
        format!("{label}: 새로 실패 {fell}문항, 새로 통과 {rose}문항, 비교 {compared}문항{missing}{aside}"),
    )
}

/// What a verdict rests on: `240 cases`; where a comparison has fewer than the run, `218 of 240 cases compared (22 changed since the
/// baseline)`. Comparisons of a tag count where none is of the whole run.
#[must_use]
pub fn compared(verdict: &Verdict, lang: Lang) -> String {
    let all = cases(verdict.cases, lang);
    let compares = |check: &Check, tagged: bool| {
        matches!(&check.rule, CheckKind::Regression { tag, .. } if tag.is_some() == tagged) && check.paired.is_some()
    };
    let tagged = !verdict.checks.iter().any(|check| compares(check, false));
    let checks = || verdict.checks.iter().filter(|check| compares(check, tagged));
    let (Some(least), Some(most)) = (checks().map(|check| check.n).min(), checks().map(|check| check.n).max()) else {
        return all;
    };
    if least >= verdict.cases {
        return all;
    }
    let n = if least == most {
        grouped(least)
    } else {
        format!("{}–{}", grouped(least), grouped(most))
    };
    let changed = checks().map(|check| check.changed).max().filter(|changed| *changed > 0);
    let why = changed.map_or(String::new(), |changed| {
        let changed = grouped(changed);
        lang.pick(
            format!(" ({changed} changed since the baseline)"),
            format!(" (기준 이후 바뀐 {changed}문항 제외)"),
        )
    });
    lang.pick(
        format!("{n} of {all} compared{why}"),
        format!("{all} 중 {n}문항 비교{why}"),
    )
}

/// How the checks came out: `2 of 6 checks failed`.
#[must_use]
pub fn tally(verdict: &Verdict, lang: Lang) -> String {
    let of = verdict.checks.len();
    let count = |wanted: fn(&State) -> bool| verdict.checks.iter().filter(|check| wanted(&check.state)).count();
    let failed = count(|state| *state == State::Fail);
    let open = count(|state| matches!(state, State::Inconclusive(_)));
    let without = count(|state| matches!(state, State::NoBaseline(_)));
    let mut parts = Vec::new();
    if failed > 0 {
        let checks = if of == 1 { "check" } else { "checks" };
        parts.push(lang.pick(
            format!("{failed} of {of} {checks} failed"),
            format!("검사 {of}개 중 {failed}개 실패"),
        ));
    }
    if open > 0 {
        parts.push(lang.pick(
            format!("{open} of {of} not decided"),
            format!("{of}개 중 {open}개 판정 못 함"),
        ));
    }
    if without > 0 {
        parts.push(lang.pick(
            format!("{without} of {of} without a usable baseline"),
            format!("{of}개 중 {without}개는 쓸 기준 없음"),
        ));
    }
    if parts.is_empty() {
        let checks = if of == 1 { "check" } else { "checks" };
        parts.push(lang.pick(format!("{of} of {of} {checks}"), format!("검사 {of}개 모두 통과")));
    }
    parts.join(", ")
}

/// A share in percent with one place: `85.4%`.
#[must_use]
pub fn percent_of(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// A whole percent, for headlines.
#[must_use]
pub fn whole(share: f64) -> String {
    whole_percent(share)
}
