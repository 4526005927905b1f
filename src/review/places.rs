//! Which row of a pack a line of a file is about.
//!
//! The key tells it, unless a line stands beside the key of another: whoever selects what can be seen and sorts it leaves
//! the hidden column of keys as it was. A line whose texts are not those of its key, but word for word those of one other
//! row, is about that row. Where texts of other rows stand in a line and none fits it as a whole, nobody can say what the
//! ratings are about. Texts that are no row's were edited by the reviewer, and the key holds.

use std::collections::HashMap;

use crate::domain::Lang;
use crate::domain::review::{Pack, Reviewer};

use super::page::{Column, Texts, digest, digest_of, plain, shown, text_of};
use super::table::Table;

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// The row of its key.
    Key,
    /// Another row of the reviewer, whose texts these are.
    Other(usize),
    /// Texts of other rows stand here, and no single row has them all.
    Nobody,
}

/// Letters by which a text is looked up; what is found is compared as a whole.
const HEAD: usize = 40;

/// Letters from which on a text may have been cut short by a program.
pub(super) const LONG: usize = 200;

/// Looks lines up by their texts.
pub(super) struct Places<'a> {
    table: &'a Table,
    pack: &'a Pack,
    owner: &'a Reviewer,
    /// Columns of texts and where they stand.
    columns: Vec<(Column, usize)>,
    /// Where the ids of cases and the numbers of rows stand: neither is sure, they settle what texts leave open.
    case: Option<usize>,
    number: Option<usize>,
    /// Rows by the id of their case; none where several have it.
    cases: HashMap<String, Option<usize>>,
    whole: &'a mut dyn FnMut(usize) -> Option<Texts>,
    /// By unit.
    texts: HashMap<usize, Option<Texts>>,
    /// Rows and columns by the beginning of their text; made when a line first needs it.
    index: Option<HashMap<String, Vec<(usize, Column)>>>,
}

impl<'a> Places<'a> {
    /// Nothing is read before a line asks for it.
    pub(super) fn new(
        table: &'a Table,
        (pack, owner): (&'a Pack, &'a Reviewer),
        places: &HashMap<String, usize>,
        whole: &'a mut dyn FnMut(usize) -> Option<Texts>,
    ) -> Self {
        let place = |column: Column| places.get(&column.key()).copied();
        let columns = Column::all(pack, 0)
            .into_iter()
            .filter(|column| matches!(column, Column::Question | Column::Reference | Column::Answer(_)))
            .filter_map(|column| Some((column, place(column)?)))
            .collect();
        let mut cases = HashMap::new();
        for (at, row) in owner.rows.iter().enumerate() {
            let case = plain(&pack.units[row.unit].case);
            cases.entry(case).and_modify(|known| *known = None).or_insert(Some(at));
        }
        Self {
            table,
            pack,
            owner,
            columns,
            case: place(Column::Case),
            cases,
            number: place(Column::Number),
            whole,
            texts: HashMap::new(),
            index: None,
        }
    }

    /// What a line with the key of the row `own` is about.
    pub(super) fn about(&mut self, line: usize, own: usize) -> About {
        let empty = |(_, place): &(Column, usize)| self.cell(line, *place).trim().is_empty();
        if self.columns.iter().all(empty) {
            return About::Key;
        }
        let hints = self.hints(line);
        if self.fits(line, own) {
            // Rows may have the same texts: then both others have to name one and the same.
            return match hints {
                [Some(case), Some(number)] if case == number && case != own && self.fits(line, case) => {
                    About::Other(case)
                }
                _ => About::Key,
            };
        }
        let found = self.fitting(line);
        match found.as_slice() {
            [] if self.borrows(line, own) => About::Nobody,
            [] => About::Key,
            [one] => About::Other(*one),
            several => {
                let hinted = hints.into_iter().flatten().find(|at| several.contains(at));
                hinted.map_or(About::Nobody, About::Other)
            }
        }
    }

    fn cell(&self, line: usize, place: usize) -> &'a str {
        self.table.rows[line].get(place).map_or("", String::as_str)
    }

    /// The rows that the id of the case and the number name.
    fn hints(&self, line: usize) -> [Option<usize>; 2] {
        let case = self
            .case
            .and_then(|place| *self.cases.get(&plain(self.cell(line, place)))?);
        let number = self.number.and_then(|place| {
            let number: usize = self.cell(line, place).trim().parse().ok()?;
            number.checked_sub(1).filter(|at| *at < self.owner.rows.len())
        });
        [case, number]
    }

    /// The texts of a row, whole.
    fn texts(&mut self, at: usize) -> Option<&Texts> {
        let unit = self.owner.rows[at].unit;
        let whole = &mut self.whole;
        self.texts.entry(unit).or_insert_with(|| whole(unit)).as_ref()
    }

    /// Whether a cell holds the text of a column in a row, whole or as the sheet or a program cut it.
    fn same(&mut self, cell: &str, column: Column, at: usize) -> bool {
        let (pack, row) = (self.pack, &self.owner.rows[at]);
        let Some(known) = digest_of(column, pack, row) else {
            return cell.trim().is_empty();
        };
        if digest(cell) == known {
            return true;
        }
        let lossy = self.table.form.loses_letters();
        let lang = if pack.korean { Lang::Ko } else { Lang::En };
        let Some(whole) = self.texts(at).and_then(|texts| text_of(column, pack, row, texts)) else {
            return false;
        };
        let cell = folded(cell, lossy);
        let original = folded(whole, lossy);
        original == cell
            || (cell.chars().count() >= LONG && original.starts_with(&cell))
            || (lossy && shown(whole, column, lang).is_some_and(|cut| folded(&cut, lossy) == cell))
    }

    /// Whether every text of a line is that of a row.
    fn fits(&mut self, line: usize, at: usize) -> bool {
        let columns = self.columns.clone();
        let mut columns = columns.into_iter();
        columns.all(|(column, place)| self.same(self.cell(line, place), column, at))
    }

    /// Rows and columns whose text may stand in a cell.
    fn like(&mut self, cell: &str) -> Vec<(usize, Column)> {
        let lossy = self.table.form.loses_letters();
        if self.index.is_none() {
            let mut index: HashMap<String, Vec<(usize, Column)>> = HashMap::new();
            for at in 0..self.owner.rows.len() {
                let (pack, row) = (self.pack, &self.owner.rows[at]);
                let columns = self.columns.clone();
                for (column, _) in columns {
                    let texts = self.texts(at);
                    let whole = texts
                        .and_then(|texts| text_of(column, pack, row, texts))
                        .map(str::to_owned);
                    let keys = [
                        whole.map(|text| head(&text, lossy)),
                        digest_of(column, pack, row).map(|digest| format!("#{digest}")),
                    ];
                    for key in keys.into_iter().flatten() {
                        index.entry(key).or_default().push((at, column));
                    }
                }
            }
            self.index = Some(index);
        }
        let index = self.index.as_ref();
        let keys = [head(cell, lossy), format!("#{}", digest(cell))];
        let mut found: Vec<(usize, Column)> = keys
            .iter()
            .filter_map(|key| index?.get(key))
            .flatten()
            .copied()
            .collect();
        found.sort_unstable_by_key(|(at, column)| (*at, column.key()));
        found.dedup();
        found
    }

    /// The rows that have every text of a line.
    fn fitting(&mut self, line: usize) -> Vec<usize> {
        let mut fewest: Option<Vec<usize>> = None;
        for (column, place) in self.columns.clone() {
            let cell = self.cell(line, place);
            if cell.trim().is_empty() {
                continue;
            }
            let like = self.like(cell);
            let rows: Vec<usize> = like
                .into_iter()
                .filter(|(_, found)| *found == column)
                .map(|(at, _)| at)
                .collect();
            if fewest.as_ref().is_none_or(|known| rows.len() < known.len()) {
                fewest = Some(rows);
            }
        }
        let rows = fewest.unwrap_or_default();
        rows.into_iter().filter(|at| self.fits(line, *at)).collect()
    }

    /// Whether a text of a line is not that of its key, but word for word one of another row, or of another letter.
    fn borrows(&mut self, line: usize, own: usize) -> bool {
        for (column, place) in self.columns.clone() {
            let cell = self.cell(line, place);
            if cell.trim().is_empty() || self.same(cell, column, own) {
                continue;
            }
            let kind = std::mem::discriminant(&column);
            let like = self.like(cell);
            let mut others = like
                .into_iter()
                .filter(|(_, found)| std::mem::discriminant(found) == kind);
            if others.any(|(at, found)| self.same(cell, found, at)) {
                return true;
            }
        }
        false
    }
}

/// A text for comparing. Of a file that lost letters only those count that every encoding has.
fn folded(text: &str, lossy: bool) -> String {
    let text = plain(text);
    if lossy {
        text.chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || ('가'..='힣').contains(letter))
            .collect()
    } else {
        text
    }
}

fn head(text: &str, lossy: bool) -> String {
    folded(text, lossy).chars().take(HEAD).collect()
}
