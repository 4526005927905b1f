//! A run as JSON lines: one object a cell, nothing left out.
//!
//! | field | what |
//! |---|---|
//! | `notice`, `simulated` | only for runs of the simulator, which say so in every line |
//! | `row_key`, `run_id`, `suite`, `suite_fp`, `case_id`, `tags`, `group`, `lang` | as in the long CSV layout; `tags` a list |
//! | `target`, `prompt`, `provider`, `model`, `trial`, `status`, `error_kind` | as there; `error_kind` null when none |
//! | `question` | the last user message as it was asked |
//! | `system`, `messages`, `params` | the whole conversation as it went out and its effective parameters; null when it could not be rendered again |
//! | `vars`, `images`, `reference` | the case as the suite has it; `reference` the list of accepted answers |
//! | `answer` | the text that was graded: the visible answer, or the refusal |
//! | `pass`, `score` | verdict of the counting scorers, and the weighted score |
//! | `scores` | one object a scorer: `scorer`, `pass`, `points`, `label`, `unscored`, `why`, `weight` |
//! | `human` | only where people rated: `n`, `mean`, `scale`, `decided`, `best`, and `scores` with `reviewer`, `score`, `note`, `at_us` |
//! | `reply` | the answer as read: `text`, `refusal`, `blocked`, `reasoning`, `tool_calls`, `finish`, `finish_raw`, `usage`, `logprobs`, `model`, `id`, … |
//! | `timing` | `started_us`, `total_us`, `first_text_us`, `first_thinking_us`, `suspended` |
//! | `cost`, `cached`, `attempts` | what it cost (`money` in billionths), whether reused, calls made |
//! | `fault` | instead of an answer: `kind`, `message`, `status`, … |
//! | `skipped` | instead of both: why the cell was never asked, or `not_reached` |
//!
//! Field names are those of the long CSV layout where both have a field. Numbers are exact.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::csv::{answer_of, error_kind, language, row_key, suite};
use super::json::SIMULATED;
use crate::domain::{Call, Outcome, Record, RunInfo};

/// Writes a record as one line. `call` is the question as it was asked, rendered.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(out: &mut impl Write, info: &RunInfo, record: &Record, call: Option<&Call>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &object(info, record, call))?;
    out.write_all(b"\n")
}

fn object(info: &RunInfo, record: &Record, call: Option<&Call>) -> Value {
    let target = &info.targets[record.target];
    let case = &record.case;
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_owned(), value);
    };
    if info.simulated {
        put("notice", SIMULATED.into());
        put("simulated", true.into());
    }
    put("row_key", row_key(info, record).as_str().into());
    put("run_id", info.id.as_str().into());
    put("suite", suite(info, record).into());
    put("suite_fp", info.suite_fp.as_str().into());
    put("case_id", case.id.as_str().into());
    put("tags", json!(case.tags));
    put("group", json!(case.group));
    put("lang", language(&record.question).into());
    put("target", target.name.as_str().into());
    put("prompt", info.prompts[record.prompt].name.as_str().into());
    put("provider", info.provider_word(target).into());
    put("model", target.model.as_str().into());
    put("trial", record.trial.into());
    put("status", record.status.word().into());
    let kind = error_kind(record);
    put("error_kind", if kind.is_empty() { Value::Null } else { kind.into() });
    put("question", (&*record.question).into());
    put("system", json!(call.and_then(|call| call.system.as_deref())));
    put("messages", call.map_or(Value::Null, |call| json!(call.messages)));
    put("params", call.map_or(Value::Null, |call| json!(call.params)));
    put("vars", Value::Object(case.vars.clone()));
    put("images", json!(case.images));
    put("reference", json!(case.expect));
    put("answer", json!(answer_of(record)));
    put("pass", json!(record.pass));
    put("score", json!(record.score));
    put("scores", json!(record.scores));
    if let Some(human) = &record.human {
        put("human", json!(human));
    }
    match &record.outcome {
        Some(Outcome::Answered {
            reply,
            timing,
            cost,
            cached,
            attempts,
        }) => {
            put("reply", json!(reply));
            put("timing", told(timing));
            put("cost", json!(cost));
            put("cached", (*cached).into());
            put("attempts", (*attempts).into());
        }
        Some(Outcome::Failed {
            fault,
            timing,
            attempts,
            reply,
        }) => {
            put("fault", json!(fault));
            put("reply", json!(reply));
            put("timing", told(timing));
            put("attempts", (*attempts).into());
        }
        Some(Outcome::Skipped(reason)) => put("skipped", json!(reason)),
        None => put("skipped", "not_reached".into()),
    }
    Value::Object(object)
}

/// The times, null where none is known: imported answers may come without.
fn told(timing: &crate::domain::Timing) -> Value {
    if timing.started_us == 0 && timing.total_us == 0 && timing.first_text_us.is_none() {
        return Value::Null;
    }
    let mut told = json!(timing);
    if timing.started_us == 0
        && let Some(object) = told.as_object_mut()
    {
        object.insert("started_us".to_owned(), Value::Null);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::{Make, conversation, say, usual};
    use crate::domain::{Reply, Score, Status};
    use crate::text::sink::hostile;

    fn line(info: &RunInfo, record: &Record, call: Option<&Call>) -> Value {
        let mut out = Vec::new();
        write(&mut out, info, record, call).unwrap();
        assert_eq!(out.split(|byte| *byte == b'\n').count(), 2);
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn what_was_stored_can_be_read_back() {
        let (info, records) = usual();
        let call = conversation("환불은?");
        for record in &records {
            let value = line(&info, record, Some(&call));
            let messages: Vec<crate::domain::Message> = serde_json::from_value(value["messages"].clone()).unwrap();
            assert_eq!(messages, call.messages);
            let scores: Vec<Score> = serde_json::from_value(value["scores"].clone()).unwrap();
            assert_eq!(scores, record.scores);
            if let Some(Outcome::Answered { reply, cost, .. }) = &record.outcome {
                let read: Reply = serde_json::from_value(value["reply"].clone()).unwrap();
                assert_eq!((&read, &value["cost"]), (&**reply, &json!(cost)));
            }
        }
    }

    #[test]
    fn a_line_with_a_whole_conversation() {
        let (info, records) = usual();
        let text = serde_json::to_string_pretty(&line(&info, &records[1], Some(&conversation("환불은?")))).unwrap();
        insta::assert_snapshot!(text);
    }

    #[test]
    fn errors_and_missing_cells_say_why() {
        let (info, mut records) = usual();
        let filtered = records.iter().find(|record| record.status == Status::Error).unwrap();
        let value = line(&info, filtered, None);
        assert_eq!(
            (value["error_kind"].as_str(), &value["messages"]),
            (Some("timeout"), &Value::Null)
        );
        crate::compare::fixture::unreach(&mut records[0], None);
        assert_eq!(line(&info, &records[0], None)["skipped"], "not_reached");
    }

    #[test]
    fn every_line_of_a_simulated_run_says_so() {
        let make = Make {
            simulated: true,
            cases: 1,
            ..Make::default()
        };
        let value = line(&make.info(), &make.records()[0], None);
        assert!(value["notice"].as_str().unwrap().contains("SIMULATED"));
    }

    #[test]
    fn hostile_texts_come_back() {
        let (info, mut records) = usual();
        for (id, text, _) in hostile::corpus() {
            say(&mut records[0], &text);
            assert_eq!(
                line(&info, &records[0], None)["answer"].as_str(),
                Some(text.as_str()),
                "{id}"
            );
        }
    }
}
