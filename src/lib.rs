//! narani asks several language models the same questions at once and lays the answers side by side.

pub mod cli;
pub mod compare;
pub mod config;
pub mod domain;
pub mod gate;
pub mod grade;
pub mod net;
pub mod plan;
pub mod price;
pub mod provider;
pub mod report;
pub mod review;
pub mod run;
pub mod scorer;
pub mod simulate;
pub mod stats;
pub mod store;
pub mod suite;
pub mod text;
