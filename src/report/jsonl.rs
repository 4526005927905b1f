//! A run as JSON lines: one object a cell, nothing left out.
//!
//! Field names are those of the long CSV layout where both have a field; what CSV cannot hold (the whole conversation,
//! expectations as written, log-probabilities, tool calls, thinking) stands here in full. Numbers are exact.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::csv::{answer_of, error_kind, language, row_key};
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
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_owned(), value);
    };
    put("row_key", row_key(info, record).as_str().into());
    put("run_id", info.id.as_str().into());
    if info.simulated {
        put("simulated", true.into());
    }
    put(
        "suite",
        info.part_of(record.case_index)
            .map_or(info.suite.as_str(), |part| part.name.as_str())
            .into(),
    );
    put("suite_fp", info.suite_fp.as_str().into());
    put("case_id", record.case.id.as_str().into());
    put("tags", json!(record.case.tags));
    put("group", json!(record.case.group));
    put("lang", language(&record.question).into());
    put("target", target.name.as_str().into());
    put("prompt", info.prompts[record.prompt].name.as_str().into());
    put("provider", target.provider.word().into());
    put("model", target.model.as_str().into());
    put("trial", record.trial.into());
    put("status", record.status.word().into());
    let kind = error_kind(record);
    put("error_kind", if kind.is_empty() { Value::Null } else { kind.into() });
    put("question", (&*record.question).into());
    put("system", json!(call.and_then(|call| call.system.as_deref())));
    put("messages", call.map_or(Value::Null, |call| json!(call.messages)));
    put("vars", Value::Object(record.case.vars.clone()));
    put("images", json!(record.case.images));
    put("reference", json!(record.case.expect));
    put("answer", json!(answer_of(record)));
    put("pass", json!(record.pass));
    put("score", json!(record.score));
    put("scores", json!(record.scores));
    match &record.outcome {
        Some(Outcome::Answered {
            reply,
            timing,
            cost,
            cached,
            attempts,
        }) => {
            put("reply", json!(reply));
            put("timing", json!(timing));
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
            put("timing", json!(timing));
            put("attempts", (*attempts).into());
        }
        Some(Outcome::Skipped(reason)) => put("skipped", json!(reason)),
        None => put("skipped", "not_reached".into()),
    }
    Value::Object(object)
}
