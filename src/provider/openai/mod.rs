//! OpenAI chat completions, and everything that speaks it: llama-server, vLLM, LM Studio, Azure, `OpenRouter`,
//! Groq, Mistral, `DeepSeek`, xAI, CLOVA Studio's OpenAI endpoint, and so on.
//!
//! What the services and models differ in is data in [`models`]; what their answers differ in is read leniently
//! in [`answer`]. `OpenAI` responses shares the rules, the faults and the pictures.

mod answer;
mod asked;
mod fault;
mod models;
mod pretend;
mod quick;
mod read;
mod rules;
mod write;

use answer::Draft;
pub(super) use answer::{items, logprob, usage_of};
pub(super) use asked::{effort, image_at, refused, request_body, turn};
pub(super) use fault::{of_body as fault_of_body, of_value as fault_of_value, pretend as pretend_fault};
pub(super) use pretend::{details, head as pretend_head, limit_headers, mark, pretty, spoken, token};
pub(super) use read::limits;
pub(super) use rules::{Form, Rules};
pub(super) use write::{finished, image_address};

use super::streaming::{self, Streamed};
use super::{About, Asked, Incoming, Pretence, Provider, RateInfo, StreamReader, Wish};
use crate::domain::{Call, Fault, Params, ProviderName, Reply, Target, WireHead, WireRequest};

/// The protocol of `POST /chat/completions`.
pub struct OpenAi;

impl Provider for OpenAi {
    fn name(&self) -> ProviderName {
        ProviderName::OpenAi
    }

    fn about(&self) -> About {
        About {
            title: "OpenAI chat completions",
            address: "https://api.openai.com/v1",
            address_variable: Some("OPENAI_BASE_URL"),
            key_variables: &["OPENAI_API_KEY"],
            simulated_suffix: "/v1",
            version: 1,
            images_inline: false,
        }
    }

    fn wishes(&self, target: &Target, params: &Params) -> Vec<Wish> {
        Rules::of(Form::Chat, target).settle(params).1
    }

    fn write(&self, call: &Call, target: &Target) -> WireRequest {
        write::request(call, target)
    }

    fn read(&self, head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
        streaming::whole::<Draft>(head, body)
    }

    fn stream(&self, head: &WireHead) -> Box<dyn StreamReader> {
        Box::new(Streamed::<Draft>::new(head))
    }

    fn limits(&self, head: &WireHead) -> RateInfo {
        read::limits(head)
    }

    fn asked(&self, request: &Incoming<'_>) -> Option<Result<Asked, Fault>> {
        asked::request(request)
    }

    fn pretend(&self, reply: &Reply, asked: &Asked) -> Pretence {
        pretend::reply(reply, asked)
    }

    fn pretend_fault(&self, fault: &Fault) -> Pretence {
        fault::pretend(fault, Vec::new())
    }

    fn pretend_limits(&self, info: &RateInfo, _now_us: i64) -> Vec<(String, String)> {
        pretend::limit_headers(info)
    }
}
