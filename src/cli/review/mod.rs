//! `narani review`: packs out, ratings in, and what they say.

mod adjudicate;
mod agree;
mod export;
mod import;
mod results;
mod status;

use super::args::{Global, ReviewArgs, ReviewCommand};
use super::cases::unrated;
use super::failure::{Failure, Outcome};
use super::open;
use super::printer::Printer;
use super::tables;
use crate::compare::ratings::Reviewed;
use crate::domain::Lang;
use crate::report::words;
use crate::review::mask::Mask;
use crate::review::page::Texts;
use crate::store::{Listed, Reader, reviews};
use crate::text::sink::terminal_word;

pub(super) fn review(global: &Global, args: &ReviewArgs, printer: &Printer) -> Outcome {
    match &args.command {
        ReviewCommand::Export(args) => export::export(global, args, printer),
        ReviewCommand::Import(args) => import::import(global, args, printer),
        ReviewCommand::Status { pack: Some(pack) } => status::status(global, pack, printer),
        ReviewCommand::Status { pack: None } => status::list(global, printer),
        ReviewCommand::Agree { pack } => agree::agree(global, pack, printer),
        ReviewCommand::Adjudicate(args) => adjudicate::adjudicate(global, args, printer),
        ReviewCommand::Unmask { pack } => status::unmask(global, pack, printer),
    }
}

/// `1 row is`, `2 rows are`.
fn counted(n: usize, one: &str, many: &str) -> String {
    words::counted(n as u64, one, many)
}

/// A pack with its run.
struct Opened {
    reader: Reader,
    reviewed: Reviewed,
}

impl Opened {
    fn find(global: &Global, pack: &str) -> Result<Self, Failure> {
        let settings = open::settings(global).ok();
        let results = open::results(global, settings.as_ref());
        let (run, folder, pack): (Listed, _, _) = reviews::find_pack(&results, pack.trim())?;
        let reader = Reader::open(&run)?;
        let reviewed = Reviewed::read(folder, pack)?;
        Ok(Self { reader, reviewed })
    }
}

/// Cells of a run up to which its tables are made anew at once: comparing the texts of more takes longer than people wait.
const AT_ONCE: u64 = 2_500;

/// Makes the tables in the run's folder anew, so that they tell what people say. What was left as it was is said.
fn refresh(reader: &Reader, printer: &Printer) -> Result<String, Failure> {
    let info = reader.info();
    if info.planned() <= AT_ONCE {
        tables::write(reader, reader.folder(), printer.lang)?;
        return Ok(String::new());
    }
    tables::write_detail(reader, reader.folder(), printer.lang)?;
    let run = &info.id;
    let path = reader.folder().join("side-by-side.csv");
    let path = terminal_word(&path.display().to_string());
    Ok(printer.lang.pick(
        format!("  side-by-side.csv is that of before; to make it anew:\n  narani export {run} csv --layout wide -o {path}\n"),
        format!("  side-by-side.csv 는 전의 것입니다. 다시 만들려면:\n  narani export {run} csv --layout wide -o {path}\n"),
    ))
}

/// Gives the texts of units as the pack shows them.
struct Shelf<'a> {
    reader: &'a Reader,
    book: open::Book,
    mask: Mask,
}

impl<'a> Shelf<'a> {
    fn new(reader: &'a Reader, mask: Mask) -> Result<Self, Failure> {
        Ok(Self {
            reader,
            book: open::Book::new(reader.info())?,
            mask,
        })
    }

    /// As the pack was made.
    fn of(reader: &'a Reader, pack: &crate::domain::review::Pack) -> Result<Self, Failure> {
        let lang = if pack.korean { Lang::Ko } else { Lang::En };
        let mask = if pack.mask_names {
            Mask::new(reader.info(), &pack.mask_words, lang)
        } else {
            Mask::none()
        };
        Self::new(reader, mask)
    }

    fn texts(&self, unit: &crate::domain::review::Unit) -> Result<Texts, Failure> {
        let records = unrated(self.reader, &self.book, unit.index)?;
        Ok(Texts::of(unit, &records, self.reader.info().prompts.len(), &self.mask))
    }
}
