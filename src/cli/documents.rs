//! Every command line that the documents show, parsed: what people copy has to work.

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use super::args::Cli;

/// Files that show command lines, below the root of the package.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<PathBuf> = ["README.md", "README.ko.md", "CONTRIBUTING.md", "config.toml"]
        .map(|name| root.join(name))
        .to_vec();
    for folder in ["docs", "suites", "src/cli", "src/cli/args"] {
        let entries = std::fs::read_dir(root.join(folder)).unwrap();
        pages.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| {
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            matches!(ending, "md" | "yaml" | "toml") || path.parent().is_some_and(|folder| folder.ends_with("args"))
        }));
    }
    pages.sort();
    pages
}

/// The command lines of a page: lines that begin with one, comment signs and indents left away, and those in back-ticks.
fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in page.lines() {
        let bare = line.trim_start_matches(['#', ' ', '$', '/']);
        let whole = bare
            .strip_prefix("cargo run --release -- ")
            .or_else(|| bare.strip_prefix("narani "));
        // A sentence may begin with the name of the program; a command line goes on in small letters.
        if let Some(rest) = whole
            && !line.contains('`')
            && rest.starts_with(|letter: char| letter.is_ascii_lowercase())
        {
            found.push(rest.to_owned());
        }
        let quoted = line.split('`').skip(1).step_by(2);
        found.extend(quoted.filter_map(|code| code.strip_prefix("narani ").map(str::to_owned)));
    }
    found
}

/// The words of a command line as a shell splits them, up to a comment or what follows in a pipe. None when it shows a form
/// rather than a command: `narani completions SHELL`, `narani show …`.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let (mut quote, mut open) = (None, false);
    for letter in line.chars().chain([' ']) {
        match (quote, letter) {
            (Some(mark), _) if letter == mark => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                open = true;
            }
            (None, ' ' | '\t') => {
                if !word.is_empty() || open {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (None, '#' | '|' | '>' | '&' | ';') if word.is_empty() => break,
            _ => word.push(letter),
        }
    }
    let form = words.iter().any(|word| {
        word.contains(['…', '[', '<', '{', '\\'])
            || (word.len() > 1
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'.')))
    });
    (!form && !words.is_empty()).then_some(words)
}

#[test]
fn every_command_line_in_the_documents_parses() {
    let mut tried = 0;
    let mut wrong = Vec::new();
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        for line in commands(&page) {
            // What a command is for stands behind two blanks and more.
            let line = line.split("   ").next().unwrap_or_default();
            let line = line.trim_end_matches("\")]").trim_end_matches("\"\"\"").to_owned();
            let Some(words) = words(&line) else { continue };
            tried += 1;
            let parsed = Cli::command().try_get_matches_from(std::iter::once("narani".to_owned()).chain(words));
            // A sentence may name a command without what it needs.
            let named = |error: &clap::Error| {
                matches!(
                    error.kind(),
                    clap::error::ErrorKind::MissingRequiredArgument
                        | clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                )
            };
            if let Err(error) = parsed
                && error.use_stderr()
                && !named(&error)
            {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                wrong.push(format!("{name}: narani {line}\n{error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 60, "only {tried} command lines were found");
}
