//! A stored run as reports read it: what was planned, and one record a cell.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::call::Params;
use super::case::{Case, Prompt, ScorerSpec};
use super::ids::RunId;
use super::outcome::{Outcome, Status};
use super::review::Human;
use super::score::Score;
use super::target::Target;

/// What a run was to do, frozen at its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// The run's id.
    pub id: RunId,
    /// Name of the suite (names joined by ` + ` when several ran together).
    pub suite: String,
    /// The suite's description, empty when it has none.
    pub description: String,
    /// `sf_` + fingerprint of cases and scorers.
    pub suite_fp: String,
    /// Ways of asking, in suite order.
    pub prompts: Vec<Prompt>,
    /// Who answers, in run order.
    pub targets: Vec<Target>,
    /// Repeats of every cell.
    pub trials: u32,
    /// Scorers of the whole suite, in suite order.
    pub scorers: Vec<ScorerSpec>,
    /// Number of cases.
    pub cases: u64,
    /// Start in microseconds since 1970 UTC.
    pub started_us: i64,
    /// The answers came from the simulator; every output says so.
    pub simulated: bool,
    /// The answers were imported from this file; nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<String>,
    /// Version of the program that made the run.
    pub version: String,
    /// The suites that ran together, in order; one for most runs.
    pub parts: Vec<Part>,
}

/// One suite of a run: which rectangle of the table it asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Name of the suite.
    pub name: String,
    /// File it was read from, as given.
    pub file: String,
    /// Position of its first case in the run.
    pub first: u64,
    /// Number of its cases.
    pub cases: u64,
    /// Its prompts, as indices into [`RunInfo::prompts`].
    pub prompts: Vec<usize>,
    /// Who answers it, as indices into [`RunInfo::targets`].
    pub targets: Vec<usize>,
    /// Repeats.
    pub trials: u32,
    /// Parameters of the whole suite.
    pub params: Params,
    /// Scorers of the whole suite.
    pub scorers: Vec<ScorerSpec>,
}

impl RunInfo {
    /// Cells of the whole table: case × prompt × target × trial, asked or not.
    #[must_use]
    pub fn grid(&self) -> u64 {
        self.cases * self.prompts.len() as u64 * self.targets.len() as u64 * u64::from(self.trials)
    }

    /// Cells planned in all. Less than [`RunInfo::grid`] when suites that ran together differ in prompts, targets or
    /// trials.
    #[must_use]
    pub fn planned(&self) -> u64 {
        if self.parts.is_empty() {
            return self.grid();
        }
        self.parts
            .iter()
            .map(|part| part.cases * part.prompts.len() as u64 * part.targets.len() as u64 * u64::from(part.trials))
            .sum()
    }

    /// Cells planned for a target.
    #[must_use]
    pub fn planned_for(&self, target: usize) -> u64 {
        if self.parts.is_empty() {
            return self.cases * self.prompts.len() as u64 * u64::from(self.trials);
        }
        self.parts
            .iter()
            .filter(|part| part.targets.contains(&target))
            .map(|part| part.cases * part.prompts.len() as u64 * u64::from(part.trials))
            .sum()
    }

    /// The suite that a case belongs to.
    #[must_use]
    pub fn part_of(&self, case: u64) -> Option<&Part> {
        self.parts
            .iter()
            .find(|part| case >= part.first && case < part.first + part.cases)
    }

    /// Whether a square of the table is asked; `trial` from 0.
    #[must_use]
    pub fn asks(&self, case: u64, prompt: usize, target: usize, trial: u32) -> bool {
        match self.part_of(case) {
            Some(part) => part.prompts.contains(&prompt) && part.targets.contains(&target) && trial < part.trials,
            None => self.parts.is_empty(),
        }
    }

    /// The provider's word for a target in exports; `imported` where nobody was asked.
    #[must_use]
    pub fn provider_word(&self, target: &Target) -> &'static str {
        if self.imported.is_some() {
            "imported"
        } else {
            target.provider.word()
        }
    }

    /// Columns of side-by-side tables: targets, or target × prompt when several prompts are compared.
    ///
    /// Each is (target index, prompt index, label); targets vary slowest.
    #[must_use]
    pub fn columns(&self) -> Vec<(usize, usize, String)> {
        let mut columns = Vec::with_capacity(self.targets.len() * self.prompts.len());
        for (target_index, target) in self.targets.iter().enumerate() {
            for (prompt_index, prompt) in self.prompts.iter().enumerate() {
                let label = if self.prompts.len() == 1 {
                    target.name.clone()
                } else {
                    format!("{}/{}", target.name, prompt.name)
                };
                columns.push((target_index, prompt_index, label));
            }
        }
        columns
    }
}

/// One cell of a stored run.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The case; shared by the records of its row.
    pub case: Arc<Case>,
    /// Position of the case in the suite, from 0.
    pub case_index: u64,
    /// Index into [`RunInfo::prompts`].
    pub prompt: usize,
    /// Index into [`RunInfo::targets`].
    pub target: usize,
    /// Repeat, from 1.
    pub trial: u32,
    /// The last user message as it was asked. Outside text.
    pub question: Arc<str>,
    /// How it ended; absent when it was not reached yet.
    pub outcome: Option<Outcome>,
    /// Judgements in scorer order.
    pub scores: Vec<Score>,
    /// Whether all counting scorers passed; absent without a verdict.
    pub pass: Option<bool>,
    /// Weighted score from 0 to 1; absent without a verdict.
    pub score: Option<f64>,
    /// Whether it counts.
    pub status: Status,
    /// What people say of it, where they may be told.
    pub human: Option<Box<Human>>,
}
