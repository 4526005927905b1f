//! `narani simulate`: the simulator as a server of its own.

use std::time::Duration;

use super::args::SimulateArgs;
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::printer::Printer;
use crate::domain::ProviderName;
use crate::simulate::{self, Answers, Latency, Limits, LogTo, Options};

pub(super) fn simulate(args: &SimulateArgs, printer: &Printer) -> Outcome {
    let options = options(args)?;
    super::runtime()?.block_on(async {
        let running = simulate::start(options)
            .await
            .map_err(|error| Failure::usage(error.to_string(), "choose another --port, or 0 for a free one"))?;
        printer.out(&told(&running, printer))?;
        let _ = stop_asked().await;
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

fn options(args: &SimulateArgs) -> Result<Options, Failure> {
    let mut latency = Latency {
        base: Duration::from_millis(args.latency_ms),
        jitter: args.jitter,
        slow: None,
        width: args.width,
    };
    if !(0.0..=1.0).contains(&args.jitter) {
        return Err(Failure::usage(
            format!("`--jitter {}` is not between 0 and 1", args.jitter),
            "0.2 spreads the time by a fifth",
        ));
    }
    if let Some(text) = &args.slow {
        latency.slow = Some(
            text.parse()
                .map_err(|error| Failure::usage(format!("`--slow {text}`: {error}"), "for example --slow 0.005:60"))?,
        );
    }
    let fail = match &args.fail {
        Some(text) => text.parse().map_err(|error| {
            Failure::usage(
                format!("`--fail {text}`: {error}"),
                "for example --fail 500:0.1,429:0.05,cut:0.02,hang:0.01",
            )
        })?,
        None => simulate::Faults::default(),
    };
    let answers = match &args.answers {
        Some(path) => Some(Answers::load(path).map_err(|error| {
            Failure::usage(
                error.to_string(),
                "one JSON object a line: {\"question\", \"model\", \"answer\"}",
            )
        })?),
        None => None,
    };
    Ok(Options {
        port: args.port,
        seed: args.seed,
        latency,
        limits: Limits {
            requests_per_minute: args.rpm,
            tokens_per_minute: args.tpm,
            quiet: args.quiet_limits,
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

/// Waits for Ctrl-C or SIGTERM.
async fn stop_asked() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
