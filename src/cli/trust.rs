//! What files from elsewhere may make the program do: a suite may name programs, and a run folder that somebody sent may
//! name programs, addresses and keys. None of it counts without the user's own configuration saying so.

use super::exit::Exit;
use super::failure::Failure;
use crate::config::{KeySource, Settings};
use crate::domain::{Problem, RunInfo, ScorerSpec, Target};
use crate::provider;
use crate::said;

/// The problems of scorers whose programs the configuration does not allow.
pub(super) fn programs<'s>(settings: &Settings, specs: impl IntoIterator<Item = &'s ScorerSpec>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for problem in specs.into_iter().filter_map(|spec| refused(settings, spec)) {
        // One program named by every case is one question to the user.
        if !problems.iter().any(|known| known.message == problem.message) {
            problems.push(problem);
        }
    }
    problems
}

/// Checks the scorers of a stored run, those of single cases included.
///
/// # Errors
/// The programs that the configuration does not allow.
pub(super) fn stored_programs(
    settings: &Settings,
    info: &RunInfo,
    reader: &crate::store::Reader,
) -> Result<(), Failure> {
    let mut problems = programs(
        settings,
        info.parts.iter().flat_map(|part| &part.scorers).chain(&info.scorers),
    );
    let mut position = 0;
    while problems.is_empty() && position < info.cases {
        let cases = reader.cases(position, 256)?;
        if cases.is_empty() {
            break;
        }
        position += cases.len() as u64;
        problems = programs(settings, cases.iter().flat_map(|case| &case.scorers));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Failure::of(Exit::Usage, problems))
    }
}

/// The problem of a command that the configuration does not allow.
fn refused(settings: &Settings, spec: &ScorerSpec) -> Option<Problem> {
    let command = command_of(spec)?;
    if settings.allows(&command) {
        return None;
    }
    Some(
        Problem::error(
            "no_consent",
            said!(
                "scorer `{}` wants to run `{command}`, which the configuration does not allow",
                "`{}` 채점기가 `{command}` 명령을 실행하려 하지만 설정 파일이 허락하지 않았습니다",
                spec.name
            ),
        )
        .help(said!(
            "if you trust it, add to config.toml:\n[allow]\ncommands = [\"{command}\"]",
            "믿을 수 있다면 config.toml에 적으세요:\n[allow]\ncommands = [\"{command}\"]"
        )),
    )
}

/// The command line of a command scorer, words joined by blanks.
fn command_of(spec: &ScorerSpec) -> Option<String> {
    if spec.kind != "command" {
        return None;
    }
    let words: Vec<&str> = match spec.params.get("command")? {
        serde_json::Value::Array(words) => words.iter().filter_map(serde_json::Value::as_str).collect(),
        serde_json::Value::String(line) => vec![line.as_str()],
        _ => return None,
    };
    Some(words.join(" "))
}

/// Where the key of a stored run's target comes from. A key goes to an address only when the configuration of this user
/// says so: for a target of the same name and address, or at the vendor's own address from the vendor's own variable.
///
/// # Errors
/// When neither holds.
pub(super) fn key_source(settings: &Settings, target: &Target, stored: KeySource) -> Result<KeySource, Failure> {
    if stored == KeySource::None {
        return Ok(stored);
    }
    if let Some((configured, source)) = settings.target(&target.name)
        && configured.provider == target.provider
        && configured.address == target.address
    {
        return Ok(source.clone());
    }
    let about = provider::of(target.provider).about();
    let usual = |names: &[String]| names.iter().all(|name| about.key_variables.contains(&name.as_str()));
    if target.address == about.address
        && let KeySource::Variables(names) = &stored
        && usual(names)
    {
        return Ok(stored);
    }
    Err(Failure::usage(
        said!(
            "the run asks `{}` at {} with a key, but the configuration has no such target with that address",
            "이 실행은 `{}` 대상에게 {} 주소에서 키와 함께 묻는데, 설정 파일에 그 주소의 대상이 없습니다",
            target.name,
            target.address
        ),
        said!(
            "keys go to configured addresses only: give the configuration that the run was made with (`--config FILE`), or add the target to yours",
            "키는 설정 파일에 적힌 주소로만 보냅니다. 실행할 때 쓴 설정 파일을 주거나(`--config 파일`) 그 대상을 설정 파일에 더하세요"
        ),
    ))
}

/// `text` without the keys of these askers.
pub(super) fn without_keys(askers: &[crate::run::Asker], text: String) -> String {
    askers.iter().fold(text, |text, asker| asker.line.redact(&text))
}
