//! From a parameter type to a line of the list: reading, checking and describing parameters.

use crate::said;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Kind, Refusal, Scorer};

/// The parameter type of a scorer. Its doc comment is the user's page, its fields are the scorer's fields.
pub(super) trait Rule: DeserializeOwned + JsonSchema {
    /// Name in suites.
    const NAME: &'static str;

    /// Checks what types cannot and prepares what is costly (patterns, schemas) once.
    fn ready(self) -> Result<Box<dyn Scorer>, Refusal>;
}

/// The line of the list for a parameter type.
pub(super) const fn kind_of<R: Rule>() -> Kind {
    Kind {
        name: R::NAME,
        build: build::<R>,
        schema: schema::<R>,
    }
}

fn build<R: Rule>(params: &Map<String, Value>) -> Result<Box<dyn Scorer>, Refusal> {
    match read::<R>(params) {
        Ok(rule) => rule.ready(),
        Err(why) => Err(refused::<R>(params, &why)),
    }
}

fn schema<R: Rule>() -> Schema {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<R>()
}

fn read<R: Rule>(params: &Map<String, Value>) -> Result<R, String> {
    serde_json::from_value(Value::Object(params.clone())).map_err(|error| error.to_string())
}

/// Names the field to blame. serde names it only for unknown and missing fields, so each field is tried alone:
/// the one that still fails, other than for what is then missing, is at fault.
fn refused<R: Rule>(params: &Map<String, Value>, why: &str) -> Refusal {
    let quoted = |text: &str| text.split('`').nth(1).map(str::to_owned);
    if why.starts_with("missing field") {
        let field = quoted(why);
        let message = said!(
            "`{}` is missing",
            "`{}` 필드가 없습니다",
            field.as_deref().unwrap_or("a field")
        );
        return Refusal {
            field,
            message,
            help: None,
        };
    }
    for (name, value) in params {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        let Err(why) = read::<R>(&alone) else {
            continue;
        };
        if why.starts_with("missing field") {
            continue;
        }
        if why.starts_with("unknown field") {
            let known = fields::<R>();
            let help = if known.is_empty() {
                said!("it has no fields of its own", "이 채점기에는 필드가 없습니다")
            } else {
                said!("its fields are {}", "쓸 수 있는 필드: {}", known.join(", "))
            };
            return Refusal::of(name, said!("there is no field `{name}`", "`{name}` 필드는 없습니다")).help(help);
        }
        return Refusal::of(name, said!("`{name}`: {}", "`{name}`: {}", in_plain_words(&why)));
    }
    Refusal {
        field: None,
        message: in_plain_words(why).into(),
        help: None,
    }
}

fn fields<R: Rule>() -> Vec<String> {
    schema::<R>()
        .get("properties")
        .and_then(Value::as_object)
        .map(|fields| fields.keys().map(|name| format!("`{name}`")).collect())
        .unwrap_or_default()
}

/// serde's messages with Rust's type names replaced.
fn in_plain_words(why: &str) -> String {
    let mut words = why.to_owned();
    for (theirs, ours) in [
        ("expected f64", "expected a number"),
        ("expected f32", "expected a number"),
        ("expected u64", "expected a whole number of at least 0"),
        ("expected u32", "expected a whole number of at least 0"),
        ("expected usize", "expected a whole number of at least 0"),
        ("expected a sequence", "expected a list"),
        ("expected a string", "expected a text"),
        ("expected a boolean", "expected true or false"),
        ("invalid type: string", "the text"),
        ("invalid type: integer", "the number"),
        ("invalid type: floating point", "the number"),
        ("invalid type: boolean", "the word"),
        ("invalid type: sequence", "a list"),
        ("invalid type: map", "a map"),
        ("invalid type: null", "nothing"),
        ("invalid value: integer", "the number"),
        ("unknown variant", "the word"),
        (", expected", " does not fit, expected"),
    ] {
        words = words.replace(theirs, ours);
    }
    words
}
