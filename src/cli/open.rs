//! What commands open before they do anything: configuration, targets with keys, suites.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::Global;
use super::exit::Exit;
use super::failure::Failure;
use super::files::Shelf;
use super::printer::Printer;
use crate::config::{self, KeySource, KeyState, Settings};
use crate::domain::{Call, Case, Problem, Prompt, RunInfo, Said, Severity, SuitePart, Target};
use crate::net::Line;
use crate::provider;
use crate::run::{Asker, Pricing};
use crate::said;
use crate::store::{self, Listed};
use crate::suite::{self, Against, Checked, Suite, Templates};

/// A variable of the environment.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A variable of the environment that holds something.
pub(super) fn set(name: &str) -> Option<String> {
    variable(name).filter(|value| !value.trim().is_empty())
}

/// The configuration: the file that was named, else `config.toml` when there is one, else the built-in settings.
pub(super) fn settings(global: &Global) -> Result<Settings, Failure> {
    config::load(settings_file(global).as_deref(), &variable).map_err(|problems| Failure::of(Exit::Usage, problems))
}

/// The file of the configuration, where there is one.
pub(super) fn settings_file(global: &Global) -> Option<PathBuf> {
    let usual = Path::new("config.toml");
    match (&global.config, set("NARANI_CONFIG")) {
        (Some(named), _) => Some(named.clone()),
        (None, Some(named)) => Some(PathBuf::from(named)),
        (None, None) => usual.is_file().then(|| usual.to_owned()),
    }
}

/// The folder of the runs.
pub(super) fn results(global: &Global, settings: Option<&Settings>) -> PathBuf {
    global
        .out
        .clone()
        .or_else(|| settings.map(|settings| settings.results.clone()))
        .or_else(|| set("NARANI_RESULTS").map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("results"))
}

/// The run that was named, in the folder of the runs.
pub(super) fn find_run(global: &Global, name: &str) -> Result<Listed, Failure> {
    // A configuration with a mistake must not keep anybody from reading a run.
    let settings = settings(global).ok();
    Ok(store::find(&results(global, settings.as_ref()), name)?)
}

/// A target with its key, or why it has none.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) target: Target,
    pub(super) source: KeySource,
}

/// Picks the targets of a run: those asked for by name, which must all be there, else all of the configuration.
pub(super) fn choose(settings: &Settings, names: &[String]) -> Result<Vec<Chosen>, Failure> {
    let all = &settings.targets;
    if names.is_empty() {
        return Ok(all
            .iter()
            .map(|(target, source)| Chosen {
                target: target.clone(),
                source: source.clone(),
            })
            .collect());
    }
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut problems = Vec::new();
    for name in names {
        if let Some((target, source)) = all.iter().find(|(target, _)| target.name == *name) {
            if !chosen.iter().any(|chosen| chosen.target.name == *name) {
                chosen.push(Chosen {
                    target: target.clone(),
                    source: source.clone(),
                });
            }
        } else {
            let known = all.iter().map(|(target, _)| target.name.as_str());
            problems.push(
                Problem::error(
                    "unknown_target",
                    said!(
                        "there is no target `{name}` in the configuration",
                        "설정 파일에 `{name}` 대상이 없습니다"
                    ),
                )
                .help(suite::suggest::help(name, known)),
            );
        }
    }
    if problems.is_empty() {
        Ok(chosen)
    } else {
        Err(Failure::of(Exit::Usage, problems))
    }
}

/// Why a target has no key.
#[derive(Debug)]
pub(super) enum NoKey {
    /// None of these variables is set.
    Missing(Vec<String>),
    /// There is one that cannot be used, or the command that prints it fails.
    Broken(Said),
}

impl NoKey {
    /// In words, behind the name of the target and a colon.
    pub(super) fn said(&self) -> Said {
        match self {
            Self::Missing(variables) if variables.is_empty() => said!("it has no key", "키가 없습니다"),
            Self::Missing(variables) => Said::both(
                format!("{} is not set", variables.join(" or ")),
                format!("환경 변수 {} 값이 없습니다", variables.join(" 또는 ")),
            ),
            Self::Broken(why) => why.clone(),
        }
    }
}

/// The key of a target, where it needs one.
pub(super) fn key_of(chosen: &Chosen) -> Result<Option<config::Secret>, NoKey> {
    match chosen.source.resolve(&variable) {
        KeyState::Found(secret) => Ok(Some(secret)),
        KeyState::NotNeeded => Ok(None),
        KeyState::Missing { variables } => Err(NoKey::Missing(variables)),
        KeyState::Broken(why) => Err(NoKey::Broken(why)),
    }
}

/// What a target's answers cost, by the user's price, else by the list.
pub(super) fn pricing(target: &Target) -> Pricing {
    if let Some(price) = &target.price {
        return Pricing::Known(price.clone());
    }
    if target.local {
        return Pricing::Local;
    }
    // The list is of the vendors' own services; a look-alike at another address has prices of its own.
    if target.address != provider::of(target.provider).about().address {
        return Pricing::Unknown;
    }
    let today = jiff::ZonedDateTime::now().date();
    match crate::price::lookup(target.provider, &target.model, today) {
        Some(listed) => Pricing::Known(listed.price),
        None => Pricing::Unknown,
    }
}

/// A target ready to be asked.
pub(super) fn asker(target: Target, key: Option<&str>) -> Result<Asker, Failure> {
    let line = Line::new(&target, key).map_err(|error| {
        Failure::usage(
            said!("target `{}`: {error}", "`{}` 대상: {error}", target.name),
            said!(
                "check the key and the address of the target",
                "대상의 키와 주소를 확인하세요"
            ),
        )
    })?;
    Ok(Asker {
        provider: provider::of(target.provider),
        line,
        pricing: pricing(&target),
        target,
    })
}

/// Reads a suite, handing its cases to `each`. Tells warnings; errors are a failure.
pub(super) fn read_suite(
    path: &str,
    targets: Option<&[String]>,
    allow_outside: bool,
    each: &mut dyn FnMut(Case),
) -> Checked {
    let shelf = Shelf::of(path, allow_outside);
    let has_image = |image: &str| Path::new(image).is_file() && shelf.allowed(image).is_ok();
    let against = Against {
        targets,
        has_image: Some(&has_image),
        ..Against::default()
    };
    suite::read(path, &mut |file| shelf.open(file), against, each)
}

/// Reads several suites without keeping their cases: what is wrong with any of them is told at once.
pub(super) fn check_suites(
    paths: &[String],
    targets: Option<&[String]>,
    allow_outside: bool,
    printer: &Printer,
) -> Result<Vec<Suite>, Failure> {
    let mut suites = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    let mut more = 0;
    let mut met: Vec<PathBuf> = Vec::new();
    for path in paths {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.into());
        if met.contains(&whole) {
            problems.push(
                Problem::error(
                    "suite_twice",
                    said!(
                        "the suite `{path}` is named twice",
                        "문항 세트 `{path}`를 두 번 적었습니다"
                    ),
                )
                .help(said!(
                    "name it once; `--trials 2` asks everything twice",
                    "한 번만 적으세요. 두 번씩 물으려면 `--trials 2`를 쓰세요"
                )),
            );
            continue;
        }
        met.push(whole);
        let checked = read_suite(path, targets, allow_outside, &mut |_| {});
        more += checked.more;
        problems.extend(checked.problems);
        suites.extend(checked.suite);
    }
    if problems.iter().any(|problem| problem.severity == Severity::Error) || suites.len() < paths.len() {
        return Err(Failure::of(Exit::Usage, problems).with_more(more));
    }
    if !printer.quiet {
        printer.problems(&problems);
    }
    Ok(suites)
}

/// The templates of a run, one set a suite.
pub(super) struct Book {
    info: Arc<RunInfo>,
    templates: Vec<Templates>,
}

impl Book {
    /// Compiles the templates of a run.
    pub(super) fn new(info: &Arc<RunInfo>) -> Result<Self, Failure> {
        let mut templates = Vec::new();
        for part in &info.parts {
            let prompts: Vec<Prompt> = part.prompts.iter().map(|index| info.prompts[*index].clone()).collect();
            templates
                .push(Templates::new(&prompts, &part.params).map_err(|problems| Failure::of(Exit::Usage, problems))?);
        }
        Ok(Self {
            info: Arc::clone(info),
            templates,
        })
    }

    /// Renders a case (with its position) under a prompt (by index in the run).
    pub(super) fn render(&self, position: u64, prompt: usize, case: &Case) -> Result<Call, String> {
        let found = self
            .info
            .parts
            .iter()
            .zip(&self.templates)
            .find(|(part, _)| position >= part.first && position < part.first + part.cases);
        let Some((part, templates)) = found else {
            return Err("the case belongs to no suite of the run".to_owned());
        };
        let Some(index) = part.prompts.iter().position(|index| *index == prompt) else {
            return Err("the suite of the case does not ask this way".to_owned());
        };
        templates
            .render(index, case)
            .map_err(|problem| problem.message.to_string())
    }

    /// The last user message of a case; empty when it cannot be rendered, which a checked suite rules out.
    pub(super) fn question(&self, position: u64, prompt: usize, case: &Case) -> String {
        self.render(position, prompt, case)
            .map(|call| call.question())
            .unwrap_or_default()
    }
}

/// Puts suites together into one run: prompts that are equal become one column, and every suite keeps the rectangle of
/// the table that it asks for.
pub(super) fn parts(
    suites: &[(String, Suite)],
    counts: &[u64],
    targets: &[Target],
    only: &[String],
    trials: Option<u32>,
) -> (Vec<Prompt>, Vec<SuitePart>) {
    let mut prompts: Vec<Prompt> = Vec::new();
    let mut parts: Vec<SuitePart> = Vec::new();
    let by_name: HashMap<&str, usize> = targets
        .iter()
        .enumerate()
        .map(|(index, target)| (target.name.as_str(), index))
        .collect();
    let mut first = 0;
    for ((file, suite), cases) in suites.iter().zip(counts) {
        let mut mine = Vec::new();
        for prompt in &suite.prompts {
            let index = prompts.iter().position(|known| known == prompt).unwrap_or_else(|| {
                let mut prompt = prompt.clone();
                // Another suite's prompt of the same name is another column.
                if prompts.iter().any(|known| known.name == prompt.name) {
                    prompt.name = format!("{}:{}", suite.name, prompt.name);
                }
                prompts.push(prompt);
                prompts.len() - 1
            });
            mine.push(index);
        }
        let wanted: &[String] = if only.is_empty() { &suite.targets } else { only };
        let asked: Vec<usize> = if wanted.is_empty() {
            (0..targets.len()).collect()
        } else {
            // A name that stands twice is one target.
            let mut asked: Vec<usize> = Vec::new();
            for index in wanted.iter().filter_map(|name| by_name.get(name.as_str()).copied()) {
                if !asked.contains(&index) {
                    asked.push(index);
                }
            }
            asked
        };
        parts.push(SuitePart {
            name: suite.name.clone(),
            file: file.clone(),
            first,
            cases: *cases,
            prompts: mine,
            targets: asked,
            trials: trials.or(suite.trials).unwrap_or(1),
            params: suite.params.clone(),
            scorers: suite.scorers.clone(),
        });
        first += cases;
    }
    (prompts, parts)
}
