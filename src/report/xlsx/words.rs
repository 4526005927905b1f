//! Names of sheets and columns in both languages. Keys for machines stand beside them, in English always.

use crate::domain::Lang;

/// The sheets, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sheet {
    Summary,
    SideBySide,
    Detail,
    Pairs,
    Errors,
    FullText,
    About,
}

impl Sheet {
    /// Its name.
    pub(super) fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Summary => lang.pick("Summary", "요약"),
            Self::SideBySide => lang.pick("Side by side", "나란히"),
            Self::Detail => lang.pick("Detail", "상세"),
            Self::Pairs => lang.pick("Pairs", "비교"),
            Self::Errors => lang.pick("Errors", "오류"),
            Self::FullText => lang.pick("Full text", "전체본"),
            Self::About => lang.pick("About", "실행 정보"),
        }
    }
}

/// Columns of exports: key, English, Korean, width in characters.
const COLUMNS: &[(&str, &str, &str, f64)] = &[
    ("row_key", "Row key", "행 키", 15.0),
    ("run_id", "Run", "실행", 12.0),
    ("suite", "Suite", "문항 세트", 12.0),
    ("suite_fp", "Suite version", "세트 판", 10.0),
    ("case_id", "Case", "문항", 14.0),
    ("tags", "Tags", "분류", 14.0),
    ("lang", "Language", "언어", 8.0),
    ("target", "Target", "대상", 14.0),
    ("prompt", "Prompt", "프롬프트", 12.0),
    ("provider", "Provider", "제공자", 11.0),
    ("model", "Model", "모델", 16.0),
    ("model_reported", "Model reported", "응답한 모델", 16.0),
    ("trial", "Trial", "회차", 7.0),
    ("status", "Status", "상태", 10.0),
    ("error_kind", "Error kind", "오류 종류", 12.0),
    ("finish_reason", "Finish reason", "끝난 이유", 11.0),
    ("question", "Question", "질문", 36.0),
    ("reference", "Reference", "정답", 36.0),
    ("answer", "Answer", "답변", 52.0),
    ("answer_chars", "Characters", "글자 수", 10.0),
    ("pass", "Pass", "통과", 7.0),
    ("score", "Score", "점수", 8.0),
    ("why", "Why", "이유", 24.0),
    ("human_n", "People", "사람 수", 8.0),
    ("human_mean", "People's mean", "사람 평균", 9.0),
    ("human_pref", "People's choice", "사람의 선택", 14.0),
    ("human_scale", "People's scale", "사람 점수 범위", 9.0),
    ("latency_ms", "Time (ms)", "걸린 시간(ms)", 11.0),
    ("ttft_ms", "First text (ms)", "첫 글자(ms)", 11.0),
    ("tokens_in", "Tokens in", "입력 토큰", 9.0),
    ("tokens_out", "Tokens out", "출력 토큰", 9.0),
    ("tokens_cached", "Tokens cached", "캐시 토큰", 9.0),
    ("tokens_reasoning", "Tokens thinking", "생각 토큰", 9.0),
    ("cost", "Cost", "비용", 14.0),
    ("currency", "Currency", "통화", 8.0),
    ("cost_source", "Cost source", "비용 근거", 10.0),
    ("cached", "Cached", "캐시", 8.0),
    ("attempts", "Calls", "호출 수", 8.0),
    ("started_at", "Started", "시작", 21.0),
    ("simulated", "Simulated", "모의 실행", 11.0),
    ("disagreement", "Disagreement", "갈림", 8.0),
    ("note", "Notes", "메모", 30.0),
    ("message", "Message", "내용", 60.0),
    ("remedy", "What to do", "할 일", 60.0),
    ("column", "Column", "열", 16.0),
    ("part", "Part", "부분", 7.0),
    ("text", "Text", "글", 100.0),
];

/// Head and width of the column with a machine key, `score.faithful` and the like among them.
pub(super) fn head(key: &str, lang: Lang) -> (String, f64) {
    let of = |key: &str| COLUMNS.iter().find(|column| column.0 == key);
    if let Some((_, english, korean, width)) = of(key) {
        return (lang.pick(*english, *korean).to_owned(), *width);
    }
    if let Some((what, name)) = key.split_once('.')
        && let Some((_, english, korean, width)) = of(what)
    {
        return (format!("{} {name}", lang.pick(*english, *korean)), *width);
    }
    (key.to_owned(), 12.0)
}

/// Columns of numbers, which stand on the right.
const NUMBERS: &[&str] = &[
    "trial",
    "answer_chars",
    "score",
    "human_n",
    "human_mean",
    "latency_ms",
    "ttft_ms",
    "tokens_in",
    "tokens_out",
    "tokens_cached",
    "tokens_reasoning",
    "cost",
    "attempts",
    "disagreement",
    "part",
];

/// Whether the column with a machine key holds numbers.
pub(super) fn is_number(key: &str) -> bool {
    NUMBERS.contains(&key.split_once('.').map_or(key, |(what, _)| what))
}

/// Words that exports have for machines, in Korean as a sheet tells them; in English the word itself is told.
const FIXED: &[(&str, &str)] = &[
    // How an answer ended.
    ("measured", "측정됨"),
    ("error", "오류"),
    ("skipped", "건너뜀"),
    ("aborted", "중단"),
    // What went wrong.
    ("timeout", "시간 초과"),
    ("rate_limit", "속도 제한"),
    ("quota", "한도 소진"),
    ("auth", "인증 실패"),
    ("content_filter", "필터 차단"),
    ("bad_request", "잘못된 요청"),
    ("server", "서버 오류"),
    ("network", "연결 오류"),
    ("truncated", "응답 끊김"),
    ("scorer", "채점기 오류"),
    ("judge", "심판 오류"),
    ("budget", "예산 소진"),
    ("no_recording", "녹음 없음"),
    ("not_imported", "가져온 파일에 없음"),
    // Why a model ended.
    ("stop", "끝냄"),
    ("length", "길이 한도"),
    ("filter", "필터"),
    ("tool", "도구 호출"),
    // Where a cost comes from.
    ("priced", "가격표"),
    ("reported", "제공자 보고"),
    ("estimated", "추정"),
    ("unknown", "모름"),
    ("local", "로컬"),
    // Whether an answer was reused.
    ("fresh", "새 답변"),
    ("cache", "캐시"),
];

/// A fixed word of exports as a sheet tells it; any other word as it is.
pub(super) fn fixed(word: &str, lang: Lang) -> &str {
    let korean = || {
        FIXED
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, korean)| *korean)
    };
    match lang {
        Lang::En => word,
        Lang::Ko => korean().unwrap_or(word),
    }
}

/// What people found best: a column's name, or a word of ours.
pub(super) fn best(best: &str, lang: Lang) -> String {
    match best {
        "similar" => lang.pick("similar", "비슷함").to_owned(),
        "all_bad" => lang.pick("all bad", "모두 나쁨").to_owned(),
        "unclear" => lang.pick("cannot tell", "판단 불가").to_owned(),
        "split" => lang.pick("split", "갈림").to_owned(),
        name => crate::text::sink::sheet_line(name),
    }
}

/// What stands behind a text that was cut.
pub(super) fn cut_mark(characters: u64, lang: Lang) -> String {
    let n = super::super::number::grouped(characters);
    lang.pick(format!("…({n} characters in all)"), format!("…(전체 {n}자)"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CostSource, FaultKind, Finish, Status};

    /// Kinds of errors and other fixed words stood in English in Korean sheets.
    #[test]
    fn every_fixed_word_has_a_korean_one() {
        let words = [Status::Measured, Status::Error, Status::Skipped, Status::Aborted].map(Status::word);
        let ends = [Finish::Stop, Finish::Length, Finish::Filter, Finish::Tool].map(Finish::word);
        let sources = [
            CostSource::Priced,
            CostSource::Reported,
            CostSource::Estimated,
            CostSource::Unknown,
            CostSource::Local,
        ]
        .map(CostSource::word);
        let kinds = FaultKind::ALL.map(FaultKind::word);
        for word in words
            .into_iter()
            .chain(ends)
            .chain(sources)
            .chain(kinds)
            .chain(["fresh", "cache"])
        {
            assert_ne!(fixed(word, Lang::Ko), word);
            assert_eq!(fixed(word, Lang::En), word);
        }
        assert_eq!(fixed("openai", Lang::Ko), "openai");
    }
}
