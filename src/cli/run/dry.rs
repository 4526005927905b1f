//! What a run would take: `--dry-run`, and the question before money is spent.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::Path;

use super::choose::Chosen;
use super::earlier::Earlier;
use super::{Ready, told, unmet_of_case};
use crate::cli::args::{Format, RunArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::open;
use crate::cli::printer::Printer;
use crate::compare::Unexpressed;
use crate::config::Settings;
use crate::domain::{Money, Part, Usage};
use crate::plan::{Forecast, PriceSource, TargetForecast};
use crate::report;
use crate::run::{Pricing, wire_request};
use crate::store::Cache;
use crate::suite::Suite;

/// Output tokens of a call where nothing is known of the suite, and the cap where none is set.
const USUAL_OUTPUT: u64 = 300;
const USUAL_CAP: u64 = 4096;

/// What a picture takes, roughly, with every vendor.
const IMAGE_TOKENS: u64 = 800;

/// Prints the forecast and asks nobody.
#[expect(clippy::too_many_arguments, reason = "all that was chosen meets here")]
pub(super) fn dry_run(
    results: &Path,
    args: &RunArgs,
    settings: &Settings,
    suites: &[(String, Suite)],
    picked: &Chosen,
    ready: &Ready,
    caps: &[Money],
    printer: &Printer,
) -> Outcome {
    let mut unexpressed = ready.unexpressed.clone();
    let earlier = super::earlier::look_up(results, &ready.info);
    let forecast = Forecast {
        caps: caps.to_vec(),
        ..forecast(
            results,
            args,
            settings,
            suites,
            picked,
            ready,
            earlier,
            &mut unexpressed,
        )
    };
    match args.format {
        Format::Json | Format::Jsonl => printer.out_json(&report::plan::json(&forecast))?,
        _ => printer.out(&report::plan::table(&forecast, &printer.style()))?,
    }
    for line in told(&unexpressed, &ready.info, printer) {
        printer.note(&line);
    }
    Ok(Exit::Done)
}

/// Asks before a run that is expected to cost more than the user wants to spend unasked.
pub(super) fn confirm(
    results: &Path,
    args: &RunArgs,
    settings: &Settings,
    suites: &[(String, Suite)],
    picked: &Chosen,
    ready: &Ready,
    printer: &Printer,
) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(true);
    }
    let earlier = super::earlier::look_up(results, &ready.info);
    let forecast = forecast(results, args, settings, suites, picked, ready, earlier, &mut Vec::new());
    let expected = forecast.sums(1);
    let above = |money: &Money| {
        settings
            .confirm_above
            .iter()
            .any(|limit| limit.currency == money.currency && money.nano > limit.nano)
    };
    if !expected.iter().any(above) {
        return Ok(true);
    }
    printer.err(&report::plan::table(&forecast, &printer.style()));
    printer.err(printer.say(
        "go on? [y/N]  (--yes skips this question)",
        "계속할까요? [y/N]  (--yes 를 쓰면 묻지 않습니다)",
    ));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(
        line.trim().to_lowercase().as_str(),
        "y" | "yes" | "예" | "네" | "ㅇ"
    ))
}

/// Looks at every question as it would go out, and adds to what providers cannot express what single cases wish for.
#[expect(clippy::too_many_arguments, reason = "all that was chosen meets here")]
pub(super) fn forecast(
    results: &Path,
    args: &RunArgs,
    settings: &Settings,
    suites: &[(String, Suite)],
    picked: &Chosen,
    ready: &Ready,
    earlier: Earlier,
    unexpressed: &mut Vec<Unexpressed>,
) -> Forecast {
    let info = &ready.info;
    // A cache that cannot be opened answers nothing, which is what the forecast then says.
    let reuse =
        settings.cache && !args.no_cache && !args.refresh && !args.simulate && results.join("cache.db").is_file();
    let cache = if reuse { Cache::open(results).ok() } else { None };
    let mut targets: Vec<TargetForecast> = ready
        .askers
        .iter()
        .map(|asker| TargetForecast {
            name: asker.target.name.clone(),
            calls: 0,
            cached: 0,
            input_tokens: 0,
            output_tokens: 0,
            cost: match &asker.pricing {
                Pricing::Known(price) => {
                    let zero = Money {
                        nano: 0,
                        currency: price.currency.clone(),
                    };
                    Some([zero.clone(), zero.clone(), zero])
                }
                _ => None,
            },
            local: asker.pricing == Pricing::Local,
            per_minute: asker.target.limits.requests_per_minute,
            earlier_per_minute: earlier.targets.get(&asker.target.name).and_then(|pace| pace.per_minute),
            source: match &asker.pricing {
                Pricing::Known(_) if asker.target.price.is_some() => PriceSource::Stated,
                Pricing::Known(_) => PriceSource::Listed(crate::price::as_of()),
                Pricing::Local => PriceSource::Local,
                Pricing::Unknown => PriceSource::Unknown,
            },
        })
        .collect();
    let mut position = 0;
    for (index, (path, _)) in suites.iter().enumerate() {
        let part = &info.parts[index];
        open::read_suite(path, None, args.allow_outside, &mut |case| {
            if !picked.takes(index, &case) {
                return;
            }
            unmet_of_case(unexpressed, info, &ready.askers, part, &case);
            for prompt in &part.prompts {
                let Ok(call) = ready.book.render(position, *prompt, &case) else {
                    continue;
                };
                let images = call
                    .messages
                    .iter()
                    .flat_map(|message| &message.parts)
                    .filter(|part| matches!(part, Part::Image(_)))
                    .count();
                let texts = call
                    .messages
                    .iter()
                    .map(crate::domain::Message::plain_text)
                    .chain(call.system.clone());
                let input: u64 = texts.map(|text| crate::price::estimate_tokens(&text)).sum::<u64>()
                    + 8
                    + images as u64 * IMAGE_TOKENS;
                for target in &part.targets {
                    let asker = &ready.askers[*target];
                    let cap = asker
                        .target
                        .params
                        .overlaid(&call.params)
                        .max_output_tokens
                        .map(u64::from);
                    let usual = earlier
                        .targets
                        .get(&asker.target.name)
                        .and_then(|pace| pace.output_tokens);
                    let forecast = &mut targets[*target];
                    for trial in 0..part.trials {
                        forecast.calls += 1;
                        if images == 0
                            && let Some(cache) = &cache
                        {
                            let request = wire_request(asker.provider, &asker.target, call.clone());
                            let key = crate::run::reuse_key(&request, asker.provider.about().version, trial);
                            if cache.holds(&key).unwrap_or(false) {
                                forecast.cached += 1;
                                continue;
                            }
                        }
                        add(forecast, &asker.pricing, input, cap, usual);
                    }
                }
            }
            position += 1;
        });
    }
    Forecast {
        suite: info.suite.clone(),
        cases: info.cases,
        prompts: info.prompts.len(),
        trials: info.trials,
        targets,
        caps: Vec::new(),
        simulated: info.simulated,
        earlier: earlier.run,
    }
}

/// Adds a call: a tenth of the cap at the least, all of it at worst, and expected as long as answers were in an earlier run,
/// else a third of the cap.
fn add(forecast: &mut TargetForecast, pricing: &Pricing, input: u64, cap: Option<u64>, usual: Option<u64>) {
    let worst = cap.unwrap_or(USUAL_CAP);
    let expected = match usual {
        Some(usual) => usual.clamp(1, worst),
        None => cap.map_or(USUAL_OUTPUT, |cap| (cap / 3).max(1)),
    };
    forecast.input_tokens += input;
    forecast.output_tokens += expected;
    if let (Some(costs), Pricing::Known(price)) = (&mut forecast.cost, pricing) {
        for (cost, output) in costs.iter_mut().zip([(worst / 10).min(expected), expected, worst]) {
            let usage = Usage {
                input: Some(input),
                output: Some(output),
                ..Usage::default()
            };
            if let Some(money) = crate::price::cost(&usage, price) {
                cost.nano += money.nano;
            }
        }
    }
}
