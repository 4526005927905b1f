//! Rules of grading. A scorer knows a rule and does no I/O: it says what it needs, the engine gets it, it grades.
//!
//! To add a scorer: one file beside this one, whose parameter type's doc comment is the user's page, and its
//! line in [`ALL`]. Schema, documentation and checks follow from the list.

use schemars::Schema;
use serde_json::{Map, Value};

use crate::domain::{Case, Grade, Money, Reply, Timing};

/// An answer as scorers see it. Times and cost are absent when unknown or reused.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The question and its expectation.
    pub case: &'a Case,
    /// The last user message as it was asked.
    pub question: &'a str,
    /// What came back.
    pub reply: &'a Reply,
    /// Its times; absent for reused answers and calls open during a suspension.
    pub timing: Option<&'a Timing>,
    /// What it cost, where known.
    pub cost: Option<&'a Money>,
    /// Name of the target.
    pub target: &'a str,
}

impl Answer<'_> {
    /// The text that is graded: the visible answer, or the refusal when there is no other text.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.reply.refusal {
            Some(refusal) if self.reply.text.is_empty() => refusal,
            _ => &self.reply.text,
        }
    }
}

/// A rule of grading with its parameters.
pub trait Scorer: Send + Sync {
    /// What must be got before grading; nothing for most.
    fn need(&self, _answer: &Answer<'_>) -> Option<Need> {
        None
    }

    /// Grades. `got` answers the need, when there was one.
    fn grade(&self, answer: &Answer<'_>, got: Option<&Got>) -> Grade;

    /// Also judges answers that the provider's filter withheld (as `refusal` and `finish` do).
    fn judges_filtered(&self) -> bool {
        false
    }
}

/// What a scorer needs from outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// One line of JSON to a long-lived process, one line back.
    Process {
        /// Program and arguments; run only with the user's consent.
        command: Vec<String>,
        /// The line sent.
        input: Value,
        /// Longest wait for the line back, in milliseconds.
        timeout_ms: u64,
    },
}

/// What the engine got for a [`Need`].
#[derive(Debug, Clone, PartialEq)]
pub enum Got {
    /// The line that came back.
    Process(Value),
    /// It could not be got, and why.
    Failed(String),
}

/// A kind of scorer: a line of the list.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Name in suites (`type: NAME`).
    pub name: &'static str,
    /// Makes a scorer of parameters that were read from a suite.
    pub build: fn(&Map<String, Value>) -> Result<Box<dyn Scorer>, Refusal>,
    /// JSON Schema of the parameters; its description is the user's page.
    pub schema: fn() -> Schema,
}

/// Why parameters were refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The parameter, when one is to blame.
    pub field: Option<String>,
    /// What is wrong, lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Every kind of scorer, in the order of documentation.
pub const ALL: &[Kind] = &[];

/// The kind of a name.
#[must_use]
pub fn kind(name: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.name == name)
}
