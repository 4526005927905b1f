//! Prompts over cases: compiled once, rendered for every case.
//!
//! The language is that of Jinja, strict: a variable that a case does not have is a mistake, and so is printing a
//! null. Nothing is escaped, no line break is trimmed anywhere (`trim_blocks`, `lstrip_blocks` off, the last line
//! break kept), and values are never rendered a second time: a question that holds `{{ x }}` is sent with it.
//! A list is put in one item a line, a map as JSON. A template sees the variables of the case, `question` among them,
//! and all of them once more under `vars` for names that are no identifiers (`{{ vars["보기 1"] }}`). It sees neither
//! `expect` nor tags nor scorers.

mod flaws;

use std::collections::BTreeSet;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value as Held, ValueKind};
use minijinja::{Environment, ErrorKind, UndefinedBehavior, context};
use serde_json::{Map, Value};

use crate::domain::{Call, Case, Image, ImageSource, Message, Params, Part, Problem, Prompt, Role};

use flaws::{lacks, not_compiled, not_rendered};

use super::plain::{Bit, filled, plain};

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
mod tests;
