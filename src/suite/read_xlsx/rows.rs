//! Rows of a sheet from its cells, and what is wrong with them told in their place.

use calamine::Dimensions;

use super::content::Content;
use crate::domain::{Place, Problem, Said};
use crate::said;
use crate::suite::cases::Bench;
use crate::suite::findings::Findings;
use crate::suite::place::Origin;
use crate::suite::table::{Head, Renamed, Titles};
use crate::suite::tree::Span;
use crate::suite::values::Desk;

/// Rightmost column read; a stray cell far out would otherwise make every row a long one.
const MOST_COLUMNS: usize = 512;

/// Takes the cells of a sheet in reading order and gives its rows to the bench.
pub(super) struct Rows<'r, 'o, 'b> {
    origin: &'o Origin<'o>,
    renamed: &'r Renamed,
    bench: &'r mut Bench<'b>,
    findings: &'r mut Findings,
    titles: Titles,
    head: Option<Head>,
    taken: u64,
    row: Row,
    /// Cells that are one over several rows.
    pub(super) merged: Merged,
    /// Columns of which it was told that the sheet shows them otherwise.
    told: Vec<usize>,
}

impl<'r, 'o, 'b> Rows<'r, 'o, 'b> {
    pub(super) fn new(
        origin: &'o Origin<'o>,
        (renamed, bench): (&'r Renamed, &'r mut Bench<'b>),
        findings: &'r mut Findings,
    ) -> Self {
        Self {
            origin,
            renamed,
            bench,
            findings,
            titles: Titles::default(),
            head: None,
            taken: 0,
            row: Row::default(),
            merged: Merged::default(),
            told: Vec::new(),
        }
    }

    /// Takes a cell; false when no row can be right.
    pub(super) fn cell(&mut self, number: usize, column: usize, content: Content) -> bool {
        if number != self.row.number {
            let next = Row {
                number,
                ..Row::default()
            };
            let done = std::mem::replace(&mut self.row, next);
            if !self.row(done) {
                return false;
            }
        }
        if column <= MOST_COLUMNS {
            self.row.put(column, content);
        }
        true
    }

    fn row(&mut self, mut done: Row) -> bool {
        if done.is_blank() {
            return true;
        }
        let mut desk = Desk {
            origin: self.origin,
            findings: self.findings,
        };
        let Some(head) = &mut self.head else {
            let names = done.cells(done.width);
            if self.titles.takes(&names, self.renamed, self.bench) {
                return true;
            }
            self.titles.tell(&mut desk, &names);
            self.head = Head::read(&mut desk, names, self.renamed, self.bench);
            self.merged.below(done.number);
            return self.head.is_some();
        };
        self.merged.fill(&mut done);
        self.taken += 1;
        for (column, error) in &done.errors {
            let problem = Problem::error(
                "cell_error",
                said!(
                    "this cell holds the error `{error}`",
                    "이 칸에 오류 `{error}`가 있습니다"
                ),
            )
            .help(said!(
                "correct its formula, or write the value",
                "수식을 고치거나 값을 쓰세요"
            ));
            desk.tell(Span::new(done.number, *column), problem);
        }
        for (column, text) in &done.loose {
            if head.expects(column - 1) && !self.told.contains(column) {
                self.told.push(*column);
                desk.tell(Span::new(done.number, *column), shown_otherwise(text));
            }
        }
        if done.errors.is_empty()
            && let Some(node) = head.row(&mut desk, done.cells(head.len()))
        {
            self.bench.take(&mut desk, &node);
        }
        true
    }

    pub(super) fn finish(mut self, file: &str, name: &str) -> Result<(), Problem> {
        let last = std::mem::take(&mut self.row);
        if !self.row(last) {
            return Ok(());
        }
        if self.head.is_none()
            && let Some(names) = self.titles.first()
        {
            // Nothing but single cells: the first is what it must be, and what is wrong with it is told.
            let mut desk = Desk {
                origin: self.origin,
                findings: self.findings,
            };
            if Head::read(&mut desk, names, self.renamed, self.bench).is_none() {
                return Ok(());
            }
        }
        let nothing = |message: Said| {
            Problem::error("no_cases", message)
                .help(said!(
                    "the first row names the columns; each further row is a question",
                    "첫 행은 열 이름이고, 그다음 행부터 한 행이 질문 하나입니다"
                ))
                .at(Place::file(file))
        };
        match (self.head, self.taken) {
            (None, _) => Err(nothing(said!(
                "sheet `{name}` of `{file}` is empty",
                "`{file}`의 `{name}` 시트가 비어 있습니다"
            ))),
            (_, 0) => Err(nothing(said!(
                "sheet `{name}` of `{file}` has a first row but no others",
                "`{file}`의 `{name}` 시트에는 첫 행뿐입니다"
            ))),
            _ => Ok(()),
        }
    }
}

fn shown_otherwise(text: &str) -> Problem {
    Problem::warning(
        "cell_format",
        said!(
            "this accepted answer is read as `{text}`, which may not be what the sheet shows",
            "이 정답은 `{text}`(으)로 읽습니다. 시트에 보이는 것과 다를 수 있습니다"
        ),
    )
    .help(said!(
        "format the column as text and write the answer as it should be; further cells of the column are not told",
        "열의 서식을 텍스트로 바꾸고 정답을 그대로 적으세요. 같은 열의 다른 칸은 따로 알리지 않습니다"
    ))
}

/// Cells that are one over several rows: only the first of them holds the value, all of them show it.
#[derive(Default)]
pub(super) struct Merged {
    /// First row, last row and column, from 1; those that begin last come first.
    waiting: Vec<(usize, usize, usize)>,
    /// Last row, column and value of those that were met.
    open: Vec<(usize, usize, String)>,
}

impl Merged {
    /// Cells that are merged with others of their row alone are none of them: one value is one cell.
    pub(super) fn new(areas: Vec<Dimensions>) -> Self {
        let mut waiting: Vec<(usize, usize, usize)> = areas
            .into_iter()
            .filter(|area| area.end.0 > area.start.0)
            .map(|area| {
                let row = |number: u32| number as usize + 1;
                (row(area.start.0), row(area.end.0), row(area.start.1))
            })
            .collect();
        waiting.sort_unstable_by(|one, other| other.cmp(one));
        Self {
            waiting,
            open: Vec::new(),
        }
    }

    /// The names of the columns stand in this row: what is merged in it or above is no part of a case.
    fn below(&mut self, head: usize) {
        self.waiting.retain(|(first, _, _)| *first > head);
    }

    /// Gives a row what the merged cells it is part of show. Rows come from above to below.
    fn fill(&mut self, row: &mut Row) {
        self.open.retain(|(last, _, _)| *last >= row.number);
        for (_, column, text) in &self.open {
            if !row.texts.iter().any(|(at, own)| at == column && !own.is_empty()) {
                row.put(*column, Content::Text(text.clone()));
            }
        }
        while let Some((first, last, column)) = self.waiting.pop_if(|(first, _, _)| *first <= row.number) {
            let held = row.texts.iter().find(|(at, _)| *at == column);
            if let Some((_, text)) = held.filter(|_| first == row.number) {
                self.open.push((last, column, text.clone()));
            }
        }
    }
}

/// A row while its cells come in.
#[derive(Default)]
struct Row {
    number: usize,
    width: usize,
    texts: Vec<(usize, String)>,
    errors: Vec<(usize, String)>,
    loose: Vec<(usize, String)>,
}

impl Row {
    fn put(&mut self, column: usize, content: Content) {
        match content {
            Content::Nothing => {}
            Content::Loose(text) => {
                self.loose.push((column, text.clone()));
                self.put(column, Content::Text(text));
            }
            Content::Text(text) => {
                self.width = self.width.max(column);
                self.texts.push((column, text));
            }
            Content::Error(error) => self.errors.push((column, error)),
        }
    }

    fn is_blank(&self) -> bool {
        self.errors.is_empty() && self.texts.iter().all(|(_, text)| text.trim().is_empty())
    }

    /// The cells of the first `width` columns, empty ones included.
    fn cells(&self, width: usize) -> Vec<(String, Span)> {
        let mut cells: Vec<(String, Span)> = (1..=width)
            .map(|column| (String::new(), Span::new(self.number, column)))
            .collect();
        for (column, text) in &self.texts {
            if let Some((cell, _)) = cells.get_mut(column - 1) {
                cell.clone_from(text);
            }
        }
        cells
    }
}
