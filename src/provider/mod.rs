//! Wire protocols: who speaks which, and how each is written, read and pretended. No I/O here.
//!
//! A provider turns a [`Call`] into a [`WireRequest`], a response into a [`Reply`] or a [`Fault`], and, for
//! the simulator, the other way round. It never sees the key and never waits. `net` sends, stamps times and
//! hands the bytes over as they arrive.
//!
//! To add a protocol: one file beside this one, its line in [`of`], its wire cases in `tests/wire/`.

use std::time::Duration;

use crate::domain::{Call, Fault, Params, ProviderName, Reply, Said, Target, WireHead, WireRequest};

pub mod anthropic;
mod array;
mod capability;
pub mod clova;
pub mod frames;
pub mod gemini;
pub mod ollama;
pub mod openai;
pub mod openai_responses;
mod path;
mod pretending;
mod shared;
mod streaming;
#[cfg(test)]
mod testing;
mod think;

/// The provider of a name. The list of all protocols.
#[must_use]
pub fn of(name: ProviderName) -> &'static dyn Provider {
    match name {
        ProviderName::OpenAi => &openai::OpenAi,
        ProviderName::OpenAiResponses => &openai_responses::OpenAiResponses,
        ProviderName::Anthropic => &anthropic::Anthropic,
        ProviderName::Gemini => &gemini::Gemini,
        ProviderName::Clova => &clova::Clova,
        ProviderName::Ollama => &ollama::Ollama,
    }
}

/// What users need to know to name a target of a provider.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Name in sentences, for example `OpenAI chat completions`.
    pub title: &'static str,
    /// Address used when none is given, in the form the vendor's own SDK takes.
    pub address: &'static str,
    /// Environment variable that overrides [`About::address`], as the vendor's SDK reads it.
    pub address_variable: Option<&'static str>,
    /// Environment variables searched for the key, in order.
    pub key_variables: &'static [&'static str],
    /// Appended to `http://host:port` to reach the simulator in the form of [`About::address`].
    pub simulated_suffix: &'static str,
    /// Raised whenever writing or reading changes meaning, so that stored answers are not reused wrongly.
    pub version: u32,
    /// The vendor needs image bytes inside the request; addresses are fetched by us first.
    pub images_inline: bool,
}

/// A wish that a provider cannot express. Told before the run starts; the request goes out without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The parameter, as written in the suite or the configuration.
    pub field: &'static str,
    /// Why it is left out, in a few words for people, for example `Anthropic takes no seed`.
    pub why: Said,
}

/// A wire protocol: pure functions over bytes.
pub trait Provider: Send + Sync {
    /// Which protocol this is.
    fn name(&self) -> ProviderName;

    /// Addresses, variables, version.
    fn about(&self) -> About;

    /// Whether the service takes a picture (or a film) by this address itself; otherwise we fetch it and send the bytes.
    fn takes_address(&self, _address: &str) -> bool {
        !self.about().images_inline
    }

    /// The wishes of `params` that this provider, or this model of it, cannot express. [`Provider::write`]
    /// leaves exactly these out.
    fn wishes(&self, target: &Target, params: &Params) -> Vec<Wish>;

    /// The request for a call. `target.extra` is merged in last; the key is added by `net`.
    fn write(&self, call: &Call, target: &Target) -> WireRequest;

    /// Reads a whole response body of any status.
    ///
    /// # Errors
    /// The fault, when the body holds none of an answer, a refusal or a reason for their absence.
    fn read(&self, head: &WireHead, body: &[u8]) -> Result<Reply, Fault>;

    /// Streams are server-sent events (or may be), rather than an object a line.
    fn streams_events(&self) -> bool {
        true
    }

    /// A reader for a streamed response with a status below 400.
    fn stream(&self, head: &WireHead) -> Box<dyn StreamReader>;

    /// What the headers tell of the account's limits.
    fn limits(&self, head: &WireHead) -> RateInfo;

    /// Reads a request as the service would: for the simulator. `None` when the path is not of this protocol.
    ///
    /// # Errors
    /// The fault with which the service would answer a request of wrong shape.
    fn asked(&self, request: &Incoming<'_>) -> Option<Result<Asked, Fault>>;

    /// Writes `reply` as the service would, whole or streamed as `asked` wants it.
    fn pretend(&self, reply: &Reply, asked: &Asked) -> Pretence;

    /// Writes `fault` as the service would: status, headers (retry hints too) and error body.
    fn pretend_fault(&self, fault: &Fault) -> Pretence;

    /// The headers with which the service tells its limits; empty for services that do not. `now_us` is the
    /// time in microseconds since 1970 UTC, for services that tell a time rather than a wait.
    fn pretend_limits(&self, info: &RateInfo, now_us: i64) -> Vec<(String, String)>;
}

/// Reads a streamed body as it arrives, however it is cut.
pub trait StreamReader: Send {
    /// Takes the next bytes and calls `piece` for every piece of text that became visible.
    fn feed(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>));

    /// The protocol's own end has been seen; nothing more is worth waiting for.
    fn done(&self) -> bool;

    /// The body has ended: the answer, or why there is none. A stream without its protocol's end is a fault
    /// of kind `truncated`, even when text arrived.
    ///
    /// # Errors
    /// The fault told inside the stream, or the cut.
    fn end(self: Box<Self>) -> Result<Reply, Fault>;
}

/// A piece of text that became visible while streaming. Outside text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Of the answer.
    Text(&'a str),
    /// Of the thinking.
    Thinking(&'a str),
}

/// Rate limits as told by headers; every field is absent when not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateInfo {
    /// Requests, in the provider's window (a minute unless told otherwise).
    pub requests: Allowance,
    /// Tokens; where input and output are told apart, input.
    pub tokens: Allowance,
    /// Output tokens, where told apart.
    pub output_tokens: Allowance,
}

/// One limit as told by headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowance {
    /// The limit itself.
    pub limit: Option<u64>,
    /// What is left of it.
    pub remaining: Option<u64>,
    /// Until it is full again, counted from the arrival of the head.
    pub reset: Option<Duration>,
}

/// A request as the simulator received it.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// Path with the query, for example `/v1beta/models/m:streamGenerateContent?alt=sse`.
    pub path: &'a str,
    /// Headers, names in lower case.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
}

/// A request, read: what the simulator answers to.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Model asked for.
    pub model: String,
    /// The question; [`Provider::write`] of it gives the same request again, as far as the protocol can say it.
    pub call: Call,
    /// A stream is wanted.
    pub stream: bool,
}

/// A response of the simulator.
#[derive(Debug, Clone, PartialEq)]
pub struct Pretence {
    /// Status and headers.
    pub head: WireHead,
    /// Body in the pieces in which the service would send it; one when not streamed.
    pub chunks: Vec<Vec<u8>>,
}

/// A reader for the response to `request`: streaming when a stream was asked for and came, else whole.
///
/// Services answer some requests for a stream with a whole JSON body (errors always, some look-alikes in
/// general), so the head decides, not the wish.
#[must_use]
pub fn reader(provider: &'static dyn Provider, request: &WireRequest, head: &WireHead) -> Box<dyn StreamReader> {
    let streams = matches!(
        head.content_type().as_str(),
        "text/event-stream" | "application/x-ndjson" | "application/jsonl" | "application/stream+json"
    );
    if request.stream && head.status < 400 && streams {
        provider.stream(head)
    } else {
        Box::new(Whole {
            provider,
            head: head.clone(),
            body: Vec::new(),
            perhaps: request.stream && head.status < 300 && provider.streams_events(),
            stream: None,
        })
    }
}

/// Collects a body and reads it at its end, unless it begins like the stream that was asked for: some servers send events
/// as `text/plain`, and their first letters shall be timed all the same.
struct Whole {
    provider: &'static dyn Provider,
    head: WireHead,
    body: Vec<u8>,
    /// It may still turn out to be a stream.
    perhaps: bool,
    stream: Option<Box<dyn StreamReader>>,
}

/// Bytes that tell a stream of events from a body.
const TELLING_BYTES: usize = 8;

impl StreamReader for Whole {
    fn feed(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) {
        if let Some(stream) = &mut self.stream {
            stream.feed(bytes, piece);
            return;
        }
        self.body.extend_from_slice(bytes);
        if self.perhaps && self.body.trim_ascii_start().len() >= TELLING_BYTES {
            self.perhaps = false;
            if streaming::looks_streamed(streaming::Form::Events, &self.body) {
                let mut stream = self.provider.stream(&self.head);
                stream.feed(&std::mem::take(&mut self.body), piece);
                self.stream = Some(stream);
            }
        }
    }

    fn done(&self) -> bool {
        self.stream.as_ref().is_some_and(|stream| stream.done())
    }

    fn end(self: Box<Self>) -> Result<Reply, Fault> {
        match self.stream {
            Some(stream) => stream.end(),
            None => self.provider.read(&self.head, &self.body),
        }
    }
}
