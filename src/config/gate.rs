//! Rules of `narani gate`: the `[gate]` table of `config.toml`, or a file of its own named with `--rules`.
//!
//! Reads and checks what is written; whether a rule fits a run (targets, tags, scorers that exist) is told by `gate`, who
//! has the run. Every rule keeps its place, so that such a mistake is shown where it stands.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde_json::Value;

use super::shape::{CHECK_KINDS, GATE, QUARANTINE, check_shape};
use super::{amounts, whole_file};
use crate::domain::{Excerpt, Money, Place, Problem, Said};
use crate::said;
use crate::suite::findings::Findings;
use crate::suite::place::Origin;
use crate::suite::read_toml;
use crate::suite::suggest::help;
use crate::suite::tree::{Node, Span};
use crate::suite::values::Desk;

/// Rules of a gate, checked as far as they can be without a run.
#[derive(Debug, Clone, PartialEq)]
pub struct GateRules {
    /// Folder of the baselines; one by the suite's name when absent.
    pub baseline: Option<PathBuf>,
    /// Least share of planned answers that must be measured, per target, from 0 to 1.
    pub coverage_min: f64,
    /// What an inconclusive gate does.
    pub on_inconclusive: OnInconclusive,
    /// Days after which a baseline is called old; a notice only.
    pub stale_after: Option<u32>,
    /// What is checked.
    pub checks: Vec<CheckRule>,
    /// Cases whose changes are told but do not count.
    pub quarantine: Vec<Quarantine>,
}

impl Default for GateRules {
    /// No drop of the passing rate by two points or more, on any target; 98 % measured.
    fn default() -> Self {
        Self {
            baseline: None,
            coverage_min: 0.98,
            on_inconclusive: OnInconclusive::Fail,
            stale_after: None,
            checks: vec![CheckRule {
                kind: CheckKind::Regression {
                    metric: Metric::Pass,
                    tag: None,
                    margin: MARGIN,
                    rule: Rule::ShownDrop,
                },
                targets: Vec::new(),
                stands: Stands::default(),
            }],
            quarantine: Vec::new(),
        }
    }
}

/// Smallest drop that fails where nothing else is said, as a share.
const MARGIN: f64 = 0.02;

/// What an inconclusive gate does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInconclusive {
    /// Ends with exit code 3.
    Fail,
    /// Says so and ends with exit code 0.
    Warn,
}

/// Where a rule stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stands {
    /// File, line, column.
    pub place: Option<Place>,
    /// The lines there.
    pub excerpt: Option<Box<Excerpt>>,
}

impl Stands {
    /// A problem with this rule.
    #[must_use]
    pub fn tell(&self, mut problem: Problem) -> Problem {
        problem.place.clone_from(&self.place);
        problem.excerpt.clone_from(&self.excerpt);
        problem
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckRule {
    /// What is checked.
    pub kind: CheckKind,
    /// On which targets; all when empty.
    pub targets: Vec<String>,
    /// Where the rule stands.
    pub stands: Stands,
}

/// What is checked.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    /// No drop against the baseline.
    Regression {
        /// Of what.
        metric: Metric,
        /// On cases with this tag only.
        tag: Option<String>,
        /// Smallest drop that counts, as a share (0.02 for two points).
        margin: f64,
        /// How it is decided.
        rule: Rule,
    },
    /// Every trial of the cases with a tag passes.
    MustPass {
        /// The tag.
        tag: String,
    },
    /// A rate or score is at least so high.
    Floor {
        /// Of what.
        metric: Metric,
        /// On cases with this tag only.
        tag: Option<String>,
        /// The floor, from 0 to 1.
        min: f64,
        /// What is compared with it.
        bound: Bound,
    },
    /// The 95th percentile of the time to answer is at most so high.
    LatencyP95 {
        /// Milliseconds.
        max_ms: u64,
    },
    /// The run cost at most so much, one amount a currency.
    Cost {
        /// The amounts.
        max: Vec<Money>,
    },
}

/// What a check looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metric {
    /// The passing rate.
    Pass,
    /// The weighted score.
    Score,
    /// The points of one scorer, by its name in the suite.
    Scorer(String),
}

impl Metric {
    /// The word in files and exports.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Pass => "pass",
            Self::Score => "score",
            Self::Scorer(name) => name,
        }
    }
}

/// How a regression is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Fails when a drop is shown that is at least the margin.
    ShownDrop,
    /// Passes only when a drop beyond the margin is ruled out.
    NoDrop,
}

impl Rule {
    /// The word in files and exports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ShownDrop => "shown-drop",
            Self::NoDrop => "no-drop",
        }
    }
}

/// What is compared with a floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The lower end of the interval.
    Lower,
    /// The mean.
    Point,
}

/// A case whose changes do not count for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Quarantine {
    /// Its id.
    pub case: String,
    /// On this target only.
    pub target: Option<String>,
    /// Why.
    pub reason: String,
    /// Last day.
    pub until: jiff::civil::Date,
    /// Where the entry stands.
    pub stands: Stands,
}

/// Reads rules from a file of their own; its one table is `[gate]`.
///
/// # Errors
/// Everything that is wrong, in reading order.
pub fn gate_rules(path: &Path) -> Result<GateRules, Vec<Problem>> {
    let name = path.display().to_string();
    let text = whole_file(path, &name).map_err(|problem| vec![problem])?;
    let origin = Origin::secretive(&name, &text.text, text.offset);
    let mut findings = Findings::new();
    let mut rules = None;
    if let Some(node) = read_toml::read(&text.text, text.offset, &origin, &mut findings) {
        let mut desk = Desk {
            origin: &origin,
            findings: &mut findings,
        };
        for entry in desk
            .map(&node, &said!("the file of rules", "규칙 파일"))
            .unwrap_or_default()
        {
            if entry.key == "gate" {
                rules = Some(read(&mut desk, &entry.value));
            } else {
                let problem = Problem::error(
                    "unknown_field",
                    said!(
                        "a file of rules has no field `{}`",
                        "규칙 파일에 `{}` 항목은 없습니다",
                        entry.key
                    ),
                )
                .help(said!(
                    "everything in it stands under `[gate]`, `[[gate.check]]` or `[[gate.quarantine]]`",
                    "모든 것은 `[gate]`, `[[gate.check]]`, `[[gate.quarantine]]` 아래에 씁니다"
                ));
                desk.tell(entry.key_span, problem);
            }
        }
        if rules.is_none() {
            let problem = Problem::error(
                "no_rules",
                said!("the file has no `[gate]` table", "파일에 `[gate]` 표가 없습니다"),
            )
            .help(said!(
                "begin it with `[gate]`; checks are `[[gate.check]]` tables",
                "`[gate]`로 시작하세요. 검사는 `[[gate.check]]` 표입니다"
            ));
            desk.tell(Span::new(node.span.start, node.span.start), problem);
        }
    }
    let failed = findings.failed();
    let (problems, _) = findings.finish();
    match rules {
        Some(rules) if !failed => Ok(rules),
        _ => Err(problems),
    }
}

/// Reads a `[gate]` table. Mistakes are told to the desk; what was read in spite of them is no more to be used.
pub(super) fn read(desk: &mut Desk<'_, '_>, node: &Node) -> GateRules {
    let mut rules = GateRules::default();
    desk.fields(node, &GATE, &Said::from("`gate`"));
    if let Some(folder) = node.get("baseline").and_then(|node| desk.text(node, "baseline")) {
        rules.baseline = Some(PathBuf::from(folder));
    }
    if let Some(share) = number(desk, node, "coverage_min") {
        rules.coverage_min = share;
    }
    if let Some(word) = node
        .get("on_inconclusive")
        .and_then(|node| desk.value(node, &GATE, "on_inconclusive"))
        && word == "warn"
    {
        rules.on_inconclusive = OnInconclusive::Warn;
    }
    if let Some(node) = node.get("stale_after")
        && let Some(text) = desk.text(node, "stale_after")
    {
        rules.stale_after = days(&text);
        if rules.stale_after.is_none() {
            let problem = Problem::error(
                "duration",
                said!(
                    "`stale_after` takes days or weeks, not `{text}`",
                    "`stale_after`에는 날이나 주를 써야 하는데 `{text}`입니다"
                ),
            )
            .help(said!("write for example `30d` or `4w`", "`30d`나 `4w`처럼 쓰세요"));
            desk.tell(node.span, problem);
        }
    }
    if let Some(list) = node.get("check") {
        let items = desk.list(list, "check").unwrap_or_default();
        rules.checks = items.iter().filter_map(|item| check(desk, item)).collect();
    }
    if let Some(list) = node.get("quarantine") {
        let items = desk.list(list, "quarantine").unwrap_or_default();
        rules.quarantine = items.iter().filter_map(|item| quarantine(desk, item)).collect();
    }
    rules
}

fn check(desk: &mut Desk<'_, '_>, node: &Node) -> Option<CheckRule> {
    desk.map(node, &said!("a check", "검사"))?;
    let start = Span::new(node.span.start, node.span.start);
    let Some(kind_node) = node.get("kind") else {
        let problem = Problem::error(
            "missing_field",
            said!("a check lacks `kind`", "검사에 `kind`가 없습니다"),
        )
        .help(said!(
            "it is one of {}",
            "다음 중 하나입니다: {}",
            crate::suite::suggest::listed(CHECK_KINDS)
        ));
        desk.tell(start, problem);
        return None;
    };
    let kind = desk.text(kind_node, "kind")?;
    let Some(shape) = check_shape(&kind) else {
        let problem = Problem::error(
            "unknown_check",
            said!("there is no check of kind `{kind}`", "`{kind}` 종류의 검사는 없습니다"),
        )
        .help(help(&kind, CHECK_KINDS.iter().copied()));
        desk.tell(kind_node.span, problem);
        return None;
    };
    desk.fields(node, shape, &said!("a check of kind `{kind}`", "`{kind}` 종류의 검사"))?;
    let stands = stands(desk, kind_node.span);
    let mut wanted = |field: &str| {
        let found = node.get(field).filter(|node| !node.is_null());
        if found.is_none() {
            desk.tell(
                start,
                Problem::error(
                    "missing_field",
                    said!(
                        "a check of kind `{kind}` lacks `{field}`",
                        "`{kind}` 종류의 검사에 `{field}`가 없습니다"
                    ),
                ),
            );
        }
        found
    };
    let kind = match kind.as_str() {
        "must_pass" => {
            let tag = wanted("tag")?;
            CheckKind::MustPass {
                tag: desk.text(tag, "tag")?,
            }
        }
        "floor" => {
            wanted("min")?;
            CheckKind::Floor {
                metric: metric(desk, node),
                tag: node.get("tag").and_then(|node| desk.text(node, "tag")),
                min: desk.value(node.get("min")?, shape, "min")?.as_f64()?,
                bound: match word(desk, node, shape, "bound").as_deref() {
                    Some("point") => Bound::Point,
                    _ => Bound::Lower,
                },
            }
        }
        "latency_p95" => {
            wanted("max_ms")?;
            CheckKind::LatencyP95 {
                max_ms: desk.value(node.get("max_ms")?, shape, "max_ms")?.as_u64()?,
            }
        }
        "cost" => {
            let max = wanted("max")?;
            CheckKind::Cost {
                max: amounts(desk, max, "max"),
            }
        }
        _ => CheckKind::Regression {
            metric: metric(desk, node),
            tag: node.get("tag").and_then(|node| desk.text(node, "tag")),
            margin: node
                .get("margin_pp")
                .and_then(|node| desk.value(node, shape, "margin_pp"))
                .and_then(|value| value.as_f64())
                .map_or(MARGIN, |points| points / 100.0),
            rule: match word(desk, node, shape, "rule").as_deref() {
                Some("no-drop") => Rule::NoDrop,
                _ => Rule::ShownDrop,
            },
        },
    };
    let targets = node
        .get("targets")
        .map(|node| desk.texts(node, "targets").into_iter().map(|(name, _)| name).collect())
        .unwrap_or_default();
    Some(CheckRule { kind, targets, stands })
}

fn quarantine(desk: &mut Desk<'_, '_>, node: &Node) -> Option<Quarantine> {
    desk.fields(node, &QUARANTINE, &said!("a quarantine", "격리 항목"))?;
    let start = Span::new(node.span.start, node.span.start);
    for (field, remedy) in [
        ("case", said!("name the case by its id", "문항의 id를 쓰세요")),
        (
            "reason",
            said!(
                "say why, for whoever reads it later",
                "나중에 읽을 사람을 위해 이유를 쓰세요"
            ),
        ),
        (
            "until",
            said!(
                "name its last day, such as \"2026-04-15\": nothing is put aside for ever",
                "마지막 날을 \"2026-04-15\"처럼 쓰세요. 끝없는 격리는 없습니다"
            ),
        ),
    ] {
        if node.get(field).is_none() {
            let problem = Problem::error(
                "missing_field",
                said!("a quarantine lacks `{field}`", "격리 항목에 `{field}`가 없습니다"),
            )
            .help(remedy);
            desk.tell(start, problem);
        }
    }
    let case_node = node.get("case")?;
    let case = desk.text(case_node, "case")?;
    let reason = desk.text(node.get("reason")?, "reason")?;
    let until_node = node.get("until")?;
    let text = desk.text(until_node, "until")?;
    let Ok(until) = text.parse::<jiff::civil::Date>() else {
        let problem = Problem::error(
            "date",
            said!(
                "`until` takes a day, not `{text}`",
                "`until`에는 날짜를 써야 하는데 `{text}`입니다"
            ),
        )
        .help(said!("write it as \"2026-04-15\"", "\"2026-04-15\"처럼 쓰세요"));
        desk.tell(until_node.span, problem);
        return None;
    };
    Some(Quarantine {
        stands: stands(desk, case_node.span),
        case,
        target: node.get("target").and_then(|node| desk.text(node, "target")),
        reason,
        until,
    })
}

fn stands(desk: &Desk<'_, '_>, span: Span) -> Stands {
    Stands {
        place: Some(desk.origin.place(span)),
        excerpt: desk.origin.excerpt(span).map(Box::new),
    }
}

fn metric(desk: &mut Desk<'_, '_>, node: &Node) -> Metric {
    match node.get("metric").and_then(|node| desk.text(node, "metric")).as_deref() {
        None | Some("pass") => Metric::Pass,
        Some("score") => Metric::Score,
        Some(name) => Metric::Scorer(name.to_owned()),
    }
}

fn number(desk: &mut Desk<'_, '_>, node: &Node, field: &str) -> Option<f64> {
    desk.value(node.get(field)?, &GATE, field)?.as_f64()
}

fn word(desk: &mut Desk<'_, '_>, node: &Node, shape: &crate::suite::shape::Shape, field: &str) -> Option<String> {
    match desk.value(node.get(field)?, shape, field)? {
        Value::String(word) => Some(word),
        _ => None,
    }
}

/// `30d` or `4w` in days.
fn days(text: &str) -> Option<u32> {
    let text = text.trim();
    let (count, unit) = text.split_at(text.len().checked_sub(1)?);
    let count: u32 = count.trim().parse().ok()?;
    match unit {
        "d" => Some(count),
        "w" => count.checked_mul(7),
        _ => None,
    }
}

/// Rules of `narani gate`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct GateFile {
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
pub(super) enum InconclusiveWord {
    /// Exit code 3.
    Fail,
    /// Exit code 0.
    Warn,
}

/// No drop against the baseline, over the cases measured in both.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct RegressionFile {
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
pub(super) enum RuleWord {
    /// Fails when a drop is shown that is at least the margin.
    ShownDrop,
    /// Passes only when a drop beyond the margin is ruled out.
    NoDrop,
}

/// Every trial of the cases with a tag passes.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct MustPassFile {
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
pub(super) struct FloorFile {
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
pub(super) enum BoundWord {
    /// The lower end of the interval.
    Lower,
    /// The mean.
    Point,
}

/// The 95th percentile of the time to answer is at most so high.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct LatencyFile {
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
pub(super) struct CostFile {
    /// `cost`.
    kind: String,
    /// Amounts, one a currency, such as `["5.00 USD", "3000 KRW"]`.
    max: Vec<String>,
}

/// A case whose changes do not count until a day.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct QuarantineFile {
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
