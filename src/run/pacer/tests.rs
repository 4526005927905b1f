//! The pace against servers of several kinds, in virtual time.

use super::*;

fn seconds(s: f64) -> Duration {
    Duration::from_secs_f64(s)
}

/// What became of the calls of each minute.
#[derive(Default, Debug)]
struct Minutes([(u32, u32); 5]);

impl Minutes {
    fn passed(&self, minute: usize) -> f64 {
        f64::from(self.0[minute].0)
    }

    /// Share of the calls of some minutes that was refused.
    fn refused(&self, minutes: std::ops::Range<usize>) -> f64 {
        let (passed, refused) = self.0[minutes].iter().fold((0, 0), |sum, n| (sum.0 + n.0, sum.1 + n.1));
        f64::from(refused) / f64::from(passed + refused)
    }
}

/// Starts calls as fast as the pacer admits them, at most `most_open` at once, for `length` seconds against `serve`,
/// which says whether a call at a time passes. Answers come `latency` later, refusals in a fifth of it.
fn drive(pacer: &mut Pacer, most_open: usize, length: f64, latency: f64, serve: impl FnMut(f64) -> bool) -> Minutes {
    drive_asked(pacer, most_open, length, latency, None, serve)
}

/// The same with refusals that ask for a pause.
fn drive_asked(
    pacer: &mut Pacer,
    most_open: usize,
    length: f64,
    latency: f64,
    asked: Option<Duration>,
    mut serve: impl FnMut(f64) -> bool,
) -> Minutes {
    let mut minutes = Minutes::default();
    let mut now = 0.0;
    let mut open: std::collections::BTreeMap<(Duration, u32), (Sent, bool)> = std::collections::BTreeMap::new();
    let mut number = 0;
    while now < length {
        while let Some(first) = open.first_entry().filter(|first| first.key().0 <= seconds(now)) {
            let done = first.key().0;
            let (sent, passes) = first.remove();
            let minute = &mut minutes.0[usize::try_from(done.as_secs() / 60).unwrap().min(4)];
            if passes {
                pacer.passed(sent, done);
                minute.0 += 1;
            } else {
                pacer.refused(sent, done, asked);
                minute.1 += 1;
            }
        }
        let next_done = open
            .first_key_value()
            .map_or(f64::MAX, |((done, _), _)| done.as_secs_f64());
        if open.len() >= most_open {
            now = next_done;
            continue;
        }
        match pacer.admit(seconds(now), 0.0) {
            Admission::Go(sent) => {
                // A program cannot start calls faster than some thousand a second.
                now += 0.0002;
                let passes = serve(now);
                let took = if passes { latency } else { latency / 5.0 };
                open.insert((seconds(now + took), number), (sent, passes));
                number += 1;
            }
            Admission::Wait(until) => now = (until.as_secs_f64() + 0.0005).min(next_done).max(now + 1e-4),
        }
    }
    minutes
}

/// A server that allows `rate` calls a second, `saved` seconds of which may be saved up and are there at first.
fn bucket(saved: f64, mut rate: impl FnMut(f64) -> f64) -> impl FnMut(f64) -> bool {
    let (mut level, mut last) = (rate(0.0) * saved, 0.0);
    move |now| {
        let rate = rate(now);
        level = (level + (now - last) * rate).min((rate * saved).max(1.0));
        last = now;
        let go = level >= 1.0;
        if go {
            level -= 1.0;
        }
        go
    }
}

/// A server that counts by the minute of the clock.
fn window(rate: f64) -> impl FnMut(f64) -> bool {
    let mut at = (0, 0.0);
    move |now| {
        let minute = seconds(now).as_secs() / 60;
        if minute != at.0 {
            at = (minute, 0.0);
        }
        at.1 += 1.0;
        let go = at.1 <= rate * 60.0;
        if !go {
            at.1 -= 1.0;
        }
        go
    }
}

#[test]
fn a_stated_limit_is_used_but_not_passed() {
    for rpm in [30, 600, 6_000] {
        let mut pacer = Pacer::new(&Limits {
            requests_per_minute: Some(rpm),
            ..Limits::default()
        });
        let mut starts: Vec<f64> = Vec::new();
        drive(&mut pacer, 64, 120.0, 0.1, |now| {
            starts.push(now);
            true
        });
        let used = f64::from(u32::try_from(starts.len()).unwrap()) / (f64::from(rpm) * 2.0);
        assert!((0.97..=1.0).contains(&used), "{rpm}: {used}");
        let worst = starts
            .iter()
            .map(|from| starts.iter().filter(|at| **at >= *from && **at < from + 60.0).count())
            .max()
            .unwrap();
        assert!(worst <= rpm as usize, "{rpm}: {worst} in a minute");
    }
}

#[test]
fn an_unknown_limit_is_found_and_followed() {
    for (saved, share) in [(60.0, 0.9), (1.0, 0.75)] {
        for (rate, width, latency) in [(10.0, 8, 0.1), (10.0, 32, 1.0), (100.0, 64, 0.1)] {
            for factor in [0.5, 1.0, 2.0] {
                let name = format!("{rate} a second, {width} open, {latency} s, x{factor}, {saved} s saved");
                let mut pacer = Pacer::new(&Limits::default());
                let later = move |now: f64| if now < 120.0 { rate } else { rate * factor };
                let minutes = drive(&mut pacer, width, 240.0, latency, bucket(saved, later));
                let found = minutes.passed(1) / (rate * 60.0);
                assert!(found >= 0.9, "{name}: {found} of the limit in the second minute");
                // At once after a change only as much as finding it needs; a minute later all of it.
                let at_once = minutes.passed(2) / (rate * factor * 60.0);
                assert!(
                    at_once >= share,
                    "{name}: {at_once} of the limit in the minute of the change"
                );
                let followed = minutes.passed(3) / (rate * factor * 60.0);
                assert!(
                    followed >= 0.9,
                    "{name}: {followed} of the limit in the minute after the change"
                );
                // From the first call on.
                for span in [0..2, 0..4] {
                    let refused = minutes.refused(span);
                    assert!(refused <= 0.03, "{name}: {refused} refused");
                }
            }
        }
    }
}

/// A service that refused one call in twenty at random, with 429 and whatever the pace, was asked ever more slowly: half of
/// three hundred cases after two minutes.
#[test]
fn refusals_that_have_nothing_to_do_with_the_pace_do_not_slow_it_down() {
    use rand::{RngExt as _, SeedableRng as _};
    // What is stated is kept to; where nothing is, the share of the strays is found out first.
    for (share, stated) in [0.05, 0.1, 0.2]
        .into_iter()
        .flat_map(|share| [(share, Some(3_000)), (share, None)])
    {
        let mut passed = 0.0;
        for seed in 0..8 {
            let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            let mut pacer = Pacer::new(&Limits {
                requests_per_minute: stated,
                ..Limits::default()
            });
            let minutes = drive(&mut pacer, 20, 300.0, 0.4, |_| !chance.random_bool(share));
            passed += (2..5).map(|minute| minutes.passed(minute)).sum::<f64>();
        }
        // Twenty at once, 0.4 s each: fifty a second.
        let most = 8.0 * 180.0 * 50.0 * (1.0 - share);
        assert!(passed / most > 0.95, "{share} refused, {stated:?}: {}", passed / most);
    }
}

/// Every refusal that had nothing to do with the pace and asked for a second's pause held all calls of the account back for it:
/// where one in ten is refused hardly anything else was done.
#[test]
fn the_pause_a_stray_asks_for_is_its_own() {
    use rand::{RngExt as _, SeedableRng as _};
    for share in [0.05, 0.1] {
        let mut passed = 0.0;
        for seed in 0..8 {
            let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            let mut pacer = Pacer::new(&Limits::default());
            let asked = Some(seconds(1.0));
            let minutes = drive_asked(&mut pacer, 20, 180.0, 0.4, asked, |_| !chance.random_bool(share));
            passed += minutes.passed(1) + minutes.passed(2);
        }
        let most = 8.0 * 120.0 * 50.0 * (1.0 - share);
        assert!(passed / most > 0.9, "{share} refused: {}", passed / most);
    }
}

/// Lets out a volley of calls and refuses some of them, by number, before any is answered. Gives the pace a minute after that.
fn after_a_volley(refused: &[usize]) -> Option<f64> {
    let mut pacer = Pacer::new(&Limits::default());
    let volley: Vec<Sent> = (0..20)
        .map(|_| match pacer.admit(seconds(0.0), 0.0) {
            Admission::Go(sent) => sent,
            other @ Admission::Wait(_) => panic!("nothing is known of a limit: {other:?}"),
        })
        .collect();
    for number in refused {
        pacer.refused(volley[*number], seconds(0.2), None);
    }
    pacer.request_rate()
}

/// Refusals of one volley have no answers between them, strays or not: two strays counted as a limit that is passed by far.
#[test]
fn two_strays_of_one_volley_are_no_limit() {
    assert_eq!(after_a_volley(&[3]), None);
    assert_eq!(after_a_volley(&[3, 12]), None);
    assert_eq!(after_a_volley(&[3, 4]), None, "two in a row may be chance");
    assert!(
        after_a_volley(&[17, 18, 19]).is_some(),
        "the end of a volley is refused at a limit"
    );
}

#[test]
fn a_server_that_counts_by_windows_is_not_hammered() {
    let mut pacer = Pacer::new(&Limits::default());
    let minutes = drive(&mut pacer, 32, 240.0, 0.5, window(20.0));
    for minute in 1..4 {
        let share = minutes.passed(minute) / (20.0 * 60.0);
        assert!(share >= 0.75, "minute {minute}: {share}");
    }
    let refused = minutes.refused(0..4);
    assert!(refused <= 0.03, "{refused} refused");
}

#[test]
fn a_stated_limit_that_is_wrong_is_found_out() {
    let mut pacer = Pacer::new(&Limits {
        requests_per_minute: Some(1_200),
        ..Limits::default()
    });
    let minutes = drive(&mut pacer, 32, 180.0, 0.1, bucket(1.0, |_| 10.0));
    assert!(minutes.passed(1) >= 0.9 * 600.0, "{minutes:?}");
    assert!(minutes.refused(1..3) <= 0.05, "{minutes:?}");
}

#[test]
fn tokens_are_counted_and_settled() {
    let mut pacer = Pacer::new(&Limits {
        tokens_per_minute: Some(6_000),
        ..Limits::default()
    });
    let (mut now, mut calls) = (0.0, 0u32);
    while now < 60.0 {
        match pacer.admit(seconds(now), 200.0) {
            Admission::Go(_) => {
                calls += 1;
                pacer.settle(200.0, 100.0);
            }
            Admission::Wait(until) => now = until.as_secs_f64() + 1e-6,
        }
    }
    let tokens = calls * 100;
    assert!((5_800..=6_400).contains(&tokens), "{tokens} tokens in a minute");
}

#[test]
fn a_call_larger_than_the_allowance_still_goes_out() {
    let mut pacer = Pacer::new(&Limits {
        tokens_per_minute: Some(60),
        ..Limits::default()
    });
    let mut now = 0.0;
    for _ in 0..3 {
        match pacer.admit(seconds(now), 10_000.0) {
            Admission::Go(_) => return,
            Admission::Wait(until) => now = until.as_secs_f64(),
        }
    }
    panic!("never admitted");
}

#[test]
fn an_asked_pause_holds_everything_back() {
    let mut pacer = Pacer::new(&Limits::default());
    let Admission::Go(sent) = pacer.admit(seconds(1.0), 0.0) else {
        panic!("nothing holds it back");
    };
    pacer.refused(sent, seconds(1.5), Some(seconds(4.0)));
    assert_eq!(pacer.admit(seconds(2.0), 0.0), Admission::Wait(seconds(5.5)));
    assert!(matches!(pacer.admit(seconds(5.6), 0.0), Admission::Go(_)));
}

#[test]
fn headers_lower_the_pace() {
    let mut pacer = Pacer::new(&Limits::default());
    let info = RateInfo {
        requests: Allowance {
            limit: Some(60),
            remaining: Some(59),
            reset: Some(seconds(1.0)),
        },
        ..RateInfo::default()
    };
    pacer.told(seconds(0.0), &info);
    let rate = pacer.request_rate().unwrap();
    assert!((0.9..=1.0).contains(&rate), "{rate}");
    // Ten thousand a day, told as OpenAI's small tiers do: 100 used come back in 864 seconds.
    let day = RateInfo {
        requests: Allowance {
            limit: Some(10_000),
            remaining: Some(9_900),
            reset: Some(seconds(864.0)),
        },
        ..RateInfo::default()
    };
    pacer.told(seconds(0.0), &day);
    let rate = pacer.request_rate().unwrap();
    assert!((0.11..=0.12).contains(&rate), "{rate}");
}
