//! What a run would take, before anybody is asked: the table of `--dry-run`, and the same as JSON.

use serde_json::{Value, json};

use super::Style;
use super::lines::paragraph;
use super::number::{Purse, grouped, money, short_count};
use super::table::{Cell, Table};
use super::words;
use crate::domain::Money;
use crate::plan::{Forecast, TargetForecast};
use crate::text::sink::terminal_line;

/// The table with its sums.
#[must_use]
pub fn table(forecast: &Forecast, style: &Style) -> String {
    let words = style.lang.words();
    let mut out = paragraph(&title(forecast, style), 0, style);
    out.push('\n');
    let all = draft(forecast, style, true);
    let drawn = if all.natural_width() + 2 <= style.width {
        all
    } else {
        draft(forecast, style, false)
    };
    out.push_str(&drawn.draw(style, 2));
    out.push('\n');
    let sums = |which: usize| {
        let sums: Vec<String> = dollars_first(forecast.sums(which))
            .iter()
            .map(|sum| money(sum, style))
            .collect();
        sums.join(" + ")
    };
    if forecast.targets.iter().any(|target| target.cost.is_some()) {
        let text = format!(
            "{} {} {}   {} {}",
            words.total,
            words.expected,
            sums(1),
            words.worst,
            sums(2)
        );
        out.push_str(&paragraph(&text, 2, style));
    }
    out.push_str(&cap(forecast, style));
    out.push_str(&time(forecast, style));
    let unpriced: Vec<String> = forecast.unpriced().map(|target| terminal_line(&target.name)).collect();
    if !unpriced.is_empty() {
        let names = unpriced.join(", ");
        let text = style.lang.pick(
            format!("? no price known for {names}: set `price` of the target, or `local = true`"),
            format!("? 가격을 모르는 대상: {names}. `price` 또는 `local = true` 를 적으세요"),
        );
        out.push_str(&paragraph(&text, 2, style));
    }
    out
}

fn title(forecast: &Forecast, style: &Style) -> String {
    let lang = style.lang;
    let mut parts = vec![
        words::cases(forecast.cases, lang),
        words::targets(forecast.targets.len() as u64, lang),
    ];
    if forecast.prompts > 1 {
        parts.push(words::prompts(forecast.prompts as u64, lang));
    }
    parts.push(words::trials(u64::from(forecast.trials), lang));
    let calls: u64 = forecast.targets.iter().map(|target| target.calls).sum();
    let cached: u64 = forecast.targets.iter().map(|target| target.cached).sum();
    let (calls, cached, make) = (grouped(calls), grouped(cached), grouped(forecast.to_make()));
    let sum = lang.pick(
        format!("{calls} calls ({cached} in cache, {make} to make)"),
        format!("호출 {calls}번 (캐시 {cached}, 새로 {make})"),
    );
    let simulated = if forecast.simulated {
        format!("{} · ", lang.words().simulated)
    } else {
        String::new()
    };
    format!(
        "{simulated}{} · {} = {sum}",
        terminal_line(&forecast.suite),
        parts.join(" × ")
    )
}

/// With tokens and the low cost, or without them where there is little room.
fn draft(forecast: &Forecast, style: &Style, all: bool) -> Table {
    let words = style.lang.words();
    let mut table = Table::new().text(words.target).number(words.calls).number(words.cached);
    if all {
        table = table
            .number(words.tokens_in)
            .number(words.tokens_out_expected)
            .number(words.cost_low);
    }
    table = table.number(words.expected).number(words.worst);
    let costs = |which: usize| {
        let costs = forecast.targets.iter().filter_map(|target| target.cost.as_ref());
        costs.map(move |costs| costs[which].clone())
    };
    let purses = [0, 1, 2].map(|which| Purse::of(costs(which)));
    for target in &forecast.targets {
        let mut cells = vec![
            Cell::new(terminal_line(&target.name)),
            Cell::new(grouped(target.calls)),
            Cell::new(grouped(target.cached)),
        ];
        if all {
            cells.push(Cell::new(short_count(target.input_tokens)));
            cells.push(Cell::new(short_count(target.output_tokens)));
            cells.push(Cell::new(cost(target, 0, &purses, style)));
        }
        cells.push(Cell::new(cost(target, 1, &purses, style)));
        cells.push(Cell::new(cost(target, 2, &purses, style)));
        table.row(cells);
    }
    table
}

fn cost(target: &TargetForecast, which: usize, purses: &[Purse; 3], style: &Style) -> String {
    match &target.cost {
        _ if target.local => style.lang.words().local.to_owned(),
        Some(costs) => purses[which].show(&costs[which], style),
        None => "?".to_owned(),
    }
}

/// The caps, and whether the worst case is above them.
fn cap(forecast: &Forecast, style: &Style) -> String {
    if forecast.caps.is_empty() {
        return String::new();
    }
    let lang = style.lang;
    let caps: Vec<String> = dollars_first(forecast.caps.clone())
        .iter()
        .map(|cap| money(cap, style))
        .collect();
    let above = |which: usize| {
        forecast.sums(which).iter().any(|sum| {
            forecast
                .caps
                .iter()
                .any(|cap| cap.currency == sum.currency && sum.nano > cap.nano)
        })
    };
    let stops = lang.pick(
        "the run stops when the cap is reached (resumable)",
        "한도에 닿으면 멈추고 이어 할 수 있습니다",
    );
    let what = if above(1) {
        lang.pick(
            format!("the expected cost is above the cap; {stops}"),
            format!("예상 비용이 한도를 넘습니다. {stops}"),
        )
    } else if above(2) {
        lang.pick(
            format!("the worst case is above the cap; {stops}"),
            format!("최대 비용이 한도를 넘습니다. {stops}"),
        )
    } else {
        lang.pick(
            "even the worst case is below the cap".to_owned(),
            "최대 비용도 한도 안입니다".to_owned(),
        )
    };
    paragraph(&format!("{} {} → {what}", lang.words().cap, caps.join(" + ")), 2, style)
}

/// The least time that the stated limits allow.
fn time(forecast: &Forecast, style: &Style) -> String {
    let slowest = forecast
        .targets
        .iter()
        .filter_map(|target| {
            let rate = target.per_minute.filter(|rate| *rate > 0)?;
            let calls = target.calls.saturating_sub(target.cached);
            Some((calls.div_ceil(u64::from(rate)), rate, target))
        })
        .max_by_key(|(minutes, _, _)| *minutes);
    let Some((minutes @ 1.., rate, target)) = slowest else {
        return String::new();
    };
    let (minutes, name) = (grouped(minutes), terminal_line(&target.name));
    let text = style.lang.pick(
        format!("time at least {minutes} min, set by {name} (limit {rate} calls a minute)"),
        format!("시간 {minutes}분 이상 ({name}, 분당 {rate}번 한도)"),
    );
    paragraph(&text, 2, style)
}

fn dollars_first(mut sums: Vec<Money>) -> Vec<Money> {
    sums.sort_by_key(|sum| (sum.currency.0 != "USD", sum.currency.clone()));
    sums
}

/// The forecast as one line of JSON. Money in exact decimals of its currency.
#[must_use]
pub fn json(forecast: &Forecast) -> String {
    let sums = |which: usize| -> Value {
        forecast
            .sums(which)
            .iter()
            .map(|sum| (sum.currency.0.clone(), json!(sum.units())))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let targets: Vec<Value> = forecast
        .targets
        .iter()
        .map(|target| {
            json!({
                "target": target.name,
                "calls": target.calls,
                "cached": target.cached,
                "input_tokens": target.input_tokens,
                "output_tokens_expected": target.output_tokens,
                "currency": target.cost.as_ref().map(|costs| costs[0].currency.0.clone()),
                "cost_low": target.cost.as_ref().map(|costs| costs[0].units()),
                "cost_expected": target.cost.as_ref().map(|costs| costs[1].units()),
                "cost_worst": target.cost.as_ref().map(|costs| costs[2].units()),
                "local": target.local,
            })
        })
        .collect();
    let mut object = json!({
        "narani": "forecast/1",
        "suite": forecast.suite,
        "cases": forecast.cases,
        "prompts": forecast.prompts,
        "trials": forecast.trials,
        "calls": forecast.targets.iter().map(|target| target.calls).sum::<u64>(),
        "to_make": forecast.to_make(),
        "targets": targets,
        "cost_low": sums(0),
        "cost_expected": sums(1),
        "cost_worst": sums(2),
        "caps": forecast.caps.iter().map(|cap| (cap.currency.0.clone(), json!(cap.units()))).collect::<serde_json::Map<_, _>>(),
    });
    if forecast.simulated {
        object["notice"] = super::json::SIMULATED.into();
    }
    format!("{object}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;
    use crate::report::words::Lang;

    fn target(name: &str, cached: u64, cost: Option<([i64; 3], &str)>, local: bool) -> TargetForecast {
        let money = |milli: i64, code: &str| Money {
            nano: milli * 1_000_000,
            currency: Currency(code.to_owned()),
        };
        TargetForecast {
            name: name.to_owned(),
            calls: 240,
            cached,
            input_tokens: 96_000,
            output_tokens: 74_000,
            cost: cost.map(|(costs, code)| costs.map(|milli| money(milli, code))),
            local,
            per_minute: local.then_some(9),
        }
    }

    fn forecast() -> Forecast {
        Forecast {
            suite: "ko-support".to_owned(),
            cases: 240,
            prompts: 1,
            trials: 1,
            targets: vec![
                target("gpt-main", 0, Some(([740, 1450, 4120], "USD")), false),
                target("claude-main", 0, Some(([910, 1800, 5060], "USD")), false),
                target("clova-main", 112, Some(([960_000, 1_930_000, 5_820_000], "KRW")), false),
                target("llama-local", 0, None, true),
                target("새 대상", 0, None, false),
            ],
            caps: vec![
                Money {
                    nano: 6_000_000_000,
                    currency: Currency::usd(),
                },
                Money {
                    nano: 5_000_000_000_000,
                    currency: Currency("KRW".to_owned()),
                },
            ],
            simulated: false,
        }
    }

    fn style(width: usize, lang: Lang) -> Style {
        Style {
            width,
            ascii: false,
            color: false,
            lang,
        }
    }

    #[test]
    fn at_100_columns() {
        insta::assert_snapshot!(table(&forecast(), &style(100, Lang::En)));
    }

    #[test]
    fn at_60_columns_in_korean() {
        insta::assert_snapshot!(table(&forecast(), &style(60, Lang::Ko)));
    }

    #[test]
    fn in_ascii_simulated() {
        let simulated = Forecast {
            simulated: true,
            ..forecast()
        };
        let drawn = table(
            &simulated,
            &Style {
                ascii: true,
                ..style(100, Lang::En)
            },
        );
        assert!(
            drawn.starts_with("SIMULATED - ko-support - 240 cases x 5 targets"),
            "{drawn}"
        );
        assert!(drawn.replace("새 대상", "").is_ascii(), "{drawn}");
    }

    #[test]
    fn as_json() {
        let value: Value = serde_json::from_str(&json(&forecast())).unwrap();
        assert_eq!(value["to_make"], 1088);
        assert_eq!(value["cost_expected"]["KRW"], 1930.0);
        assert_eq!(value["targets"][4]["cost_low"], Value::Null);
    }
}
