//! What is asked, free of any provider's form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One question as it goes out: system prompt, turns, parameters.
///
/// `params` are the effective ones: those of the target with the suite's laid over them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Call {
    /// System prompt; each provider places it where its protocol wants it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The turns, oldest first; the last one is the user's.
    pub messages: Vec<Message>,
    /// Effective parameters.
    #[serde(default)]
    pub params: Params,
}

impl Call {
    /// A call with one user message and nothing else.
    #[must_use]
    pub fn ask(text: impl Into<String>) -> Self {
        Self {
            system: None,
            messages: vec![Message::text(Role::User, text)],
            params: Params::default(),
        }
    }

    /// Text of the last user message, parts joined by line breaks; what tables show as the question.
    #[must_use]
    pub fn question(&self) -> String {
        self.messages
            .iter()
            .rev()
            .find(|message| message.role == Role::User)
            .map(Message::plain_text)
            .unwrap_or_default()
    }
}

/// Who speaks in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The asking side.
    User,
    /// An earlier answer, given as context.
    Assistant,
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said and shown, in order.
    pub parts: Vec<Part>,
}

impl Message {
    /// A turn of text only.
    #[must_use]
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self {
            role,
            parts: vec![Part::Text(text.into())],
        }
    }

    /// The text parts joined by line breaks; images left out.
    #[must_use]
    pub fn plain_text(&self) -> String {
        let texts: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Text(text) => Some(text.as_str()),
                Part::Image(_) => None,
            })
            .collect();
        texts.join("\n")
    }
}

/// A piece of a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Plain text.
    Text(String),
    /// A picture.
    Image(Image),
}

/// A picture in a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// As named in the suite (path or address); for people, never sent.
    pub name: String,
    /// What is sent.
    pub source: ImageSource,
}

/// Where the bytes of a picture are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageSource {
    /// The provider fetches it from here.
    Url(String),
    /// Sent inside the request.
    Bytes {
        /// For example `image/png`.
        media_type: String,
        /// Standard base64 with padding, no `data:` prefix.
        base64: String,
    },
}

/// How a target is to answer. Absent means the provider's default; every field is optional.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Spread of the sampling; 0 is the most repeatable. The range is the provider's (0–1 or 0–2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Nucleus sampling: share of probability kept, (0, 1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Sample only among this many candidates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// Seed, where the provider takes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Cap on generated tokens, thinking included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// Texts at which the answer ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Vec<String>>,
    /// How hard a reasoning model thinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<Effort>,
    /// Thinking budget in tokens, for models that take a number; 0 turns thinking off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_budget: Option<u32>,
    /// Ask for log-probabilities with this many alternatives a token (0–20).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<u8>,
    /// JSON Schema that the answer must follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json_schema: Option<Value>,
}

impl Params {
    /// `self` with every field that `over` sets replaced by it.
    #[must_use]
    pub fn overlaid(&self, over: &Self) -> Self {
        Self {
            temperature: over.temperature.or(self.temperature),
            top_p: over.top_p.or(self.top_p),
            top_k: over.top_k.or(self.top_k),
            seed: over.seed.or(self.seed),
            max_output_tokens: over.max_output_tokens.or(self.max_output_tokens),
            stop: over.stop.clone().or_else(|| self.stop.clone()),
            reasoning_effort: over.reasoning_effort.or(self.reasoning_effort),
            reasoning_budget: over.reasoning_budget.or(self.reasoning_budget),
            logprobs: over.logprobs.or(self.logprobs),
            json_schema: over.json_schema.clone().or_else(|| self.json_schema.clone()),
        }
    }
}

/// Reasoning effort, the union of the vendors' levels; a level a vendor lacks is told before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Thinking off.
    None,
    /// As little as the model can.
    Minimal,
    /// Little.
    Low,
    /// The usual amount.
    Medium,
    /// Much.
    High,
    /// More than high.
    Xhigh,
    /// All the model has.
    Max,
}

impl Effort {
    /// The word used on the wire by vendors that take effort levels.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Xhigh => "xhigh",
            Self::Max => "max",
        }
    }
}
