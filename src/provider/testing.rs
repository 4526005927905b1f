//! Helpers of the adapters' own tests.

use std::time::Duration;

use serde_json::Map;

use super::{Asked, Incoming, Provider, of};
use crate::domain::{Call, Limits, Params, ProviderName, Target, WireRequest};

/// A target of `provider` at its usual address.
pub(super) fn target(provider: ProviderName, model: &str) -> Target {
    Target {
        name: "t".to_owned(),
        provider,
        address: of(provider).about().address.to_owned(),
        model: model.to_owned(),
        params: Params::default(),
        extra: Map::new(),
        stream: false,
        timeout: Duration::from_secs(60),
        retries: 0,
        limits: Limits::default(),
        price: None,
        local: false,
        account: "t".to_owned(),
        http1_only: false,
    }
}

/// The question `질문` with these parameters.
pub(super) fn call(params: Params) -> Call {
    Call {
        params,
        ..Call::ask("질문")
    }
}

/// What the service would read out of a request of ours.
pub(super) fn heard(provider: &dyn Provider, request: &WireRequest) -> Asked {
    let address = url::Url::parse(&request.url).expect("a valid address");
    let path = match address.query() {
        Some(query) => format!("{}?{query}", address.path()),
        None => address.path().to_owned(),
    };
    let body = request.body.to_string();
    let incoming = Incoming {
        path: &path,
        headers: &request.headers,
        body: body.as_bytes(),
    };
    provider
        .asked(&incoming)
        .expect("a path of this protocol")
        .expect("a request of the right shape")
}
