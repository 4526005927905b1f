//! What exports tell of a record, by the names of their columns.

use crate::compare::faults::kind_of;
use crate::compare::row::{reply_of, text_of};
use crate::domain::{Cost, Finish, Outcome, Record, RowKey, RunInfo};

/// The key of a record's row in every export.
#[must_use]
pub fn row_key(info: &RunInfo, record: &Record) -> RowKey {
    RowKey::of(
        info.id.as_str(),
        &record.case.id,
        &info.prompts[record.prompt].name,
        &info.targets[record.target].name,
        record.trial,
    )
}

/// The suite that the record's case belongs to.
pub(in crate::report) fn suite<'a>(info: &'a RunInfo, record: &Record) -> &'a str {
    info.part_of(record.case_index).map_or(&info.suite, |part| &part.name)
}

/// The text of the answer, or the refusal where that is all there is; none where a filter left nothing.
pub(in crate::report) fn answer_of(record: &Record) -> Option<&str> {
    let reply = reply_of(record)?;
    let text = text_of(reply);
    let withheld = reply.finish == Finish::Filter || !matches!(record.outcome, Some(Outcome::Answered { .. }));
    (!(text.is_empty() && withheld)).then_some(text)
}

/// The word for what went wrong; empty when nothing did.
pub(in crate::report) fn error_kind(record: &Record) -> &'static str {
    kind_of(record).map_or("", |(kind, _, _)| kind.word())
}

/// Microseconds to the end and to the first text, of fresh answers that no sleep fell into.
pub(in crate::report) fn times_of(record: &Record) -> Option<(u64, Option<u64>)> {
    match record.outcome.as_ref()? {
        Outcome::Answered {
            timing, cached: false, ..
        } if !timing.suspended && timing.total_us > 0 => Some((timing.total_us, timing.first_text_us)),
        _ => None,
    }
}

/// What an answer cost, and whether it was reused.
pub(in crate::report) fn cost_of(record: &Record) -> Option<(&Cost, bool)> {
    match record.outcome.as_ref()? {
        Outcome::Answered { cost, cached, .. } => Some((cost, *cached)),
        _ => None,
    }
}

/// What was paid in billionths: nothing for a reused answer whose currency is known.
pub(in crate::report) fn paid_of(record: &Record) -> (Option<i64>, &str, &'static str) {
    let Some((cost, cached)) = cost_of(record) else {
        return (None, "", "");
    };
    let nano = cost.money.as_ref().map(|money| if cached { 0 } else { money.nano });
    let currency = cost.money.as_ref().map_or("", |money| money.currency.0.as_str());
    (nano, currency, cost.source.word())
}

/// `fresh` or `cache`, calls made, start in microseconds.
pub(in crate::report) fn how(record: &Record) -> (&'static str, Option<u32>, Option<i64>) {
    match record.outcome.as_ref() {
        Some(Outcome::Answered {
            cached,
            attempts,
            timing,
            ..
        }) => (
            if *cached { "cache" } else { "fresh" },
            Some(*attempts),
            (timing.started_us > 0).then_some(timing.started_us),
        ),
        Some(Outcome::Failed { attempts, timing, .. }) => (
            "fresh",
            Some(*attempts),
            (timing.started_us > 0).then_some(timing.started_us),
        ),
        _ => ("", None, None),
    }
}

/// Seconds in UTC: `2026-03-14T00:12:31Z`.
pub(in crate::report) fn instant(micros: i64) -> String {
    let seconds = jiff::Timestamp::from_second(micros.div_euclid(1_000_000));
    seconds.map(|instant| instant.to_string()).unwrap_or_default()
}

/// Language of a text by its script, as `lang` attributes take it; empty when the script tells nothing.
///
/// Hangul is Korean, kana Japanese, Han alone Chinese, Latin letters English; a syllable or an ideograph weighs as much as
/// three letters.
#[must_use]
pub fn language(text: &str) -> &'static str {
    let (mut hangul, mut kana, mut han, mut latin) = (0u32, 0u32, 0u32, 0u32);
    // The beginning tells; nobody writes a megabyte in one language to switch at its end.
    for letter in text.chars().take(4_000) {
        let count = match letter {
            '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{a960}'..='\u{a97f}' | '가'..='\u{d7ff}' => {
                &mut hangul
            }
            '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' => &mut kana,
            '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' => &mut han,
            'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' => &mut latin,
            _ => continue,
        };
        *count += 1;
    }
    match () {
        () if hangul > 0 && hangul * 3 >= latin && hangul >= kana => "ko",
        () if kana > 0 && (kana + han) * 3 >= latin => "ja",
        () if han > 0 && han * 3 >= latin => "zh",
        () if latin > 0 => "en",
        () if hangul > 0 => "ko",
        () => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_by_script() {
        for (text, lang) in [
            ("환불은 며칠 안에?", "ko"),
            ("GPT와 Claude의 차이", "ko"),
            ("각 나라", "ko"),
            ("猫はどこ？", "ja"),
            ("退款需要几天", "zh"),
            ("Where is the cat?", "en"),
            ("12,500 × 10 %", ""),
            ("", ""),
        ] {
            assert_eq!(language(text), lang, "{text}");
        }
    }
}
