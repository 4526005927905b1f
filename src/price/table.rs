//! The built-in list prices and limits of models, by protocol, model and day.

use std::sync::OnceLock;

use jiff::civil::Date;
use serde::Deserialize;

use crate::domain::money::LongPrice;
use crate::domain::{Currency, Price, ProviderName};

/// The table as written; its head tells the columns.
const TABLE: &str = include_str!("table.csv");

/// The day on which the built-in prices were read.
#[must_use]
pub fn as_of() -> Date {
    jiff::civil::date(2026, 11, 23)
}

/// A list price and how fresh it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The price.
    pub price: Price,
    /// When the table was read.
    pub as_of: Date,
}

/// What the vendor's table says of a model besides its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most tokens of input and output together.
    pub context: Option<u64>,
    /// Most tokens of output.
    pub output: Option<u64>,
    /// Day from which the vendor no longer serves the model under this name.
    pub retires: Option<Date>,
}

/// The list price of `model` on `day`, in the vendor's own service.
///
/// A dated snapshot (`gpt-4o-2024-08-06`, `claude-haiku-4-5-20251001`, `gemini-2.5-pro-001`) that is not listed
/// itself costs what its alias costs. `None` for models that are not listed, local servers among them: never a
/// price by resemblance.
#[must_use]
pub fn lookup(provider: ProviderName, model: &str, day: Date) -> Option<Listed> {
    let row = find(provider, model, day)?;
    Some(Listed {
        price: row.price.clone()?,
        as_of: as_of(),
    })
}

/// The limits of `model`, found like its price; known for some models without one.
#[must_use]
pub fn limits(provider: ProviderName, model: &str) -> Option<Limits> {
    find(provider, model, as_of()).map(|row| row.limits)
}

fn find(provider: ProviderName, model: &str, day: Date) -> Option<&'static Row> {
    let model = model.strip_prefix("models/").unwrap_or(model);
    let exact = |name: &str| {
        rows()
            .iter()
            .rev()
            .find(|row| row.model == name && row.protocols.contains(&provider) && row.from <= day)
    };
    exact(model).or_else(|| exact(without_date(model)?))
}

/// The alias of a dated snapshot: the name without `-YYYY-MM-DD`, `-YYYYMMDD`, `@YYYYMMDD` or Google's `-NNN`.
fn without_date(model: &str) -> Option<&str> {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let (name, last) = model.rsplit_once(['-', '@'])?;
    if digits(last, 8) || (digits(last, 3) && model.starts_with("gemini-")) {
        return Some(name);
    }
    let (name, month) = name.rsplit_once('-')?;
    let (name, year) = name.rsplit_once('-')?;
    (digits(last, 2) && digits(month, 2) && digits(year, 4)).then_some(name)
}

struct Row {
    protocols: Vec<ProviderName>,
    model: String,
    from: Date,
    price: Option<Price>,
    limits: Limits,
}

fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| parse(TABLE).expect("the built-in table is read in a test"))
}

/// A line of the table before its numbers are understood.
#[derive(Deserialize)]
struct Line {
    protocols: String,
    model: String,
    from: Option<Date>,
    input: String,
    output: String,
    cached: String,
    write: String,
    long_above: Option<u64>,
    long_input: String,
    long_output: String,
    context: Option<u64>,
    output_cap: Option<u64>,
    retires: Option<Date>,
}

fn parse(table: &str) -> Result<Vec<Row>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(table.as_bytes());
    reader
        .deserialize()
        .map(|line| {
            let line: Line = line.map_err(|error| error.to_string())?;
            row(&line).map_err(|problem| format!("`{}`: {problem}", line.model))
        })
        .collect()
}

fn row(line: &Line) -> Result<Row, String> {
    let protocols: Option<Vec<ProviderName>> = line.protocols.split(' ').map(ProviderName::from_word).collect();
    Ok(Row {
        protocols: protocols.ok_or("an unknown protocol")?,
        model: line.model.clone(),
        from: line.from.unwrap_or(Date::MIN),
        price: price(line)?,
        limits: Limits {
            context: line.context,
            output: line.output_cap,
            retires: line.retires,
        },
    })
}

fn price(line: &Line) -> Result<Option<Price>, String> {
    let Some(input) = decimal(&line.input, 6)? else {
        return Ok(None);
    };
    let factor = |text: &str| -> Result<u32, String> {
        let thousandths = decimal(text, 3)?.ok_or("a factor is missing")?;
        u32::try_from(thousandths).map_err(|error| error.to_string())
    };
    let long = match line.long_above {
        None => None,
        Some(above) => Some(LongPrice {
            above,
            input_factor: factor(&line.long_input)?,
            output_factor: factor(&line.long_output)?,
        }),
    };
    Ok(Some(Price {
        input,
        output: decimal(&line.output, 6)?.ok_or("the output price is missing")?,
        cached: decimal(&line.cached, 6)?,
        cache_write: decimal(&line.write, 6)?,
        currency: Currency::usd(),
        long,
    }))
}

/// A decimal number times ten to the `places`, exactly; none for an empty text. A price per million tokens in
/// dollars becomes in this way, with six places, the price of a token in picodollars.
fn decimal(text: &str, places: usize) -> Result<Option<u64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > places {
        return Err(format!("`{text}` has more than {places} decimals"));
    }
    format!("{whole}{decimals:0<places$}")
        .parse()
        .map(Some)
        .map_err(|_| format!("`{text}` is not a decimal number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn dollars(provider: ProviderName, model: &str, day: Date) -> Option<(u64, u64)> {
        lookup(provider, model, day).map(|listed| (listed.price.input, listed.price.output))
    }

    #[test]
    fn the_table_is_whole_and_its_days_are_in_order() {
        let rows = parse(TABLE).unwrap();
        assert!(rows.len() > 60);
        for (index, row) in rows.iter().enumerate() {
            for later in &rows[index + 1..] {
                if later.model == row.model {
                    assert!(row.from < later.from, "{} is listed twice", row.model);
                }
            }
            if let Some(price) = &row.price {
                assert!(price.cached.unwrap_or(0) <= price.input, "{}", row.model);
            }
        }
    }

    #[test]
    fn prices_change_on_their_day() {
        let argon = |day| dollars(ProviderName::Gemini, "gemini-4-argon", day);
        assert_eq!(argon(date(2026, 11, 30)), Some((2_000_000, 10_000_000)));
        assert_eq!(argon(date(2026, 12, 1)), Some((4_000_000, 20_000_000)));
        assert_eq!(argon(date(2030, 1, 1)), Some((4_000_000, 20_000_000)));
    }

    #[test]
    fn snapshots_cost_what_their_alias_costs() {
        let today = as_of();
        for (provider, snapshot, alias) in [
            (ProviderName::OpenAi, "gpt-4o-2024-08-06", "gpt-4o"),
            (ProviderName::OpenAiResponses, "gpt-5-mini-2025-08-07", "gpt-5-mini"),
            (ProviderName::Anthropic, "claude-haiku-4-5-20251001", "claude-haiku-4-5"),
            (ProviderName::Gemini, "models/gemini-2.5-pro-001", "gemini-2.5-pro"),
        ] {
            let listed = lookup(provider, snapshot, today);
            assert!(listed.is_some(), "{snapshot}");
            assert_eq!(listed, lookup(provider, alias, today));
        }
    }

    #[test]
    fn nothing_is_priced_by_resemblance() {
        let today = as_of();
        for (provider, model) in [
            (ProviderName::OpenAi, "gpt-4o-mini-audio-preview"),
            (ProviderName::OpenAi, "gpt-7"),
            (ProviderName::OpenAi, "claude-opus-5-5"),
            (ProviderName::OpenAiResponses, "deepseek-flash"),
            (ProviderName::Ollama, "gpt-4o"),
            (ProviderName::OpenAi, ""),
            (ProviderName::OpenAi, "gpt-5-2025-8-7"),
            (ProviderName::Clova, "HCX-007"),
        ] {
            assert_eq!(lookup(provider, model, today), None, "{model}");
        }
    }

    #[test]
    fn long_requests_and_limits_are_told() {
        let haiku = lookup(ProviderName::Anthropic, "claude-haiku-5-5", as_of()).unwrap();
        assert_eq!(
            haiku.price.long,
            Some(LongPrice {
                above: 100_000,
                input_factor: 5000,
                output_factor: 5000
            })
        );
        let clova = limits(ProviderName::Clova, "HCX-DASH-002").unwrap();
        assert_eq!((clova.context, clova.output), (Some(32_000), Some(4096)));
        let retiring = limits(ProviderName::Anthropic, "claude-sonnet-4-5-20250929").unwrap();
        assert_eq!(retiring.retires, Some(date(2026, 11, 30)));
    }

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(decimal("0.075", 6), Ok(Some(75_000)));
        assert_eq!(decimal("30", 6), Ok(Some(30_000_000)));
        assert_eq!(decimal("", 6), Ok(None));
        assert!(decimal("0.0000001", 6).is_err());
        assert!(decimal("a", 6).is_err());
        assert!(parse("protocols,model\nx,y\n").is_err());
    }

    #[test]
    fn facts_agree_with_the_notes() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/wire/prices.csv");
        let Ok(notes) = std::fs::read_to_string(path) else {
            let all = std::env::var("NARANI_REQUIRE").is_ok_and(|value| value == "all");
            assert!(!all, "the notes on prices are missing");
            println!("skipped: the notes on prices are not here");
            return;
        };
        for line in notes.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let provider = match fields[0] {
                "openai" | "deepseek" | "xai" | "mistral" => ProviderName::OpenAi,
                "anthropic" => ProviderName::Anthropic,
                "gemini" => ProviderName::Gemini,
                "clova" => ProviderName::Clova,
                _ => continue,
            };
            let price = lookup(provider, fields[1], as_of()).map(|listed| listed.price);
            assert_eq!(
                price.as_ref().map(|price| price.input),
                decimal(fields[2], 6).unwrap(),
                "{line}"
            );
            assert_eq!(
                price.as_ref().map(|price| price.output),
                decimal(fields[3], 6).unwrap(),
                "{line}"
            );
            assert_eq!(
                price.as_ref().and_then(|price| price.cached),
                decimal(fields[4], 6).unwrap(),
                "{line}"
            );
            let limits = limits(provider, fields[1]).unwrap();
            assert_eq!(limits.context, fields[5].parse().ok(), "{line}");
            assert_eq!(limits.output, fields[6].parse().ok(), "{line}");
        }
    }
}
