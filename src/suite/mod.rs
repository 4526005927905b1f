//! Suites: bytes of any format into checked cases, or into everything that is wrong with them.
//!
//! Every format is read into one tree with places ([`tree`]); one checker walks it. So all mistakes of a file are
//! told at once, each with line, column, excerpt and a suggestion, the same in YAML, TOML, JSON, JSONL, CSV and
//! XLSX. JSONL and CSV stream: of a suite of any length only the ids are held.
//!
//! Nothing here touches a file. Whoever calls hands in a closure that opens paths.

use std::io::BufRead;

use crate::domain::{Case, Params, Problem, Prompt, ScorerSpec};
use crate::scorer::Kind;

pub mod bytes;
mod cases;
mod check;
mod draft;
pub mod findings;
mod guided;
pub mod identity;
pub mod path;
pub mod place;
mod plain;
mod prompts;
mod read_csv;
pub mod read_json;
mod read_jsonl;
pub mod read_toml;
mod read_xlsx;
pub mod read_yaml;
mod scorers;
pub mod select;
pub mod shape;
mod sources;
pub mod suggest;
mod table;
pub mod template;
#[cfg(test)]
pub(crate) mod tests;
pub mod tree;
pub mod values;

pub use template::Templates;

/// Opens a file. The problem it may return needs no place: it is told where the file is named.
pub type Open<'a> = dyn FnMut(&str) -> Result<Box<dyn BufRead>, Problem> + 'a;

/// A checked suite without its cases, which went by while it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    /// Name in tables and run folders.
    pub name: String,
    /// What it is for, empty when it does not say.
    pub description: String,
    /// Ways of asking; at least one.
    pub prompts: Vec<Prompt>,
    /// Names of the targets it asks for; empty means all.
    pub targets: Vec<String>,
    /// Repeats of every question, when the suite says.
    pub trials: Option<u32>,
    /// Parameters of every call.
    pub params: Params,
    /// What judges every answer.
    pub scorers: Vec<ScorerSpec>,
    /// Number of cases.
    pub cases: u64,
    /// Whether any case shows a picture.
    pub images: bool,
    /// `sf_` and six hexadecimal digits over cases and scorers.
    pub fingerprint: String,
    /// Every file it was read from, the suite file first, templates included.
    pub files: Vec<String>,
}

/// What reading a suite gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The suite; absent when anything is wrong with it.
    pub suite: Option<Suite>,
    /// What is wrong or odd, in reading order; at most some hundreds.
    pub problems: Vec<Problem>,
    /// Problems beyond those.
    pub more: usize,
}

/// What a suite is checked against.
#[derive(Clone, Copy)]
pub struct Against<'a> {
    /// The scorers there are.
    pub kinds: &'a [Kind],
    /// Names of the targets there are, where they are known.
    pub targets: Option<&'a [String]>,
    /// Whether there is a picture at a path, where that can be told.
    pub has_image: Option<&'a dyn Fn(&str) -> bool>,
}

impl Default for Against<'_> {
    fn default() -> Self {
        Self {
            kinds: crate::scorer::ALL,
            targets: None,
            has_image: None,
        }
    }
}

/// Reads a suite and hands every case that is right to `each`, in order.
///
/// `path` may name a sheet of a workbook (`questions.xlsx#Sheet1`). Mistakes may show after cases have gone by:
/// check once with an `each` that does nothing before asking anybody.
pub fn read(path: &str, open: &mut Open<'_>, against: Against<'_>, each: &mut dyn FnMut(Case)) -> Checked {
    check::read(path, open, against, each)
}

/// The JSON Schema of suites, for editors; kept in `schemas/suite.schema.json`.
#[must_use]
pub fn schema() -> serde_json::Value {
    shape::schema(crate::scorer::ALL)
}

/// Opens files named in a suite from where the suite stands, and remembers them.
struct Files<'f> {
    folder: String,
    open: &'f mut Open<'f>,
    met: Vec<String>,
}

impl Files<'_> {
    /// Opens a file named in the suite; with its path as resolved.
    fn open(&mut self, name: &str) -> Result<(String, Box<dyn BufRead>), Problem> {
        let path = path::join(&self.folder, name);
        let reader = self.at(&path)?;
        Ok((path, reader))
    }

    /// Opens a file at a resolved path.
    fn at(&mut self, path: &str) -> Result<Box<dyn BufRead>, Problem> {
        let file = path::without_sheet(path).0;
        let reader = (self.open)(file)?;
        if !self.met.iter().any(|met| met == file) {
            self.met.push(file.to_owned());
        }
        Ok(reader)
    }

    /// Reads a small text file whole.
    fn text(&mut self, name: &str) -> Result<String, Problem> {
        let (path, mut reader) = self.open(name)?;
        Ok(bytes::whole(&path, &mut reader)?.text)
    }
}
