//! What people copy is right: the schema, the example suites, the example of every scorer.

use super::*;

#[test]
fn the_committed_schema_is_the_one_of_the_types() {
    committed("suite.schema.json", &schema());
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
