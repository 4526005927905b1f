//! Scorers that are programs: one long-lived process each, a line of JSON in, a line of JSON out.
//!
//! The user's consent is checked before a run starts, not here. The environment is emptied but for what programs need to
//! start, so that no key is handed on.

use std::collections::HashMap;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::domain::Said;
use crate::said;
use crate::scorer::Got;

/// Longest line a program may answer.
const LONGEST_LINE: u64 = 1024 * 1024;

/// Variables that are handed on.
const HANDED_ON: &[&str] = &[
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SYSTEMROOT",
    "PYTHONPATH",
    "VIRTUAL_ENV",
];

/// The programs of a run.
#[derive(Debug, Default)]
pub struct Programs {
    running: HashMap<Vec<String>, Program>,
}

#[derive(Debug)]
struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    complaints: tokio::task::JoinHandle<String>,
}

impl Programs {
    /// Asks a program, starting it when it does not run. A program that fails or is too slow is ended, so that the next
    /// question meets a fresh one.
    pub async fn ask(&mut self, command: &[String], input: &Value, limit: Duration) -> Got {
        let mut program = match self.running.remove(command) {
            Some(program) => program,
            None => match start(command) {
                Ok(program) => program,
                Err(why) => return Got::Failed(why),
            },
        };
        match tokio::time::timeout(limit, exchange(&mut program, input)).await {
            Ok(Ok(answer)) => {
                self.running.insert(command.to_vec(), program);
                Got::Process(answer)
            }
            Ok(Err(why)) => {
                let complaints = end(program).await;
                let complaints = complaints.trim();
                Got::Failed(if complaints.is_empty() {
                    why
                } else {
                    said!(
                        "{why}; it said: {complaints}",
                        "{why}. 프로그램이 남긴 말: {complaints}"
                    )
                })
            }
            Err(_) => {
                end(program).await;
                Got::Failed(said!(
                    "`{}` gave no answer within {} s",
                    "`{}` 프로그램이 {}초 안에 답하지 않았습니다",
                    command[0],
                    limit.as_secs_f64()
                ))
            }
        }
    }

    /// Ends all programs.
    pub async fn finish(self) {
        for (_, program) in self.running {
            end(program).await;
        }
    }
}

fn start(command: &[String]) -> Result<Program, Said> {
    let Some((name, arguments)) = command.split_first() else {
        return Err(said!("the command is empty", "명령이 비어 있습니다"));
    };
    let mut builder = Command::new(name);
    builder
        .args(arguments)
        .env_clear()
        .envs(
            HANDED_ON
                .iter()
                .filter_map(|name| Some((*name, std::env::var_os(name)?))),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    // A group of its own: children end with it, and a Ctrl-C for us does not reach it before its answers are in.
    builder.process_group(0);
    let mut child = builder.spawn().map_err(|error| {
        said!(
            "`{name}` could not be started: {error}",
            "`{name}` 프로그램을 시작하지 못했습니다: {error}"
        )
    })?;
    let (Some(input), Some(output), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(said!(
            "`{name}` could not be connected",
            "`{name}` 프로그램과 연결하지 못했습니다"
        ));
    };
    let complaints = tokio::spawn(async move {
        let mut errors = errors;
        let mut kept = Vec::new();
        let mut buffer = [0u8; 4096];
        while let Ok(n) = errors.read(&mut buffer).await {
            if n == 0 {
                break;
            }
            kept.extend_from_slice(&buffer[..n]);
            // The end is what matters: a traceback names its cause last.
            if kept.len() > 4096 {
                kept.drain(..kept.len() - 2048);
            }
        }
        String::from_utf8_lossy(&kept).into_owned()
    });
    Ok(Program {
        child,
        input,
        output: BufReader::new(output),
        complaints,
    })
}

async fn exchange(program: &mut Program, input: &Value) -> Result<Value, Said> {
    let mut line = input.to_string();
    line.push('\n');
    let broken = |error: std::io::Error| said!("the program ended ({error})", "프로그램이 끝났습니다({error})");
    program.input.write_all(line.as_bytes()).await.map_err(broken)?;
    program.input.flush().await.map_err(broken)?;
    let mut answer = Vec::new();
    let mut limited = (&mut program.output).take(LONGEST_LINE);
    let n = limited.read_until(b'\n', &mut answer).await.map_err(broken)?;
    if n == 0 {
        return Err(said!(
            "the program ended without an answer",
            "프로그램이 답하지 않고 끝났습니다"
        ));
    }
    if answer.last() != Some(&b'\n') && n as u64 >= LONGEST_LINE {
        return Err(said!(
            "the program answered with a line of more than 1 MB",
            "프로그램이 1 MB가 넘는 줄로 답했습니다"
        ));
    }
    serde_json::from_slice(&answer).map_err(|error| {
        said!(
            "the program's answer is no JSON: {error}",
            "프로그램의 답이 JSON이 아닙니다: {error}"
        )
    })
}

async fn end(mut program: Program) -> String {
    drop(program.input);
    // A program that reads to the end of its input ends by itself.
    if tokio::time::timeout(Duration::from_millis(500), program.child.wait())
        .await
        .is_err()
    {
        #[cfg(unix)]
        if let Some(id) = program
            .child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
        let _ = program.child.kill().await;
    }
    tokio::time::timeout(Duration::from_millis(500), program.complaints)
        .await
        .ok()
        .and_then(Result::ok)
        .unwrap_or_default()
}

#[cfg(all(test, unix))]
mod tests {
    use serde_json::json;

    use super::*;

    fn command(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[tokio::test]
    async fn one_process_answers_many_lines() {
        let mut programs = Programs::default();
        let echo = command(&[
            "sh",
            "-c",
            "while read line; do echo \"{\\\"pass\\\":true,\\\"pid\\\":$$}\"; done",
        ]);
        let first = programs.ask(&echo, &json!({"a": 1}), Duration::from_secs(5)).await;
        let second = programs.ask(&echo, &json!({"a": 2}), Duration::from_secs(5)).await;
        assert!(
            matches!(&first, Got::Process(value) if value["pass"] == true),
            "{first:?}"
        );
        assert_eq!(first, second, "the same process");
        programs.finish().await;
    }

    #[tokio::test]
    async fn what_goes_wrong_is_told() {
        let mut programs = Programs::default();
        let cases = [
            (command(&["/no/such/program"]), "could not be started"),
            (command(&["sh", "-c", "echo broken >&2; exit 3"]), "it said: broken"),
            (command(&["sh", "-c", "read line; echo not json"]), "is no JSON"),
            (command(&["sh", "-c", "sleep 60"]), "no answer within"),
        ];
        for (words, expected) in cases {
            match programs.ask(&words, &json!({}), Duration::from_millis(700)).await {
                Got::Failed(why) => assert!(why.contains(expected), "{why}"),
                other @ Got::Process(_) => panic!("{other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn no_key_is_handed_on() {
        let mut programs = Programs::default();
        let words = command(&[
            "sh",
            "-c",
            "read line; echo \"{\\\"seen\\\":\\\"$(env | grep -c CARGO)\\\"}\"",
        ]);
        let got = programs.ask(&words, &json!({}), Duration::from_secs(5)).await;
        assert_eq!(
            got,
            Got::Process(json!({"seen": "0"})),
            "cargo's variables stand for any"
        );
    }
}
