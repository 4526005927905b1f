//! Notes beside the checks of a gate, as sentences.

use super::misses;
use crate::gate::Remark;
use crate::report::number::grouped;
use crate::report::words::{Lang, cases};

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
            let (n, of, answers) = (grouped(*n), grouped(*of), if *of == 1 { "answer" } else { "answers" });
            lang.pick(
                format!("{n} of {of} {label} {answers} came from the cache or a recording; they cannot show a change on the provider's side."),
                format!("{label} 답변 {of}개 중 {n}개는 캐시나 녹음에서 왔습니다. 제공자 쪽 변화는 보여 주지 못합니다."),
            )
        }
        Remark::Changed { label, cases: changed } => {
            const IDS: usize = 5;
            let n = changed.len() as u64;
            let mut ids: Vec<String> = changed.iter().take(IDS).cloned().collect();
            if changed.len() > IDS {
                ids.push("…".to_owned());
            }
            let ids = ids.join(", ");
            let (cases, were) = (cases(n, lang), if n == 1 { "was" } else { "were" });
            lang.pick(
                format!("{label}: {cases} changed since the baseline and {were} taken out: {ids}."),
                format!("{label}: 기준 이후 바뀐 {cases}을 뺐습니다: {ids}."),
            )
        }
        Remark::Gone { label, n } => {
            let (cases, are) = (cases(*n, lang), are(*n));
            lang.pick(
                format!("{label}: {cases} of the baseline {are} not in this run."),
                format!("{label}: 기준의 {cases}이 이 실행에 없습니다."),
            )
        }
        Remark::New { label, n } => {
            let (cases, are) = (cases(*n, lang), are(*n));
            lang.pick(
                format!(
                    "{label}: {cases} {are} not in the baseline (new, or not measured then); nothing is said of them."
                ),
                format!("{label}: {cases}은 기준에 없어 (새로 생겼거나 그때 미측정) 비교하지 않았습니다."),
            )
        }
        Remark::Stale { days, limit } => lang.pick(
            format!("The baseline is {days} days old, more than {limit}."),
            format!("기준이 {days}일 전 것입니다 ({limit}일 초과)."),
        ),
        Remark::Aside { label, cases: aside } => {
            const IDS: usize = 5;
            let until = lang.pick("until", "기한");
            let mut named: Vec<String> = aside
                .iter()
                .take(IDS)
                .map(|(case, day)| format!("{case} ({until} {day})"))
                .collect();
            if aside.len() > IDS {
                named.push("…".to_owned());
            }
            let (cases, named) = (cases(aside.len() as u64, lang), named.join(", "));
            lang.pick(
                format!("{label}: not counted, {cases} in quarantine: {named}."),
                format!("{label}: 격리 중인 {cases}은 세지 않았습니다: {named}."),
            )
        }
        Remark::PassesAgain { case, until } => lang.pick(
            format!("{case} is in quarantine until {until} and passes: it could be let back in."),
            format!("{case} 문항은 {until}까지 격리 중인데 통과합니다. 격리를 풀어도 됩니다."),
        ),
        Remark::FewCases { n } => {
            let cases = cases(*n, lang);
            lang.pick(
                format!("Small sample: {cases} compared; intervals are rough."),
                format!("표본이 작습니다: {cases}만 비교해 구간이 거칩니다."),
            )
        }
    }
}

/// The verb behind a number of cases.
fn are(n: u64) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gate spoke of "1 cases".
    #[test]
    fn one_case_is_no_cases() {
        let label = || "first".to_owned();
        let told = |of: Remark| (remark(&of, Lang::En), remark(&of, Lang::Ko));
        let remarks = [
            Remark::Changed {
                label: label(),
                cases: vec!["a".to_owned()],
            },
            Remark::Gone { label: label(), n: 1 },
            Remark::New { label: label(), n: 1 },
            Remark::FewCases { n: 1 },
        ];
        for (en, ko) in remarks.map(told) {
            assert!(
                en.contains("1 case ")
                    && !["case are", "baseline are", "and were"]
                        .iter()
                        .any(|many| en.contains(many)),
                "{en}"
            );
            assert!(ko.contains("1문항"), "{ko}");
        }
        let (en, _) = told(Remark::New { label: label(), n: 2 });
        assert!(en.contains("2 cases are not"), "{en}");
    }
}
