//! `narani simulate`: the simulator as a server of its own.

use std::sync::Arc;
use std::time::Duration;

use super::args::SimulateArgs;
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::open;
use super::printer::Printer;
use super::run::pretend;
use super::signals::Signals;
use crate::domain::ProviderName;
use crate::said;
use crate::simulate::{self, Answers, Knowledge, Latency, Limits, LogTo, Options};
use crate::suite::Templates;

pub(super) fn simulate(args: &SimulateArgs, printer: &Printer) -> Outcome {
    let options = options(args, printer)?;
    super::runtime()?.block_on(async {
        let running = simulate::start(options).await.map_err(|error| {
            Failure::usage(
                error.said(),
                said!(
                    "choose another --port, or 0 for a free one",
                    "다른 --port를 고르거나 0으로 빈 포트를 쓰세요"
                ),
            )
        })?;
        let mut signals = Signals::take_over();
        printer.out(&told(&running, printer))?;
        signals.next().await;
        let counts = running.counts();
        running.shutdown().await?;
        printer.note(&format!(
            "{}: {} · {}: {} · 429: {} · {}: {}",
            printer.say("requests", "요청"),
            counts.received,
            printer.say("answered", "응답"),
            counts.answered,
            counts.limited,
            printer.say("failed on purpose", "일부러 실패"),
            counts.failed,
        ));
        Ok(Exit::Done)
    })
}

fn options(args: &SimulateArgs, printer: &Printer) -> Result<Options, Failure> {
    let mut latency = Latency {
        base: Duration::from_millis(args.latency_ms),
        jitter: args.jitter,
        slow: None,
        width: args.width,
    };
    if !(0.0..=1.0).contains(&args.jitter) {
        return Err(Failure::usage(
            said!(
                "`--jitter {}` is not between 0 and 1",
                "`--jitter {}`은(는) 0과 1 사이가 아닙니다",
                args.jitter
            ),
            said!(
                "0.2 spreads the time by a fifth",
                "0.2라고 쓰면 시간이 5분의 1만큼 흔들립니다"
            ),
        ));
    }
    if let Some(text) = &args.slow {
        latency.slow = Some(text.parse().map_err(|error: simulate::SlowError| {
            Failure::usage(
                said!("`--slow {text}`: {0}", "`--slow {text}`: {0}", error.said()),
                said!("for example --slow 0.005:60", "예: --slow 0.005:60"),
            )
        })?);
    }
    let fail = match &args.fail {
        Some(text) => text.parse().map_err(|error: simulate::FaultsError| {
            Failure::usage(
                said!("`--fail {text}`: {0}", "`--fail {text}`: {0}", error.said()),
                said!(
                    "for example --fail 500:0.1,429:0.05,cut:0.02,hang:0.01",
                    "예: --fail 500:0.1,429:0.05,cut:0.02,hang:0.01"
                ),
            )
        })?,
        None => simulate::Faults::default(),
    };
    let answers = match &args.answers {
        Some(path) => Some(Answers::load(path).map_err(|error| {
            Failure::usage(
                error.said(),
                said!(
                    "one JSON object a line: {{\"question\", \"model\", \"answer\"}}",
                    "한 줄에 JSON 객체 하나: {{\"question\", \"model\", \"answer\"}}"
                ),
            )
        })?),
        None => None,
    };
    let right = match &args.right {
        Some(text) => text.parse().map_err(|error: simulate::RightsError| {
            Failure::usage(
                said!("`--right {text}`: {0}", "`--right {text}`: {0}", error.said()),
                said!("for example --right gpt=0.9,llama=0.6", "예: --right gpt=0.9,llama=0.6"),
            )
        })?,
        None => simulate::Rights::default(),
    };
    let knowledge = if args.suite.is_empty() {
        None
    } else {
        Some(taught(&args.suite, printer)?.oracle())
    };
    let later = match &args.then {
        Some(text) => Some(text.parse().map_err(|error: simulate::LaterError| {
            Failure::usage(
                said!("`--then {text}`: {error}", "`--then {text}`: {error}"),
                said!("for example --then 60:300", "예: --then 60:300"),
            )
        })?),
        None => None,
    };
    Ok(Options {
        knowledge,
        right,
        port: args.port,
        seed: args.seed,
        latency,
        limits: Limits {
            requests_per_minute: args.rpm,
            tokens_per_minute: args.tpm,
            quiet: args.quiet_limits,
            later,
        },
        fail,
        answers,
        no_auth: args.no_auth,
        log: LogTo {
            file: args.log.clone(),
            keep: false,
        },
        ..Options::default()
    })
}

/// What the suites expect of their questions.
fn taught(suites: &[String], printer: &Printer) -> Result<Arc<Knowledge>, Failure> {
    let knowledge = Arc::new(Knowledge::default());
    for (path, suite) in suites.iter().zip(open::check_suites(suites, None, false, printer)?) {
        let templates =
            Templates::new(&suite.prompts, &suite.params).map_err(|problems| Failure::of(Exit::Usage, problems))?;
        open::read_suite(path, None, false, &mut |case| {
            for prompt in 0..suite.prompts.len() {
                if let Ok(call) = templates.render(prompt, &case) {
                    pretend::teach(&knowledge, &call.question(), &case, &suite.scorers);
                }
            }
        });
    }
    Ok(knowledge)
}

/// Where it listens, and how to point programs at it.
fn told(running: &simulate::Running, printer: &Printer) -> String {
    let mut text = format!(
        "{} http://{}   {}\n\n",
        printer.say("listening on", "듣는 주소"),
        running.address,
        printer.say(
            "SIMULATED answers for every protocol; Ctrl-C ends it",
            "모든 규약에 SIMULATED 답을 합니다. Ctrl-C로 끝냅니다"
        )
    );
    for name in ProviderName::ALL {
        text.push_str(&format!("  {:<17} address = \"{}\"\n", name.word(), running.base(name)));
    }
    text
}
