//! What the program knows of text: making two texts comparable, splitting them, measuring how alike they are.
//!
//! Pure functions over strings and numbers; no scoring rule lives here (that is `scorer`), no statistics over
//! many answers (that is `stats`). Every metric says in its documentation which library it was checked
//! against; `narani compute` offers the same functions.
//!
//! No function here panics, returns a not-a-number, or takes more than near-linear time without saying so
//! with [`edit::TooLong`]: answers are outside text and may be a megabyte of anything.

pub mod bleu;
pub mod chrf;
pub mod decode;
pub mod digits;
pub mod edit;
pub mod normalise;
pub mod number;
pub mod overlap;
pub mod quantity;
pub mod rouge;
pub mod tokens;
pub mod vector;

mod korean_units;
mod ngrams;
pub mod sink;
pub mod width;
