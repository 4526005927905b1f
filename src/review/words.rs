//! What packs and the review commands say, in English and Korean.

use crate::domain::Lang;
use crate::domain::review::{LABELS, Pack, Preference};

use super::page::Column;
use crate::text::digits;

/// Names of the sheets, in their order.
#[must_use]
pub fn sheets(lang: Lang) -> Sheets {
    lang.pick(
        Sheets {
            guide: "Guide",
            rows: "Review",
            full: "Full text",
            lists: "Lists",
        },
        Sheets {
            guide: "안내",
            rows: "심사",
            full: "전체본",
            lists: "목록",
        },
    )
}

/// Names of the sheets.
#[derive(Debug, Clone, Copy)]
pub struct Sheets {
    /// What to do.
    pub guide: &'static str,
    /// The rows.
    pub rows: &'static str,
    /// Long texts in full.
    pub full: &'static str,
    /// Lists behind the drop-downs.
    pub lists: &'static str,
}

/// The mark of a finished row.
pub const DONE: &str = "○";

/// Width of a column in characters.
#[must_use]
pub fn width(column: Column) -> f64 {
    match column {
        Column::Key | Column::Issue => 16.0,
        Column::Case => 14.0,
        Column::Number | Column::Done => 6.0,
        Column::Tags | Column::Best => 12.0,
        Column::Question | Column::Note => 40.0,
        Column::Reference => 36.0,
        Column::Answer(_) => 56.0,
        Column::Said(_) => 24.0,
        Column::Score(_) => 8.0,
    }
}

/// Head of a column.
#[must_use]
pub fn head(column: Column, labels: usize, lang: Lang) -> String {
    let letter = |at: usize| LABELS.get(at).copied().unwrap_or('?');
    let one = labels == 1;
    match column {
        Column::Key => "row_key".to_owned(),
        Column::Case => lang.pick("Case", "문항").to_owned(),
        Column::Number => lang.pick("No.", "번호").to_owned(),
        Column::Tags => lang.pick("Tags", "분류").to_owned(),
        Column::Question => lang.pick("Question", "질문").to_owned(),
        Column::Reference => lang.pick("Reference", "정답").to_owned(),
        Column::Answer(_) if one => lang.pick("Answer", "답변").to_owned(),
        Column::Answer(at) => format!("{} {}", lang.pick("Answer", "답변"), letter(at)),
        Column::Said(at) => format!("R{}", at + 1),
        Column::Score(_) if one => lang.pick("Score", "점수").to_owned(),
        Column::Score(at) => format!("{} {}", lang.pick("Score", "점수"), letter(at)),
        Column::Best => lang.pick("Best", "가장 나음").to_owned(),
        Column::Issue => lang.pick("Problem", "문제").to_owned(),
        Column::Note => lang.pick("Comment", "의견").to_owned(),
        Column::Done => lang.pick("Done", "끝").to_owned(),
    }
}

/// Head of a column in a workbook of decisions, where scores and choice are the last word.
#[must_use]
pub fn decision_head(column: Column, labels: usize, lang: Lang) -> String {
    let head = head(column, labels, lang);
    match column {
        Column::Score(_) => lang.pick(head.replace("Score", "Final score"), format!("최종 {head}")),
        Column::Best => lang.pick("Final choice", "최종 선택").to_owned(),
        _ => head,
    }
}

/// What stands where a system gave no answer.
#[must_use]
pub fn no_answer(lang: Lang) -> &'static str {
    lang.pick("(no answer)", "(답변 없음)")
}

/// The choices of the column of what is best.
#[must_use]
pub fn choices(labels: usize, lang: Lang) -> Vec<String> {
    let letters = LABELS.iter().take(labels).map(char::to_string);
    let words = [Preference::Similar, Preference::AllBad, Preference::Unclear];
    letters
        .chain(words.iter().map(|word| preference(*word, lang)))
        .collect()
}

/// A preference as it stands in the list.
#[must_use]
pub fn preference(found: Preference, lang: Lang) -> String {
    match found {
        Preference::Letter(at) => LABELS.get(at).copied().unwrap_or('?').to_string(),
        Preference::Similar => lang.pick("similar", "비슷함").to_owned(),
        Preference::AllBad => lang.pick("all bad", "모두 나쁨").to_owned(),
        Preference::Unclear => lang.pick("cannot tell", "판단 불가").to_owned(),
    }
}

/// The problems offered; others may be written.
#[must_use]
pub fn issues(lang: Lang) -> [&'static str; 6] {
    lang.pick(
        ["wrong fact", "something missing", "tone", "unsafe", "form", "other"],
        ["사실 오류", "빠짐", "어투", "위험", "형식", "기타"],
    )
}

/// `…(전체 3,412자)`: what stands behind a text that is whole in another sheet.
#[must_use]
pub fn cut_mark(characters: u64, lang: Lang) -> String {
    let n = digits::grouped(&characters.to_string());
    lang.pick(
        format!("…({n} characters in all: sheet Full text)"),
        format!("…(전체 {n}자, 전체본 시트)"),
    )
}

/// The scale in one line: `1점 나쁨 … 5점 좋음`.
#[must_use]
pub fn scale(pack: &Pack, lang: Lang) -> String {
    let (low, high) = pack.scale;
    lang.pick(
        format!("{low} bad … {high} good"),
        format!("{low}점 나쁨 … {high}점 좋음"),
    )
}

/// Whose sheet it is: `지민 님 심사 · 묶음 p7f3`.
#[must_use]
pub fn whose(name: &str, pack: &str, lang: Lang) -> String {
    if name.is_empty() {
        return lang.pick(format!("Decisions · pack {pack}"), format!("조정 · 묶음 {pack}"));
    }
    lang.pick(
        format!("Review of {name} · pack {pack}"),
        format!("{name} 님 심사 · 묶음 {pack}"),
    )
}

/// What to do, line by line: a heading where the first is true. `long` tells of the sheet of full texts, where there is one.
#[must_use]
pub fn guide(pack: &Pack, name: &str, (protected, long): (bool, bool), lang: Lang) -> Vec<(bool, String)> {
    let mut lines: Vec<(bool, String)> = Vec::new();
    let mut say = |heading: bool, en: &str, ko: &str| lines.push((heading, lang.pick(en, ko).to_owned()));
    let decisions = name.is_empty();
    if pack.simulated {
        say(
            false,
            "SIMULATED: the answers come from a simulator, not from any model. This is a rehearsal.",
            "SIMULATED 모의 실행: 답변은 모델이 아니라 시뮬레이터가 만들었습니다. 연습용입니다.",
        );
    }
    say(true, "What to do", "할 일");
    if decisions {
        say(
            false,
            "On these rows the reviewers differ by two points or more, chose differently, or could not tell. Their ratings stand in the columns R1, R2, …",
            "심사자들의 점수가 2점 이상 다르거나, 선택이 엇갈리거나, 판단할 수 없다고 한 행입니다. 심사 결과는 R1, R2 … 열에 있습니다.",
        );
        say(
            false,
            "Letters in the reviewers' comments are those of their own sheets: they may stand for other answers than here.",
            "심사자 의견에 나오는 글자(A, B …)는 그 심사자의 파일에서 쓰던 글자라, 여기의 글자와 다를 수 있습니다.",
        );
        say(
            false,
            "Write the final score of each answer and the final choice. What you write counts instead of their mean.",
            "답변마다 최종 점수를, 행마다 최종 선택을 적어 주세요. 여기 적은 값이 심사자 평균을 대신합니다.",
        );
    } else {
        say(
            false,
            "Open the sheet Review. Each row has a question and answers of different systems under letters. Which letter stands for which system changes from row to row and cannot be seen from anything.",
            "‘심사’ 시트를 여세요. 한 행에 질문 하나와 여러 시스템의 답변이 있습니다. 어느 글자가 어느 시스템인지는 행마다 다르고, 알 수 없게 되어 있습니다.",
        );
        say(
            false,
            "Read the answers and give each a score. Then choose the best one; “similar”, “all bad” and “cannot tell” are good answers too.",
            "답변을 읽고 하나씩 점수를 매긴 뒤 가장 나은 것을 고르세요. ‘비슷함’, ‘모두 나쁨’, ‘판단 불가’도 좋은 대답입니다.",
        );
        say(
            false,
            "Problem and Comment are optional. Choose ○ under Done when a row is finished; the row turns grey. Cells that still need something are amber.",
            "문제와 의견은 적고 싶을 때만 적으세요. 다 보았으면 ‘끝’에 ○를 고르세요. 그 행이 회색이 됩니다. 아직 채울 칸은 노란색입니다.",
        );
    }
    say(true, "The scale", "점수");
    for (grade, en, ko) in grades(pack.scale) {
        lines.push((false, lang.pick(format!("{grade}  {en}"), format!("{grade}점  {ko}"))));
    }
    let mut say = |heading: bool, en: &str, ko: &str| lines.push((heading, lang.pick(en, ko).to_owned()));
    say(true, "Good to know", "알아 둘 것");
    say(
        false,
        "Judge what the answer says, not how long it is.",
        "길이가 아니라 내용을 보고 판단해 주세요.",
    );
    if protected {
        say(
            false,
            "The texts are locked; sorting is therefore switched off. Filtering works.",
            "글은 잠겨 있어 고칠 수 없고, 그래서 정렬도 할 수 없습니다. 필터는 됩니다.",
        );
    } else {
        say(
            false,
            "Sort and filter as you like, make columns wider, change colours. Please do not delete columns, also hidden ones, and do not change the texts.",
            "정렬·필터는 자유입니다. 열 너비와 색도 바꿔도 됩니다. 열은 지우지 마세요(숨은 열도). 질문과 답변 글은 고치지 말아 주세요.",
        );
    }
    if long {
        say(
            false,
            "A long text ends with “…”: it stands in full in the sheet Full text, by number and column, in parts where it is very long.",
            "긴 글은 끝이 ‘…’로 잘려 있습니다. ‘전체본’ 시트에 번호와 열별로 전부 있습니다(아주 길면 나누어서).",
        );
    }
    say(
        false,
        "You may stop and go on at any time, and send a half-finished file; send it again later.",
        "언제든 멈췄다 이어서 해도 됩니다. 다 못 했어도 보내고, 나중에 다시 보내도 됩니다.",
    );
    say(true, "Sending it back", "보내는 방법");
    say(
        false,
        "Save and send this file to whoever sent it to you. Excel (.xlsx), LibreOffice (.ods), Google Sheets, Hancell and CSV are all fine.",
        "저장해서 이 파일을 보낸 사람에게 돌려보내면 됩니다. 엑셀(.xlsx), 한셀, 구글 시트, 리브레오피스(.ods), CSV 모두 괜찮습니다.",
    );
    lines
}

/// What each grade means, with an example; the ends only on scales other than 1 to 5.
fn grades(scale: (u8, u8)) -> Vec<(u8, &'static str, &'static str)> {
    if scale == (1, 5) {
        return vec![
            (
                1,
                "Wrong or useless: it names a deadline of 7 days where 14 is right.",
                "틀렸거나 쓸모없음: 14일인데 7일이라고 답함.",
            ),
            (
                2,
                "Mostly wrong, or leaves out what was asked for.",
                "대부분 틀렸거나, 물은 것의 핵심이 빠짐.",
            ),
            (
                3,
                "Usable after corrections: right deadline, but says nothing about the shipping fee that was asked for.",
                "고치면 쓸 수 있음: 기한은 맞지만 함께 물은 배송비 이야기가 없음.",
            ),
            (
                4,
                "Right and complete, with small flaws: a clumsy sentence, a little too long.",
                "맞고 빠짐없지만 작은 흠이 있음: 문장이 어색하거나 조금 김.",
            ),
            (
                5,
                "Right, complete, in the right tone; you would send it as it is.",
                "맞고 빠짐없고 어투도 알맞음: 그대로 보내도 됨.",
            ),
        ];
    }
    vec![
        (scale.0, "Wrong or useless.", "틀렸거나 쓸모없음."),
        (
            scale.1,
            "Right, complete, in the right tone.",
            "맞고 빠짐없고 어투도 알맞음.",
        ),
    ]
}

/// Name of a reviewer's file without its ending.
#[must_use]
pub fn file_stem(name: &str, lang: Lang) -> String {
    format!("{}_{name}", lang.pick("review", "심사"))
}
