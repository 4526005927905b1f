//! What a comparison of two runs says, in words. Names come as they are: the sink is the caller's.

use crate::compare::across::{Joined, Pairwise};
use crate::compare::{Across, Paired};
use crate::report::number::{grouped, list_digits, p_told, seconds, size};
use crate::report::words::{self, Lang};

/// How the cases were joined, and what else is not the same. Each is a sentence.
pub(super) fn joined(across: &Across, lang: Lang) -> Vec<String> {
    let Joined {
        same,
        changed,
        changed_count,
        only_base,
        only_other,
        scorers_differ,
        prompts_differ,
        targets_differ,
        one_simulated,
    } = &across.joined;
    let mut out = Vec::new();
    let whole = *changed_count == 0 && *only_base == 0 && *only_other == 0;
    let cases = grouped(*same);
    if *same == 0 {
        out.push(lang.pick(
            "The two runs share no unchanged case: nothing can be compared.".to_owned(),
            "두 실행에 바뀌지 않은 공통 문항이 없어 비교할 수 없습니다.".to_owned(),
        ));
    } else if !whole {
        out.push(lang.pick(
            if *same == 1 {
                "The suites differ: compared is the 1 case that did not change.".to_owned()
            } else {
                format!("The suites differ: compared are the {cases} cases that did not change.")
            },
            format!("문항 세트가 달라 바뀌지 않은 {cases}문항만 비교합니다."),
        ));
    }
    if *changed_count > 0 {
        const IDS: usize = 5;
        let mut ids: Vec<String> = changed.iter().take(IDS).cloned().collect();
        if *changed_count > IDS as u64 {
            ids.push("…".to_owned());
        }
        let (n, ids) = (grouped(*changed_count), ids.join(", "));
        out.push(lang.pick(
            format!("Changed in between and left out: {n} ({ids})."),
            format!("그 사이 바뀌어 뺀 문항: {n}개 ({ids})."),
        ));
    }
    if *only_base > 0 || *only_other > 0 {
        let (first, second) = (grouped(*only_base), grouped(*only_other));
        out.push(lang.pick(
            format!("Only in the first run: {first}; only in the second: {second}."),
            format!("첫 실행에만 있는 문항 {first}개, 둘째 실행에만 있는 문항 {second}개."),
        ));
    }
    if *scorers_differ {
        out.push(lang.pick(
            "Judged by different scorers: a change may be the scorers', not the answers'.".to_owned(),
            "채점기가 달라서, 변화가 답변이 아니라 채점기 때문일 수 있습니다.".to_owned(),
        ));
    }
    if *one_simulated {
        out.push(lang.pick(
            "One of the two runs is SIMULATED: the difference says nothing about any model.".to_owned(),
            "둘 중 하나는 모의 실행(SIMULATED)이라 차이가 모델에 대해 말해 주는 것은 없습니다.".to_owned(),
        ));
    }
    let list = |names: &[String]| names.join(", ");
    if !targets_differ.is_empty() {
        let names = list(targets_differ);
        out.push(lang.pick(
            format!("Another model or other parameters: {names}."),
            format!("모델이나 매개변수가 다른 대상: {names}."),
        ));
    }
    if !prompts_differ.is_empty() {
        let names = list(prompts_differ);
        out.push(lang.pick(
            format!("Prompts of the same name with other words: {names}."),
            format!("이름은 같고 내용이 다른 프롬프트: {names}."),
        ));
    }
    for (names, first) in [(&across.only_base, true), (&across.only_other, false)] {
        if !names.is_empty() {
            let names = list(names);
            out.push(if first {
                lang.pick(
                    format!("Only in the first run, not compared: {names}."),
                    format!("첫 실행에만 있어 비교하지 않은 대상: {names}."),
                )
            } else {
                lang.pick(
                    format!("Only in the second run, not compared: {names}."),
                    format!("둘째 실행에만 있어 비교하지 않은 대상: {names}."),
                )
            });
        }
    }
    out
}

/// Columns without a shown change from which one sentence speaks for all of them.
const MANY: usize = 4;

/// Digits of the differences of passing rates in the rows, and of those of scores.
pub(super) fn digits(across: &Across) -> (usize, usize) {
    let of = |paired: fn(&Pairwise) -> Option<&Paired>| {
        list_digits(across.rows.iter().filter_map(|row| Some(paired(row)?.error)))
    };
    (of(|row| row.pass.as_ref()), of(|row| row.score.as_ref()))
}

/// The rows by target over prompts and by prompt over targets, each with a title and the head of its first column; where there are
/// several of a kind.
pub(super) fn groups(
    across: &Across,
    lang: Lang,
) -> impl Iterator<Item = (&[(String, Paired)], &'static str, &'static str)> {
    let groups = [
        (
            &across.by_target[..],
            lang.pick("By target, over all prompts", "대상별 (모든 프롬프트)"),
            lang.words().target,
        ),
        (
            &across.by_prompt[..],
            lang.pick("By prompt, over all targets", "프롬프트별 (모든 대상)"),
            lang.words().prompt,
        ),
    ];
    groups.into_iter().filter(|(rows, ..)| rows.len() > 1)
}

/// What the rows say, a sentence each; of many columns without a shown change, one.
pub(super) fn rows(across: &Across, lang: Lang) -> Vec<String> {
    let quiet = |row: &Pairwise| {
        row.pass
            .as_ref()
            .is_some_and(|paired| paired.interval.is_some() && !paired.shown() && !alone(paired))
    };
    let still: Vec<&Pairwise> = across.rows.iter().filter(|row| quiet(row)).collect();
    let together = still.len() >= MANY;
    let told = across.rows.iter().filter(|row| !together || !quiet(row));
    let digits = digits(across);
    let mut out: Vec<String> = told.map(|one| row(one, across.family, digits, lang)).collect();
    if together {
        let paired = || still.iter().filter_map(|row| row.pass.as_ref());
        let most = paired()
            .filter_map(|paired| paired.interval)
            .fold(0.0f64, |most, (low, high)| most.max(low.abs()).max(high.abs()));
        let most = size(most, digits.0);
        let n = grouped(still.len() as u64);
        let names: Vec<&str> = still.iter().map(|row| row.label.as_str()).collect();
        let names = names.join(", ");
        out.push(lang.pick(
            format!("No change shown of {n} columns, at most ± {most} pp: {names}."),
            format!("변화가 드러나지 않은 열 {n}개 (있더라도 ± {most}%p 이내): {names}."),
        ));
    }
    out
}

/// Alone it would be shown; among so many comparisons one such is to be expected.
fn alone(paired: &Paired) -> bool {
    paired.p.is_some_and(|p| p < 0.05) && paired.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
}

/// What a row says: moved beyond chance, or no change shown and how large one could be.
fn row(row: &Pairwise, rows: usize, digits: (usize, usize), lang: Lang) -> String {
    let label = match &row.base_label {
        Some(base) => format!("{base} → {}", row.label),
        None => row.label.clone(),
    };
    match &row.pass {
        Some(paired) => passing(&label, paired, (rows, digits.0), lang),
        None => match &row.score {
            Some(paired) => scored(&label, paired, digits.1, lang),
            None => lang.pick(
                format!("{label}: no case with a verdict in both runs."),
                format!("{label}: 두 실행에서 모두 채점된 문항이 없습니다."),
            ),
        },
    }
}

fn passing(label: &str, paired: &Paired, (rows, digits): (usize, usize), lang: Lang) -> String {
    let (difference, span) = (words::difference(paired, digits, lang), words::span(paired, digits));
    let Some((low, high)) = paired.interval else {
        let n = grouped(paired.cases);
        return lang.pick(
            format!("{label}: {n} case in both, too little to say anything of a change."),
            format!("{label}: 공통 문항이 {n}개뿐이라 변화를 말할 수 없습니다."),
        );
    };
    let p = paired.adjusted.or(paired.p).map(p_told).unwrap_or_default();
    let adjusted = if rows > 1 {
        lang.pick("adjusted p", "보정한 p")
    } else {
        "p"
    };
    if paired.shown() {
        return if paired.difference < 0.0 {
            lang.pick(
                format!("{label} passes fewer: {difference}, 95 % CI {span}, beyond chance ({adjusted} {p})."),
                format!(
                    "{label} 통과율이 떨어졌습니다: {difference} (95% 구간 {span}), 우연을 넘습니다 ({adjusted} {p})."
                ),
            )
        } else {
            lang.pick(
                format!("{label} passes more: {difference}, 95 % CI {span}, beyond chance ({adjusted} {p})."),
                format!(
                    "{label} 통과율이 올랐습니다: {difference} (95% 구간 {span}), 우연을 넘습니다 ({adjusted} {p})."
                ),
            )
        };
    }
    if alone(paired) {
        let n = grouped(rows as u64);
        return lang.pick(
            format!("{label}: {difference}, 95 % CI {span}, not beyond chance once {n} comparisons are counted (adjusted p {p})."),
            format!("{label}: {difference} (95% 구간 {span}), 비교 {n}개를 감안하면 우연을 넘지 않습니다 (보정한 p {p})."),
        );
    }
    let most = size(low.abs().max(high.abs()), digits);
    let differs = if paired.better + paired.worse == 1 {
        "differs"
    } else {
        "differ"
    };
    let differ = grouped(paired.better + paired.worse);
    let of = grouped(paired.cases);
    lang.pick(
        format!("{label}: no change shown, at most ± {most} pp ({differ} of {of} cases {differs})."),
        format!("{label}: 변화가 드러나지 않았고, 있더라도 ± {most}%p 이내입니다 ({of}문항 중 {differ}개가 다름)."),
    )
}

fn scored(label: &str, paired: &Paired, digits: usize, lang: Lang) -> String {
    let (difference, span) = (
        words::score_difference(paired, digits),
        words::score_span(paired, digits),
    );
    let Some((low, high)) = paired.interval else {
        let n = grouped(paired.cases);
        return lang.pick(
            format!("{label}: {n} case in both, too little to say anything of a change of the score."),
            format!("{label}: 공통 문항이 {n}개뿐이라 점수 변화를 말할 수 없습니다."),
        );
    };
    if paired.shown() {
        return moved_score(label, paired, digits, lang);
    }
    let most = size(low.abs().max(high.abs()) / 100.0, digits + 2);
    lang.pick(
        format!("{label}: no change of the score shown, at most ± {most} ({difference}, 95 % CI {span})."),
        format!("{label}: 점수 변화가 드러나지 않았고, 있더라도 ± {most} 이내입니다 ({difference}, 95% 구간 {span})."),
    )
}

fn moved_score(label: &str, paired: &Paired, digits: usize, lang: Lang) -> String {
    let (difference, span) = (
        words::score_difference(paired, digits),
        words::score_span(paired, digits),
    );
    if paired.difference < 0.0 {
        lang.pick(
            format!("{label} scores lower: {difference}, 95 % CI {span}, beyond chance."),
            format!("{label} 점수가 떨어졌습니다: {difference} (95% 구간 {span}), 우연을 넘습니다."),
        )
    } else {
        lang.pick(
            format!("{label} scores higher: {difference}, 95 % CI {span}, beyond chance."),
            format!("{label} 점수가 올랐습니다: {difference} (95% 구간 {span}), 우연을 넘습니다."),
        )
    }
}

/// Whether the scores of a row say more than its verdicts.
pub(super) fn graded(row: &Pairwise) -> bool {
    match (&row.pass, &row.score) {
        (Some(pass), Some(score)) => {
            (pass.before - score.before).abs() > 1e-9 || (pass.after - score.after).abs() > 1e-9
        }
        (_, score) => score.is_some(),
    }
}

/// That the score moved beyond chance, where it says more than the verdicts.
pub(super) fn score_moved(row: &Pairwise, digits: usize, lang: Lang) -> Option<String> {
    let score = row.score.as_ref().filter(|score| score.shown())?;
    (row.pass.is_some() && graded(row)).then(|| moved_score(&row.label, score, digits, lang))
}

/// That answers take longer or less, where it is beyond chance.
pub(super) fn slower(row: &Pairwise, lang: Lang) -> Option<String> {
    let slower = row.slower()?;
    let (then, now) = (row.latency.0.p50.map(seconds)?, row.latency.1.p50.map(seconds)?);
    let label = &row.label;
    Some(if slower {
        lang.pick(
            format!("{label} answers more slowly: median {then} → {now}, beyond chance."),
            format!("{label} 답변이 느려졌습니다: 중앙값 {then} → {now}, 우연을 넘습니다."),
        )
    } else {
        lang.pick(
            format!("{label} answers faster: median {then} → {now}, beyond chance."),
            format!("{label} 답변이 빨라졌습니다: 중앙값 {then} → {now}, 우연을 넘습니다."),
        )
    })
}
