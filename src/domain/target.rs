//! Who answers.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::call::Params;
use super::money::Price;

/// A wire protocol and its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderName {
    /// OpenAI chat completions, and every service that speaks it (llama-server, vLLM, LM Studio, …).
    #[serde(rename = "openai")]
    OpenAi,
    /// OpenAI responses.
    #[serde(rename = "openai-responses")]
    OpenAiResponses,
    /// Anthropic messages.
    Anthropic,
    /// Google Gemini, generateContent.
    Gemini,
    /// NAVER CLOVA Studio, chat completions v3.
    Clova,
    /// Ollama's own chat interface.
    Ollama,
}

impl ProviderName {
    /// Every provider, in the order of documentation.
    pub const ALL: [Self; 6] = [
        Self::OpenAi,
        Self::OpenAiResponses,
        Self::Anthropic,
        Self::Gemini,
        Self::Clova,
        Self::Ollama,
    ];

    /// The word in `config.toml`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::OpenAiResponses => "openai-responses",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Clova => "clova",
            Self::Ollama => "ollama",
        }
    }

    /// The provider of a word of `config.toml`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.word() == word)
    }
}

/// Who answers, resolved: defaults and variables applied, the key left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Name given by the user; unique.
    pub name: String,
    /// Protocol.
    pub provider: ProviderName,
    /// Base address in the form the vendor's own SDK takes, without a trailing slash.
    pub address: String,
    /// Model asked for.
    pub model: String,
    /// Parameters sent with every call.
    #[serde(default)]
    pub params: Params,
    /// Merged into the request body as it is, after everything else; objects deeply.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
    /// Ask for streams, which give the time to the first token.
    pub stream: bool,
    /// Longest time one attempt may take.
    pub timeout: Duration,
    /// How often a failed call is asked again.
    pub retries: u32,
    /// After this time without an answer the call is made a second time; the first answer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hedge_after: Option<Duration>,
    /// Limits of the account as the user states them.
    #[serde(default)]
    pub limits: Limits,
    /// Price stated by the user; wins over the built-in table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Runs on a machine of the user's: no key needed, no cost.
    pub local: bool,
    /// Targets of one account share a pacer.
    pub account: String,
    /// Never use HTTP/2, whose streams share one connection and its limit.
    #[serde(default)]
    pub http1_only: bool,
}

impl Target {
    /// One of which nothing more is said: asked once, for a whole answer, within two minutes, on an account of its own.
    /// What a target of `config.toml` is when it says nothing more stands in `config`.
    #[must_use]
    pub fn plain(name: &str, provider: ProviderName, address: &str, model: &str) -> Self {
        Self {
            name: name.to_owned(),
            provider,
            address: address.to_owned(),
            model: model.to_owned(),
            params: Params::default(),
            extra: Map::new(),
            stream: false,
            timeout: Duration::from_mins(2),
            retries: 0,
            hedge_after: None,
            limits: Limits::default(),
            price: None,
            local: false,
            account: name.to_owned(),
            http1_only: false,
        }
    }
}

/// Limits of an account; absent means unknown.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Most calls open at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<u32>,
    /// Requests a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Tokens a minute, input and output together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u64>,
}
