//! `narani init`: the files that a first run needs, commented.

use crate::said;
use std::path::Path;

use super::args::InitArgs;
use super::exit::Exit;
use super::failure::Outcome;
use super::files::{unwritable, write_with_folder};
use super::printer::Printer;

/// The configuration that ships with the program is the one that is written: one text to keep true.
const CONFIG: &str = include_str!("../../config.toml");

const SUITE: &str = include_str!("first_suite.yaml");

/// The same with its comments in Korean; a test holds the settings of both against each other.
const CONFIG_KO: &str = include_str!("config.ko.toml");

const SUITE_KO: &str = include_str!("first_suite.ko.yaml");

pub(super) fn init(args: &InitArgs, printer: &Printer) -> Outcome {
    let folder = &args.folder;
    let config = printer.say(CONFIG, CONFIG_KO);
    let suite = printer.say(SUITE, SUITE_KO);
    for (name, text) in [("config.toml", config), ("suites/first.yaml", suite)] {
        let path = folder.join(name);
        // What somebody wrote, whatever it is, stays.
        let done = if path.symlink_metadata().is_ok() {
            printer.say("kept ", "그대로 둠")
        } else {
            write_with_folder(&path, text.as_bytes()).map_err(|error| {
                let remedy = said!(
                    "name another folder: `narani init FOLDER`",
                    "다른 폴더를 적으세요: `narani init 폴더`"
                );
                unwritable(&path, &error, remedy)
            })?;
            printer.say("wrote", "만듦")
        };
        printer.out(&format!("{done} {}", path.display()))?;
    }
    let steps = [
        (
            "narani run suites/first.yaml --simulate",
            printer.say("a whole run without keys", "키 없이 한 번 돌려 보기"),
        ),
        (
            "narani targets check",
            printer.say("is every key right?", "키가 맞는지 보기"),
        ),
        (
            "narani run suites/first.yaml",
            printer.say("ask for real", "실제로 묻기"),
        ),
    ];
    let mut text = format!("\n{}\n", printer.say("Next", "다음"));
    if folder != Path::new(".") {
        text.push_str(&format!("  cd {}\n", folder.display()));
    }
    for (command, what) in steps {
        text.push_str(&format!("  {command:<41}{what}\n"));
    }
    printer.out(&text)?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines without comments.
    fn settings(text: &str) -> Vec<&str> {
        text.lines()
            .map(|line| line.split('#').next().unwrap_or_default().trim_end())
            .filter(|line| !line.is_empty())
            .collect()
    }

    #[test]
    fn both_languages_configure_the_same() {
        assert_eq!(settings(CONFIG), settings(CONFIG_KO));
        let examples = |text: &str| {
            let lines = text.lines().filter_map(|line| line.strip_prefix("# "));
            let lines = lines.filter(|line| line.starts_with('[') || line.contains(" = "));
            lines.filter(|line| !line.contains("key = { command")).count()
        };
        assert_eq!(
            examples(CONFIG),
            examples(CONFIG_KO),
            "an example is missing in one of the two"
        );
    }
}
