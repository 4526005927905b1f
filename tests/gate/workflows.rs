//! `action.yml` and the workflows of `docs/ci.md`: read as YAML, checked, and their scripts run as a runner runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use narani::suite::findings::Findings;
use narani::suite::place::Origin;
use narani::suite::read_yaml;
use serde_json::Value;

use super::lab::Lab;
use super::setup::{lab, run};

fn yaml(name: &str, text: &str) -> Value {
    let mut findings = Findings::new();
    let node = read_yaml::read(text, 0, &Origin::text(name, text), &mut findings);
    let (problems, _) = findings.finish();
    assert!(problems.is_empty(), "{name}: {problems:?}");
    node.expect("YAML").to_value()
}

fn action() -> Value {
    yaml("action.yml", include_str!("../../action.yml"))
}

/// The workflows of the guide, by file name.
fn workflows() -> Vec<(String, Value)> {
    let guide = include_str!("../../docs/ci.md");
    guide
        .split("```yaml\n")
        .skip(1)
        .filter_map(|block| {
            let (text, _) = block.split_once("```").expect("the end of a block");
            let name = text.strip_prefix("# .github/workflows/")?.lines().next()?.to_owned();
            let value = yaml(&name, text);
            Some((name, value))
        })
        .collect()
}

fn steps(workflow: &Value) -> Vec<&Value> {
    let jobs = workflow["jobs"].as_object().expect("jobs");
    jobs.values()
        .flat_map(|job| job["steps"].as_array().expect("steps"))
        .collect()
}

fn string(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[test]
fn workflows_are_whole_and_give_nothing_to_a_fork() {
    let action = action();
    let inputs = action["inputs"].as_object().unwrap();
    let workflows = workflows();
    let names: Vec<&str> = workflows.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["gate.yml", "gate-comment.yml", "nightly.yml"]);
    for (name, workflow) in &workflows {
        let on = &workflow["on"];
        let events: Vec<String> = match on {
            Value::String(event) => vec![event.clone()],
            Value::Object(events) => events.keys().cloned().collect(),
            other => panic!("{name}: {other}"),
        };
        assert!(!events.contains(&"pull_request_target".to_owned()), "{name}");
        assert!(workflow["permissions"].is_object(), "{name}: rights are named");
        let text = workflow.to_string();
        if events.contains(&"pull_request".to_owned()) {
            assert!(!text.contains("secrets."), "{name}: secrets for a fork's code");
            assert_eq!(
                workflow["permissions"],
                serde_json::json!({"contents": "read"}),
                "{name}"
            );
        }
        if events.contains(&"workflow_run".to_owned()) {
            assert!(!text.contains("actions/checkout"), "{name}: runs code of the fork");
        }
        for job in workflow["jobs"].as_object().unwrap().values() {
            assert!(job["runs-on"].is_string() && job["steps"].is_array(), "{name}");
        }
        for step in steps(workflow) {
            match (step["uses"].as_str(), step["run"].as_str()) {
                (Some(used), None) => {
                    let (_, version) = used
                        .split_once('@')
                        .unwrap_or_else(|| panic!("{name}: {used} names no version"));
                    assert!(version == "COMMIT" || version.starts_with('v'), "{name}: {used}");
                    if used.starts_with("OWNER/narani@") {
                        for input in step["with"].as_object().unwrap().keys() {
                            assert!(inputs.contains_key(input), "{name}: the action has no input {input}");
                        }
                    }
                }
                (None, Some(script)) => pasted(name, script, &["github.run_id"]),
                _ => panic!("{name}: a step either uses or runs: {step}"),
            }
            pasted(name, &string(&step["with"]["script"]), &[]);
        }
    }
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert_eq!(step["shell"], "bash", "{step}");
        pasted("action.yml", &string(&step["run"]), &[]);
        for value in step["env"].as_object().into_iter().flat_map(|env| env.values()) {
            let input = input_of(value.as_str().unwrap()).unwrap();
            assert!(inputs.contains_key(&input), "{value}");
        }
    }
    for output in action["outputs"].as_object().unwrap().values() {
        assert!(output["value"].as_str().unwrap().starts_with("${{ steps.gate.outputs."));
    }
}

/// Nothing from outside is pasted into a script.
fn pasted(name: &str, script: &str, allowed: &[&str]) {
    for part in script.split("${{").skip(1) {
        let (inside, _) = part.split_once("}}").expect("the end of an expression");
        assert!(
            allowed.contains(&inside.trim()),
            "{name}: `{inside}` is pasted into a script"
        );
    }
}

/// `${{ inputs.NAME }}`.
fn input_of(expression: &str) -> Option<String> {
    let inside = expression.strip_prefix("${{ inputs.")?.strip_suffix(" }}")?;
    Some(inside.to_owned())
}

/// What a job of the action left behind.
struct Job {
    code: i32,
    log: String,
    summary: String,
    outputs: String,
}

/// A script as the runner's `shell: bash` runs it.
fn bash(lab: &Lab, script: &str, variables: &[(String, String)]) -> Output {
    let file = lab.write("runner/step.sh", script);
    Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail"])
        .arg(file)
        .current_dir(lab.home.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", lab.home.path())
        .env("CI", "true")
        .env("GITHUB_ACTIONS", "true")
        .env("LANG", "C.UTF-8")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .expect("bash")
}

fn bash_is_here() -> bool {
    if Command::new("bash").arg("--version").output().is_ok() {
        return true;
    }
    assert!(
        std::env::var("NARANI_REQUIRE").as_deref() != Ok("all"),
        "bash is missing"
    );
    println!("SKIPPED: no bash");
    false
}

/// The steps of the action, with these inputs.
fn job(lab: &Lab, given: &[(&str, &str)]) -> Job {
    let action = action();
    let summary = lab.write("runner/summary.md", "");
    let outputs = lab.write("runner/output.txt", "");
    let mut log = String::new();
    let mut code = 0;
    let value = |name: &str| {
        let given = given.iter().find(|(known, _)| *known == name);
        given.map_or_else(
            || string(&action["inputs"][name]["default"]),
            |(_, value)| (*value).to_owned(),
        )
    };
    for step in action["runs"]["steps"].as_array().unwrap() {
        if let Some(condition) = step["if"].as_str() {
            assert_eq!(
                condition, "inputs.narani == ''",
                "a condition that this test does not know"
            );
            if !value("narani").is_empty() {
                continue;
            }
        }
        let mut variables = vec![
            ("GITHUB_STEP_SUMMARY".to_owned(), summary.display().to_string()),
            ("GITHUB_OUTPUT".to_owned(), outputs.display().to_string()),
            (
                "RUNNER_TEMP".to_owned(),
                lab.home.path().join("runner").display().to_string(),
            ),
            ("GITHUB_ACTION_PATH".to_owned(), env!("CARGO_MANIFEST_DIR").to_owned()),
        ];
        for (name, expression) in step["env"].as_object().into_iter().flatten() {
            variables.push((name.clone(), value(&input_of(expression.as_str().unwrap()).unwrap())));
        }
        let output = bash(lab, step["run"].as_str().unwrap(), &variables);
        log.push_str(&String::from_utf8_lossy(&output.stdout));
        log.push_str(&String::from_utf8_lossy(&output.stderr));
        code = output.status.code().unwrap_or(-1);
        if code != 0 {
            break;
        }
    }
    Job {
        code,
        log,
        summary: std::fs::read_to_string(summary).unwrap(),
        outputs: std::fs::read_to_string(outputs).unwrap(),
    }
}

const GOOD: &str = "--simulate --answers good.jsonl --latency-ms 1";
const BAD: &str = "--simulate --answers bad.jsonl --latency-ms 1";
const NARANI: (&str, &str) = ("narani", env!("CARGO_BIN_EXE_narani"));

#[test]
fn the_action_judges_a_run() {
    if !bash_is_here() {
        return;
    }
    let lab = lab();
    let none = job(&lab, &[NARANI, ("suites", "suite.yaml"), ("run-options", GOOD)]);
    assert_eq!(none.code, 4, "{}", none.log);
    assert_eq!(none.outputs, "verdict=no_baseline\nfailed_checks=0\nreport=gate.md\n");
    let folder = lab.home.path().join("results/baselines/상담");
    // The artifact of the job: a person looks at the proposals and takes them.
    for name in ["first.jsonl", "second.jsonl"] {
        std::fs::rename(folder.join(format!("{name}.pending")), folder.join(name)).unwrap();
    }
    let good = job(&lab, &[NARANI, ("suites", "suite.yaml"), ("run-options", GOOD)]);
    assert_eq!(good.code, 0, "{}", good.log);
    assert_eq!(good.outputs, "verdict=pass\nfailed_checks=0\nreport=gate.md\n");
    assert!(good.summary.contains("[!TIP]"), "{}", good.summary);
    let bad = job(&lab, &[NARANI, ("suites", "suite.yaml"), ("run-options", BAD)]);
    assert_eq!(bad.code, 1, "{}", bad.log);
    assert_eq!(bad.outputs, "verdict=fail\nfailed_checks=1\nreport=gate.md\n");
    assert!(
        bad.summary.contains("[!CAUTION]") && bad.summary.contains("second"),
        "{}",
        bad.summary
    );
    assert_eq!(bad.log.lines().filter(|line| line.starts_with("::")).count(), 10);
    for file in ["gate.md", "gate.json", "gate.xml"] {
        assert!(lab.home.path().join(file).is_file(), "{file}");
    }
    // Recorded with keys, replayed without: no option of the simulator is left.
    let recorded = job(
        &lab,
        &[
            NARANI,
            ("suites", "suite.yaml"),
            ("record", "recordings"),
            ("run-options", GOOD),
        ],
    );
    assert_eq!(recorded.code, 0, "{}", recorded.log);
    let replayed = job(&lab, &[NARANI, ("suites", "suite.yaml"), ("replay", "recordings")]);
    assert_eq!(replayed.code, 0, "{}", replayed.log);
    // Nobody recorded anything of a changed prompt.
    lab.write(
        "suite.yaml",
        super::setup::suite().replace("question number", "the question"),
    );
    let changed = job(
        &lab,
        &[
            NARANI,
            ("suites", "suite.yaml"),
            ("replay", "recordings"),
            ("baseline", "results/baselines/상담"),
        ],
    );
    assert_eq!(changed.code, 4, "every case changed: {}", changed.log);
}

#[test]
fn mistakes_end_the_job_of_the_action_and_stand_in_its_summary() {
    if !bash_is_here() {
        return;
    }
    let lab = lab();
    let missing = job(&lab, &[NARANI, ("suites", "nowhere.yaml"), ("run-options", GOOD)]);
    assert_eq!(missing.code, 2, "{}", missing.log);
    assert!(missing.summary.contains("exit code 2"), "{}", missing.summary);
    lab.write("rules.toml", "[gate]\nmargin = 2\n");
    let rules = job(
        &lab,
        &[
            NARANI,
            ("suites", "suite.yaml"),
            ("run-options", GOOD),
            ("rules", "rules.toml"),
        ],
    );
    assert_eq!(rules.code, 2, "{}", rules.log);
    assert_eq!(rules.outputs, "verdict=error\nfailed_checks=0\nreport=\n");
    assert!(rules.summary.contains("margin"), "{}", rules.summary);
}

#[test]
fn inputs_of_the_action_run_nothing() {
    if !bash_is_here() {
        return;
    }
    let lab = lab();
    run(&lab, "good.jsonl");
    let nasty = [
        "$(touch pwned)",
        "`touch pwned`",
        "x; touch pwned",
        "\"; touch pwned; \"",
        "'; touch pwned; '",
        "x\ntouch pwned\n::error::pwned",
        "*",
        "-rf",
        "a && touch pwned",
        "${IFS}touch${IFS}pwned",
    ];
    for text in nasty {
        for input in ["suites", "rules", "baseline", "replay", "run-options"] {
            let mut given = vec![NARANI];
            if input != "suites" {
                given.push(("suites", "suite.yaml"));
            }
            if input != "run-options" && input != "replay" {
                given.push(("run-options", GOOD));
            }
            given.push((input, text));
            let ended = job(&lab, &given);
            assert!(
                [2, 4].contains(&ended.code),
                "{input} = {text:?}: {}: {}",
                ended.code,
                ended.log
            );
            assert!(!lab.home.path().join("pwned").exists(), "{input} = {text:?}");
            let foreign = ended
                .log
                .lines()
                .find(|line| line.trim_start().starts_with("::") && !line.contains("title=narani gate"));
            assert_eq!(foreign, None, "{input} = {text:?}");
            assert!(
                ended.outputs.lines().all(|line| {
                    ["verdict=", "failed_checks=", "report="]
                        .iter()
                        .any(|name| line.starts_with(name))
                }),
                "{input} = {text:?}: {}",
                ended.outputs
            );
        }
    }
}

fn git(folder: &Path, words: &[&str]) -> Output {
    let output = Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .args(words)
        .output()
        .expect("git");
    assert!(output.status.success(), "{words:?}: {output:?}");
    output
}

/// The nightly workflow pushes new recordings on a branch of their own, and nothing when there are none.
#[test]
fn the_nightly_workflow_proposes_recordings() {
    if !bash_is_here() || Command::new("git").arg("--version").output().is_err() {
        println!("SKIPPED: no git");
        return;
    }
    let workflows = workflows();
    let (_, nightly) = workflows.iter().find(|(name, _)| name == "nightly.yml").unwrap();
    let step = steps(nightly).into_iter().find(|step| step["run"].is_string()).unwrap();
    let script = step["run"].as_str().unwrap().replace("${{ github.run_id }}", "4711");
    let lab = Lab::new();
    let home = lab.home.path();
    git(home, &["init", "--quiet", "--bare", "origin.git"]);
    git(home, &["clone", "--quiet", "origin.git", "work"]);
    let work: PathBuf = home.join("work");
    lab.write("work/recordings/one.jsonl", "{}\n");
    git(&work, &["add", "."]);
    git(
        &work,
        &[
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@x",
            "commit",
            "--quiet",
            "-m",
            "first",
        ],
    );
    git(&work, &["push", "--quiet", "origin", "HEAD"]);
    // In place of GitHub's program, one that says how it was called.
    lab.write("bin/gh", "#!/bin/sh\necho \"gh $*\" >> \"$HOME/gh.log\"\n");
    Command::new("chmod")
        .args(["+x"])
        .arg(home.join("bin/gh"))
        .output()
        .unwrap();
    let path = format!("{}:{}", home.join("bin").display(), std::env::var("PATH").unwrap());
    let variables = [
        ("PATH".to_owned(), path),
        ("GIT_CONFIG_GLOBAL".to_owned(), "/dev/null".to_owned()),
    ];
    let propose = || bash(&lab, &format!("cd work\n{script}"), &variables);
    let unchanged = propose();
    assert!(unchanged.status.success(), "{unchanged:?}");
    assert!(!home.join("gh.log").exists(), "nothing to propose");
    lab.write("work/recordings/one.jsonl", "{\"new\":1}\n");
    let changed = propose();
    assert!(changed.status.success(), "{changed:?}");
    let branches = git(&home.join("origin.git"), &["branch", "--list"]);
    assert!(
        String::from_utf8_lossy(&branches.stdout).contains("recordings/4711"),
        "{branches:?}"
    );
    assert_eq!(
        std::fs::read_to_string(home.join("gh.log")).unwrap(),
        "gh pr create --fill\n"
    );
}

/// The comment is written once and then kept up; a file without the marker of a gate is not posted.
#[test]
fn the_comment_workflow_posts_only_a_gate() {
    if Command::new("node").arg("--version").output().is_err() {
        assert!(
            std::env::var("NARANI_REQUIRE").as_deref() != Ok("all"),
            "node is missing"
        );
        println!("SKIPPED: no node");
        return;
    }
    let workflows = workflows();
    let (_, comment) = workflows.iter().find(|(name, _)| name == "gate-comment.yml").unwrap();
    let step = steps(comment)
        .into_iter()
        .find(|step| step["with"]["script"].is_string())
        .unwrap();
    let script = step["with"]["script"].as_str().unwrap();
    // What `actions/github-script` gives a script, with a pretended GitHub that keeps what it is asked for.
    let around = format!(
        "const calls = [];\n\
         const comments = JSON.parse(process.argv[2]);\n\
         const context = {{ repo: {{ owner: 'o', repo: 'r' }}, payload: {{ workflow_run: {{ head_sha: 'abc', head_branch: 'b', \
         head_repository: {{ owner: {{ login: 'fork' }} }} }} }} }};\n\
         const github = {{ rest: {{\n\
         pulls: {{ list: async (q) => {{ calls.push(q.head); return {{ data: [{{ number: 7, head: {{ sha: 'abc' }} }}] }}; }} }},\n\
         issues: {{ listComments: async () => ({{ data: comments }}), \
         createComment: async (q) => calls.push('create ' + q.issue_number + ' ' + q.body.length), \
         updateComment: async (q) => calls.push('update ' + q.comment_id) }} }} }};\n\
         (async () => {{\n{script}\n}})().then(() => console.log(calls.join('|')));\n"
    );
    let lab = Lab::new();
    lab.write("post.js", around);
    let post = |comments: &str| {
        let output = Command::new("node")
            .current_dir(lab.home.path())
            .args(["post.js", comments])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let marker = "<!-- narani:gate:support -->";
    lab.write("gate.md", format!("{marker}\n{}", "x".repeat(70_000)));
    assert_eq!(post("[]"), "fork:b|create 7 60000");
    let mine = serde_json::json!([
        {"id": 1, "user": {"type": "User"}, "body": format!("{marker}\nmine?")},
        {"id": 2, "user": {"type": "Bot"}, "body": format!("{marker}\nold")},
    ]);
    assert_eq!(post(&mine.to_string()), "fork:b|update 2");
    for other in ["hello", "<!-- narani:gate:<b> -->\n", ""] {
        lab.write("gate.md", other);
        assert_eq!(post("[]"), "fork:b", "{other}");
    }
}
