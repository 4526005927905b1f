//! One try of one cell: the call, what it cost, how it is judged, and the rows that keep it.

use tokio_util::sync::CancellationToken;

use super::lane::Item;
use super::prepare::{Prepared, stored_body};
use super::{Asker, GradeNow};
use crate::domain::{Fault, FaultKind, Finish, Outcome, Reply, Said, Timing, Usage, WireHead};
use crate::net::clock::Heart;
use crate::net::{Exchange, capture};
use crate::provider::{self, RateInfo};
use crate::said;
use crate::scorer::Answer;
use crate::store::{AttemptRow, CacheKey, Cached, OutcomeRow, pack, unpack};

/// What a try brought.
pub(super) struct Tried {
    /// The try, ready for the store.
    pub(super) attempt: AttemptRow,
    /// The outcome, when there is one; else the fault, for the dispatcher to decide.
    pub(super) result: Result<Box<OutcomeRow>, Box<(Fault, Timing)>>,
    /// Kept for reuse.
    pub(super) reuse: Option<(CacheKey, Cached)>,
    /// What the headers told.
    pub(super) rate: RateInfo,
    /// The simulator answered, not a model.
    pub(super) simulated: bool,
    /// Tokens used, where told.
    pub(super) usage: Usage,
}

/// Makes the call and everything about it that needs no decision.
pub(super) async fn attempt(
    asker: &Asker,
    item: &Item,
    prepared: &Prepared,
    keep: bool,
    grade: &GradeNow,
    heart: &Heart,
    cancel: &CancellationToken,
) -> Tried {
    let exchange = asker
        .line
        .send(&prepared.request, prepared.body.clone(), heart, cancel, &mut |_| {})
        .await;
    let Exchange {
        head,
        response,
        result,
        timing,
        rate,
        request_id,
        repeated_key,
    } = exchange;
    let packed = head.as_ref().map(|_| pack(&response));
    asker.line.take_back(response);
    let mut row = AttemptRow {
        cell: item.cell,
        n: item.tries + 1,
        started_us: timing.started_us,
        total_us: timing.total_us,
        status: head.as_ref().map(|head| head.status),
        request_id,
        url: asker.line.redact(&prepared.request.url),
        request: pack(&capture::redact_bytes(stored_body(prepared), asker.line.secret())),
        head: head
            .as_ref()
            .map(|head| serde_json::to_string(head).expect("a head is plain JSON")),
        response: packed,
        fault: None,
    };
    let simulated = head
        .as_ref()
        .is_some_and(|head| head.header(capture::SIMULATED).is_some());
    let mut usage = Usage::default();
    let mut reuse = None;
    let result = match result {
        Ok(reply) => {
            usage = reply.usage;
            if keep
                && !simulated
                && !repeated_key
                && let (Some(key), Some(head), Some(response)) = (prepared.key, head, &row.response)
            {
                reuse = Some((
                    key,
                    Cached {
                        head,
                        response: response.clone(),
                        timing,
                    },
                ));
            }
            Ok(Box::new(judged(
                asker,
                item,
                prepared,
                reply,
                timing,
                Source::Asked { tries: item.tries + 1 },
                grade,
            )))
        }
        Err(fault) => {
            row.fault = Some(crate::store::fault_json(&fault));
            Err(Box::new((fault, timing)))
        }
    };
    Tried {
        attempt: row,
        result,
        reuse,
        rate,
        simulated,
        usage,
    }
}

/// Where an answer comes from.
#[derive(Clone, Copy)]
enum Source {
    Asked { tries: u32 },
    Reused,
}

/// The outcome for an answer of the cache; `None` when it cannot be read any more.
pub(super) fn reused(
    asker: &Asker,
    item: &Item,
    prepared: &Prepared,
    cached: &Cached,
    grade: &GradeNow,
) -> Option<OutcomeRow> {
    let reply = read_again(asker, prepared, &cached.head, &unpack(&cached.response)?)?;
    Some(judged(
        asker,
        item,
        prepared,
        reply,
        cached.timing,
        Source::Reused,
        grade,
    ))
}

fn read_again(asker: &Asker, prepared: &Prepared, head: &WireHead, response: &[u8]) -> Option<Reply> {
    let mut reader = provider::reader(asker.provider, &prepared.request, head);
    reader.feed(response, &mut |_| {});
    reader.end().ok()
}

/// The outcome that an answer makes: measured, or withheld by the provider's filter; judged in either case.
fn judged(
    asker: &Asker,
    item: &Item,
    prepared: &Prepared,
    reply: Reply,
    timing: Timing,
    source: Source,
    grade: &GradeNow,
) -> OutcomeRow {
    let cost = asker.pricing.cost(&reply.usage);
    let filtered = reply.finish == Finish::Filter;
    let fresh = matches!(source, Source::Asked { .. }) && !timing.suspended;
    let graded = grade(
        item.position,
        &Answer {
            case: &item.case,
            question: &prepared.question,
            reply: &reply,
            timing: fresh.then_some(&timing),
            cost: cost.money.as_ref(),
            target: &asker.target.name,
        },
        filtered,
    );
    let (attempts, cached) = match source {
        Source::Asked { tries } => (tries, false),
        Source::Reused => (0, true),
    };
    let outcome = if filtered {
        let blocked = reply.blocked.clone().map_or_else(
            || said!("withheld by the provider's filter", "제공자의 필터가 막았습니다"),
            Said::from,
        );
        Outcome::Failed {
            fault: Box::new(Fault::new(FaultKind::ContentFilter, blocked)),
            timing,
            attempts,
            reply: Some(Box::new(reply)),
        }
    } else {
        Outcome::Answered {
            reply: Box::new(reply),
            timing,
            cost,
            cached,
            attempts,
        }
    };
    let (scores, pass, score, scorer_broke) = match graded {
        Some(graded) => (Some(graded.scores), graded.pass, graded.score, graded.broke),
        None => (None, None, None, false),
    };
    OutcomeRow {
        cell: item.cell,
        outcome,
        is_final: true,
        scores,
        pass,
        score,
        scorer_broke,
    }
}
