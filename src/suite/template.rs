//! Prompts over cases: compiled once, rendered for every case.
//!
//! The language is that of Jinja, strict: a variable that a case does not have is a mistake, and so is printing a
//! null. Nothing is escaped, no line break is trimmed anywhere (`trim_blocks`, `lstrip_blocks` off, the last line
//! break kept), and values are never rendered a second time: a question that holds `{{ x }}` is sent with it.
//! A list is put in one item a line, a map as JSON. A template sees the variables of the case, `question` among them, and all of them once more under `vars` for
//! names that are no identifiers (`{{ vars["보기 1"] }}`). It sees neither `expect` nor tags nor scorers.

use std::collections::BTreeSet;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value as Held, ValueKind};
use minijinja::{Environment, ErrorKind, UndefinedBehavior, context};
use serde_json::{Map, Value};

use crate::domain::{Call, Case, Image, ImageSource, Message, Params, Part, Problem, Prompt, Role, Said};
use crate::said;

use super::plain::{Bit, filled, plain};
use super::suggest::{listed, nearest};

/// Steps a template may take for one case.
const FUEL: u64 = 1_000_000;

/// The prompts of a suite, ready to be rendered.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    prompts: Vec<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    name: String,
    params: Params,
    system: Option<Piece>,
    messages: Vec<(Role, Piece)>,
}

/// One template.
#[derive(Debug)]
struct Piece {
    /// Its name in the environment.
    name: String,
    /// Its parts, when it does nothing but put variables into text.
    plain: Option<Vec<Bit>>,
}

/// A template that does not compile: which prompt, which of its templates, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Index of the prompt.
    pub prompt: usize,
    /// Index of the message, or none for the system prompt.
    pub message: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}

impl Templates {
    /// Compiles prompts. `params` are the suite's; each prompt's are laid over them.
    ///
    /// # Errors
    /// Every template that does not compile.
    pub fn new(prompts: &[Prompt], params: &Params) -> Result<Self, Vec<Problem>> {
        Self::compile(prompts, params).map_err(|flaws| flaws.into_iter().map(|flaw| flaw.problem).collect())
    }

    /// The same, for who knows the places of templates.
    ///
    /// # Errors
    /// Every template that does not compile, with its position.
    pub fn compile(prompts: &[Prompt], params: &Params) -> Result<Self, Vec<Flaw>> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(false)
                .lstrip_blocks(false)
                .keep_trailing_newline(true)
                .build()
                .expect("the usual delimiters do not clash"),
        );
        environment.set_fuel(Some(FUEL));
        environment.set_formatter(|out, state, value| {
            if value.is_none() {
                return Err(minijinja::Error::new(ErrorKind::InvalidOperation, "a null is printed"));
            }
            match value.kind() {
                ValueKind::Seq | ValueKind::Iterable => {
                    out.write_str(&one_a_line(value)?).map_err(minijinja::Error::from)
                }
                // As suites write them; the engine would print `True`.
                ValueKind::Bool => {
                    let word = if value.is_true() { "true" } else { "false" };
                    out.write_str(word).map_err(minijinja::Error::from)
                }
                ValueKind::Map => out.write_str(&as_json(value)?).map_err(minijinja::Error::from),
                _ => minijinja::escape_formatter(out, state, value),
            }
        });
        let mut flaws = Vec::new();
        let mut compiled = Vec::new();
        for (prompt_index, prompt) in prompts.iter().enumerate() {
            let mut piece = |message: Option<usize>, source: &str| {
                let part = message.map_or("system".to_owned(), |index| index.to_string());
                let name = format!("{prompt_index}/{part}");
                if let Err(error) = environment.add_template_owned(name.clone(), source.to_owned()) {
                    flaws.push(Flaw {
                        prompt: prompt_index,
                        message,
                        problem: not_compiled(&error, prompt, source),
                    });
                }
                Piece {
                    name,
                    plain: plain(source),
                }
            };
            compiled.push(Compiled {
                name: prompt.name.clone(),
                params: params.overlaid(&prompt.params),
                system: prompt.system.as_ref().map(|source| piece(None, source)),
                messages: prompt
                    .messages
                    .iter()
                    .enumerate()
                    .map(|(index, message)| (message.role, piece(Some(index), &message.content)))
                    .collect(),
            });
        }
        if !flaws.is_empty() {
            return Err(flaws);
        }
        Ok(Self {
            environment,
            prompts: compiled,
        })
    }

    /// Number of prompts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.prompts.len()
    }

    /// Whether there is no prompt.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.prompts.is_empty()
    }

    /// The call that asks a case in the way of a prompt.
    ///
    /// `params` are those of the suite, the prompt and the case, laid over each other in this order; those of the
    /// target belong below them. Pictures are appended to the last message. One that lies in a file comes as the
    /// address `file:PATH`, which the engine replaces by the bytes.
    ///
    /// # Errors
    /// When the case lacks a variable, or the template fails on it.
    pub fn render(&self, prompt_index: usize, case: &Case) -> Result<Call, Problem> {
        let prompt = &self.prompts[prompt_index];
        let mut values = None;
        let mut fill = |piece: &Piece| self.fill(prompt, piece, &case.vars, &mut values);
        let system = prompt.system.as_ref().map(&mut fill).transpose()?;
        let mut messages = prompt
            .messages
            .iter()
            .map(|(role, piece)| Ok(Message::text(*role, fill(piece)?)))
            .collect::<Result<Vec<_>, Problem>>()?;
        if let Some(last) = messages.last_mut() {
            last.parts
                .extend(case.images.iter().map(|image| Part::Image(picture(image))));
        }
        Ok(Call {
            system,
            messages,
            params: prompt.params.overlaid(&case.params),
        })
    }

    /// What keeps a case from being asked: every variable that a prompt wants and the case lacks, and other mistakes, at
    /// most one of each kind a prompt.
    ///
    /// Templates that only put variables into text are checked without rendering them.
    #[must_use]
    pub fn check(&self, vars: &Map<String, Value>) -> Vec<Problem> {
        let mut values = None;
        let mut problems = Vec::new();
        for prompt in &self.prompts {
            let mut lacking = BTreeSet::new();
            let mut other = None;
            for piece in prompt.pieces() {
                if let Some(bits) = &piece.plain
                    && bits.iter().all(|bit| bit.known(vars))
                {
                    continue;
                }
                if let Err(error) = self.rendered(piece, vars, &mut values) {
                    let names = self.lacking(&error, piece, vars);
                    if names.is_empty() {
                        other.get_or_insert_with(|| not_rendered(&error, &prompt.name));
                    }
                    lacking.extend(names);
                }
            }
            if !lacking.is_empty() {
                problems.push(lacks(&prompt.name, &lacking, vars));
            }
            problems.extend(other);
        }
        problems
    }

    /// Names that every case has to have as variables: used, and not merely in a branch.
    #[must_use]
    pub fn wanted(&self) -> BTreeSet<&str> {
        self.prompts
            .iter()
            .flat_map(Compiled::pieces)
            .filter_map(|piece| piece.plain.as_ref())
            .flatten()
            .filter_map(|bit| match bit {
                Bit::Path(path) if path[0] != "vars" => Some(path[0].as_str()),
                _ => None,
            })
            .collect()
    }

    fn fill(
        &self,
        prompt: &Compiled,
        piece: &Piece,
        vars: &Map<String, Value>,
        values: &mut Option<Held>,
    ) -> Result<String, Problem> {
        if let Some(text) = piece.plain.as_ref().and_then(|bits| filled(bits, vars)) {
            return Ok(text);
        }
        self.rendered(piece, vars, values).map_err(|error| {
            let names = self.lacking(&error, piece, vars);
            if names.is_empty() {
                not_rendered(&error, &prompt.name)
            } else {
                lacks(&prompt.name, &names, vars)
            }
        })
    }

    fn rendered(
        &self,
        piece: &Piece,
        vars: &Map<String, Value>,
        values: &mut Option<Held>,
    ) -> Result<String, minijinja::Error> {
        let template = self.template(piece);
        template.render(&*values.get_or_insert_with(|| seen(vars)))
    }

    fn template(&self, piece: &Piece) -> minijinja::Template<'_, '_> {
        self.environment
            .get_template(&piece.name)
            .expect("compiled in `compile`")
    }

    /// The variables for lack of which a template failed. A variable that only stands in a branch not taken, or behind
    /// `is defined`, is none of them: one at a time is left away while the others are there.
    fn lacking(&self, error: &minijinja::Error, piece: &Piece, vars: &Map<String, Value>) -> BTreeSet<String> {
        if error.kind() != ErrorKind::UndefinedError {
            return BTreeSet::new();
        }
        let template = self.template(piece);
        let absent: BTreeSet<String> = template
            .undeclared_variables(false)
            .into_iter()
            .filter(|name| name != "vars" && !vars.contains_key(name) && !self.is_global(name))
            .collect();
        let needed: BTreeSet<String> = absent
            .iter()
            .filter(|name| {
                let mut others = vars.clone();
                let rest = absent.iter().filter(|other| other != name);
                others.extend(rest.map(|other| (other.clone(), Value::String(String::new()))));
                let tried = template.render(seen(&others));
                tried.is_err_and(|error| error.kind() == ErrorKind::UndefinedError)
            })
            .cloned()
            .collect();
        if needed.is_empty() { absent } else { needed }
    }

    fn is_global(&self, name: &str) -> bool {
        self.environment.globals().any(|(global, _)| global == name)
    }
}

impl Compiled {
    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.system.iter().chain(self.messages.iter().map(|(_, piece)| piece))
    }
}

/// What a template sees of a case.
fn seen(vars: &Map<String, Value>) -> Held {
    let own = Held::from(Serde(vars));
    context! { vars => own.clone(), ..own }
}

/// A list as people write one.
fn one_a_line(list: &Held) -> Result<String, minijinja::Error> {
    let items = list.try_iter()?.map(|item| match item.kind() {
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map | ValueKind::Bool => as_json(&item),
        ValueKind::None => Err(minijinja::Error::new(ErrorKind::InvalidOperation, "a null is printed")),
        _ => Ok(item.to_string()),
    });
    Ok(items.collect::<Result<Vec<_>, _>>()?.join("\n"))
}

fn as_json(value: &Held) -> Result<String, minijinja::Error> {
    serde_json::to_string(value).map_err(|error| minijinja::Error::new(ErrorKind::BadSerialization, error.to_string()))
}

/// A failure that no missing variable explains.
fn not_rendered(error: &minijinja::Error, prompt: &str) -> Problem {
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
fn lacks(prompt: &str, lacking: &BTreeSet<String>, vars: &Map<String, Value>) -> Problem {
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

fn not_compiled(error: &minijinja::Error, prompt: &Prompt, source: &str) -> Problem {
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

fn picture(name: &str) -> Image {
    let source = if is_address(name) {
        ImageSource::Url(name.to_owned())
    } else {
        ImageSource::Url(format!("file:{name}"))
    };
    Image {
        name: name.to_owned(),
        source,
    }
}

/// Whether a picture lies on the web rather than in a file.
#[must_use]
pub fn is_address(name: &str) -> bool {
    let lower = name.get(..8).unwrap_or(name).to_ascii_lowercase();
    ["http://", "https://", "gs://"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PromptMessage;
    use proptest::prelude::*;
    use serde_json::json;

    fn prompt(template: &str) -> Prompt {
        Prompt {
            name: "p".to_owned(),
            system: None,
            messages: vec![PromptMessage {
                role: Role::User,
                content: template.to_owned(),
            }],
            params: Params::default(),
        }
    }

    fn case(vars: &Value) -> Case {
        Case {
            vars: vars.as_object().unwrap().clone(),
            ..Case::default()
        }
    }

    fn render(template: &str, vars: &Value) -> Result<String, Problem> {
        let templates = Templates::new(&[prompt(template)], &Params::default()).unwrap();
        let case = case(vars);
        let rendered = templates.render(0, &case).map(|call| call.question());
        assert_eq!(templates.check(&case.vars).is_empty(), rendered.is_ok(), "{template}");
        rendered
    }

    #[test]
    fn not_a_byte_is_changed() {
        for template in [
            "{{ question }}",
            "\n{{question}}\n\n",
            "{% if true %}\n {{ question }}\n{% endif %}\n",
            "  <b>&{{ question }}</b>",
        ] {
            let expected = template
                .replace("{% if true %}", "")
                .replace("{% endif %}", "")
                .replace("{{ question }}", "<\"가\n")
                .replace("{{question}}", "<\"가\n");
            assert_eq!(render(template, &json!({"question": "<\"가\n"})).unwrap(), expected);
        }
    }

    #[test]
    fn values_are_not_rendered_again() {
        let vars = json!({"question": "{{ secret }} {% raw %}", "secret": "x"});
        assert_eq!(render("{{ question }}", &vars).unwrap(), "{{ secret }} {% raw %}");
        assert_eq!(
            render("{% if 1 %}{{ question }}{% endif %}", &vars).unwrap(),
            "{{ secret }} {% raw %}"
        );
    }

    #[test]
    fn missing_variables_are_named_with_those_that_exist() {
        let problem = render("{{ qestion }}", &json!({"question": "x"})).unwrap_err();
        assert_eq!(
            problem.message,
            "prompt `p` wants `qestion`, which this case does not have"
        );
        assert_eq!(problem.help.unwrap(), "did you mean `question`?");
        let problem = render("{% if topic %}a{% endif %}", &json!({"question": "x", "지문": "y"})).unwrap_err();
        assert_eq!(problem.help.unwrap(), "it has `question`, `지문`");
        let problem = render("{{ expect }}", &json!({"question": "x"})).unwrap_err();
        assert!(problem.help.unwrap().contains("never sent"));
        assert!(render("{{ a.b }}", &json!({"a": {"c": 1}})).is_err());
        assert!(render("{{ a[1] }}", &json!({"a": [1]})).is_err());
    }

    #[test]
    fn all_missing_variables_are_told_and_only_those() {
        let problem = render(
            "{% if hint is defined %}{{ hint }}{% endif %}{{ topic }} {{ place }} {{ question }}",
            &json!({"question": "x"}),
        )
        .unwrap_err();
        assert_eq!(
            problem.message,
            "prompt `p` wants `place`, `topic`, which this case does not have"
        );
        assert_eq!(
            problem.message.in_lang(crate::domain::Lang::Ko),
            "`p` 프롬프트에 필요한 `place`, `topic` 변수가 이 문항에 없습니다"
        );
    }

    #[test]
    fn lists_are_put_in_one_item_a_line_and_maps_as_json() {
        let vars = json!({"choices": ["A. 서울", "B. \"부산\"", 3, true], "map": {"키": [1, "x"]}, "nested": [[1, 2], {"a": 1}]});
        assert_eq!(render("{{ choices }}", &vars).unwrap(), "A. 서울\nB. \"부산\"\n3\ntrue");
        assert_eq!(render("{{ map }}", &vars).unwrap(), "{\"키\":[1,\"x\"]}");
        assert_eq!(render("{{ nested }}", &vars).unwrap(), "[1,2]\n{\"a\":1}");
        assert_eq!(
            render("{{ choices[:2] | join(' / ') }} {{ choices[3] }}", &vars).unwrap(),
            "A. 서울 / B. \"부산\" true"
        );
        assert!(render("{{ x }}", &json!({"x": [null]})).is_err());
    }

    #[test]
    fn optional_variables_may_be_absent() {
        let template = "{% if context is defined %}{{ context }}\n{% endif %}{{ question }}";
        assert_eq!(render(template, &json!({"question": "q"})).unwrap(), "q");
        assert_eq!(render("{{ x | default('-') }}", &json!({})).unwrap(), "-");
    }

    #[test]
    fn nulls_are_not_printed() {
        assert!(render("{{ x }}", &json!({"x": null})).is_err());
        assert_eq!(render("{{ x or '' }}", &json!({"x": null})).unwrap(), "");
    }

    #[test]
    fn odd_names_are_reached_through_vars() {
        let vars = json!({"보기 1": "가", "1": "나", "x": "다"});
        assert_eq!(
            render("{{ vars['보기 1'] }}{{ vars['1'] }}{{ vars.x }}", &vars).unwrap(),
            "가나다"
        );
        assert_eq!(render("{{ vars.x }}", &json!({"x": 1})).unwrap(), "1");
    }

    #[test]
    fn endless_templates_stop() {
        let template = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        let problem = render(template, &json!({})).unwrap_err();
        assert!(
            problem.message.contains("does not come to an end"),
            "{}",
            problem.message
        );
    }

    #[test]
    fn wrong_templates_are_all_told() {
        let problems = Templates::new(
            &[prompt("{{ a"), prompt("ok"), prompt("a\n{% if %}")],
            &Params::default(),
        )
        .unwrap_err();
        assert_eq!(problems.len(), 2);
        assert!(problems[1].message.contains("line 2"), "{}", problems[1].message);
    }

    #[test]
    fn parameters_lie_over_each_other_and_pictures_come_last() {
        let suite = Params {
            temperature: Some(0.1),
            seed: Some(1),
            top_k: Some(1),
            ..Params::default()
        };
        let mut one = prompt("{{ question }}");
        one.params.seed = Some(2);
        one.params.top_k = Some(2);
        one.system = Some("너는 {{ role }}".to_owned());
        let templates = Templates::new(&[one], &suite).unwrap();
        let mut case = case(&json!({"question": "q", "role": "선생님"}));
        case.params.top_k = Some(3);
        case.images = vec!["suites/a.png".to_owned(), "https://example.com/b.png".to_owned()];
        let call = templates.render(0, &case).unwrap();
        assert_eq!(call.system.as_deref(), Some("너는 선생님"));
        assert_eq!(
            (call.params.temperature, call.params.seed, call.params.top_k),
            (Some(0.1), Some(2), Some(3))
        );
        let parts = &call.messages[0].parts;
        assert_eq!(parts.len(), 3);
        let Part::Image(image) = &parts[1] else { panic!() };
        assert_eq!(image.source, ImageSource::Url("file:suites/a.png".to_owned()));
    }

    #[test]
    fn wanted_names_leave_branches_out() {
        let templates = Templates::new(
            &[
                prompt("{{ question }} {{ a.b }} {{ vars.c }}"),
                prompt("{% if d %}{% endif %}"),
            ],
            &Params::default(),
        )
        .unwrap();
        assert_eq!(templates.wanted().into_iter().collect::<Vec<_>>(), ["a", "question"]);
    }

    proptest! {
        /// The short way must give what the engine gives.
        #[test]
        fn plain_templates_render_alike(
            source in "([a-z가 \n}]|\\{\\{ (a|b|c\\.d|vars\\.b|e) \\}\\}){0,8}",
            a in "\\PC{0,6}",
            b in any::<i64>(),
        ) {
            let vars = json!({"a": a, "b": b, "c": {"d": "x"}});
            let templates = Templates::new(&[prompt(&source)], &Params::default()).unwrap();
            let Some(bits) = plain(&source) else { return Ok(()); };
            let own = minijinja::Value::from(Serde(&vars));
            let engine = templates.environment.get_template("0/0").unwrap().render(context! { vars => own.clone(), ..own });
            match filled(&bits, vars.as_object().unwrap()) {
                Some(text) => prop_assert_eq!(text, engine.unwrap()),
                None => prop_assert!(engine.is_err()),
            }
        }
    }
}
