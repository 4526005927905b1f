//! What to answer to a request that was read: key, limits, failures, answers, in the order in which a service
//! would look at them.

use std::collections::HashMap;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::time::{Duration, Instant};

use super::Options;
use super::chance::{Chance, call_key, name_key, text_key};
use super::faults::Failure;
use super::invent::{Asking, answer, complete, input_tokens};
use super::limits::{Meter, Refusal};
use super::log::Verdict;
use super::recorded::Unrecorded;
use super::respond::{Planned, Trouble};
use super::ticket::Ticket;
use super::tries::Tries;
use crate::domain::{Fault, FaultKind, Finish, ProviderName, Reply, WireHead};
use crate::provider::{Asked, Pretence, Provider};

/// Errors are told in this part of the time of an answer.
const ERROR_TIME: u32 = 5;
/// Silence of a slow cut.
const SLOW_CUT: Duration = Duration::from_secs(1);

/// The state behind all decisions.
pub(super) struct Desk {
    options: Options,
    tries: Tries,
    services: RwLock<HashMap<u64, Arc<Service>>>,
}

/// A model as one account sees it.
struct Service {
    open: Arc<AtomicU32>,
    meter: Mutex<Meter>,
}

impl Service {
    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().expect("no holder of this lock panics")
    }
}

impl Desk {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            tries: Tries::default(),
            services: RwLock::default(),
        }
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// The response to a request of a provider, `key` being the key it came with.
    pub(super) fn decide(
        &self,
        provider: &'static dyn Provider,
        asked: &Result<Asked, Fault>,
        key: Option<&str>,
        ticket: &mut Ticket,
    ) -> Planned {
        ticket.entry.protocol = Some(provider.name());
        let asked = match asked {
            Ok(asked) => asked,
            Err(fault) => {
                ticket.entry.verdict = Verdict::BadRequest;
                return plain(provider.pretend_fault(fault), self.soon());
            }
        };
        let question = asked.call.question();
        ticket.entry.model.clone_from(&asked.model);
        ticket.entry.stream = asked.stream;
        ticket.entry.question = format!("{:016x}", text_key(&question));
        if let Some(fault) = self.key_fault(provider.name(), key) {
            ticket.entry.verdict = Verdict::Unauthorised;
            return plain(provider.pretend_fault(&fault), self.soon());
        }

        let service = self.service(provider.name(), &asked.model, key);
        let open = ticket.count(&service.open);
        let call = call_key(provider.name(), &asked.model, &asked.call);
        let tokens = input_tokens(&asked.call);
        if let Some(refused) = self.limited(provider, &service, tokens, &asked.model) {
            ticket.entry.verdict = Verdict::Limited;
            return plain(refused, self.soon());
        }

        let nth = self.tries.next(call);
        ticket.entry.nth = nth;
        let draws = [call, u64::from(nth)];
        let mut pace = Chance::of(self.options.seed, "pace", &draws);
        let total = self.options.latency.draw(&mut pace, open);
        let mut fate = Chance::of(self.options.seed, "fail", &draws);
        let failure = self.options.fail.draw(&mut fate, nth);
        if let Some(failure) = failure {
            ticket.entry.verdict = Verdict::Failed(failure);
            if let Some(planned) = self.instead(provider, failure, asked, total, &mut fate) {
                return planned;
            }
        }
        let (reply, total) = match self.reply(asked, &question, nth, total) {
            Ok(found) => found,
            Err(fault) => {
                ticket.entry.verdict = Verdict::Unrecorded;
                return plain(provider.pretend_fault(&fault), self.soon());
            }
        };
        let usage = reply.usage;
        let output = usage.output.unwrap_or(0);
        ticket.entry.tokens = usage.input.unwrap_or(0).saturating_add(output);
        if self.limits() {
            service.meter().spend(output);
        }
        let mut pretence = provider.pretend(&reply, asked);
        self.tell_limits(provider, &service, &mut pretence);
        match failure {
            None => {
                ticket.entry.verdict = Verdict::Answered;
                plain(pretence, total)
            }
            Some(failure) => spoiled(pretence, failure, total, &mut fate),
        }
    }

    fn soon(&self) -> Duration {
        self.options.latency.base / ERROR_TIME
    }

    /// Any key is a good one, except `wrong` and those that begin with `bad`.
    fn key_fault(&self, provider: ProviderName, key: Option<&str>) -> Option<Fault> {
        let local = provider == ProviderName::Ollama;
        let message = match key {
            Some(key) if key == "wrong" || key.starts_with("bad") => {
                "the key is wrong (the simulator takes any key but `wrong` and those that begin with `bad`)"
            }
            None if !local && !self.options.no_auth => {
                "no key was sent (the simulator takes any key; `--no-auth` asks for none)"
            }
            _ => return None,
        };
        let mut fault = Fault::new(FaultKind::Auth, message);
        fault.status = Some(401);
        Some(fault)
    }

    fn service(&self, provider: ProviderName, model: &str, key: Option<&str>) -> Arc<Service> {
        /// Models that are told apart; more are taken together, so that nobody fills the memory with names.
        const MOST: u64 = 10_000;
        let name = name_key(&format!("{}\n{model}\n{}", provider.word(), key.unwrap_or_default()));
        let services = self.services.read().expect("no holder of this lock panics");
        if let Some(service) = services.get(&name) {
            return Arc::clone(service);
        }
        let full = services.len() as u64 >= MOST;
        drop(services);
        let name = if full { name % MOST } else { name };
        let mut services = self.services.write().expect("no holder of this lock panics");
        let service = services.entry(name).or_insert_with(|| {
            Arc::new(Service {
                open: Arc::default(),
                meter: Mutex::new(Meter::new(&self.options.limits, Instant::now())),
            })
        });
        Arc::clone(service)
    }

    /// Whether anything is limited at all.
    fn limits(&self) -> bool {
        let limits = &self.options.limits;
        limits.requests_per_minute.is_some() || limits.tokens_per_minute.is_some()
    }

    /// The refusal, when a limit is reached. The input counts at once, the output when it is known, as at the
    /// vendors that tell the two apart.
    fn limited(
        &self,
        provider: &'static dyn Provider,
        service: &Service,
        tokens: u64,
        model: &str,
    ) -> Option<Pretence> {
        if !self.limits() {
            return None;
        }
        let refusal = service.meter().take(tokens, Instant::now()).err()?;
        let (message, wait) = match refusal {
            Refusal::Requests(wait) => (
                format!("Rate limit reached for {model} on requests per minute"),
                Some(wait),
            ),
            Refusal::Tokens(wait) => (
                format!("Rate limit reached for {model} on tokens per minute"),
                Some(wait),
            ),
            Refusal::TooLarge { limit, asked } => (
                format!("Request too large for {model} on tokens per minute: limit {limit}, requested {asked}"),
                None,
            ),
        };
        let mut fault = Fault::new(FaultKind::RateLimit, message);
        fault.status = Some(429);
        fault.retry_after = wait.filter(|_| !self.options.limits.quiet);
        let mut pretence = provider.pretend_fault(&fault);
        self.tell_limits(provider, service, &mut pretence);
        Some(pretence)
    }

    fn tell_limits(&self, provider: &'static dyn Provider, service: &Service, pretence: &mut Pretence) {
        if self.options.limits.quiet || !self.limits() {
            return;
        }
        let info = service.meter().info(Instant::now());
        pretence.head.headers.extend(provider.pretend_limits(&info));
    }

    /// The answer and its time, or why there is none.
    fn reply(&self, asked: &Asked, question: &str, nth: u32, total: Duration) -> Result<(Reply, Duration), Fault> {
        let known = self.options.knowledge.as_ref().and_then(|oracle| oracle(question));
        let asking = Asking {
            call: &asked.call,
            model: &asked.model,
            known: known.as_ref(),
            nth,
            seed: self.options.seed,
        };
        if let Some(answers) = &self.options.answers {
            let id = known.as_ref().map(|known| known.id.as_str());
            if let Some(recorded) = answers.find(question, id, &asked.model, nth) {
                let mut reply = recorded.reply.clone();
                complete(&mut reply, &asking);
                let total = recorded.latency_ms.map_or(total, Duration::from_millis);
                return Ok((reply, total));
            }
            if self.options.unrecorded == Unrecorded::Refuse {
                let mut fault = Fault::new(
                    FaultKind::BadRequest,
                    format!(
                        "no recorded answer of {} to this question (`--unrecorded invent` makes one up)",
                        asked.model
                    ),
                );
                fault.status = Some(404);
                return Err(fault);
            }
        }
        Ok((answer(&asking, &self.options.right), total))
    }

    /// The response of a failure that needs no answer to spoil.
    fn instead(
        &self,
        provider: &'static dyn Provider,
        failure: Failure,
        asked: &Asked,
        total: Duration,
        chance: &mut Chance,
    ) -> Option<Planned> {
        let error_time = total / ERROR_TIME;
        let head = |status: u16, content_type: &str| WireHead {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            received_us: 0,
        };
        let planned = match failure {
            Failure::Status(status) => plain(provider.pretend_fault(&self.fault(status)), error_time),
            Failure::Quota => {
                let mut fault = Fault::new(
                    FaultKind::Quota,
                    "You exceeded your current quota, please check your plan and billing details (simulated)",
                );
                fault.status = Some(429);
                plain(provider.pretend_fault(&fault), error_time)
            }
            Failure::Html => {
                let page = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1>\n<p>simulated gateway</p></body></html>\n";
                plain(
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
            Failure::Garbage => {
                let mut pretence = provider.pretend(&Reply::default(), asked);
                pretence.chunks = garbage(pretence.chunks, asked.stream, chance);
                plain(pretence, total)
            }
            Failure::Empty => {
                let reply = Reply {
                    finish: Finish::Stop,
                    choices: 1,
                    model: Some(asked.model.clone()),
                    ..Reply::default()
                };
                plain(provider.pretend(&reply, asked), total)
            }
            Failure::Filter => {
                let mut fault = Fault::new(
                    FaultKind::ContentFilter,
                    "the answer was withheld by the filter (simulated)",
                );
                fault.status = Some(400);
                plain(provider.pretend_fault(&fault), total)
            }
            Failure::Cut | Failure::SlowCut | Failure::Stall => return None,
        };
        Some(planned)
    }

    /// The error behind an HTTP status.
    fn fault(&self, status: u16) -> Fault {
        let (kind, message) = match status {
            401 => (FaultKind::Auth, "Incorrect API key provided (simulated)"),
            402 => (FaultKind::Quota, "Insufficient balance (simulated)"),
            403 => (FaultKind::Auth, "Your key has no access to this (simulated)"),
            404 => (FaultKind::BadRequest, "The model does not exist (simulated)"),
            408 => (FaultKind::Timeout, "The request timed out (simulated)"),
            413 => (FaultKind::BadRequest, "The request is too large (simulated)"),
            429 => (FaultKind::RateLimit, "Rate limit reached (simulated)"),
            503 | 529 => (FaultKind::Server, "Overloaded (simulated)"),
            500.. => (
                FaultKind::Server,
                "The server had an error while processing your request (simulated)",
            ),
            _ => (FaultKind::BadRequest, "Invalid request (simulated)"),
        };
        let mut fault = Fault::new(kind, message);
        fault.status = Some(status);
        fault.retry_after = (status == 429).then_some(self.options.retry_after);
        fault
    }
}

fn plain(pretence: Pretence, total: Duration) -> Planned {
    Planned {
        pretence,
        total,
        trouble: Trouble::None,
    }
}

/// An answer that breaks on its way.
fn spoiled(pretence: Pretence, failure: Failure, total: Duration, chance: &mut Chance) -> Planned {
    let orderly = chance.unit() < 0.5;
    let trouble = match failure {
        Failure::SlowCut => Trouble::Cut {
            after: SLOW_CUT,
            orderly,
        },
        Failure::Stall => Trouble::Stall,
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

/// A body that is no answer: half of one with a bad end, or bytes that are not even text.
fn garbage(chunks: Vec<Vec<u8>>, stream: bool, chance: &mut Chance) -> Vec<Vec<u8>> {
    let broken: Vec<u8> = if chance.unit() < 0.5 {
        let mut bytes = vec![0xff, 0xfe, 0x00, 0x1b];
        bytes.extend((0..60).map(|_| u8::try_from(chance.below(256)).expect("below 256")));
        bytes
    } else {
        b"{\"choices\": [{\"message\": {\"content\": \"this is not\" JSON,,}".to_vec()
    };
    if !stream {
        return vec![broken];
    }
    // One good beginning, then a frame that cannot be read, then an end.
    let mut pieces: Vec<Vec<u8>> = chunks.into_iter().take(1).collect();
    pieces.push([b"data: ".as_slice(), &broken, b"\n\n".as_slice()].concat());
    pieces
}
