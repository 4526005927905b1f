//! A file that came back, matched with its pack row by row.
//!
//! The keys of the hidden row tell the columns and the keys of the rows tell the rows, so that sorting, filtering, moving
//! columns and renaming heads change nothing; rows that were sorted without their keys are known by their texts. What is
//! clear is kept; what is not is told with its address.

use std::collections::HashMap;

use crate::domain::review::{Pack, PackRow, Preference, Rating, Reviewer, pack_of_key};
use crate::domain::{Lang, Said};
use crate::said;

use super::doubles;
use super::page::{Column, Texts, digest, digest_of, plain, text_of};
use super::places::{About, LONG, Places};
use super::table::{Mistake, Table};
use super::values;
use super::workbook::letters;

/// What a file says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Understood {
    /// The reviewer whose rows these are; none for decisions.
    pub reviewer: Option<String>,
    /// Ratings of rows that are clear, in the pack's order; rows that the file lacks have none.
    pub ratings: Vec<Rating>,
    /// Rows of the reviewer.
    pub rows: usize,
    /// Rows that the file lacks.
    pub missing: usize,
    /// Rows of the file that need nothing more.
    pub finished: usize,
    /// Rows that were begun.
    pub begun: usize,
    /// Rows without anything.
    pub empty: usize,
    /// Rows that were refused, by their keys.
    pub not_taken: Vec<String>,
    /// Empty cells of rows that are marked as finished: addresses.
    pub gaps: Vec<String>,
    /// Rows that they stand in.
    pub with_gaps: usize,
    /// Scores and choices read.
    pub values: usize,
    /// Rows that they stand in.
    pub rated: usize,
    /// Written unusually and accepted: what and where.
    pub unusual: Vec<(String, String)>,
    /// Cells that count because they are merged with the one above: addresses.
    pub merged: Vec<String>,
    /// Not understood: what, where, and what is allowed.
    pub refused: Vec<Refused>,
    /// Texts that were changed: row of the sheet and column.
    pub edited: Vec<(usize, Column)>,
    /// Rows of the sheet that stood beside the key of another row and were matched by their texts.
    pub moved: Vec<usize>,
    /// Keys that belong to no row of the pack: row of the sheet and key.
    pub unknown: Vec<(usize, String)>,
    /// Columns that the file lacks.
    pub lacking: Vec<Column>,
}

/// A row that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A cell that is not understood: address and content.
    Cell {
        /// Where.
        address: String,
        /// What stands there.
        found: String,
        /// It is the choice, not a score.
        choice: bool,
    },
    /// The same row twice with different values: rows of the sheet.
    Twice(usize, usize),
    /// The texts of other rows, beside a key that is not theirs, and no row has them all: row of the sheet.
    Mixed(usize),
}

/// Address of a cell: `J17`.
fn address(row: usize, column: usize) -> String {
    format!("{}{}", letters(u16::try_from(column).unwrap_or(u16::MAX)), row + 1)
}

/// `kim (3 rows), lee (2 rows)`.
fn with_rows(names: impl Iterator<Item = (Said, usize)>) -> Said {
    let (mut en, mut ko) = (Vec::new(), Vec::new());
    for (name, count) in names {
        let rows = if count == 1 { "row" } else { "rows" };
        en.push(format!("{} ({count} {rows})", name.in_lang(Lang::En)));
        ko.push(format!("{} ({count}행)", name.in_lang(Lang::Ko)));
    }
    Said::both(en.join(", "), ko.join(", "))
}

/// A key without what programs and people put round it.
fn key_of(cell: &str) -> String {
    let folded = crate::text::normalise::normalise(
        cell,
        &[crate::text::normalise::Step::Nfkc, crate::text::normalise::Step::Trim],
    );
    let bare = folded.trim_start_matches('\'').trim();
    // The body is small letters, the check character a capital.
    match bare.rsplit_once('-') {
        Some((body, check)) => format!("{}-{}", body.to_lowercase(), check.to_uppercase()),
        None => bare.to_owned(),
    }
}

/// Where the columns are.
fn columns(table: &Table) -> HashMap<String, usize> {
    let mut found = HashMap::new();
    for (at, cell) in table.rows[table.keys].iter().enumerate() {
        if let Some(column) = Column::of_key(cell.trim_start_matches('\u{feff}')) {
            found.entry(column.key()).or_insert(at);
        }
    }
    found
}

/// The pack that a file belongs to.
///
/// # Errors
/// When it holds no rows of a pack, or of several, or contradicts itself.
pub fn pack_of(table: &Table) -> Result<String, Mistake> {
    let place = columns(table).get(&Column::Key.key()).copied().unwrap_or(0);
    let mut packs: Vec<(String, usize)> = Vec::new();
    for row in &table.rows[table.keys + 1..] {
        let Some(cell) = row.get(place) else { continue };
        if let Some(pack) = pack_of_key(&key_of(cell)) {
            match packs.iter_mut().find(|(known, _)| known == pack) {
                Some((_, count)) => *count += 1,
                None => packs.push((pack.to_owned(), 1)),
            }
        }
    }
    let said = table.marks.as_ref().map(|(pack, _)| pack.clone());
    match (packs.as_slice(), said) {
        ([(pack, _)], Some(said)) if *pack != said => Err(Mistake::new(
            said!(
                "the hidden sheet says pack {said}, the rows say pack {pack}",
                "숨은 시트의 묶음은 {said}인데 행의 묶음은 {pack}입니다"
            ),
            said!(
                "rows of one pack were pasted into the file of another: import the files that came back as they are",
                "다른 묶음의 행을 붙여 넣은 파일입니다. 돌아온 파일을 그대로 가져오세요"
            ),
        )),
        ([(pack, _)], _) => Ok(pack.clone()),
        ([], _) => Err(Mistake::new(
            said!(
                "no row has the key of a review pack",
                "심사 묶음의 키가 있는 행이 없습니다"
            ),
            said!(
                "the column `row_key` (hidden) holds keys like p7f3-0421-K; ask the reviewer for the file with all its columns",
                "숨은 열 `row_key`에 p7f3-0421-K 같은 키가 있어야 합니다. 모든 열이 있는 파일을 심사자에게 다시 받으세요"
            ),
        )),
        (several, _) => {
            let names = with_rows(several.iter().map(|(pack, count)| (Said::from(pack.as_str()), *count)));
            Err(Mistake::new(
                said!(
                    "the file holds rows of several packs: {}",
                    "여러 묶음의 행이 섞여 있습니다: {}",
                    names
                ),
                said!("import the packs one by one", "묶음마다 따로 가져오세요"),
            ))
        }
    }
}

/// Reads a table against its pack. `whole` gives the texts of a unit, for those few whose digest differs.
///
/// # Errors
/// When the file belongs to nobody or to several reviewers, or not to the one who was named, or a column stands in it twice.
pub fn understand(
    table: &Table,
    pack: &Pack,
    named: Option<&str>,
    whole: &mut dyn FnMut(usize) -> Option<Texts>,
) -> Result<Understood, Mistake> {
    doubles::columns(table)?;
    let places = columns(table);
    let at_key = places.get(&Column::Key.key()).copied().unwrap_or(0);
    let all = || pack.reviewers.iter().chain(&pack.adjudication);
    let owners: HashMap<&str, (&Reviewer, usize)> = all()
        .flat_map(|reviewer| {
            reviewer
                .rows
                .iter()
                .enumerate()
                .map(move |(at, row)| (row.key.as_str(), (reviewer, at)))
        })
        .collect();
    let owner = owner(table, (pack, at_key), &owners, named)?;
    let mut understood = Understood {
        reviewer: (!owner.name.is_empty()).then(|| owner.name.clone()),
        rows: owner.rows.len(),
        ..Understood::default()
    };
    let expected = Column::all(pack, 0);
    understood.lacking = expected
        .iter()
        .filter(|column| column.is_answer_of_reviewer() && !places.contains_key(&column.key()))
        .copied()
        .collect();
    // By row of the pack: where it stands in the sheet and what it says; none where it was refused.
    let mut read: HashMap<usize, (usize, Option<Rating>)> = HashMap::new();
    let mut nobodys: Vec<(usize, usize)> = Vec::new();
    let mut about = Places::new(table, (pack, owner), &places, &mut *whole);
    for (line, cells) in table.rows.iter().enumerate().skip(table.keys + 1) {
        let cell = cells.get(at_key).map_or("", String::as_str);
        if cell.trim().is_empty() {
            continue;
        }
        let key = key_of(cell);
        let Some((_, at)) = owners
            .get(key.as_str())
            .filter(|(reviewer, _)| reviewer.name == owner.name)
        else {
            // The row of visible heads stands between the keys and the rows.
            if pack_of_key(&key).is_some() || line > table.keys + 1 {
                understood
                    .unknown
                    .push((line + 1, cell.trim().chars().take(40).collect()));
            }
            continue;
        };
        let at = match about.about(line, *at) {
            About::Key => *at,
            About::Other(other) => {
                understood.moved.push(line + 1);
                other
            }
            About::Nobody => {
                understood.refused.push(Refused::Mixed(line + 1));
                nobodys.push((*at, line));
                continue;
            }
        };
        let row = &owner.rows[at];
        let rating = rating(table, (line, cells), &places, (pack, row), &mut understood);
        match (read.get(&at), rating) {
            (None, rating) => {
                read.insert(at, (line, rating));
            }
            (Some((first, Some(earlier))), Some(rating)) if *earlier != rating => {
                understood.refused.push(Refused::Twice(first + 1, line + 1));
                read.insert(at, (*first, None));
            }
            _ => {}
        }
    }
    for (at, line) in nobodys {
        read.entry(at).or_insert((line, None));
    }
    if !table.form.loses_letters() {
        texts(table, &places, (pack, owner), &mut read, whole, &mut understood);
    }
    count(&mut understood, owner, &read);
    Ok(understood)
}

/// Whose rows these are.
fn owner<'p>(
    table: &Table,
    (pack, at_key): (&'p Pack, usize),
    owners: &HashMap<&str, (&'p Reviewer, usize)>,
    named: Option<&str>,
) -> Result<&'p Reviewer, Mistake> {
    let mut found: Vec<(&Reviewer, usize)> = Vec::new();
    for row in &table.rows[table.keys + 1..] {
        let Some((reviewer, _)) = row.get(at_key).and_then(|cell| owners.get(key_of(cell).as_str())) else {
            continue;
        };
        match found.iter_mut().find(|(known, _)| known.name == reviewer.name) {
            Some((_, count)) => *count += 1,
            None => found.push((reviewer, 1)),
        }
    }
    let called = |reviewer: &Reviewer| {
        if reviewer.name.is_empty() {
            said!("the decisions", "조정")
        } else {
            Said::from(reviewer.name.as_str())
        }
    };
    let owner = match found.as_slice() {
        [(owner, _)] => *owner,
        [] => {
            return Err(Mistake::new(
                said!(
                    "no row belongs to a reviewer of pack {}",
                    "묶음 {}의 심사자에게 보낸 행이 없습니다",
                    pack.id
                ),
                said!(
                    "it may come from an older pack of the same name, or from a decision that was drawn up anew since",
                    "이름이 같은 옛 묶음이거나, 그 뒤 새로 만든 조정 파일일 수 있습니다"
                ),
            ));
        }
        several => {
            let names = with_rows(several.iter().map(|(reviewer, count)| (called(reviewer), *count)));
            return Err(Mistake::new(
                said!(
                    "the file holds rows of several reviewers: {}",
                    "여러 심사자의 행이 섞여 있습니다: {}",
                    names
                ),
                said!(
                    "import the file of each reviewer as it came back",
                    "심사자마다 돌아온 파일을 그대로 가져오세요"
                ),
            ));
        }
    };
    let nfc = |text: &str| crate::text::normalise::nfc(text.trim()).into_owned();
    if let Some((_, marked)) = &table.marks
        && nfc(marked) != nfc(&crate::text::sink::sheet_line(&owner.name))
    {
        let marked = if marked.is_empty() {
            said!("the decisions", "조정")
        } else {
            Said::from(marked.as_str())
        };
        return Err(Mistake::new(
            said!(
                "the hidden sheet is that of {0}, the rows are those of {1}",
                "숨은 시트의 주인({0})과 행의 주인({1})이 다릅니다",
                marked,
                called(owner)
            ),
            said!(
                "rows of one reviewer were pasted into the file of another: import the files that came back as they are",
                "다른 심사자의 행을 붙여 넣은 파일입니다. 돌아온 파일을 그대로 가져오세요"
            ),
        ));
    }
    if let Some(named) = named
        && nfc(named) != nfc(&owner.name)
    {
        return Err(Mistake::new(
            said!(
                "the rows are those of {0}, not of {1}",
                "행의 주인은 {1} 님이 아닙니다: {0}",
                called(owner),
                named
            ),
            said!(
                "leave --reviewer away: the keys of the rows tell whose they are",
                "--reviewer 를 빼세요. 행의 키로 누구의 것인지 압니다"
            ),
        ));
    }
    Ok(owner)
}

/// What a row says; none when a cell is not understood.
fn rating(
    table: &Table,
    (line, cells): (usize, &[String]),
    places: &HashMap<String, usize>,
    (pack, row): (&Pack, &PackRow),
    understood: &mut Understood,
) -> Option<Rating> {
    let of = |column: Column| {
        let place = places.get(&column.key()).copied()?;
        Some((cells.get(place).map_or("", String::as_str), place))
    };
    let mut rating = Rating {
        row: row.key.clone(),
        ..Rating::default()
    };
    let mut clear = true;
    let mut refuse = |place: usize, cell: &str, choice: bool| {
        understood.refused.push(Refused::Cell {
            address: address(line, place),
            found: cell.trim().chars().take(40).collect(),
            choice,
        });
        clear = false;
    };
    let (mut unusual, mut shared) = (Vec::new(), Vec::new());
    let merged = |place: usize| table.merged.contains(&(line, place)).then(|| address(line, place));
    let mut values = 0;
    for letter in 0..row.letters.len() {
        let mut score = None;
        if let Some((cell, place)) = of(Column::Score(letter)) {
            match values::score(cell, pack.scale) {
                Ok(None) => {}
                Ok(Some(read)) => {
                    score = Some(read.value);
                    values += 1;
                    shared.extend(merged(place));
                    // A spreadsheet's own number is never unusual, however it is stored.
                    if read.unusual {
                        unusual.push((cell.trim().to_owned(), address(line, place)));
                    }
                }
                Err(values::NotUnderstood) => refuse(place, cell, false),
            }
        }
        rating.scores.push(score);
    }
    // A row with one answer has no best, whatever stands there.
    if let Some((cell, place)) = of(Column::Best).filter(|_| row.letters.len() > 1) {
        match values::best(cell, row.letters.len()) {
            Ok(None) => {}
            Ok(Some(read)) => {
                rating.best = Some(read.value);
                values += 1;
                shared.extend(merged(place));
                if read.unusual {
                    unusual.push((cell.trim().to_owned(), address(line, place)));
                }
            }
            Err(values::NotUnderstood) => refuse(place, cell, true),
        }
    }
    if !clear {
        return None;
    }
    let guarded = matches!(table.form, super::table::Form::Text(..));
    let words = |column: Column| {
        let text = of(column).map_or("", |(cell, _)| cell).trim();
        let text = if guarded {
            crate::text::sink::csv_unguard(text)
        } else {
            text
        };
        text.chars().take(10_000).collect::<String>()
    };
    rating.issue = words(Column::Issue);
    rating.note = words(Column::Note);
    rating.done = of(Column::Done).is_some_and(|(cell, _)| values::done(cell));
    if rating.done && !rating.is_finished() {
        let blank = |column: Column| places.get(&column.key()).map(|place| address(line, *place));
        let scores = rating.scores.iter().enumerate();
        let scores = scores.filter(|(_, score)| score.is_none());
        understood
            .gaps
            .extend(scores.filter_map(|(letter, _)| blank(Column::Score(letter))));
        if rating.best.is_none() && row.letters.len() > 1 {
            understood.gaps.extend(blank(Column::Best));
        }
        understood.with_gaps += 1;
    }
    understood.unusual.extend(unusual);
    understood.merged.extend(shared);
    understood.values += values;
    understood.rated += usize::from(values > 0);
    Some(rating)
}

/// Finds texts that the reviewer changed. A text that a program cut short is none.
fn texts(
    table: &Table,
    places: &HashMap<String, usize>,
    (pack, owner): (&Pack, &Reviewer),
    read: &mut HashMap<usize, (usize, Option<Rating>)>,
    whole: &mut dyn FnMut(usize) -> Option<Texts>,
    understood: &mut Understood,
) {
    let columns: Vec<(Column, usize)> = Column::all(pack, 0)
        .into_iter()
        .filter(|column| matches!(column, Column::Question | Column::Reference | Column::Answer(_)))
        .filter_map(|column| Some((column, *places.get(&column.key())?)))
        .collect();
    let mut lines: Vec<usize> = read.keys().copied().collect();
    lines.sort_unstable();
    for at in lines {
        let Some((line, Some(rating))) = read.get_mut(&at) else {
            continue;
        };
        let row = &owner.rows[at];
        let mut texts: Option<Option<Texts>> = None;
        for (column, place) in &columns {
            let Some(known) = digest_of(*column, pack, row) else {
                continue;
            };
            let cell = table.rows[*line].get(*place).map_or("", String::as_str);
            if digest(cell) == known {
                continue;
            }
            let texts = texts.get_or_insert_with(|| whole(row.unit)).as_ref();
            let original = texts.and_then(|texts| text_of(*column, pack, row, texts)).map(plain);
            // The CSV twin holds the whole text where the workbook holds a cut one; programs cut long cells.
            let same = original.is_some_and(|original| {
                let cell = plain(cell);
                original == cell || (cell.chars().count() >= LONG && original.starts_with(&cell))
            });
            if !same {
                rating.edited.push(column.key());
                understood.edited.push((*line + 1, *column));
            }
        }
    }
}

fn count(understood: &mut Understood, owner: &Reviewer, read: &HashMap<usize, (usize, Option<Rating>)>) {
    let mut places: Vec<usize> = read.keys().copied().collect();
    places.sort_unstable();
    for at in places {
        match &read[&at].1 {
            None => understood.not_taken.push(owner.rows[at].key.clone()),
            Some(rating) => {
                if rating.is_finished() {
                    understood.finished += 1;
                } else if rating.is_empty() {
                    understood.empty += 1;
                } else {
                    understood.begun += 1;
                }
                understood.ratings.push(rating.clone());
            }
        }
    }
    understood.missing = understood.rows - read.len();
}

/// Whether a choice contradicts the scores of its own row.
#[must_use]
pub fn contradicts(rating: &Rating) -> bool {
    let Some(Preference::Letter(at)) = rating.best else {
        return false;
    };
    let highest = rating.scores.iter().flatten().max();
    match (rating.scores.get(at), highest) {
        (Some(Some(own)), Some(highest)) => own < highest,
        _ => false,
    }
}
