//! Putting a planned response on the wire: at its time, in its pieces, broken where it is to break.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use futures::stream;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::door::Link;
use super::pace::schedule;
use super::ticket::Ticket;
use crate::provider::Pretence;

/// Header that every response of the simulator carries, so that no run takes it for the vendor's.
pub const SIMULATED_HEADER: &str = "x-narani-simulated";

/// What happens to a response on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nothing.
    None,
    /// The first half goes out, then after this time the body ends.
    Cut {
        /// Silence before the end.
        after: Duration,
        /// The end looks like a regular one, where the form of the body allows (streams).
        orderly: bool,
    },
    /// The first half goes out, then nothing.
    Stall,
    /// Nothing goes out.
    Hang,
    /// The connection is reset instead.
    Reset,
}

/// A response with its manner.
pub(super) struct Planned {
    /// Status, headers, pieces of the body.
    pub(super) pretence: Pretence,
    /// From the request to the last byte.
    pub(super) total: Duration,
    /// What happens on the way.
    pub(super) trouble: Trouble,
}

/// Errors are told in this part of the time of an answer.
pub(super) const ERROR_TIME: u32 = 5;

impl Planned {
    /// A response to which nothing happens.
    pub(super) fn plain(pretence: Pretence, total: Duration) -> Self {
        Self {
            pretence,
            total,
            trouble: Trouble::None,
        }
    }
}

/// Time between the last half-sent bytes and the break, so that they leave before it.
const BEFORE_BREAK: Duration = Duration::from_millis(5);

/// Sends `planned`; returns when its head is due. `stop` ends what would otherwise last for ever.
pub(super) async fn respond(
    planned: Planned,
    mut ticket: Ticket,
    link: &Link,
    stop: &CancellationToken,
) -> Response<Body> {
    let received = Instant::from_std(ticket.received);
    let Planned {
        pretence,
        total,
        trouble,
    } = planned;
    match trouble {
        Trouble::Hang => {
            // The ticket is dropped, and the call logged, when the client goes.
            stop.cancelled().await;
            link.reset();
            return Response::new(Body::empty());
        }
        Trouble::Reset => {
            until(received + total).await;
            link.reset();
            ticket.entry.complete = true;
            return Response::new(Body::empty());
        }
        _ => {}
    }
    ticket.entry.status = Some(pretence.head.status);
    let streams = pretence.chunks.len() > 1;
    let length: usize = pretence.chunks.iter().map(Vec::len).sum();
    let mut pieces = timed(pretence.chunks, received, total);
    let end = match trouble {
        Trouble::Cut { after, orderly } => {
            halve(&mut pieces, length / 2);
            if orderly && streams {
                End::Orderly(after)
            } else {
                End::Broken(after.max(BEFORE_BREAK))
            }
        }
        Trouble::Stall => {
            halve(&mut pieces, length / 2);
            End::Never(stop.clone())
        }
        _ => End::Orderly(Duration::ZERO),
    };
    let head_due = pieces.front().map_or(received + total, |(_, due)| *due);
    until(head_due).await;

    let mut response = Response::new(body(pieces, end, ticket));
    *response.status_mut() = StatusCode::from_u16(pretence.head.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in &pretence.head.headers {
        // A name or value that HTTP does not allow is left out; the provider's tests catch it.
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    headers.insert(SIMULATED_HEADER, HeaderValue::from_static("1"));
    if !streams {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    headers
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    response
}

/// Waits, unless it is time already. Timers count whole milliseconds and are late by up to one and a half, so that going
/// to bed one early is on time in the mean.
async fn until(due: Instant) {
    let Some(due) = due.checked_sub(TICK) else { return };
    if due > Instant::now() {
        sleep_until(due).await;
    }
}

/// What a timer is late by, and so what an answer may come early by.
pub(super) const TICK: Duration = Duration::from_millis(1);

/// Pieces of a body with the times at which they are due.
type Timed = VecDeque<(Bytes, Instant)>;

fn timed(chunks: Vec<Vec<u8>>, received: Instant, total: Duration) -> Timed {
    if chunks.len() == 1 {
        let whole = chunks.into_iter().map(Bytes::from);
        return whole.map(|bytes| (bytes, received + total)).collect();
    }
    let plan = schedule(chunks.len(), total);
    let mut chunks = chunks.into_iter();
    plan.into_iter()
        .map(|(count, due)| {
            let mut group = Vec::new();
            for chunk in chunks.by_ref().take(count) {
                if group.is_empty() {
                    group = chunk;
                } else {
                    group.extend_from_slice(&chunk);
                }
            }
            (Bytes::from(group), received + due)
        })
        .collect()
}

/// Keeps the first `length` bytes.
fn halve(pieces: &mut Timed, length: usize) {
    let mut left = length;
    for (bytes, _) in pieces.iter_mut() {
        bytes.truncate(left);
        left -= bytes.len();
    }
    pieces.retain(|(bytes, _)| !bytes.is_empty());
}

/// How a body ends after its last piece.
enum End {
    /// As it should, after a silence.
    Orderly(Duration),
    /// By an error, which closes the connection.
    Broken(Duration),
    /// Only when the server stops or the client goes.
    Never(CancellationToken),
}

/// A body that hands over its pieces in time. The ticket goes with it, so that the log tells when it ended.
fn body(pieces: Timed, end: End, ticket: Ticket) -> Body {
    let state = (pieces, end, ticket);
    let paced = stream::unfold(state, async |(mut pieces, end, mut ticket)| {
        if let Some((bytes, due)) = pieces.pop_front() {
            until(due).await;
            ticket.entry.complete = pieces.is_empty() && matches!(&end, End::Orderly(wait) if wait.is_zero());
            return Some((Ok(bytes), (pieces, end, ticket)));
        }
        match &end {
            End::Orderly(wait) => {
                until(Instant::now() + *wait).await;
                ticket.entry.complete = true;
                None
            }
            End::Broken(wait) => {
                tokio::time::sleep(*wait).await;
                ticket.entry.complete = true;
                let broken = io::Error::from(io::ErrorKind::ConnectionAborted);
                Some((Err(broken), (pieces, End::Orderly(Duration::ZERO), ticket)))
            }
            End::Never(stop) => {
                stop.cancelled().await;
                None
            }
        }
    });
    Body::from_stream(paced)
}
