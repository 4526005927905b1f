//! What a scorer needs, what it got, and what that makes of an answer.
//!
//! Scorers that need nothing from outside grade an answer the moment it arrives ([`Grader::now`]); the others in a pass
//! over stored outcomes ([`pass`]), which is also how a run is scored again.

mod pass;
mod process;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use pass::{PassError, Passed, Which, pass};
pub use process::Programs;

use crate::domain::{Case, Problem, RunInfo, Said, Score, ScorerSpec};
use crate::run::Graded;
use crate::said;
use crate::scorer::{self, Answer, Got, Need, Scorer};

/// Scorers made for single cases that are kept; suites usually repeat a few.
const KEPT: usize = 4096;

/// A scorer with how it counts.
type Ready = (Arc<ScorerSpec>, Arc<dyn Scorer>);

/// The scorers of a run, ready to grade.
pub struct Grader {
    /// By suite of the run: first case, number of cases, scorers.
    parts: Vec<(u64, u64, Vec<Ready>)>,
    /// Made for single cases, by fingerprint.
    made: Mutex<HashMap<String, Arc<dyn Scorer>>>,
}

impl Grader {
    /// Makes the scorers of a run.
    ///
    /// # Errors
    /// When parameters are refused, which checking the suite should have told before.
    pub fn new(info: &RunInfo) -> Result<Self, Problem> {
        let mut parts = Vec::new();
        for part in &info.parts {
            let mut ready = Vec::with_capacity(part.scorers.len());
            for spec in &part.scorers {
                ready.push((Arc::new(spec.clone()), make(spec)?));
            }
            parts.push((part.first, part.cases, ready));
        }
        Ok(Self {
            parts,
            made: Mutex::default(),
        })
    }

    /// Grades an answer at once; `None` when a scorer needs something from outside. `filtered` says that the provider's
    /// filter withheld the answer: only scorers that judge such answers do.
    #[must_use]
    pub fn now(&self, position: u64, answer: &Answer<'_>, filtered: bool) -> Option<Graded> {
        let ready = self.scorers_for(position, answer.case);
        let mut scores = Vec::with_capacity(ready.len());
        for (spec, scorer) in &ready {
            match scorer {
                Err(why) => scores.push(broken(spec, why)),
                Ok(scorer) if filtered && !scorer.judges_filtered() => {}
                Ok(scorer) => {
                    if scorer.need(answer).is_some() {
                        return None;
                    }
                    scores.push(scorer::grade_one(spec, &**scorer, answer, None));
                }
            }
        }
        Some(sum_up(applicable(scores, answer.case), false))
    }

    /// Grades an answer, asking programs where scorers need them.
    pub async fn with_programs(
        &self,
        position: u64,
        answer: &Answer<'_>,
        filtered: bool,
        programs: &mut Programs,
    ) -> Graded {
        let ready = self.scorers_for(position, answer.case);
        let mut scores = Vec::with_capacity(ready.len());
        let mut broke = false;
        for (spec, scorer) in &ready {
            let scorer = match scorer {
                Err(why) => {
                    scores.push(broken(spec, why));
                    continue;
                }
                Ok(scorer) if filtered && !scorer.judges_filtered() => continue,
                Ok(scorer) => scorer,
            };
            let got = match scorer.need(answer) {
                None => None,
                Some(Need::Process {
                    command,
                    input,
                    timeout_ms,
                }) => Some(programs.ask(&command, &input, Duration::from_millis(timeout_ms)).await),
            };
            broke |= matches!(got, Some(Got::Failed(_))) && spec.weight > 0.0;
            scores.push(scorer::grade_one(spec, &**scorer, answer, got.as_ref()));
        }
        sum_up(applicable(scores, answer.case), broke)
    }

    /// The scorers of a case: those of its suite, then its own.
    fn scorers_for(&self, position: u64, case: &Case) -> Vec<(Arc<ScorerSpec>, Result<Arc<dyn Scorer>, Said>)> {
        let suite = self
            .parts
            .iter()
            .find(|(first, cases, _)| position >= *first && position < first + cases);
        let mut ready: Vec<_> = suite
            .iter()
            .flat_map(|(.., ready)| ready.iter())
            .map(|(spec, scorer)| (Arc::clone(spec), Ok(Arc::clone(scorer))))
            .collect();
        for spec in &case.scorers {
            ready.push((Arc::new(spec.clone()), self.made(spec)));
        }
        ready
    }

    fn made(&self, spec: &ScorerSpec) -> Result<Arc<dyn Scorer>, Said> {
        let fingerprint = scorer::fingerprint(spec);
        let mut made = self.made.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(scorer) = made.get(&fingerprint) {
            return Ok(Arc::clone(scorer));
        }
        let scorer = make(spec).map_err(|problem| problem.message)?;
        if made.len() >= KEPT {
            made.clear();
        }
        made.insert(fingerprint, Arc::clone(&scorer));
        Ok(scorer)
    }

    /// Programs that the scorers of the suites run; those of single cases are told by `in_case`.
    pub fn commands(&self) -> impl Iterator<Item = &ScorerSpec> {
        self.parts
            .iter()
            .flat_map(|(.., ready)| ready.iter())
            .map(|(spec, _)| &**spec)
            .filter(|spec| spec.kind == "command")
    }
}

fn make(spec: &ScorerSpec) -> Result<Arc<dyn Scorer>, Problem> {
    let kind = scorer::kind(&spec.kind).ok_or_else(|| {
        Problem::error(
            "unknown_scorer",
            said!("there is no scorer `{}`", "`{}`라는 채점기는 없습니다", spec.kind),
        )
    })?;
    let scorer = (kind.build)(&spec.params).map_err(|refusal| {
        let mut problem = Problem::error(
            "scorer_params",
            said!("scorer `{}`: {}", "`{}` 채점기: {}", spec.name, refusal.message),
        );
        problem.help = refusal.help;
        problem
    })?;
    Ok(Arc::from(scorer))
}

fn broken(spec: &ScorerSpec, why: &Said) -> Score {
    Score {
        scorer: spec.name.clone(),
        pass: None,
        points: None,
        label: None,
        unscored: Some(why.clone()),
        why: why.clone(),
        weight: spec.weight,
    }
}

/// Takes away what cannot judge this case: a scorer of the whole suite that needs an expectation, on a case that has none
/// but has scorers of its own.
fn applicable(mut scores: Vec<Score>, case: &Case) -> Vec<Score> {
    if case.expect.is_empty() && !case.scorers.is_empty() {
        scores.retain(|score| {
            let own = case.scorers.iter().any(|spec| spec.name == score.scorer);
            own || score.unscored.as_deref() != Some(scorer::NO_EXPECT)
        });
    }
    scores
}

fn sum_up(scores: Vec<Score>, broke: bool) -> Graded {
    let (pass, score) = scorer::verdict(&scores);
    Graded {
        scores,
        pass,
        score,
        broke,
    }
}
