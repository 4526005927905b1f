//! `narani plan`: what a suite can show between two targets, and what it would take to show more.

use clap::Parser as _;

use super::args::{Cli, Command, Global, PageFormat, PlanArgs, RunArgs};
use super::cases::each_record;
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::open::{self, Book};
use super::printer::Printer;
use super::run;
use crate::compare::noise::NoiseMeter;
use crate::plan::sizes::{Basis, PairSize, Wish, sizes};
use crate::report;
use crate::said;
use crate::stats::power::Demand;
use crate::store::{Listed, Reader};

pub(super) fn plan(global: &Global, args: &PlanArgs, printer: &Printer) -> Outcome {
    let from = args.from.as_ref().map(|run| open::find_run(global, run)).transpose()?;
    let forecast = run::forecast(global, &as_run(args)?, from.as_ref(), printer)?;
    let basis = match &from {
        Some(run) => measured(run, &forecast.suite)?,
        None => Basis::Assumed(args.disagree / 100.0),
    };
    let answers = u32::try_from(forecast.prompts).unwrap_or(u32::MAX).max(1) * forecast.trials.max(1);
    let found = sizes(
        Wish {
            cases: forecast.cases,
            answers,
            targets: forecast.targets.len(),
            difference: args.difference / 100.0,
            demand: Demand {
                power: args.power / 100.0,
                ..Demand::default()
            },
            cost: forecast.sums(1),
            unpriced: forecast.unpriced().map(|target| target.name.clone()).collect(),
            lengths: forecast.earlier,
            suite: forecast.suite,
        },
        basis,
    );
    match args.format {
        PageFormat::Json => printer.out_json(&report::sizes::json(&found))?,
        PageFormat::Text => printer.out(&report::sizes::page(&found, &printer.style()))?,
    }
    Ok(Exit::Done)
}

/// The noise of an earlier run.
fn measured(run: &Listed, suite: &str) -> Result<Basis, Failure> {
    let reader = Reader::open(run)?;
    let info = reader.info();
    let mut meter = NoiseMeter::new(info);
    each_record(&reader, &Book::new(info)?, |record| {
        meter.push(record);
        Ok(())
    })?;
    let found = meter.finish();
    if found.is_empty() {
        return Err(Failure::usage(
            said!(
                "run {} has no two targets that were both measured on two cases or more",
                "{} 실행에는 두 문항 이상에서 함께 측정된 두 대상이 없습니다",
                info.id
            ),
            said!(
                "name another run (`narani runs` lists them), or leave --from out and say how often targets disagree with --disagree",
                "다른 실행을 적거나(`narani runs`), --from을 빼고 --disagree로 얼마나 갈리는지 적으세요"
            ),
        ));
    }
    let name = |target: usize| info.targets[target].name.clone();
    Ok(Basis::Run {
        id: info.id.to_string(),
        suite: (info.suite != suite).then(|| info.suite.clone()),
        simulated: info.simulated,
        told_apart: found.iter().all(|pair| pair.told_apart),
        pairs: found
            .into_iter()
            .map(|pair| PairSize {
                a: name(pair.a),
                b: name(pair.b),
                cases: pair.cases,
                difference: pair.difference,
                noise: pair.noise,
            })
            .collect(),
    })
}

/// The run that is being planned.
fn as_run(args: &PlanArgs) -> Result<RunArgs, Failure> {
    let mut words = vec!["narani".to_owned(), "run".to_owned(), "--no-cache".to_owned()];
    if args.allow_outside {
        words.push("--allow-outside".to_owned());
    }
    if let Some(trials) = args.trials {
        words.push(format!("--trials={trials}"));
    }
    if !args.targets.is_empty() {
        words.push(format!("--targets={}", args.targets.join(",")));
    }
    words.push("--".to_owned());
    words.push(args.suite.clone());
    match Cli::try_parse_from(words).map(|cli| cli.command) {
        Ok(Command::Run(run)) => Ok(*run),
        _ => Err(Failure::new(
            Exit::Internal,
            said!(
                "the run to plan could not be put together",
                "계획할 실행을 만들지 못했습니다"
            ),
        )),
    }
}
