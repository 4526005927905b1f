//! What `config.toml` may hold, as types that are never filled: their JSON Schema gives the checker its fields and
//! editors their completion.

use std::sync::LazyLock;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::gate::{CostFile, FloorFile, GateFile, LatencyFile, MustPassFile, QuarantineFile, RegressionFile};
use crate::domain::{Limits, Params, ProviderName};
use crate::suite::shape::Shape;

/// Configuration of narani: who answers, and how much may be spent.
#[derive(JsonSchema)]
#[schemars(title = "narani configuration", deny_unknown_fields, transform = wants_targets)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct ConfigFile {
    /// Language of what people read; by the system when absent.
    lang: Option<LangWord>,
    /// Folder for runs and reused answers.
    #[schemars(extend("default" = "results"))]
    results: Option<String>,
    /// Ask before a run that is expected to cost more: amounts with their currencies.
    #[schemars(schema_with = "amounts", extend("default" = ["1.00 USD", "1000 KRW"]))]
    confirm_above: Option<Vec<String>>,
    /// Stop a run that has cost as much: amounts with their currencies.
    #[schemars(schema_with = "amounts")]
    max_cost: Option<Vec<String>>,
    /// Reuse answers that were given to the very same call.
    #[schemars(extend("default" = true))]
    cache: Option<bool>,
    /// What suites may do on this machine.
    allow: Option<AllowFile>,
    /// Names that review packs mask in answers, beside those of vendors and products.
    mask_words: Option<Vec<String>>,
    /// Rules of `narani gate`.
    gate: Option<GateFile>,
    /// Who answers, by a name of your choice.
    #[schemars(schema_with = "target_map")]
    targets: Option<Map<String, Value>>,
}

/// Language of what people read.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum LangWord {
    /// Korean.
    Ko,
    /// English.
    En,
}

/// What suites may do on this machine.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct AllowFile {
    /// Programs that scorers of type `command` may run: program and arguments as the suite has them, joined by blanks.
    commands: Option<Vec<String>>,
}

/// Who answers: a service, a model, and how it is asked.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct TargetFile {
    /// Protocol of the service. `openai` also speaks to llama-server, vLLM, LM Studio and most others.
    provider: ProviderName,
    /// Model, as the service names it.
    model: String,
    /// Address of the service; the vendor's own, or what its variable says, when absent.
    address: Option<String>,
    /// Where the key is: `{ env = "NAME" }` or `{ command = ["program", "argument"] }`; never the key itself. The vendor's
    /// usual variables when absent.
    key: Option<KeyFile>,
    /// Parameters of every call.
    params: Option<Params>,
    /// Put into the body of every request as it stands, for what has no field here.
    extra: Option<Map<String, Value>>,
    /// Have answers streamed, which tells the time to the first token.
    #[schemars(extend("default" = true))]
    stream: Option<bool>,
    /// Longest time one try may take, in seconds; 300 for local targets.
    #[schemars(range(max = 86400), extend("exclusiveMinimum" = 0, "default" = 120))]
    timeout_s: Option<f64>,
    /// How often a call that failed is made again.
    #[schemars(range(min = 0, max = 20), extend("default" = 4))]
    retries: Option<u32>,
    /// Ask once more when no answer has come after so many seconds; the first answer counts, both calls are recorded and
    /// paid. Off when absent.
    #[schemars(range(max = 86400), extend("exclusiveMinimum" = 0))]
    hedge_after: Option<f64>,
    /// Limits of the account, where you know them.
    limits: Option<Limits>,
    /// Price, where it is not the list price.
    price: Option<PriceFile>,
    /// Runs on a machine of yours: needs no key and costs nothing. Told by the address when absent.
    local: Option<bool>,
    /// Targets of one account share its limits. Told by provider, address and key when absent.
    account: Option<String>,
    /// Never use HTTP/2, for servers and proxies that cannot.
    #[schemars(extend("default" = false))]
    http1_only: Option<bool>,
}

/// Where a key is.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct KeyFile {
    /// Environment variable that holds it.
    env: Option<String>,
    /// Program and arguments that print it, such as `["pass", "show", "openai"]`.
    command: Option<Vec<String>>,
}

/// Price per million tokens.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = wants_input_and_output)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct PriceFile {
    /// Input.
    #[schemars(schema_with = "decimal")]
    input: f64,
    /// Output, thinking included.
    #[schemars(schema_with = "decimal")]
    output: f64,
    /// Input read from the provider's cache; as input when absent.
    #[schemars(schema_with = "decimal")]
    cached: Option<f64>,
    /// Input written to the provider's cache; as input when absent.
    #[schemars(schema_with = "decimal")]
    cache_write: Option<f64>,
    /// Currency, such as `USD` or `KRW`.
    #[schemars(extend("default" = "USD"))]
    currency: Option<String>,
}

/// Fields whose schema is written by hand count as required whatever their type says.
fn wants_targets(schema: &mut Schema) {
    schema.insert("required".to_owned(), serde_json::json!(["targets"]));
}

fn wants_input_and_output(schema: &mut Schema) {
    schema.insert("required".to_owned(), serde_json::json!(["input", "output"]));
}

fn amounts(_: &mut SchemaGenerator) -> Schema {
    let amount = "An amount with its currency, such as `5.00 USD`, `$5` or `3000 KRW`.";
    json_schema!({"anyOf": [
        {"type": "string", "description": amount},
        {"type": "array", "items": {"type": "string", "description": amount}},
    ]})
}

fn decimal(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "number", "minimum": 0})
}

fn target_map(generator: &mut SchemaGenerator) -> Schema {
    let target = generator.subschema_for::<TargetFile>();
    json_schema!({"type": "object", "additionalProperties": target})
}

pub(super) static CONFIG: LazyLock<Shape> = LazyLock::new(Shape::of::<ConfigFile>);
pub(super) static ALLOW: LazyLock<Shape> = LazyLock::new(Shape::of::<AllowFile>);
pub(super) static TARGET: LazyLock<Shape> = LazyLock::new(Shape::of::<TargetFile>);
pub(super) static KEY: LazyLock<Shape> = LazyLock::new(Shape::of::<KeyFile>);
pub(super) static PRICE: LazyLock<Shape> = LazyLock::new(Shape::of::<PriceFile>);
pub(super) static GATE: LazyLock<Shape> = LazyLock::new(Shape::of::<GateFile>);
pub(super) static QUARANTINE: LazyLock<Shape> = LazyLock::new(Shape::of::<QuarantineFile>);

/// Kinds of checks, as written.
pub(super) const CHECK_KINDS: &[&str] = &["regression", "must_pass", "floor", "latency_p95", "cost"];

static REGRESSION: LazyLock<Shape> = LazyLock::new(Shape::of::<RegressionFile>);
static MUST_PASS: LazyLock<Shape> = LazyLock::new(Shape::of::<MustPassFile>);
static FLOOR: LazyLock<Shape> = LazyLock::new(Shape::of::<FloorFile>);
static LATENCY: LazyLock<Shape> = LazyLock::new(Shape::of::<LatencyFile>);
static COST: LazyLock<Shape> = LazyLock::new(Shape::of::<CostFile>);

/// The fields of a check of this kind.
pub(super) fn check_shape(kind: &str) -> Option<&'static Shape> {
    Some(match kind {
        "regression" => &REGRESSION,
        "must_pass" => &MUST_PASS,
        "floor" => &FLOOR,
        "latency_p95" => &LATENCY,
        "cost" => &COST,
        _ => return None,
    })
}
