//! What failures on purpose look like: vendors' errors, answers that break on their way, and what is no answer.

use std::time::Duration;

use super::chance::Chance;
use super::faults::Failure;
use super::respond::{ERROR_TIME, Planned, Trouble};
use crate::domain::{Fault, FaultKind, Finish, ProviderName, Reply, Scope, WireHead};
use crate::provider::{Asked, Pretence, Provider};

/// Silence of a slow cut.
const SLOW_CUT: Duration = Duration::from_secs(1);

/// The response of a failure that needs no answer to spoil.
pub(super) fn instead(
    provider: &'static dyn Provider,
    failure: Failure,
    asked: &Asked,
    total: Duration,
    retry_after: Duration,
) -> Option<Planned> {
    let error_time = total / ERROR_TIME;
    let head = |status: u16, content_type: &str| WireHead {
        status,
        headers: vec![("content-type".to_owned(), content_type.to_owned())],
        received_us: 0,
    };
    let planned = match failure {
        Failure::Status(status) => Planned::plain(provider.pretend_fault(&fault_of(status, retry_after)), error_time),
        Failure::Quota => {
            let mut fault = Fault::new(FaultKind::Quota, "simulated: the money of this account is used up");
            // These two have no error of their own for it; HTTP has.
            if matches!(provider.name(), ProviderName::Clova | ProviderName::Ollama) {
                fault.status = Some(402);
            }
            Planned::plain(provider.pretend_fault(&fault), error_time)
        }
        Failure::Html => {
            let page = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1>\n<p>simulated gateway</p></body></html>\n";
            Planned::plain(
                Pretence {
                    head: head(502, "text/html; charset=utf-8"),
                    chunks: vec![page.as_bytes().to_vec()],
                },
                error_time,
            )
        }
        Failure::Hang | Failure::Reset => Planned {
            pretence: Pretence {
                head: head(200, "application/json"),
                chunks: Vec::new(),
            },
            total: error_time,
            trouble: if failure == Failure::Hang {
                Trouble::Hang
            } else {
                Trouble::Reset
            },
        },
        Failure::Empty => {
            let reply = Reply {
                finish: Finish::Stop,
                choices: 1,
                model: Some(asked.model.clone()),
                ..Reply::default()
            };
            Planned::plain(provider.pretend(&reply, asked), total)
        }
        Failure::Filter => {
            let word = match provider.name() {
                ProviderName::Gemini => "SAFETY",
                _ => "content_filter",
            };
            let reply = Reply {
                finish: Finish::Filter,
                blocked: Some(word.to_owned()),
                choices: 1,
                model: Some(asked.model.clone()),
                ..Reply::default()
            };
            Planned::plain(provider.pretend(&reply, asked), total)
        }
        Failure::Garbage | Failure::Cut | Failure::SlowCut | Failure::Stall => return None,
    };
    Some(planned)
}

/// The error behind an HTTP status.
fn fault_of(status: u16, retry_after: Duration) -> Fault {
    let (kind, message) = match status {
        401 => (FaultKind::Auth, "simulated: the key is wrong"),
        402 => (FaultKind::Quota, "simulated: no money left"),
        403 => (FaultKind::Auth, "simulated: the key may not do this"),
        404 => (FaultKind::BadRequest, "simulated: there is no such model"),
        408 => (FaultKind::Timeout, "simulated: the request took too long"),
        413 => (FaultKind::BadRequest, "simulated: the request is too large"),
        429 => (FaultKind::RateLimit, "simulated: too many requests for now"),
        503 | 529 => (FaultKind::Server, "simulated: overloaded"),
        500.. => (FaultKind::Server, "simulated: the server broke"),
        _ => (FaultKind::BadRequest, "simulated: the request is not as it should be"),
    };
    let mut fault = Fault::new(kind, message);
    fault.status = Some(status);
    if (401..=405).contains(&status) {
        fault.scope = Scope::Target;
    }
    fault.retry_after = (status == 429).then_some(retry_after);
    fault
}

/// An answer that breaks on its way.
pub(super) fn spoiled(mut pretence: Pretence, failure: Failure, total: Duration, chance: &mut Chance) -> Planned {
    let orderly = chance.unit() < 0.5;
    let trouble = match failure {
        Failure::Garbage => {
            pretence.chunks = garbage(pretence.chunks, chance);
            Trouble::None
        }
        Failure::Stall => Trouble::Stall,
        Failure::SlowCut => Trouble::Cut {
            after: SLOW_CUT,
            orderly,
        },
        _ => Trouble::Cut {
            after: Duration::ZERO,
            orderly,
        },
    };
    Planned {
        pretence,
        total,
        trouble,
    }
}

/// A body that is no answer: broken JSON, or bytes that are not even text; in a stream, after a good beginning.
fn garbage(chunks: Vec<Vec<u8>>, chance: &mut Chance) -> Vec<Vec<u8>> {
    let broken: Vec<u8> = if chance.unit() < 0.5 {
        let mut bytes = vec![0xff, 0xfe, 0x00, 0x1b];
        bytes.extend((0..60).map(|_| u8::try_from(chance.below(256)).expect("below 256")));
        bytes
    } else {
        b"{\"choices\": [{\"message\": {\"content\": \"this is not\" JSON,,}".to_vec()
    };
    let good = chunks.len() / 2;
    if good == 0 {
        return vec![broken];
    }
    let mut pieces: Vec<Vec<u8>> = chunks.into_iter().take(good).collect();
    pieces.push([b"data: ".as_slice(), &broken, b"\n\n".as_slice()].concat());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::of;

    /// `--fail 404:1` was sent as 400 in OpenAI's protocols, so that a model that is not there stopped no target.
    #[test]
    fn the_status_that_was_asked_for_is_sent() {
        for name in ProviderName::ALL {
            for status in [
                400, 401, 402, 403, 404, 405, 408, 413, 422, 429, 500, 502, 503, 504, 529,
            ] {
                let pretence = of(name).pretend_fault(&fault_of(status, Duration::from_secs(1)));
                let sent = match (name, status) {
                    // An unknown model is a 400 of its own there.
                    (ProviderName::OpenAiResponses, 404) => 400,
                    _ => status,
                };
                assert_eq!(pretence.head.status, sent, "{}", name.word());
                let read = of(name)
                    .read(&pretence.head, &pretence.chunks.concat())
                    .expect_err("an error");
                assert_eq!(
                    read.scope == Scope::Target,
                    (401..=405).contains(&status),
                    "{} {status}",
                    name.word()
                );
            }
        }
    }
}
