//! Real question sets through the whole program: every provider's protocol, questions in English and Korean, recorded
//! answers of real models replayed, and the counts that their publishers state.
//!
//! The sets are other people's and not part of this repository: the tests read them where they lie beside it and say so
//! where they do not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::{Value, json};

/// A target of every protocol; each answers as one of the four recorded models of GSM8K.
const TARGETS: &[(&str, &str, &str)] = &[
    ("chat", "openai", "6b_finetuning"),
    ("responses", "openai-responses", "6b_verification"),
    ("claude", "anthropic", "175b_finetuning"),
    ("gemini", "gemini", "175b_verification"),
    ("clova", "clova", "6b_verification"),
    ("ollama", "ollama", "175b_verification"),
];

/// A throw-away folder with a configuration of all six protocols.
struct Lab(tempfile::TempDir);

impl Lab {
    fn new() -> Self {
        let lab = Self(tempfile::tempdir().unwrap());
        let mut config = String::new();
        for (name, provider, model) in TARGETS {
            writeln!(
                config,
                "[targets.{name}]\nprovider = \"{provider}\"\nmodel = \"{model}\"\nlocal = true\n"
            )
            .unwrap();
        }
        lab.write("config.toml", &config);
        lab
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn copy(&self, set: &Path) {
        std::fs::copy(set, self.0.path().join(set.file_name().unwrap())).unwrap();
    }

    /// Runs a suite simulated and returns the exported rows.
    fn rows(&self, suite: &str, more: &[&str]) -> Vec<Value> {
        let mut words = vec!["run", suite, "--simulate", "--latency-ms", "1", "--format", "jsonl"];
        words.extend(more);
        let output = Command::cargo_bin("narani")
            .unwrap()
            .current_dir(self.0.path())
            .env_clear()
            .env("LANG", "en_US.UTF-8")
            .timeout(std::time::Duration::from_mins(2))
            .args(&words)
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{err}");
        let rows = String::from_utf8(output.stdout).unwrap();
        rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A set beside the project; `None`, with a word about it, when it is not there and need not be.
#[expect(clippy::print_stdout, reason = "what was not tested is said")]
fn set(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/datasets")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    let needed = std::env::var("NARANI_REQUIRE").is_ok_and(|value| value == "all");
    assert!(!needed, "the question set `{name}` is missing");
    println!("SKIPPED: the question set `{name}` is not beside this checkout");
    None
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Passed and measured answers of every target.
fn tally(rows: &[Value]) -> BTreeMap<&str, (usize, usize)> {
    let mut tally = BTreeMap::new();
    for row in rows {
        let entry: &mut (usize, usize) = tally.entry(row["target"].as_str().unwrap()).or_default();
        entry.0 += usize::from(row["pass"] == json!(true) || row["pass"] == json!(1));
        entry.1 += usize::from(row["status"] == "measured");
    }
    tally
}

/// Every question reached every target and came back measured.
fn all_measured(rows: &[Value], cases: usize) {
    let tally = tally(rows);
    assert_eq!(tally.len(), TARGETS.len(), "{tally:?}");
    for (target, (_, measured)) in tally {
        assert_eq!(measured, cases, "{target}");
    }
}

#[test]
fn gsm8k_replayed_gives_the_published_counts() {
    let (Some(questions), Some(recorded), Some(expected)) = (
        set("gsm8k_200.jsonl"),
        set("gsm8k_200_recorded.jsonl"),
        set("expected.json"),
    ) else {
        return;
    };
    let lab = Lab::new();
    lab.copy(&questions);
    let mut answers = String::new();
    for line in lines(&recorded) {
        for (_, _, model) in TARGETS {
            let answer = json!({"id": line["id"], "model": model, "answer": line[model]["solution"]});
            // Two targets may answer as one model; the same answer twice would be its second trial.
            if !answers.contains(&answer.to_string()) {
                writeln!(answers, "{answer}").unwrap();
            }
        }
    }
    lab.write("answers.jsonl", &answers);
    lab.write(
        "gsm8k.yaml",
        "name: gsm8k\nscorers: [{type: number, marker: 'A:'}]\ncases: {file: gsm8k_200.jsonl, columns: {expect: final}}\n",
    );
    let rows = lab.rows("gsm8k.yaml", &["--answers", "answers.jsonl"]);
    all_measured(&rows, 200);

    let expected: Value = serde_json::from_str(&std::fs::read_to_string(expected).unwrap()).unwrap();
    let tally = tally(&rows);
    for (target, _, model) in TARGETS {
        let published = expected["gsm8k_200"]["accuracy"][model]["mean"].as_f64().unwrap();
        #[expect(clippy::cast_precision_loss, reason = "200 answers")]
        let share = tally[target].0 as f64 / 200.0;
        assert!(
            (share - published).abs() < 1e-12,
            "{target} as {model}: {share}, published {published}"
        );
    }
    // Not the sums alone: every single verdict is the recorded one.
    let verdicts: BTreeMap<String, Value> = lines(&recorded)
        .into_iter()
        .map(|line| (line["id"].as_str().unwrap().to_owned(), line))
        .collect();
    let models: BTreeMap<&str, &str> = TARGETS.iter().map(|(name, _, model)| (*name, *model)).collect();
    for row in &rows {
        let model = models[row["target"].as_str().unwrap()];
        let recorded = &verdicts[row["case_id"].as_str().unwrap()][model];
        let passed = row["pass"] == json!(true) || row["pass"] == json!(1);
        assert_eq!(json!(passed), recorded["is_correct"], "{} {model}", row["case_id"]);
        assert_eq!(row["answer"], recorded["solution"], "{} {model}", row["case_id"]);
    }
}

#[test]
fn truthfulqa_runs_through_every_provider() {
    let Some(questions) = set("truthfulqa_100.csv") else {
        return;
    };
    let lab = Lab::new();
    lab.copy(&questions);
    lab.write(
        "truthfulqa.yaml",
        "name: truthfulqa\nscorers: [{type: token_f1, threshold: 0.5}]\ncases:\n  file: truthfulqa_100.csv\n  columns: {question: Question, expect: Best Answer, tags: Category}\n",
    );
    all_measured(&lab.rows("truthfulqa.yaml", &[]), 100);
}

#[test]
fn korean_sets_run_through_every_provider_with_their_text_intact() {
    let suites = [
        (
            "korean_klue_nli_100.jsonl",
            "prompts:\n  - name: nli\n    template: |-\n      전제: {{ premise }}\n      가설: {{ hypothesis }}\n      함의(entailment), 모순(contradiction), 중립(neutral) 중 하나로만 답하세요.\nscorers: [includes]\n",
            "columns: {expect: gold}",
            "premise",
        ),
        (
            "korean_kobest_copa_100.jsonl",
            "prompts:\n  - name: copa\n    template: |-\n      {{ sentence }}\n      이 문장의 {{ question }}(으)로 알맞은 것은?\n      1. {{ vars['1'] }}\n      2. {{ vars['2'] }}\nscorers: [{type: choice, options: 2}]\n",
            "columns: {id: ID, expect: Answer}",
            "sentence",
        ),
        (
            "korean_klue_sts_100.jsonl",
            "prompts:\n  - name: sts\n    template: |-\n      두 문장이 얼마나 비슷한지 0에서 5 사이의 수로만 답하세요.\n      1) {{ sentence1 }}\n      2) {{ sentence2 }}\nscorers: [{type: number, tolerance: 0.5}]\n",
            "columns: {expect: score}",
            "sentence2",
        ),
    ];
    for (file, head, columns, field) in suites {
        let Some(questions) = set(file) else { return };
        let lab = Lab::new();
        lab.copy(&questions);
        lab.write(
            "korean.yaml",
            &format!("name: korean\n{head}cases: {{file: {file}, {columns}}}\n"),
        );
        let rows = lab.rows("korean.yaml", &[]);
        all_measured(&rows, 100);
        for (row, line) in rows
            .iter()
            .filter(|row| row["target"] == "clova")
            .zip(lines(&questions))
        {
            let asked = row["question"].as_str().unwrap();
            assert!(asked.contains(line[field].as_str().unwrap()), "{file}: {asked}");
        }
    }
}
