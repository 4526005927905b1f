//! Whole suites, good and bad, in every format.

mod documented;
mod mistakes;
mod tables;

use std::collections::BTreeMap;
use std::io::{BufRead, Cursor};

use serde_json::json;

use super::*;
use crate::domain::{Place, Severity};

/// Files by name, as bytes.
pub(super) type Shelf = BTreeMap<&'static str, Vec<u8>>;

pub(super) fn shelf<const N: usize>(files: [(&'static str, &str); N]) -> Shelf {
    files
        .into_iter()
        .map(|(name, text)| (name, text.as_bytes().to_vec()))
        .collect()
}

pub(super) fn read_from(path: &str, shelf: &Shelf) -> (Checked, Vec<Case>) {
    let mut open = |path: &str| -> Result<Box<dyn BufRead>, Problem> {
        match shelf.get(path) {
            Some(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
            None => Err(Problem::error("missing_file", format!("there is no file `{path}`"))),
        }
    };
    let targets = ["gpt".to_owned(), "claude".to_owned()];
    let has_image = |path: &str| path.ends_with("there.png");
    let against = Against {
        kinds: scorers::tests::KINDS,
        targets: Some(&targets),
        has_image: Some(&has_image),
    };
    let mut cases = Vec::new();
    let checked = read(path, &mut open, against, &mut |case| cases.push(case));
    (checked, cases)
}

/// Compares a schema with its committed copy; `NARANI_UPDATE=1` rewrites the copy.
pub(crate) fn committed(name: &str, schema: &serde_json::Value) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("schemas")
        .join(name);
    let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if std::env::var_os("NARANI_UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "schemas/{name} is not what the types say; NARANI_UPDATE=1 cargo test rewrites it"
    );
}

fn one(path: &'static str, text: &str) -> (Checked, Vec<Case>) {
    read_from(path, &shelf([(path, text)]))
}

fn good(path: &'static str, text: &str) -> (Suite, Vec<Case>) {
    let (checked, cases) = one(path, text);
    assert_eq!(told(&checked), Vec::<String>::new());
    (checked.suite.expect("no problems"), cases)
}

/// Problems as `line:column message (help)`.
pub(super) fn told(checked: &Checked) -> Vec<String> {
    let line = |problem: &Problem| {
        let place = problem.place.clone().unwrap_or_else(|| Place::file("?"));
        let at = place.cell.clone().unwrap_or(format!("{}:{}", place.line, place.column));
        let help = problem
            .help
            .as_ref()
            .map(|help| format!(" ({help})"))
            .unwrap_or_default();
        let mark = if problem.severity == Severity::Warning {
            "~ "
        } else {
            ""
        };
        format!("{mark}{at} {}{help}", problem.message)
    };
    checked.problems.iter().map(line).collect()
}

#[test]
fn a_full_suite_is_read() {
    let (suite, cases) = good(
        "suites/full.yaml",
        "name: full\n\
         description: |\n  All of it.\n\
         targets: [gpt, claude]\n\
         trials: 3\n\
         params: {temperature: 0, max_output_tokens: 256}\n\
         prompts:\n\
         - name: plain\n  template: '{{ question }}'\n\
         - name: persona\n  system: 너는 {{ role }}\n  messages:\n  - {role: user, content: hi}\n  - {role: assistant, content: hello}\n  - {role: user, content: '{{ question }}'}\n  params: {temperature: 0.5}\n\
         scorers: [includes]\n\
         cases:\n\
         - id: a\n  question: 1 + 1?\n  expect: 2\n  tags: [arithmetic, easy]\n  group: sums\n  vars: {role: 선생님, n: 007}\n\
         - question: Capital of Korea?\n  expect: [Seoul, 서울]\n  vars: {role: guide}\n  images: [there.png, 'https://example.com/x.png']\n  scorers: [equals, includes]\n  params: {seed: 1}\n",
    );
    assert_eq!(suite.name, "full");
    assert_eq!(suite.description, "All of it.");
    assert_eq!(suite.targets, ["gpt", "claude"]);
    assert_eq!(suite.trials, Some(3));
    assert_eq!(suite.prompts.len(), 2);
    assert_eq!(suite.prompts[1].messages.len(), 3);
    assert_eq!(suite.cases, 2);
    assert!(suite.fingerprint.starts_with("sf_") && suite.fingerprint.len() == 9);
    assert_eq!(
        cases[0].vars,
        *json!({"question": "1 + 1?", "role": "선생님", "n": "007"})
            .as_object()
            .unwrap()
    );
    assert_eq!(cases[0].expect, [json!(2)]);
    assert_eq!((cases[0].file.as_str(), cases[0].line), ("suites/full.yaml", 19));
    assert!(cases[1].id.starts_with("c_") && cases[1].id.len() == 10);
    assert_eq!(cases[1].images, ["suites/there.png", "https://example.com/x.png"]);
    let names: Vec<&str> = cases[1].scorers.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(names, ["equals", "includes-2"]);

    let templates = Templates::new(&suite.prompts, &suite.params).unwrap();
    let call = templates.render(1, &cases[1]).unwrap();
    assert_eq!(call.system.as_deref(), Some("너는 guide"));
    assert_eq!(call.params.temperature, Some(0.5));
    assert_eq!((call.params.max_output_tokens, call.params.seed), (Some(256), Some(1)));
}

#[test]
fn all_formats_give_the_same_cases() {
    let table = [
        (
            "s.csv",
            "\u{feff}id,question,expect,tags,level\r\nq1,\"Say \"\"hi\"\"\",hi|||Hi,\"a,b\",3\r\n,2 + 2?,4,,\r\n",
        ),
        (
            "s.tsv",
            "id\tquestion\texpect\ttags\tlevel\nq1\t\"Say \"\"hi\"\"\"\thi|||Hi\ta,b\t3\n\t2 + 2?\t4\t\t\n",
        ),
        (
            "s.jsonl",
            "{\"id\": \"q1\", \"question\": \"Say \\\"hi\\\"\", \"expect\": [\"hi\", \"Hi\"], \"tags\": [\"a\", \"b\"], \"level\": 3}\n\n{\"question\": \"2 + 2?\", \"expect\": 4, \"level\": \"\"}\n",
        ),
        (
            "s.yaml",
            "cases:\n- id: q1\n  question: Say \"hi\"\n  expect: [hi, Hi]\n  tags: [a, b]\n  vars: {level: 3}\n- question: 2 + 2?\n  expect: 4\n  vars: {level: ''}\n",
        ),
        (
            "s.toml",
            "[[cases]]\nid = 'q1'\nquestion = 'Say \"hi\"'\nexpect = ['hi', 'Hi']\ntags = ['a', 'b']\nvars.level = 3\n[[cases]]\nquestion = '2 + 2?'\nexpect = 4\nvars = {level = ''}\n",
        ),
        (
            "s.json",
            "[{\"id\": \"q1\", \"question\": \"Say \\\"hi\\\"\", \"expect\": [\"hi\", \"Hi\"], \"tags\": [\"a\", \"b\"], \"vars\": {\"level\": 3}},\n {\"question\": \"2 + 2?\", \"expect\": 4, \"vars\": {\"level\": \"\"}}]",
        ),
    ];
    let mut seen = Vec::new();
    for (path, text) in table {
        let (suite, cases) = good(path, text);
        assert_eq!(suite.name, "s");
        assert_eq!(suite.scorers.len(), 1, "{path}");
        assert_eq!(cases[0].vars["question"], "Say \"hi\"", "{path}");
        assert_eq!(cases[0].tags, ["a", "b"]);
        seen.push((suite.fingerprint, cases[1].id.clone()));
    }
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    let lines = |path, text| good(path, text).1.iter().map(|case| case.line).collect::<Vec<_>>();
    assert_eq!(lines(table[0].0, table[0].1), [2, 3]);
    assert_eq!(lines(table[2].0, table[2].1), [1, 3]);
}

#[test]
fn expectations_without_scorers_are_included_by_default() {
    let scorers = |text: &str| {
        let (checked, _) = one("s.yaml", text);
        let names: Vec<String> = checked
            .suite
            .as_ref()
            .unwrap()
            .scorers
            .iter()
            .map(|s| s.kind.clone())
            .collect();
        (names, told(&checked).len())
    };
    assert_eq!(
        scorers("cases: [{question: a, expect: b}]"),
        (vec!["includes".to_owned()], 0)
    );
    assert_eq!(scorers("cases: [{question: a}]"), (vec![], 1));
    assert_eq!(
        scorers("cases: [{question: a, expect: b}, {question: c, scorers: [equals]}]"),
        (vec![], 1)
    );
    assert_eq!(
        scorers("scorers: [equals]\ncases: [{question: a, expect: b}, {question: c}]"),
        (vec!["equals".to_owned()], 0)
    );
}

#[test]
fn ids_are_unique_and_mean_the_question() {
    let (checked, _) = read_from(
        "s.yaml",
        &shelf([
            (
                "s.yaml",
                "cases:\n- {id: a, question: x}\n- {id: a, question: y}\n- {question: z}\n- {question: z}\n- {question: z, expect: 1}\n- file: t.csv\n",
            ),
            ("t.csv", "id,question\na,w\n"),
        ]),
    );
    assert_eq!(
        told(&checked),
        [
            "3:8 two cases have the id `a` (the first stands on line 2; ids tell cases apart in every table)",
            "5:3 this very case stands in the suite twice (the first stands on line 4; leave one out, give them ids, or use `trials` to ask several times)",
            "2:1 two cases have the id `a` (the first stands on line 2 of `s.yaml`; ids tell cases apart in every table)",
        ]
    );
}

#[test]
fn variables_multiply_cases() {
    let (suite, cases) = good(
        "s.yaml",
        "scorers: [{type: regex, pattern: i}]\nprompts: [{name: p, template: '{{ lang }} {{ n }} {{ question }}'}]\n\
         cases:\n- id: hi\n  question: Say hi\n  vars: {lang: {each: [ko, en]}, n: {each: [1, 'a long text, with a comma']}}\n\
         - question: Bye\n  vars: {n: 0, lang: {each: [ko]}}\n",
    );
    let ids: Vec<&str> = cases.iter().take(4).map(|case| case.id.as_str()).collect();
    assert_eq!(ids, ["hi[ko,1]", "hi[ko,#2]", "hi[en,1]", "hi[en,#2]"]);
    assert_eq!(cases[1].vars["n"], "a long text, with a comma");
    assert!(cases[4].id.ends_with("[ko]"));
    assert_eq!(suite.cases, 5);

    let (checked, _) = one(
        "s.yaml",
        "cases:\n- {question: a, vars: {x: {each: []}}}\n- {question: b, vars: {x: {each: 3}}}\n",
    );
    assert_eq!(checked.problems.len(), 3, "{:?}", told(&checked));
}

#[test]
fn cases_come_from_files_beside_the_suite() {
    let files = shelf([
        (
            "suites/s.yaml",
            "scorers: [equals]\nprompts: [{name: p, template_file: p.txt}]\ncases:\n- {question: a}\n- {file: d/t.csv, columns: {expect: gold, question: premise}}\n- file: u.yaml\n- file: v.jsonl\n",
        ),
        ("suites/p.txt", "Q: {{ question }}\n"),
        ("suites/d/t.csv", "premise;gold\nb;yes\n"),
        ("suites/u.yaml", "- {question: c}\n"),
        ("suites/v.jsonl", "{\"question\": \"d\"}\n"),
    ]);
    let (checked, cases) = read_from("suites/s.yaml", &files);
    assert_eq!(told(&checked), Vec::<String>::new());
    let suite = checked.suite.unwrap();
    assert_eq!(suite.prompts[0].messages[0].content, "Q: {{ question }}\n");
    let asked: Vec<&str> = cases
        .iter()
        .map(|case| case.vars["question"].as_str().unwrap())
        .collect();
    assert_eq!(asked, ["a", "b", "c", "d"]);
    assert_eq!(cases[1].expect, [json!("yes")]);
    assert_eq!(cases[1].file, "suites/d/t.csv");
    assert_eq!(suite.files.len(), 5);

    let (checked, _) = read_from(
        "s.yaml",
        &shelf([
            (
                "s.yaml",
                "cases:\n- file: gone.csv\n- file: x.pdf\n- {file: t.csv, columns: {expct: gold}}\n- {file: t.csv, columns: {expect: golt}}\n- {file: n.yaml}\n- {fil: t.csv}\n",
            ),
            ("t.csv", "question,gold\na,b\n"),
            ("n.yaml", "name: x\ncases: []\n"),
        ]),
    );
    assert_eq!(
        told(&checked),
        [
            "2:9 there is no file `gone.csv`",
            "3:9 `x.pdf` is of no kind that is read here (`.pdf`) (suites are .yaml, .toml, .json, .jsonl, .csv, .tsv, .xlsx or .ods)",
            "4:27 a case has no field `expct` (did you mean `expect`?; `columns` says which column holds a field: `columns: {expect: gold}`)",
            "7:4 a case has no field `fil` (a variable of your own stands under `vars`: `vars: {fil: …}`)",
            "1:1 there is no column `golt`, which the suite wants to read as `expect` (did you mean `gold`?)",
            "1:1 `n.yaml` holds a map, not a list of cases (what a suite says besides its cases stands in the file that names this one)",
        ]
    );
}

#[test]
fn the_fingerprint_follows_content_only() {
    let print = |text: &str| one("s.yaml", text).0.suite.unwrap().fingerprint;
    let base = print("name: a\ncases: [{question: a, expect: b}]");
    assert_eq!(
        base,
        print("name: b\ntrials: 2\n\n\ncases:\n- expect: b\n  question: a\n")
    );
    for other in [
        "cases: [{question: a, expect: c}]",
        "cases: [{question: a, expect: b, tags: [t]}]",
        "scorers: [equals]\ncases: [{question: a, expect: b}]",
        "cases: [{question: a, expect: b}, {question: c}]",
    ] {
        assert_ne!(base, print(other), "{other}");
    }
}
