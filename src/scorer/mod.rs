//! Rules of grading. A scorer knows a rule and does no I/O: it says what it needs, the engine gets it, it grades.
//!
//! To add a scorer: one file beside this one, whose parameter type's doc comment is the user's page, and its
//! line in [`ALL`]. Schema, documentation and checks follow from the list.

use schemars::Schema;
use serde_json::{Map, Value};

use crate::domain::{Case, Grade, Money, Reply, Said, ScorerSpec, Timing};
use crate::said;

mod choice;
mod choice_reading;
mod command;
mod equals;
mod expression;
mod fingerprint;
mod grading;
mod includes;
mod json;
mod json_path;
mod json_schema;
mod language;
mod length;
mod measured;
mod number;
mod overlap;
mod page;
mod params;
mod refusal;
mod regex;
mod search;
mod shared;
mod similarity;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub(crate) use expression::variables;
pub use fingerprint::fingerprint;
pub use grading::{grade_one, verdict};
pub use page::{manual, page};
use params::kind_of;

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

impl<'a> Answer<'a> {
    /// The text that is graded: the visible answer, or the refusal when there is no other text.
    #[must_use]
    pub fn text(&self) -> &'a str {
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

    /// Points from which an answer passes when the suite sets no threshold. Without meaning for pass marks.
    fn threshold(&self) -> f64 {
        0.5
    }

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
    Failed(crate::domain::Said),
}

/// Makes a scorer of parameters that were read from a suite, or says what is wrong with them.
pub type Build = fn(&Map<String, Value>) -> Result<Box<dyn Scorer>, Refusal>;

/// A kind of scorer: a line of the list.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Name in suites (`type: NAME`).
    pub name: &'static str,
    /// Makes a scorer of parameters that were read from a suite.
    pub build: Build,
    /// JSON Schema of the parameters; its description is the user's page.
    pub schema: fn() -> Schema,
}

/// Why parameters were refused. The suite's checker adds place and suggestions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The parameter, when one is to blame.
    pub field: Option<String>,
    /// What is wrong, lower case, no full stop.
    pub message: Said,
    /// What to do.
    pub help: Option<Said>,
}

/// Why a scorer that compares with the expectation does not judge a case without one.
pub const NO_EXPECT: &str = "the case has no `expect`";

/// [`NO_EXPECT`] in both languages.
#[must_use]
pub fn no_expect() -> crate::domain::Said {
    crate::domain::Said::both(NO_EXPECT, "문항에 `expect`가 없습니다")
}

/// Every kind of scorer, in the order of documentation.
pub const ALL: &[Kind] = &[
    kind_of::<equals::Equals>(),
    kind_of::<includes::Includes>(),
    kind_of::<includes::Excludes>(),
    kind_of::<regex::RegexRule>(),
    kind_of::<number::Number>(),
    kind_of::<choice::Choice>(),
    kind_of::<json::Json>(),
    kind_of::<json_schema::JsonSchemaRule>(),
    kind_of::<json_path::JsonPath>(),
    kind_of::<length::Length>(),
    kind_of::<similarity::EditSimilarity>(),
    kind_of::<overlap::TokenF1>(),
    kind_of::<overlap::RougeL>(),
    kind_of::<overlap::Bleu>(),
    kind_of::<overlap::Chrf>(),
    kind_of::<language::Language>(),
    kind_of::<refusal::Refused>(),
    kind_of::<measured::Finished>(),
    kind_of::<measured::Latency>(),
    kind_of::<measured::Cost>(),
    kind_of::<expression::Expression>(),
    kind_of::<command::Command>(),
];

/// The scorer that a suite asks for.
///
/// # Errors
/// When there is no such kind, or it refuses the parameters.
pub fn build(spec: &ScorerSpec) -> Result<Box<dyn Scorer>, Refusal> {
    match kind(&spec.kind) {
        Some(kind) => (kind.build)(&spec.params),
        None => Err(Refusal {
            field: None,
            message: said!("there is no scorer `{}`", "`{}`라는 채점기는 없습니다", spec.kind),
            help: None,
        }),
    }
}

/// The kind of a name.
#[must_use]
pub fn kind(name: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.name == name)
}

impl Refusal {
    /// A refusal that blames one parameter.
    fn of(field: &str, message: impl Into<Said>) -> Self {
        Self {
            field: Some(field.to_owned()),
            message: message.into(),
            help: None,
        }
    }

    /// The same with what to do.
    fn help(mut self, help: impl Into<Said>) -> Self {
        self.help = Some(help.into());
        self
    }
}
