//! What a run would take, before anybody is asked: the table of `--dry-run`, and the same as JSON.

use serde_json::{Value, json};

use super::Style;
use super::lines::paragraph;
use super::number::{Purse, grouped, money, short_count};
use super::table::{Cell, Table};
use super::words;
use crate::domain::Money;
use crate::plan::{Forecast, PriceSource, TargetForecast};
use crate::text::sink::terminal_line;
use crate::text::width::display_width;

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
            "{}  {} {}   {} {}",
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
    out.push_str(&sources(forecast, style));
    let unpriced: Vec<String> = forecast.unpriced().map(|target| terminal_line(&target.name)).collect();
    if !unpriced.is_empty() {
        let names = unpriced.join(", ");
        let text = style.lang.pick(
            format!("? no price known for {names}: set `price` of the target, or `local = true`"),
            format!("? 가격을 모르는 대상: {names}. `price` 또는 `local = true`를 적으세요"),
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
    let plural = if calls == 1 { "" } else { "s" };
    let (calls, cached, make) = (grouped(calls), grouped(cached), grouped(forecast.to_make()));
    let sum = lang.pick(
        format!("{calls} call{plural} ({cached} in cache, {make} to make)"),
        format!("호출 {calls}번 (캐시 {cached}, 새로 {make})"),
    );
    let simulated = if forecast.simulated {
        format!("{} · ", lang.words().simulated)
    } else {
        String::new()
    };
    let asked = format!("{simulated}{} · {}", terminal_line(&forecast.suite), parts.join(" × "));
    let whole = format!("{asked} = {sum}");
    // Where it does not fit, the sum stands on a line of its own rather than broken in its brackets.
    if display_width(&whole) <= style.width {
        whole
    } else {
        format!("{asked}\n= {sum}")
    }
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
    paragraph(
        &format!("{}  {} → {what}", lang.words().cap, caps.join(" + ")),
        2,
        style,
    )
}

/// How long it will take, and who sets that: by the pace of the last run of the suite, else by the stated limits.
fn time(forecast: &Forecast, style: &Style) -> String {
    let lang = style.lang;
    let word = lang.words().time;
    let slowest = forecast
        .targets
        .iter()
        .filter(|target| target.calls > target.cached)
        .filter_map(|target| Some((target, target.minutes()?)))
        .max_by(|(_, (one, _)), (_, (other, _))| one.total_cmp(other));
    let Some((target, (minutes, at_least))) = slowest else {
        if forecast.to_make() == 0 {
            return String::new();
        }
        let text = lang.pick(
            format!("{word}  not known: this suite has not run yet, and no limit is stated"),
            format!("{word}  알 수 없음(이 문항 세트를 실행한 적이 없고, 적어 둔 한도도 없습니다)"),
        );
        return paragraph(&text, 2, style);
    };
    let name = terminal_line(&target.name);
    let (en, ko) = lasting(minutes);
    let text = if at_least {
        let rate = target.per_minute.unwrap_or(0);
        lang.pick(
            format!("{word}  at least {en}, set by {name} (limit: {rate} calls a minute)"),
            format!("{word}  {ko} 이상({name}의 분당 {rate}회 한도)"),
        )
    } else {
        let rate = pace(target.earlier_per_minute.unwrap_or(0.0));
        lang.pick(
            format!("{word}  about {en}, set by {name} ({rate} answers a minute last time)"),
            format!("{word}  약 {ko}({name}, 지난번 분당 답변 {rate}개)"),
        )
    };
    paragraph(&text, 2, style)
}

/// Minutes in words of both languages.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "minutes of a run, rounded"
)]
fn lasting(minutes: f64) -> (String, String) {
    let whole = minutes.round() as u64;
    match whole {
        0 => ("a minute or less".to_owned(), "1분 이하".to_owned()),
        1..=119 => (format!("{whole} min"), format!("{whole}분")),
        _ => {
            let (hours, rest) = (whole / 60, whole % 60);
            (format!("{hours} h {rest:02} min"), format!("{hours}시간 {rest}분"))
        }
    }
}

/// Answers a minute, with a decimal where there are few.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate, rounded")]
fn pace(rate: f64) -> String {
    if rate < 9.95 {
        format!("{rate:.1}")
    } else {
        grouped(rate.round() as u64)
    }
}

/// Where prices come from, and where expected lengths do.
fn sources(forecast: &Forecast, style: &Style) -> String {
    let lang = style.lang;
    let count = |wanted: fn(&PriceSource) -> bool| {
        let targets = forecast.targets.iter();
        targets.filter(|target| wanted(&target.source)).count()
    };
    let stated = count(|source| matches!(source, PriceSource::Stated));
    let listed = count(|source| matches!(source, PriceSource::Listed(_)));
    let day = forecast.targets.iter().find_map(|target| match target.source {
        PriceSource::Listed(day) => Some(day),
        _ => None,
    });
    let local: Vec<String> = forecast
        .targets
        .iter()
        .filter(|target| target.source == PriceSource::Local)
        .map(|target| terminal_line(&target.name))
        .collect();
    let mut parts = Vec::new();
    if stated > 0 {
        parts.push(lang.pick(
            format!("{stated} from your configuration"),
            format!("설정 파일 {stated}개"),
        ));
    }
    if let Some(day) = day {
        parts.push(lang.pick(
            format!("{listed} from the built-in list of {day}"),
            format!("내장 가격표({day}) {listed}개"),
        ));
    }
    if !local.is_empty() {
        let names = local.join(", ");
        parts.push(lang.pick(
            format!("{names}: local, nothing to pay"),
            format!("{names}: 로컬이라 비용 없음"),
        ));
    }
    let mut out = String::new();
    if !parts.is_empty() {
        let text = format!("{}  {}", lang.pick("prices", "가격"), parts.join(lang.pick("; ", ", ")));
        out.push_str(&paragraph(&text, 2, style));
    }
    if let Some(run) = &forecast.earlier {
        let text = lang.pick(
            format!("expected lengths from {run}; worst is the cap on output tokens"),
            format!("예상 길이는 {run} 기준, 최대는 출력 토큰 한도 기준"),
        );
        out.push_str(&paragraph(&text, 2, style));
    }
    out
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
                "price_source": match target.source {
                    PriceSource::Stated => "configuration",
                    PriceSource::Listed(_) => "list",
                    PriceSource::Local => "local",
                    PriceSource::Unknown => "unknown",
                },
                "minutes": target.minutes().map(|(minutes, _)| minutes),
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
        "learnt_from": forecast.earlier,
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
            earlier_per_minute: None,
            source: match cost {
                _ if local => PriceSource::Local,
                Some((_, "KRW")) => PriceSource::Stated,
                Some(_) => PriceSource::Listed(jiff::civil::date(2026, 2, 1)),
                None => PriceSource::Unknown,
            },
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
            earlier: None,
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
    fn after_an_earlier_run() {
        let mut learnt = Forecast {
            earlier: Some("r-20260314-091207-k7qd".to_owned()),
            ..forecast()
        };
        learnt.targets[3].earlier_per_minute = Some(6.4);
        learnt.targets[0].earlier_per_minute = Some(62.0);
        let both = [Lang::En, Lang::Ko].map(|lang| table(&learnt, &style(80, lang)));
        insta::assert_snapshot!(both.join("\n"));
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
