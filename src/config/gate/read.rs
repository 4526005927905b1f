//! Reading a `[gate]` table: every mistake with its place, all of them at once.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Bound, CheckKind, CheckRule, GateRules, MARGIN, Metric, OnInconclusive, Quarantine, Rule, Stands};
use crate::config::shape::{CHECK_KINDS, GATE, QUARANTINE, check_shape};
use crate::config::{amounts, whole_file};
use crate::domain::{Problem, Said};
use crate::said;
use crate::suite::findings::Findings;
use crate::suite::place::Origin;
use crate::suite::read_toml;
use crate::suite::suggest::help;
use crate::suite::tree::{Node, Span};
use crate::suite::values::Desk;

/// Reads rules from a file of their own; its one table is `[gate]`.
///
/// # Errors
/// Everything that is wrong, in reading order.
pub fn gate_rules(path: &Path) -> Result<GateRules, Misread> {
    let name = path.display().to_string();
    let text = whole_file(path, &name).map_err(|mut problem| {
        problem.help = Some(said!(
            "a file of rules begins with `[gate]`; without --rules they are those of config.toml",
            "규칙 파일은 `[gate]`로 시작합니다. --rules가 없으면 config.toml의 규칙을 씁니다"
        ));
        // The sentence names the file already.
        problem.place = None;
        Misread {
            problems: vec![problem],
            rules: None,
        }
    })?;
    let origin = Origin::secretive(&name, &text.text, text.offset);
    let mut findings = Findings::new();
    let mut rules = None;
    if let Some(node) = read_toml::read(&text.text, text.offset, &origin, &mut findings) {
        let mut desk = Desk {
            origin: &origin,
            findings: &mut findings,
        };
        for entry in desk
            .map(&node, &said!("the file of rules", "규칙 파일"), || {
                said!("it holds one table, `[gate]`", "`[gate]` 표 하나를 씁니다")
            })
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
        rules => Err(Misread { problems, rules }),
    }
}

/// The rules within a configuration that has mistakes, as far as they can be read: only to tell what else is wrong with them.
#[must_use]
pub fn gate_rules_within(path: &Path) -> Option<GateRules> {
    let name = path.display().to_string();
    let text = whole_file(path, &name).ok()?;
    let origin = Origin::secretive(&name, &text.text, text.offset);
    let mut findings = Findings::new();
    let node = read_toml::read(&text.text, text.offset, &origin, &mut findings)?;
    let mut desk = Desk {
        origin: &origin,
        findings: &mut findings,
    };
    Some(read(&mut desk, node.get("gate")?))
}

/// Rules with mistakes.
#[derive(Debug)]
pub struct Misread {
    /// Everything that is wrong, in reading order.
    pub problems: Vec<Problem>,
    /// What could be read in spite of it: not to judge by, only to tell at once what else does not fit.
    pub rules: Option<GateRules>,
}

/// Reads a `[gate]` table. Mistakes are told to the desk; what was read in spite of them is no more to be used.
pub(in crate::config) fn read(desk: &mut Desk<'_, '_>, node: &Node) -> GateRules {
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
    desk.map(node, &said!("a check", "검사"), || {
        said!(
            "it says of what kind it is: `kind = \"floor\"`, with the fields of that kind",
            "종류를 적습니다: `kind = \"floor\"`. 그 종류의 필드를 함께 적습니다"
        )
    })?;
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
    let stands = stands(desk, node, kind_node.span, &["targets", "metric", "tag", "max"]);
    for (field, example) in needed(&kind) {
        if node.get(field).is_none_or(Node::is_null) {
            let problem = Problem::error(
                "missing_field",
                said!(
                    "a check of kind `{kind}` lacks `{field}`",
                    "`{kind}` 종류의 검사에 `{field}`가 없습니다"
                ),
            )
            .help(said!(
                "write for example `{field} = {example}`",
                "`{field} = {example}`처럼 쓰세요"
            ));
            desk.tell(start, problem);
        }
    }
    // Everything is read before anything is missed, so that all mistakes of a check are told at once.
    let targets = node
        .get("targets")
        .map(|node| desk.texts(node, "targets").into_iter().map(|(name, _)| name).collect())
        .unwrap_or_default();
    let value = |desk: &mut Desk<'_, '_>, field: &str| {
        let node = node.get(field).filter(|node| !node.is_null())?;
        desk.value(node, shape, field)
    };
    let tag = node.get("tag").and_then(|node| desk.text(node, "tag"));
    let kind = match kind.as_str() {
        "must_pass" => CheckKind::MustPass { tag: tag? },
        "floor" => {
            let metric = metric(desk, node);
            let min = value(desk, "min").and_then(|value| value.as_f64());
            let bound = match word(desk, node, shape, "bound").as_deref() {
                Some("point") => Bound::Point,
                _ => Bound::Lower,
            };
            CheckKind::Floor {
                metric,
                tag,
                // Its lack has been told, so nobody judges by it; what else does not fit is still to be told.
                min: min.unwrap_or(0.0),
                bound,
            }
        }
        "latency_p95" => CheckKind::LatencyP95 {
            max_ms: value(desk, "max_ms").and_then(|value| value.as_u64()).unwrap_or(0),
        },
        "cost" => CheckKind::Cost {
            max: amounts(desk, node.get("max").filter(|node| !node.is_null())?, "max"),
        },
        _ => CheckKind::Regression {
            metric: metric(desk, node),
            tag,
            margin: value(desk, "margin_pp")
                .and_then(|value| value.as_f64())
                .map_or(MARGIN, |points| points / 100.0),
            rule: match word(desk, node, shape, "rule").as_deref() {
                Some("no-drop") => Rule::NoDrop,
                _ => Rule::ShownDrop,
            },
        },
    };
    Some(CheckRule { kind, targets, stands })
}

/// Fields without which a check of a kind says nothing, each with an example.
fn needed(kind: &str) -> &'static [(&'static str, &'static str)] {
    match kind {
        "must_pass" => &[("tag", "\"critical\"")],
        "floor" => &[("min", "0.75")],
        "latency_p95" => &[("max_ms", "6000")],
        "cost" => &[("max", "[\"5.00 USD\"]")],
        _ => &[],
    }
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
    // Everything is read before anything is missed, so that all mistakes of an entry are told at once.
    let mut text = |field: &str| node.get(field).and_then(|node| desk.text(node, field));
    let (case, target, reason) = (text("case"), text("target"), text("reason"));
    let until = node.get("until").and_then(|node| day(desk, node));
    let case_node = node.get("case")?;
    Some(Quarantine {
        stands: stands(desk, node, case_node.span, &["target", "until"]),
        case: case?,
        target,
        // Its lack has been told, so nobody judges by it; what else does not fit is still to be told.
        reason: reason.unwrap_or_default(),
        until: until.unwrap_or(jiff::civil::Date::MAX),
    })
}

fn day(desk: &mut Desk<'_, '_>, node: &Node) -> Option<jiff::civil::Date> {
    let text = desk.text(node, "until")?;
    let day = text.parse().ok();
    if day.is_none() {
        let problem = Problem::error(
            "date",
            said!(
                "`until` takes a day, not `{text}`",
                "`until`에는 날짜를 써야 하는데 `{text}`입니다"
            ),
        )
        .help(said!("write it as \"2026-04-15\"", "\"2026-04-15\"처럼 쓰세요"));
        desk.tell(node.span, problem);
    }
    day
}

/// Where a rule stands, and where its fields do whose values may not fit a run.
fn stands(desk: &Desk<'_, '_>, node: &Node, span: Span, fields: &[&str]) -> Stands {
    let at = |span: Span| Stands {
        place: Some(desk.origin.place(span)),
        excerpt: desk.origin.excerpt(span).map(Box::new),
        fields: Vec::new(),
    };
    let mut stands = at(span);
    for field in fields {
        let Some(value) = node.get(field) else { continue };
        stands.fields.push(((*field).to_owned(), at(value.span)));
        let items = value.as_list().unwrap_or_else(|| std::slice::from_ref(value));
        for item in items {
            if let Some(text) = item.as_text() {
                stands.fields.push((Stands::item(field, text), at(item.span)));
            }
        }
    }
    stands
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
