//! What is told of suites that are wrong: everything at once, each thing once.

use super::*;

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
            "22:3 a case is a map of fields, not `just text` (its text is a field: `question: …`, with `expect`, `tags` and others beside it)",
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

/// A prompt that does not compile kept what the others want of cases from being told.
#[test]
fn what_prompts_want_is_told_beside_other_mistakes() {
    let (checked, _) = one(
        "s.yaml",
        "trials: three\n\
         prompts:\n\
         - {name: p, template: '{{ question'}\n\
         - {name: q, template: '{{ question }} {{ contxt }}'}\n\
         cases:\n\
         - {question: x, vars: {context: y}}\n",
    );
    let told = told(&checked).join("\n");
    for part in ["trials", "template of prompt `p`", "prompt `q` wants `contxt`"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}
