//! What a reader must know beside the numbers.

use super::{heading, item};
use crate::compare::View;
use crate::domain::RunInfo;
use crate::report::Style;
use crate::report::words;

/// The section; empty when there is nothing.
pub(super) fn draw(info: &RunInfo, view: &View, style: &Style) -> String {
    if view.notes.is_empty() {
        return String::new();
    }
    let mut out = heading(style.lang.words().notes, style);
    for note in &view.notes {
        out.push_str(&item(&words::note(note, info, &view.columns, style.lang), style));
    }
    out
}
