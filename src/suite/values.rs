//! Reads fields of the tree as their JSON Schema wants them, and says what is wrong where they do not fit.
//!
//! The schema decides how a plain scalar is read: `id: 007` is the text `007`, `trials: 3` the number 3. Every
//! mistake of a value is told, with its place, before the caller goes on.

use serde_json::{Map, Number, Value};

use crate::domain::{Params, Problem};

use super::findings::Findings;
use super::place::Origin;
use super::shape::{PARAMS, Shape};
use super::suggest::{help, listed};
use super::tree::{Data, Entry, Node, Span, canonical};

/// What was read and where mistakes go.
pub struct Desk<'d, 'o> {
    /// What the nodes were read from.
    pub origin: &'d Origin<'o>,
    /// What was found so far.
    pub findings: &'d mut Findings,
}

/// A value that does not fit.
struct Misfit {
    span: Span,
    /// What stands there: "`stop`", or "`stop`, item 2,".
    subject: String,
    code: &'static str,
    /// What is wrong, following the subject.
    wrong: String,
    help: Option<String>,
}

impl Desk<'_, '_> {
    /// Tells a problem at a span.
    pub fn tell(&mut self, span: Span, problem: Problem) {
        self.findings.at(self.origin, span, problem);
    }

    /// The entries of a map whose fields are those of `shape`; the others are told. `what` names the map in
    /// sentences, for example "a case".
    pub fn fields<'n>(&mut self, node: &'n Node, shape: &Shape, what: &str) -> Option<&'n [Entry]> {
        let entries = self.map(node, what)?;
        for entry in entries {
            if !shape.knows(&entry.key) {
                let known = shape.fields().iter().map(String::as_str);
                let problem = unknown_field(&entry.key, what).help(help(&entry.key, known));
                self.tell(entry.key_span, problem);
            }
        }
        Some(entries)
    }

    /// The entries of a map of any fields.
    pub fn map<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Entry]> {
        let entries = node.as_map();
        if entries.is_none() {
            let message = format!("{what} is a map of fields, not {}", node.describe());
            self.tell(node.span, Problem::error("wrong_type", message));
        }
        entries
    }

    /// The items of a list.
    pub fn list<'n>(&mut self, node: &'n Node, field: &str) -> Option<&'n [Node]> {
        let items = node.as_list();
        if items.is_none() && !node.is_null() {
            let message = format!("`{field}` takes a list, not {}", node.describe());
            self.tell(node.span, Problem::error("wrong_type", message));
        }
        items
    }

    /// A scalar as written, never empty.
    pub fn text(&mut self, node: &Node, field: &str) -> Option<String> {
        match node.as_text() {
            Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
            Some(_) => {
                let message = format!("`{field}` is empty");
                self.tell(node.span, Problem::error("empty", message));
                None
            }
            None if node.is_null() => {
                let message = format!("`{field}` has no value");
                self.tell(node.span, Problem::error("empty", message));
                None
            }
            None => {
                let message = format!("`{field}` takes text, not {}", node.describe());
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
        match guided(node, schema, shape.root(), &format!("`{field}`")) {
            Ok(value) => Some(value),
            Err(misfit) => {
                let mut problem = Problem::error(misfit.code, format!("{} {}", misfit.subject, misfit.wrong));
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
        for entry in self.fields(node, shape, "`params`").unwrap_or_default() {
            if let Some(value) = self.value(&entry.value, shape, &entry.key) {
                if let Some(wrong) = out_of_range(&entry.key, &value) {
                    let message = format!("`{}` {wrong}, not {}", entry.key, entry.value.describe());
                    self.tell(entry.value.span, Problem::error("out_of_range", message));
                } else {
                    fields.insert(entry.key.clone(), value);
                }
            }
        }
        match serde_json::from_value(Value::Object(fields)) {
            Ok(params) => params,
            Err(error) => {
                let message = format!("these parameters do not fit: {error}");
                self.tell(node.span, Problem::error("wrong_type", message));
                Params::default()
            }
        }
    }
}

/// Ranges that every vendor shares; narrower ones are the provider's to tell.
fn out_of_range(field: &str, value: &Value) -> Option<&'static str> {
    let number = value.as_f64()?;
    match field {
        "temperature" if number < 0.0 => Some("takes a number from 0 on"),
        "top_p" if number <= 0.0 || number > 1.0 => Some("takes a number above 0 and up to 1"),
        "max_output_tokens" if number < 1.0 => Some("takes a whole number from 1 on"),
        "logprobs" if number > 20.0 => Some("takes a whole number from 0 to 20"),
        _ => None,
    }
}

/// A field that is not known.
#[must_use]
pub fn unknown_field(field: &str, what: &str) -> Problem {
    Problem::error("unknown_field", format!("{what} has no field `{field}`"))
}

/// The node as `schema` wants it.
fn guided(node: &Node, schema: &Value, root: &Value, subject: &str) -> Result<Value, Misfit> {
    let schema = resolved(schema, root);
    for word in ["anyOf", "oneOf"] {
        if let Some(choices) = schema.get(word).and_then(Value::as_array) {
            return chosen(node, choices, root, subject);
        }
    }
    let words = constants(schema);
    if !words.is_empty() {
        return one_of(node, &words, subject);
    }
    let types = types(schema);
    if types.is_empty() {
        return Ok(node.to_json());
    }
    let misfit = || misfit(node, subject, &wants(schema, &types));
    let allowed = |word: &str| types.contains(&word);
    match &node.data {
        _ if node.is_null() && allowed("null") => Ok(Value::Null),
        Data::List(items) if allowed("array") => list(items, schema, root, subject),
        Data::Map(entries) if allowed("object") => object(node, entries, schema, root, subject),
        Data::Text(text) if allowed("string") => Ok(Value::String(text.clone())),
        Data::Plain(text) => {
            let value = canonical(text);
            if value.is_boolean() && allowed("boolean") {
                return Ok(value);
            }
            if (allowed("number") || allowed("integer"))
                && let Some(number) = number(text, !allowed("number"))
            {
                return in_range(&number, schema)
                    .then_some(Value::Number(number))
                    .ok_or_else(misfit);
            }
            if allowed("string") && !node.is_null() {
                return Ok(Value::String(text.clone()));
            }
            Err(misfit())
        }
        _ => Err(misfit()),
    }
}

fn list(items: &[Node], schema: &Value, root: &Value, subject: &str) -> Result<Value, Misfit> {
    let Some(inner) = schema.get("items") else {
        return Ok(Value::Array(items.iter().map(Node::to_json).collect()));
    };
    items
        .iter()
        .zip(1..)
        .map(|(item, count)| guided(item, inner, root, &format!("{subject}, item {count},")))
        .collect::<Result<Vec<_>, _>>()
        .map(Value::Array)
}

fn object(node: &Node, entries: &[Entry], schema: &Value, root: &Value, subject: &str) -> Result<Value, Misfit> {
    let fields = schema.get("properties").and_then(Value::as_object);
    let open = schema.get("additionalProperties");
    let mut map = Map::new();
    for entry in entries {
        let inner = fields.and_then(|fields| fields.get(&entry.key));
        let value = match (inner, open) {
            (Some(inner), _) | (None, Some(inner @ Value::Object(_))) => {
                let subject = format!("`{}` in {subject}", entry.key);
                guided(&entry.value, inner, root, &subject)?
            }
            (None, Some(Value::Bool(false))) => {
                return Err(Misfit {
                    span: entry.key_span,
                    subject: subject.to_owned(),
                    code: "unknown_field",
                    wrong: format!("has no field `{}`", entry.key),
                    help: Some(help(
                        &entry.key,
                        fields.into_iter().flat_map(|fields| fields.keys().map(String::as_str)),
                    )),
                });
            }
            (None, _) => entry.value.to_json(),
        };
        map.insert(entry.key.clone(), value);
    }
    let required = schema.get("required").and_then(Value::as_array);
    for field in required.into_iter().flatten().filter_map(Value::as_str) {
        if !map.contains_key(field) {
            return Err(Misfit {
                span: Span::new(node.span.start, node.span.start),
                subject: subject.to_owned(),
                code: "missing_field",
                wrong: format!("lacks `{field}`"),
                help: None,
            });
        }
    }
    Ok(Value::Object(map))
}

/// The first of several schemas that fits.
fn chosen(node: &Node, choices: &[Value], root: &Value, subject: &str) -> Result<Value, Misfit> {
    let choices: Vec<&Value> = choices
        .iter()
        .map(|choice| resolved(choice, root))
        .filter(|choice| types(choice) != ["null"])
        .collect();
    if let [only] = choices[..] {
        return guided(node, only, root, subject);
    }
    let words: Vec<&Value> = choices.iter().flat_map(|choice| constants(choice)).collect();
    if words.len() >= choices.len() {
        return one_of(node, &words, subject);
    }
    let mut near = Vec::new();
    for choice in &choices {
        match guided(node, choice, root, subject) {
            Ok(value) => return Ok(value),
            Err(misfit) => {
                let same = match &node.data {
                    Data::List(_) => types(choice).contains(&"array"),
                    Data::Map(_) => types(choice).contains(&"object"),
                    _ => false,
                };
                if same {
                    near.push(misfit);
                }
            }
        }
    }
    if near.len() == 1 {
        return Err(near.remove(0));
    }
    let wanted: Vec<String> = choices.iter().map(|choice| wants(choice, &types(choice))).collect();
    Err(misfit(node, subject, &wanted.join(" or ")))
}

fn one_of(node: &Node, words: &[&Value], subject: &str) -> Result<Value, Misfit> {
    let written = node.as_text();
    let found = words
        .iter()
        .find(|word| Some(crate::domain::case::text_of(word).as_str()) == written);
    if let Some(word) = found {
        return Ok((**word).clone());
    }
    let names: Vec<String> = words.iter().map(|word| crate::domain::case::text_of(word)).collect();
    let mut misfit = misfit(node, subject, &format!("one of {}", listed(&names)));
    if let Some(near) = written.and_then(|text| super::suggest::nearest(text, names.iter().map(String::as_str))) {
        misfit.help = Some(format!("did you mean `{near}`?"));
    }
    Err(misfit)
}

fn misfit(node: &Node, subject: &str, wants: &str) -> Misfit {
    let quoted_number = matches!(&node.data, Data::Text(text) if text.trim().parse::<f64>().is_ok());
    let yes = node.as_text().is_some_and(|text| {
        matches!(
            text.to_ascii_lowercase().as_str(),
            "yes" | "no" | "on" | "off" | "true" | "false"
        )
    });
    Misfit {
        span: node.span,
        subject: subject.to_owned(),
        code: "wrong_type",
        wrong: format!("takes {wants}, not {}", node.describe()),
        help: if quoted_number && wants.contains("number") {
            Some("leave the quotes out".to_owned())
        } else if yes && wants.contains("`true`") {
            Some("write `true` or `false`, in lower case and without quotes".to_owned())
        } else {
            None
        },
    }
}

/// A number as written, in any usual form but infinite.
fn number(text: &str, whole: bool) -> Option<Number> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(number.into());
    }
    if whole {
        return None;
    }
    Number::from_f64(text.parse().ok()?)
}

fn in_range(number: &Number, schema: &Value) -> bool {
    let Some(value) = number.as_f64() else {
        return false;
    };
    let bound = |word: &str| schema.get(word).and_then(Value::as_f64);
    let most = match schema.get("format").and_then(Value::as_str) {
        Some("uint8") => f64::from(u8::MAX),
        Some("uint16") => f64::from(u16::MAX),
        Some("uint32") => f64::from(u32::MAX),
        Some("int32") => f64::from(i32::MAX),
        _ => f64::INFINITY,
    };
    bound("minimum").is_none_or(|least| value >= least)
        && bound("maximum").is_none_or(|most| value <= most)
        && bound("exclusiveMinimum").is_none_or(|least| value > least)
        && bound("exclusiveMaximum").is_none_or(|most| value < most)
        && value <= most
}

/// Follows references.
fn resolved<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let mut schema = schema;
    for _ in 0..16 {
        let target = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|path| path.strip_prefix('#'))
            .and_then(|path| root.pointer(path));
        match target {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

/// The values a schema names one by one.
fn constants(schema: &Value) -> Vec<&Value> {
    match (schema.get("const"), schema.get("enum").and_then(Value::as_array)) {
        (Some(word), _) => vec![word],
        (None, Some(words)) => words.iter().filter(|word| !word.is_null()).collect(),
        (None, None) => Vec::new(),
    }
}

/// The types a schema allows; empty when it allows any.
fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What a schema wants, in words.
fn wants(schema: &Value, types: &[&str]) -> String {
    let bound = |word: &str| schema.get(word).and_then(Value::as_f64);
    let range = match (
        bound("minimum"),
        bound("maximum"),
        bound("exclusiveMinimum"),
        bound("exclusiveMaximum"),
    ) {
        (Some(least), Some(most), _, _) => format!(" from {least} to {most}"),
        (Some(least), None, _, None) => format!(" from {least} on"),
        (None, Some(most), Some(least), _) => format!(" above {least} and up to {most}"),
        (None, None, Some(least), None) => format!(" above {least}"),
        (Some(least), None, _, Some(most)) => format!(" from {least} to below {most}"),
        (None, Some(most), None, _) => format!(" up to {most}"),
        _ => String::new(),
    };
    let words: Vec<String> = types
        .iter()
        .filter_map(|word| match *word {
            "string" => Some("text".to_owned()),
            "number" => Some(format!("a number{range}")),
            "integer" => Some(format!("a whole number{range}")),
            "boolean" => Some("`true` or `false`".to_owned()),
            "array" => Some("a list".to_owned()),
            "object" => Some("a map".to_owned()),
            _ => None,
        })
        .collect();
    words.join(" or ")
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
