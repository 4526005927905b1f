//! Mistakes of templates, as people are told of them.

use std::collections::BTreeSet;

use minijinja::ErrorKind;
use serde_json::{Map, Value};

use super::FUEL;
use crate::domain::{Problem, Prompt, Said};
use crate::said;
use crate::suite::suggest::{listed, nearest};

/// A failure that no missing variable explains.
pub(super) fn not_rendered(error: &minijinja::Error, prompt: &str) -> Problem {
    match error.kind() {
        ErrorKind::UndefinedError => Problem::error(
            "undefined_variable",
            said!(
                "prompt `{prompt}` uses a part of a variable that this case does not have",
                "`{prompt}` 프롬프트가 이 문항에 없는 변수의 일부를 씁니다"
            ),
        )
        .help(said!(
            "a key or an item is missing; test with `is defined` what may be absent",
            "키나 항목이 빠졌습니다. 없을 수도 있는 것은 `is defined`로 확인하세요"
        )),
        ErrorKind::OutOfFuel => Problem::error(
            "template",
            said!(
                "prompt `{prompt}` does not come to an end",
                "`{prompt}` 프롬프트가 끝나지 않습니다"
            ),
        )
        .help(said!(
            "a template may take {FUEL} steps",
            "템플릿은 {FUEL}단계까지만 실행됩니다"
        )),
        _ => {
            let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            Problem::error(
                "template",
                said!("prompt `{prompt}`: {detail}", "`{prompt}` 프롬프트: {detail}"),
            )
            .help(said!(
                "the template cannot deal with the variables of this case",
                "템플릿이 이 문항의 변수를 처리하지 못합니다"
            ))
        }
    }
}

/// Variables that a prompt wants and a case lacks.
pub(super) fn lacks(prompt: &str, lacking: &BTreeSet<String>, vars: &Map<String, Value>) -> Problem {
    let lacking: Vec<&str> = lacking.iter().map(String::as_str).collect();
    let names: Vec<&str> = vars.keys().map(String::as_str).collect();
    let list = listed(&lacking);
    let problem = Problem::error(
        "undefined_variable",
        said!(
            "prompt `{prompt}` wants {list}, which this case does not have",
            "`{prompt}` 프롬프트에 필요한 {list} 변수가 이 문항에 없습니다"
        ),
    );
    if lacking.iter().any(|name| matches!(*name, "expect" | "expected")) {
        return problem.help(said!(
            "what is expected is never sent to a model; give a variable another name",
            "정답은 모델에 보내지 않습니다. 변수에는 다른 이름을 쓰세요"
        ));
    }
    let near: Vec<String> = lacking
        .iter()
        .filter_map(|name| nearest(name, names.iter().copied()))
        .map(str::to_owned)
        .collect();
    if !near.is_empty() {
        let near = listed(&near);
        return problem.help(said!("did you mean {near}?", "혹시 {near}입니까?"));
    }
    if names.is_empty() {
        return problem.help(said!("it has no variables at all", "이 문항에는 변수가 없습니다"));
    }
    problem.help(said!("it has {}", "이 문항에 있는 변수: {}", listed(&names)))
}

pub(super) fn not_compiled(error: &minijinja::Error, prompt: &Prompt, source: &str) -> Problem {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let line = match error.line() {
        Some(line) if source.lines().count() > 1 => said!(", line {line}", " {line}행"),
        _ => Said::from(""),
    };
    let problem = Problem::error(
        "template",
        said!(
            "template of prompt `{}`{line}: {detail}",
            "`{}` 프롬프트의 템플릿{line}: {detail}",
            prompt.name
        ),
    );
    if source.contains("{{") || source.contains("{%") {
        problem
            .help(said!("`{{{{ name }}}}` puts a variable in; text that shall keep its braces stands in `{{% raw %}}…{{% endraw %}}`", "`{{{{ 이름 }}}}`은 변수로 바뀝니다. 중괄호를 그대로 두려면 `{{% raw %}}…{{% endraw %}}` 안에 쓰세요"))
    } else {
        problem
    }
}
