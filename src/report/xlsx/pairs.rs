//! Every pair of columns: wins, ties, losses, the difference and its interval.

use std::io;

use rust_xlsxwriter::Worksheet;

use super::grid::{Pen, failed};
use super::look::Look;
use crate::compare::View;
use crate::domain::Lang;

/// Writes the sheet.
pub(super) fn write(sheet: &mut Worksheet, look: &Look, view: &View, lang: Lang) -> io::Result<()> {
    let heads = [
        ("first", lang.pick("First", "대상 1"), 22.0),
        ("second", lang.pick("Second", "대상 2"), 22.0),
        ("cases", lang.pick("Cases (both)", "함께 측정"), 10.0),
        ("wins", lang.pick("First better", "대상 1 우세"), 10.0),
        ("ties", lang.pick("Same", "같음"), 10.0),
        ("losses", lang.pick("Second better", "대상 2 우세"), 10.0),
        ("difference_pp", lang.pick("Difference (pp)", "차이(%p)"), 11.0),
        ("low_pp", lang.pick("95% low", "95% 하한"), 10.0),
        ("high_pp", lang.pick("95% high", "95% 상한"), 10.0),
        ("p", "p", 9.0),
        ("p_adjusted", lang.pick("Adjusted p", "보정한 p"), 10.0),
        ("reading", lang.pick("Reading", "읽는 법"), 44.0),
    ];
    for (at, (key, head, width)) in (0u16..).zip(heads) {
        sheet.set_column_width(at, width).map_err(failed)?;
        let mut pen = Pen::at(sheet, 0);
        pen.skip(at);
        pen.put(key, &look.key)?;
        pen.row = 1;
        pen.column = at;
        pen.put(
            head,
            match key {
                "first" | "second" => &look.head,
                "reading" => &look.head_unit,
                _ => &look.head_right,
            },
        )?;
    }
    sheet.set_row_hidden(0).map_err(failed)?;
    sheet.set_row_height(1, 20).map_err(failed)?;
    sheet.set_freeze_panes(2, 1).map_err(failed)?;
    super::rows::print_wide(sheet, 177.0);
    sheet.set_repeat_rows(1, 1).map_err(failed)?;
    for (row, pair) in (2..).zip(&view.pairs) {
        let mut pen = Pen::at(sheet, row);
        for column in [pair.first, pair.second] {
            pen.line(view.columns.get(column).map_or("", |column| &column.label), &look.line)?;
        }
        let Some(paired) = &pair.paired else {
            pen.skip(9);
            pen.put(
                lang.pick("no case was measured on both", "함께 측정된 문항이 없음"),
                &look.faint,
            )?;
            continue;
        };
        for count in [
            paired.better + paired.same() + paired.worse,
            paired.better,
            paired.same(),
            paired.worse,
        ] {
            pen.count(count, &look.whole)?;
        }
        let (low, high) = paired.interval.unzip();
        for share in [Some(paired.difference), low, high] {
            pen.number(share.map(|share| share * 100.0), &look.points)?;
        }
        pen.number(paired.p, &look.p)?;
        pen.number(paired.adjusted, &look.p)?;
        // Honest words only: a difference is called one when its adjusted p and its interval say so.
        let reading = if paired.shown() {
            lang.pick("a difference is shown", "차이가 확인됨")
        } else {
            lang.pick("cannot be told apart", "차이를 구별할 수 없음")
        };
        pen.put(reading, &look.unit)?;
    }
    Ok(())
}
