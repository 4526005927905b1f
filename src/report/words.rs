//! Every word and phrase of the reports, in English and Korean, in one place.
//!
//! Only people's surfaces are translated. Column names of exports, keys of JSON and kinds of errors are English always.

mod advice;
mod causes;
mod gate;
mod pairs;
mod sentences;

pub use advice::{note, remedy, remedy_in};
pub use causes::causes;
pub use gate::*;
pub use pairs::{difference, said, score_difference, score_span, span};
pub use sentences::*;

pub use crate::domain::Lang;

impl Lang {
    /// The fixed words of the reports.
    #[must_use]
    pub fn words(self) -> &'static Words {
        self.pick(&ENGLISH, &KOREAN)
    }
}

/// Words that stand alone: heads of tables, titles of sections.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is the word that it holds")]
pub struct Words {
    pub target: &'static str,
    pub pass: &'static str,
    pub interval: &'static str,
    pub passed: &'static str,
    pub answered: &'static str,
    pub errors: &'static str,
    pub score: &'static str,
    pub cost: &'static str,
    pub tokens_out: &'static str,
    pub tag: &'static str,
    pub case: &'static str,
    pub why: &'static str,
    pub signs: &'static str,
    pub kind: &'static str,
    pub cases: &'static str,
    pub by_tag: &'static str,
    pub by_tag_thin: &'static str,
    pub by_prompt: &'static str,
    pub by_prompt_thin: &'static str,
    pub widest: &'static str,
    pub reading: &'static str,
    pub error_section: &'static str,
    pub notes: &'static str,
    pub next: &'static str,
    pub local: &'static str,
    pub question: &'static str,
    pub reference: &'static str,
    pub answer: &'static str,
    pub no_answer: &'static str,
    pub empty_answer: &'static str,
    pub not_reached: &'static str,
    pub scores: &'static str,
    pub informational: &'static str,
    pub thinking: &'static str,
    pub tools: &'static str,
    pub tags: &'static str,
    pub prompt: &'static str,
    pub from_cache: &'static str,
    pub run: &'static str,
    pub suite: &'static str,
    pub started: &'static str,
    pub state: &'static str,
    pub finished: &'static str,
    pub stopped: &'static str,
    pub running: &'static str,
    pub damaged: &'static str,
    pub no_runs: &'static str,
    pub calls: &'static str,
    pub cached: &'static str,
    pub tokens_in: &'static str,
    pub tokens_out_expected: &'static str,
    pub cost_low: &'static str,
    pub expected: &'static str,
    pub worst: &'static str,
    pub total: &'static str,
    pub cap: &'static str,
    pub time: &'static str,
    pub simulated: &'static str,
    pub rates_and_bars: &'static str,
    pub rates_only: &'static str,
    pub one_case: &'static str,
    pub spreadsheet: &'static str,
    pub again: &'static str,
    pub go_on: &'static str,
}

static ENGLISH: Words = Words {
    target: "target",
    pass: "pass",
    interval: "95% CI",
    passed: "passed",
    answered: "answered",
    errors: "err",
    score: "score",
    cost: "cost",
    tokens_out: "tokens out",
    tag: "tag",
    case: "case",
    why: "why it is interesting",
    signs: "answers",
    kind: "kind",
    cases: "cases",
    by_tag: "By tag (pass %, n ≥ 10)",
    by_tag_thin: "By tag (pass %, n ≥ 10; in brackets where fewer were measured)",
    by_prompt: "By prompt (pass %): how far answers shift with how you ask",
    by_prompt_thin: "By prompt (pass %, in brackets n < 10): how far answers shift with how you ask",
    widest: "shift",
    reading: "Worth reading first",
    error_section: "Errors",
    notes: "Notes",
    next: "Next",
    local: "local",
    question: "question",
    reference: "reference",
    answer: "answer",
    no_answer: "no answer",
    empty_answer: "(empty answer)",
    not_reached: "not asked yet",
    scores: "scores",
    informational: "informational",
    thinking: "thinking",
    tools: "tools",
    tags: "tags",
    prompt: "prompt",
    from_cache: "from cache",
    run: "run",
    suite: "suite",
    started: "started",
    state: "state",
    finished: "finished",
    stopped: "stopped",
    running: "running",
    damaged: "damaged",
    no_runs: "no runs yet",
    calls: "calls",
    cached: "cached",
    tokens_in: "in tok",
    tokens_out_expected: "out tok expected",
    cost_low: "cost low",
    expected: "expected",
    worst: "worst",
    total: "total",
    cap: "cap",
    time: "time",
    simulated: "SIMULATED",
    rates_and_bars: "Passing rates over measured answers, bars are 95 % intervals.",
    rates_only: "Passing rates over measured answers, with 95 % intervals.",
    one_case: "one case in full",
    spreadsheet: "workbook: answers side by side",
    again: "score again, without asking",
    go_on: "ask what is missing",
};

static KOREAN: Words = Words {
    target: "대상",
    pass: "통과율",
    interval: "95% 구간",
    passed: "통과/측정",
    answered: "답변",
    errors: "오류",
    score: "점수",
    cost: "비용",
    tokens_out: "출력 토큰",
    tag: "분류",
    case: "문항",
    why: "볼 만한 이유",
    signs: "답변",
    kind: "종류",
    cases: "문항",
    by_tag: "분류별 통과율 (%, n ≥ 10)",
    by_tag_thin: "분류별 통과율 (%, n ≥ 10, 그보다 적게 측정된 것은 괄호)",
    by_prompt: "프롬프트별 통과율 (%): 묻는 방식에 따른 차이",
    by_prompt_thin: "프롬프트별 통과율 (%, n < 10은 괄호): 묻는 방식에 따른 차이",
    widest: "차이",
    reading: "먼저 볼 문항",
    error_section: "오류",
    notes: "알아 둘 것",
    next: "다음",
    local: "로컬",
    question: "질문",
    reference: "정답",
    answer: "답변",
    no_answer: "답변 없음",
    empty_answer: "(빈 답변)",
    not_reached: "아직 묻지 않음",
    scores: "채점",
    informational: "참고용",
    thinking: "생각",
    tools: "도구",
    tags: "분류",
    prompt: "프롬프트",
    from_cache: "캐시",
    run: "실행",
    suite: "문항 세트",
    started: "시작",
    state: "상태",
    finished: "끝남",
    stopped: "멈춤",
    running: "실행 중",
    damaged: "손상됨",
    no_runs: "아직 실행이 없습니다",
    calls: "호출",
    cached: "캐시",
    tokens_in: "입력 토큰",
    tokens_out_expected: "출력 토큰 예상",
    cost_low: "최소 비용",
    expected: "예상",
    worst: "최대",
    total: "합계",
    cap: "한도",
    time: "시간",
    simulated: "SIMULATED 모의 실행",
    rates_and_bars: "측정된 답변 기준 통과율이며, 막대는 95% 구간입니다.",
    rates_only: "측정된 답변 기준 통과율과 95% 구간입니다.",
    one_case: "한 문항 자세히 보기",
    spreadsheet: "답변을 나란히 놓은 엑셀 파일",
    again: "묻지 않고 다시 채점",
    go_on: "빠진 답변 이어서 묻기",
};

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a language in the order of the struct.
    fn all(words: &Words) -> Vec<String> {
        let shown = format!("{words:?}");
        shown.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn korean_is_korean_and_english_is_not() {
        let (english, korean) = (all(Lang::En.words()), all(Lang::Ko.words()));
        assert_eq!(english.len(), korean.len());
        for (en, ko) in english.iter().zip(&korean) {
            assert!(!en.chars().any(|letter| ('가'..='힣').contains(&letter)), "{en}");
            assert!(ko.chars().any(|letter| ('가'..='힣').contains(&letter)), "{ko}");
        }
    }
}
