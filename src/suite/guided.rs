//! Values as their JSON Schema wants them.
//!
//! The schema decides how a plain scalar is read: `id: 007` is the text `007`, `trials: 3` the number 3. It knows as much of
//! JSON Schema as our own types and those of scorers produce; what a schema leaves open is left to who uses the value.

use serde_json::{Map, Number, Value};

use crate::domain::case::text_of;
use crate::domain::said::object_particle;
use crate::domain::{Lang, Said};
use crate::said;

use super::suggest::{help, listed, nearest};
use super::tree::{Data, Entry, Node, Span, canonical};

/// A value that does not fit.
pub(super) struct Misfit {
    pub(super) span: Span,
    /// What stands there: "`stop`", or "`stop`, item 2,".
    pub(super) subject: Said,
    pub(super) code: &'static str,
    /// What is wrong, following the subject.
    pub(super) wrong: Said,
    pub(super) help: Option<Said>,
}

/// The node as `schema` wants it.
pub(super) fn read(node: &Node, schema: &Value, root: &Value, subject: &Said) -> Result<Value, Misfit> {
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

fn list(items: &[Node], schema: &Value, root: &Value, subject: &Said) -> Result<Value, Misfit> {
    let Some(inner) = schema.get("items") else {
        return Ok(Value::Array(items.iter().map(Node::to_json).collect()));
    };
    items
        .iter()
        .zip(1..)
        .map(|(item, count)| {
            read(
                item,
                inner,
                root,
                &said!("{subject}, item {count},", "{subject}의 {count}번째 항목"),
            )
        })
        .collect::<Result<Vec<_>, _>>()
        .map(Value::Array)
}

fn object(node: &Node, entries: &[Entry], schema: &Value, root: &Value, subject: &Said) -> Result<Value, Misfit> {
    let fields = schema.get("properties").and_then(Value::as_object);
    let open = schema.get("additionalProperties");
    let mut map = Map::new();
    for entry in entries {
        let inner = fields.and_then(|fields| fields.get(&entry.key));
        let value = match (inner, open) {
            (Some(inner), _) | (None, Some(inner @ Value::Object(_))) => {
                let subject = said!("`{}` in {subject}", "{subject}의 `{}`", entry.key);
                read(&entry.value, inner, root, &subject)?
            }
            (None, Some(Value::Bool(false))) => {
                return Err(Misfit {
                    span: entry.key_span,
                    subject: subject.clone(),
                    code: "unknown_field",
                    wrong: said!("has no field `{}`", "안에는 `{}` 필드가 없습니다", entry.key),
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
                subject: subject.clone(),
                code: "missing_field",
                wrong: said!("lacks `{field}`", "안에 `{field}` 필드가 빠졌습니다"),
                help: None,
            });
        }
    }
    Ok(Value::Object(map))
}

/// The first of several schemas that fits.
fn chosen(node: &Node, choices: &[Value], root: &Value, subject: &Said) -> Result<Value, Misfit> {
    let choices: Vec<&Value> = choices
        .iter()
        .map(|choice| resolved(choice, root))
        .filter(|choice| types(choice) != ["null"])
        .collect();
    if let [only] = choices[..] {
        return read(node, only, root, subject);
    }
    let words: Vec<&Value> = choices.iter().flat_map(|choice| constants(choice)).collect();
    if words.len() >= choices.len() {
        return one_of(node, &words, subject);
    }
    let mut near = Vec::new();
    for choice in &choices {
        match read(node, choice, root, subject) {
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
    let wanted: Vec<Said> = choices.iter().map(|choice| wants(choice, &types(choice))).collect();
    Err(misfit(node, subject, &either(&wanted)))
}

fn one_of(node: &Node, words: &[&Value], subject: &Said) -> Result<Value, Misfit> {
    let written = node.as_text();
    let found = words.iter().find(|word| Some(text_of(word).as_str()) == written);
    if let Some(word) = found {
        return Ok((**word).clone());
    }
    let names: Vec<String> = words.iter().map(|word| text_of(word)).collect();
    let mut misfit = misfit(node, subject, &said!("one of {}", "{} 가운데 하나", listed(&names)));
    if let Some(near) = written.and_then(|text| nearest(text, names.iter().map(String::as_str))) {
        misfit.help = Some(said!("did you mean `{near}`?", "혹시 `{near}`입니까?"));
    }
    Err(misfit)
}

fn misfit(node: &Node, subject: &Said, wants: &Said) -> Misfit {
    let quoted_number = matches!(&node.data, Data::Text(text) if text.trim().parse::<f64>().is_ok());
    let yes = node.as_text().is_some_and(|text| {
        matches!(
            text.to_ascii_lowercase().as_str(),
            "yes" | "no" | "on" | "off" | "true" | "false"
        )
    });
    let (what, particle) = (node.describe(), object_particle(wants.in_lang(Lang::Ko)));
    Misfit {
        span: node.span,
        subject: subject.clone(),
        code: "wrong_type",
        wrong: said!(
            "takes {wants}, not {what}",
            "자리에는 {wants}{particle} 써야 합니다. 지금은 {what}입니다"
        ),
        help: if quoted_number && wants.contains("number") {
            Some(said!("leave the quotes out", "따옴표를 빼세요"))
        } else if yes && wants.contains("`true`") {
            Some(said!(
                "write `true` or `false`, in lower case and without quotes",
                "`true`나 `false`를 소문자로, 따옴표 없이 쓰세요"
            ))
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
fn wants(schema: &Value, types: &[&str]) -> Said {
    let bound = |word: &str| schema.get(word).and_then(Value::as_f64);
    let range = match (
        bound("minimum"),
        bound("maximum"),
        bound("exclusiveMinimum"),
        bound("exclusiveMaximum"),
    ) {
        (Some(least), Some(most), _, _) => said!(" from {least} to {most}", "{least}에서 {most}까지의 "),
        (Some(least), None, _, None) => said!(" from {least} on", "{least} 이상의 "),
        (None, Some(most), Some(least), _) => {
            said!(" above {least} and up to {most}", "{least}보다 크고 {most} 이하인 ")
        }
        (None, None, Some(least), None) => said!(" above {least}", "{least}보다 큰 "),
        (Some(least), None, _, Some(most)) => said!(" from {least} to below {most}", "{least} 이상 {most} 미만의 "),
        (None, Some(most), None, _) => said!(" up to {most}", "{most} 이하의 "),
        _ => Said::from(""),
    };
    let words: Vec<Said> = types
        .iter()
        .filter_map(|word| match *word {
            "string" => Some(said!("text", "글")),
            "number" => Some(said!("a number{range}", "{range}수")),
            "integer" => Some(said!("a whole number{range}", "{range}정수")),
            "boolean" => Some(said!("`true` or `false`", "`true`나 `false`")),
            "array" => Some(said!("a list", "목록")),
            "object" => Some(said!("a map", "맵")),
            _ => None,
        })
        .collect();
    either(&words)
}

/// `a list or a map`.
fn either(words: &[Said]) -> Said {
    let in_lang = |lang: Lang, or: &str| {
        let words: Vec<&str> = words.iter().map(|word| word.in_lang(lang)).collect();
        words.join(or)
    };
    Said::both(in_lang(Lang::En, " or "), in_lang(Lang::Ko, " 또는 "))
}
