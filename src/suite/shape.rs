//! What a suite file may hold, as types that are never filled: their JSON Schema is the list of known fields for
//! the checker and, written to `schemas/`, what editors complete from. One source, so the two cannot drift.

use std::sync::LazyLock;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::domain::{Params, Role};
use crate::scorer::Kind;

/// A suite of narani: what is asked, how it is asked, and what makes an answer right.
#[derive(JsonSchema)]
#[schemars(title = "narani suite", deny_unknown_fields, transform = wants_cases)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct SuiteFile {
    /// Name in tables and run folders; the file's name without its ending when absent.
    name: Option<String>,
    /// What the suite is for, in a sentence or two.
    description: Option<String>,
    /// Ways of asking, compared side by side. Without any, each question is sent as it stands.
    prompts: Option<Vec<PromptFile>>,
    /// Names of targets in `config.toml` that answer this suite; `--target` on the command line wins. All targets
    /// when absent.
    targets: Option<Vec<String>>,
    /// How often each question is asked, to see how much answers vary.
    #[schemars(range(min = 1, max = 1000))]
    trials: Option<u32>,
    /// Parameters of every call, laid over those of the target.
    params: Option<Params>,
    /// What judges every answer. Without any, answers that should match `expect` have to include it.
    #[schemars(schema_with = "scorer_list")]
    scorers: Option<Vec<Value>>,
    /// The questions: a list, a file (`{file: questions.csv}`), or a list in which files stand too.
    #[schemars(schema_with = "case_list")]
    cases: Value,
}

/// A way of asking: templates over the variables of a case.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct PromptFile {
    /// Name in tables; unique in the suite.
    name: String,
    /// Template of the system prompt.
    system: Option<String>,
    /// The same, kept in a file beside the suite.
    system_file: Option<String>,
    /// Template of the user's message, for example `{{ question }}`.
    template: Option<String>,
    /// The same, kept in a file beside the suite.
    template_file: Option<String>,
    /// Several turns instead of one template, oldest first; the last is the user's.
    messages: Option<Vec<TurnFile>>,
    /// Parameters of this prompt only, laid over the suite's.
    params: Option<Params>,
}

/// A turn of a conversation.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct TurnFile {
    /// Who speaks.
    role: Role,
    /// Template of what is said.
    content: String,
}

/// One question.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = wants_nothing)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct CaseFile {
    /// Stays the same when the wording changes, so that runs can be compared. Made from the content when absent.
    #[schemars(schema_with = "scalar")]
    id: Option<String>,
    /// The question; in templates `{{ question }}`.
    #[schemars(schema_with = "scalar")]
    question: Option<String>,
    /// The accepted answer, or a list of answers any of which is right. Never sent to a model.
    expect: Option<Value>,
    /// One tag or several, for slices and `--filter tag=…`.
    #[schemars(schema_with = "one_or_more")]
    tags: Option<Vec<String>>,
    /// Cases that share something (a passage, a template) and so are not independent of each other.
    #[schemars(schema_with = "scalar")]
    group: Option<String>,
    /// One picture or several shown with the question: paths beside the suite, or addresses.
    #[schemars(schema_with = "one_or_more")]
    images: Option<Vec<String>>,
    /// What judges the answer to this question, besides the suite's scorers.
    #[schemars(schema_with = "scorer_list")]
    scorers: Option<Vec<Value>>,
    /// Parameters of this call only, laid over the prompt's.
    params: Option<Params>,
    /// Values for the templates. `{each: [a, b]}` makes one case of each value; several multiply.
    vars: Option<Map<String, Value>>,
}

/// Cases kept in another file.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct CasesFile {
    /// CSV, JSONL, XLSX (`file.xlsx#Sheet`), or a list in YAML, TOML or JSON; beside the suite.
    file: String,
    /// Which column of the file stands for a field of a case, where the names differ: `{expect: gold}`.
    columns: Option<Map<String, Value>>,
}

/// What all scorers have in common.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct ScorerFile {
    /// Which scorer.
    r#type: String,
    /// Name in tables and exports; the type when absent.
    name: Option<String>,
    /// Share in the weighted score; 0 makes the scorer informational.
    #[schemars(range(min = 0.0))]
    weight: Option<f64>,
    /// Points, from 0 to 1, from which an answer passes.
    #[schemars(range(min = 0.0, max = 1.0))]
    threshold: Option<f64>,
    /// Turn the verdict round.
    not: Option<bool>,
}

/// Fields whose schema is written by hand count as required whatever their type says.
fn wants_cases(schema: &mut Schema) {
    schema.insert("required".to_owned(), json!(["cases"]));
}

/// The same for types none of whose fields is required.
fn wants_nothing(schema: &mut Schema) {
    schema.remove("required");
}

fn scorer_list(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"$ref": "#/$defs/Scorer"}})
}

fn scalar(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["string", "number", "boolean"]})
}

fn one_or_more(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [
        {"type": ["string", "number"]},
        {"type": "array", "items": {"type": ["string", "number"]}},
    ]})
}

fn case_list(generator: &mut SchemaGenerator) -> Schema {
    let case = generator.subschema_for::<CaseFile>();
    let file = generator.subschema_for::<CasesFile>();
    json_schema!({"anyOf": [file, {"type": "array", "items": {"anyOf": [case, file]}}]})
}

/// A JSON Schema with its known fields at hand.
#[derive(Debug)]
pub struct Shape {
    root: Value,
    fields: Vec<String>,
}

impl Shape {
    /// The shape of a type.
    #[must_use]
    pub fn of<T: JsonSchema>() -> Self {
        Self::new(schemars::schema_for!(T))
    }

    /// The shape of a schema.
    #[must_use]
    pub fn new(schema: Schema) -> Self {
        let root = Value::from(schema);
        let fields = root
            .get("properties")
            .and_then(Value::as_object)
            .map(|fields| fields.keys().cloned().collect())
            .unwrap_or_default();
        Self { root, fields }
    }

    /// The whole schema.
    #[must_use]
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// Names of the known fields, in the order of the type.
    #[must_use]
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The schema of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.root.get("properties")?.get(name)
    }

    /// Whether a field is known.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field == name)
    }
}

pub(super) static SUITE: LazyLock<Shape> = LazyLock::new(Shape::of::<SuiteFile>);
pub(super) static PROMPT: LazyLock<Shape> = LazyLock::new(Shape::of::<PromptFile>);
pub(super) static TURN: LazyLock<Shape> = LazyLock::new(Shape::of::<TurnFile>);
pub(super) static CASE: LazyLock<Shape> = LazyLock::new(Shape::of::<CaseFile>);
pub(super) static CASES: LazyLock<Shape> = LazyLock::new(Shape::of::<CasesFile>);
pub(super) static SCORER: LazyLock<Shape> = LazyLock::new(Shape::of::<ScorerFile>);
/// The shape of parameters, also for `config`.
pub static PARAMS: LazyLock<Shape> = LazyLock::new(Shape::of::<Params>);

/// The JSON Schema of suites, for editors: `schemas/suite.schema.json`.
#[must_use]
pub fn schema(kinds: &[Kind]) -> Value {
    let mut root = SUITE.root().clone();
    let mut defs = Map::new();
    let mut alternatives = vec![json!({
        "description": "A scorer without parameters of its own.",
        "type": "string",
        "enum": kinds.iter().map(|kind| kind.name).collect::<Vec<_>>(),
    })];
    for kind in kinds {
        let (schema, inner) = scorer_schema(kind);
        alternatives.push(schema);
        defs.extend(inner);
    }
    if let Some(Value::Object(known)) = root.get_mut("$defs") {
        known.extend(defs);
        known.insert(
            "Scorer".to_owned(),
            json!({"description": "What judges an answer.", "anyOf": alternatives}),
        );
    }
    root
}

/// The schema of a scorer entry of one kind, and the definitions it refers to.
fn scorer_schema(kind: &Kind) -> (Value, Map<String, Value>) {
    let mut own = Value::from((kind.schema)());
    let inner = own
        .as_object_mut()
        .and_then(|own| own.remove("$defs"))
        .and_then(|defs| defs.as_object().cloned())
        .unwrap_or_default();
    let mut properties = SCORER.root()["properties"].as_object().cloned().unwrap_or_default();
    properties.insert("type".to_owned(), json!({"const": kind.name}));
    if let Some(fields) = own.get("properties").and_then(Value::as_object) {
        properties.extend(fields.clone());
    }
    let mut required = vec![json!("type")];
    if let Some(more) = own.get("required").and_then(Value::as_array) {
        required.extend(more.iter().cloned());
    }
    let schema = json!({
        "title": kind.name,
        "description": own.get("description").cloned().unwrap_or_default(),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    (schema, inner)
}
