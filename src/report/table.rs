//! Plain tables: a heading, a rule under it, columns two blanks apart.

use super::Style;
use crate::text::width::{cut, display_width, pad_right};

/// A table of texts that are harmless already. The widest columns give way where the terminal is too narrow.
#[must_use]
pub fn plain<const N: usize>(heads: &[&str; N], rows: &[[String; N]], style: &Style) -> String {
    let mut widths: [usize; N] = std::array::from_fn(|column| display_width(heads[column]));
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(display_width(cell));
        }
    }
    // The widest columns give way, a cell at a time, until the table fits.
    while widths.iter().sum::<usize>() + 2 * N > style.width {
        let Some(widest) = (0..N).max_by_key(|column| widths[*column]).filter(|column| widths[*column] > 8) else { break };
        widths[widest] -= 1;
    }
    let line = |cells: [&str; N]| {
        let mut text = String::from("  ");
        for (column, cell) in cells.iter().enumerate() {
            let cell = cut(cell, widths[column]);
            if column + 1 == N { text.push_str(&cell) } else { text.push_str(&format!("{}  ", pad_right(&cell, widths[column]))) }
        }
        text.trim_end().to_owned()
    };
    let rule = if style.ascii { "-" } else { "─" };
    let length = (widths.iter().sum::<usize>() + 2 * (N - 1)).min(style.width.saturating_sub(2));
    let mut lines = vec![line(*heads), format!("  {}", rule.repeat(length))];
    lines.extend(rows.iter().map(|row| line(std::array::from_fn(|column| row[column].as_str()))));
    let text = lines.join("\n") + "\n";
    if style.ascii { text.replace('–', "-").replace('…', "~") } else { text }
}
