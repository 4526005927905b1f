//! What a gate says of checks that are not decided: why, what would decide them, and what was asked again.

use super::check_name;
use crate::config::CheckKind;
use crate::domain::Money;
use crate::gate::{Check, Repeated, State, Undecided, Verdict};
use crate::report::Style;
use crate::report::number::{Purse, grouped, money, paid, size};
use crate::report::words::{Lang, and_more, cases};

/// Why a check could not be decided, in a few words.
#[must_use]
pub fn undecided(why: &Undecided, lang: Lang) -> String {
    match why {
        Undecided::Coverage => lang.pick("too little measured", "측정 부족").to_owned(),
        Undecided::Nothing => lang.pick("nothing measured", "측정된 것 없음").to_owned(),
        Undecided::Aside => lang
            .pick("every case of the check is in quarantine", "검사의 모든 문항이 격리 중")
            .to_owned(),
        Undecided::NotMeasured(n) => {
            let n = grouped(*n);
            lang.pick(format!("{n} not measured"), format!("{n}개 미측정"))
        }
        Undecided::TooFew => lang.pick("too few cases", "문항이 너무 적음").to_owned(),
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

/// What would decide a check that is not decided, as a clause; none where no number can be given.
#[must_use]
pub fn needs(check: &Check, style: &Style) -> Option<String> {
    needed(check, check.needs.as_ref().map_or(&[][..], |needs| &needs.cost), style)
}

fn needed(check: &Check, cost: &[Money], style: &Style) -> Option<String> {
    let lang = style.lang;
    let State::Inconclusive(why) = &check.state else {
        return None;
    };
    let Some(needs) = &check.needs else {
        // At the very floor no number of cases shows more.
        return matches!(why, Undecided::TooFew).then(|| {
            lang.pick(
                "so near the floor no number of cases would show it",
                "하한에 너무 가까워 문항을 늘려도 드러나지 않습니다",
            )
            .to_owned()
        });
    };
    let sums: Vec<String> = cost.iter().map(|sum| money(sum, style)).collect();
    let cost = if sums.is_empty() {
        String::new()
    } else {
        let sums = sums.join(" + ");
        lang.pick(format!(", {sums} a run"), format!(", 실행마다 {sums}"))
    };
    let (wanted, now) = (cases(rounded(needs.cases), lang), grouped(check.n));
    Some(match &check.rule {
        CheckKind::Regression { margin, .. } => {
            let margin = size(*margin, 1);
            lang.pick(
                format!("about {wanted} would rule out a drop of {margin} pp if there is none ({now} now{cost})"),
                format!("하락이 없다면 약 {wanted}으로 {margin}%p 하락을 배제할 수 있습니다 (지금 {now}문항{cost})"),
            )
        }
        _ => lang.pick(
            format!("about {wanted} like these would show it ({now} now{cost})"),
            format!(
                "이런 문항이 약 {}개면 드러납니다 (지금 {now}개{cost})",
                grouped(rounded(needs.cases))
            ),
        ),
    })
}

/// Two digits that count: more would claim too much.
fn rounded(cases: u64) -> u64 {
    let step = 10u64.pow(cases.max(1).ilog10().saturating_sub(1));
    cases.div_ceil(step) * step
}

/// Checks that could not be decided for a reason of their own, as sentences; those that say the same of several columns are one.
#[must_use]
pub fn open_checks(verdict: &Verdict, style: &Style) -> Vec<String> {
    let mut groups: Vec<Vec<&Check>> = Vec::new();
    for check in &verdict.checks {
        let State::Inconclusive(why) = &check.state else {
            continue;
        };
        if *why == Undecided::Coverage {
            continue;
        }
        let cases = |check: &Check| check.needs.as_ref().map(|needs| needs.cases);
        let alike = |other: &&Check| {
            (&other.rule, &other.state, other.n, cases(other)) == (&check.rule, &check.state, check.n, cases(check))
        };
        match groups.iter_mut().find(|group| group.first().is_some_and(alike)) {
            Some(group) => group.push(check),
            None => groups.push(vec![check]),
        }
    }
    groups.iter().filter_map(|group| open_group(group, style)).collect()
}

fn open_group(group: &[&Check], style: &Style) -> Option<String> {
    const NAMED: usize = 4;
    let lang = style.lang;
    let first = group.first()?;
    let State::Inconclusive(why) = &first.state else {
        return None;
    };
    let labels: Vec<&str> = group.iter().filter_map(|check| check.label.as_deref()).collect();
    let mut whom = labels.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if labels.len() > NAMED {
        whom.push_str(&format!(", {}", and_more((labels.len() - NAMED) as u64, lang)));
    }
    let mut cost: Vec<Money> = Vec::new();
    for sum in group
        .iter()
        .filter_map(|check| check.needs.as_ref())
        .flat_map(|needs| &needs.cost)
    {
        match cost.iter_mut().find(|known| known.currency == sum.currency) {
            Some(known) => known.nano = known.nano.saturating_add(sum.nano),
            None => cost.push(sum.clone()),
        }
    }
    let mut out = format!("{whom}: {}: {}", check_name(&first.rule, lang), undecided(why, lang));
    if let Some(needs) = needed(first, &cost, style) {
        out.push_str(&format!("; {needs}"));
    }
    out.push('.');
    Some(out)
}

/// What a reader can do about checks that are not decided: what was not measured is asked, what is too small is enlarged.
#[must_use]
pub fn open_advice(verdict: &Verdict, lang: Lang) -> Vec<String> {
    let kinds: Vec<&str> = verdict
        .coverage
        .iter()
        .flat_map(|coverage| coverage.kinds.iter().map(|(kind, _)| kind.as_str()))
        .collect();
    let resume = resume(verdict, &kinds);
    let mut out: Vec<String> = Vec::new();
    let mut say = |text: String| {
        if !out.contains(&text) {
            out.push(text);
        }
    };
    let low = verdict.coverage.iter().any(|coverage| coverage.low);
    let no_verdict = if low {
        lang.pick(
            "No quality verdict. This is not a regression.",
            "품질 판정이 없습니다. 퇴보라는 뜻은 아닙니다.",
        )
    } else {
        lang.pick(
            "Not decided. This is not a regression.",
            "판정하지 못했습니다. 퇴보라는 뜻은 아닙니다.",
        )
    };
    match (low, &resume) {
        (true, Some(resume)) => say(format!("{no_verdict}  {resume}")),
        _ => say(no_verdict.to_owned()),
    }
    if kinds.contains(&"no_recording") {
        say(lang
            .pick(
                "Nobody has recorded these calls yet: somebody with keys runs with --record.",
                "아직 아무도 이 호출을 녹음하지 않았습니다. 키가 있는 사람이 --record로 실행해야 합니다.",
            )
            .to_owned());
    }
    if kinds.contains(&"no_verdict") {
        let (run, options) = (&verdict.run, &verdict.options.global);
        say(lang.pick(
            format!("Judge again once the scorer is mended:  narani score {run}{options}"),
            format!("채점기를 고친 뒤 다시 채점하기:  narani score {run}{options}"),
        ));
    }
    for check in &verdict.checks {
        let State::Inconclusive(why) = &check.state else {
            continue;
        };
        match why {
            Undecided::Coverage => {}
            Undecided::Nothing | Undecided::NotMeasured(_) => {
                if let (false, Some(resume)) = (low, &resume) {
                    say(lang.pick(
                        format!("Ask what was not measured:  {resume}"),
                        format!("측정되지 않은 것 묻기:  {resume}"),
                    ));
                }
            }
            Undecided::Aside => say(lang
                .pick(
                    "Let a case out of quarantine, or take the check out of the rules.",
                    "격리에서 문항을 빼거나 그 검사를 규칙에서 빼세요.",
                )
                .to_owned()),
            Undecided::TooFew | Undecided::Either | Undecided::OneCase => say(lang
                .pick(
                    "More cases or trials would settle it; narani plan SUITE says how many.",
                    "문항이나 회차를 늘리면 가릴 수 있습니다. 몇 개가 필요한지는 narani plan SUITE 로 봅니다.",
                )
                .to_owned()),
            Undecided::FewAnswers(_) if verdict.cached == 0 => say(lang
                .pick(
                    "Times need more answers: more cases or trials.",
                    "시간을 재려면 답변이 더 필요합니다. 문항이나 회차를 늘리세요.",
                )
                .to_owned()),
            Undecided::FewAnswers(_) => say(lang
                .pick(
                    "Times come from answers that were asked anew: run with --no-cache.",
                    "시간은 새로 받은 답변으로만 잽니다. --no-cache 로 실행하세요.",
                )
                .to_owned()),
            Undecided::Absent => say(lang
                .pick(
                    "Ask that target, too; or name the targets of the check; or take its baseline out.",
                    "그 대상도 묻거나, 검사의 targets를 적거나, 그 기준 파일을 빼세요.",
                )
                .to_owned()),
        }
    }
    out
}

/// The command that asks what was not measured; none where it would ask nothing.
fn resume(verdict: &Verdict, kinds: &[&str]) -> Option<String> {
    let never = |kind: &str| matches!(kind, "no_recording" | "not_imported" | "content_filter" | "no_verdict");
    // What was refused as it stands is asked again only when one says so.
    let lasting = |kind: &str| matches!(kind, "bad_request" | "scorer" | "judge");
    if !kinds.is_empty() && kinds.iter().all(|kind| never(kind)) {
        return None;
    }
    let all = if kinds.iter().any(|kind| lasting(kind)) {
        " --retry all-errors"
    } else {
        ""
    };
    Some(format!(
        "narani run --resume {}{all}{}",
        verdict.run, verdict.options.global
    ))
}

/// A case that was asked again: `case-00 was asked 2 times more and passed 0: most fail`.
#[must_use]
pub fn repeated(check: &Check, again: &Repeated, lang: Lang) -> String {
    let case = &again.case;
    let label = check.label.as_deref().unwrap_or("");
    let (asked, passed) = (again.asked, again.passed);
    let missing = again.asked.saturating_sub(again.measured);
    let mut beside = Vec::new();
    if missing > 0 {
        beside.push(lang.pick(format!("{missing} not measured"), format!("{missing}번 미측정")));
    }
    if again.earlier > 0 {
        let earlier = again.earlier;
        beside.push(if earlier == asked {
            lang.pick("by an earlier gate", "이전 게이트에서").to_owned()
        } else {
            lang.pick(
                format!("{earlier} by an earlier gate"),
                format!("{earlier}번은 이전 게이트에서"),
            )
        });
    }
    let beside = if beside.is_empty() {
        String::new()
    } else {
        format!(" ({})", beside.join(", "))
    };
    let times = if asked == 1 {
        "once".to_owned()
    } else {
        format!("{asked} times")
    };
    let fails = check.failing.iter().any(|moved| moved.case == *case);
    let end = match (again.measured, fails) {
        (0, _) => lang.pick("the first answer stands", "처음 결과를 그대로 둡니다"),
        (_, true) => lang.pick("it does not pass most of the time", "과반이 통과하지 못했습니다"),
        (_, false) => lang.pick(
            "it passes most of the time and counts as passed",
            "과반이 통과해 통과로 봅니다",
        ),
    };
    lang.pick(
        format!("{label}: {case} was asked {times} more and passed {passed}{beside}: {end}."),
        format!("{label}: {case} 문항을 {asked}번 더 물어 {passed}번 통과했습니다{beside}: {end}."),
    )
}

/// What asking again cost; none where nothing was asked.
#[must_use]
pub fn repeats_cost(verdict: &Verdict, style: &Style) -> Option<String> {
    let repeats = verdict.repeats.as_ref()?;
    let again = cases(repeats.cases.len() as u64, style.lang);
    let cost = paid(&repeats.paid, &Purse::of(repeats.paid.money()), style);
    let unknown = repeats.paid.known + repeats.paid.local == 0;
    let mut told = if unknown {
        style.lang.pick(
            format!("What asking {again} again cost is not known."),
            format!("{again}을 다시 묻는 데 든 비용은 알 수 없습니다."),
        )
    } else {
        style.lang.pick(
            format!("Asking {again} again cost {cost}, which is in the cost of the run."),
            format!("{again}을 다시 묻는 데 든 {cost}도 실행 비용에 들어 있습니다."),
        )
    };
    if let Some((refused, times)) = repeats.refused {
        let refused = cases(refused, style.lang);
        told.push_str(&style.lang.pick(
            format!(
                " --confirm {times} asked no more of {refused}: an earlier gate has repeated them, and repeating until it fits is no test."
            ),
            format!(
                " {refused}은 이전 게이트가 이미 다시 물었으므로 --confirm {times} 대로 더 묻지 않았습니다. 맞을 때까지 다시 묻는 것은 검사가 아닙니다."
            ),
        ));
    }
    Some(told)
}
