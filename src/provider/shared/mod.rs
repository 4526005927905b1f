//! What the adapters share: hints in headers, faults by status, lenient reading of JSON.
//!
//! Nothing here knows a single service; what only one protocol needs stands in its own file.

mod faults;
mod hints;
mod json;
mod pieces;

pub(crate) use faults::{
    body_fault, cut_fault, hinted, is_body, json_body, judged, odd_fault, odd_words, pieces_differ, shape_fault,
    status_fault, words_of,
};
pub(crate) use hints::{allowance, go_duration, go_text, retry_headers, seconds_text, should_retry};
pub(crate) use json::{clip, count, count_at, has_error, json_of, merge, number, text, text_at};
pub(crate) use pieces::pieces;
