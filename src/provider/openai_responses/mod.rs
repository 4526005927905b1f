//! stub
use super::{About, Asked, Incoming, Pretence, Provider, RateInfo, StreamReader, Wish};
use crate::domain::{Call, Fault, Params, ProviderName, Reply, Target, WireHead, WireRequest};
/// Not written yet.
pub struct OpenAiResponses;
impl Provider for OpenAiResponses {
    fn name(&self) -> ProviderName {
        ProviderName::OpenAi
    }
    fn about(&self) -> About {
        todo!()
    }
    fn wishes(&self, _: &Target, _: &Params) -> Vec<Wish> {
        todo!()
    }
    fn write(&self, _: &Call, _: &Target) -> WireRequest {
        todo!()
    }
    fn read(&self, _: &WireHead, _: &[u8]) -> Result<Reply, Fault> {
        todo!()
    }
    fn stream(&self, _: &WireHead) -> Box<dyn StreamReader> {
        todo!()
    }
    fn limits(&self, _: &WireHead) -> RateInfo {
        todo!()
    }
    fn asked(&self, _: &Incoming<'_>) -> Option<Result<Asked, Fault>> {
        todo!()
    }
    fn pretend(&self, _: &Reply, _: &Asked) -> Pretence {
        todo!()
    }
    fn pretend_fault(&self, _: &Fault) -> Pretence {
        todo!()
    }
    fn pretend_limits(&self, _: &RateInfo, _: i64) -> Vec<(String, String)> {
        todo!()
    }
}
