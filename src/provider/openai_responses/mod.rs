//! OpenAI responses: the newer interface of OpenAI's models, and the only one of some.
//!
//! Parameters, faults, limits and pictures follow the rules of chat completions (`openai`); the form of
//! requests, answers and streams is its own.

mod pretend;
mod read;
mod write;

use read::Told;

use super::openai::{Form, Rules, limit_headers, limits, pretend_fault};
use super::streaming::{self, Streamed};
use super::{About, Asked, Incoming, Pretence, Provider, RateInfo, StreamReader, Wish};
use crate::domain::{Call, Fault, Params, ProviderName, Reply, Target, WireHead, WireRequest};

/// The protocol of `POST /responses`.
pub struct OpenAiResponses;

impl Provider for OpenAiResponses {
    fn name(&self) -> ProviderName {
        ProviderName::OpenAiResponses
    }

    fn about(&self) -> About {
        About {
            title: "OpenAI responses",
            address: "https://api.openai.com/v1",
            address_variable: Some("OPENAI_BASE_URL"),
            key_variables: &["OPENAI_API_KEY"],
            simulated_suffix: "/v1",
            version: 1,
            images_inline: false,
        }
    }

    fn wishes(&self, target: &Target, params: &Params) -> Vec<Wish> {
        Rules::of(Form::Responses, target).settle(params).1
    }

    fn write(&self, call: &Call, target: &Target) -> WireRequest {
        write::request(call, target)
    }

    fn read(&self, head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
        streaming::whole::<Told>(head, body)
    }

    fn stream(&self, head: &WireHead) -> Box<dyn StreamReader> {
        Box::new(Streamed::<Told>::new(head))
    }

    fn limits(&self, head: &WireHead) -> RateInfo {
        limits(head)
    }

    fn asked(&self, request: &Incoming<'_>) -> Option<Result<Asked, Fault>> {
        write::asked(request)
    }

    fn pretend(&self, reply: &Reply, asked: &Asked) -> Pretence {
        pretend::reply(reply, asked)
    }

    fn pretend_fault(&self, fault: &Fault) -> Pretence {
        let mut fault = fault.clone();
        // An unknown model is a 400 here, a 404 in chat completions.
        if fault.status == Some(404) {
            fault.status = Some(400);
        }
        let mut pretence = pretend_fault(&fault, Vec::new());
        if pretence.head.status == 404 {
            pretence.head.status = 400;
        }
        pretence
    }

    fn pretend_limits(&self, info: &RateInfo, _now_us: i64) -> Vec<(String, String)> {
        limit_headers(info)
    }
}
