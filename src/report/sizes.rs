//! What a suite can show and what more would take: the page of `narani plan`, and the same as JSON.

use serde_json::{Value, json};

use super::Style;
use super::lines::paragraph;
use super::number::{self, grouped, money};
use super::signs::plain_signs;
use super::table::{Cell, Paint, Table};
use super::words;
use crate::domain::{Lang, Money};
use crate::plan::sizes::{Basis, Sizes};
use crate::text::sink::terminal_line;

/// A difference in points, hundredths of a score.
fn points(difference: f64) -> String {
    let points = 100.0 * difference;
    // 9.96 is written as 10, like 10.4.
    if points < 9.95 {
        format!("{points:.1}")
    } else {
        format!("{points:.0}")
    }
}

/// The same in a list, whose figures have equally many decimals.
fn tabled(difference: f64) -> String {
    format!("{:.1}", 100.0 * difference)
}

/// The same as asked for: without needless decimals.
fn asked_points(difference: f64) -> String {
    let text = format!("{:.2}", 100.0 * difference);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn one_point(points: &str) -> &'static str {
    if points == "1" { "point" } else { "points" }
}

/// The page for the terminal.
#[must_use]
pub fn page(sizes: &Sizes, style: &Style) -> String {
    let mut out = paragraph(&title(sizes, style.lang), 0, style);
    out.push('\n');
    out.push_str(&paragraph(&as_it_stands(sizes, style.lang), 2, style));
    out.push('\n');
    out.push_str(&paragraph(
        style.lang.pick(
            "Smallest difference between two targets that is found, in points",
            "두 대상 사이에서 찾아낼 수 있는 가장 작은 차이(점)",
        ),
        0,
        style,
    ));
    out.push_str(&grid(sizes, style).draw(style, 2));
    out.push('\n');
    let wanted = asked_points(sizes.wish.difference);
    out.push_str(&paragraph(
        &style.lang.pick(
            format!("To find a difference of {wanted} {}", one_point(&wanted)),
            format!("{wanted}점 차이를 찾으려면"),
        ),
        0,
        style,
    ));
    if sizes.ways.is_empty() {
        let none = style.lang.pick(
            "No number of cases does: targets that disagree on fewer cases than that cannot differ so much.",
            "문항을 아무리 늘려도 안 됩니다. 그보다 적은 문항에서만 갈리는 두 대상은 그만큼 다를 수 없습니다.",
        );
        out.push_str(&paragraph(none, 2, style));
    } else {
        out.push_str(&ways(sizes, style).draw(style, 2));
    }
    if let Basis::Run { pairs, .. } = &sizes.basis
        && pairs.len() > 1
    {
        out.push('\n');
        out.push_str(&paragraph(
            style.lang.pick("The pairs of that run", "그 실행의 짝"),
            0,
            style,
        ));
        out.push_str(&pairs_table(sizes, style).draw(style, 2));
    }
    out.push('\n');
    for line in footnotes(sizes, style.lang) {
        out.push_str(&paragraph(&line, 0, style));
    }
    out
}

fn title(sizes: &Sizes, lang: Lang) -> String {
    let wish = &sizes.wish;
    let parts = [
        terminal_line(&wish.suite),
        words::cases(wish.cases, lang),
        words::targets(wish.targets as u64, lang),
        answers_each(wish.answers, lang),
    ];
    parts.join(" · ")
}

fn answers_each(answers: u32, lang: Lang) -> String {
    lang.pick(
        format!("{answers} {} each", if answers == 1 { "answer" } else { "answers" }),
        format!("문항마다 답변 {answers}개"),
    )
}

fn as_it_stands(sizes: &Sizes, lang: Lang) -> String {
    let power = format!("{:.0}", 100.0 * sizes.wish.demand.power);
    let Some(now) = sizes.now.map(points) else {
        return lang.pick(
            format!("As it stands, no difference between two targets is found with a chance of {power}%: there are too few cases."),
            format!("지금대로라면 어떤 차이도 {power}%의 확률로 찾아내지 못합니다. 문항이 너무 적습니다."),
        );
    };
    let mut text = lang.pick(
        format!(
            "As it stands, a difference of {now} points or more between two targets is found with a chance of {power}%. \
             A smaller one will mostly look like chance."
        ),
        format!("지금대로라면 두 대상의 차이가 {now}점 이상이어야 {power}%의 확률로 찾아냅니다. 그보다 작은 차이는 대개 우연처럼 보입니다."),
    );
    if sizes.wish.targets > 2 {
        let pairs = sizes.wish.targets * (sizes.wish.targets - 1) / 2;
        text.push(' ');
        text.push_str(&match sizes.now_all.map(points) {
            Some(all) => lang.pick(
                format!("With all {pairs} pairs in one table: {all} points."),
                format!("짝 {pairs}개를 한 표에 놓으면 {all}점입니다."),
            ),
            None => lang.pick(
                format!("With all {pairs} pairs in one table: none."),
                format!("짝 {pairs}개를 한 표에 놓으면 찾아내지 못합니다."),
            ),
        });
    }
    text
}

fn grid(sizes: &Sizes, style: &Style) -> Table {
    let mut table = Table::new().number(style.lang.pick("Cases", "문항"));
    for answers in &sizes.answers {
        table = table.number(style.lang.pick(
            format!("{answers} {}", if *answers == 1 { "answer" } else { "answers" }),
            format!("답변 {answers}개"),
        ));
    }
    table = table.whole("");
    for (cases, cells) in &sizes.rows {
        let mut row = vec![Cell::new(grouped(*cases))];
        row.extend(cells.iter().map(|cell| match cell {
            Some(difference) => Cell::new(tabled(*difference)),
            None => Cell::new(if style.ascii { "-" } else { "–" }).painted(Paint::Dim),
        }));
        let here = *cases == sizes.wish.cases;
        row.push(Cell::new(if here {
            style.lang.pick("this suite", "이 문항 세트")
        } else {
            ""
        }));
        table.row(row);
    }
    table
}

fn cost(amounts: &[Money], style: &Style) -> String {
    if amounts.is_empty() {
        return "?".to_owned();
    }
    let sums: Vec<String> = amounts.iter().map(|sum| money(sum, style)).collect();
    sums.join(" + ")
}

fn ways(sizes: &Sizes, style: &Style) -> Table {
    let mut table = Table::new()
        .number(style.lang.pick("Answers a case", "문항당 답변"))
        .number(style.lang.pick("Cases", "문항"))
        .number(style.lang.pick("Calls", "호출"))
        .number(style.lang.pick("Expected cost", "예상 비용"));
    for way in &sizes.ways {
        table.row([
            way.answers.to_string(),
            grouped(way.cases),
            grouped(way.calls),
            cost(&way.cost, style),
        ]);
    }
    table
}

fn pairs_table(sizes: &Sizes, style: &Style) -> Table {
    /// Pairs that a page shows.
    const SHOWN: usize = 15;
    let demand = sizes.wish.demand;
    let mut table = Table::new()
        .text(style.lang.pick("Pair", "짝"))
        .number(style.lang.pick("Cases", "문항"))
        .number(style.lang.pick("Seen", "본 차이"))
        .number(style.lang.pick("Finds", "찾는 차이"));
    if let Basis::Run { pairs, .. } = &sizes.basis {
        for pair in pairs.iter().take(SHOWN) {
            let finds = pair.noise.detectable(pair.cases, sizes.wish.answers as usize, demand);
            table.row([
                format!("{} → {}", terminal_line(&pair.a), terminal_line(&pair.b)),
                grouped(pair.cases as u64),
                plain_signs(&number::points(pair.difference, 1), style),
                finds.map_or_else(|| plain_signs("–", style), tabled),
            ]);
        }
    }
    table
}

fn footnotes(sizes: &Sizes, lang: Lang) -> Vec<String> {
    let mut lines = vec![match &sizes.basis {
        Basis::Assumed(disagree) => {
            let share = asked_points(*disagree);
            lang.pick(
                format!("Assumed: two targets disagree on {share}% of the cases, half of it by chance (--disagree). --from RUN measures it instead."),
                format!("가정: 두 대상의 판정이 문항의 {share}%에서 갈리고 그 절반은 우연입니다(--disagree). --from RUN을 쓰면 잽니다."),
            )
        }
        Basis::Run { id, told_apart: true, .. } => lang.pick(
            format!("Noise measured in run {id}."),
            format!("점수의 흔들림은 {id} 실행에서 쟀습니다."),
        ),
        Basis::Run { id, .. } => lang.pick(
            format!("Noise measured in run {id}. It has one answer a case, so half of the noise is taken for chance; run with --trials 3 to know."),
            format!("점수의 흔들림은 {id} 실행에서 쟀습니다. 문항마다 답변이 하나뿐이어서 흔들림의 절반을 우연으로 보았습니다. --trials 3으로 돌리면 알 수 있습니다."),
        ),
    }];
    lines.push(lang.pick(
        "Two-sided at 5%, the same cases for both targets. More answers a case narrow only the part that is chance.".to_owned(),
        "양측 5%, 두 대상에게 같은 문항을 묻습니다. 답변을 늘리면 우연에서 온 부분만 줄어듭니다.".to_owned(),
    ));
    if let Basis::Run { suite, simulated, .. } = &sizes.basis {
        if let Some(suite) = suite {
            let suite = terminal_line(suite);
            lines.push(lang.pick(
                format!("That run is of another suite ({suite}): its cases may be noisier or quieter than these."),
                format!("그 실행은 다른 문항 세트({suite})의 것이어서 이 문항들의 흔들림은 다를 수 있습니다."),
            ));
        }
        if *simulated {
            lines.push(lang.pick(
                "That run is SIMULATED: its noise and lengths are made up.".to_owned(),
                "그 실행은 모의 실행(SIMULATED)이라 흔들림도 길이도 지어낸 것입니다.".to_owned(),
            ));
        }
    }
    if !sizes.wish.cost.is_empty() {
        lines.push(match &sizes.wish.lengths {
            Some(run) => lang.pick(
                format!("Cost by the lengths of answers in run {run}."),
                format!("비용은 {run} 실행의 답변 길이로 셈했습니다."),
            ),
            None => lang.pick(
                "Cost by guessed lengths of answers; after a first run it is by what was seen.".to_owned(),
                "비용은 어림한 답변 길이로 셈했습니다. 한 번 실행하면 실제 길이로 셈합니다.".to_owned(),
            ),
        });
    }
    if !sizes.wish.unpriced.is_empty() {
        let names: Vec<String> = sizes.wish.unpriced.iter().map(|name| terminal_line(name)).collect();
        let names = names.join(", ");
        lines.push(lang.pick(
            format!("No price known for {names}: the cost is without them."),
            format!("가격을 모르는 대상은 비용에서 빠졌습니다: {names}"),
        ));
    }
    lines
}

/// The same as JSON; differences in units of the score.
#[must_use]
pub fn json(sizes: &Sizes) -> String {
    let wish = &sizes.wish;
    let amounts = |amounts: &[Money]| -> Vec<Value> {
        amounts
            .iter()
            .map(|sum| json!({"nano": sum.nano, "currency": sum.currency}))
            .collect()
    };
    let basis = match &sizes.basis {
        Basis::Assumed(disagree) => json!({"assumed_disagreement": disagree, "chance_share": 0.5}),
        Basis::Run {
            id,
            pairs,
            told_apart,
            suite,
            simulated,
        } => {
            let pairs: Vec<Value> = pairs
                .iter()
                .map(|pair| {
                    json!({
                        "a": pair.a, "b": pair.b, "cases": pair.cases, "difference": pair.difference,
                        "omega2": pair.noise.omega2, "sigma2_a": pair.noise.sigma2_a, "sigma2_b": pair.noise.sigma2_b,
                    })
                })
                .collect();
            json!({
                "run": id, "chance_measured": told_apart, "pairs": pairs, "other_suite": suite, "simulated": simulated,
                "lengths_from": wish.lengths,
            })
        }
    };
    let rows: Vec<Value> = sizes
        .rows
        .iter()
        .map(|(cases, cells)| json!({"cases": cases, "detectable": cells}))
        .collect();
    let ways: Vec<Value> = sizes
        .ways
        .iter()
        .map(|way| {
            json!({
                "answers": way.answers, "cases": way.cases, "calls": way.calls,
                "expected_cost": amounts(&way.cost),
            })
        })
        .collect();
    let whole = json!({
        "suite": wish.suite,
        "cases": wish.cases,
        "answers_per_case": wish.answers,
        "targets": wish.targets,
        "alpha": wish.demand.alpha,
        "power": wish.demand.power,
        "difference": wish.difference,
        "detectable": sizes.now,
        "detectable_all_pairs": sizes.now_all,
        "expected_cost": amounts(&wish.cost),
        "unpriced": wish.unpriced,
        "basis": basis,
        "answers": sizes.answers,
        "table": rows,
        "ways": ways,
    });
    let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;
    use crate::plan::sizes::{PairSize, Wish, sizes};
    use crate::stats::power::{Demand, Noise};

    fn style(lang: Lang) -> Style {
        Style {
            width: 80,
            ascii: false,
            color: false,
            lang,
        }
    }

    fn wish() -> Wish {
        Wish {
            suite: "한국어 높임말".to_owned(),
            cases: 120,
            answers: 1,
            targets: 4,
            difference: 0.05,
            demand: Demand::default(),
            cost: vec![Money {
                nano: 420_000_000,
                currency: Currency("USD".to_owned()),
            }],
            lengths: None,
            unpriced: vec!["clova".to_owned()],
        }
    }

    fn from_run() -> Basis {
        let pair = |a: &str, b: &str, difference: f64| PairSize {
            a: a.to_owned(),
            b: b.to_owned(),
            cases: 118,
            difference,
            noise: Noise {
                omega2: 0.08,
                sigma2_a: 0.05,
                sigma2_b: 0.06,
            },
        };
        Basis::Run {
            id: "r-20260314-091207-k3f9".to_owned(),
            pairs: vec![pair("gpt", "gemini", 0.042), pair("gpt", "llama", -0.31)],
            told_apart: false,
            suite: Some("다른 문항".to_owned()),
            simulated: true,
        }
    }

    #[test]
    fn what_a_suite_can_show() {
        insta::assert_snapshot!(page(&sizes(wish(), Basis::Assumed(0.2)), &style(Lang::En)));
    }

    #[test]
    fn what_a_suite_can_show_in_korean_from_a_run() {
        insta::assert_snapshot!(page(&sizes(wish(), from_run()), &style(Lang::Ko)));
    }

    #[test]
    fn a_difference_that_cannot_be() {
        let wish = Wish {
            cases: 3,
            difference: 0.3,
            targets: 2,
            cost: Vec::new(),
            ..wish()
        };
        insta::assert_snapshot!(page(&sizes(wish, Basis::Assumed(0.2)), &style(Lang::En)));
    }

    #[test]
    fn json_has_the_same_numbers() {
        let found = sizes(wish(), from_run());
        let value: Value = serde_json::from_str(&json(&found)).unwrap();
        assert_eq!(value["ways"][0]["cases"], found.ways[0].cases);
        assert_eq!(value["basis"]["run"], "r-20260314-091207-k3f9");
    }
}
