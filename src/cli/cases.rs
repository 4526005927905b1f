//! Reading a run case by case.

use super::failure::Failure;
use super::open::Book;
use super::printer::Printer;
use crate::compare::ratings::Ratings;
use crate::compare::row::column_of;
use crate::compare::{self, Row, Rows};
use crate::domain::{Case, Record};
use crate::store::{Reader, StoreError};

/// Cases that are read at once.
pub(super) const PAGE: u64 = 64;

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
    let ratings = ratings(reader);
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

/// Calls `each` with every record of a run, in order.
pub(super) fn each_record(
    reader: &Reader,
    book: &Book,
    mut each: impl FnMut(&Record) -> Result<(), Failure>,
) -> Result<(), Failure> {
    each_case(reader, book, |row| row.records.iter().try_for_each(&mut each))
}

/// The records of one case, by its position.
pub(super) fn of_case(reader: &Reader, book: &Book, position: u64) -> Result<Vec<Record>, Failure> {
    gathered(reader, book, &ratings(reader), position)
}

/// Those of one column.
pub(super) fn of_column(reader: &Reader, book: &Book, position: u64, column: usize) -> Result<Vec<Record>, Failure> {
    let mut records = of_case(reader, book, position)?;
    records.retain(|record| column_of(reader.info(), record) == column);
    Ok(records)
}

/// Those of one case without what people say, which is not to be seen while they say it.
pub(super) fn unrated(reader: &Reader, book: &Book, position: u64) -> Result<Vec<Record>, Failure> {
    gathered(reader, book, &Ratings::default(), position)
}

fn gathered(reader: &Reader, book: &Book, ratings: &Ratings, position: u64) -> Result<Vec<Record>, Failure> {
    let rows = read(reader, book, ratings, position, position + 1)?;
    Ok(rows.into_iter().flat_map(|row| row.records).collect())
}

/// Says where what people say cannot be read and is therefore left out.
pub(super) fn tell_unread_ratings(reader: &Reader, printer: &Printer) {
    let Err(error) = Ratings::read(reader.folder(), reader.info()) else {
        return;
    };
    let said = error.said();
    let why = said.in_lang(printer.lang);
    printer.note(&printer.lang.pick(
        format!("! people's ratings are left out: {why}"),
        format!("! 사람의 심사 결과는 빠졌습니다: {why}"),
    ));
}

/// What people say of a run. Damaged ratings must not keep anybody from reading it; [`tell_unread_ratings`] says so.
fn ratings(reader: &Reader) -> Ratings {
    Ratings::read(reader.folder(), reader.info()).unwrap_or_default()
}

/// The cases from one position up to another.
pub(super) fn read(
    reader: &Reader,
    book: &Book,
    ratings: &Ratings,
    from: u64,
    to: u64,
) -> Result<Vec<Row>, StoreError> {
    let question = |position: u64, prompt: usize, case: &Case| book.question(position, prompt, case);
    let (mut rows, mut done) = (Rows::default(), Vec::new());
    compare::records(reader, ratings, &question, from..to, |record| {
        done.extend(rows.push(record));
        Ok::<(), StoreError>(())
    })?;
    done.extend(rows.finish());
    Ok(done)
}
