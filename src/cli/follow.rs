//! Making the tables of a run while it goes on, so that almost nothing is left to do at its end, however long it was.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use super::cases::{PAGE, read};
use super::failure::Failure;
use super::open::Book;
use super::tables::Tables;
use crate::compare::View;
use crate::compare::ratings::Ratings;
use crate::domain::Lang;
use crate::plan::{Cell, Layout};
use crate::store::{Listed, Reader, StoreError};

/// Pause between two looks at the run.
const LOOK: Duration = Duration::from_millis(200);

/// Makes the tables of a run while it goes on.
pub(super) struct Follower {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<Option<View>>>,
}

/// Follows a run that has just begun: outcomes must not change once they are stored.
///
/// # Errors
/// When there is no thread to be had.
pub(super) fn follow(run: &Listed, book: &Arc<Book>, lang: Lang) -> Result<Follower, Failure> {
    let (run, book) = (run.clone(), Arc::clone(book));
    let (end, ended) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new()
        .name("tables".to_owned())
        // Whatever goes wrong here goes wrong again, and is told, when the tables are made after the run.
        .spawn(move || followed(&run, &book, &ended, lang).ok().flatten())
        .map_err(|source| StoreError::Io {
            doing: "start a thread for",
            path: PathBuf::from("detail.csv"),
            source,
        })?;
    Ok(Follower {
        end: Some(end),
        thread: Some(thread),
    })
}

impl Follower {
    /// The run has ended and is stored: writes what is left, and gives the view; none when the tables have to be made anew.
    pub(super) fn finish(mut self) -> Option<View> {
        // A thread that has given up does not hear it.
        let _ = self.end.take()?.send(());
        self.thread
            .take()?
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Follower {
    /// Waits until what was begun is taken away: nobody may begin again before.
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// None when the tables have to be made anew, or nobody wants them any more.
fn followed(run: &Listed, book: &Book, ended: &Receiver<()>, lang: Lang) -> Result<Option<View>, Failure> {
    // That answers are a simulator's shows with the first of them, and stands at the head of the tables: they are begun
    // when the first cases are there.
    let (reader, mut over) = loop {
        let Some(over) = look(ended) else { return Ok(None) };
        let reader = Reader::open(run)?.again()?;
        if over || stand(&reader, &page(&reader, 0))? != Stand::Partly {
            break (reader, over);
        }
    };
    let info = Arc::clone(reader.info());
    let mut tables = Tables::begin(&reader, &info, reader.folder(), lang)?;
    let mut next = 0;
    loop {
        while next < info.cases {
            let page = page(&reader, next);
            match stand(&reader, &page)? {
                Stand::Ungraded => return Ok(None),
                Stand::Partly if !over => break,
                Stand::Partly | Stand::Whole => {}
            }
            // Nobody has rated what is only being asked.
            for row in read(&reader, book, &Ratings::default(), page.start, page.end)? {
                tables.case(&row)?;
            }
            next = page.end;
        }
        if over {
            let same = Reader::open(run)?.info().simulated == info.simulated;
            return if same {
                tables.finish(&reader).map(Some)
            } else {
                Ok(None)
            };
        }
        match look(ended) {
            Some(now) => over = now,
            None => return Ok(None),
        }
    }
}

/// Whether the run is over, after a pause; none when nobody wants to know any more.
fn look(ended: &Receiver<()>) -> Option<bool> {
    match ended.recv_timeout(LOOK) {
        Ok(()) => Some(true),
        Err(RecvTimeoutError::Timeout) => Some(false),
        Err(RecvTimeoutError::Disconnected) => None,
    }
}

/// The cases from a position on that are read at once.
fn page(reader: &Reader, from: u64) -> Range<u64> {
    from..(from + PAGE).min(reader.info().cases)
}

/// How far some cases are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// Every cell has its outcome.
    Whole,
    /// Some are still to come.
    Partly,
    /// Some wait to be graded after the run.
    Ungraded,
}

fn stand(reader: &Reader, cases: &Range<u64>) -> Result<Stand, StoreError> {
    let (info, layout) = (reader.info(), Layout::of(reader.info()));
    let cells = cases.start * layout.per_case()..cases.end * layout.per_case();
    let stored = reader.stored(&cells)?;
    if stored.ungraded > 0 {
        return Ok(Stand::Ungraded);
    }
    let asked = cells.filter(|number| {
        let Cell {
            case,
            trial,
            prompt,
            target,
        } = layout.cell(*number);
        info.asks(case, prompt, target, trial)
    });
    Ok(if stored.outcomes < asked.count() as u64 {
        Stand::Partly
    } else {
        Stand::Whole
    })
}
