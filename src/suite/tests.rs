//! Whole suites, good and bad, in every format.

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

#[test]
fn the_committed_schema_is_the_one_of_the_types() {
    committed("suite.schema.json", &schema());
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
fn every_mistake_of_a_suite_is_told_at_once() {
    let (checked, cases) = one(
        "s.yaml",
        "nmae: x\n\
         trials: three\n\
         targets: [gpt, gtp]\n\
         asserts: []\n\
         params: {temperture: 1}\n\
         scorers: [include]\n\
         prompts:\n\
         - name: p\n  template: '{{ qestion }}'\n\
         - name: p\n  template: x\n\
         - template: '{{ x'\n\
         - name: q\n  messages: [{role: system, content: x}]\n\
         - name: r\n  messages: [{role: user, content: x}, {role: assistant, content: y}]\n\
         - {name: s}\n\
         cases:\n\
         - qestion: x\n\
         - question:\n\
         - {id: a, question: x, topic: y}\n\
         - just text\n\
         - {question: x, expect: ''}\n\
         - {question: x, images: [gone.png, 'data:x']}\n",
    );
    assert!(checked.suite.is_none() && cases.is_empty());
    assert_eq!(
        told(&checked),
        [
            "1:1 a suite has no field `nmae` (did you mean `name`?)",
            "2:9 `trials` takes a whole number from 1 to 1000, not `three`",
            "3:16 `config.toml` has no target `gtp` (did you mean `gpt`?)",
            "4:1 a suite has no field `asserts` (did you mean `scorers`?)",
            "5:10 `params` has no field `temperture` (did you mean `temperature`?)",
            "6:11 there is no scorer `include` (did you mean `includes`?)",
            "10:9 two prompts are called `p` (columns of tables are named after prompts; give each its own name)",
            "12:3 this prompt has no `name` (columns of tables are named after prompts)",
            "14:21 `role` takes `user` or `assistant`, not `system` (the system prompt stands beside `messages`, as `system: …`)",
            "16:40 the last of `messages` is not the user's (models answer a user; end with `role: user`)",
            "17:3 this prompt says nothing (give it a `template`, for example `template: \"{{ question }}\"`, or `messages`)",
            "19:3 a case has no field `qestion` (did you mean `question`? A variable of your own stands under `vars`: `vars: {qestion: …}`)",
            "20:11 `question` has no value",
            "21:24 a case has no field `topic` (a variable of your own stands under `vars`: `vars: {topic: …}`)",
            "22:3 a case is a map of fields, not `just text`",
            "23:25 an empty `expect` accepts every answer (leave it out, or judge with the scorers `length` or `regex`)",
            "24:26 there is no picture `gone.png` (pictures are named from the folder of the suite)",
            "24:36 a picture is a path or an `https://` address",
        ]
    );
}

#[test]
fn undefined_variables_are_told_for_each_case() {
    let (checked, _) = one(
        "s.yaml",
        "prompts:\n- {name: p, template: 'About {{ topic }}: {{ question }}'}\n\
         - {name: q, template: '{% if hint is defined %}{{ hint.text }}{% endif %}{{ question }}'}\n\
         cases:\n- {id: first, question: a, vars: {topc: x}}\n- {question: b, vars: {topic: y}}\n\
         - {question: c, vars: {topic: y, hint: z}}\n",
    );
    assert_eq!(
        told(&checked),
        [
            "5:3 prompt `p` wants `topic`, which this case does not have (did you mean `topc`?)",
            "7:3 prompt `q` uses a part of a variable that this case does not have (a key or an item is missing; test with `is defined` what may be absent)",
        ]
    );
}

#[test]
fn one_slip_in_a_template_is_one_mistake_however_many_cases_meet_it() {
    let cases: String = (0..42).map(|n| format!("- question: q{n}\n")).collect();
    let (checked, _) = one(
        "s.yaml",
        &format!("prompts:\n- {{name: p, template: '{{{{ topic }}}} {{{{ qestion }}}}'}}\ncases:\n{cases}"),
    );
    assert_eq!(
        told(&checked),
        [
            "4:3 prompt `p` wants `qestion`, `topic`, which this case does not have (nor do 41 more cases) (did you mean `question`?)"
        ]
    );
}

#[test]
fn templates_that_do_not_compile_are_told_at_their_place() {
    let (checked, _) = one(
        "s.yaml",
        "prompts:\n- name: p\n  system: '{{ x'\n  template: ok\ncases: [{question: a}]\n",
    );
    assert_eq!(told(&checked).len(), 1);
    assert!(
        told(&checked)[0].starts_with("3:11 template of prompt `p`"),
        "{:?}",
        told(&checked)
    );
}

#[test]
fn a_table_without_the_wanted_column_is_told_once() {
    let (checked, _) = one("s.csv", "Frage,expect\na,b\nc,d\n");
    assert_eq!(
        told(&checked),
        ["1:1 there is no column `question`, which a prompt wants (known here: `Frage`)"]
    );
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

/// A suite whose scorer had nothing to compare with was "ok", and every answer unjudged.
#[test]
fn a_scorer_without_any_expectation_is_told() {
    let (checked, _) = one(
        "s.yaml",
        "scorers: [equals, {type: regex, pattern: i}]\ncases: [{question: a}]",
    );
    let said = told(&checked);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("no case has `expect`, with which `equals` would compare"),
        "{said:?}"
    );
    let (checked, _) = one("s.yaml", "scorers: [{type: regex, pattern: i}]\ncases: [{question: a}]");
    assert_eq!(told(&checked), Vec::<String>::new());
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
fn tables_in_korean_are_read() {
    let (suite, cases) = good(
        "심사.csv",
        "번호,질문,정답,분류,그룹,지문\n1,수도는?,서울|||서울특별시,지리;쉬움,가,\"여러 줄\n지문\"\n2,강은?,한강,지리,가,\n",
    );
    assert_eq!(suite.name, "심사");
    assert_eq!(cases[0].id, "1");
    assert_eq!(cases[0].expect, [json!("서울"), json!("서울특별시")]);
    assert_eq!(cases[0].tags, ["지리", "쉬움"]);
    assert_eq!(cases[0].group.as_deref(), Some("가"));
    assert_eq!(cases[0].vars["지문"], "여러 줄\n지문");
    assert_eq!((cases[0].line, cases[1].line), (2, 4));
}

#[test]
fn a_line_that_names_the_delimiter_is_no_row() {
    let (_, cases) = good("s.csv", "\u{feff}sep=;\r\nquestion;expect\r\na, b;c\r\n");
    assert_eq!(cases[0].vars["question"], "a, b");
    assert_eq!(cases[0].line, 3);
    let (_, cases) = good("s.csv", "sep=|\nquestion|expect\na|c\n");
    assert_eq!(cases.len(), 1);
    let (checked, _) = one("s.csv", "sep=;\n질문;정답\n가\n");
    assert_eq!(checked.problems[0].place.as_ref().unwrap().line, 3);
    assert_eq!(one("s.csv", "sep=;\n").0.problems[0].code, "empty_file");
}

#[test]
fn slips_in_columns_are_warned_about() {
    let (checked, cases) = one("s.csv", "question,expct,context\na,b,c\n");
    assert_eq!(cases.len(), 1);
    assert_eq!(
        told(&checked)[1],
        "~ 1:10 `expct` is read as a variable, not as `expect` (call it `expect` if that is what it holds)"
    );
    let (checked, _) = one(
        "s.jsonl",
        "{\"question\": \"a\", \"answer\": \"b\"}\n{\"question\": \"c\", \"answer\": \"d\"}\n",
    );
    assert_eq!(
        checked
            .problems
            .iter()
            .filter(|problem| problem.code == "column")
            .count(),
        1
    );
    for (text, message) in [
        (
            "question,Question\na,b\n",
            "1:10 the columns `question` and `Question` mean the same (keep one, or rename it)",
        ),
        (
            "question,x,x\na,b,c\n",
            "1:12 two columns are called `x` (keep one, or rename it)",
        ),
        (
            "question,params\na,b\n",
            "1:10 a table cannot hold `params` (put it into a suite file that names this table with `cases: {file: …}`)",
        ),
    ] {
        assert_eq!(told(&one("s.csv", text).0), [message]);
    }
}

#[test]
fn bad_tables_are_told_row_by_row() {
    let (checked, cases) = one(
        "s.csv",
        "question,expect\na,b\nc\nd,e,f\n,g\n,\n\"h \"i\" j\",k\nl,m,,\n\"open,n\no,p\n",
    );
    assert_eq!(
        told(&checked),
        [
            "3:1 this row has 1 cells, the first line 2 (a cell that holds a comma needs quotes: \"…\")",
            "4:5 this row has 3 cells, the first line 2 (a cell that holds a comma needs quotes: \"…\")",
            "5:1 `question` is empty",
            "7:4 a quote stands inside quoted text (inside quotes a quote is doubled: \"he said \"\"hi\"\"\")",
            "9:1 the quote that opens here is never closed (close it, or double it where it is part of the text: \"\")",
        ]
    );
    assert_eq!(cases.len(), 2);
}

#[test]
fn bad_lines_are_told_line_by_line() {
    let (checked, cases) = one(
        "s.jsonl",
        "{\"question\": \"a\"}\n{\"question\": }\n[1]\n{\"question\": \"b\", \"질문\": \"c\"}\n{\"question\": \"d\", \"expect\": null}\n",
    );
    assert_eq!(cases.len(), 2);
    let told = told(&checked);
    assert_eq!(
        told,
        [
            "2:14 not valid JSON: expected value",
            "3:1 a line holds one case as a map, not a list",
            "4:19 two keys of this line mean `question`",
        ]
    );
}

#[test]
fn files_that_are_no_suites_get_one_message() {
    for (path, bytes, code) in [
        ("s.yaml", &b""[..], "empty_file"),
        ("s.csv", b"", "empty_file"),
        ("s.csv", b"\n\n", "empty_file"),
        ("s.jsonl", b"\n", "empty_file"),
        ("s.xlsx", b"", "empty_file"),
        ("s.xlsx", b"question\na\n", "workbook"),
        ("s.yaml", b"a\0b", "binary"),
        ("s.csv", b"question\n\0\0\n", "binary"),
        ("s.jsonl", b"\xB0\xA1\n", "not_utf8"),
        (
            "s.csv",
            b"question,expect\nok,ok\n\xC1\xFF\xB9\xAE,\xFF\xE4\n",
            "not_utf8",
        ),
        ("s.jsonl", b"\xFF\xFEq\0", "not_utf8"),
        ("s.yaml", b"name: x\n", "no_cases"),
        ("s.yaml", b"cases: []\n", "no_cases"),
        ("s.yaml", b"cases: 5\n", "wrong_type"),
        ("s.yaml", b"just text\n", "wrong_type"),
        ("s.json", b"[]", "no_cases"),
        ("s.csv", b"question,expect\n", "no_cases"),
        ("s.csv", b"question,expect\n\n", "no_cases"),
        ("s.yaml", b"cases: [\n", "syntax"),
        ("s.toml", b"cases = [\n", "syntax"),
        ("s.json", b"{", "syntax"),
        ("s", b"x", "unknown_format"),
        ("s.xls", b"x", "unknown_format"),
    ] {
        let shelf = Shelf::from([(path, bytes.to_vec())]);
        let (checked, _) = read_from(path, &shelf);
        let codes: Vec<&str> = checked.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(
            codes,
            [code],
            "{path} {:?} {:?}",
            String::from_utf8_lossy(bytes),
            told(&checked)
        );
        assert!(checked.suite.is_none());
        assert_eq!(checked.problems[0].place.as_ref().unwrap().file, path);
    }
    assert_eq!(read_from("gone.yaml", &Shelf::new()).0.problems[0].code, "missing_file");
}

#[test]
fn the_wrong_byte_of_a_table_is_named() {
    let bytes = b"\xEF\xBB\xBFquestion\r\nok\r\n\xC1\xFA\r\n".to_vec();
    let (checked, _) = read_from("s.csv", &Shelf::from([("s.csv", bytes)]));
    assert_eq!(
        checked.problems[0].message,
        "`s.csv` is not UTF-8: byte 18 (0xC1) on line 3 is wrong; it looks like the Korean encoding CP949 (EUC-KR)"
    );
}

#[test]
fn what_looks_like_a_template_in_a_question_is_warned_about() {
    let (checked, cases) = one(
        "s.yaml",
        "cases:\n- {question: 'Translate {{ word }}', vars: {word: x}}\n- {question: 'What does {{ x }} mean in Jinja?'}\n",
    );
    assert_eq!(cases.len(), 2);
    let braces = checked
        .problems
        .iter()
        .filter(|problem| problem.code == "braces")
        .count();
    assert_eq!(braces, 1);
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

#[test]
fn every_field_of_the_schema_is_read() {
    // A field that the schema knows but the checker passes over would be a promise not kept.
    for field in shape::SUITE.fields() {
        let text = if field == "cases" {
            "cases: [[x]]".to_owned()
        } else {
            format!("{field}: [[x]]\ncases: [{{question: q}}]")
        };
        let (checked, _) = one("s.yaml", &text);
        assert!(checked.suite.is_none(), "suite field `{field}` is not looked at");
        assert!(
            checked.problems.iter().all(|problem| problem.code != "unknown_field"),
            "{field}"
        );
    }
    for field in shape::CASE.fields() {
        let (checked, _) = one(
            "s.yaml",
            &format!("cases: [{{{field}: [[x]], id: i, question: q}}]").replace(
                &format!("{field}: [[x]], id: i, question: q"),
                &match field.as_str() {
                    "id" => "id: [[x]], question: q".to_owned(),
                    "question" => "question: [[x]]".to_owned(),
                    // Any JSON is an accepted answer, an empty one is not.
                    "expect" => "expect: [''], question: q".to_owned(),
                    other => format!("{other}: [[x]], question: q"),
                },
            ),
        );
        assert!(checked.suite.is_none(), "case field `{field}` is not looked at");
    }
    for field in shape::PROMPT.fields() {
        let (checked, _) = one(
            "s.yaml",
            &format!("prompts: [{{{field}: [[x]]}}]\ncases: [{{question: q}}]"),
        );
        assert!(checked.suite.is_none(), "prompt field `{field}` is not looked at");
        assert!(
            checked.problems.iter().all(|problem| problem.code != "unknown_field"),
            "{field}"
        );
    }
}

#[test]
fn thousands_of_mistakes_are_counted() {
    let text: String = std::iter::once("question,expect\n".to_owned())
        .chain((0..5000).map(|_| "a\n".to_owned()))
        .collect();
    let (checked, _) = one("s.csv", &text);
    assert_eq!((checked.problems.len(), checked.more), (200, 4800));
}

#[test]
fn any_bytes_are_read_or_refused_without_panic() {
    use proptest::prelude::*;
    let mut runner = proptest::test_runner::TestRunner::default();
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        "[a-z:,;\"'{}\\[\\]\n\r\t가|#-]{0,200}".prop_map(String::into_bytes),
        "question,expect\n[a-z,\"\n\r가]{0,80}".prop_map(String::into_bytes),
        "cases:\n- question: [a-z{}%\"\n가: ]{0,80}".prop_map(String::into_bytes),
    ];
    runner
        .run(&(bytes, 0usize..7), |(bytes, format)| {
            let path = ["s.yaml", "s.toml", "s.json", "s.jsonl", "s.csv", "s.tsv", "s.xlsx"][format];
            let (checked, cases) = read_from(path, &Shelf::from([(path, bytes)]));
            prop_assert!(checked.suite.is_some() || !checked.problems.is_empty());
            if let Some(suite) = checked.suite {
                prop_assert_eq!(suite.cases, cases.len() as u64);
                prop_assert!(suite.cases > 0);
            }
            Ok(())
        })
        .unwrap();
}

/// The example suites, opened from the folder of the project.
fn example(path: &str) -> (Checked, Vec<Case>) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open = |path: &str| -> Result<Box<dyn BufRead>, Problem> {
        let file = std::fs::File::open(root.join(path)).map_err(|error| Problem::error("x", error.to_string()))?;
        Ok(Box::new(std::io::BufReader::new(file)))
    };
    let has_image = |path: &str| root.join(path).is_file();
    let against = Against {
        has_image: Some(&has_image),
        ..Against::default()
    };
    let mut cases = Vec::new();
    let checked = read(path, &mut open, against, &mut |case| cases.push(case));
    (checked, cases)
}

#[test]
fn the_example_suites_are_right() {
    let mut used = std::collections::BTreeSet::new();
    for (path, least) in [
        ("suites/quickstart.yaml", 20),
        ("suites/korean.yaml", 25),
        ("suites/prompts.yaml", 9),
        ("suites/images.yaml", 5),
        ("suites/capitals.csv", 12),
    ] {
        let (checked, cases) = example(path);
        assert_eq!(told(&checked), Vec::<String>::new(), "{path}");
        assert!(cases.len() >= least, "{path} has {} cases", cases.len());
        let suite = checked.suite.unwrap();
        used.extend(suite.scorers.iter().map(|spec| spec.kind.clone()));
        let templates = Templates::new(&suite.prompts, &suite.params).unwrap();
        for case in &cases {
            used.extend(case.scorers.iter().map(|spec| spec.kind.clone()));
            for prompt in 0..templates.len() {
                let call = templates.render(prompt, case).unwrap();
                assert!(!call.question().contains("{{"), "{path} {}", case.id);
            }
        }
    }
    // The examples are the tutorial: only a scorer that runs programs is left to its own page.
    for kind in crate::scorer::ALL {
        assert!(
            used.contains(kind.name) || kind.name == "command",
            "no example uses `{}`",
            kind.name
        );
    }
}

#[test]
fn the_documented_example_of_every_scorer_is_a_suite() {
    for kind in crate::scorer::ALL {
        let schema = serde_json::Value::from((kind.schema)());
        let page = schema["description"].as_str().unwrap();
        let text = page
            .split("```yaml\n")
            .nth(1)
            .and_then(|rest| rest.split("```").next())
            .unwrap();
        let shelf = Shelf::from([("example.yaml", text.as_bytes().to_vec())]);
        let mut open =
            |path: &str| -> Result<Box<dyn BufRead>, Problem> { Ok(Box::new(Cursor::new(shelf[path].clone()))) };
        let checked = read("example.yaml", &mut open, Against::default(), &mut |_| {});
        assert!(checked.suite.is_some(), "{}: {:?}", kind.name, told(&checked));
    }
}

#[test]
fn the_schema_accepts_what_the_checker_accepts() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let errors = |text: &str| -> Vec<String> {
        let origin = place::Origin::text("x", text);
        let mut findings = findings::Findings::new();
        let node = read_yaml::read(text, 0, &origin, &mut findings).unwrap();
        let value = node.to_json();
        validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    };
    for file in ["quickstart", "korean", "prompts", "images"] {
        let text = std::fs::read_to_string(root.join(format!("suites/{file}.yaml"))).unwrap();
        assert_eq!(errors(&text), Vec::<String>::new(), "{file}");
    }
    for wrong in [
        "cases: [{qestion: x}]",
        "case: []",
        "{}",
        "scorers: [nothing]\ncases: []",
        "scorers: [{type: regex, patern: x}]\ncases: []",
        "trials: 0\ncases: []",
        "params: {temperature: hot}\ncases: []",
    ] {
        assert!(!errors(wrong).is_empty(), "{wrong}");
    }
}
