//! The command line in Korean: help texts from one table, and what was mistyped.
//!
//! The English texts are the comments of `args`; the Korean ones stand in `help_ko.toml`, by command and argument. The
//! library writes a few words by itself (headings, defaults, possible values); they are replaced here, so that no screen
//! is half in one language and half in the other. What arguments mean is no business of this file.

use std::collections::HashMap;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

use crate::domain::{Problem, Said};

/// Texts by command, then by argument; `about` and `after` are the command's own, `ARGUMENT.VALUE` those of its values.
type Texts = HashMap<String, HashMap<String, String>>;

const TABLE: &str = include_str!("help_ko.toml");

const LAYOUT: &str = "{about-with-newline}\n사용법: {usage}\n\n{all-args}{after-help}";

/// The same command line with Korean help.
pub(super) fn translated(command: Command) -> Command {
    let texts: Texts = toml::from_str(TABLE).unwrap_or_default();
    let name = command.get_name().to_owned();
    of(command, &name, true, &texts).disable_help_subcommand(true)
}

fn of(command: Command, key: &str, top: bool, texts: &Texts) -> Command {
    let empty = HashMap::new();
    let own = texts.get(key).unwrap_or(&empty);
    let mut command = command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .help_template(LAYOUT)
        .subcommand_help_heading("명령")
        .subcommand_value_name("명령")
        .mut_args(|arg| argument(arg, own))
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help("도움말 보기(-h는 짧게)")
                .help_heading("선택지"),
        )
        .arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help("버전 보기")
                .help_heading("선택지"),
        );
    if let Some(about) = own.get("about") {
        command = command.about(about.clone()).long_about(about.clone());
    }
    command = match own.get("after") {
        Some(after) => command.after_help(after.trim_start().to_owned()),
        None => command,
    };
    command.mut_subcommands(|inner| {
        let name = inner.get_name().to_owned();
        let key = if top { name } else { format!("{key} {name}") };
        of(inner, &key, false, texts)
    })
}

fn argument(arg: Arg, own: &HashMap<String, String>) -> Arg {
    let id = arg.get_id().to_string();
    let Some(text) = own.get(&id) else { return arg };
    let mut short = text.clone();
    let mut long = text.clone();
    let takes = arg.get_action().takes_values();
    let heading = if arg.is_positional() { "인자" } else { "선택지" };
    if takes && !arg.is_hide_default_value_set() && !arg.get_default_values().is_empty() {
        let defaults: Vec<String> = arg
            .get_default_values()
            .iter()
            .map(|value| value.to_string_lossy().into_owned())
            .collect();
        let told = format!(" [기본값: {}]", defaults.join(" "));
        short.push_str(&told);
        long.push_str(&told);
    }
    if let Some(variable) = arg.get_env() {
        let told = format!(" [환경 변수: {}]", variable.to_string_lossy());
        short.push_str(&told);
        long.push_str(&told);
    }
    let values = if takes { arg.get_possible_values() } else { Vec::new() };
    let values: Vec<_> = values.into_iter().filter(|value| !value.is_hide_set()).collect();
    if !values.is_empty() {
        let names: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
        short.push_str(&format!(" [가능한 값: {}]", names.join(", ")));
        long.push_str("\n\n가능한 값:");
        for name in names {
            match own.get(&format!("{id}.{name}")) {
                Some(text) => long.push_str(&format!("\n- {name}: {text}")),
                None => long.push_str(&format!("\n- {name}")),
            }
        }
    }
    let arg = arg.help(short).help_heading(heading);
    let arg = if takes {
        arg.hide_default_value(true).hide_possible_values(true).hide_env(true)
    } else {
        arg
    };
    if values.is_empty() { arg } else { arg.long_help(long) }
}

/// The one word that the library puts into a line of usage itself.
pub(super) fn usage(text: &str) -> String {
    text.replace("[OPTIONS]", "[선택지]")
}

/// What was mistyped, where the library would tell it in English; none for help and versions, which are no mistakes.
pub(super) fn mistake(error: &clap::Error) -> Option<Problem> {
    let text = |kind: ContextKind| match error.get(kind)? {
        ContextValue::String(one) => Some(one.clone()),
        ContextValue::Strings(many) => Some(many.join(", ")),
        ContextValue::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg).unwrap_or_default();
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    let mut help: Vec<String> = Vec::new();
    let english = error.kind().as_str().unwrap_or("wrong usage").to_owned();
    let korean = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return None;
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("`{argument}`에 값이 없습니다"),
        ErrorKind::InvalidValue => format!("`{argument}`에 쓸 수 없는 값입니다: `{value}`"),
        ErrorKind::UnknownArgument => format!("모르는 선택지입니다: `{argument}`"),
        ErrorKind::InvalidSubcommand => format!(
            "모르는 명령입니다: `{}`",
            text(ContextKind::InvalidSubcommand).unwrap_or_default()
        ),
        ErrorKind::ValueValidation => {
            format!("`{argument}`의 값 `{value}`이(가) 맞지 않습니다{}", reason(error))
        }
        ErrorKind::ArgumentConflict => format!(
            "`{argument}`, `{}` 두 가지는 함께 쓸 수 없습니다",
            text(ContextKind::PriorArg).unwrap_or_default()
        ),
        ErrorKind::MissingRequiredArgument => format!("빠진 것이 있습니다: {argument}"),
        ErrorKind::MissingSubcommand => "명령이 없습니다".to_owned(),
        ErrorKind::TooManyValues => format!("`{argument}`에 값이 너무 많습니다: `{value}`"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("`{argument}`에 값이 모자랍니다"),
        ErrorKind::InvalidUtf8 => "UTF-8이 아닌 글자가 있습니다".to_owned(),
        _ => "명령을 이해하지 못했습니다".to_owned(),
    };
    for (kind, what) in [
        (ContextKind::SuggestedArg, "선택지"),
        (ContextKind::SuggestedValue, "값"),
        (ContextKind::SuggestedSubcommand, "명령"),
    ] {
        if let Some(near) = text(kind) {
            help.push(format!("비슷한 {what}: `{near}`"));
        }
    }
    let valid = text(ContextKind::ValidValue).filter(|valid| !valid.is_empty());
    if let (true, Some(valid)) = (help.is_empty(), valid) {
        help.push(format!("가능한 값: {valid}"));
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let words = self::usage(&usage.to_string());
        help.push(format!("사용법: {}", words.trim_start_matches("Usage:").trim()));
    }
    help.push("자세한 도움말은 `--help`에 있습니다".to_owned());
    Some(Problem::error("usage", Said::both(english, korean)).help(Said::both("see `--help`", help.join("\n"))))
}

/// Why a value was refused. Numbers out of range are the only such values; the library words them in English.
fn reason(error: &clap::Error) -> String {
    let Some(source) = std::error::Error::source(error).map(ToString::to_string) else {
        return String::new();
    };
    let range = source.split(" is not in ").nth(1).map(str::trim);
    match range.and_then(|range| range.split_once("..")) {
        Some((least, "")) => format!(": {least} 이상이어야 합니다"),
        Some((least, most)) => format!(": {least}에서 {}까지여야 합니다", most.trim_start_matches('=')),
        None if source.contains("invalid digit") => ": 정수여야 합니다".to_owned(),
        None if source.contains("float") => ": 수여야 합니다".to_owned(),
        None => format!(": {source}"),
    }
}

/// `narani help run` as `narani run --help`, which the library does by a command of its own that cannot be translated.
pub(super) fn without_help_command(mut words: Vec<std::ffi::OsString>) -> Vec<std::ffi::OsString> {
    if words.get(1).is_some_and(|word| word == "help") {
        words.remove(1);
        words.push("--help".into());
    }
    words
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::super::args::Cli;
    use super::*;

    /// Every text that the table should hold, as `[table] key`.
    fn wanted(command: &Command, key: &str, top: bool, found: &mut BTreeSet<String>) {
        found.insert(format!("[{key}] about"));
        if command.get_after_help().is_some() {
            found.insert(format!("[{key}] after"));
        }
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let id = arg.get_id();
            found.insert(format!("[{key}] {id}"));
            if arg.get_action().takes_values()
                && arg.get_possible_values().iter().all(|value| value.get_help().is_some())
            {
                for value in arg.get_possible_values() {
                    found.insert(format!("[{key}] {id}.{}", value.get_name()));
                }
            }
        }
        for inner in command.get_subcommands() {
            let name = inner.get_name();
            let key = if top { name.to_owned() } else { format!("{key} {name}") };
            wanted(inner, &key, false, found);
        }
    }

    /// A command or an argument that is added in `args` needs its Korean text in `help_ko.toml`.
    #[test]
    fn every_help_text_has_its_korean_one_and_none_is_left_over() {
        let mut wanted_texts = BTreeSet::new();
        wanted(&Cli::command(), "narani", true, &mut wanted_texts);
        let texts: Texts = toml::from_str(TABLE).unwrap();
        let there: BTreeSet<String> = texts
            .iter()
            .flat_map(|(table, keys)| keys.keys().map(move |key| format!("[{table}] {key}")))
            .collect();
        let missing: Vec<&String> = wanted_texts.difference(&there).collect();
        let left: Vec<&String> = there.difference(&wanted_texts).collect();
        assert!(missing.is_empty(), "help_ko.toml lacks {missing:#?}");
        assert!(left.is_empty(), "help_ko.toml holds what no argument has: {left:#?}");
    }

    #[test]
    fn no_english_words_are_left_on_the_screens() {
        let command = translated(Cli::command());
        let mut screens = String::new();
        let names: Vec<String> = command
            .get_subcommands()
            .map(|inner| inner.get_name().to_owned())
            .collect();
        for long in [false, true] {
            for name in names.iter().map(String::as_str).chain([""]) {
                let flag = if long { "--help" } else { "-h" };
                let words = ["narani", name, flag].into_iter().filter(|word| !word.is_empty());
                let error = translated(Cli::command()).try_get_matches_from(words).unwrap_err();
                screens.push_str(&error.to_string());
            }
        }
        for english in [
            "Usage",
            "Options:",
            "Commands:",
            "Arguments:",
            "[default",
            "possible values",
            "[env",
            "Print ",
        ] {
            assert!(!screens.contains(english), "`{english}` in:\n{screens}");
        }
    }

    #[test]
    fn what_was_mistyped_is_told_in_korean() {
        let told: Vec<String> = [
            "run",
            "run a.yaml --target x",
            "rnu a.yaml",
            "run a.yaml --trials 0",
            "run a.yaml --trials x",
            "run a.yaml --format xls",
            "run a.yaml --no-cache --refresh",
            "run a.yaml --resume last",
            "run a.yaml --seed",
            "show last --raw",
        ]
        .into_iter()
        .map(|line| {
            let words = std::iter::once("narani").chain(line.split(' '));
            let error = translated(Cli::command()).try_get_matches_from(words).unwrap_err();
            let problem = mistake(&error).unwrap();
            let ko = crate::domain::Lang::Ko;
            format!(
                "{line}\n  {}\n  {}\n",
                problem.message.in_lang(ko),
                problem.help.unwrap().in_lang(ko).replace('\n', "\n  ")
            )
        })
        .collect();
        insta::assert_snapshot!(told.join("\n"));
    }
}
