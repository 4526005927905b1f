//! The tables of a run: the view over it, and the files for people in its folder, all made in one pass over its cases.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use super::cases::each_case;
use super::failure::Failure;
use super::files::Unfinished;
use super::open::Book;
use crate::compare::early::Early;
use crate::compare::ratings::Ratings;
use crate::compare::{Row, Unexpressed, View, Viewer};
use crate::domain::{Lang, RunInfo};
use crate::report::csv::{Audience, CsvReport, Layout, Scorers};
use crate::store::{Reader, StoreError};

/// The view over a run.
pub(super) fn view(reader: &Reader, book: &Book) -> Result<View, Failure> {
    let info = Arc::clone(reader.info());
    let mut viewer = Viewer::new(&info);
    each_case(reader, book, |row| {
        viewer.row(row);
        Ok(())
    })?;
    finished(reader, viewer)
}

/// What providers could not express of what was wished for, as the run noted it.
pub(super) fn unexpressed(reader: &Reader) -> Result<Vec<Unexpressed>, StoreError> {
    let noted = reader.meta("unexpressed")?;
    Ok(noted
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

/// The view, with what the run says of itself beside its cases.
pub(super) fn finished(reader: &Reader, mut viewer: Viewer<'_>) -> Result<View, Failure> {
    viewer.early = early(reader)?;
    let unexpressed = unexpressed(reader)?;
    Ok(View {
        replayed: reader.meta("replay")?.is_some(),
        ..viewer.finish(&unexpressed)
    })
}

/// How stopping early went, where it was allowed.
pub(super) fn early(reader: &Reader) -> Result<Option<Early>, StoreError> {
    let told = reader.meta("stop_early")?;
    Ok(told.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Who has columns: scorers, and people where they were asked.
pub(super) fn scorers(reader: &Reader) -> Result<Scorers, Failure> {
    // Cases may bring scorers of their own, whose columns must stand in the header before the first row.
    let rated = Ratings::read(reader.folder(), reader.info()).is_ok_and(|ratings| !ratings.is_empty());
    let mut scorers = Scorers::of(reader.info()).and_people(rated);
    reader.cases_with_scorers(|case| scorers.case(case))?;
    Ok(scorers)
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
    let mut table = Table::begin(&info, &folder.join("detail.csv"), Layout::Long, scorers(reader)?, lang)?;
    each_case(reader, &Book::new(&info)?, |row| table.case(row))?;
    table.finish()
}

/// What kept a file from being written.
fn cannot(path: &Path, source: std::io::Error) -> Failure {
    let path = path.to_owned();
    Failure::from(match source.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full { path },
        _ => StoreError::Io {
            doing: "write",
            path,
            source,
        },
    })
}

/// A table being written.
struct Table<'a> {
    report: CsvReport<'a, BufWriter<File>>,
    file: Unfinished,
}

impl<'a> Table<'a> {
    fn begin(info: &'a RunInfo, path: &Path, layout: Layout, scorers: Scorers, lang: Lang) -> Result<Self, Failure> {
        let begin = || {
            let (out, file) = Unfinished::create(path)?;
            let out = BufWriter::with_capacity(64 * 1024, out);
            let report = CsvReport::begin(out, info, layout, Audience::People(lang), scorers)?;
            Ok(Self { report, file })
        };
        begin().map_err(|source| cannot(path, source))
    }

    fn case(&mut self, row: &Row) -> Result<(), Failure> {
        self.report.case(row).map_err(|source| cannot(self.file.path(), source))
    }

    fn finish(self) -> Result<(), Failure> {
        let path = self.file.path().to_owned();
        let finish = || {
            self.report.finish()?;
            self.file.done()
        };
        finish().map_err(|source| cannot(&path, source))
    }
}

/// All that is made of a run at its end, case by case.
pub(super) struct Tables<'a> {
    viewer: Viewer<'a>,
    wide: Table<'a>,
    long: Table<'a>,
}

impl<'a> Tables<'a> {
    /// Begins the files in a folder.
    pub(super) fn begin(reader: &Reader, info: &'a RunInfo, folder: &Path, lang: Lang) -> Result<Self, Failure> {
        let scorers = scorers(reader)?;
        Ok(Self {
            viewer: Viewer::new(info),
            wide: Table::begin(
                info,
                &folder.join("side-by-side.csv"),
                Layout::Wide,
                scorers.clone(),
                lang,
            )?,
            long: Table::begin(info, &folder.join("detail.csv"), Layout::Long, scorers, lang)?,
        })
    }

    /// Takes the next case.
    pub(super) fn case(&mut self, row: &Row) -> Result<(), Failure> {
        self.viewer.row(row);
        self.wide.case(row)?;
        self.long.case(row)
    }

    /// Writes what is left, and gives the view.
    pub(super) fn finish(self, reader: &Reader) -> Result<View, Failure> {
        self.wide.finish()?;
        self.long.finish()?;
        finished(reader, self.viewer)
    }
}
