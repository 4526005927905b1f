//! What came back, in one form for every provider.

use serde::{Deserialize, Serialize};

use super::said::Said;

/// A provider's answer, read. All text in it is outside text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reply {
    /// The visible answer: text parts joined with nothing between, thinking left out.
    pub text: String,
    /// The refusal, where the protocol tells it apart from an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// Why the provider's filter withheld the answer or cut it (`SAFETY`, `content_filter`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
    /// Thinking, kept apart from the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// Tools the model wanted to call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Why the answer ended.
    pub finish: Finish,
    /// The same in the provider's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_raw: Option<String>,
    /// The stop text that fired, where told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_sequence: Option<String>,
    /// Tokens.
    #[serde(default)]
    pub usage: Usage,
    /// Log-probabilities of the visible tokens, when asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logprobs: Vec<TokenLogprob>,
    /// The model that answered, as the server says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The server's id of the answer (not of the request).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How many choices came; `text` is that of the first.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub choices: u32,
    /// What a reader should know: text parts of another phase joined in, a field out of shape, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Said>,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_one(n: &u32) -> bool {
    *n == 1
}

/// Why an answer ended, in five words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Finish {
    /// Naturally, or at a stop text.
    Stop,
    /// At the cap on tokens or the end of the context.
    Length,
    /// Withheld or cut by the provider's filter.
    Filter,
    /// It wants a tool.
    Tool,
    /// Some other word, or none.
    #[default]
    Other,
}

impl Finish {
    /// The word in exports; empty for [`Finish::Other`].
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Filter => "filter",
            Self::Tool => "tool",
            Self::Other => "",
        }
    }
}

/// A tool the model wanted to call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Name of the tool.
    pub name: String,
    /// Arguments as JSON text, as they came.
    pub arguments: String,
}

/// Tokens of one answer, made comparable: input includes cached tokens, output includes thinking.
///
/// `None` means the server did not say; it is never read as zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// All input tokens, those read from or written to the provider's cache included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<u64>,
    /// All generated tokens, thinking included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<u64>,
    /// Input tokens read from the provider's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<u64>,
    /// Input tokens written to the provider's cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<u64>,
    /// Generated tokens spent on thinking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<u64>,
}

/// One token with its log-probability (natural logarithm) and the alternatives that were told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenLogprob {
    /// The token's text.
    pub token: String,
    /// Its log-probability.
    pub logprob: f64,
    /// Alternatives with theirs, most likely first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top: Vec<(String, f64)>,
}
