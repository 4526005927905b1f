//! Anthropic's Messages: Claude, and whatever else speaks its protocol.
//!
//! Knows the protocol in both directions: `write` and `read` for asking, `asked`, `pretend` and the second
//! half of `fault` and `limits` for the simulator. A call without a cap on its answer is sent with one of
//! 4096 tokens (plus the thinking budget), because the protocol demands a cap.

mod asked;
mod fault;
mod limits;
mod message;
mod models;
mod params;
mod pretend;
mod read;
mod write;

use message::Message;

use super::streaming::{self, Streamed};
use super::{About, Asked, Incoming, Pretence, Provider, RateInfo, StreamReader, Wish};
use crate::domain::{Call, Fault, Params, ProviderName, Reply, Target, WireHead, WireRequest};

/// Anthropic messages.
pub struct Anthropic;

impl Provider for Anthropic {
    fn name(&self) -> ProviderName {
        ProviderName::Anthropic
    }

    fn about(&self) -> About {
        About {
            title: "Anthropic messages",
            address: "https://api.anthropic.com",
            address_variable: Some("ANTHROPIC_BASE_URL"),
            key_variables: &["ANTHROPIC_API_KEY"],
            simulated_suffix: "",
            version: 1,
            images_inline: false,
        }
    }

    fn wishes(&self, target: &Target, params: &Params) -> Vec<Wish> {
        write::wishes(target, params)
    }

    fn write(&self, call: &Call, target: &Target) -> WireRequest {
        write::write(call, target)
    }

    fn read(&self, head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
        streaming::whole::<Message>(head, body)
    }

    fn stream(&self, head: &WireHead) -> Box<dyn StreamReader> {
        Box::new(Streamed::<Message>::new(head))
    }

    fn limits(&self, head: &WireHead) -> RateInfo {
        limits::read(head)
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

    fn pretend_limits(&self, info: &RateInfo, now_us: i64) -> Vec<(String, String)> {
        limits::pretend(info, now_us)
    }
}
