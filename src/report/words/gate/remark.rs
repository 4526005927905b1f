//! Notes beside the checks of a gate, as sentences.

use super::misses;
use crate::gate::Remark;
use crate::report::number::grouped;
use crate::report::words::Lang;

/// A note as a sentence.
#[must_use]
pub fn remark(remark: &Remark, lang: Lang) -> String {
    match remark {
        Remark::Model { label, was, now } => lang.pick(
            format!("{label}: the provider now reports another model than at the baseline: {now}, then {was}."),
            format!("{label}: 제공자가 알리는 모델이 기준 때({was})와 다릅니다: {now}."),
        ),
        Remark::Unchecked { label, kinds } => {
            let kinds = if kinds.is_empty() {
                String::new()
            } else {
                let kinds = misses(kinds, lang);
                lang.pick(format!(" ({kinds} there)"), format!(" ({kinds})"))
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
        Remark::Aside { label, cases } => {
            const IDS: usize = 5;
            let until = lang.pick("until", "기한");
            let mut named: Vec<String> = cases
                .iter()
                .take(IDS)
                .map(|(case, day)| format!("{case} ({until} {day})"))
                .collect();
            if cases.len() > IDS {
                named.push("…".to_owned());
            }
            let (n, named) = (grouped(cases.len() as u64), named.join(", "));
            let are = if cases.len() == 1 { "case" } else { "cases" };
            lang.pick(
                format!("{label}: not counted, {n} {are} in quarantine: {named}."),
                format!("{label}: 격리 중인 {n}문항은 세지 않았습니다: {named}."),
            )
        }
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
