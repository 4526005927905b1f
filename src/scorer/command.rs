//! A program of the user's that judges.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::params::Rule;
use super::shared::{plain, quote};
use super::{Answer, Got, Need, Refusal, Scorer};
use crate::domain::Grade;
use crate::said;

/// Lets a program of your own judge: one line of JSON in, one line out.
///
/// Use it when judging needs code: running generated SQL, calling a library, looking something up. The program is
/// started once, with this machine's rights, and only if you allow it; it then reads one line for each answer
/// from standard input and writes one line to standard output, in the same order.
///
/// The line in is `{"case": ID, "question": …, "answer": …, "expect": […], "vars": {…}, "target": NAME}`. The line
/// out has one of `"pass": true`, `"score": 0.7` (points from 0 to 1, passing from 0.5 unless `threshold` says
/// otherwise) or `"label": "polite"` (for slices; neither passes nor fails), and may add `"why": "…"`. With
/// both `pass` and `score` the points count and `pass` is ignored. Anything else, a crash or silence beyond
/// `timeout_ms` leaves the answer unscored, with the reason.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: Write an SQL query that counts the users.
///     expect: SELECT COUNT(*) FROM users
/// scorers:
///   - type: command
///     command: [python3, judge_sql.py]
///     timeout_ms: 30000
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    /// The program and its arguments; no shell is involved.
    command: Vec<String>,
    /// Longest wait for the line about one answer, in milliseconds.
    #[serde(default = "ten_seconds")]
    #[schemars(range(min = 1))]
    timeout_ms: u64,
}

fn ten_seconds() -> u64 {
    10_000
}

impl Rule for Command {
    const NAME: &'static str = "command";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        if self.command.first().is_none_or(String::is_empty) {
            return Err(Refusal::of(
                "command",
                said!("`command` names no program", "`command`에 프로그램이 없습니다"),
            )
            .help(said!("for example `[python3, judge.py]`", "예: `[python3, judge.py]`")));
        }
        if self.command.iter().any(|word| word.contains('\0')) {
            return Err(Refusal::of(
                "command",
                said!("`command` has a NUL character", "`command`에 NUL 문자가 있습니다"),
            ));
        }
        if self.timeout_ms == 0 {
            return Err(Refusal::of(
                "timeout_ms",
                said!(
                    "`timeout_ms` must be 1 or more",
                    "`timeout_ms` 값은 1 이상이어야 합니다"
                ),
            ));
        }
        Ok(Box::new(self))
    }
}

impl Scorer for Command {
    fn need(&self, answer: &Answer<'_>) -> Option<Need> {
        Some(Need::Process {
            command: self.command.clone(),
            input: json!({
                "case": answer.case.id,
                "question": answer.question,
                "answer": answer.text(),
                "expect": answer.case.expect,
                "vars": answer.case.vars,
                "target": answer.target,
            }),
            timeout_ms: self.timeout_ms,
        })
    }

    fn grade(&self, _: &Answer<'_>, got: Option<&Got>) -> Grade {
        match got {
            Some(Got::Process(line)) => read(line),
            Some(Got::Failed(why)) => Grade::unscored(why.clone()),
            None => Grade::unscored(said!("the program was not asked", "프로그램에 묻지 않았습니다")),
        }
    }
}

/// The judgement in a line of the program.
fn read(line: &Value) -> Grade {
    let Some(fields) = line.as_object() else {
        return Grade::unscored(said!(
            "the program wrote {}, not an object",
            "프로그램이 객체가 아니라 {}을(를) 썼습니다",
            quote(&line.to_string())
        ));
    };
    let field = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let why = match field("why") {
        Some(Value::String(why)) => Some(why.clone()),
        Some(other) => Some(other.to_string()),
        None => None,
    };
    if let Some(score) = field("score") {
        return match score.as_f64() {
            Some(points) if (0.0..=1.0).contains(&points) => {
                Grade::points(points, why.unwrap_or_else(|| plain(points)))
            }
            _ => Grade::unscored(said!(
                "the program gave the score {}, not a number from 0 to 1",
                "프로그램이 준 점수 {}은(는) 0부터 1까지의 수가 아닙니다",
                quote(&score.to_string())
            )),
        };
    }
    if let Some(pass) = field("pass") {
        return match pass.as_bool() {
            Some(pass) => Grade::pass(pass, why.unwrap_or_default()),
            None => Grade::unscored(said!(
                "the program gave {} for `pass`, not true or false",
                "프로그램이 `pass`에 준 {}은(는) true나 false가 아닙니다",
                quote(&pass.to_string())
            )),
        };
    }
    if let Some(Value::String(label)) = field("label") {
        return Grade {
            mark: crate::domain::Mark::Label(label.clone()),
            why: why.unwrap_or_else(|| label.clone()).into(),
        };
    }
    Grade::unscored(said!(
        "the program's line has neither `pass`, `score` nor `label`",
        "프로그램이 쓴 줄에 `pass`, `score`, `label`이 모두 없습니다"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Mark;
    use crate::scorer::testing::{Scene, fields, refusal};

    fn mark(line: Value) -> Mark {
        let params = json!({"command": ["judge"]});
        let got = Got::Process(line);
        Scene::new("x").grade_with("command", &params, Some(&got)).mark
    }

    #[test]
    fn programs_are_told_everything_they_need() {
        let scene = Scene::new("답").expect(json!(["a", {"b": 1}])).var("n", json!(1));
        let params = json!({"command": ["judge", "-x"], "timeout_ms": 50});
        let kind = crate::scorer::kind("command").unwrap();
        let scorer = (kind.build)(&fields(&params)).unwrap();
        let Some(Need::Process {
            command,
            input,
            timeout_ms,
        }) = scorer.need(&scene.answer())
        else {
            panic!("a program is needed");
        };
        assert_eq!((command, timeout_ms), (vec!["judge".to_owned(), "-x".to_owned()], 50));
        assert_eq!(
            input,
            json!({
                "case": "c1", "question": "?", "answer": "답", "expect": ["a", {"b": 1}],
                "vars": {"n": 1}, "target": "test",
            })
        );
    }

    #[test]
    fn lines_are_read() {
        assert_eq!(mark(json!({"pass": true, "why": "ok"})), Mark::Pass(true));
        assert_eq!(mark(json!({"score": 0.25})), Mark::Points(0.25));
        assert_eq!(mark(json!({"score": 1, "pass": false})), Mark::Points(1.0));
        assert_eq!(mark(json!({"label": "공손"})), Mark::Label("공손".to_owned()));
        for line in [
            json!(null),
            json!(true),
            json!({}),
            json!({"score": 2}),
            json!({"score": "high"}),
            json!({"pass": "yes"}),
            json!({"label": 3}),
        ] {
            assert!(matches!(mark(line.clone()), Mark::Unscored(_)), "{line}");
        }
    }

    #[test]
    fn failures_leave_the_answer_unscored() {
        let params = json!({"command": ["judge"]});
        let scene = Scene::new("x");
        let failed = Got::Failed("no answer within 10 s".into());
        let grade = scene.grade_with("command", &params, Some(&failed));
        assert_eq!(grade.mark, Mark::Unscored("no answer within 10 s".into()));
        assert!(matches!(scene.grade("command", &params).mark, Mark::Unscored(_)));
    }

    #[test]
    fn programs_need_a_name() {
        assert_eq!(
            refusal("command", &json!({"command": []})),
            "`command` names no program"
        );
        assert_eq!(refusal("command", &json!({})), "`command` is missing");
        assert!(refusal("command", &json!({"command": "judge.py"})).starts_with("`command`: "));
    }
}
