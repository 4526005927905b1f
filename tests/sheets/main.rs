//! Packs and reports on their way through the programs that people use: LibreOffice and openpyxl, and CSV by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod by_hand;
mod decisions;
mod gaps;
#[path = "../cli/lab.rs"]
mod lab;
mod office;
mod packs;
mod round_trips;
mod setup;
mod sorted;
mod start;
mod suites;
