//! Sinks (to be replaced by the full ones).
/// One line for a terminal.
pub fn terminal_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
