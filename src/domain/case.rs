//! Questions as a suite gives them, checked.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::call::{Params, Role};

/// One question with its variables, expectation and checks. Stored in the run as it was asked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Case {
    /// Unique within the suite; made from content when the suite gives none.
    pub id: String,
    /// Values for the templates, `question` among them.
    pub vars: Map<String, Value>,
    /// Accepted answers; any one of them is right. Text as written, other JSON for `json` scorers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Value>,
    /// For slices and filters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Cases that share something (a passage, a template); the cluster of statistics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Pictures shown with the question: paths (relative to the suite file, as resolved) or addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<String>,
    /// Scorers of this case only, after the suite's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scorers: Vec<ScorerSpec>,
    /// Parameters of this case only, laid over the suite's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub params: Params,
    /// File the case stands in, as given on the command line or reached from there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Line in that file, from 1; 0 where the format has none.
    #[serde(default)]
    pub line: u32,
}

fn is_default(params: &Params) -> bool {
    *params == Params::default()
}

impl Case {
    /// The accepted answers as text: strings as they are, other values as compact JSON.
    pub fn expected_texts(&self) -> impl Iterator<Item = String> + '_ {
        self.expect.iter().map(text_of)
    }
}

/// A value as readers write it: a string without quotes, anything else as compact JSON.
#[must_use]
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A way of asking: a template over the case's variables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// Unique within the suite.
    pub name: String,
    /// Template of the system prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Templates of the turns; a single-turn prompt has one of role user.
    pub messages: Vec<PromptMessage>,
    /// Parameters of this prompt only, laid over the suite's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub params: Params,
}

/// Template of one turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromptMessage {
    /// Who speaks.
    pub role: Role,
    /// Template over the case's variables.
    pub content: String,
}

/// A scorer as the suite asks for it: which one, with what parameters, counting how much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScorerSpec {
    /// Name in tables and exports; unique within a case, defaults to the kind.
    pub name: String,
    /// Which scorer, a name of the list in `scorer`.
    pub kind: String,
    /// Share in the weighted score; 0 makes the scorer informational.
    pub weight: f64,
    /// Points from which the answer passes; absent means the scorer's own rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Turn the verdict round.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not: bool,
    /// The scorer's own parameters, already checked against its parameter type.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
}
