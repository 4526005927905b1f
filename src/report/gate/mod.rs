//! A gate's verdict in every form: terminal, Markdown, JSON, `JUnit`, annotations of GitHub.
//!
//! All of them tell the one [`Verdict`](crate::gate::Verdict); none decides anything. Names, reasons and answers in it are
//! outside text and go through the sinks here.

mod cells;
pub mod github;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod terminal;
mod without;

pub use json::json;
pub use junit::junit;
pub use terminal::terminal;

#[cfg(test)]
mod tests;
