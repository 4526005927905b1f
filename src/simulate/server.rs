//! The server: from a connection to a decision to a response, and its start and end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Options;
use super::decide::Desk;
use super::door::{Door, Link};
use super::lists;
use super::log::{Counts, Entry, Log, Verdict};
use super::respond::{Planned, respond};
use super::ticket::Ticket;
use crate::domain::{ProviderName, WireHead};
use crate::provider::{self, Incoming, Pretence, Provider};
use crate::said;

/// Largest request body that is read: pictures stand in bodies.
const LARGEST_BODY: usize = 64 << 20;
/// How long a stop waits for running answers before it cuts them.
const DRAIN: Duration = Duration::from_secs(2);

/// Why a simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The address is taken or not allowed.
    #[error("could not listen on {address}: {source}; choose another port, or 0 for any free one")]
    Listen {
        /// As asked for.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The log file cannot be made.
    #[error("could not write the log `{file}`: {source}")]
    Log {
        /// As asked for.
        file: String,
        /// The system's reason.
        source: io::Error,
    },
}

/// A running simulator. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    log: Arc<Log>,
    stop: CancellationToken,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// The base address of a provider here, in the form that `config.toml` takes.
    #[must_use]
    pub fn base(&self, provider: ProviderName) -> String {
        let suffix = provider::of(provider).about().simulated_suffix;
        format!("http://{}{suffix}", self.address)
    }

    /// Requests that have ended, in order of arrival; empty unless [`LogTo::keep`](super::LogTo::keep) is set.
    #[must_use]
    pub fn log(&self) -> Vec<Entry> {
        self.log.entries()
    }

    /// Requests so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.log.counts()
    }

    /// Takes no more connections, gives running answers a moment, cuts the rest, and closes the log.
    ///
    /// # Errors
    /// What went wrong with the log file.
    pub async fn shutdown(mut self) -> io::Result<()> {
        self.stop.cancel();
        if tokio::time::timeout(DRAIN, &mut self.task).await.is_err() {
            self.task.abort();
        }
        let log = Arc::clone(&self.log);
        tokio::task::spawn_blocking(move || log.close())
            .await
            .map_err(io::Error::other)?
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Shared {
    desk: Desk,
    log: Arc<Log>,
    stop: CancellationToken,
    started: Instant,
    /// Protocols spoken; empty for all.
    providers: &'static [&'static dyn Provider],
}

/// Starts a simulator in the current runtime.
///
/// # Errors
/// When the port is taken or the log file cannot be made.
pub async fn start(options: Options) -> Result<Running, SimulateError> {
    start_with(options, &[]).await
}

/// The same with protocols of the caller's own instead of all that narani speaks.
pub(super) async fn start_with(
    options: Options,
    providers: &'static [&'static dyn Provider],
) -> Result<Running, SimulateError> {
    let address = SocketAddr::new(options.host, options.port);
    let log = Log::open(&options.log).map_err(|source| SimulateError::Log {
        file: options
            .log
            .file
            .as_deref()
            .map(|file| file.display().to_string())
            .unwrap_or_default(),
        source,
    })?;
    let log = Arc::new(log);
    let listen = |source| SimulateError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let stop = CancellationToken::new();
    let shared = Arc::new(Shared {
        desk: Desk::new(options),
        log: Arc::clone(&log),
        stop: stop.clone(),
        started: Instant::now(),
        providers,
    });
    let router = Router::new().fallback(handle).with_state(shared);
    let service = router.into_make_service_with_connect_info::<Link>();
    let serving = axum::serve(Door(listener), service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let task = tokio::spawn(serving.into_future());
    Ok(Running {
        address,
        log,
        stop,
        task,
    })
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(link): ConnectInfo<Link>,
    request: Request,
) -> Response<Body> {
    let mut ticket = Ticket::new(&shared.log, shared.started);
    let (parts, body) = request.into_parts();
    let path = parts
        .uri
        .path_and_query()
        .map_or("/", axum::http::uri::PathAndQuery::as_str);
    let planned = if parts.method == Method::GET {
        let anthropic = parts.headers.contains_key("anthropic-version");
        match lists::get(path, anthropic, shared.desk.options()) {
            Some(found) => {
                ticket.entry.verdict = Verdict::Listed;
                json_response(200, &found)
            }
            None => json_response(404, &lists::not_found("GET", path)),
        }
    } else {
        let headers = header_list(&parts.headers);
        match to_bytes(body, LARGEST_BODY).await {
            Ok(bytes) => {
                let incoming = Incoming {
                    path,
                    headers: &headers,
                    body: &bytes,
                };
                answer(&shared, &incoming, &mut ticket)
                    .unwrap_or_else(|| json_response(404, &lists::not_found(parts.method.as_str(), path)))
            }
            Err(error) => {
                ticket.entry.verdict = Verdict::BadRequest;
                let message =
                    serde_json::json!({"error": {"message": error.to_string(), "type": "invalid_request_error"}});
                json_response(413, &message)
            }
        }
    };
    respond(planned, ticket, &link, &shared.stop).await
}

/// The response of the protocol whose path it is.
fn answer(shared: &Shared, incoming: &Incoming<'_>, ticket: &mut Ticket) -> Option<Planned> {
    let all = ProviderName::ALL.into_iter().map(provider::of);
    let own = shared.providers.iter().copied();
    let (provider, asked) = own
        .chain(all.filter(|_| shared.providers.is_empty()))
        .find_map(|provider| provider.asked(incoming).map(|asked| (provider, asked)))?;
    let key = key_of(incoming);
    Some(shared.desk.decide(provider, &asked, key, ticket))
}

/// The key, in whichever way it came; vendors agree on none.
fn key_of<'a>(incoming: &Incoming<'a>) -> Option<&'a str> {
    let header = incoming.headers.iter().find_map(|(name, value)| {
        let key = match name.as_str() {
            "authorization" => value
                .split_once(' ')
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, key)| key)?,
            "x-api-key" | "x-goog-api-key" | "api-key" => value,
            _ => return None,
        };
        let key = key.trim();
        (!key.is_empty()).then_some(key)
    });
    header.or_else(|| {
        let (_, query) = incoming.path.split_once('?')?;
        let keys = query.split('&').filter_map(|pair| pair.strip_prefix("key="));
        keys.into_iter().find(|key| !key.is_empty())
    })
}

fn header_list(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

fn json_response(status: u16, body: &Value) -> Planned {
    let pretence = Pretence {
        head: WireHead {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            received_us: 0,
        },
        chunks: vec![body.to_string().into_bytes()],
    };
    Planned::plain(pretence, Duration::ZERO)
}

impl SimulateError {
    /// The same for people, in every language.
    #[must_use]
    pub fn said(&self) -> crate::domain::Said {
        match self {
            Self::Listen { address, source } => said!(
                "{self}",
                "{address} 주소에서 요청을 받을 수 없습니다: {source}. 다른 포트를 고르거나 0으로 빈 포트를 쓰세요"
            ),
            Self::Log { file, source } => said!("{self}", "`{file}` 기록을 쓰지 못했습니다: {source}"),
        }
    }
}
