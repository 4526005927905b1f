//! What stands twice in a file that came back and does not say the same: a copied sheet, a copied column.
//!
//! Nobody but its reviewer knows which of the two counts, so neither is taken. Copies that are equal are one.

use std::collections::HashMap;

use super::page::Column;
use super::table::{Mistake, Table};
use super::workbook::letters;
use crate::domain::Said;
use crate::said;

/// Whether two sheets say the same from their rows of keys on; empty cells and rows at the end say nothing.
pub(super) fn alike(one: &[Vec<String>], other: &[Vec<String>]) -> bool {
    let filled = |rows: &[Vec<String>]| {
        let last = rows
            .iter()
            .rposition(|row| row.iter().any(|cell| !cell.trim().is_empty()));
        last.map_or(0, |last| last + 1)
    };
    let cell = |rows: &[Vec<String>], line: usize, place: usize| -> String {
        let cell = rows.get(line).and_then(|row| row.get(place));
        cell.map_or("", |cell| cell.trim()).to_owned()
    };
    let lines = filled(one).max(filled(other));
    (0..lines).all(|line| {
        let wide = |rows: &[Vec<String>]| rows.get(line).map_or(0, Vec::len);
        let width = wide(one).max(wide(other));
        (0..width).all(|place| cell(one, line, place) == cell(other, line, place))
    })
}

/// That two visible sheets hold rows and differ.
pub(super) fn two_sheets(one: &str, other: &str) -> Mistake {
    Mistake::new(
        said!(
            "the sheets `{one}` and `{other}` both hold rows of a pack, and they differ",
            "`{one}` 시트와 `{other}` 시트에 모두 심사 행이 있는데 내용이 다릅니다"
        ),
        said!(
            "delete or hide the sheet that does not count, and import again",
            "쓰지 않을 시트를 지우거나 숨긴 뒤 다시 가져오세요"
        ),
    )
}

/// Refuses a table in which two columns have the same key and other contents.
///
/// # Errors
/// The first two such columns, with the first row in which they differ.
pub(super) fn columns(table: &Table) -> Result<(), Mistake> {
    let mut first: HashMap<String, usize> = HashMap::new();
    for (place, cell) in table.rows[table.keys].iter().enumerate() {
        let Some(column) = Column::of_key(cell.trim_start_matches('\u{feff}')) else {
            continue;
        };
        let key = column.key();
        let Some(known) = first.get(&key).copied() else {
            first.insert(key, place);
            continue;
        };
        let at_key = first.get(&Column::Key.key()).copied();
        for (line, row) in table.rows.iter().enumerate().skip(table.keys + 1) {
            let of = |place: usize| row.get(place).map_or("", |cell| cell.trim());
            // Heads stand between the keys and the rows of a workbook; what stands beside no key is nothing's.
            let head = line == table.keys + 1 && !table.sheet.is_empty();
            if head || at_key.is_some_and(|at| of(at).is_empty()) || of(known) == of(place) {
                continue;
            }
            let address = |place: usize| {
                let name = letters(u16::try_from(place).unwrap_or(u16::MAX));
                Said::from(format!("{name}{}", line + 1))
            };
            return Err(Mistake::new(
                said!(
                    "two columns have the key `{0}` and differ: {1} and {2}",
                    "키가 `{0}`인 열이 둘인데 내용이 다릅니다: {1}, {2}",
                    key,
                    address(known),
                    address(place)
                ),
                said!(
                    "delete the column that does not count, and import again",
                    "쓰지 않을 열을 지운 뒤 다시 가져오세요"
                ),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::table::read;
    use super::*;
    use rust_xlsxwriter::Workbook;

    /// A workbook of sheets with a row of keys and one rated row each; hidden where it says so.
    fn book(sheets: &[(&str, &str, bool)]) -> Vec<u8> {
        let mut book = Workbook::new();
        for (name, score, hidden) in sheets {
            let sheet = book.add_worksheet();
            sheet.set_name(*name).unwrap().set_hidden(*hidden).set_active(!hidden);
            for (row, cells) in [["row_key", "s.A"], ["키", "점수 A"], ["p7f3-0001-K", score]]
                .iter()
                .enumerate()
            {
                for (column, cell) in (0..).zip(cells) {
                    sheet.write_string(u32::try_from(row).unwrap(), column, *cell).unwrap();
                }
            }
        }
        book.save_to_buffer().unwrap()
    }

    /// Of a copied sheet only the first was read, and what stood in the other was lost without a word.
    #[test]
    fn a_copied_sheet_that_differs_is_refused() {
        let mistake = read(book(&[("심사", "", false), ("심사 (2)", "4", false)])).unwrap_err();
        assert!(mistake.what.contains("`심사` and `심사 (2)`"), "{mistake:?}");
        assert!(mistake.help.contains("delete or hide"), "{mistake:?}");
        let score = |sheets: &[(&str, &str, bool)]| read(book(sheets)).unwrap().rows[2][1].clone();
        assert_eq!(score(&[("심사", "4", false), ("심사 (2)", "4", false)]), "4");
        assert_eq!(score(&[("심사", "4", false), ("심사 (2)", "", true)]), "4");
        assert_eq!(score(&[("심사", "", true), ("심사 (2)", "4", false)]), "4");
    }

    /// Of two columns with one key only the first was read.
    #[test]
    fn a_copied_column_that_differs_is_refused() {
        let table = |text: &str| read(text.as_bytes().to_vec()).unwrap();
        let mistake = columns(&table("row_key,s.A,S.a\np7f3-0001-K,4,4\np7f3-0002-K,,5\n")).unwrap_err();
        assert!(mistake.what.contains("`s.A` and differ: B3 and C3"), "{mistake:?}");
        for fine in [
            "row_key,s.A,s.A\np7f3-0001-K,4,4\n,1,2\n",
            "row_key,s.A,s.B,,\np7f3-0001-K,4,5,1,2\n",
        ] {
            assert_eq!(columns(&table(fine)), Ok(()), "{fine}");
        }
    }
}
