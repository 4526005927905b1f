//! A formula over the answer and what was measured.

use std::collections::BTreeSet;

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, UndefinedBehavior, Value as Jinja, context};
use schemars::JsonSchema;
use serde::Deserialize;

use super::measured::milliseconds;
use super::params::Rule;
use super::shared::{expectations, plain, quote, text};
use super::{Answer, Got, Refusal, Scorer};
use crate::domain::{Grade, ScorerSpec};
use crate::said;

/// Judges by a formula of your own: `true` or `false`, or points from 0 to 1.
///
/// Use it when no other scorer fits and a program (`command`) would be too much. The formula is an expression of
/// the same template language as prompts (Jinja): comparisons, `and`, `or`, `not`, `in`, arithmetic, filters
/// such as `|length`, `|lower`, `|trim`, `|round`, tests such as `is none`. It can neither loop forever nor
/// reach outside.
///
/// It knows `answer` (the text), `question`, `expect` (the list of accepted answers), `vars` (the case's
/// variables), `target` (the name), `finish` (`stop`, `length`, `filter`, `tool` or empty), `latency_ms`,
/// `first_text_ms`, and `tokens.input`, `tokens.output`. Texts are in Unicode NFC. A result that is neither a
/// truth value nor a number from 0 to 1 is unscored, and so is an answer for which a value in the formula is
/// unknown, such as the time of a reused answer. Points pass from 0.5 unless `threshold` says otherwise.
///
/// # Example
///
/// ```yaml
/// cases:
///   - question: Name a city of Korea and say that it lies there.
///     vars: {country: Korea}
/// scorers:
///   - type: expression
///     expression: vars.country in answer and answer|length < 200
///   - type: expression
///     name: brevity
///     expression: 1 / (1 + tokens.output / 100)
///     weight: 0
/// ```
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Expression {
    /// The formula.
    expression: String,
}

/// What a formula may name.
const KNOWN: [&str; 9] = [
    "answer",
    "question",
    "expect",
    "vars",
    "target",
    "finish",
    "latency_ms",
    "first_text_ms",
    "tokens",
];

/// Work allowed to one evaluation; a loop over a long answer stays far below.
const FUEL: u64 = 1_000_000;

struct Formula {
    environment: Environment<'static>,
    source: String,
}

impl Rule for Expression {
    const NAME: &'static str = "expression";

    fn ready(self) -> Result<Box<dyn Scorer>, Refusal> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        let compiled = environment.compile_expression(&self.expression).map_err(|error| {
            let detail = error.detail().unwrap_or_default();
            Refusal::of(
                "expression",
                said!(
                    "`expression` is not an expression: {detail}",
                    "`expression` 값이 식이 아닙니다: {detail}"
                ),
            )
            .help(said!(
                "write it without {{{{ }}}}, for example `answer|length < 200`",
                "{{{{ }}}} 없이 쓰세요. 예: `answer|length < 200`"
            ))
        })?;
        let globals: BTreeSet<&str> = environment.globals().map(|(name, _)| name).collect();
        let unknown = compiled
            .undeclared_variables(false)
            .into_iter()
            .filter(|name| !KNOWN.contains(&name.as_str()) && !globals.contains(name.as_str()))
            .min();
        if let Some(name) = unknown {
            return Err(Refusal::of(
                "expression",
                said!(
                    "`expression` names `{name}`, which is not known",
                    "`expression`에 알 수 없는 이름 `{name}`이 있습니다"
                ),
            )
            .help(said!(
                "known are {}; variables of the case are `vars.NAME`",
                "쓸 수 있는 이름: {}. 문항의 변수는 `vars.이름`입니다",
                KNOWN.map(|name| format!("`{name}`")).join(", ")
            )));
        }
        Ok(Box::new(Formula {
            environment,
            source: self.expression,
        }))
    }
}

/// The variables of a case that a formula cannot do without, by their names behind `vars.`; none of a formula that asks
/// whether something is there, and of what is no formula.
pub(crate) fn variables(spec: &ScorerSpec) -> BTreeSet<String> {
    let source = spec.params.get("expression").and_then(serde_json::Value::as_str);
    let Some(source) = source.filter(|source| {
        let cautious = ["defined", "default", "get("].iter().any(|word| source.contains(word));
        spec.kind == Expression::NAME && !cautious
    }) else {
        return BTreeSet::new();
    };
    let environment = Environment::new();
    let Ok(compiled) = environment.compile_expression(source) else {
        return BTreeSet::new();
    };
    let paths = compiled.undeclared_variables(true);
    let own = paths.iter().filter_map(|path| path.strip_prefix("vars."));
    own.filter_map(|rest| rest.split('.').next())
        .map(str::to_owned)
        .collect()
}

impl Formula {
    /// What of a formula is not known of an answer, as far as its names tell.
    fn unknown(&self, answer: &Answer<'_>) -> Option<String> {
        let compiled = self.environment.compile_expression(&self.source).ok()?;
        let timing = answer.timing.filter(|timing| !timing.suspended);
        let mut paths: Vec<String> = compiled.undeclared_variables(true).into_iter().collect();
        paths.sort_unstable();
        paths.retain(|path| match path.split_once('.') {
            Some(("vars", rest)) => !answer.case.vars.contains_key(rest.split('.').next().unwrap_or(rest)),
            Some(("tokens", "input")) => answer.reply.usage.input.is_none(),
            Some(("tokens", "output")) => answer.reply.usage.output.is_none(),
            None if path == "latency_ms" => timing.is_none_or(|timing| timing.total_us == 0),
            None if path == "first_text_ms" => timing.and_then(|timing| timing.first_text_us).is_none(),
            _ => false,
        });
        let named: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
        (!named.is_empty()).then(|| named.join(", "))
    }

    fn result(&self, answer: &Answer<'_>) -> Result<Jinja, minijinja::Error> {
        let time = |time: Option<u64>| time.map_or(Jinja::UNDEFINED, |us| milliseconds(us).into());
        let timing = answer.timing.filter(|timing| !timing.suspended);
        let count = |count: Option<u64>| count.map_or(Jinja::UNDEFINED, Jinja::from);
        self.environment.compile_expression(&self.source)?.eval(context! {
            answer => text(answer),
            question => answer.question,
            expect => expectations(answer.case),
            vars => Jinja::from(Serde(&answer.case.vars)),
            target => answer.target,
            finish => answer.reply.finish.word(),
            latency_ms => time(timing.map(|timing| timing.total_us).filter(|us| *us > 0)),
            first_text_ms => time(timing.and_then(|timing| timing.first_text_us)),
            tokens => context! {
                input => count(answer.reply.usage.input),
                output => count(answer.reply.usage.output),
            },
        })
    }
}

impl Scorer for Formula {
    fn grade(&self, answer: &Answer<'_>, _: Option<&Got>) -> Grade {
        let result = match self.result(answer) {
            Ok(result) => result,
            Err(error) => {
                let what = match error.kind() {
                    minijinja::ErrorKind::UndefinedError => match self.unknown(answer) {
                        Some(names) => said!(
                            "the expression needs {names}, unknown for this answer",
                            "식에 쓰인 값을 이 답변에서 알 수 없습니다: {names}"
                        ),
                        None => said!(
                            "a value in the expression is unknown for this answer",
                            "식의 값 가운데 이 답변에서 알 수 없는 것이 있습니다"
                        ),
                    },
                    minijinja::ErrorKind::OutOfFuel => {
                        said!("the expression takes too long", "식의 계산이 너무 오래 걸립니다")
                    }
                    _ => said!("the expression failed: {error}", "식을 계산하지 못했습니다: {error}"),
                };
                return Grade::unscored(what);
            }
        };
        if result.kind() == ValueKind::Bool {
            let pass = result.is_true();
            return Grade::pass(pass, said!("the expression is {pass}", "식의 값은 {pass}입니다"));
        }
        match f64::try_from(result.clone()) {
            Ok(points) if (0.0..=1.0).contains(&points) => Grade::points(
                points,
                said!("the expression is {}", "식의 값은 {}입니다", plain(points)),
            ),
            _ => Grade::unscored(said!(
                "the expression gave {}, not true, false or a number from 0 to 1",
                "식의 값 {}은(는) true, false, 0부터 1까지의 수 가운데 어느 것도 아닙니다",
                quote(&result.to_string())
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::domain::{Mark, Timing};
    use crate::scorer::testing::{Scene, refusal};

    fn mark(scene: &Scene, expression: &str) -> Mark {
        scene.grade("expression", &json!({"expression": expression})).mark
    }

    #[test]
    fn formulas_judge() {
        let mut scene = Scene::new("\u{1112}\u{1161}\u{11ab}글 answer")
            .expect(json!(["한글", "x"]))
            .var("word", json!("한글"));
        scene.reply.usage.output = Some(100);
        for (expression, wanted) in [
            ("vars.word in answer", Mark::Pass(true)),
            ("expect[0] in answer and answer|length < 5", Mark::Pass(false)),
            ("expect|select('in', answer)|list|length == 1", Mark::Pass(true)),
            ("1 / (1 + tokens.output / 100)", Mark::Points(0.5)),
            ("1", Mark::Points(1.0)),
            ("finish == 'stop'", Mark::Pass(true)),
            ("target == 'test'", Mark::Pass(true)),
        ] {
            assert_eq!(mark(&scene, expression), wanted, "{expression}");
        }
    }

    #[test]
    fn what_is_unknown_is_unscored() {
        let mut scene = Scene::new("x");
        for expression in [
            "latency_ms < 1000",
            "tokens.input > 3",
            "vars.missing == 1",
            "latency_ms",
            "answer",
            "7",
            "-0.5",
            "1 / 0",
            "answer.no_such_method()",
            "none",
        ] {
            let mark = mark(&scene, expression);
            assert!(matches!(mark, Mark::Unscored(_)), "{expression}: {mark:?}");
        }
        scene.timing = Some(Timing {
            total_us: 999_000,
            ..Timing::default()
        });
        assert_eq!(mark(&scene, "latency_ms < 1000"), Mark::Pass(true));
        assert_eq!(mark(&scene, "first_text_ms is undefined"), Mark::Pass(true));
    }

    /// The reason did not say which value is unknown.
    #[test]
    fn the_reason_names_what_is_unknown() {
        let scene = Scene::new("x").var("context", json!("x"));
        for (expression, wanted) in [
            (
                "vars.contxt in answer and vars.context in answer",
                "the expression needs `vars.contxt`, unknown",
            ),
            ("latency_ms < 1000", "the expression needs `latency_ms`, unknown"),
            ("tokens.input > 3", "the expression needs `tokens.input`, unknown"),
            (
                "vars.context.part == 1 and expect[7] in answer",
                "a value in the expression is unknown",
            ),
        ] {
            let why = scene.grade("expression", &json!({"expression": expression})).why;
            assert!(why.starts_with(wanted), "{expression}: {why}");
        }
    }

    #[test]
    fn endless_work_is_stopped() {
        let scene = Scene::new("x");
        let mark = mark(&scene, "range(100000)|map('string')|join|length > 0");
        assert!(matches!(mark, Mark::Unscored(_) | Mark::Pass(true)), "{mark:?}");
        let grade = scene.grade(
            "expression",
            &json!({"expression": "range(99999)|map('range')|map('list')|list|length > 0"}),
        );
        assert!(matches!(grade.mark, Mark::Unscored(_)), "{}", grade.why);
    }

    #[test]
    fn wrong_formulas_are_refused_before_the_run() {
        assert_eq!(refusal("expression", &json!({})), "`expression` is missing");
        let told = refusal("expression", &json!({"expression": "answer ="}));
        assert!(told.starts_with("`expression` is not an expression: "), "{told}");
        assert_eq!(
            refusal("expression", &json!({"expression": "anwser == 'x'"})),
            "`expression` names `anwser`, which is not known"
        );
    }
}
