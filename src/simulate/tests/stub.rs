//! A protocol of no vendor, for what the server does the same for all.

use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::{Auth, Call, Fault, FaultKind, Finish, Params, ProviderName, Reply, Target, WireHead, WireRequest};
use crate::provider::{About, Asked, Incoming, Piece, Pretence, Provider, RateInfo, StreamReader, Wish};

pub(super) struct Stub;

fn head(status: u16, content_type: &str) -> WireHead {
    WireHead {
        status,
        headers: vec![("content-type".to_owned(), content_type.to_owned())],
        received_us: 0,
    }
}

impl Provider for Stub {
    fn name(&self) -> ProviderName {
        ProviderName::OpenAi
    }

    fn about(&self) -> About {
        About {
            title: "stub",
            address: "",
            address_variable: None,
            key_variables: &[],
            simulated_suffix: "/stub",
            version: 1,
            images_inline: false,
        }
    }

    fn wishes(&self, _: &Target, _: &Params) -> Vec<Wish> {
        Vec::new()
    }

    fn write(&self, call: &Call, target: &Target) -> WireRequest {
        WireRequest {
            url: format!("{}/ask", target.address),
            headers: Vec::new(),
            auth: Auth::Bearer,
            body: json!({"model": target.model, "call": call, "stream": target.stream}),
            stream: target.stream,
        }
    }

    fn read(&self, head: &WireHead, body: &[u8]) -> Result<Reply, Fault> {
        let fault = |kind| Fault {
            status: Some(head.status),
            ..Fault::new(kind, String::from_utf8_lossy(body))
        };
        let kind = match head.status {
            200 => {
                return serde_json::from_slice(body).map_err(|_| fault(FaultKind::Network));
            }
            401 => FaultKind::Auth,
            429 => FaultKind::RateLimit,
            500.. => FaultKind::Server,
            _ => FaultKind::BadRequest,
        };
        let retry_after = head
            .header("retry-after-ms")
            .and_then(|text| text.parse().ok())
            .map(Duration::from_millis);
        Err(Fault {
            retry_after,
            ..fault(kind)
        })
    }

    fn stream(&self, _: &WireHead) -> Box<dyn StreamReader> {
        Box::new(Lines::default())
    }

    fn limits(&self, head: &WireHead) -> RateInfo {
        let mut info = RateInfo::default();
        info.requests.remaining = head.header("left").and_then(|text| text.parse().ok());
        info
    }

    fn asked(&self, request: &Incoming<'_>) -> Option<Result<Asked, Fault>> {
        if request.path != "/stub/ask" {
            return None;
        }
        let read = serde_json::from_slice::<Value>(request.body).ok().and_then(|body| {
            Some(Asked {
                model: body["model"].as_str()?.to_owned(),
                call: serde_json::from_value(body["call"].clone()).ok()?,
                stream: body["stream"].as_bool()?,
            })
        });
        Some(read.ok_or_else(|| Fault::new(FaultKind::BadRequest, "no")))
    }

    fn pretend(&self, reply: &Reply, asked: &Asked) -> Pretence {
        if !asked.stream {
            return Pretence {
                head: head(200, "application/json"),
                chunks: vec![serde_json::to_vec(reply).unwrap()],
            };
        }
        let mut chunks: Vec<Vec<u8>> = reply
            .text
            .split_inclusive(' ')
            .map(|word| format!("{}\n", json!({ "text": word })).into_bytes())
            .collect();
        chunks.push(b"{\"done\":true}\n".to_vec());
        Pretence {
            head: head(200, "application/x-ndjson"),
            chunks,
        }
    }

    fn pretend_fault(&self, fault: &Fault) -> Pretence {
        let usual = match fault.kind {
            FaultKind::Auth => 401,
            FaultKind::RateLimit | FaultKind::Quota => 429,
            _ => 400,
        };
        let mut head = head(fault.status.unwrap_or(usual), "application/json");
        if let Some(wait) = fault.retry_after {
            head.headers.push((
                "retry-after-ms".to_owned(),
                wait.as_nanos().div_ceil(1_000_000).to_string(),
            ));
        }
        Pretence {
            head,
            chunks: vec![json!({"error": fault.message}).to_string().into_bytes()],
        }
    }

    fn pretend_limits(&self, info: &RateInfo, _: i64) -> Vec<(String, String)> {
        let left = info.requests.remaining.map(|left| left.to_string());
        left.map(|left| ("left".to_owned(), left)).into_iter().collect()
    }
}

#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    read: usize,
    text: String,
    done: bool,
    broken: bool,
}

impl StreamReader for Lines {
    fn feed(&mut self, bytes: &[u8], piece: &mut dyn FnMut(Piece<'_>)) {
        self.bytes.extend_from_slice(bytes);
        while let Some(end) = self.bytes[self.read..].iter().position(|byte| *byte == b'\n') {
            let line = &self.bytes[self.read..self.read + end];
            match serde_json::from_slice::<Value>(line) {
                Ok(frame) => {
                    if let Some(text) = frame["text"].as_str() {
                        piece(Piece::Text(text));
                        self.text.push_str(text);
                    }
                    self.done |= frame["done"] == true;
                }
                Err(_) => self.broken |= end > 0,
            }
            self.read += end + 1;
        }
    }

    fn done(&self) -> bool {
        self.done
    }

    fn end(self: Box<Self>) -> Result<Reply, Fault> {
        if self.broken {
            return Err(Fault::new(FaultKind::Network, "broken"));
        }
        if !self.done {
            return Err(Fault::new(FaultKind::Truncated, "cut"));
        }
        Ok(Reply {
            text: self.text,
            finish: Finish::Stop,
            choices: 1,
            ..Reply::default()
        })
    }
}
