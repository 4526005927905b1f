//! Phrases with numbers or names in them. Names come as they are: the sink is the caller's.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Lang;
use crate::compare::{Disagreement, Reason, Sign};
use crate::report::number::{grouped, score};

/// `1 case`, `240 cases`.
#[must_use]
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// `240 cases` · `240문항`.
#[must_use]
pub fn cases(n: u64, lang: Lang) -> String {
    lang.pick(counted(n, "case", "cases"), format!("{}문항", grouped(n)))
}

/// `5 targets` · `5개 대상`.
#[must_use]
pub fn targets(n: u64, lang: Lang) -> String {
    lang.pick(counted(n, "target", "targets"), format!("{}개 대상", grouped(n)))
}

/// `1 trial` · `1회차`.
#[must_use]
pub fn trials(n: u64, lang: Lang) -> String {
    lang.pick(counted(n, "trial", "trials"), format!("{}회차", grouped(n)))
}

/// `2 prompts` · `프롬프트 2개`.
#[must_use]
pub fn prompts(n: u64, lang: Lang) -> String {
    lang.pick(counted(n, "prompt", "prompts"), format!("프롬프트 {}개", grouped(n)))
}

/// `imported from recorded.jsonl` · `recorded.jsonl에서 가져옴`.
#[must_use]
pub fn imported(file: &str, lang: Lang) -> String {
    lang.pick(format!("imported from {file}"), format!("{file} 파일에서 가져옴"))
}

/// `112 answers from cache`, or from recordings where the run replays them.
#[must_use]
pub fn from_cache(n: u64, replayed: bool, lang: Lang) -> String {
    let answers = counted(n, "answer", "answers");
    if replayed {
        return lang.pick(
            format!("{answers} from recordings"),
            format!("녹음된 답변 {}개", grouped(n)),
        );
    }
    lang.pick(format!("{answers} from cache"), format!("캐시 답변 {}개", grouped(n)))
}

/// `14 Mar 2026 09:12 KST` · `2026-03-14 09:12 KST`, or without the zone.
#[must_use]
pub fn moment(micros: i64, zone: &TimeZone, name_zone: bool, lang: Lang) -> String {
    let Ok(timestamp) = Timestamp::from_microsecond(micros) else {
        return "?".to_owned();
    };
    let form = if name_zone {
        lang.pick("%-d %b %Y %H:%M %Z", "%Y-%m-%d %H:%M %Z")
    } else {
        lang.pick("%-d %b %Y %H:%M", "%Y-%m-%d %H:%M")
    };
    timestamp.to_zoned_datetime(zone.clone()).strftime(form).to_string()
}

/// `4 of 1,200 not measured` · `1,200개 중 4개 미측정`.
#[must_use]
pub fn not_measured(n: u64, of: u64, lang: Lang) -> String {
    let (n, of) = (grouped(n), grouped(of));
    lang.pick(format!("{n} of {of} not measured"), format!("{of}개 중 {n}개 미측정"))
}

/// That a run is still going on, and how much is missing.
#[must_use]
pub fn still_running(n: u64, of: u64, lang: Lang) -> String {
    let (n, of) = (grouped(n), grouped(of));
    lang.pick(
        format!("Still running: {n} of {of} not answered yet."),
        format!("실행 중: {of}개 중 {n}개는 아직 답변이 없습니다."),
    )
}

/// That a run did not reach all its cells.
#[must_use]
pub fn not_reached(n: u64, of: u64, run: &str, lang: Lang) -> String {
    let (n, of) = (grouped(n), grouped(of));
    lang.pick(
        format!("Stopped: {n} of {of} not asked yet; narani run --resume {run} goes on."),
        format!("멈춤: {of}개 중 {n}개를 아직 묻지 않았습니다. narani run --resume {run} 명령으로 이어 하세요."),
    )
}

/// `… and 12 more` · `… 외 12개`.
#[must_use]
pub fn and_more(n: u64, lang: Lang) -> String {
    lang.pick(format!("and {} more", grouped(n)), format!("외 {}개", grouped(n)))
}

/// `… 8 more lines (--full)`.
#[must_use]
pub fn more_lines(n: usize, lang: Lang) -> String {
    let n = grouped(n as u64);
    lang.pick(
        format!("{n} more lines, --full shows them"),
        format!("{n}줄 더 있음, --full 로 모두 보기"),
    )
}

/// `182 characters` · `182자`.
#[must_use]
pub fn characters(n: u64, lang: Lang) -> String {
    lang.pick(counted(n, "character", "characters"), format!("{}자", grouped(n)))
}

/// `first text 0.4s` · `첫 글자 0.4s`.
#[must_use]
pub fn first_text(seconds: &str, lang: Lang) -> String {
    lang.pick(format!("first text {seconds}"), format!("첫 글자 {seconds}"))
}

/// `367 in, 61 out` · `입력 367, 출력 61`.
#[must_use]
pub fn tokens(input: &str, output: &str, lang: Lang) -> String {
    lang.pick(
        format!("{input} in, {output} out"),
        format!("입력 {input}, 출력 {output} 토큰"),
    )
}

/// `3 tries` · `3번 시도`; nothing for one.
#[must_use]
pub fn tries(n: u32, lang: Lang) -> Option<String> {
    (n > 1).then(|| lang.pick(format!("{n} tries"), format!("{n}번 시도")))
}

/// `passes 2 of 3` · `3회 중 2회 통과`.
#[must_use]
pub fn passes(passed: u64, of: u64, lang: Lang) -> String {
    lang.pick(format!("{passed} of {of} pass"), format!("{of}회 중 {passed}회 통과"))
}

/// What rates over several trials are.
#[must_use]
pub fn over_trials(trials: u32, lang: Lang) -> String {
    lang.pick(
        format!("Each case counts once, with the mean of its {trials} trials; intervals are over cases."),
        format!("문항마다 {trials}회차의 평균을 한 번씩 셉니다. 구간은 문항 기준입니다."),
    )
}

/// Order of the signs where they stand without heads.
#[must_use]
pub fn signs_in_order(order: &str, lang: Lang) -> String {
    lang.pick(format!("answers in the order {order}"), format!("답변 순서: {order}"))
}

/// What a sign means, where it does not speak for itself.
#[must_use]
pub fn meaning(sign: Sign, lang: Lang) -> Option<&'static str> {
    match sign {
        Sign::Pass | Sign::Fail => None,
        Sign::Unstable => Some(lang.pick("unstable over trials", "회차마다 다름")),
        Sign::Error => Some(lang.pick("error", "오류")),
        Sign::NotMeasured => Some(lang.pick("not measured", "미측정")),
        Sign::Answered => Some(lang.pick("no verdict", "채점 없음")),
    }
}

/// Why a case is worth reading, in a few words, or in as few as possible. `label` names a column.
#[must_use]
pub fn reason(found: &Disagreement, label: &dyn Fn(usize) -> String, brief: bool, lang: Lang) -> String {
    let spread = found.spread.unwrap_or(0.0);
    match &found.reason {
        Reason::NotMeasured { columns, split } => {
            let who = match columns.as_slice() {
                [one] => label(*one),
                several => lang.pick(several.len().to_string(), format!("{}개", several.len())),
            };
            match split {
                true => lang.pick(
                    format!("{who} not measured, others split"),
                    format!("{who} 미측정, 나머지는 갈림"),
                ),
                false => lang.pick(format!("{who} not measured"), format!("{who} 미측정")),
            }
        }
        Reason::OnlyPasses(who) => lang.pick(
            format!("only {} passes", label(*who)),
            format!("{}만 통과", label(*who)),
        ),
        Reason::OnlyFails(who) => lang.pick(format!("only {} fails", label(*who)), format!("{}만 실패", label(*who))),
        Reason::Split { pass, fail } => {
            let split = lang.pick(
                format!("{pass} pass, {fail} fail"),
                format!("{pass} 통과 / {fail} 실패"),
            );
            if spread < 0.5 || brief {
                return split;
            }
            format!("{split}; {}", spread_words(spread, lang))
        }
        Reason::Unstable(columns) => match columns.as_slice() {
            [one] => lang.pick(
                format!("{} unstable over trials", label(*one)),
                format!("{} 회차마다 다름", label(*one)),
            ),
            several => lang.pick(
                format!("{} unstable over trials", several.len()),
                format!("{}개가 회차마다 다름", several.len()),
            ),
        },
        Reason::Scores => spread_words(spread, lang),
        Reason::Words => {
            let alike = score(1.0 - found.dissimilarity.unwrap_or(0.0));
            lang.pick(
                format!("worded differently (similarity {alike})"),
                format!("표현이 다름 (유사도 {alike})"),
            )
        }
        Reason::Alike => lang.pick("alike", "같음").to_owned(),
    }
}

fn spread_words(spread: f64, lang: Lang) -> String {
    lang.pick(
        format!("score spread {}", score(spread)),
        format!("점수 차 {}", score(spread)),
    )
}
