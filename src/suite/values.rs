//! Reading fields of the tree: maps of known fields, lists, texts, values that fit their schema, parameters. Every
//! mistake is told, with its place, before the caller goes on.

use serde_json::{Map, Value};

use crate::domain::{Params, Problem, Said};
use crate::said;

use super::findings::Findings;
use super::place::Origin;
use super::shape::{PARAMS, Shape};
use super::suggest::{help, listed};
use super::tree::{Data, Entry, Node, Span};

/// What was read and where mistakes go.
pub struct Desk<'d, 'o> {
    /// What the nodes were read from.
    pub origin: &'d Origin<'o>,
    /// What was found so far.
    pub findings: &'d mut Findings,
}

impl Desk<'_, '_> {
    /// Tells a problem at a span.
    pub fn tell(&mut self, span: Span, problem: Problem) {
        self.findings.at(self.origin, span, problem);
    }

    /// The entries of a map whose fields are those of `shape`; the others are told. `what` names the map in
    /// sentences, for example "a case".
    pub fn fields<'n>(&mut self, node: &'n Node, shape: &Shape, what: &Said) -> Option<&'n [Entry]> {
        let known = shape.fields();
        let entries = self.map(node, what, || {
            said!("its fields: {}", "쓸 수 있는 필드: {}", listed(known))
        })?;
        for entry in entries {
            if !shape.knows(&entry.key) {
                let known = shape.fields().iter().map(String::as_str);
                let problem = unknown_field(&entry.key, what).help(help(&entry.key, known));
                self.tell(entry.key_span, problem);
            }
        }
        Some(entries)
    }

    /// The entries of a map of any fields. `example` helps where it is none.
    pub fn map<'n>(&mut self, node: &'n Node, what: &Said, example: impl FnOnce() -> Said) -> Option<&'n [Entry]> {
        let entries = node.as_map();
        if entries.is_none() {
            let message = said!(
                "{what} is a map of fields, not {}",
                "{what}에는 필드 목록(맵)을 써야 합니다. 지금은 {}입니다",
                node.describe()
            );
            self.tell(node.span, Problem::error("wrong_type", message).help(example()));
        }
        entries
    }

    /// The items of a list.
    pub fn list<'n>(&mut self, node: &'n Node, field: &str) -> Option<&'n [Node]> {
        let items = node.as_list();
        if items.is_none() && !node.is_null() {
            let message = said!(
                "`{field}` takes a list, not {}",
                "`{field}`에는 목록을 써야 합니다. 지금은 {}입니다",
                node.describe()
            );
            self.tell(node.span, Problem::error("wrong_type", message));
        }
        items
    }

    /// A scalar as written, never empty.
    pub fn text(&mut self, node: &Node, field: &str) -> Option<String> {
        match node.as_text() {
            Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
            Some(_) => {
                let message = said!("`{field}` is empty", "`{field}` 값이 비어 있습니다");
                self.tell(node.span, Problem::error("empty", message));
                None
            }
            None if node.is_null() => {
                let message = said!("`{field}` has no value", "`{field}` 값이 없습니다");
                self.tell(node.span, Problem::error("empty", message));
                None
            }
            None => {
                let message = said!(
                    "`{field}` takes text, not {}",
                    "`{field}`에는 글을 써야 합니다. 지금은 {}입니다",
                    node.describe()
                );
                self.tell(node.span, Problem::error("wrong_type", message));
                None
            }
        }
    }

    /// One scalar or a list of them, as written.
    pub fn texts(&mut self, node: &Node, field: &str) -> Vec<(String, Span)> {
        match &node.data {
            _ if node.is_null() => Vec::new(),
            Data::List(items) => items
                .iter()
                .filter_map(|item| Some((self.text(item, field)?, item.span)))
                .collect(),
            _ => self
                .text(node, field)
                .map(|text| (text, node.span))
                .into_iter()
                .collect(),
        }
    }

    /// The value of a field as the shape wants it; null and misfits give nothing, misfits are told.
    pub fn value(&mut self, node: &Node, shape: &Shape, field: &str) -> Option<Value> {
        if node.is_null() {
            return None;
        }
        let schema = shape.field(field)?;
        match super::guided::read(node, schema, shape.root(), &format!("`{field}`").into()) {
            Ok(value) => Some(value),
            Err(misfit) => {
                let mut problem = Problem::error(misfit.code, said!("{} {}", "{} {}", misfit.subject, misfit.wrong));
                problem.help = misfit.help;
                self.tell(misfit.span, problem);
                None
            }
        }
    }

    /// Parameters of calls. Fields that do not fit are told and left out.
    pub fn params(&mut self, node: &Node) -> Params {
        if node.is_null() {
            return Params::default();
        }
        let shape = &*PARAMS;
        let mut fields = Map::new();
        for entry in self.fields(node, shape, &Said::from("`params`")).unwrap_or_default() {
            if let Some(value) = self.value(&entry.value, shape, &entry.key) {
                if let Some(wrong) = out_of_range(&entry.key, &value) {
                    let message = said!(
                        "`{}` {wrong}, not {}",
                        "`{}` {wrong}. 지금은 {}입니다",
                        entry.key,
                        entry.value.describe()
                    );
                    self.tell(entry.value.span, Problem::error("out_of_range", message));
                } else {
                    fields.insert(entry.key.clone(), value);
                }
            }
        }
        match serde_json::from_value(Value::Object(fields)) {
            Ok(params) => params,
            Err(error) => {
                let message = said!(
                    "these parameters do not fit: {error}",
                    "매개변수가 맞지 않습니다: {error}"
                );
                self.tell(node.span, Problem::error("wrong_type", message));
                Params::default()
            }
        }
    }
}

/// Ranges that every vendor shares; narrower ones are the provider's to tell.
fn out_of_range(field: &str, value: &Value) -> Option<Said> {
    let number = value.as_f64()?;
    match field {
        "temperature" if number < 0.0 => Some(said!("takes a number from 0 on", "값은 0 이상의 수여야 합니다")),
        "top_p" if number <= 0.0 || number > 1.0 => Some(said!(
            "takes a number above 0 and up to 1",
            "값은 0보다 크고 1 이하인 수여야 합니다"
        )),
        "max_output_tokens" if number < 1.0 => {
            Some(said!("takes a whole number from 1 on", "값은 1 이상의 정수여야 합니다"))
        }
        "logprobs" if number > 20.0 => Some(said!(
            "takes a whole number from 0 to 20",
            "값은 0에서 20까지의 정수여야 합니다"
        )),
        _ => None,
    }
}

/// A field that is not known.
#[must_use]
pub fn unknown_field(field: &str, what: &Said) -> Problem {
    Problem::error(
        "unknown_field",
        said!("{what} has no field `{field}`", "{what}에는 `{field}` 필드가 없습니다"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Effort;
    use crate::suite::read_yaml;

    fn params(text: &str) -> (Params, Vec<Problem>) {
        let origin = Origin::text("f.yaml", text);
        let mut findings = Findings::new();
        let node = read_yaml::read(text, 0, &origin, &mut findings).unwrap();
        let mut desk = Desk {
            origin: &origin,
            findings: &mut findings,
        };
        let params = desk.params(&node);
        (params, findings.finish().0)
    }

    #[test]
    fn good_parameters_are_read() {
        let (params, problems) = params(
            "temperature: .5\ntop_k: 40\nstop: ['\\n', 1.0]\nreasoning_effort: high\nseed: 18446744073709551615\njson_schema: {type: object}\nmax_output_tokens:\n",
        );
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(params.temperature, Some(0.5));
        assert_eq!(params.stop, Some(vec!["\\n".to_owned(), "1.0".to_owned()]));
        assert_eq!(params.reasoning_effort, Some(Effort::High));
        assert_eq!(params.seed, Some(u64::MAX));
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let (_, problems) = params(
            "temperature: hot\ntop_p: 2\nmax_tokens: 5\nseed: -1\nreasoning_effort: hihg\nlogprobs: 21\nstop: x\ntop_k: '40'\nmax_output_tokens: 99999999999\ntemprature: nan\n",
        );
        let told: Vec<String> = problems
            .iter()
            .map(|problem| {
                format!(
                    "{} {}{}",
                    problem.place.as_ref().unwrap().line,
                    problem.message,
                    problem
                        .help
                        .as_ref()
                        .map(|help| format!(" ({help})"))
                        .unwrap_or_default()
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "1 `temperature` takes a number, not `hot`",
                "2 `top_p` takes a number above 0 and up to 1, not `2`",
                "3 `params` has no field `max_tokens` (did you mean `max_output_tokens`?)",
                "4 `seed` takes a whole number from 0 on, not `-1`",
                "5 `reasoning_effort` takes one of `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`, not `hihg` (did you mean `high`?)",
                "6 `logprobs` takes a whole number from 0 to 20, not `21`",
                "7 `stop` takes a list, not `x`",
                "8 `top_k` takes a whole number from 0 on, not the text `40` (leave the quotes out)",
                "9 `max_output_tokens` takes a whole number from 0 on, not `99999999999`",
                "10 `params` has no field `temprature` (did you mean `temperature`?)",
            ]
        );
    }

    #[test]
    fn nested_misfits_name_their_item() {
        let (_, problems) = params("stop: [a, [b]]\n");
        assert_eq!(problems[0].message, "`stop`, item 2, takes text, not a list");
        assert_eq!(problems[0].place.as_ref().unwrap().column, 11);
    }
}
