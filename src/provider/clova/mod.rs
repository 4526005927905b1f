//! NAVER CLOVA Studio: the models of `HyperCLOVA` X.
//!
//! Version 3 of the native interface, and version 1 for the two models that know no other. Written from the
//! guide; no recorded traffic was to be had. The guide speaks of limits in headers without naming them, so
//! none are read.

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

/// CLOVA Studio chat completions.
pub struct Clova;

impl Provider for Clova {
    fn name(&self) -> ProviderName {
        ProviderName::Clova
    }

    fn about(&self) -> About {
        About {
            title: "CLOVA Studio chat completions",
            address: "https://clovastudio.stream.ntruss.com",
            address_variable: None,
            key_variables: &["CLOVASTUDIO_API_KEY", "NCP_CLOVASTUDIO_API_KEY"],
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
