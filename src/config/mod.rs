//! Settings: built-in < `config.toml` < environment; the command line lies above, in `cli`.
//!
//! The file goes through the same tree and the same kind of checker as suites, so that every mistake is told at once
//! with its place and a suggestion. Excerpts blot out what looks like a key. This module knows nothing of suites'
//! content, runs or tables.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::domain::{Lang, Money, Place, Problem, ProviderName, Said, Severity, Target};
use crate::price::parse_money;
use crate::provider::{self, About};
use crate::said;
use crate::suite::bytes::whole;
use crate::suite::findings::Findings;
use crate::suite::place::Origin;
use crate::suite::read_toml;
use crate::suite::tree::{Node, Span};
use crate::suite::values::Desk;

mod address;
mod amount;
mod gate;
mod secret;
mod shape;
mod target;

pub use gate::{
    Bound, CheckKind, CheckRule, GateRules, Metric, Misread, OnInconclusive, Quarantine, Rule, Stands, gate_rules,
    gate_rules_within,
};
pub use secret::{KeySource, KeyState, Secret};

/// The configuration that is used where there is no file, and that `narani init` writes.
pub const BUILT_IN: &str = include_str!("../../config.toml");

/// Name of the built-in configuration in messages.
const BUILT_IN_NAME: &str = "config.toml (built in)";

/// Everything that is configured, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it stands; absent for the built-in configuration.
    pub file: Option<PathBuf>,
    /// Who answers, in the order of the file, with where each key is.
    pub targets: Vec<(Target, KeySource)>,
    /// Language, where it is said.
    pub lang: Option<Lang>,
    /// Folder for runs and reused answers.
    pub results: PathBuf,
    /// A run expected to cost more is asked about first; one amount a currency.
    pub confirm_above: Vec<Money>,
    /// A run that has cost as much is stopped; one amount a currency, none for no cap.
    pub max_cost: Vec<Money>,
    /// Reuse answers.
    pub cache: bool,
    /// Command lines that scorers may run, words joined by blanks.
    pub allowed_commands: Vec<String>,
    /// Further words that review packs mask in answers.
    pub mask_words: Vec<String>,
    /// Rules of the gate, where the file has some.
    pub gate: Option<GateRules>,
    /// What is odd but does not stand in the way.
    pub warnings: Vec<Problem>,
}

impl Settings {
    /// The target of a name, with where its key is.
    #[must_use]
    pub fn target(&self, name: &str) -> Option<&(Target, KeySource)> {
        self.targets.iter().find(|(target, _)| target.name == name)
    }

    /// Whether scorers may run a command: the very line stands in the configuration.
    #[must_use]
    pub fn allows(&self, command: &str) -> bool {
        self.allowed_commands
            .iter()
            .any(|allowed| allowed.trim() == command.trim())
    }
}

/// What targets are read against.
struct Surroundings<'s> {
    environment: &'s dyn Fn(&str) -> Option<String>,
    about: &'s dyn Fn(ProviderName) -> About,
    /// Variables whose mistake has been told.
    told: RefCell<Vec<String>>,
}

/// Reads the configuration: `file`, else the one that `NARANI_CONFIG` names, else the built-in one.
///
/// `NARANI_RESULTS` and `NARANI_LANG` win over the file.
///
/// # Errors
/// Everything that is wrong, in reading order.
pub fn load(file: Option<&Path>, environment: &dyn Fn(&str) -> Option<String>) -> Result<Settings, Vec<Problem>> {
    let about = |name: ProviderName| provider::of(name).about();
    let variable = environment("NARANI_CONFIG")
        .filter(|path| !path.trim().is_empty())
        .map(PathBuf::from);
    let Some(path) = file.map(Path::to_path_buf).or(variable) else {
        return read(BUILT_IN, 0, BUILT_IN_NAME, None, environment, &about);
    };
    let name = path.display().to_string();
    let text = whole_file(&path, &name).map_err(|problem| vec![problem])?;
    read(&text.text, text.offset, &name, Some(path), environment, &about)
}

/// The text of a configuration file.
fn whole_file(path: &Path, name: &str) -> Result<crate::suite::bytes::Text, Problem> {
    let not_a_file = std::fs::metadata(path)
        .ok()
        .and_then(|metadata| crate::suite::bytes::no_file(name, metadata.is_file() || metadata.is_dir()));
    if let Some(problem) = not_a_file {
        return Err(problem);
    }
    std::fs::File::open(path)
        .map_err(|error| unopened(name, &error))
        .and_then(|file| {
            if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
                return Err(
                    Problem::error("folder", said!("`{name}` is a folder", "`{name}`은(는) 폴더입니다"))
                        .help(said!(
                            "name the file in it: `--config FOLDER/config.toml`",
                            "안에 있는 파일을 적으세요: `--config 폴더/config.toml`"
                        ))
                        .at(Place::file(name)),
                );
            }
            whole(name, &mut std::io::BufReader::new(file))
        })
        .map_err(|mut problem| {
            if problem.code == "empty_file" || problem.code == "binary" {
                problem = problem.help(said!(
                    "`narani init` writes a commented one",
                    "`narani init`이 설명이 달린 설정 파일을 만들어 줍니다"
                ));
            }
            problem
        })
}

fn unopened(name: &str, error: &std::io::Error) -> Problem {
    let problem = match error.kind() {
        std::io::ErrorKind::NotFound => Problem::error(
            "missing_file",
            said!("there is no file `{name}`", "`{name}` 파일이 없습니다"),
        )
        .help(said!(
            "`narani init` writes a commented one",
            "`narani init`이 설명이 달린 설정 파일을 만들어 줍니다"
        )),
        _ => Problem::error(
            "unreadable_file",
            said!(
                "could not read `{name}`: {error}",
                "`{name}` 파일을 읽지 못했습니다: {error}"
            ),
        ),
    };
    problem.at(Place::file(name))
}

/// The JSON Schema of `config.toml`, for editors; kept in `schemas/config.schema.json`.
#[must_use]
pub fn schema() -> Value {
    shape::CONFIG.root().clone()
}

fn read(
    text: &str,
    offset: usize,
    name: &str,
    file: Option<PathBuf>,
    environment: &dyn Fn(&str) -> Option<String>,
    about: &dyn Fn(ProviderName) -> About,
) -> Result<Settings, Vec<Problem>> {
    let origin = Origin::secretive(name, text, offset);
    let mut findings = Findings::new();
    let mut settings = Settings {
        file,
        targets: Vec::new(),
        lang: None,
        results: PathBuf::from("results"),
        confirm_above: ["1.00 USD", "1000 KRW"]
            .iter()
            .filter_map(|text| parse_money(text).ok())
            .collect(),
        max_cost: Vec::new(),
        cache: true,
        allowed_commands: Vec::new(),
        mask_words: Vec::new(),
        gate: None,
        warnings: Vec::new(),
    };
    if let Some(node) = read_toml::read(text, offset, &origin, &mut findings) {
        let mut desk = Desk {
            origin: &origin,
            findings: &mut findings,
        };
        let around = Surroundings {
            environment,
            about,
            told: RefCell::new(Vec::new()),
        };
        fill(&mut desk, &node, &around, &mut settings);
    }
    from_environment(environment, &mut settings);
    let failed = findings.failed();
    let (problems, _) = findings.finish();
    if failed {
        return Err(problems);
    }
    settings.warnings = problems
        .into_iter()
        .filter(|problem| problem.severity == Severity::Warning)
        .collect();
    Ok(settings)
}

fn fill(desk: &mut Desk<'_, '_>, node: &Node, around: &Surroundings<'_>, settings: &mut Settings) {
    desk.fields(node, &shape::CONFIG, &said!("the configuration", "설정 파일"));
    if let Some(word) = node
        .get("lang")
        .and_then(|node| desk.value(node, &shape::CONFIG, "lang"))
    {
        settings.lang = word.as_str().and_then(Lang::of);
    }
    if let Some(folder) = node.get("results").and_then(|node| desk.text(node, "results")) {
        settings.results = PathBuf::from(folder);
    }
    if let Some(cache) = node
        .get("cache")
        .and_then(|node| desk.value(node, &shape::CONFIG, "cache"))
    {
        settings.cache = cache.as_bool().unwrap_or(true);
    }
    if let Some(node) = node.get("confirm_above") {
        settings.confirm_above = amounts(desk, node, "confirm_above");
    }
    if let Some(node) = node.get("max_cost") {
        settings.max_cost = amounts(desk, node, "max_cost");
    }
    if let Some(list) = node.get("mask_words")
        && desk.value(list, &shape::CONFIG, "mask_words").is_some()
    {
        settings.mask_words = desk
            .texts(list, "mask_words")
            .into_iter()
            .map(|(text, _)| text)
            .collect();
    }
    if let Some(node) = node.get("gate") {
        settings.gate = Some(gate::read(desk, node));
    }
    if let Some(node) = node.get("allow") {
        desk.fields(node, &shape::ALLOW, &Said::from("`allow`"));
        if let Some(list) = node.get("commands")
            && desk.value(list, &shape::ALLOW, "commands").is_some()
        {
            settings.allowed_commands = desk.texts(list, "commands").into_iter().map(|(text, _)| text).collect();
        }
    }
    let Some(targets) = node.get("targets") else {
        let stray = node
            .as_map()
            .unwrap_or_default()
            .iter()
            .find(|entry| entry.value.get("provider").is_some());
        let problem = Problem::error(
            "no_targets",
            said!("the configuration names no targets", "설정 파일에 대상이 없습니다"),
        );
        let problem = match stray {
            Some(entry) => problem.help(said!(
                "write `[targets.{0}]` instead of `[{0}]`",
                "`[{0}]` 대신 `[targets.{0}]`라고 쓰세요",
                entry.key
            )),
            None => problem.help(said!(
                "a target begins with `[targets.NAME]`; `narani init` writes some",
                "대상은 `[targets.이름]`으로 시작합니다. `narani init`이 몇 개를 만들어 줍니다"
            )),
        };
        desk.tell(Span::new(node.span.start, node.span.start), problem);
        return;
    };
    let entries = desk
        .map(targets, &Said::from("`targets`"), || {
            said!(
                "every target is a table of its own: `[targets.gpt]`",
                "대상마다 표 하나를 씁니다: `[targets.gpt]`"
            )
        })
        .unwrap_or_default();
    for (count, entry) in entries.iter().enumerate() {
        let twin = entries[..count]
            .iter()
            .find(|other| other.key.eq_ignore_ascii_case(&entry.key));
        if let Some(twin) = twin {
            let message = said!(
                "`{}` and `{}` differ only in capitals",
                "`{}`, `{}` 두 이름은 대소문자만 다릅니다",
                twin.key,
                entry.key
            );
            let problem = Problem::error("target_name", message).help(said!(
                "files are named after targets; choose another name",
                "파일 이름에 쓰이므로 다른 이름을 고르세요"
            ));
            desk.tell(entry.key_span, problem);
        }
        settings.targets.extend(target::read(desk, entry, around));
    }
    if entries.is_empty() && targets.as_map().is_some() {
        let problem =
            Problem::error("no_targets", said!("`targets` is empty", "`targets`가 비어 있습니다")).help(said!(
                "a target begins with `[targets.NAME]`",
                "대상은 `[targets.이름]`으로 시작합니다"
            ));
        desk.tell(targets.span, problem);
    }
}

/// One amount or several, at most one a currency.
fn amounts(desk: &mut Desk<'_, '_>, node: &Node, field: &str) -> Vec<Money> {
    let mut amounts: Vec<Money> = Vec::new();
    for (text, span) in desk.texts(node, field) {
        let problem = match parse_money(&text) {
            Ok(money) if money.nano < 0 => Problem::error(
                "money",
                said!(
                    "`{field}` takes no negative amount, such as `{text}`",
                    "`{field}` 금액은 `{text}`처럼 음수일 수 없습니다"
                ),
            ),
            Ok(money) if amounts.iter().any(|known| known.currency == money.currency) => Problem::error(
                "money",
                said!(
                    "`{field}` names `{}` twice",
                    "`{field}`에 `{}` 통화가 두 번 있습니다",
                    money.currency.0
                ),
            ),
            Ok(money) => {
                amounts.push(money);
                continue;
            }
            Err(error) => Problem::error("money", said!("`{field}`: {0}", "`{field}`: {0}", error.said())),
        };
        desk.tell(span, problem);
    }
    amounts
}

fn from_environment(environment: &dyn Fn(&str) -> Option<String>, settings: &mut Settings) {
    let set = |name: &str| environment(name).filter(|value| !value.trim().is_empty());
    if let Some(folder) = set("NARANI_RESULTS") {
        settings.results = PathBuf::from(folder);
    }
    // Who reads the command line tells of a language that there is not: no command is kept from its work by it.
    settings.lang = set("NARANI_LANG").as_deref().and_then(Lang::of).or(settings.lang);
}

#[cfg(test)]
mod tests;
