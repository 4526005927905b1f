//! One answer in words: how it ended, how long it took, what it cost. Shared by the pages that show answers.

use super::Style;
use super::number::{grouped, money, score, seconds};
use super::signs::{plain_signs, sign};
use super::words;
use crate::compare::faults::kind_of;
use crate::compare::row::{reply_of, text_of};
use crate::compare::{Sign, Square};
use crate::domain::{CostSource, Outcome, Record};
use crate::text::sink::{Breaks, terminal, terminal_line};

/// The sign of a record.
#[must_use]
pub(super) fn sign_of(record: &Record) -> Sign {
    let mut square = Square::default();
    square.add(record);
    square.sign()
}

/// `✓ 0.93`, `✗`, `!`.
#[must_use]
pub(super) fn verdict(record: &Record, style: &Style) -> String {
    let mark = sign(sign_of(record), style);
    match record.score {
        Some(value) => format!("{mark} {}", score(value)),
        None => mark.to_owned(),
    }
}

/// What to know of an answer beside its text, the most important first.
#[must_use]
pub(super) fn facts(record: &Record, style: &Style) -> Vec<String> {
    let lang = style.lang;
    let mut facts = Vec::new();
    let Some(Outcome::Answered {
        reply,
        timing,
        cached,
        attempts,
        ..
    }) = &record.outcome
    else {
        return facts;
    };
    if *cached {
        facts.push(lang.words().from_cache.to_owned());
    } else if !timing.suspended && timing.total_us > 0 {
        // Imported answers may come without times.
        facts.push(micros(timing.total_us));
        facts.extend(
            timing
                .first_text_us
                .map(|first| words::first_text(&micros(first), lang)),
        );
    }
    facts.push(words::characters(text_of(reply).chars().count() as u64, lang));
    let tokens = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), grouped);
    if reply.usage.input.is_some() || reply.usage.output.is_some() {
        facts.push(words::tokens(
            &tokens(reply.usage.input),
            &tokens(reply.usage.output),
            lang,
        ));
    }
    facts.extend(price(record, style));
    facts.extend(words::tries(*attempts, lang));
    let finish = reply.finish.word();
    if !finish.is_empty() && finish != "stop" {
        facts.push(finish.to_owned());
    }
    facts
}

/// The few that fit into a narrow column: time, length, cost.
#[must_use]
pub(super) fn brief_facts(record: &Record, style: &Style) -> Vec<String> {
    let Some(Outcome::Answered {
        reply, timing, cached, ..
    }) = &record.outcome
    else {
        return Vec::new();
    };
    let mut facts = Vec::new();
    if *cached {
        facts.push(style.lang.words().from_cache.to_owned());
    } else if !timing.suspended && timing.total_us > 0 {
        // Imported answers may come without times.
        facts.push(micros(timing.total_us));
    }
    let length = text_of(reply).chars().count() as u64;
    facts.push(
        style
            .lang
            .pick(format!("{} ch", grouped(length)), words::characters(length, style.lang)),
    );
    facts.extend(price(record, style));
    facts
}

/// What was paid for an answer; nothing for a reused one.
fn price(record: &Record, style: &Style) -> Option<String> {
    let Some(Outcome::Answered {
        cost, cached: false, ..
    }) = &record.outcome
    else {
        return None;
    };
    Some(match (&cost.money, cost.source) {
        (Some(sum), CostSource::Estimated) => format!("~{}", money(sum, style)),
        (Some(sum), _) => money(sum, style),
        (None, CostSource::Local) => style.lang.words().local.to_owned(),
        (None, _) => "?".to_owned(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
fn micros(time: u64) -> String {
    seconds(time as f64)
}

/// Why there is no answer that counts: `timeout: no answer within 60 s`.
#[must_use]
pub(super) fn trouble(record: &Record, style: &Style) -> Option<String> {
    if record.outcome.is_none() {
        return Some(style.lang.words().not_reached.to_owned());
    }
    let (kind, _, message) = kind_of(record)?;
    let message = message.map_or("", |message| message.in_lang(style.lang));
    let message: String = terminal_line(message).chars().take(400).collect();
    if message.trim().is_empty() {
        return Some(kind.word().to_owned());
    }
    Some(format!("{}: {}", kind.word(), message.trim()))
}

/// The text of the answer for the terminal, line breaks kept; none when nothing came.
#[must_use]
pub(super) fn text(record: &Record) -> Option<String> {
    let text = text_of(reply_of(record)?);
    (!text.is_empty()).then(|| terminal(text.trim_end(), Breaks::Keep))
}

/// Facts joined by points.
#[must_use]
pub(super) fn joined(facts: &[String], style: &Style) -> String {
    facts.join(&plain_signs(" · ", style))
}
