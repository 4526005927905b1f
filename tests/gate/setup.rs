//! One lab for all: a suite of sixty questions, two targets, and answers of which some are wrong.

use super::lab::Lab;

pub(crate) const CONFIG: &str = "\
[targets.first]
provider = \"openai\"
model = \"one\"

[targets.second]
provider = \"gemini\"
model = \"two\"
";

/// Sixty questions, every tenth critical, in three tags.
pub(crate) fn suite() -> String {
    let mut text = "name: 상담\nscorers: [includes]\ncases:\n".to_owned();
    for at in 0..60 {
        let tag = ["환불", "요금", "tone"][at % 3];
        let critical = if at % 10 == 0 { ", critical" } else { "" };
        text.push_str(&format!(
            "  - id: case-{at:02}\n    question: question number {at}?\n    expect: right{at}.\n    tags: [{tag}{critical}]\n"
        ));
    }
    text
}

/// Answers in which the cases that `wrong` picks (target, case) are wrong.
pub(crate) fn answers(wrong: impl Fn(&str, usize) -> bool) -> String {
    let mut text = String::new();
    for at in 0..60 {
        for model in ["one", "two"] {
            let answer = if wrong(model, at) {
                "no idea ::error::x".to_owned()
            } else {
                format!("right{at}.")
            };
            text.push_str(&format!(
                "{}\n",
                serde_json::json!({"question": format!("question number {at}?"), "model": model, "answer": answer})
            ));
        }
    }
    text
}

pub(crate) fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("suite.yaml", suite());
    lab.write("config.toml", CONFIG);
    lab.write("good.jsonl", answers(|_, at| at == 7));
    // The second target falls on 16 cases, two of them critical.
    lab.write("bad.jsonl", answers(|model, at| at == 7 || (model == "two" && at < 16)));
    lab
}

/// A run with these answers.
pub(crate) fn run(lab: &Lab, answers: &str) {
    let ended = lab.run(&[
        "run",
        "suite.yaml",
        "--simulate",
        "--answers",
        answers,
        "--latency-ms",
        "1",
        "--quiet",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

/// Text with what differs from run to run taken out.
pub(crate) fn plain(text: &str) -> String {
    let run = regex::Regex::new(r"r-\d{8}-\d{6}-[0-9a-z]{4}").unwrap();
    let cost = regex::Regex::new(r"\$[0-9.]+").unwrap();
    cost.replace_all(&run.replace_all(text, "r-RUN"), "$$COST").into_owned()
}

/// A baseline without the percentile of its times, which a busy machine moves.
pub(crate) fn without_times(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.pop();
    let head = lines[0]
        .split(",\"p95_ms\"")
        .next()
        .unwrap()
        .trim_end_matches('}')
        .to_owned();
    lines[0] = &head;
    lines.join("\n")
}

/// Simulated with the good answers, and with some more words.
pub(crate) fn run_only(lab: &Lab, more: &[&str]) {
    let mut words = vec!["run", "suite.yaml", "--simulate", "--answers", "good.jsonl"];
    words.extend(["--latency-ms", "1", "--quiet"]);
    words.extend(more);
    let ended = lab.run(&words);
    assert_eq!(ended.code, 0, "{ended:?}");
}
