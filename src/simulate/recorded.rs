//! Recorded answers: a file of questions with what models once answered, played back.
//!
//! One JSON object a line. A line names its question by `question`, or by `id` where the run knows the ids of its
//! questions, and gives one answer (`model`, `answer` and details) or several (`answers`, by model). Several
//! lines for the same question and model are its answers in order, trial by trial, and then again from the first.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde::Deserialize;

use super::chance::{name_key, question_keys, text_key};
use crate::domain::{Finish, Reply, Usage};
use crate::said;

/// A line of the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    question: Option<String>,
    id: Option<String>,
    model: Option<String>,
    answer: Option<String>,
    answers: Option<BTreeMap<String, String>>,
    reasoning: Option<String>,
    refusal: Option<String>,
    finish: Option<Finish>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    reasoning_tokens: Option<u64>,
    reported_model: Option<String>,
    latency_ms: Option<u64>,
}

/// One recorded answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recorded {
    /// The answer; tokens and model absent where the recording does not tell them.
    pub(super) reply: Reply,
    /// How long it took.
    pub(super) latency_ms: Option<u64>,
}

/// Which question, which model.
type Key = (u64, u64);

/// All recorded answers of a file.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    by_question: HashMap<Key, Vec<Recorded>>,
    by_id: HashMap<Key, Vec<Recorded>>,
    models: BTreeSet<String>,
}

/// Stands for any model.
const ANY: &str = "*";

impl Answers {
    /// Reads a file of answers.
    ///
    /// # Errors
    /// When the file cannot be read, or those of [`Answers::parse`].
    pub fn load(path: &Path) -> Result<Self, AnswersError> {
        let text = std::fs::read_to_string(path).map_err(|source| AnswersError::Read {
            file: path.display().to_string(),
            source,
        })?;
        Self::parse(&text)
    }

    /// Reads answers, one JSON object a line; blank lines are passed over.
    ///
    /// # Errors
    /// The first line that is not an answer, and why.
    pub fn parse(text: &str) -> Result<Self, AnswersError> {
        let mut answers = Self::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let wrong = |why: String| AnswersError::Line { line: number, why };
            let read: Line = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            answers.take(read).map_err(|why| wrong(why.to_owned()))?;
        }
        Ok(answers)
    }

    fn take(&mut self, line: Line) -> Result<(), &'static str> {
        let mut texts = line.answers.unwrap_or_default();
        if line.answer.is_some() || line.refusal.is_some() {
            let model = line.model.unwrap_or_else(|| ANY.to_owned());
            texts.insert(model, line.answer.unwrap_or_default());
        } else if line.model.is_some() {
            return Err("`model` stands there without `answer`");
        }
        if texts.is_empty() {
            return Err("there is neither `answer` nor `answers`");
        }
        if line.question.is_none() && line.id.is_none() {
            return Err("there is neither `question` nor `id`");
        }
        for (model, text) in texts {
            let recorded = Recorded {
                reply: Reply {
                    text,
                    refusal: line.refusal.clone(),
                    reasoning: line.reasoning.clone(),
                    finish: line.finish.unwrap_or(Finish::Stop),
                    usage: Usage {
                        input: line.input_tokens,
                        output: line.output_tokens,
                        reasoning: line.reasoning_tokens,
                        ..Usage::default()
                    },
                    model: line.reported_model.clone(),
                    choices: 1,
                    ..Reply::default()
                },
                latency_ms: line.latency_ms,
            };
            let model_key = name_key(&model.to_lowercase());
            if model != ANY {
                self.models.insert(model);
            }
            if let Some(id) = &line.id {
                let known = self.by_id.entry((name_key(id), model_key)).or_default();
                known.push(recorded.clone());
            }
            if let Some(question) = &line.question {
                let known = self.by_question.entry((text_key(question), model_key)).or_default();
                known.push(recorded);
            }
        }
        Ok(())
    }

    /// The models that have answers of their own, in order of name.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.models.iter().map(String::as_str)
    }

    /// The answer to the `nth` asking (from 1) of a question; `id` where the asker is known to be a case.
    pub(super) fn find(&self, question: &str, id: Option<&str>, model: &str, nth: u32) -> Option<&Recorded> {
        let models = [name_key(&model.to_lowercase()), name_key(ANY)];
        let of_id = id
            .map(name_key)
            .into_iter()
            .flat_map(|id| models.iter().filter_map(move |model| self.by_id.get(&(id, *model))));
        let of_question = question_keys(question).flat_map(|question| {
            models
                .iter()
                .filter_map(move |model| self.by_question.get(&(question, *model)))
        });
        let answers = of_id.chain(of_question).next()?;
        let turn = usize::try_from(nth.saturating_sub(1)).unwrap_or(0) % answers.len();
        answers.get(turn)
    }
}

/// What becomes of a question that has no recorded answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unrecorded {
    /// The vendor's error for a bad request, saying so: a replay holds nothing made up.
    #[default]
    Refuse,
    /// An answer is made up, as without recordings.
    Invent,
}

impl std::str::FromStr for Unrecorded {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "refuse" => Ok(Self::Refuse),
            "invent" => Ok(Self::Invent),
            _ => Err(format!("`{word}` is neither `refuse` nor `invent`")),
        }
    }
}

/// Why a file of answers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AnswersError {
    /// The file cannot be read.
    #[error("could not read `{file}`: {source}")]
    Read {
        /// As the user named it.
        file: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A line is not an answer.
    #[error(
        "line {line} is not a recorded answer: {why}; write for example {{\"question\": \"…\", \"model\": \"*\", \"answer\": \"…\"}}"
    )]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

impl AnswersError {
    /// The same for people, in every language.
    #[must_use]
    pub fn said(&self) -> crate::domain::Said {
        match self {
            Self::Read { file, source, .. } => said!("{self}", "`{file}` 파일을 읽지 못했습니다: {source}"),
            Self::Line { line, why, .. } => said!(
                "{self}",
                "{line}행은 기록된 답변이 아닙니다: {why}. 예: {{\"question\": \"…\", \"model\": \"*\", \"answer\": \"…\"}}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
{"question": "1 + 1?", "model": "gpt-5", "answer": "2", "output_tokens": 7, "latency_ms": 40}
{"question": "1 + 1?", "model": "gpt-5", "answer": "two"}
{"question": "1 + 1?", "answer": "any"}
{"id": "c2", "question": "2 + 2?", "answers": {"gpt-5": "4", "Llama": "five"}}
{"question": "bad?", "model": "*", "refusal": "no", "finish": "filter"}
"#;

    fn text(answers: &Answers, question: &str, id: Option<&str>, model: &str, nth: u32) -> Option<String> {
        answers
            .find(question, id, model, nth)
            .map(|recorded| recorded.reply.text.clone())
    }

    #[test]
    fn answers_are_found_by_question_and_model_in_turn() {
        let answers = Answers::parse(FILE).unwrap();
        let find = |question, model, nth| text(&answers, question, None, model, nth);
        assert_eq!(find("1 + 1?", "GPT-5", 1).unwrap(), "2");
        assert_eq!(find("1  + 1?\n", "gpt-5", 2).unwrap(), "two");
        assert_eq!(find("1 + 1?", "gpt-5", 3).unwrap(), "2");
        assert_eq!(find("1 + 1?", "other", 9).unwrap(), "any");
        assert_eq!(find("Question: 2 + 2?", "llama", 1).unwrap(), "five");
        assert_eq!(find("2 + 2?", "other", 1), None);
        assert_eq!(text(&answers, "unseen wording", Some("c2"), "gpt-5", 1).unwrap(), "4");
        assert_eq!(answers.models().collect::<Vec<_>>(), ["Llama", "gpt-5"]);
        let first = answers.find("1 + 1?", None, "gpt-5", 1).unwrap();
        assert_eq!((first.reply.usage.output, first.latency_ms), (Some(7), Some(40)));
        let refused = answers.find("bad?", None, "x", 1).unwrap();
        assert_eq!(refused.reply.refusal.as_deref(), Some("no"));
        assert_eq!(refused.reply.finish, Finish::Filter);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (line, part) in [
            ("{", "EOF"),
            ("{\"question\": \"q\"}", "neither `answer` nor `answers`"),
            ("{\"answer\": \"a\"}", "neither `question` nor `id`"),
            ("{\"question\": \"q\", \"anser\": \"a\"}", "unknown field `anser`"),
            (
                "{\"question\": \"q\", \"model\": \"m\", \"answers\": {\"n\": \"a\"}}",
                "`model` stands",
            ),
        ] {
            let error = Answers::parse(&format!("\n{line}\n")).expect_err(line).to_string();
            assert!(error.starts_with("line 2 ") && error.contains(part), "{error}");
        }
        assert!(
            Answers::load(Path::new("nowhere.jsonl"))
                .unwrap_err()
                .to_string()
                .contains("`nowhere.jsonl`")
        );
    }
}
