//! What may be said of the causes of the differences: who answers, how it is asked, what is asked, or chance.

use super::{Lang, cases};
use crate::compare::Causes;
use crate::compare::causes::CASES_FROM;
use crate::report::number::{grouped, whole_percent};
use crate::stats::variance::Source;

/// What caused the differences: the ratio that matters, then all shares. Each is a sentence.
#[must_use]
pub fn causes(causes: &Causes, lang: Lang) -> Vec<String> {
    let mut out = Vec::new();
    if causes.few() {
        let (n, of, from) = (causes.split.cases as u64, cases(causes.cases as u64, lang), CASES_FROM);
        let have = if n == 1 { "has" } else { "have" };
        out.push(lang.pick(
            format!("What caused the differences cannot be told: {n} of {of} {have} a verdict in every column, {from} are needed."),
            format!("차이의 원인은 알 수 없습니다: {of} 중 모든 열에서 판정된 것이 {n}개이며 {from}개는 있어야 합니다."),
        ));
        return out;
    }
    // A ratio without an interval may be chance: nothing is said of it.
    if let Some((one, other, times)) = causes.ratio.filter(|_| causes.interval.is_some()) {
        let (first, second, times, span) = if times >= 1.0 {
            (one, other, times, causes.interval)
        } else {
            let turned = causes.interval.map(|(low, high)| {
                let end = if low > 0.0 { 1.0 / low } else { f64::INFINITY };
                (1.0 / high, end)
            });
            (other, one, 1.0 / times, turned)
        };
        let number = |value: f64| {
            if value < 9.95 {
                format!("{value:.1}")
            } else {
                format!("{value:.0}")
            }
        };
        if times.is_finite() {
            let sure = span.is_some_and(|(low, _)| low > 1.0);
            let told = match span {
                Some((low, high)) if high.is_finite() => lang.pick(
                    format!(" (95 % CI {} … {} over cases)", number(low), number(high)),
                    format!(" (문항 기준 95% 구간 {} … {})", number(low), number(high)),
                ),
                // The other may do nothing at all, which leaves no upper end.
                Some((low, _)) if sure => lang.pick(
                    format!(" (95 % CI from {} up, over cases)", number(low)),
                    format!(" (문항 기준 95% 구간 {} 이상)", number(low)),
                ),
                _ => String::new(),
            };
            let (a, b) = (cause(first, lang), cause(second, lang));
            let times = number(times);
            out.push(if sure {
                lang.pick(
                    format!("What caused the differences: {a} matters {times} × as much as {b}{told}."),
                    format!("차이의 원인: '{a}'의 영향이 '{b}'의 {times}배입니다{told}."),
                )
            } else {
                lang.pick(
                    format!("What caused the differences: {a} matters {times} × as much as {b}, which is not beyond chance{told}."),
                    format!("차이의 원인: '{a}'의 영향이 '{b}'의 {times}배이지만 우연을 넘지 않습니다{told}."),
                )
            });
        }
    } else if let Some(quiet) = quiet(causes) {
        let what = cause(quiet, lang);
        out.push(lang.pick(
            format!("What caused the differences: {what} made no difference that can be told from chance."),
            format!("차이의 원인: '{what}'의 영향은 우연과 구별되지 않습니다."),
        ));
    }
    let shares: Vec<String> = causes
        .split
        .components
        .iter()
        .filter_map(|component| {
            let share = component.share.filter(|share| *share >= 0.005)?;
            let name = cause(component.source, lang);
            let name = if component.with_chance {
                lang.pick(format!("{name} and chance"), format!("{name} 및 우연"))
            } else {
                name.to_owned()
            };
            Some(format!("{name} {}%", whole_percent(share)))
        })
        .collect();
    if !shares.is_empty() {
        let (over, shares) = (over(causes, lang), shares.join(", "));
        out.push(lang.pick(
            format!("Variance of the verdicts{over}: {shares}."),
            format!("판정의 분산{over}: {shares}."),
        ));
    }
    out
}

/// A source that may do nothing: its share is nothing, or it is so often nothing among resampled cases that the ratio to it has no
/// interval.
fn quiet(causes: &Causes) -> Option<Source> {
    let named = |source: &Source| matches!(source, Source::Prompt | Source::Target);
    match causes.ratio {
        Some((_, other, _)) => Some(other).filter(named),
        None => [Source::Prompt, Source::Target].into_iter().find(|source| {
            let component = causes.split.of(*source);
            component.is_some_and(|component| component.variance <= 0.0)
        }),
    }
}

/// Which cases the split rests on, where that is not all of them.
fn over(causes: &Causes, lang: Lang) -> String {
    let (used, all) = (causes.split.cases as u64, causes.cases as u64);
    if used >= all {
        return String::new();
    }
    let of = cases(all, lang);
    let sampled = all.div_ceil(causes.stride.max(1) as u64);
    let left_out = sampled.saturating_sub(used);
    let mut why = Vec::new();
    if causes.stride > 1 {
        let stride = causes.stride;
        why.push(lang.pick(format!("1 in {stride} taken"), format!("{stride}개마다 하나")));
    }
    if left_out > 0 {
        let n = grouped(left_out);
        let lack = if left_out == 1 { "lacks" } else { "lack" };
        why.push(lang.pick(
            format!("{n} {lack} a verdict somewhere"),
            format!("{n}개는 판정이 빠져 제외"),
        ));
    }
    let (used, why) = (grouped(used), why.join(", "));
    lang.pick(
        format!(" over {used} of {of} ({why})"),
        format!(" ({of} 중 {used}개, {why})"),
    )
}

/// A source of differences, in words that fit a sentence.
fn cause(source: Source, lang: Lang) -> &'static str {
    match source {
        Source::Target => lang.pick("which model answers", "누가 답하는가"),
        Source::Prompt => lang.pick("how you ask", "어떻게 묻는가"),
        Source::Case => lang.pick("which case it is", "어느 문항인가"),
        Source::TargetPrompt => lang.pick("model × wording", "모델 × 묻는 방식"),
        Source::TargetCase => lang.pick("model × case", "모델 × 문항"),
        Source::PromptCase => lang.pick("wording × case", "묻는 방식 × 문항"),
        Source::TargetPromptCase => lang.pick("all three together", "셋이 함께"),
        Source::Chance => lang.pick("asking the same again", "같은 것을 다시 묻기"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::View;
    use crate::compare::fixture::{Make, unreach};

    fn split(cases: u64, without: u64) -> Causes {
        let make = Make {
            targets: vec!["gpt-main", "llama-local"],
            prompts: vec!["plain", "polite"],
            cases,
            trouble: false,
            ..Make::default()
        };
        let mut records = make.records();
        for record in records
            .iter_mut()
            .filter(|record| record.case_index < without && record.target == 1)
        {
            unreach(record, None);
        }
        View::of(&make.info(), records, &[]).causes.unwrap()
    }

    /// Without an interval the ratio was told as if it were sure.
    #[test]
    fn a_ratio_without_an_interval_is_not_told() {
        let told = |interval| {
            let causes = Causes {
                ratio: Some((Source::Target, Source::Prompt, 3.0)),
                interval,
                ..split(40, 0)
            };
            [Lang::En, Lang::Ko].map(|lang| self::causes(&causes, lang).join("\n"))
        };
        let [en, ko] = told(None);
        assert!(
            !en.contains("matters") && en.contains("Variance of the verdicts:"),
            "{en}"
        );
        assert!(!ko.contains("3.0배") && ko.contains("판정의 분산:"), "{ko}");
        let [en, ko] = told(Some((0.7, 9.0)));
        assert!(
            en.contains("not beyond chance") && ko.contains("우연을 넘지 않습니다"),
            "{en} {ko}"
        );
        let [en, _] = told(Some((1.2, 9.0)));
        assert!(
            en.contains("matters 3.0 × as much as") && !en.contains("chance (95"),
            "{en}"
        );
    }

    /// Of one prompt it read `모델 × 문항와 우연`.
    #[test]
    fn chance_is_joined_without_a_particle() {
        let mut causes = split(40, 0);
        let top = causes
            .split
            .components
            .iter_mut()
            .find(|part| part.with_chance)
            .unwrap();
        (top.source, top.share) = (Source::TargetCase, Some(0.3));
        let told = self::causes(&causes, Lang::Ko).join("");
        assert!(told.contains("모델 × 문항 및 우연 30%"), "{told}");
    }

    /// Cases that some column lacks were left out of the split without a word.
    #[test]
    fn the_split_says_which_cases_it_rests_on() {
        let told = |lang| causes(&split(40, 3), lang).join("\n");
        let (en, ko) = (told(Lang::En), told(Lang::Ko));
        assert!(
            en.contains("over 37 of 40 cases (3 lack a verdict somewhere): "),
            "{en}"
        );
        assert!(ko.contains("(40문항 중 37개, 3개는 판정이 빠져 제외): "), "{ko}");
        assert!(
            causes(&split(40, 0), Lang::En)
                .join("")
                .contains("Variance of the verdicts: ")
        );
    }

    /// Two complete cases were split into shares.
    #[test]
    fn few_complete_cases_give_no_shares() {
        for (cases, without, n) in [(12, 3, 9), (12, 12, 0)] {
            let told = causes(&split(cases, without), Lang::En).join("\n");
            assert!(
                told.contains(&format!("{n} of 12 cases")) && told.contains("10 are needed"),
                "{told}"
            );
            assert!(!told.contains('%') && !told.contains('×'), "{told}");
            assert!(
                causes(&split(cases, without), Lang::Ko)
                    .join("")
                    .contains("10개는 있어야")
            );
        }
    }
}
