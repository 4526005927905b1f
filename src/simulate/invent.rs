//! Made-up answers: right as often as wished where the expectation is known, and plainly simulated where not.

use super::chance::{Chance, name_key, text_key};
use super::knowledge::Known;
use super::phrases::{do_not_know, echo, is_korean, refusal, said, wrong};
use super::rights::{Draw, Rights, is_right};
use super::schema;
use crate::domain::{Call, Effort, Finish, Reply, TokenLogprob, Usage};
use crate::price::estimate_tokens;

/// Of the wrong answers, the share that is a refusal.
const REFUSALS: f64 = 0.04;
/// Of the wrong answers, the share that says it does not know.
const DO_NOT_KNOW: f64 = 0.12;

/// What an answer is made up from.
pub(super) struct Asking<'a> {
    /// The call as read from the wire.
    pub(super) call: &'a Call,
    /// The model asked.
    pub(super) model: &'a str,
    /// What is known of the question.
    pub(super) known: Option<&'a Known>,
    /// How often this very call came, from 1.
    pub(super) nth: u32,
    /// Seed of the simulation.
    pub(super) seed: u64,
}

/// An answer. The same asking gives the same answer; a repeated one varies unless the temperature is 0.
pub(super) fn answer(asking: &Asking<'_>, rights: &Rights) -> Reply {
    let question = asking.call.question();
    let question_key = text_key(&question);
    let model_key = name_key(asking.model);
    let steady = asking.call.params.temperature == Some(0.0);
    let trial = if steady { 0 } else { asking.nth };
    let mut chance = Chance::of(asking.seed, "answer", &[question_key, model_key, u64::from(trial)]);
    let korean = is_korean(&question);
    let schema = asking.call.params.json_schema.as_ref();

    // A question without an expectation may still be known by its id.
    let known = asking.known.filter(|known| !known.right.trim().is_empty());
    let (mut text, refused) = match known {
        None => (echo(asking.model, &question, korean, &mut chance), false),
        Some(known) => {
            let draw = Draw {
                seed: asking.seed,
                question: question_key,
                model: model_key,
                trial,
            };
            if is_right(rights.of(asking.model), draw) {
                let alone = known.alone || schema.is_some();
                (said(&known.right, alone, korean, &mut chance), false)
            } else {
                let kind = chance.unit();
                if kind < REFUSALS && schema.is_none() {
                    (refusal(korean).to_owned(), true)
                } else if kind < REFUSALS + DO_NOT_KNOW && !known.alone && schema.is_none() {
                    (do_not_know(korean).to_owned(), false)
                } else {
                    let wrong = wrong(known, korean, &mut chance);
                    let alone = known.alone || schema.is_some();
                    (said(&wrong, alone, korean, &mut chance), false)
                }
            }
        }
    };
    if let Some(schema) = schema {
        let fits =
            serde_json::from_str(&text).is_ok_and(|value: serde_json::Value| value.is_object() || value.is_array());
        if !fits {
            text = schema::instance(schema, &text, &mut chance).to_string();
        }
    }
    let mut reply = Reply {
        text,
        finish: Finish::Stop,
        choices: 1,
        ..Reply::default()
    };
    think(&mut reply, asking.call, korean, &mut chance);
    stop_and_cap(&mut reply, asking.call);
    if refused {
        reply.refusal = Some(std::mem::take(&mut reply.text));
    }
    if asking.call.params.logprobs.is_some() {
        reply.logprobs = logprobs(&reply.text, asking.call.params.logprobs, &mut chance);
    }
    complete(&mut reply, asking);
    reply
}

/// Fills in what a recording may leave out: tokens, model, id.
pub(super) fn complete(reply: &mut Reply, asking: &Asking<'_>) {
    let usage = &mut reply.usage;
    let output = || {
        let refusal = reply.refusal.as_deref().unwrap_or_default();
        estimate_tokens(&reply.text) + estimate_tokens(refusal) + usage.reasoning.unwrap_or(0)
    };
    *usage = Usage {
        input: usage.input.or_else(|| Some(input_tokens(asking.call))),
        output: usage.output.or_else(|| Some(output())),
        ..*usage
    };
    if reply.model.is_none() {
        reply.model = Some(asking.model.to_owned());
    }
    if reply.id.is_none() {
        let key = text_key(&asking.call.question());
        let id = Chance::of(asking.seed, "id", &[key, name_key(asking.model), u64::from(asking.nth)]).below(usize::MAX);
        reply.id = Some(format!("simulated-{id:016x}"));
    }
}

/// Estimated tokens of everything that was sent.
pub(super) fn input_tokens(call: &Call) -> u64 {
    /// What a turn costs besides its text.
    const TURN: u64 = 4;
    /// What a picture costs, about.
    const PICTURE: u64 = 800;
    let system = call.system.as_deref().map_or(0, estimate_tokens);
    call.messages.iter().fold(system, |sum, message| {
        let pictures = message
            .parts
            .iter()
            .filter(|part| matches!(part, crate::domain::Part::Image(_)))
            .count() as u64;
        sum + TURN + pictures * PICTURE + estimate_tokens(&message.plain_text())
    })
}

/// Thinking, for calls that ask for effort or give a budget.
fn think(reply: &mut Reply, call: &Call, korean: bool, chance: &mut Chance) {
    let most = match (call.params.reasoning_effort, call.params.reasoning_budget) {
        (Some(Effort::None), _) | (_, Some(0)) | (None, None) => return,
        (_, Some(budget)) => budget,
        (Some(Effort::Minimal | Effort::Low), None) => 100,
        (Some(Effort::Medium), None) => 400,
        (Some(Effort::High | Effort::Xhigh | Effort::Max), None) => 1500,
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let tokens = most / 4 + chance.below(most / 2 + 1);
    reply.usage.reasoning = Some(tokens.max(1) as u64);
    reply.reasoning = Some(
        if korean {
            "모의 사고 과정입니다."
        } else {
            "Simulated thinking."
        }
        .to_owned(),
    );
}

/// Ends the text at the first stop text and at the cap on tokens.
fn stop_and_cap(reply: &mut Reply, call: &Call) {
    let stops = call.params.stop.iter().flatten();
    let first = stops
        .filter(|stop| !stop.is_empty())
        .filter_map(|stop| reply.text.find(stop.as_str()).map(|at| (at, stop)))
        .min_by_key(|(at, _)| *at);
    if let Some((at, stop)) = first {
        reply.text.truncate(at);
        reply.stop_sequence = Some(stop.clone());
    }
    let Some(cap) = call.params.max_output_tokens.map(u64::from) else {
        return;
    };
    let thought = reply.usage.reasoning.unwrap_or(0).min(cap);
    if let Some(reasoning) = &mut reply.usage.reasoning {
        *reasoning = thought;
    }
    let room = cap - thought;
    if estimate_tokens(&reply.text) > room {
        reply.finish = Finish::Length;
        reply.stop_sequence = None;
        // The longest beginning that fits; the estimate grows with the text, so halving finds it.
        let ends: Vec<usize> = reply.text.char_indices().map(|(at, _)| at).collect();
        let fits = ends.partition_point(|end| estimate_tokens(&reply.text[..*end]) <= room);
        reply.text.truncate(ends[fits.saturating_sub(1)]);
    }
}

/// Log-probabilities a word, with as many alternatives as asked for.
fn logprobs(text: &str, alternatives: Option<u8>, chance: &mut Chance) -> Vec<TokenLogprob> {
    text.split_inclusive(' ')
        .map(|word| {
            let probability = 0.5 + 0.5 * chance.unit();
            let logprob = probability.ln();
            let mut left = 1.0 - probability;
            let top = (0..alternatives.unwrap_or(0))
                .map(|place| {
                    if place == 0 {
                        return (word.to_owned(), logprob);
                    }
                    left /= 2.0;
                    (format!("~{place}"), (left + 1e-9).ln())
                })
                .collect();
            TokenLogprob {
                token: word.to_owned(),
                logprob,
                top,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Params;
    use proptest::prelude::*;
    use serde_json::json;

    fn reply_to(call: &Call, known: Option<&Known>, nth: u32, right: &str) -> Reply {
        let asking = Asking {
            call,
            model: "test-1",
            known,
            nth,
            seed: 11,
        };
        answer(&asking, &right.parse().unwrap())
    }

    fn known(right: &str, options: &[&str]) -> Known {
        Known {
            right: right.to_owned(),
            options: options.iter().map(ToString::to_string).collect(),
            ..Known::default()
        }
    }

    #[test]
    fn right_answers_stand_in_sentences_of_the_question_s_language() {
        let english = reply_to(&Call::ask("2 + 2?"), Some(&known("4", &[])), 1, "1");
        assert!(english.text.contains('4'), "{english:?}");
        assert!(!is_korean(&english.text));
        let mut korean_sentences = 0;
        for n in 0..40 {
            let call = Call::ask(format!("{n}번째 질문, 수도는?"));
            let reply = reply_to(&call, Some(&known("서울", &[])), 1, "1");
            assert!(reply.text.contains("서울"));
            korean_sentences += usize::from(reply.text.contains("입니다"));
        }
        assert!(korean_sentences > 10);
        let alone = Known {
            alone: true,
            ..known("B", &["A", "B"])
        };
        for n in 0..40 {
            let call = Call::ask(format!("{n}?"));
            assert_eq!(reply_to(&call, Some(&alone), 1, "1").text, "B");
        }
    }

    #[test]
    fn wrong_answers_are_wrong_and_of_their_kind() {
        let mut refusals = 0;
        for n in 0..300 {
            let call = Call::ask(format!("question {n}?"));
            let choice = Known {
                alone: true,
                ..known("B", &["A", "B", "C"])
            };
            let reply = reply_to(&call, Some(&choice), 1, "0");
            refusals += usize::from(reply.refusal.is_some());
            assert!(
                reply.refusal.is_some() || ["A", "C"].contains(&reply.text.as_str()),
                "{reply:?}"
            );
        }
        assert!((2..30).contains(&refusals), "{refusals}");
    }

    #[test]
    fn trials_vary_unless_the_temperature_is_zero() {
        let mut warm = Call::ask("Tell me something.");
        let texts = |call: &Call| -> std::collections::BTreeSet<String> {
            (1..20).map(|nth| reply_to(call, None, nth, "1").text).collect()
        };
        assert!(texts(&warm).len() > 5);
        warm.params.temperature = Some(0.0);
        assert_eq!(texts(&warm).len(), 1);
    }

    #[test]
    fn unknown_questions_get_text_that_says_what_it_is() {
        let reply = reply_to(&Call::ask("왜 하늘은 파란가요?"), None, 1, "1");
        assert!(reply.text.starts_with("[모의 답변 · test-1]"));
        assert!(reply_to(&Call::ask(""), None, 1, "1").text.contains("Simulated"));
        let only_id = Known {
            id: "c1".to_owned(),
            ..Known::default()
        };
        assert!(
            reply_to(&Call::ask("why?"), Some(&only_id), 1, "1")
                .text
                .contains("Simulated")
        );
        assert_eq!(reply.model.as_deref(), Some("test-1"));
        assert!(reply.usage.input > Some(4) && reply.usage.output > Some(10));
    }

    #[test]
    fn caps_and_stop_texts_end_the_answer() {
        let mut call = Call::ask("Tell me something long.");
        call.params = Params {
            max_output_tokens: Some(5),
            ..Params::default()
        };
        let capped = reply_to(&call, None, 1, "1");
        assert_eq!(capped.finish, Finish::Length);
        assert_eq!(capped.usage.output, Some(5));
        call.params = Params {
            stop: Some(vec!["asked".to_owned(), "answer".to_owned()]),
            ..Params::default()
        };
        let stopped = reply_to(&call, None, 1, "1");
        assert_eq!(stopped.text, "[Simulated ");
        assert_eq!(stopped.stop_sequence.as_deref(), Some("answer"));
        call.params = Params {
            max_output_tokens: Some(20),
            reasoning_effort: Some(Effort::High),
            ..Params::default()
        };
        let thought = reply_to(&call, None, 1, "1");
        assert_eq!((thought.text.as_str(), thought.finish), ("", Finish::Length));
        assert_eq!(thought.usage.reasoning, Some(20));
    }

    #[test]
    fn structured_answers_fit_and_carry_the_answer() {
        let mut call = Call::ask("Which?");
        call.params.json_schema = Some(json!({
            "type": "object", "properties": {"choice": {"enum": ["A", "B"]}}, "required": ["choice"],
        }));
        let reply = reply_to(&call, Some(&known("B", &["A", "B"])), 1, "1");
        assert_eq!(reply.text, r#"{"choice":"B"}"#);
    }

    #[test]
    fn thinking_and_logprobs_come_when_asked_for() {
        let mut call = Call::ask("Why?");
        assert_eq!(reply_to(&call, None, 1, "1").reasoning, None);
        call.params.reasoning_effort = Some(Effort::Low);
        call.params.logprobs = Some(2);
        let reply = reply_to(&call, None, 1, "1");
        assert!(reply.usage.reasoning > Some(0) && reply.reasoning.is_some());
        let joined: String = reply.logprobs.iter().map(|token| token.token.as_str()).collect();
        assert_eq!(joined, reply.text);
        assert!(
            reply
                .logprobs
                .iter()
                .all(|token| token.top.len() == 2 && token.logprob <= 0.0)
        );
    }

    proptest! {
        #[test]
        fn no_question_breaks_it(question in "\\PC{0,200}", cap in 0u32..50) {
            let mut call = Call::ask(question.clone());
            call.params.max_output_tokens = Some(cap);
            let reply = reply_to(&call, Some(&known(&question, &[])), 1, "0.5");
            prop_assert!(reply.usage.output.unwrap() <= u64::from(cap).max(15));
        }
    }
}
