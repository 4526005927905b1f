//! What made-up answers say, in English and Korean: sentences round a right answer, plausible wrong ones, and
//! texts that say they are simulated.

use super::chance::Chance;
use super::knowledge::Known;

/// Whether a question is to be answered in Korean.
pub(super) fn is_korean(text: &str) -> bool {
    text.chars()
        .any(|letter| matches!(letter, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}'))
}

/// An answer alone or in a sentence.
pub(super) fn said(answer: &str, alone: bool, korean: bool, chance: &mut Chance) -> String {
    const ENGLISH: [(&str, &str); 5] = [
        ("The answer is ", "."),
        ("Let me think about it step by step. In the end it is ", "."),
        ("It is ", "."),
        ("Answer: ", ""),
        ("", ""),
    ];
    const KOREAN: [(&str, &str); 5] = [
        ("정답은 ", "입니다."),
        ("차근차근 따져 보면 답은 ", "입니다."),
        ("제 생각에는 ", "입니다."),
        ("답: ", ""),
        ("", ""),
    ];
    // Long or structured answers do not fit into a sentence.
    if alone || answer.len() > 80 || answer.contains(['\n', '{', '[']) {
        return answer.to_owned();
    }
    let (before, after) = chance.pick(if korean { &KOREAN } else { &ENGLISH });
    format!("{before}{answer}{after}")
}

pub(super) fn refusal(korean: bool) -> &'static str {
    if korean {
        "죄송하지만 그 요청은 도와드릴 수 없습니다."
    } else {
        "I'm sorry, but I can't help with that."
    }
}

pub(super) fn do_not_know(korean: bool) -> &'static str {
    if korean { "모르겠습니다." } else { "I don't know." }
}

/// A plausible wrong answer.
pub(super) fn wrong(known: &Known, korean: bool, chance: &mut Chance) -> String {
    let right = known.right.trim();
    let others: Vec<&String> = known.options.iter().filter(|option| option.trim() != right).collect();
    if !others.is_empty() {
        return (*chance.pick(&others)).clone();
    }
    if let Some(number) = wrong_number(right, chance) {
        return number;
    }
    if known.wrong.is_empty() || known.wrong.trim() == right {
        do_not_know(korean).to_owned()
    } else {
        known.wrong.clone()
    }
}

/// A number near the right one, or off by a factor, written alike; none when the right answer is no number.
fn wrong_number(right: &str, chance: &mut Chance) -> Option<String> {
    let plain = right.replace(',', "");
    let (digits, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    if decimals.len() > 9 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let places = decimals.len();
    let whole: i64 = format!("{digits}{decimals}").parse().ok()?;
    let near = 1 + i64::try_from(chance.below(9)).expect("below nine");
    let other = match chance.below(4) {
        0 => whole.checked_add(near)?,
        1 => whole.checked_sub(near)?,
        2 if whole != 0 => whole.checked_mul(10)?,
        _ if whole != 0 => whole.checked_mul(2)?,
        _ => near,
    };
    let sign = if other < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", other.unsigned_abs(), width = places + 1);
    let (left, rest) = text.split_at(text.len() - places);
    Some(if places == 0 {
        format!("{sign}{left}")
    } else {
        format!("{sign}{left}.{rest}")
    })
}

/// Text for a question of which nothing is known; says that it is simulated.
pub(super) fn echo(model: &str, question: &str, korean: bool, chance: &mut Chance) -> String {
    const ENGLISH: [&str; 5] = [
        "No model has seen this question.",
        "The text only has the length and the pace of a real answer.",
        "A second paragraph would follow here, with reasons and an example.",
        "Numbers, names and dates are left out on purpose.",
        "In short: this is a rehearsal.",
    ];
    const KOREAN: [&str; 5] = [
        "실제 모델은 이 질문을 보지 않았습니다.",
        "길이와 속도만 실제 답변과 비슷합니다.",
        "여기에 이유와 예시가 이어질 자리입니다.",
        "숫자와 이름, 날짜는 일부러 넣지 않았습니다.",
        "요컨대 연습용 답변입니다.",
    ];
    let first_line = question
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default()
        .trim();
    let begin: String = first_line.chars().take(60).collect();
    let dots = if begin.len() < first_line.len() { "…" } else { "" };
    let mut text = if korean {
        format!("[모의 답변 · {model}] “{begin}{dots}”에 대한 답변입니다.")
    } else {
        format!("[Simulated answer · {model}] You asked: “{begin}{dots}”.")
    };
    let sentences = if korean { &KOREAN } else { &ENGLISH };
    for _ in 0..=chance.below(5) {
        text.push(' ');
        text.push_str(chance.pick::<&str>(sentences));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_number_has_no_wrong_number() {
        for text in ["", "A", "1.2.3", "1e5", "-", "12개", "٣"] {
            let made = wrong_number(text, &mut Chance::of(1, "wrong", &[]));
            assert_eq!(made, None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn wrong_numbers_differ_and_keep_their_form(right in -100_000i64..100_000, places in 0usize..4, seed in any::<u64>()) {
            let text = if places == 0 { right.to_string() } else {
                let scale = 10i64.pow(u32::try_from(places).unwrap());
                let sign = if right < 0 { "-" } else { "" };
                format!("{sign}{}.{:0places$}", right.abs() / scale, right.abs() % scale)
            };
            let wrong = wrong_number(&text, &mut Chance::of(seed, "wrong", &[])).unwrap();
            prop_assert!((wrong.parse::<f64>().unwrap() - text.parse::<f64>().unwrap()).abs() > 1e-9);
            prop_assert_eq!(wrong.split_once('.').map_or(0, |(_, rest)| rest.len()), places);
        }
    }
}
