//! Why an attempt brought no answer, shaped for the one who must decide what happens next.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::said::Said;

/// What went wrong; these words stand in tables, exports and exit reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// No answer within the target's time.
    Timeout,
    /// Too many requests or tokens for now.
    RateLimit,
    /// Money or a long quota is used up; waiting does not help.
    Quota,
    /// Key missing, wrong or not allowed.
    Auth,
    /// The provider's filter withheld the answer.
    ContentFilter,
    /// The provider refused the request as it stands; unknown models and over-long prompts too.
    BadRequest,
    /// The provider failed.
    Server,
    /// No connection, a reset, TLS, or something that does not speak the protocol.
    Network,
    /// The answer began and was cut before its end.
    Truncated,
    /// A scorer broke.
    Scorer,
    /// A judge model broke.
    Judge,
    /// Cut by the user while running; whether it cost something is unknown.
    Aborted,
    /// Not asked, the budget was used up.
    Budget,
    /// Not asked, answers come from recordings and there is none of this call.
    NoRecording,
    /// Not in the imported file.
    NotImported,
}

impl FaultKind {
    /// The word in exports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::RateLimit => "rate_limit",
            Self::Quota => "quota",
            Self::Auth => "auth",
            Self::ContentFilter => "content_filter",
            Self::BadRequest => "bad_request",
            Self::Server => "server",
            Self::Network => "network",
            Self::Truncated => "truncated",
            Self::Scorer => "scorer",
            Self::Judge => "judge",
            Self::Aborted => "aborted",
            Self::Budget => "budget",
            Self::NoRecording => "no_recording",
            Self::NotImported => "not_imported",
        }
    }

    /// Every kind, for reading words back and for tables.
    pub const ALL: [Self; 15] = [
        Self::Timeout,
        Self::RateLimit,
        Self::Quota,
        Self::Auth,
        Self::ContentFilter,
        Self::BadRequest,
        Self::Server,
        Self::Network,
        Self::Truncated,
        Self::Scorer,
        Self::Judge,
        Self::Aborted,
        Self::Budget,
        Self::NoRecording,
        Self::NotImported,
    ];

    /// The kind of a word written by [`FaultKind::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Whether asking again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// Perhaps; wait as the policy says, or as long as the server asked.
    Again,
    /// Never with the same request.
    Never,
}

/// How far the fault reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// This call only.
    Call,
    /// Every call to this target would end the same way: wrong key, unknown model, no money.
    Target,
}

/// A failed attempt, with the provider's own words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// Whether asking again can help.
    pub retry: Retry,
    /// Whether other calls to the target would fare the same.
    pub scope: Scope,
    /// The provider's message, or ours where there was none. Outside text: print through a sink only.
    pub message: Said,
    /// HTTP status, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's error type (`error.type`, Gemini's `error.status`, CLOVA's five digits).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    /// The provider's error code, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The parameter the provider complained about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// How long the server asked us to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
}

impl Fault {
    /// A fault of this kind that concerns one call, with the kind's usual retry rule.
    #[must_use]
    pub fn new(kind: FaultKind, message: impl Into<Said>) -> Self {
        let retry = match kind {
            FaultKind::Timeout
            | FaultKind::RateLimit
            | FaultKind::Server
            | FaultKind::Network
            | FaultKind::Truncated => Retry::Again,
            _ => Retry::Never,
        };
        let scope = match kind {
            FaultKind::Auth | FaultKind::Quota => Scope::Target,
            _ => Scope::Call,
        };
        Self {
            kind,
            retry,
            scope,
            message: message.into(),
            status: None,
            error_type: None,
            code: None,
            param: None,
            retry_after: None,
        }
    }
}
