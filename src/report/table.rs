//! Tables in the terminal: a rule under the header, two blanks between columns, nothing else.
//!
//! comfy-table lays them out; this module fits them into a width first, by cutting the widest columns that may be cut,
//! and keeps outside text from reaching the terminal unseen.

use comfy_table::{CellAlignment, Color, ContentArrangement, LineStyle, TableStyle};

use super::Style;
use crate::text::sink::{Breaks, terminal};
use crate::text::width::{cut_with, display_width};

/// Narrowest that a column is cut to.
pub(super) const NARROWEST: usize = 4;

/// Colour of a cell; it repeats what a sign or word in the cell says already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paint {
    /// The terminal's own.
    #[default]
    Plain,
    /// Passed.
    Good,
    /// Failed.
    Bad,
    /// Not measured, unstable.
    Warn,
    /// Of less weight.
    Dim,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    text: String,
    paint: Paint,
}

impl Cell {
    /// A cell; line breaks in the text are kept.
    #[must_use]
    pub fn new(text: impl AsRef<str>) -> Self {
        Self {
            text: terminal(text.as_ref(), Breaks::Keep),
            paint: Paint::Plain,
        }
    }

    /// The same in a colour.
    #[must_use]
    pub fn painted(mut self, paint: Paint) -> Self {
        self.paint = paint;
        self
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

/// A column.
#[derive(Debug, Clone)]
struct Column {
    head: String,
    right: bool,
    cuttable: bool,
}

/// A table being made.
#[derive(Debug, Clone, Default)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without columns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a column of text, which may be cut.
    #[must_use]
    pub fn text(self, head: impl AsRef<str>) -> Self {
        self.column(head.as_ref(), false, true)
    }

    /// The same with a column of text that is never cut.
    #[must_use]
    pub fn whole(self, head: impl AsRef<str>) -> Self {
        self.column(head.as_ref(), false, false)
    }

    /// The same with a column of numbers, aligned right and never cut.
    #[must_use]
    pub fn number(self, head: impl AsRef<str>) -> Self {
        self.column(head.as_ref(), true, false)
    }

    fn column(mut self, head: &str, right: bool, cuttable: bool) -> Self {
        self.columns.push(Column {
            head: terminal(head, Breaks::Space),
            right,
            cuttable,
        });
        self
    }

    /// Adds a row.
    pub fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Draws it without the columns (by place, from 0) that have to go until nothing needs cutting, in this order. Where that is
    /// not enough, texts are cut as always.
    #[must_use]
    pub fn draw_without(mut self, go: &[usize], style: &Style, indent: usize) -> String {
        let room = style.width.saturating_sub(indent);
        for (at, place) in go.iter().enumerate() {
            if self.natural_width() <= room {
                break;
            }
            // Those that went before stood to the left, or did not.
            let place = place - go[..at].iter().filter(|gone| *gone < place).count();
            self.columns.remove(place);
            for row in &mut self.rows {
                if place < row.len() {
                    row.remove(place);
                }
            }
        }
        self.draw(style, indent)
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Cells that the table takes without cutting.
    #[must_use]
    pub fn natural_width(&self) -> usize {
        total(&self.widths())
    }

    /// Cells that the table takes at least.
    #[must_use]
    pub fn least_width(&self) -> usize {
        let least = |(column, width): (&Column, usize)| if column.cuttable { width.min(NARROWEST) } else { width };
        total(&self.columns.iter().zip(self.widths()).map(least).collect::<Vec<_>>())
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.columns.iter().map(|column| display_width(&column.head)).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                let widest = cell.text.split('\n').map(display_width).max().unwrap_or(0);
                *width = (*width).max(widest);
            }
        }
        widths
    }

    /// The lines, each ending with a line break and all equally wide, after `indent` blanks. No wider than the style's
    /// width, unless the columns that may not be cut are.
    #[must_use]
    pub fn draw(&self, style: &Style, indent: usize) -> String {
        let mut out = String::new();
        for line in self.lines(style, style.width.saturating_sub(indent)) {
            out.push_str(&" ".repeat(indent));
            out.push_str(&line);
            out.push('\n');
        }
        out
    }

    fn lines(&self, style: &Style, room: usize) -> Vec<String> {
        let widths = self.fitted(room);
        let mut table = comfy_table::Table::new();
        let rule = LineStyle::none().fill(if style.ascii { '-' } else { '─' });
        table.load_style(TableStyle::new().header_separator(rule));
        table.set_content_arrangement(ContentArrangement::Disabled);
        if style.color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        let mark = if style.ascii { ".." } else { "…" };
        let cut = |text: &str, width: usize| -> String {
            let lines: Vec<_> = text.split('\n').map(|line| cut_with(line, width, mark)).collect();
            lines.join("\n")
        };
        let aligned = |cell: comfy_table::Cell, right: bool| {
            cell.set_alignment(if right {
                CellAlignment::Right
            } else {
                CellAlignment::Left
            })
        };
        table.set_header(
            self.columns
                .iter()
                .zip(&widths)
                .map(|(column, width)| aligned(comfy_table::Cell::new(cut(&column.head, *width)), column.right)),
        );
        for row in &self.rows {
            let cells = self
                .columns
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(at, (column, width))| {
                    let cell = row.get(at).cloned().unwrap_or_default();
                    let drawn = aligned(comfy_table::Cell::new(cut(&cell.text, *width)), column.right);
                    match cell.paint {
                        Paint::Plain => drawn,
                        Paint::Good => drawn.fg(Color::Green),
                        Paint::Bad => drawn.fg(Color::Red),
                        Paint::Warn => drawn.fg(Color::Yellow),
                        Paint::Dim => drawn.add_attribute(comfy_table::Attribute::Dim),
                    }
                });
            table.add_row(cells);
        }
        let last = self.columns.len().saturating_sub(1);
        for (at, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if at == last { 0 } else { 2 }));
        }
        table.lines().collect()
    }

    /// Widths after cutting the widest column that may be cut, again and again, until all fit.
    fn fitted(&self, room: usize) -> Vec<usize> {
        let mut widths = self.widths();
        while total(&widths) > room {
            let widest = self
                .columns
                .iter()
                .enumerate()
                .filter(|(at, column)| column.cuttable && widths[*at] > NARROWEST)
                .max_by_key(|(at, _)| widths[*at]);
            match widest {
                Some((at, _)) => widths[at] -= 1,
                None => break,
            }
        }
        widths
    }
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1)
}

/// A table of plain texts, every column aligned left and cut where there is no room, after two blanks.
#[must_use]
pub fn plain<H: AsRef<str>, T: AsRef<str>, R: AsRef<[T]>>(heads: &[H], rows: &[R], style: &Style) -> String {
    let mut table = Table::new();
    for head in heads {
        table = table.text(head);
    }
    for row in rows {
        table.row(
            row.as_ref()
                .iter()
                .map(|text| Cell::new(terminal(text.as_ref(), Breaks::Space))),
        );
    }
    table.draw(style, 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::words::Lang;

    fn style(width: usize) -> Style {
        Style {
            width,
            ascii: false,
            color: false,
            lang: Lang::En,
        }
    }

    const NAMES: [&str; 8] = [
        "gpt-main",
        "클로바 본선",
        "ひらがなカタカナ",
        "🇰🇷🇯🇵 flags",
        "👨‍👩‍👧‍👦 family",
        "e\u{301}a\u{308}o\u{302}",
        "각 나라",
        "very-long-target-name-that-goes-on-and-on",
    ];

    #[test]
    fn every_line_is_equally_wide() {
        for width in [30, 40, 60, 80, 100] {
            let mut table = Table::new().text("target").number("pass").text("왜 볼 만한가");
            for (name, other) in NAMES.iter().zip(NAMES.iter().rev()) {
                table.row([
                    Cell::new(name),
                    Cell::new("87.9%"),
                    Cell::new(format!("{other}\n두 줄")),
                ]);
            }
            let drawn = table.draw(&style(width), 2);
            let widths: Vec<usize> = drawn.lines().map(display_width).collect();
            assert!(
                widths.iter().all(|line| *line == widths[0] && *line <= width),
                "{drawn}"
            );
        }
    }

    #[test]
    fn drawn_as_designed() {
        let mut table = Table::new().text("target").number("calls").text("state");
        table.row(["gpt-main", "240", "running"]);
        table.row(["클로바", "1,088", ""]);
        assert_eq!(
            table.draw(&style(80), 2),
            "  target    calls  state  \n  ────────────────────────\n  gpt-main    240  running\n  클로바    1,088         \n"
        );
    }

    #[test]
    fn an_empty_head_keeps_its_column() {
        let drawn = plain(&["", "target"], &[["✓", "gpt"], ["✗", "claude"]], &style(80));
        assert_eq!(drawn, "     target\n  ─────────\n  ✓  gpt   \n  ✗  claude\n");
    }

    #[test]
    fn outside_text_is_shown_not_obeyed() {
        let drawn = plain(&["name"], &[["\u{1b}[31mred\nnext\u{202e}"]], &style(80));
        assert!(drawn.contains("\\u{1b}[31mred next\\u{202e}"));
    }

    #[test]
    fn colour_only_when_asked() {
        let mut table = Table::new().text("a");
        table.row([Cell::new("✗").painted(Paint::Bad)]);
        assert!(!table.draw(&style(80), 0).contains('\u{1b}'));
    }
}
