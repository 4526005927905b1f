//! `run --stop-early`: listening for the moment when nothing is open any more, and telling what was saved.

use tokio::sync::mpsc;

use crate::cli::args::{Format, RunArgs};
use crate::cli::failure::Failure;
use crate::cli::printer::Printer;
use crate::compare::early::{Early, Watch};
use crate::domain::Event;
use crate::report;
use crate::run::Command;
use crate::store::Reader;

/// Level over all pairs and looks.
const ALPHA: f64 = 0.05;

/// What watches the run, when it may stop early.
pub(super) fn watch(reader: &Reader, args: &RunArgs) -> Result<Option<Watch>, Failure> {
    if !args.stop_early {
        return Ok(None);
    }
    let mut ids = Vec::new();
    loop {
        let cases = reader.cases(ids.len() as u64, 512)?;
        if cases.is_empty() {
            break;
        }
        ids.extend(cases.iter().map(|case| case.id.clone()));
    }
    Ok(Some(Watch::new(reader.info(), ids, ALPHA, args.margin / 100.0)))
}

/// Hands every event on and stops the run when the watch says so. Gives the watch back at the end.
pub(super) async fn follow(
    mut watch: Option<Watch>,
    mut events: mpsc::UnboundedReceiver<(i64, Event)>,
    relay: mpsc::UnboundedSender<(i64, Event)>,
    commands: mpsc::UnboundedSender<Command>,
) -> Option<Watch> {
    while let Some((at, event)) = events.recv().await {
        let over = watch.as_mut().is_some_and(|watch| watch.take(&event));
        // A listener that is gone is no reason to stop watching.
        relay.send((at, event)).ok();
        if over {
            commands.send(Command::Stop).ok();
        }
    }
    watch
}

/// Tells how it ended, below the summary.
pub(super) fn tell(early: &Early, reader: &Reader, args: &RunArgs, printer: &Printer) -> Result<(), Failure> {
    let saved = reader.info().planned().saturating_sub(early.answers);
    let page = report::early::page(early, saved, &printer.style());
    if args.format == Format::Text {
        printer.out(&format!("\n{page}"))?;
    } else {
        printer.err(page.trim_end());
    }
    Ok(())
}
