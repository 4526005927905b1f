//! `run --stop-early`: listening for the moment when nothing is open any more.

use tokio::sync::mpsc;

use crate::cli::args::{RunArgs, StopBy};
use crate::cli::failure::Failure;
use crate::compare::early::{Early, Measure, Watch, Wish};
use crate::domain::Event;
use crate::plan::Layout;
use crate::run::Command;
use crate::store::Reader;

/// Level over all pairs and looks.
const ALPHA: f64 = 0.05;

/// What is asked for on the command line.
pub(super) fn wish(args: &RunArgs) -> Option<Wish> {
    args.stop_early.map(|by| Wish {
        measure: match by {
            StopBy::Pass => Measure::Pass,
            StopBy::Score => Measure::Score,
        },
        alpha: ALPHA,
        margin: args.margin / 100.0,
    })
}

/// What watches the run, when it may stop early: as asked for, or, when the run goes on, as it was begun. A run that did stop
/// early and goes on all the same is asked to its end.
pub(super) fn watch(reader: &Reader, args: &RunArgs) -> Result<Option<Watch>, Failure> {
    let kept = || -> Result<Option<Wish>, Failure> {
        let earlier: Option<Early> = reader
            .meta("stop_early")?
            .and_then(|text| serde_json::from_str(&text).ok());
        if earlier.is_some_and(|earlier| earlier.settled) {
            return Ok(None);
        }
        let text = reader.meta("stop_early_wish")?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    };
    let Some(wish) = wish(args).map_or_else(kept, |wish| Ok(Some(wish)))? else {
        return Ok(None);
    };
    let mut ids = Vec::new();
    loop {
        let cases = reader.cases(ids.len() as u64, 512)?;
        if cases.is_empty() {
            break;
        }
        ids.extend(cases.iter().map(|case| case.id.clone()));
    }
    let mut watch = Watch::new(reader.info(), ids.clone(), wish);
    let layout = Layout::of(reader.info());
    reader.outcomes(0, layout.planned(), |stored| {
        let cell = layout.cell(stored.cell);
        let id = usize::try_from(cell.case).ok().and_then(|case| ids.get(case));
        if let (Some(id), true) = (id, stored.is_final) {
            watch.note(id, cell.target, stored.pass, stored.score);
        }
        Ok::<(), Failure>(())
    })?;
    Ok(Some(watch))
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
