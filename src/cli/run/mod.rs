//! `narani run`: from suites to a stored, scored and printed run.

mod begin;
mod carry;
mod choose;
mod dry;
mod earlier;
mod early;
pub(super) mod pretend;
mod replay;

use std::sync::Arc;

use super::args::{Global, RunArgs};
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::open;
use super::printer::Printer;
use crate::compare::{Unexpressed, View};
use crate::domain::{Case, Money, Params, RunInfo, SuitePart};
use crate::report::words::Lang;
use crate::run::{Asker, Pricing};
use crate::said;
use crate::text::sink::terminal_line;

pub(super) fn run(global: &Global, args: &RunArgs, printer: &Printer) -> Outcome {
    let runtime = super::runtime()?;
    let exit = runtime.block_on(async {
        match &args.resume {
            Some(name) => carry::resume(global, args, name, printer).await,
            None => begin::begin(global, args, printer).await,
        }
    });
    // A cut call must not hold the program up while its connection closes.
    runtime.shutdown_background();
    exit
}

/// What a run would take, without a word of it printed; `from` is the run to learn lengths from, else the last like it.
pub(super) fn forecast(
    global: &Global,
    args: &RunArgs,
    from: Option<&crate::store::Listed>,
    printer: &Printer,
) -> Result<crate::plan::Forecast, Failure> {
    crate::net::install_tls();
    begin::forecast(global, args, from, printer)
}

/// The caps on money, from the command line or the configuration.
fn caps(args: &RunArgs, settings: &crate::config::Settings) -> Result<Vec<Money>, Failure> {
    if args.max_cost.is_empty() {
        return Ok(settings.max_cost.clone());
    }
    let mut caps = Vec::new();
    for text in &args.max_cost {
        let sums = crate::price::parse_sums(text).map_err(|error| {
            Failure::usage(
                said!("`--max-cost {text}`: {0}", "`--max-cost {text}`: {0}", error.said()),
                said!(
                    "write an amount with its currency: 5USD, $5, 3000KRW",
                    "금액과 통화를 함께 쓰세요: 5USD, $5, 3000KRW"
                ),
            )
        })?;
        caps.extend(sums);
    }
    Ok(caps)
}

/// With a cap on money, a target whose price nobody knows could spend anything.
fn check_priced(args: &RunArgs, caps: &[Money], askers: &[Asker]) -> Result<(), Failure> {
    if caps.is_empty() {
        return Ok(());
    }
    for asker in askers {
        if let Pricing::Known(price) = &asker.pricing
            && !caps.iter().any(|cap| cap.currency == price.currency)
        {
            return Err(Failure::usage(
                said!(
                    "no cap covers {}, in which `{}` costs",
                    "{} 통화의 한도가 없습니다. `{}` 대상의 비용이 이 통화입니다",
                    price.currency.0,
                    asker.target.name
                ),
                said!(
                    "add one: --max-cost 5{} (amounts of several currencies may be capped at once)",
                    "추가하세요: --max-cost 5{} (여러 통화에 한꺼번에 한도를 둘 수 있습니다)",
                    price.currency.0
                ),
            ));
        }
    }
    if args.allow_unpriced {
        return Ok(());
    }
    let unknown: Vec<&str> = askers
        .iter()
        .filter(|asker| asker.pricing == Pricing::Unknown)
        .map(|asker| asker.target.name.as_str())
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(
        said!(
            "with a cap on cost, the price of every target must be known; it is not for {}",
            "비용 한도를 두려면 모든 대상의 가격을 알아야 합니다. 가격을 모르는 대상: {}",
            unknown.join(", ")
        ),
        said!(
            "state `price` in the configuration, leave the target out with --targets, or take the risk with --allow-unpriced",
            "설정 파일에 `price`를 적거나, --targets로 그 대상을 빼거나, --allow-unpriced로 감수하세요"
        ),
    ))
}

/// What providers cannot express of what targets, suites and prompts wish for; [`unmet_of_case`] adds what single cases do.
fn unmet_wishes(info: &RunInfo, askers: &[Asker]) -> Vec<Unexpressed> {
    let mut unmet: Vec<Unexpressed> = Vec::new();
    for (target, asker) in askers.iter().enumerate() {
        for part in info.parts.iter().filter(|part| part.targets.contains(&target)) {
            add_unmet(&mut unmet, info, part, (target, asker), &Params::default());
        }
    }
    unmet
}

/// The same for a case that brings parameters of its own.
fn unmet_of_case(unmet: &mut Vec<Unexpressed>, info: &RunInfo, askers: &[Asker], part: &SuitePart, case: &Case) {
    if case.params == Params::default() {
        return;
    }
    // Nobody is asked where recordings answer.
    for (target, asker) in part
        .targets
        .iter()
        .filter_map(|target| Some((*target, askers.get(*target)?)))
    {
        add_unmet(unmet, info, part, (target, asker), &case.params);
    }
}

fn add_unmet(
    unmet: &mut Vec<Unexpressed>,
    info: &RunInfo,
    part: &SuitePart,
    (target, asker): (usize, &Asker),
    of_case: &Params,
) {
    for prompt in &part.prompts {
        let params: Params = asker
            .target
            .params
            .overlaid(&part.params)
            .overlaid(&info.prompts[*prompt].params)
            .overlaid(of_case);
        for wish in asker.provider.wishes(&asker.target, &params) {
            let wish = Unexpressed {
                target,
                field: wish.field.to_owned(),
                why: wish.why,
            };
            if !unmet.contains(&wish) {
                unmet.push(wish);
            }
        }
    }
}

/// The lines that tell them before the run starts.
fn told(unexpressed: &[Unexpressed], info: &RunInfo, printer: &Printer) -> Vec<String> {
    unexpressed
        .iter()
        .map(|wish| {
            let (target, why) = (&info.targets[wish.target].name, wish.why.in_lang(printer.lang));
            match printer.lang {
                Lang::Ko => format!("알림: {target}: `{}` 없이 묻습니다 ({why})", wish.field),
                Lang::En => format!("note: {target} is asked without `{}`: {why}", wish.field),
            }
        })
        .collect()
}

/// Everything that is known of a run before it goes on.
struct Ready {
    info: Arc<RunInfo>,
    book: Arc<open::Book>,
    askers: Vec<Asker>,
    unexpressed: Vec<Unexpressed>,
}

/// How a run that ended is told to the shell: a target of which nothing was measured is no result. Single errors stand in
/// the table and change nothing here.
fn exit_of(info: &RunInfo, view: &View, printer: &Printer) -> Exit {
    let nothing: Vec<String> = info
        .targets
        .iter()
        .enumerate()
        .filter(|(target, _)| {
            let columns = view.columns.iter().filter(|column| column.target == *target);
            let (planned, measured) = columns.fold((0, 0), |(planned, measured), column| {
                (planned + column.counts.planned, measured + column.counts.measured)
            });
            planned > 0 && measured == 0
        })
        .map(|(_, target)| terminal_line(&target.name))
        .collect();
    if nothing.is_empty() {
        return Exit::Done;
    }
    let names = nothing.join(", ");
    printer.err(&match printer.lang {
        Lang::Ko => format!("측정된 답변이 하나도 없는 대상: {names} (종료 코드 3)"),
        Lang::En => format!("nothing was measured of {names} (exit code 3)"),
    });
    Exit::Unmeasured
}
