//! What to do about each kind of error, and what each note says. Every error line says what to do.

use super::Lang;
use crate::compare::{Column, FaultGroup, Note, Peculiar};
use crate::domain::{FaultKind, RunInfo, Target};
use crate::report::number::{grouped, whole_percent};

/// What to do about a group of errors, after the name of the target.
#[must_use]
pub fn remedy(group: &FaultGroup, target: &Target, lang: Lang) -> String {
    let name = &target.name;
    let seconds = target.timeout.as_secs_f64();
    match group.kind {
        FaultKind::Timeout => lang.pick(
            format!(
                "raise targets.{name}.timeout_s (now {seconds}) or lower max_output_tokens, then --resume"
            ),
            format!(
                "targets.{name}.timeout_s(현재 {seconds})를 늘리거나 max_output_tokens를 줄인 뒤 --resume 하세요"
            ),
        ),
        FaultKind::RateLimit => lang.pick(
            format!("lower targets.{name}.limits to what the account allows, then --resume"),
            format!("targets.{name}.limits를 계정 한도에 맞춰 낮춘 뒤 --resume 하세요"),
        ),
        FaultKind::Quota => lang.pick(
            "the account's money or quota is used up: top it up or wait for the reset, then --resume".to_owned(),
            "계정의 잔액이나 할당량을 다 썼습니다. 충전하거나 초기화를 기다린 뒤 --resume 하세요".to_owned(),
        ),
        FaultKind::Auth => lang.pick(
            format!("key missing, wrong or not allowed: narani targets check {name}, then --resume"),
            format!("키가 없거나 틀렸거나 권한이 없습니다. narani targets check {name}(으)로 확인한 뒤 --resume 하세요"),
        ),
        FaultKind::ContentFilter => lang.pick(
            "refused by the provider's filter; not retried".to_owned(),
            "제공자의 필터가 막은 답변입니다. 다시 묻지 않습니다".to_owned(),
        ),
        FaultKind::BadRequest if matches!(group.status, Some(404 | 405)) => lang.pick(
            format!("the service knows no such model or path: check model and address of {name} (narani targets check {name}), then start a new run"),
            format!("그런 모델이나 경로가 없다고 합니다. {name}의 모델과 주소를 확인하고(narani targets check {name}) 새로 실행하세요"),
        ),
        FaultKind::BadRequest if group.status.is_none() => lang.pick(
            "never sent, see below: put that right, then --resume with --retry all-errors, or run the changed suite anew".to_owned(),
            "질문을 보내지 못했습니다. 아래 이유를 바로잡은 뒤 --resume 에 --retry all-errors를 붙이거나, 고친 문항 세트를 새로 실행하세요".to_owned(),
        ),
        FaultKind::BadRequest => lang.pick(
            format!("the provider refuses the request: check model and parameters of {name}, then --resume with --retry all-errors"),
            format!("제공자가 요청을 거절했습니다. {name}의 모델과 매개변수를 확인한 뒤 --resume 에 --retry all-errors를 붙이세요"),
        ),
        FaultKind::Server => lang.pick(
            "the provider failed: wait, then --resume".to_owned(),
            "제공자 쪽 장애입니다. 기다렸다가 --resume 하세요".to_owned(),
        ),
        FaultKind::Network if group.status.is_some() => lang.pick(
            format!("what answers at the address of {name} does not speak its protocol: check the address, then start a new run"),
            format!("{name}의 주소에서 응답하는 서버가 규약에 맞지 않습니다. 주소를 확인하고 새로 실행하세요"),
        ),
        FaultKind::Network => lang.pick(
            format!("no usable connection: check the address of {name} and the network, then --resume"),
            format!("연결할 수 없습니다. {name}의 주소와 네트워크를 확인한 뒤 --resume 하세요"),
        ),
        FaultKind::Truncated if !group.again => lang.pick(
            format!("the server of {name} sends without end: check what runs there; not asked again"),
            format!("{name}의 서버가 끝없이 보냅니다. 무엇이 실행 중인지 확인하세요. 다시 묻지 않습니다"),
        ),
        FaultKind::Truncated => lang.pick(
            "answers were cut on the way: --resume asks again".to_owned(),
            "답변이 도중에 끊겼습니다. --resume으로 다시 묻습니다".to_owned(),
        ),
        FaultKind::Scorer => lang.pick(
            "a scorer broke: mend it, then narani score".to_owned(),
            "채점기가 실패했습니다. 고친 뒤 narani score를 실행하세요".to_owned(),
        ),
        FaultKind::Judge => lang.pick(
            "the judge model gave no verdict: check its target, then narani score".to_owned(),
            "심판 모델이 판정을 내지 못했습니다. 그 대상을 확인한 뒤 narani score를 실행하세요".to_owned(),
        ),
        FaultKind::Aborted => lang.pick(
            "cut by you while running, cost unknown: --resume asks again".to_owned(),
            "사용자가 중단했으며 비용을 알 수 없습니다. --resume으로 다시 묻습니다".to_owned(),
        ),
        FaultKind::NoRecording => lang.pick(
            "no recording of this call: run with keys and --record, then commit the recordings".to_owned(),
            "이 호출의 녹음이 없습니다. 키가 있는 곳에서 --record 로 실행해 녹음을 커밋하세요".to_owned(),
        ),
        FaultKind::NotImported => lang.pick(
            "not in the imported file".to_owned(),
            "가져온 파일에 없습니다".to_owned(),
        ),
        FaultKind::Budget => lang.pick(
            "the budget was used up: raise it with --max-cost, then --resume".to_owned(),
            "예산을 다 썼습니다. --max-cost를 늘려 --resume 하세요".to_owned(),
        ),
    }
}

/// The same within a run: where nobody was asked, asking again is no remedy.
#[must_use]
pub fn remedy_in(info: &RunInfo, group: &FaultGroup, target: &Target, lang: Lang) -> String {
    if info.imported.is_some() {
        return lang
            .pick("as in the imported file", "가져온 파일에 그렇게 적혀 있습니다")
            .to_owned();
    }
    remedy(group, target, lang)
}

/// A note as a sentence. Holds outside text (model names, labels): for a sink.
#[must_use]
pub fn note(note: &Note, info: &RunInfo, columns: &[Column], lang: Lang) -> String {
    let label = |column: usize| columns.get(column).map_or("?", |column| column.label.as_str());
    let target = |target: usize| &info.targets[target];
    match note {
        Note::Model { target: at, reported } => {
            let target = target(*at);
            let names: Vec<String> = reported
                .iter()
                .map(|(name, count)| {
                    let count = grouped(*count);
                    if reported.len() > 1 {
                        format!("{name} ({count})")
                    } else {
                        name.clone()
                    }
                })
                .collect();
            let (name, asked, names) = (&target.name, &target.model, names.join(", "));
            if reported.len() > 1 {
                return lang.pick(
                    format!("{name}: asked for {asked}, the provider reports several models: {names}."),
                    format!("{name}: 요청한 모델은 {asked}, 제공자가 알린 모델은 여러 개입니다: {names}."),
                );
            }
            lang.pick(
                format!("{name}: asked for {asked}, the provider reports {names}."),
                format!("{name}: 요청한 모델은 {asked}, 제공자가 알린 모델은 {names}입니다."),
            )
        }
        Note::Unexpressed(wish) => {
            let (name, field, why) = (&target(wish.target).name, &wish.field, wish.why.in_lang(lang));
            lang.pick(
                format!("{name}: asked without {field} ({why})."),
                format!("{name}: {field} 없이 물었습니다({why})."),
            )
        }
        Note::Answers { kind, columns: which } => {
            let list: Vec<String> = which
                .iter()
                .map(|(at, n)| format!("{} {}", label(*at), grouped(*n)))
                .collect();
            peculiar(*kind, &list.join(", "), lang)
        }
        Note::Unjudged { columns: which, why } => {
            let list: Vec<String> = which
                .iter()
                .map(|(at, n)| format!("{} {}", label(*at), grouped(*n)))
                .collect();
            let list = list.join(", ");
            let why = why.as_ref().map_or_else(String::new, |(scorer, why)| {
                format!(" ({scorer}: {})", why.in_lang(lang))
            });
            lang.pick(
                format!("Measured without a verdict, in no rate: {list}{why}."),
                format!("채점 결과가 없어 통과율에 들지 않는 답변: {list}{why}."),
            )
        }
        Note::Coverage {
            most,
            most_share,
            least,
            least_share,
        } => {
            let (most, least) = (label(*most), label(*least));
            let (high, low) = (whole_percent(*most_share), whole_percent(*least_share));
            lang.pick(
                format!("Not like for like: {least} was measured on {low} % of its cells, {most} on {high} %."),
                format!("같은 조건의 비교가 아닙니다: 측정된 비율이 {least} {low}%, {most} {high}%로 다릅니다."),
            )
        }
        Note::FewCases { cases } => lang.pick(
            format!("Small sample: {}; intervals are rough.", super::cases(*cases, Lang::En)),
            format!("표본이 작습니다: {cases}문항이라 구간이 거칩니다."),
        ),
        Note::P95Unbounded { columns: which } => {
            let labels: Vec<&str> = which.iter().map(|column| label(*column)).collect();
            let who = if which.len() == columns.len() {
                String::new()
            } else {
                format!(": {}", labels.join(", "))
            };
            lang.pick(
                format!("p95 of fewer than 72 fresh answers has no upper bound{who}."),
                format!("새 답변이 72개보다 적으면 p95의 위쪽 한계를 알 수 없습니다{who}."),
            )
        }
    }
}

/// A kind of answers, with the list of who has how many.
fn peculiar(kind: Peculiar, list: &str, lang: Lang) -> String {
    match kind {
        Peculiar::Filtered => lang.pick(
            format!("Withheld or cut by the provider's filter: {list}."),
            format!("제공자의 필터가 막거나 자른 답변: {list}."),
        ),
        Peculiar::CutShort => lang.pick(
            format!("Ended at the cap on tokens: {list}; raise max_output_tokens."),
            format!("토큰 한도에서 끝난 답변: {list}. max_output_tokens를 늘리세요."),
        ),
        Peculiar::Empty => lang.pick(format!("Without any text: {list}."), format!("글이 없는 답변: {list}.")),
        Peculiar::Suspended => lang.pick(
            format!("Left out of latency because the computer slept: {list}."),
            format!("컴퓨터가 잠들어 지연에서 뺀 답변: {list}."),
        ),
        Peculiar::Reused => lang.pick(
            format!("Not asked anew, so not in latency and cost and no news of the provider: {list}."),
            format!("새로 묻지 않아 지연과 비용에 들지 않고 제공자의 변화를 보여 주지 못하는 답변: {list}."),
        ),
        Peculiar::Unpriced => lang.pick(
            format!("No price known (?): {list}; set `price` of the target, or `local = true`."),
            format!("가격을 모르는 답변(?): {list}. 대상에 `price` 또는 `local = true`를 적으세요."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ProviderName;

    fn group(kind: FaultKind, status: Option<u16>) -> FaultGroup {
        FaultGroup {
            target: 0,
            kind,
            again: true,
            status,
            cells: 1,
            skipped: 0,
            cases: Vec::new(),
            case_count: 1,
            message: crate::domain::Said::default(),
        }
    }

    /// Half a second was told as `now 0`.
    #[test]
    fn the_time_out_is_told_as_it_was_set() {
        for (seconds, told) in [(0.5, "(now 0.5)"), (120.0, "(now 120)")] {
            let target = Target {
                timeout: std::time::Duration::from_secs_f64(seconds),
                ..Target::plain("t", ProviderName::OpenAi, "", "m")
            };
            assert!(remedy(&group(FaultKind::Timeout, None), &target, Lang::En).contains(told));
        }
    }

    /// A picture that could not be fetched was told as a refusal of the provider, who was never asked.
    #[test]
    fn what_was_never_sent_is_no_refusal_of_the_provider() {
        let target = Target::plain("t", ProviderName::OpenAi, "", "m");
        let told = |status| remedy(&group(FaultKind::BadRequest, status), &target, Lang::En);
        assert!(told(None).contains("never sent") && !told(None).contains("refuses"));
        assert!(told(Some(400)).contains("the provider refuses"));
    }
}
