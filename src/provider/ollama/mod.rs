//! Ollama's own chat interface: models on this machine, or in its cloud.
//!
//! The service tells no limits in its headers.

mod asked;
mod fault;
mod models;
mod pretend;
mod read;
mod write;

use read::Answer;

use super::streaming::{self, Streamed};
use super::{About, Asked, Incoming, Pretence, Provider, RateInfo, StreamReader, Wish};
use crate::domain::{Call, Fault, Params, ProviderName, Reply, Target, WireHead, WireRequest};

/// Ollama chat.
pub struct Ollama;

impl Provider for Ollama {
    fn name(&self) -> ProviderName {
        ProviderName::Ollama
    }

    fn about(&self) -> About {
        About {
            title: "Ollama chat",
            address: "http://localhost:11434",
            address_variable: Some("OLLAMA_HOST"),
            key_variables: &["OLLAMA_API_KEY"],
            simulated_suffix: "",
            version: 1,
            images_inline: true,
        }
    }

    fn wishes(&self, target: &Target, params: &Params) -> Vec<Wish> {
        write::wishes(target, params)
    }

    fn write(&self, call: &Call, target: &Target) -> WireRequest {
        write::write(call, target)
    }

    fn read(&self, head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
        streaming::whole::<Answer>(head, body)
    }

    fn streams_events(&self) -> bool {
        false
    }

    fn stream(&self, head: &WireHead) -> Box<dyn StreamReader> {
        Box::new(Streamed::<Answer>::new(head))
    }

    fn limits(&self, _: &WireHead) -> RateInfo {
        RateInfo::default()
    }

    fn asked(&self, request: &Incoming<'_>) -> Option<Result<Asked, Fault>> {
        asked::asked(request)
    }

    fn pretend(&self, reply: &Reply, asked: &Asked) -> Pretence {
        pretend::pretend(reply, asked)
    }

    fn pretend_fault(&self, fault: &Fault) -> Pretence {
        fault::pretend(fault)
    }

    fn pretend_limits(&self, _: &RateInfo, _: i64) -> Vec<(String, String)> {
        Vec::new()
    }
}
