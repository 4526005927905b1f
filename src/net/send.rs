//! One attempt on the wire.

use std::borrow::Cow;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use tokio_util::sync::CancellationToken;

use super::capture::{self, REMOVED, keeps_header};
use super::clock::{self, Heart};
use super::trouble;
use crate::domain::{Auth, Fault, FaultKind, Reply, Retry, Said, Target, Timing, WireHead, WireRequest};
use crate::provider::{self, Piece, Provider, RateInfo};
use crate::said;

/// Longest answer that is read. A longer one is a fault: no model writes so much, a broken server does.
pub const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// Room for a short answer as it streams, so that it is not moved with every few chunks.
const USUAL_ANSWER_BYTES: usize = 4 * 1024;

/// More room than this is given back to the system: long answers are rare.
const MOST_ROOM_BYTES: usize = 64 * 1024;

/// A connection pool to one target, with its key.
///
/// The key lives here, inside a header value marked as sensitive, and goes to the configured address only: redirects
/// are never followed.
pub struct Line {
    client: reqwest::Client,
    provider: &'static dyn Provider,
    address: String,
    key: Option<String>,
    /// The key, when it is long enough to be one, for taking it out of what comes back.
    secret: Option<String>,
    timeout: Duration,
    /// Room for answers, handed from one that is packed to the next one that comes: answers grow chunk by chunk, and growing
    /// hundreds of them from nothing, side by side, would leave memory in pieces.
    room: Mutex<Vec<Vec<u8>>>,
}

/// Why a line could not be made.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The key cannot stand in a header.
    #[error("the key holds characters that no HTTP header may hold (a line break perhaps?)")]
    Key,
    /// The HTTP client refused its settings.
    #[error("the HTTP client could not be set up: {0}")]
    Client(String),
}

/// Everything one attempt brought. Nothing in it holds the key.
#[derive(Debug)]
pub struct Exchange {
    /// Status and kept headers; absent when none arrived.
    pub head: Option<WireHead>,
    /// The body as received, up to where it ended.
    pub response: Vec<u8>,
    /// The answer, or the fault.
    pub result: Result<Reply, Fault>,
    /// When and how long.
    pub timing: Timing,
    /// What the headers told of the account's limits.
    pub rate: RateInfo,
    /// The request's id at the server.
    pub request_id: Option<String>,
    /// The answer repeated the key: it is kept for nobody to reuse.
    pub repeated_key: bool,
}

impl Line {
    /// A pool for `target`. Opens no connection yet.
    ///
    /// # Errors
    /// When the key cannot be sent or the client cannot be built.
    pub fn new(target: &Target, key: Option<&str>) -> Result<Self, LineError> {
        if let Some(key) = key {
            HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| LineError::Key)?;
        }
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(target.timeout.min(Duration::from_secs(15)))
            .pool_idle_timeout(Duration::from_mins(1))
            // A dead pooled HTTP/2 connection would otherwise hang until the attempt's deadline.
            .http2_keep_alive_interval(Duration::from_secs(20))
            .http2_keep_alive_timeout(Duration::from_secs(10))
            .http2_keep_alive_while_idle(true);
        let plain = target.address.starts_with("http://");
        if target.http1_only || plain {
            builder = builder.http1_only();
        }
        if is_loopback(&target.address) {
            // A proxy for the outside world is not meant for servers on this machine.
            builder = builder.no_proxy();
            if plain {
                // Nothing is encrypted and no redirect followed: the system's certificates need not be read.
                builder = builder.tls_certs_only([]);
            }
        }
        let client = builder.build().map_err(|error| LineError::Client(error.to_string()))?;
        Ok(Self {
            client,
            provider: provider::of(target.provider),
            address: target.address.clone(),
            key: key.map(str::to_owned),
            secret: key
                .filter(|key| key.len() >= capture::SHORTEST_SECRET)
                .map(str::to_owned),
            timeout: target.timeout,
            room: Mutex::default(),
        })
    }

    /// Takes back the response of an exchange that nobody needs any more.
    pub(crate) fn take_back(&self, mut response: Vec<u8>) {
        if response.capacity() <= MOST_ROOM_BYTES {
            response.clear();
            self.room.lock().unwrap_or_else(PoisonError::into_inner).push(response);
        }
    }

    /// The key, for taking it out of what is stored; absent when it is too short to be one.
    pub(crate) fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    /// The key of this line taken out of `text`.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        capture::redact(text, self.secret.as_deref()).into_owned()
    }

    /// Sends `request` once and reads the answer. `body` is the serialised [`WireRequest::body`].
    ///
    /// `piece` sees text as it becomes visible. Never fails: what went wrong is a [`Fault`] in the exchange. A
    /// cancelled attempt is a fault of kind `aborted`.
    pub async fn send(
        &self,
        request: &WireRequest,
        body: bytes::Bytes,
        heart: &Heart,
        cancel: &CancellationToken,
        piece: &mut (dyn FnMut(Piece<'_>) + Send),
    ) -> Exchange {
        let sleeps = heart.sleeps();
        let mut exchange = Exchange {
            head: None,
            response: self
                .room
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop()
                .unwrap_or_else(|| Vec::with_capacity(USUAL_ANSWER_BYTES)),
            result: Err(Fault::new(
                FaultKind::Aborted,
                said!(
                    "cut by the user; whether it cost something is unknown",
                    "사용자가 끊었습니다. 비용이 들었는지는 알 수 없습니다"
                ),
            )),
            timing: Timing {
                started_us: clock::now_us(),
                ..Timing::default()
            },
            rate: RateInfo::default(),
            request_id: None,
            repeated_key: false,
        };
        let start = Instant::now();
        let outcome = {
            let exchange = self.exchange(request, body, start, &mut exchange, piece);
            tokio::pin!(exchange);
            let deadline = tokio::time::sleep(self.timeout);
            tokio::pin!(deadline);
            let mut slept = sleeps;
            loop {
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => break None,
                    result = &mut exchange => break Some(Ok(result)),
                    () = &mut deadline => {
                        // While this machine slept the answer came, or did not: it is given its time once more, since
                        // it is paid for and may well stand in the socket.
                        let now = heart.sleeps();
                        if now == slept {
                            break Some(Err(()));
                        }
                        slept = now;
                        deadline.as_mut().reset(tokio::time::Instant::now() + self.timeout);
                    }
                }
            }
        };
        exchange.timing.total_us = micros(start.elapsed());
        match outcome {
            None => {}
            Some(Ok(result)) => exchange.result = result,
            Some(Err(())) => {
                let text_seen = exchange.timing.first_text_us.is_some();
                exchange.result = Err(trouble::too_slow(self.timeout, exchange.head.is_some(), text_seen));
            }
        }
        exchange.timing.suspended = heart.sleeps() != sleeps;
        self.clean(&mut exchange, request.stream);
        exchange
    }

    async fn exchange(
        &self,
        request: &WireRequest,
        body: bytes::Bytes,
        start: Instant,
        exchange: &mut Exchange,
        piece: &mut (dyn FnMut(Piece<'_>) + Send),
    ) -> Result<Reply, Fault> {
        let sent = self
            .client
            .post(&request.url)
            .headers(self.headers(request)?)
            .body(body)
            .send()
            .await;
        let mut response = sent.map_err(|error| trouble::fault(&error, &self.address, false))?;
        let head = WireHead {
            status: response.status().as_u16(),
            headers: kept(response.headers()),
            received_us: clock::now_us(),
        };
        let redirect = response.status().is_redirection().then(|| {
            let to = response
                .headers()
                .get("location")
                .and_then(|to| to.to_str().ok())
                .unwrap_or("elsewhere");
            redirected(&self.address, head.status, to)
        });
        exchange.rate = self.provider.limits(&head);
        exchange.request_id = capture::request_id(&head).map(str::to_owned);
        let mut reader = provider::reader(self.provider, request, &head);
        exchange.head = Some(head);
        loop {
            match response.chunk().await {
                Ok(Some(bytes)) => {
                    if exchange.response.len() + bytes.len() > MAX_ANSWER_BYTES {
                        return Err(too_long());
                    }
                    exchange.response.extend_from_slice(&bytes);
                    let timing = &mut exchange.timing;
                    reader.feed(&bytes, &mut |seen| {
                        let clock = match seen {
                            Piece::Text("") | Piece::Thinking("") => return,
                            Piece::Text(_) => &mut timing.first_text_us,
                            Piece::Thinking(_) => &mut timing.first_thinking_us,
                        };
                        clock.get_or_insert_with(|| micros(start.elapsed()));
                        piece(seen);
                    });
                    if reader.done() {
                        break;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    if redirect.is_some() {
                        break;
                    }
                    return Err(trouble::fault(&error, &self.address, true));
                }
            }
        }
        match redirect {
            Some(fault) => Err(fault),
            None => reader.end(),
        }
    }

    fn headers(&self, request: &WireRequest) -> Result<HeaderMap, Fault> {
        let mut headers = HeaderMap::with_capacity(request.headers.len() + 4);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("narani/", env!("CARGO_PKG_VERSION"))),
        );
        if request.stream {
            // Compression may hold tokens back and spoil the time to the first one.
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        for (name, value) in &request.headers {
            let name = HeaderName::try_from(name.as_str());
            let value = HeaderValue::from_str(value);
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err(Fault::new(
                    FaultKind::BadRequest,
                    said!(
                        "a header of the request holds characters that HTTP does not allow",
                        "요청 헤더에 HTTP가 허용하지 않는 글자가 있습니다"
                    ),
                ));
            };
            headers.insert(name, value);
        }
        if let Some(key) = &self.key {
            let (name, text) = match request.auth {
                Auth::Bearer => (AUTHORIZATION, format!("Bearer {key}")),
                Auth::Header(header) => (HeaderName::from_static(header.name()), key.clone()),
                Auth::None => return Ok(headers),
            };
            let mut value = HeaderValue::from_str(&text).map_err(|_| {
                let message = said!(
                    "the key holds characters that no HTTP header may hold",
                    "키에 HTTP 헤더에 쓸 수 없는 글자가 있습니다"
                );
                Fault::new(FaultKind::Auth, message)
            })?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(headers)
    }

    /// Takes the key out of everything the server sent back.
    fn clean(&self, exchange: &mut Exchange, stream: bool) {
        let Some(key) = self.secret.as_deref() else {
            return;
        };
        let before = exchange.response.len();
        exchange.response = capture::redact_bytes(std::mem::take(&mut exchange.response), Some(key));
        if let Some(head) = &mut exchange.head {
            for (_, value) in &mut head.headers {
                clean_text(value, key);
            }
        }
        if let Some(id) = &mut exchange.request_id {
            clean_text(id, key);
        }
        let body_held = before != exchange.response.len();
        let joined = match &mut exchange.result {
            Err(fault) => clean_fault(fault, key),
            Ok(reply) => clean_reply(reply, key),
        };
        exchange.repeated_key = joined;
        // A key that was cut by escapes or frames still stands in the body, in pieces that reading joins again.
        if joined && (stream || !body_held) {
            exchange.response =
                format!("{REMOVED}: the response repeated the key in pieces and is not kept").into_bytes();
        }
    }
}

/// Takes the key out; whether it was there.
fn clean_text(text: &mut String, key: &str) -> bool {
    match capture::redact(text, Some(key)) {
        Cow::Owned(clean) => {
            *text = clean;
            true
        }
        Cow::Borrowed(_) => false,
    }
}

fn clean_fault(fault: &mut Fault, key: &str) -> bool {
    let mut found = false;
    fault.message.each_mut(|text| found |= clean_text(text, key));
    for text in [&mut fault.error_type, &mut fault.code, &mut fault.param]
        .into_iter()
        .flatten()
    {
        found |= clean_text(text, key);
    }
    found
}

fn clean_reply(reply: &mut Reply, key: &str) -> bool {
    let text = serde_json::to_string(reply).expect("a reply is plain JSON");
    let Cow::Owned(clean) = capture::redact(&text, Some(key)) else {
        return false;
    };
    // The key may be part of a word of the format itself; rather lose the answer than keep the key.
    *reply = serde_json::from_str(&clean).unwrap_or_else(|_| Reply {
        notes: vec![said!(
            "the answer repeated the key and was dropped",
            "답변이 키를 되풀이해서 버렸습니다"
        )],
        ..Reply::default()
    });
    true
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| keeps_header(name.as_str()))
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

fn too_long() -> Fault {
    let mut fault = Fault::new(
        FaultKind::Truncated,
        said!(
            "the answer is longer than {} MB and was dropped: no model writes so much",
            "답변이 {} MB보다 길어 버렸습니다. 이렇게 길게 쓰는 모델은 없습니다",
            MAX_ANSWER_BYTES / 1024 / 1024
        ),
    );
    fault.retry = Retry::Never;
    fault
}

fn redirected(address: &str, status: u16, to: &str) -> Fault {
    // Only the host is told: the rest of the location may carry anything.
    let to = url::Url::parse(to)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .map_or_else(|| said!("elsewhere", "다른 곳"), Said::from);
    let mut fault = Fault::new(
        FaultKind::BadRequest,
        said!(
            "{address} redirects ({status}) to {to}; redirects are not followed, so that the key goes nowhere else: put the final address into the configuration",
            "{address} 서버가 {to} 주소로 넘깁니다({status}). 키가 다른 곳으로 가지 않도록 따라가지 않으니, 마지막 주소를 설정 파일에 적으세요"
        ),
    );
    fault.status = Some(status);
    fault.scope = crate::domain::Scope::Target;
    fault
}

/// Whether an address points at this machine.
pub(crate) fn is_loopback(address: &str) -> bool {
    url::Url::parse(address).ok().is_some_and(|url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    })
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Installs the TLS provider, once a process. Without it the first client would panic.
pub(crate) fn install_tls() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        // An error means that one is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
