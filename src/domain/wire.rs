//! Requests and responses as they cross the network, without the key.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A request ready to be sent, except for the key, which `net` adds at the last moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WireRequest {
    /// Full address, query included.
    pub url: String,
    /// Headers besides `content-type: application/json` and the key.
    pub headers: Vec<(String, String)>,
    /// How the key travels.
    pub auth: Auth,
    /// JSON body.
    pub body: Value,
    /// A stream is asked for.
    pub stream: bool,
}

/// How a provider wants its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// A header of this name with the bare key.
    Header(AuthHeader),
    /// Never sent.
    None,
}

/// Headers that carry a bare key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthHeader {
    /// Anthropic.
    XApiKey,
    /// Gemini.
    XGoogApiKey,
    /// Azure's OpenAI service.
    ApiKey,
}

impl AuthHeader {
    /// The header's name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::XApiKey => "x-api-key",
            Self::XGoogApiKey => "x-goog-api-key",
            Self::ApiKey => "api-key",
        }
    }
}

/// Status and headers of a response; names in lower case.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct WireHead {
    /// HTTP status.
    pub status: u16,
    /// Headers in the order received.
    pub headers: Vec<(String, String)>,
    /// When the head arrived, in microseconds since 1970 UTC; dates in headers are read against it.
    #[serde(default)]
    pub received_us: i64,
}

impl WireHead {
    /// First value of a header; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The content type without its parameters, in lower case; empty when absent.
    #[must_use]
    pub fn content_type(&self) -> String {
        self.header("content-type")
            .map(|value| value.split(';').next().unwrap_or("").trim().to_ascii_lowercase())
            .unwrap_or_default()
    }
}
