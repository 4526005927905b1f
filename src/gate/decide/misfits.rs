//! Rules that do not fit the run: checks that match nothing, quarantines that ran out, costs that are not known.

use crate::compare::Grid;
use crate::config::{CheckKind, GateRules, Metric, Stands};
use crate::domain::Problem;
use crate::said;
use crate::suite::suggest::help;

/// Rules that do not fit the run, each at its place.
#[must_use]
pub fn misfits(now: &Grid, rules: &GateRules, today: jiff::civil::Date) -> Vec<Problem> {
    let mut problems = Vec::new();
    let targets = || now.info.targets.iter().map(|target| target.name.as_str());
    for rule in &rules.checks {
        for name in &rule.targets {
            if !targets().any(|known| known == name) {
                problems.push(
                    rule.stands.tell_at(
                        &Stands::item("targets", name),
                        Problem::error(
                            "matches_nothing",
                            said!(
                                "this check is about `{name}`, which the run does not have",
                                "이 검사의 대상 `{name}`이(가) 실행에 없습니다"
                            ),
                        )
                        .help(help(name, targets())),
                    ),
                );
            }
        }
        let (metric, tag) = match &rule.kind {
            CheckKind::Regression { metric, tag, .. } | CheckKind::Floor { metric, tag, .. } => {
                (Some(metric), tag.as_ref())
            }
            CheckKind::MustPass { tag } => (None, Some(tag)),
            CheckKind::LatencyP95 { .. } => (None, None),
            CheckKind::Cost { max } => {
                problems.extend(unpriced(now, max).map(|problem| rule.stands.tell_at("max", problem)));
                (None, None)
            }
        };
        if let Some(Metric::Scorer(name)) = metric
            && !now.scorers.contains(name)
            && !now.info.scorers.iter().any(|scorer| scorer.name == *name)
        {
            let known = now.scorers.iter().map(String::as_str).chain(["pass", "score"]);
            problems.push(
                rule.stands.tell_at(
                    "metric",
                    Problem::error(
                        "matches_nothing",
                        said!(
                            "this check looks at `{name}`, which is no scorer of the run",
                            "이 검사가 보는 `{name}`은(는) 실행의 채점기가 아닙니다"
                        ),
                    )
                    .help(help(name, known)),
                ),
            );
        }
        if let Some(tag) = tag
            && now.tag(tag).is_none()
        {
            problems.push(
                rule.stands.tell_at(
                    "tag",
                    Problem::error(
                        "matches_nothing",
                        said!(
                            "no case of the run has the tag `{tag}`",
                            "`{tag}` 분류의 문항이 실행에 없습니다"
                        ),
                    )
                    .help(help(tag, now.tags.iter().map(String::as_str))),
                ),
            );
        }
    }
    for entry in &rules.quarantine {
        if entry.until < today {
            problems.push(
                entry.stands.tell_at(
                    "until",
                    Problem::error(
                        "expired",
                        said!(
                            "the quarantine of `{}` ended on {}",
                            "`{}` 문항의 격리는 {}에 끝났습니다",
                            entry.case,
                            entry.until
                        ),
                    )
                    .help(said!(
                        "mend the case and take the entry out, or look at it again and set a later `until`",
                        "문항을 고치고 항목을 빼거나, 다시 살펴보고 `until`을 늦추세요"
                    )),
                ),
            );
        }
        if now.find(&entry.case).is_none() {
            let near = now.cases.iter().map(|case| case.id.as_str()).take(5000);
            let hint = crate::suite::suggest::nearest(&entry.case, near).map_or_else(
                || said!("take the entry out", "항목을 빼세요").to_owned(),
                |near| said!("did you mean `{near}`?", "혹시 `{near}`입니까?"),
            );
            problems.push(
                entry.stands.tell(
                    Problem::error(
                        "matches_nothing",
                        said!(
                            "there is no case `{}` to put aside",
                            "격리할 `{}` 문항이 없습니다",
                            entry.case
                        ),
                    )
                    .help(hint),
                ),
            );
        }
        if let Some(name) = &entry.target
            && !targets().any(|known| known == name)
        {
            problems.push(
                entry.stands.tell_at(
                    "target",
                    Problem::error(
                        "matches_nothing",
                        said!(
                            "`{name}` is no target of the run",
                            "`{name}`은(는) 실행의 대상이 아닙니다"
                        ),
                    )
                    .help(help(name, targets())),
                ),
            );
        }
    }
    problems
}

/// Why a cost cannot be held against caps.
fn unpriced<'a>(now: &'a Grid, max: &'a [crate::domain::Money]) -> impl Iterator<Item = Problem> + 'a {
    now.lanes.iter().filter_map(move |lane| {
        if lane.paid.unknown > 0 {
            return Some(
                Problem::error(
                    "no_price",
                    said!(
                        "the cost of `{}` is not known, so it cannot be checked",
                        "`{}` 대상의 비용을 몰라 검사할 수 없습니다",
                        lane.target
                    ),
                )
                .help(said!(
                    "state `targets.{0}.price`, or `local = true` for a model of your own",
                    "`targets.{0}.price`를 적거나, 직접 돌리는 모델이면 `local = true`를 적으세요",
                    lane.target
                )),
            );
        }
        let uncovered = lane
            .paid
            .sums
            .keys()
            .find(|currency| !max.iter().any(|cap| cap.currency == **currency))?;
        Some(
            Problem::error(
                "no_cap",
                said!(
                    "`{}` costs in {}, for which no `max` is given",
                    "`{}` 대상의 비용은 {}인데 그 통화의 `max`가 없습니다",
                    lane.target,
                    uncovered.0
                ),
            )
            .help(said!(
                "add an amount: \"5.00 {}\"",
                "금액을 더하세요: \"5.00 {}\"",
                uncovered.0
            )),
        )
    })
}
