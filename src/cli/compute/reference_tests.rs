//! Every reference case through the way `narani compute` answers a line.

use std::path::Path;

use serde_json::{Value, json};

use super::{answer, names};

/// Whether `got` is `expected` within the tolerance, as the reference cases define it; else where it is not.
fn compare(got: &Value, expected: &Value, tolerance: (f64, f64), path: &str, wrong: &mut Vec<String>) {
    let say = |wrong: &mut Vec<String>| wrong.push(format!("{path}: {got} is not {expected}"));
    match (got, expected) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            if (a - b).abs() > tolerance.0 + tolerance.1 * b.abs() {
                say(wrong);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                compare(a, b, tolerance, &format!("{path}[{at}]"), wrong);
            }
        }
        (Value::Object(a), Value::Object(b)) => {
            for (key, b) in b {
                match a.get(key) {
                    Some(a) => compare(a, b, tolerance, &format!("{path}.{key}"), wrong),
                    None => wrong.push(format!("{path}.{key} is missing")),
                }
            }
        }
        (a, b) if a == b => {}
        _ => say(wrong),
    }
}

/// Checks a folder of reference cases; gives back how many functions and cases it held.
fn check_folder(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> (usize, usize) {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json") && wanted(path))
        .collect();
    files.sort();
    let (mut cases, mut wrong) = (0, Vec::new());
    for path in &files {
        let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for case in file["cases"].as_array().unwrap() {
            cases += 1;
            let line = json!({"id": case["id"], "function": file["function"], "input": case["input"]}).to_string();
            let answer = answer(line.as_bytes(), 1);
            let side = |side: &str| {
                let own = case["tolerance"][side].as_f64();
                own.or(file["tolerance"][side].as_f64()).unwrap()
            };
            let name = case["id"].as_str().unwrap();
            assert_eq!(answer["id"], case["id"]);
            match answer.get("result") {
                Some(result) => compare(result, &case["expected"], (side("abs"), side("rel")), name, &mut wrong),
                None => wrong.push(format!("{name}: {}", answer["error"])),
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    (files.len(), cases)
}

#[test]
fn every_reference_case() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/stats");
    let (files, cases) = check_folder(&own, &|_| true);
    assert_eq!(files, 68, "a file for every function");
    assert!(cases > 190, "{cases} cases");
    let mut known: Vec<&str> = names().collect();
    known.sort_unstable();
    for name in &known {
        assert!(
            own.join(format!("{name}.json")).is_file(),
            "{name} has no reference cases"
        );
    }
    assert_eq!(known.len(), 68);
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/stats");
    if shared.is_dir() {
        // The copies were checked already; only what differs from them is new.
        let same = |path: &Path| {
            let copy = own.join(path.file_name().unwrap());
            std::fs::read(copy).ok() == std::fs::read(path).ok()
        };
        check_folder(&shared, &|path| !same(path));
    } else {
        assert!(
            std::env::var("NARANI_REQUIRE").as_deref() != Ok("all"),
            "the shared reference cases are missing"
        );
        println!("SKIPPED the shared reference cases: no folder ../shared; the copies were checked");
    }
}
