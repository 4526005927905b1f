//! Google's `generateContent`: Gemini, on the Gemini API and on Vertex.
//!
//! Tools of the service (search, maps, code) are asked for through the target's `extra`; what they found is
//! kept in the notes of a reply. The service tells no limits in its headers.

mod answer;
mod asked;
mod fault;
mod models;
mod pretend;
mod read;
mod write;

use answer::Answer;

use super::streaming::{self, Streamed};
use super::{About, Asked, Incoming, Pretence, Provider, RateInfo, StreamReader, Wish};
use crate::domain::{Call, Fault, Params, ProviderName, Reply, Target, WireHead, WireRequest};

/// Google Gemini generateContent.
pub struct Gemini;

impl Provider for Gemini {
    fn name(&self) -> ProviderName {
        ProviderName::Gemini
    }

    fn about(&self) -> About {
        About {
            title: "Google Gemini generateContent",
            address: "https://generativelanguage.googleapis.com",
            address_variable: Some("GOOGLE_GEMINI_BASE_URL"),
            key_variables: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
            simulated_suffix: "",
            version: 1,
            images_inline: true,
        }
    }

    fn takes_address(&self, address: &str) -> bool {
        write::is_googles_own(address)
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
