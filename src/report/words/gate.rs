//! What a gate says, in both languages. Names come as they are: the sink is the caller's.

use super::Lang;
use crate::config::{Bound, CheckKind, Metric, Rule};
use crate::gate::{Check, Coverage, Damage, Overall, Remark, State, Trouble, Undecided, Verdict};
use crate::report::Style;
use crate::report::number::{grouped, money, p_value, point_digits, points, seconds, whole_percent};

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
            let margin = points(*margin, 1).replace('+', "");
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

/// Why a check could not be decided, in a few words.
#[must_use]
pub fn undecided(why: &Undecided, lang: Lang) -> String {
    match why {
        Undecided::Coverage => lang.pick("too little measured", "측정 부족").to_owned(),
        Undecided::Nothing => lang.pick("nothing measured", "측정된 것 없음").to_owned(),
        Undecided::NotMeasured(n) => {
            let n = grouped(*n);
            lang.pick(format!("{n} not measured"), format!("{n}개 미측정"))
        }
        Undecided::FewAnswers(n) => {
            let n = grouped(*n);
            lang.pick(
                format!("{n} fresh answers, 30 needed"),
                format!("새 답변 {n}개, 30개 필요"),
            )
        }
        Undecided::Either => lang
            .pick("drop neither shown nor ruled out", "하락 여부 불분명")
            .to_owned(),
        Undecided::OneCase => lang.pick("one case: no interval", "한 문항뿐이라 구간 없음").to_owned(),
        Undecided::Absent => lang
            .pick("has a baseline, is not in the run", "기준은 있으나 실행에 없음")
            .to_owned(),
    }
}

/// Why there is nothing valid to compare with, in a few words for a table cell.
#[must_use]
pub fn trouble_short(trouble: &Trouble, lang: Lang) -> &'static str {
    match trouble {
        Trouble::Missing { .. } => lang.pick("no baseline", "기준 없음"),
        Trouble::Damaged { .. } => lang.pick("baseline damaged", "기준 손상"),
        Trouble::NoEarlier | Trouble::NoColumn | Trouble::NoShared => {
            lang.pick("nothing to compare with", "비교할 것 없음")
        }
        _ => lang.pick("not comparable", "비교 불가"),
    }
}

/// The same as a sentence, and what to do.
#[must_use]
pub fn trouble(trouble: &Trouble, label: &str, run: &str, lang: Lang) -> (String, String) {
    let accept = format!("narani baseline review {run}");
    let again = |lang: Lang| {
        lang.pick(
            format!("if the new results are right: {accept}   then commit"),
            format!("새 결과가 맞다면: {accept}   그런 다음 커밋하세요"),
        )
    };
    let sentence = match trouble {
        Trouble::Missing { path, pending } => {
            let head = lang.pick(format!("{path} does not exist"), format!("{path} 파일이 없습니다"));
            let how = match pending {
                Some(pending) => lang.pick(
                    format!(
                        "A proposal was written to {pending}\nCheck it and accept:  {accept}   then commit. In CI, take it from the artifact."
                    ),
                    format!(
                        "제안을 {pending} 에 썼습니다\n확인하고 받아들이기:  {accept}   그런 다음 커밋하세요. CI에서는 아티팩트에서 가져오세요."
                    ),
                ),
                None => lang.pick(
                    format!("Make one from a run you trust:  {accept}   then commit."),
                    format!("믿을 만한 실행으로 만드세요:  {accept}   그런 다음 커밋하세요."),
                ),
            };
            return (head, how);
        }
        Trouble::Damaged { path, damage } => {
            return (
                format!("{path}: {}", self::damage(damage, lang)),
                lang.pick(
                    format!("Regenerate it, do not merge it by hand:  narani baseline accept {run}   then commit."),
                    format!(
                        "손으로 병합하지 말고 다시 만드세요:  narani baseline accept {run}   그런 다음 커밋하세요."
                    ),
                ),
            );
        }
        Trouble::Suite { was } => lang.pick(
            format!("{label}: the baseline is of another suite, {was}"),
            format!("{label}: 기준이 다른 문항 세트({was})의 것입니다"),
        ),
        Trouble::Scorers => lang.pick(
            format!("{label}: the baseline was judged by other scorers"),
            format!("{label}: 기준이 다른 채점기로 채점되었습니다"),
        ),
        Trouble::Trials { was } => lang.pick(
            format!("{label}: the baseline has {was} trials a case, the run another number"),
            format!("{label}: 기준은 문항마다 {was}회차인데 이 실행은 다릅니다"),
        ),
        Trouble::Simulated { baseline: true } => lang.pick(
            format!("{label}: the baseline is SIMULATED, the run is real"),
            format!("{label}: 기준은 모의 실행(SIMULATED)이고 이 실행은 실제입니다"),
        ),
        Trouble::Simulated { baseline: false } => lang.pick(
            format!("{label}: the run is SIMULATED, the baseline is real"),
            format!("{label}: 이 실행은 모의 실행(SIMULATED)이고 기준은 실제입니다"),
        ),
        Trouble::Changed { changed, gone, of } => {
            let (changed, gone, of) = (grouped(*changed), grouped(*gone), grouped(*of));
            lang.pick(
                format!(
                    "{label}: of {of} cases of the baseline {changed} changed and {gone} are not in this run, more than a tenth"
                ),
                format!(
                    "{label}: 기준의 {of}문항 중 {changed}개가 바뀌고 {gone}개가 이 실행에 없어 10%를 넘습니다"
                ),
            )
        }
        Trouble::NoShared => lang.pick(
            format!("{label}: the baseline and the run have no case in common"),
            format!("{label}: 기준과 이 실행에 공통된 문항이 없습니다"),
        ),
        Trouble::NoColumn => {
            return (
                lang.pick(
                    format!("{label}: what it is compared with has no such target"),
                    format!("{label}: 비교 대상에 이 대상이 없습니다"),
                ),
                lang.pick(
                    "Name another baseline, or leave the target out of the check.".to_owned(),
                    "다른 기준을 지정하거나 검사에서 이 대상을 빼세요.".to_owned(),
                ),
            );
        }
        Trouble::NoEarlier => {
            return (
                lang.pick(
                    "there is no earlier run of this suite".to_owned(),
                    "이 문항 세트의 이전 실행이 없습니다".to_owned(),
                ),
                lang.pick(
                    "Name a run or a folder of baselines with --baseline.".to_owned(),
                    "--baseline 으로 실행이나 기준 폴더를 지정하세요.".to_owned(),
                ),
            );
        }
    };
    (sentence, again(lang))
}

/// What is wrong with a baseline file.
#[must_use]
pub fn damage(damage: &Damage, lang: Lang) -> String {
    match damage {
        Damage::Conflict(line) => lang.pick(
            format!("marks of an unfinished merge in line {line}"),
            format!("{line}번째 줄에 끝나지 않은 병합 표시가 있습니다"),
        ),
        Damage::Sum => lang
            .pick(
                "its sum does not fit its lines: edited, or merged line by line",
                "합이 줄과 맞지 않습니다: 손으로 고쳤거나 줄 단위로 병합되었습니다",
            )
            .to_owned(),
        Damage::Cut => lang
            .pick("it ends before its sum", "합이 나오기 전에 끝납니다")
            .to_owned(),
        Damage::Form(form) if form.is_empty() => lang
            .pick("it is no baseline of narani", "narani 기준 파일이 아닙니다")
            .to_owned(),
        Damage::Form(form) => lang.pick(
            format!("it is of the form {form}, which this version does not read"),
            format!("이 버전이 읽지 못하는 형식({form})입니다"),
        ),
        Damage::Line(line, why) => lang.pick(
            format!("line {line} cannot be read: {why}"),
            format!("{line}번째 줄을 읽을 수 없습니다: {why}"),
        ),
    }
}

/// Measured too little: `clova-main measured 171 of 240 answers (71 %, floor 98 %): 69 × quota`.
#[must_use]
pub fn low_coverage(coverage: &Coverage, floor: f64, lang: Lang) -> String {
    let (measured, planned) = (grouped(coverage.measured), grouped(coverage.planned));
    let share = if coverage.planned == 0 {
        "0".to_owned()
    } else {
        floored_percent(coverage.measured, coverage.planned)
    };
    let floor = trimmed(floor * 100.0);
    let kinds: Vec<String> = coverage
        .kinds
        .iter()
        .map(|(kind, n)| format!("{} × {kind}", grouped(*n)))
        .collect();
    let kinds = if kinds.is_empty() {
        String::new()
    } else {
        format!(": {}", kinds.join(", "))
    };
    let label = &coverage.label;
    lang.pick(
        format!("{label} measured {measured} of {planned} answers ({share} %, floor {floor} %){kinds}"),
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

/// That a drop is shown or not, and what would not show.
#[must_use]
pub fn drop_sentences(check: &Check, lang: Lang) -> Vec<String> {
    let Some(paired) = &check.paired else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let digits = point_digits(paired.error);
    let p = paired.p.map(p_value).unwrap_or_default();
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
            format!("The drop is shown beyond chance ({test} = {p})."),
            format!("우연을 넘는 하락입니다 ({test} = {p})."),
        ));
    } else if paired.interval.is_some() {
        out.push(lang.pick(
            format!("No drop is shown beyond chance ({test} = {p})."),
            format!("우연을 넘는 하락은 드러나지 않았습니다 ({test} = {p})."),
        ));
    }
    if let Some(half) = check.detectable() {
        let half = points(half, digits).replace('+', "");
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
        let rest = points(rest, 1).replace('+', "");
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

/// A note as a sentence.
#[must_use]
pub fn remark(remark: &Remark, lang: Lang) -> String {
    match remark {
        Remark::Model { label, was, now } => lang.pick(
            format!("{label}: the provider now reports another model than at the baseline: {now}, then {was}."),
            format!("{label}: 제공자가 알리는 모델이 기준 때({was})와 다릅니다: {now}."),
        ),
        Remark::Unchecked { label, kinds } => {
            let kinds: Vec<String> = kinds
                .iter()
                .map(|(kind, n)| format!("{} × {kind}", grouped(*n)))
                .collect();
            let kinds = if kinds.is_empty() {
                String::new()
            } else {
                lang.pick(
                    format!(" ({} there)", kinds.join(", ")),
                    format!(" ({})", kinds.join(", ")),
                )
            };
            lang.pick(
                format!("{label} is in no check{kinds}."),
                format!("{label} 대상은 어느 검사에도 들지 않습니다{kinds}."),
            )
        }
        Remark::Cached { label, n, of } => {
            let (n, of) = (grouped(*n), grouped(*of));
            lang.pick(
                format!("{n} of {of} {label} answers came from the cache or a recording; they cannot show a change on the provider's side."),
                format!("{label} 답변 {of}개 중 {n}개는 캐시나 녹음에서 왔습니다. 제공자 쪽 변화는 보여 주지 못합니다."),
            )
        }
        Remark::Changed { label, cases } => {
            const IDS: usize = 5;
            let n = grouped(cases.len() as u64);
            let mut ids: Vec<String> = cases.iter().take(IDS).cloned().collect();
            if cases.len() > IDS {
                ids.push("…".to_owned());
            }
            let ids = ids.join(", ");
            lang.pick(
                format!("{label}: {n} cases changed since the baseline and were taken out: {ids}."),
                format!("{label}: 기준 이후 바뀐 {n}문항을 뺐습니다: {ids}."),
            )
        }
        Remark::Gone { label, n } => {
            let n = grouped(*n);
            lang.pick(
                format!("{label}: {n} cases of the baseline are not in this run."),
                format!("{label}: 기준의 {n}문항이 이 실행에 없습니다."),
            )
        }
        Remark::New { label, n } => {
            let n = grouped(*n);
            lang.pick(
                format!(
                    "{label}: {n} cases are not in the baseline (new, or not measured then); nothing is said of them."
                ),
                format!("{label}: {n}문항은 기준에 없어 (새로 생겼거나 그때 미측정) 비교하지 않았습니다."),
            )
        }
        Remark::Stale { days, limit } => lang.pick(
            format!("The baseline is {days} days old, more than {limit}."),
            format!("기준이 {days}일 전 것입니다 ({limit}일 초과)."),
        ),
        Remark::PassesAgain { case, until } => lang.pick(
            format!("{case} is in quarantine until {until} and passes: it could be let back in."),
            format!("{case} 문항은 {until}까지 격리 중인데 통과합니다. 격리를 풀어도 됩니다."),
        ),
        Remark::FewCases { n } => lang.pick(
            format!("Small sample: {n} cases compared; intervals are rough."),
            format!("표본이 작습니다: {n}문항만 비교해 구간이 거칩니다."),
        ),
    }
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
