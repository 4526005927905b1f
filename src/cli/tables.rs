//! The tables of a run: the view over it, and the files for people in its folder.
//!
//! They are made in one pass over the run, case by case, so the pass can go along while the run still goes on
//! ([`follow`]): then almost nothing is left to do at its end, however long the run was.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use super::failure::Failure;
use super::open::Book;
use super::show::{all_scorers, told_early, unexpressed};
use crate::compare::ratings::Ratings;
use crate::compare::{self, Row, Rows, View, Viewer};
use crate::domain::{Case, Lang, RunInfo};
use crate::plan::{Cell, Layout as Grid};
use crate::report::csv::{Audience, CsvReport, Layout, Scorers};
use crate::store::{Listed, Reader, StoreError};

/// Cases that a thread reads before the next one's turn.
const PAGE: u64 = 64;

/// Pause between two looks at a run that goes on.
const LOOK: Duration = Duration::from_millis(200);

/// Calls `each` with the cases of a run in order, each with its records.
///
/// Two threads read them in turn, since reading and unpacking is most of the work, and get them back when they are done
/// with: memory is given back where it was taken, or the threads would wait for each other over it.
pub(super) fn each_case(
    reader: &Reader,
    book: &Book,
    mut each: impl FnMut(&Row) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let cases = reader.info().cases;
    // Damaged ratings must not keep anybody from reading the run; `narani review status` tells of them.
    let ratings = Ratings::read(reader.folder(), reader.info()).unwrap_or_default();
    if cases <= PAGE {
        return read(reader, book, &ratings, 0, cases)?.iter().try_for_each(each);
    }
    std::thread::scope(|scope| {
        let mut turns = Vec::new();
        for first in [0, PAGE] {
            let (sender, receiver) = std::sync::mpsc::sync_channel(1);
            let (back, returned) = std::sync::mpsc::channel::<Vec<Row>>();
            let (reader, ratings) = (reader.again()?, &ratings);
            scope.spawn(move || {
                for start in (first..cases).step_by(2 * usize::try_from(PAGE).unwrap_or(1)) {
                    returned.try_iter().for_each(drop);
                    // Nobody listens any more after a failure.
                    if sender.send(read(&reader, book, ratings, start, start + PAGE)).is_err() {
                        return;
                    }
                }
                // Tells that nothing more comes, which is what the other side waits for before it lets go of the rest.
                drop(sender);
                returned.iter().for_each(drop);
            });
            turns.push((receiver, back));
        }
        for turn in (0..turns.len()).cycle() {
            let (receiver, back) = &turns[turn];
            let Ok(page) = receiver.recv() else { break };
            let page = page?;
            page.iter().try_for_each(&mut each)?;
            let _ = back.send(page);
        }
        Ok(())
    })
}

/// The cases from one position up to another.
fn read(reader: &Reader, book: &Book, ratings: &Ratings, from: u64, to: u64) -> Result<Vec<Row>, StoreError> {
    let question = |position: u64, prompt: usize, case: &Case| book.question(position, prompt, case);
    let (mut rows, mut done) = (Rows::default(), Vec::new());
    compare::records_rated(reader, ratings, &question, from..to, |record| {
        done.extend(rows.push(record));
        Ok::<(), StoreError>(())
    })?;
    done.extend(rows.finish());
    Ok(done)
}

/// The view over a run.
pub(super) fn view(reader: &Reader, book: &Book) -> Result<View, Failure> {
    let info = Arc::clone(reader.info());
    let mut viewer = Viewer::new(&info);
    each_case(reader, book, |row| {
        viewer.row(row);
        Ok(())
    })?;
    told_early(reader, viewer.finish(&unexpressed(reader)?))
}

/// Writes the files for people into the run folder, whole or not at all, and gives the view over the run.
pub(super) fn write(reader: &Reader, folder: &Path, lang: Lang) -> Result<View, Failure> {
    let info = Arc::clone(reader.info());
    let mut tables = Tables::begin(reader, &info, folder, lang)?;
    each_case(reader, &Book::new(&info)?, |row| tables.case(row))?;
    tables.finish(reader)
}

/// Writes the table of all answers alone: of a large run it is made in a moment, the one side by side, which compares texts,
/// is not.
pub(super) fn write_detail(reader: &Reader, folder: &Path, lang: Lang) -> Result<(), Failure> {
    let info = Arc::clone(reader.info());
    let mut table = Table::begin(
        &info,
        folder.join("detail.csv"),
        Layout::Long,
        all_scorers(reader)?,
        lang,
    )?;
    each_case(reader, &Book::new(&info)?, |row| table.case(row))?;
    table.finish()
}

/// A file that has another name until it is whole.
struct Unfinished {
    path: PathBuf,
    done: bool,
}

impl Unfinished {
    fn hidden(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".part");
        name.into()
    }

    fn cannot(&self, source: std::io::Error) -> Failure {
        Failure::from(match source.kind() {
            std::io::ErrorKind::StorageFull => StoreError::Full {
                path: self.path.clone(),
            },
            _ => StoreError::Io {
                doing: "write",
                path: self.path.clone(),
                source,
            },
        })
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.done {
            let _ = std::fs::remove_file(self.hidden());
        }
    }
}

/// A table being written.
struct Table<'a> {
    report: CsvReport<'a, BufWriter<File>>,
    file: Unfinished,
}

impl<'a> Table<'a> {
    fn begin(info: &'a RunInfo, path: PathBuf, layout: Layout, scorers: Scorers, lang: Lang) -> Result<Self, Failure> {
        let file = Unfinished { path, done: false };
        let out = File::create(file.hidden()).map_err(|source| file.cannot(source))?;
        let out = BufWriter::with_capacity(64 * 1024, out);
        let report = CsvReport::begin(out, info, layout, Audience::People(lang), scorers)
            .map_err(|source| file.cannot(source))?;
        Ok(Self { report, file })
    }

    fn case(&mut self, row: &Row) -> Result<(), Failure> {
        self.report.case(row).map_err(|source| self.file.cannot(source))
    }

    fn finish(self) -> Result<(), Failure> {
        let Self { report, mut file } = self;
        report.finish().map_err(|source| file.cannot(source))?;
        std::fs::rename(file.hidden(), &file.path).map_err(|source| file.cannot(source))?;
        file.done = true;
        Ok(())
    }
}

/// All that is made of a run at its end, case by case.
struct Tables<'a> {
    viewer: Viewer<'a>,
    wide: Table<'a>,
    long: Table<'a>,
}

impl<'a> Tables<'a> {
    fn begin(reader: &Reader, info: &'a RunInfo, folder: &Path, lang: Lang) -> Result<Self, Failure> {
        let scorers = all_scorers(reader)?;
        Ok(Self {
            viewer: Viewer::new(info),
            wide: Table::begin(
                info,
                folder.join("side-by-side.csv"),
                Layout::Wide,
                scorers.clone(),
                lang,
            )?,
            long: Table::begin(info, folder.join("detail.csv"), Layout::Long, scorers, lang)?,
        })
    }

    fn case(&mut self, row: &Row) -> Result<(), Failure> {
        self.viewer.row(row);
        self.wide.case(row)?;
        self.long.case(row)
    }

    fn finish(self, reader: &Reader) -> Result<View, Failure> {
        self.wide.finish()?;
        self.long.finish()?;
        told_early(reader, self.viewer.finish(&unexpressed(reader)?))
    }
}

/// Makes the tables of a run while it goes on.
pub(super) struct Follower {
    end: Option<Sender<End>>,
    thread: Option<JoinHandle<Option<View>>>,
}

/// What the tables are to say of a run that has ended.
struct End {
    simulated: bool,
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
    pub(super) fn finish(mut self, simulated: bool) -> Option<View> {
        // A thread that has given up does not hear it.
        let _ = self.end.take()?.send(End { simulated });
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
fn followed(run: &Listed, book: &Book, ended: &Receiver<End>, lang: Lang) -> Result<Option<View>, Failure> {
    let grid = Grid::of(Reader::open(run)?.info());
    let first = 0..grid.cases.min(PAGE) * grid.per_case();
    // That answers are a simulator's shows with the first of them, and stands at the head of the tables.
    let end = loop {
        let end = look(ended);
        let reader = Reader::open(run)?;
        match end {
            Look::Gone => return Ok(None),
            Look::Ended(end) => break Some(end),
            Look::GoesOn if reader.stored(&first)?.outcomes >= planned(reader.info(), &grid, first.clone()) => {
                break None;
            }
            Look::GoesOn => {}
        }
    };
    let reader = Reader::open(run)?.again()?;
    let info = Arc::clone(reader.info());
    let mut tables = Tables::begin(&reader, &info, reader.folder(), lang)?;
    let (mut next, mut end) = (0, end);
    loop {
        while next < info.cases {
            let to = (next + PAGE).min(info.cases);
            let cells = next * grid.per_case()..to * grid.per_case();
            let stored = reader.stored(&cells)?;
            if stored.ungraded > 0 {
                // Will be graded after the run.
                return Ok(None);
            }
            if end.is_none() && stored.outcomes < planned(&info, &grid, cells) {
                break;
            }
            // Nobody has rated what is not asked yet.
            for row in read(&reader, book, &Ratings::default(), next, to)? {
                tables.case(&row)?;
            }
            next = to;
        }
        if let Some(End { simulated }) = end {
            return if simulated == info.simulated {
                tables.finish(&reader).map(Some)
            } else {
                Ok(None)
            };
        }
        match look(ended) {
            Look::Gone => return Ok(None),
            Look::Ended(told) => end = Some(told),
            Look::GoesOn => {}
        }
    }
}

/// What is known of the end of a run after a pause.
enum Look {
    GoesOn,
    Ended(End),
    Gone,
}

fn look(ended: &Receiver<End>) -> Look {
    match ended.recv_timeout(LOOK) {
        Ok(end) => Look::Ended(end),
        Err(RecvTimeoutError::Timeout) => Look::GoesOn,
        Err(RecvTimeoutError::Disconnected) => Look::Gone,
    }
}

/// How many of these cells are asked at all.
fn planned(info: &RunInfo, grid: &Grid, cells: std::ops::Range<u64>) -> u64 {
    let asked = |number: &u64| {
        let Cell {
            case,
            trial,
            prompt,
            target,
        } = grid.cell(*number);
        info.asks(case, prompt, target, trial)
    };
    cells.filter(asked).count() as u64
}
