//! What may be said of columns side by side. Names come as they are: the sink is the caller's.
//!
//! Korean sentences put names where no particle follows them: its form would depend on how a foreign name ends.

use super::Lang;
use crate::compare::{Paired, Said, View};
use crate::domain::Currency;
use crate::report::number::{grouped, list_digits, p_told, points, score_points, size, whole_percent};

/// `95 % CI −3.8 … +5.5`, without the words in front; `digits` behind the point, as many as the list has in which it stands.
#[must_use]
pub fn span(paired: &Paired, digits: usize) -> String {
    match paired.interval {
        Some((low, high)) => format!("{} … {}", points(low, digits), points(high, digits)),
        None => "?".to_owned(),
    }
}

/// The same of scores: `−0.038 … +0.055`.
#[must_use]
pub fn score_span(paired: &Paired, digits: usize) -> String {
    match paired.interval {
        Some((low, high)) => format!("{} … {}", score_points(low, digits), score_points(high, digits)),
        None => "?".to_owned(),
    }
}

/// `+0.008`.
#[must_use]
pub fn score_difference(paired: &Paired, digits: usize) -> String {
    score_points(paired.difference, digits)
}

/// `+0.8 pp` · `+0.8%p`.
#[must_use]
pub fn difference(paired: &Paired, digits: usize, lang: Lang) -> String {
    let value = points(paired.difference, digits);
    lang.pick(format!("{value} pp"), format!("{value}%p"))
}

/// What may be said of the columns, a sentence each.
#[must_use]
pub fn said(view: &View, lang: Lang) -> Vec<String> {
    let label = |column: usize| {
        let column = view.columns.get(column);
        column.map(|column| column.label.clone()).unwrap_or_default()
    };
    let digits = list_digits(view.said.iter().filter_map(|said| match said {
        Said::Pair { paired, .. } | Said::Cheapest { paired, .. } => Some(paired.error),
        Said::NoShared { .. } | Said::BestIsCheapest { .. } => None,
    }));
    let said = view.said.iter().enumerate();
    said.map(|(at, said)| sentence(said, &label, (at == 0, view.pairs.len(), digits), lang))
        .collect()
}

/// `first` says that it is the first of its kind, which names the confidence. `comparisons` is the size of the family for which
/// p-values are adjusted.
fn sentence(
    said: &Said,
    label: &dyn Fn(usize) -> String,
    (first, comparisons, digits): (bool, usize, usize),
    lang: Lang,
) -> String {
    match said {
        Said::NoShared { best, other } => {
            let (best, other) = (label(*best), label(*other));
            lang.pick(
                format!("{best} and {other} share no measured case: nothing can be said of them."),
                format!("{best}, {other}: 함께 측정된 문항이 없어 비교할 수 없습니다."),
            )
        }
        Said::Pair {
            best,
            other,
            paired,
            weak,
            strong,
        } => pair(
            &label(*best),
            &label(*other),
            paired,
            (weak.as_ref(), strong.as_ref()),
            (first, comparisons, digits),
            lang,
        ),
        Said::Cheapest {
            column, paired, among, ..
        } => {
            let (name, difference, span) = (label(*column), difference(paired, digits, lang), span(paired, digits));
            let (en, ko) = among
                .as_ref()
                .map_or((" ".to_owned(), String::new()), |Currency(code)| {
                    (
                        format!(" of those priced in {code}, "),
                        format!("{code} 가격 대상 가운데 "),
                    )
                });
            lang.pick(
                format!("Cheapest{en}not clearly worse than the best: {name} ({difference}, {span})."),
                format!("{ko}1위보다 뚜렷이 떨어지지 않으면서 가장 싼 대상: {name} ({difference}, {span})."),
            )
        }
        Said::BestIsCheapest { column, among } => {
            let name = label(*column);
            match among {
                Some(Currency(code)) => lang.pick(
                    format!("{name} has the highest rate and is also the cheapest of those priced in {code}."),
                    format!("통과율이 가장 높은 {name} 대상이 {code} 가격 대상 가운데 가장 쌉니다."),
                ),
                None => lang.pick(
                    format!("{name} has the highest rate and is also the cheapest of those with a known price."),
                    format!("통과율이 가장 높은 {name} 대상이 가격을 아는 대상 가운데 가장 쌉니다."),
                ),
            }
        }
    }
}

fn pair(
    best: &str,
    other: &str,
    paired: &Paired,
    (weak, strong): (Option<&(String, f64)>, Option<&(String, f64)>),
    (first, comparisons, digits): (bool, usize, usize),
    lang: Lang,
) -> String {
    if paired.interval.is_none() {
        let n = grouped(paired.cases);
        return if paired.cases < 2 {
            lang.pick(
                format!("{best} and {other} share {n} measured case: too little to tell them apart."),
                format!("{best}, {other}: 함께 측정된 문항이 {n}개뿐이라 비교할 수 없습니다."),
            )
        } else {
            lang.pick(
                format!("{best} and {other}: all {n} shared cases are of one group, so nothing can be told beyond it."),
                format!("{best}, {other}: 함께 측정된 {n}문항이 모두 한 묶음이라 그 밖의 일은 알 수 없습니다."),
            )
        };
    }
    let differ = paired.better + paired.worse;
    if paired.shown() {
        if first {
            let (difference, span) = (difference(paired, digits, lang), span(paired, digits));
            return lang.pick(
                format!(
                    "{best} is above {other}: {difference}, 95 % CI {span}.{}",
                    ends(other, weak, strong, lang)
                ),
                format!(
                    "{best} > {other}: {difference} 높습니다 (95% 구간 {span}).{}",
                    ends(other, weak, strong, lang)
                ),
            );
        }
        let turned = paired.turned();
        let (difference, span) = (difference(&turned, digits, lang), span(&turned, digits));
        return lang.pick(
            format!(
                "{other} is below {best}: {difference}, {span}.{}",
                ends("", weak, strong, lang)
            ),
            format!(
                "{other} < {best}: {difference} 낮습니다 ({span}).{}",
                ends("", weak, strong, lang)
            ),
        );
    }
    let (difference, span) = (difference(paired, digits, lang), span(paired, digits));
    if differ == 0 {
        let n = grouped(paired.cases);
        let most = paired.interval.map_or(0.0, |(low, high)| high.abs().max(low.abs()));
        let most = size(most, digits);
        return lang.pick(
            format!("{best} and {other} come out alike on all {n} cases: no difference shown, at most ± {most} pp."),
            format!("{best}, {other}: {n}문항 모두 결과가 같습니다. 차이가 있더라도 ± {most}%p 이내입니다."),
        );
    }
    let p = paired.p.unwrap_or(1.0);
    if p < 0.05 {
        // Alone it would be shown; among so many comparisons one such is to be expected.
        let adjusted = p_told(paired.adjusted.unwrap_or(1.0));
        let n = grouped(comparisons as u64);
        return lang.pick(
            format!(
                "{best} and {other} cannot be told apart once {n} comparisons are counted: {difference}, {span} (adjusted p {adjusted})."
            ),
            format!("{best}, {other}: 비교 {n}개를 감안하면 우열이 드러나지 않습니다: {difference} ({span}, 보정한 p {adjusted})."),
        );
    }
    let ci = if first {
        lang.pick("95 % CI ", "95% 구간 ")
    } else {
        ""
    };
    let cases = if differ == 1 { "case differs" } else { "cases differ" };
    let differ = grouped(differ);
    lang.pick(
        format!("{best} and {other} cannot be told apart: {difference}, {ci}{span} ({differ} {cases})."),
        format!("{best}, {other}: 우열이 드러나지 않습니다: {difference} ({ci}{span}, {differ}문항에서 갈림)."),
    )
}

/// ` Weak on 영어 질문 (72), best on 존댓말 어투 (90).`
fn ends(name: &str, weak: Option<&(String, f64)>, strong: Option<&(String, f64)>, lang: Lang) -> String {
    let (Some((weak, low)), Some((strong, high))) = (weak, strong) else {
        return String::new();
    };
    let (low, high) = (whole_percent(*low), whole_percent(*high));
    let of = if name.is_empty() {
        String::new()
    } else {
        format!("{name}: ")
    };
    lang.pick(
        if of.is_empty() {
            format!(" Weak on {weak} ({low}), best on {strong} ({high}).")
        } else {
            format!(" {of}weak on {weak} ({low}), best on {strong} ({high}).")
        },
        format!(" {of}약한 분류 {weak} ({low}), 강한 분류 {strong} ({high})."),
    )
}
