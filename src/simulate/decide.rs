//! What to answer to a request that was read: key, limits, failures, answers, in the order in which a service
//! would look at them.

use std::collections::HashMap;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::time::{Duration, Instant};

use super::Options;
use super::chance::{Chance, call_key, name_key, text_key};
use super::invent::{Asking, answer, complete, input_tokens};
use super::limits::{Meter, Refusal};
use super::log::Verdict;
use super::recorded::Unrecorded;
use super::respond::{ERROR_TIME, Planned};
use super::spoil::{instead, spoiled};
use super::ticket::Ticket;
use super::tries::Tries;
use crate::domain::{Fault, FaultKind, ProviderName, Reply};
use crate::provider::{Asked, Pretence, Provider};

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
                return Planned::plain(provider.pretend_fault(fault), self.soon());
            }
        };
        let question = asked.call.question();
        ticket.entry.model.clone_from(&asked.model);
        ticket.entry.stream = asked.stream;
        ticket.entry.question = text_key(&question);
        if let Some(fault) = self.key_fault(provider.name(), key) {
            ticket.entry.verdict = Verdict::Unauthorised;
            return Planned::plain(provider.pretend_fault(&fault), self.soon());
        }

        let service = self.service(provider.name(), &asked.model, key);
        let open = ticket.count(&service.open);
        let call = call_key(provider.name(), &asked.model, &asked.call);
        let tokens = input_tokens(&asked.call);
        if let Some(refused) = self.limited(provider, &service, tokens, &asked.model) {
            ticket.entry.verdict = Verdict::Limited;
            return Planned::plain(refused, self.soon());
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
            if let Some(planned) = instead(provider, failure, asked, total, self.options.retry_after) {
                return planned;
            }
        }
        let (reply, total) = match self.reply(asked, &question, nth, total) {
            Ok(found) => found,
            Err(fault) => {
                ticket.entry.verdict = Verdict::Unrecorded;
                return Planned::plain(provider.pretend_fault(&fault), self.soon());
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
                Planned::plain(pretence, total)
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
        Some(Fault::new(FaultKind::Auth, message))
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
                format!("simulated limit: too many requests a minute for {model}"),
                Some(wait),
            ),
            Refusal::Tokens(wait) => (
                format!("simulated limit: too many tokens a minute for {model}"),
                Some(wait),
            ),
            Refusal::TooLarge { limit, asked } => (
                format!("simulated limit: the request alone has {asked} tokens, and {model} may have {limit} a minute"),
                None,
            ),
        };
        let mut fault = Fault::new(FaultKind::RateLimit, message);
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
        // Some vendors tell the time of day at which a limit is full again. Only pretended heads show this clock.
        let now_us = jiff::Timestamp::now().as_microsecond();
        pretence.head.headers.extend(provider.pretend_limits(&info, now_us));
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
                let message = format!("no recorded answer of {} to this question", asked.model);
                // Of this call only: an unknown model would end the whole target.
                return Err(Fault::new(FaultKind::BadRequest, message));
            }
        }
        Ok((answer(&asking, &self.options.right), total))
    }
}
