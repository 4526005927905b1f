//! `run --simulate`: the simulator inside the process, told what is expected of each question.

use std::sync::Arc;
use std::time::Duration;

use crate::cli::args::RunArgs;
use crate::cli::failure::Failure;
use crate::domain::case::text_of;
use crate::domain::{Case, ScorerSpec, Target};
use crate::said;
use crate::simulate::{
    self, Answers, Faults, FaultsError, Knowledge, Known, Latency, Options, Rights, RightsError, Running,
};

/// Key that the simulator is shown.
pub(super) const KEY: &str = "simulated";

/// A running simulator and what it knows.
pub(super) struct Pretender {
    pub(super) running: Running,
    pub(super) knowledge: Arc<Knowledge>,
}

/// How a run is simulated; stored with the run, so that resuming goes on with the same.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Script {
    pub(super) seed: u64,
    pub(super) latency_ms: u64,
    pub(super) fail: Option<String>,
    pub(super) answers: Option<std::path::PathBuf>,
    /// How often models are right, by model.
    #[serde(default)]
    pub(super) right: Option<String>,
}

impl Script {
    pub(super) fn of(args: &RunArgs, targets: &[Target]) -> Self {
        Self {
            right: args.right.as_deref().map(|text| by_model(text, targets)),
            seed: args.seed,
            latency_ms: args.latency_ms,
            fail: args.fail.clone(),
            answers: args.answers.clone(),
        }
    }
}

/// Starts the simulator.
pub(super) async fn start(script: &Script) -> Result<Pretender, Failure> {
    let knowledge = Arc::new(Knowledge::default());
    let fail: Faults = match &script.fail {
        Some(text) => text.parse().map_err(|error: FaultsError| {
            Failure::usage(
                said!("`--fail {text}`: {0}", "`--fail {text}`: {0}", error.said()),
                said!(
                    "for example --fail 500:0.1,429:0.05,cut:0.02",
                    "예: --fail 500:0.1,429:0.05,cut:0.02"
                ),
            )
        })?,
        None => Faults::default(),
    };
    let right: Rights = match &script.right {
        Some(text) => text.parse().map_err(|error: RightsError| {
            Failure::usage(
                said!("`--right {text}`: {0}", "`--right {text}`: {0}", error.said()),
                said!("for example --right gpt=0.9,llama=0.6", "예: --right gpt=0.9,llama=0.6"),
            )
        })?,
        None => Rights::default(),
    };
    let answers = match &script.answers {
        Some(path) => Some(Answers::load(path).map_err(|error| {
            Failure::usage(
                error.said(),
                said!(
                    "see `narani simulate --help` for the form",
                    "형식은 `narani simulate --help`에 있습니다"
                ),
            )
        })?),
        None => None,
    };
    let options = Options {
        seed: script.seed,
        latency: Latency {
            base: Duration::from_millis(script.latency_ms),
            jitter: 0.3,
            slow: None,
            width: None,
        },
        fail,
        answers,
        right,
        knowledge: Some(Arc::clone(&knowledge).oracle()),
        ..Options::default()
    };
    let running = simulate::start(options)
        .await
        .map_err(|error| Failure::usage(error.said(), said!("try again", "다시 해 보세요")))?;
    Ok(Pretender { running, knowledge })
}

impl Pretender {
    /// Points a target at the simulator.
    pub(super) fn point(&self, target: &mut Target) {
        target.address = self.running.base(target.provider);
        target.account.clone_from(&target.name);
        // Limits of a real account would only make people wait for made-up answers.
        target.limits.requests_per_minute = None;
        target.limits.tokens_per_minute = None;
    }

    /// Tells what is expected of a question.
    pub(super) fn teach(&self, question: &str, case: &Case, scorers: &[ScorerSpec]) {
        teach(&self.knowledge, question, case, scorers);
    }
}

/// Every name in `--right` must stand for some target or model: a mistyped one would change nothing, silently.
pub(super) fn known(text: &str, targets: &[Target]) -> Result<(), Failure> {
    for rule in text.split(',').map(str::trim).filter(|rule| !rule.is_empty()) {
        let Some((name, _)) = rule.split_once('=') else {
            continue;
        };
        let name = name.trim().trim_matches('*').to_lowercase();
        let stands =
            |target: &Target| target.name.to_lowercase() == name || target.model.to_lowercase().contains(&name);
        if !targets.iter().any(stands) {
            let mut names: Vec<&str> = Vec::new();
            let models = targets.iter().map(|target| target.model.as_str());
            for name in targets.iter().map(|target| target.name.as_str()).chain(models) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            return Err(Failure::usage(
                said!(
                    "`--right {rule}`: no target that is asked is called `{name}`, and no model's name contains it",
                    "`--right {rule}`: 물어볼 대상 가운데 `{name}`이라는 이름도, 그 이름이 든 모델도 없습니다"
                ),
                crate::suite::suggest::help(&name, names),
            ));
        }
    }
    Ok(())
}

/// Shares that are stated by the names of targets, stated by their models instead: the simulator sees models only.
fn by_model(text: &str, targets: &[Target]) -> String {
    let mut rules: Vec<String> = Vec::new();
    for rule in text.split(',').map(str::trim).filter(|rule| !rule.is_empty()) {
        let named = rule.split_once('=').and_then(|(name, share)| {
            let target = targets
                .iter()
                .find(|target| target.name.eq_ignore_ascii_case(name.trim()))?;
            Some(format!("{}={}", target.model, share.trim()))
        });
        let rule = named.unwrap_or_else(|| rule.to_owned());
        // Two targets of one model that are to be right equally often are no contradiction.
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules.join(",")
}

/// Tells a store what is expected of a question.
pub(in crate::cli) fn teach(knowledge: &Knowledge, question: &str, case: &Case, scorers: &[ScorerSpec]) {
    let all: Vec<&ScorerSpec> = scorers.iter().chain(&case.scorers).collect();
    let right = case
        .expect
        .first()
        .map(text_of)
        .or_else(|| expected_of(&all))
        .unwrap_or_default();
    let kinds: Vec<&str> = all.iter().map(|spec| spec.kind.as_str()).collect();
    let options = if kinds.contains(&"choice") {
        ["A", "B", "C", "D"].map(str::to_owned).to_vec()
    } else {
        Vec::new()
    };
    let alone = kinds
        .iter()
        .any(|kind| matches!(*kind, "equals" | "json" | "json_schema" | "json_path"));
    let known = Known {
        id: case.id.clone(),
        right,
        options,
        wrong: String::new(),
        alone,
    };
    knowledge.add(question, &known);
}

/// What scorers of a case without `expect` ask for, where a plain text answers it.
fn expected_of(scorers: &[&ScorerSpec]) -> Option<String> {
    scorers.iter().filter(|spec| !spec.not).find_map(|spec| {
        let value = spec
            .params
            .get("value")
            .or_else(|| spec.params.get("any"))
            .or_else(|| spec.params.get("all"))?;
        match value {
            serde_json::Value::Array(items) => {
                let texts: Vec<String> = items.iter().map(text_of).collect();
                if spec.params.contains_key("all") {
                    Some(texts.join(" "))
                } else {
                    texts.into_iter().next()
                }
            }
            other => Some(text_of(other)),
        }
    })
}
