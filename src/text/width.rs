//! Display width (to be replaced by the full one).
use unicode_width::UnicodeWidthStr as _;
/// Width in cells.
pub fn display_width(text: &str) -> usize {
    text.width()
}
/// Cut to a width.
pub fn cut(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for letter in text.chars() {
        if out.width() + 2 > width {
            break;
        }
        out.push(letter);
    }
    out.push('…');
    out
}
/// Pad.
pub fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(display_width(text))))
}
/// Pad.
pub fn pad_right(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(display_width(text))))
}
