//! The CSV twin of a reviewer's workbook: the same columns under the keys for machines, and a last one that says so where the
//! answers come from the simulator.

use std::io::{self, Write};

use super::page::{Column, Texts, text_of};
use crate::domain::review::{Pack, Reviewer};
use crate::text::sink::csv_guard;

/// Writes the rows of a reviewer: UTF-8 with byte-order mark, every field quoted, texts guarded.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(mut out: impl Write, pack: &Pack, reviewer: &Reviewer, texts: &[Texts]) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut rows = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let columns = Column::all(pack, 0);
    let mark = |text: &str| pack.simulated.then(|| text.to_owned());
    rows.write_record(columns.iter().map(|column| column.key()).chain(mark("simulated")))?;
    for (at, row) in reviewer.rows.iter().enumerate() {
        let cells = columns.iter().map(|column| match column {
            Column::Key => row.key.clone(),
            Column::Case => csv_guard(&pack.units[row.unit].case).0.into_owned(),
            Column::Number => (at + 1).to_string(),
            _ => text_of(*column, pack, row, &texts[row.unit])
                .map_or_else(String::new, |text| csv_guard(text).0.into_owned()),
        });
        rows.write_record(cells.chain(mark("SIMULATED")))?;
    }
    rows.flush()
}
