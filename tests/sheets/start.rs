//! What the tests begin with: a run, a pack of it, ratings of its rows, and what was kept of them.

use crate::lab::Lab;
use crate::setup::{ANSWERED, at, config, suite, table, written};

pub(crate) const TARGETS: [(&str, &str, &str); 4] = [
    ("gpt-main", "openai", "gpt-5.2"),
    ("claude-main", "anthropic", "claude-sonnet-5"),
    ("gemini-main", "gemini", "gemini-3-flash"),
    ("clova-main", "clova", "HCX-007"),
];

fn question(case: usize) -> String {
    format!("{case}번째 질문: 12500원의 {case}% 할인은 얼마인가요?")
}

/// A simulated run of `cases` Korean questions with four targets.
pub(crate) fn run(cases: usize) -> Lab {
    let lab = Lab::new();
    lab.write("config.toml", config(&TARGETS));
    let suite = suite(cases, |at| {
        [
            format!("q-{at:03}"),
            question(at),
            format!("{}원", at * 125),
            "숫자 계산".to_owned(),
        ]
    });
    lab.write("suite.csv", suite);
    let ended = lab.run(&["run", "suite.csv", "--simulate", "--latency-ms", "1"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    lab
}

/// Runs the suite of [`run`] once more; what a target says to a case is given by `answer`, which is told the number of the
/// case and the target.
pub(crate) fn answered(lab: &Lab, cases: usize, answer: impl Fn(usize, (&str, &str, &str)) -> String) {
    let answers: String = (0..cases)
        .flat_map(|case| TARGETS.map(|target| (case, target)))
        .map(|(case, target)| {
            let line =
                serde_json::json!({"question": question(case), "model": target.2, "answer": answer(case, target)});
            format!("{line}\n")
        })
        .collect();
    lab.write("answers.jsonl", answers);
    let ended = lab.run(&ANSWERED);
    assert_eq!(ended.code, 0, "{ended:?}");
}

/// Makes a pack; gives its id.
pub(crate) fn pack(lab: &Lab, more: &[&str]) -> String {
    let words = [
        "review", "export", "last", "--lang", "ko", "--seed", "3", "--csv", "-o", "out",
    ];
    let ended = lab.run(&[&words[..], more].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    let id = ended.out.split("묶음 ").nth(1).unwrap();
    id[..4].to_owned()
}

/// Rates the rows that a reviewer has in a pack of [`pack`] and sends them in. Gives the table that was sent.
pub(crate) fn sent(lab: &Lab, reviewer: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let (heads, mut rows) = table(&lab.home.path().join(format!("out/심사_{reviewer}.csv")));
    rate(&heads, &mut rows);
    lab.write("back.csv", written(&heads, &rows, b','));
    let ended = lab.run(&["review", "import", "back.csv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    (heads, rows)
}

/// The ratings kept of a reviewer, without when and from where they came.
pub(crate) fn kept(lab: &Lab, pack: &str, reviewer: &str) -> Vec<serde_json::Value> {
    // Two runs of one second have no order: the run is the one that holds the pack.
    let runs = std::fs::read_dir(lab.home.path().join("results")).unwrap();
    let path = runs
        .map(|run| run.unwrap().path().join("reviews").join(pack))
        .find(|folder| folder.is_dir())
        .unwrap()
        .join(format!("{reviewer}.jsonl"));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut last = std::collections::BTreeMap::new();
    for line in text.lines() {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
        if value["refused"] == true {
            continue;
        }
        for key in ["at_us", "file", "digest"] {
            value.as_object_mut().unwrap().remove(key);
        }
        last.insert(value["row"].as_str().unwrap().to_owned(), value);
    }
    last.into_values().collect()
}

/// Rates every row: scores by row and letter, the highest is best.
pub(crate) fn rate(heads: &[String], rows: &mut [Vec<String>]) {
    for (number, row) in rows.iter_mut().enumerate() {
        let mut best = ("A", 0);
        for (place, letter) in ["A", "B", "C", "D"].into_iter().enumerate() {
            let score = (number + place * 2) % 5 + 1;
            row[at(heads, &format!("s.{letter}"))] = score.to_string();
            if score > best.1 {
                best = (letter, score);
            }
        }
        best.0.clone_into(&mut row[at(heads, "pref")]);
        "좋아요, \"그런데\"\n짧음".clone_into(&mut row[at(heads, "note")]);
    }
}
