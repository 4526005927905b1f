//! A raw client: sends what a provider writes, reads what it reads, and keeps what happened on the wire.

use std::sync::Once;
use std::time::{Duration, Instant};

use futures::StreamExt as _;

use crate::domain::{Auth, Call, Fault, FaultKind, ProviderName, Reply, Target, WireHead};
use crate::provider::{self, Provider};

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) head: Option<WireHead>,
    pub(super) read: Result<Reply, Fault>,
    /// When each piece of text became visible.
    pub(super) visible: Vec<Duration>,
    pub(super) took: Duration,
}

impl Answer {
    pub(super) fn status(&self) -> u16 {
        self.head.as_ref().map_or(0, |head| head.status)
    }

    pub(super) fn fault(&self) -> &Fault {
        self.read.as_ref().expect_err("a fault")
    }

    pub(super) fn text(&self) -> &str {
        &self.read.as_ref().expect("an answer").text
    }
}

/// How to ask.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) provider: &'static dyn Provider,
    pub(super) http: reqwest::Client,
    pub(super) address: String,
    pub(super) model: String,
    pub(super) key: Option<String>,
    pub(super) stream: bool,
}

impl Client {
    pub(super) fn new(provider: &'static dyn Provider, server: std::net::SocketAddr) -> Self {
        Self {
            provider,
            http: http(),
            address: format!("http://{server}{}", provider.about().simulated_suffix),
            model: "gpt-5".to_owned(),
            key: Some("key".to_owned()),
            stream: false,
        }
    }

    pub(super) fn streaming(mut self) -> Self {
        self.stream = true;
        self
    }

    pub(super) async fn ask(&self, question: &str) -> Answer {
        self.call(&Call::ask(question)).await
    }

    pub(super) async fn call(&self, call: &Call) -> Answer {
        let begun = Instant::now();
        let mut visible = Vec::new();
        let mut head = None;
        let read = self.exchange(call, begun, &mut head, &mut visible).await;
        Answer {
            head,
            read,
            visible,
            took: begun.elapsed(),
        }
    }

    async fn exchange(
        &self,
        call: &Call,
        begun: Instant,
        seen: &mut Option<WireHead>,
        visible: &mut Vec<Duration>,
    ) -> Result<Reply, Fault> {
        let network = |error: reqwest::Error| Fault::new(FaultKind::Network, error.to_string());
        let wire = self.provider.write(call, &self.target());
        let mut request = self.http.post(&wire.url).body(wire.body.to_string());
        request = request.header("content-type", "application/json");
        for (name, value) in &wire.headers {
            request = request.header(name, value);
        }
        if let Some(key) = &self.key {
            request = match wire.auth {
                Auth::Bearer => request.header("authorization", format!("Bearer {key}")),
                Auth::Header(header) => request.header(header.name(), key),
                Auth::None => request,
            };
        }
        let response = request.send().await.map_err(network)?;
        let head = WireHead {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or("").to_owned()))
                .collect(),
            received_us: 0,
        };
        *seen = Some(head.clone());
        let mut reader = provider::reader(self.provider, &wire, &head);
        let mut body = response.bytes_stream();
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|error| Fault::new(FaultKind::Truncated, error.to_string()))?;
            reader.feed(&bytes, &mut |_| visible.push(begun.elapsed()));
        }
        reader.end()
    }

    pub(super) fn target(&self) -> Target {
        Target {
            stream: self.stream,
            local: self.provider.name() == ProviderName::Ollama,
            ..Target::plain("target", self.provider.name(), &self.address, &self.model)
        }
    }
}

/// A plain client, the cryptography installed once.
pub(super) fn http() -> reqwest::Client {
    static RING: Once = Once::new();
    RING.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .expect("nobody else installs one in these tests");
    });
    reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}
