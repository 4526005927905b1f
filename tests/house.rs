//! The rules of the house: floors, complete lists, documentation where it is promised.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Floor of every module, from the ground up; a module may use those below it, and of its own floor those named in
/// [`NEIGHBOURS`].
const FLOORS: &[(&str, u8)] = &[
    ("domain", 1),
    ("text", 2),
    ("stats", 2),
    ("price", 2),
    ("provider", 2),
    ("scorer", 2),
    ("suite", 2),
    ("config", 3),
    ("net", 3),
    ("store", 3),
    ("plan", 4),
    ("run", 4),
    ("grade", 4),
    ("compare", 4),
    ("report", 5),
    ("gate", 5),
    ("review", 5),
    ("simulate", 5),
    ("serve", 5),
    ("cli", 5),
];

/// Uses within a floor that are allowed, (who, whom), and the one upward look: `config` reads files with the suite's
/// reader, which lies below it anyway.
const NEIGHBOURS: &[(&str, &str)] = &[
    ("provider", "text"),
    ("scorer", "text"),
    ("suite", "text"),
    ("suite", "scorer"),
    ("run", "plan"),
    ("grade", "run"),
    ("grade", "plan"),
    ("compare", "plan"),
    // Reports write verdicts; the gate itself knows no words.
    ("report", "gate"),
    ("serve", "report"),
    ("serve", "review"),
    ("cli", "report"),
    ("cli", "gate"),
    ("cli", "review"),
    ("cli", "simulate"),
    ("cli", "serve"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

/// Whether a file of `src` holds tests alone.
fn is_tests(file: &Path) -> bool {
    file.file_stem()
        .and_then(|stem| stem.to_str())
        .is_some_and(|stem| stem == "tests" || stem.ends_with("_tests"))
}

/// Modules named in a line as `crate::module`, also within braces.
fn named(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            found.extend(list.split(['{', '}', ',']).map(|part| first_word(part.trim())));
        } else {
            found.push(first_word(rest));
        }
    }
    found.retain(|name| FLOORS.iter().any(|(module, _)| module == name));
    found
}

fn first_word(text: &str) -> String {
    text.chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect()
}

#[test]
fn imports_go_down_only() {
    let floors: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(root().join("src")).unwrap();
        let module = inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap()
            .trim_end_matches(".rs")
            .to_owned();
        let Some(&own) = floors.get(module.as_str()) else {
            assert!(
                matches!(module.as_str(), "main" | "lib"),
                "src/{} has no floor: add it to tests/house.rs",
                inside.display()
            );
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        // Tests at the end of a file may look anywhere.
        let code = text.split("#[cfg(test)]").next().unwrap();
        if file.components().any(|part| part.as_os_str() == "tests") || is_tests(&file) {
            continue;
        }
        for (number, line) in code.lines().enumerate() {
            let line = line.split("//").next().unwrap();
            for used in named(line) {
                let floor = floors[used.as_str()];
                let allowed = used == module || floor < own || NEIGHBOURS.contains(&(module.as_str(), used.as_str()));
                if !allowed {
                    wrong.push(format!(
                        "src/{}:{}: `{module}` (floor {own}) uses `{used}` (floor {floor})\n    {}",
                        inside.display(),
                        number + 1,
                        line.trim()
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "imports go down only:\n{}\nfloors: {FLOORS:?}",
        wrong.join("\n")
    );
}

#[test]
fn pure_floors_do_not_wait_or_look_outside() {
    // Words that only the outside floors may use; the comment says what would be wrong with them below.
    let forbidden = [
        ("std::fs", "reads or writes files"),
        ("std::net", "opens sockets"),
        ("tokio::", "waits"),
        ("reqwest", "opens sockets"),
        ("rusqlite", "writes files"),
        ("SystemTime", "reads the clock"),
        ("Instant::now", "reads the clock"),
        ("Zoned::now", "reads the clock"),
        ("Timestamp::now", "reads the clock"),
        ("rand::rng", "draws unseeded chance"),
        ("async fn", "waits"),
        ("println!", "prints"),
    ];
    let mut wrong = Vec::new();
    for module in ["domain", "text", "stats", "price", "provider", "scorer", "suite"] {
        let folder = root().join("src").join(module);
        if !folder.is_dir() {
            continue;
        }
        let mut files = Vec::new();
        sources(&folder, &mut files);
        for file in files
            .iter()
            .filter(|file| !file.components().any(|part| part.as_os_str() == "tests") && !is_tests(file))
        {
            let text = fs::read_to_string(file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for (number, line) in code.lines().enumerate() {
                let line = line.split("//").next().unwrap();
                for (word, why) in forbidden {
                    if line.contains(word) {
                        wrong.push(format!("{}:{}: `{word}` {why}", file.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "these floors are pure:\n{}", wrong.join("\n"));
}

#[test]
fn every_provider_has_wire_cases() {
    for name in narani::domain::ProviderName::ALL {
        let file = root().join("tests/wire/cases").join(format!("{}.jsonl", name.word()));
        let text = fs::read_to_string(&file).unwrap_or_default();
        let cases = text.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(cases >= 10, "{} has {cases} wire cases", file.display());
    }
}

#[test]
fn every_scorer_has_a_documented_example() {
    for kind in narani::scorer::ALL {
        let page = narani::scorer::page(kind);
        assert!(
            page.contains("Example") && page.contains(&format!("type: {}", kind.name)),
            "scorer `{}` has no example",
            kind.name
        );
    }
    assert!(narani::scorer::ALL.len() >= 20, "scorers are missing from the list");
}

#[test]
fn nothing_committed_names_this_machine() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "suites", "docs", "schemas", "benches"] {
        let folder = root().join(folder);
        if folder.is_dir() {
            all(&folder, &mut files);
        }
    }
    let home = std::env::var("HOME").unwrap_or_default();
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let manifest = root();
        let own = manifest.to_str().unwrap();
        assert!(
            !text.contains(own),
            "{} names the folder of this checkout",
            file.display()
        );
        if home.len() > 6 {
            assert!(!text.contains(&home), "{} names a home folder", file.display());
        }
    }
}

fn all(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all(&path, into);
        } else {
            into.push(path);
        }
    }
}

/// Calls that make what people read: reasons of scorers, faults, wishes that a service cannot be told.
const TELLING: [&str; 6] = [
    "Grade::pass(",
    "Grade::points(",
    "Grade::unscored(",
    "Fault::new(",
    "wishes.say(",
    "Got::Failed(",
];

/// The end of a call whose arguments begin at `from`: behind the bracket that closes it.
fn end_of_call(text: &str, from: usize) -> usize {
    let (mut depth, mut in_string, mut escaped) = (1, false, false);
    for (at, letter) in text[from..].char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '(' if !in_string => depth += 1,
            ')' if !in_string => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return from + at + 1;
        }
    }
    text.len()
}

/// `text` without the calls of `name`.
fn without(text: &str, name: &str) -> String {
    let mut rest = String::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(name) {
        rest.push_str(&text[at..at + found]);
        at = end_of_call(text, at + found + name.len());
    }
    rest + &text[at..]
}

/// Whether a text has words of a language: not a name, not what only joins others, not what stands in braces.
fn has_words(text: &str) -> bool {
    let mut depth = 0;
    let outside: String = text
        .chars()
        .filter(|letter| {
            depth += i32::from(*letter == '{') - i32::from(*letter == '}');
            depth == 0
        })
        .collect();
    let is_word = |word: &str| word.len() >= 3 && word.chars().all(|letter| letter.is_ascii_lowercase());
    text.contains(' ') && outside.split(|letter: char| !letter.is_alphanumeric()).any(is_word)
}

/// Sentences inside the calls that make what people read, but outside `said!`.
fn in_one_language(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or(source);
    let mut found = Vec::new();
    for name in TELLING {
        let mut at = 0;
        while let Some(next) = code[at..].find(name) {
            let from = at + next + name.len();
            at = end_of_call(code, from);
            let bare = without(&code[from..at], "said!(");
            let sentence = bare.split('"').skip(1).step_by(2).find(|text| has_words(text));
            found.extend(sentence.map(|text| format!("{name}… \"{text}\"")));
        }
    }
    found
}

#[test]
fn what_people_read_is_told_in_both_languages() {
    let source = root().join("src");
    let mut wrong = Vec::new();
    for folder in ["scorer", "provider", "net", "grade", "run"] {
        let mut files = Vec::new();
        sources(&source.join(folder), &mut files);
        for file in files {
            let name = file.strip_prefix(&source).unwrap_or(&file).display().to_string();
            // The simulator's own requests and tests are read by nobody.
            if name.contains("test") || name.contains("asked") || name.contains("pretend") {
                continue;
            }
            let text = fs::read_to_string(&file).expect("a source file");
            wrong.extend(in_one_language(&text).into_iter().map(|what| format!("{name}: {what}")));
        }
    }
    assert!(
        wrong.is_empty(),
        "say it with said!(\"…\", \"…\"):\n{}",
        wrong.join("\n")
    );
    assert_eq!(
        in_one_language(r#"Grade::pass(true, format!("found {x}"))"#),
        [r#"Grade::pass(… "found {x}""#]
    );
    assert!(in_one_language(r#"Grade::pass(true, said!("found {x}", "{x} 있음"))"#).is_empty());
}
