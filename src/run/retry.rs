//! Whether and when a failed call is made again: a pure function of the fault and what went before.

use std::time::Duration;

use crate::domain::{Fault, FaultKind, Retry};

/// Longest wait that a server may ask for. One that asks for more means a quota, not a pause.
pub(super) const LONGEST_ASKED: Duration = Duration::from_mins(15);

/// Longest pause of our own between two tries.
const LONGEST_OWN: Duration = Duration::from_secs(30);

/// First pause of our own.
const FIRST_OWN: Duration = Duration::from_millis(500);

/// How long one call may be put off by rate limits in all, before it counts as failed.
///
/// Being told to slow down is no failure of the call, so it does not use up retries; but it must end some time.
pub(super) const PATIENCE: Duration = Duration::from_mins(30);

/// What went before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct History {
    /// Failed tries so far that count against the target's `retries`, this one included unless it is a rate limit.
    pub(super) failures: u32,
    /// Tries so far that were turned away by a rate limit, this one included if it is one.
    pub(super) throttled: u32,
    /// Time spent waiting because of rate limits.
    pub(super) waited: Duration,
}

/// What happens next to a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is made again after this pause.
    Again {
        /// From now.
        wait: Duration,
        /// The server asked for it.
        asked: bool,
    },
    /// It has failed.
    GiveUp,
}

/// Decides. `retries` is the target's; `chance` in [0, 1) spreads pauses so that calls that failed together do not
/// return together.
#[must_use]
pub(super) fn decide(fault: &Fault, history: &History, retries: u32, chance: f64) -> Decision {
    if fault.retry == Retry::Never {
        return Decision::GiveUp;
    }
    if let Some(asked) = fault.retry_after
        && asked > LONGEST_ASKED
    {
        return Decision::GiveUp;
    }
    let throttled = fault.kind == FaultKind::RateLimit;
    let step = if throttled {
        if retries == 0 || history.waited > PATIENCE {
            return Decision::GiveUp;
        }
        history.throttled
    } else {
        if history.failures > retries {
            return Decision::GiveUp;
        }
        history.failures
    };
    let own = own_pause(step, chance);
    match fault.retry_after {
        // A little later than asked: clocks differ, and everybody was told the same moment.
        Some(asked) => Decision::Again {
            wait: asked + own.min(Duration::from_secs(1)).mul_f64(0.2 + 0.8 * chance),
            asked: true,
        },
        None => Decision::Again {
            wait: own,
            asked: false,
        },
    }
}

/// Doubling pauses, spread over half to one and a half of their length.
fn own_pause(step: u32, chance: f64) -> Duration {
    let doubled = FIRST_OWN.saturating_mul(2u32.saturating_pow(step.saturating_sub(1).min(10)));
    doubled.min(LONGEST_OWN).mul_f64(0.5 + chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(failures: u32) -> History {
        History {
            failures,
            ..History::default()
        }
    }

    #[test]
    fn table_of_decisions() {
        let again = |kind, failures, retries| {
            matches!(
                decide(&Fault::new(kind, ""), &history(failures), retries, 0.5),
                Decision::Again { .. }
            )
        };
        assert!(again(FaultKind::Server, 1, 4));
        assert!(again(FaultKind::Server, 4, 4));
        assert!(
            !again(FaultKind::Server, 5, 4),
            "the fifth failure uses up four retries"
        );
        assert!(again(FaultKind::Timeout, 1, 1));
        assert!(again(FaultKind::Truncated, 1, 1));
        assert!(again(FaultKind::Network, 1, 1));
        for kind in [
            FaultKind::Auth,
            FaultKind::Quota,
            FaultKind::BadRequest,
            FaultKind::ContentFilter,
            FaultKind::Aborted,
        ] {
            assert!(!again(kind, 1, 9), "{kind:?}");
        }
        assert!(!again(FaultKind::Server, 1, 0), "no retries, no second try");
        assert!(!again(FaultKind::RateLimit, 0, 0));
    }

    #[test]
    fn rate_limits_do_not_use_up_retries_but_end() {
        let fault = Fault::new(FaultKind::RateLimit, "slow down");
        let many = History {
            failures: 0,
            throttled: 50,
            waited: Duration::from_mins(10),
        };
        assert!(matches!(decide(&fault, &many, 1, 0.0), Decision::Again { .. }));
        let too_long = History {
            waited: PATIENCE + Duration::from_secs(1),
            ..many
        };
        assert_eq!(decide(&fault, &too_long, 1, 0.0), Decision::GiveUp);
    }

    #[test]
    fn the_server_is_obeyed_within_reason() {
        let mut fault = Fault::new(FaultKind::RateLimit, "");
        fault.retry_after = Some(Duration::from_secs(7));
        let Decision::Again { wait, asked } = decide(&fault, &History::default(), 3, 0.0) else {
            panic!("gave up")
        };
        assert!(
            asked && wait >= Duration::from_secs(7) && wait < Duration::from_secs(8),
            "{wait:?}"
        );
        fault.retry_after = Some(Duration::from_hours(2));
        assert_eq!(decide(&fault, &History::default(), 3, 0.0), Decision::GiveUp);
    }

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let mut last = Duration::ZERO;
        for step in 1..40 {
            let pause = own_pause(step, 0.5);
            assert!(pause >= last && pause <= LONGEST_OWN.mul_f64(1.5));
            last = pause;
        }
    }
}
