//! Masked review: packs that people rate in a spreadsheet, and what comes back from them.
//!
//! A run becomes a pack (`draw`), whose rows a reviewer gets as a workbook or CSV without names (`page`, `workbook`, `twin`).
//! A file that comes back is read whatever program saved it (`table`), understood cell by cell (`values`) and matched row by
//! row (`import`), by keys and by texts (`places`). `agree` tells how far people agree with each other and with the scores.
//! Nothing here knows the folder of a run; texts and records are handed in. Words for people are in `words`, in English
//! and Korean.

pub mod agree;
mod doubles;
pub mod draw;
pub mod import;
pub mod mask;
pub mod page;
mod places;
pub mod results;
pub mod table;
#[cfg(test)]
mod tests;
pub mod twin;
pub mod values;
pub mod words;
pub mod workbook;
