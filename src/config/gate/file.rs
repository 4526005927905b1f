//! What a `[gate]` table may hold, as types that are never filled: their JSON Schema gives the checker its fields and editors
//! their completion.

use schemars::JsonSchema;
use serde_json::Value;

/// Rules of `narani gate`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::config) struct GateFile {
    /// Folder of the baselines, one file a target; `results/baselines/SUITE` when absent.
    baseline: Option<String>,
    /// Least share of planned answers that must be measured, per target; below it there is no verdict.
    #[schemars(range(min = 0, max = 1), extend("default" = 0.98))]
    coverage_min: Option<f64>,
    /// What an inconclusive gate does: `fail` ends with exit code 3, `warn` says so and ends with 0.
    #[schemars(extend("default" = "fail"))]
    on_inconclusive: Option<InconclusiveWord>,
    /// Age from which a baseline is called old, such as `30d`; a notice only.
    stale_after: Option<String>,
    /// What is checked. Without any: no drop of the passing rate by two points or more on any target.
    #[schemars(schema_with = "checks")]
    check: Option<Vec<Value>>,
    /// Cases whose changes are told but do not count, each with a last day.
    quarantine: Option<Vec<QuarantineFile>>,
}

/// What an inconclusive gate does.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::config) enum InconclusiveWord {
    /// Exit code 3.
    Fail,
    /// Exit code 0.
    Warn,
}

/// No drop against the baseline, over the cases measured in both.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::config) struct RegressionFile {
    /// `regression`.
    kind: String,
    /// Targets; all when absent.
    targets: Option<Vec<String>>,
    /// `pass`, `score`, or the name of a scorer.
    #[schemars(extend("default" = "pass"))]
    metric: Option<String>,
    /// Only cases with this tag.
    tag: Option<String>,
    /// Smallest drop that counts, in percentage points.
    #[schemars(range(min = 0, max = 100), extend("default" = 2.0))]
    margin_pp: Option<f64>,
    /// `shown-drop` fails when a drop is shown; `no-drop` passes only when a drop beyond the margin is ruled out.
    #[schemars(extend("default" = "shown-drop"))]
    rule: Option<RuleWord>,
}

/// How a regression is decided.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::config) enum RuleWord {
    /// Fails when a drop is shown that is at least the margin.
    ShownDrop,
    /// Passes only when a drop beyond the margin is ruled out.
    NoDrop,
}

/// Every trial of the cases with a tag passes.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::config) struct MustPassFile {
    /// `must_pass`.
    kind: String,
    /// Targets; all when absent.
    targets: Option<Vec<String>>,
    /// The tag of these cases.
    tag: String,
}

/// A rate or score is at least so high.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::config) struct FloorFile {
    /// `floor`.
    kind: String,
    /// Targets; all when absent.
    targets: Option<Vec<String>>,
    /// `pass`, `score`, or the name of a scorer.
    #[schemars(extend("default" = "pass"))]
    metric: Option<String>,
    /// Only cases with this tag.
    tag: Option<String>,
    /// The floor, from 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    min: f64,
    /// What is compared: the `lower` end of the 95 % interval, or the `point` itself.
    #[schemars(extend("default" = "lower"))]
    bound: Option<BoundWord>,
}

/// What is compared with a floor.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::config) enum BoundWord {
    /// The lower end of the interval.
    Lower,
    /// The mean.
    Point,
}

/// The 95th percentile of the time to answer is at most so high.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::config) struct LatencyFile {
    /// `latency_p95`.
    kind: String,
    /// Targets; all when absent.
    targets: Option<Vec<String>>,
    /// Milliseconds.
    #[schemars(range(min = 1))]
    max_ms: u64,
}

/// The run cost at most so much.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::config) struct CostFile {
    /// `cost`.
    kind: String,
    /// Amounts, one a currency, such as `["5.00 USD", "3000 KRW"]`.
    max: Vec<String>,
}

/// A case whose changes do not count until a day.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(in crate::config) struct QuarantineFile {
    /// Id of the case.
    case: String,
    /// Only on this target.
    target: Option<String>,
    /// Why.
    reason: String,
    /// Last day, such as `2026-04-15`; afterwards the entry is a mistake.
    until: String,
}

fn checks(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let kinds = [
        generator.subschema_for::<RegressionFile>(),
        generator.subschema_for::<MustPassFile>(),
        generator.subschema_for::<FloorFile>(),
        generator.subschema_for::<LatencyFile>(),
        generator.subschema_for::<CostFile>(),
    ];
    schemars::json_schema!({"type": "array", "items": {"anyOf": kinds}})
}
