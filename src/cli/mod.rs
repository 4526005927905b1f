//! The command line: arguments, printer, progress, one file a command.
//!
//! What was typed (`args`) is kept apart from what it means (each command). Results go to standard output, everything
//! else to standard error, through `printer` alone.

mod args;
mod baseline;
mod board;
mod cases;
mod check;
mod compare;
mod compute;
mod confirm;
#[cfg(test)]
mod documents;
mod ending;
mod exit;
mod export;
mod failure;
mod files;
mod follow;
mod gate;
mod import;
mod init;
mod keys;
mod korean;
mod language;
mod listen;
mod misc;
mod open;
mod plan;
mod printer;
mod problems;
mod review;
mod run;
mod score;
mod show;
mod signals;
mod simulate;
mod tables;
mod targets;
mod trust;

use crate::said;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use args::{Cli, Command};
use exit::Exit;
use failure::{Failure, Outcome};
use printer::Printer;

use crate::domain::Lang;

/// Runs the program with the arguments of the process; what `main` returns.
#[must_use]
pub fn main() -> ExitCode {
    let mut words: Vec<OsString> = std::env::args_os().collect();
    let before = language::before_reading(&words);
    let mut command = Cli::command();
    if before == Lang::Ko {
        command = korean::translated(command);
        words = korean::without_help_command(words);
    }
    let read = command
        .try_get_matches_from_mut(words)
        .and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches));
    let cli = match read {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way, too, with exit code 0.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            match korean::mistake(&error).filter(|_| before == Lang::Ko) {
                Some(problem) => Printer::plain(before).problems(&[problem]),
                // What was typed may come from outside, too, where a workflow passes it on.
                None if error.use_stderr() && Printer::plain(before).ci => {
                    Printer::plain(before).err(&error.render().to_string());
                }
                None if before == Lang::Ko => {
                    let (printer, text) = (Printer::plain(before), error.render());
                    let text = if printer.color {
                        text.ansi().to_string()
                    } else {
                        text.to_string()
                    };
                    let text = korean::usage(&text);
                    if error.use_stderr() {
                        printer.err(&text);
                    } else {
                        drop(printer.out(&text));
                    }
                }
                None => drop(error.print()),
            }
            return exit.into();
        }
    };
    let printer = Printer::new(&cli.global);
    if let Some(note) = language::unknown(&cli.global) {
        printer.note(note.in_lang(printer.lang));
    }
    let exit = match carry_out(&cli, &printer) {
        Ok(exit) => exit,
        Err(failure) => failure.print(&printer),
    };
    exit.into()
}

fn carry_out(cli: &Cli, printer: &Printer) -> Outcome {
    let global = &cli.global;
    match &cli.command {
        Command::Run(args) => run::run(global, args, printer),
        Command::Plan(args) => plan::plan(global, args, printer),
        Command::Check(args) => check::check(global, args, printer),
        Command::Show(args) => show::show(global, args, printer),
        Command::Runs(args) => show::runs(global, args, printer),
        Command::Export(args) => export::export(global, args, printer),
        Command::Review(args) => review::review(global, args, printer),
        Command::Score(args) => score::score(global, args, printer),
        Command::Compare(args) => compare::compare(global, args, printer),
        Command::Import(args) => import::import(global, args, printer),
        Command::Gate(args) => gate::gate(global, args, printer),
        Command::Baseline(args) => baseline::baseline(global, args, printer),
        Command::Compute(args) => compute::compute(args, printer),
        Command::Simulate(args) => simulate::simulate(args, printer),
        Command::Init(args) => init::init(args, printer),
        Command::Targets(args) => targets::targets(global, args, printer),
        Command::Scorers(args) => misc::scorers(args, printer),
        Command::Schema(args) => misc::schema(args, printer),
        Command::Completions(args) => misc::completions(args, printer),
        Command::Man => misc::man(printer),
    }
}

/// A runtime for commands that wait.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    crate::net::install_tls();
    started(tokio::runtime::Builder::new_multi_thread())
}

fn started(mut builder: tokio::runtime::Builder) -> Result<tokio::runtime::Runtime, Failure> {
    builder.enable_all().build().map_err(|error| {
        Failure::new(
            Exit::Internal,
            said!(
                "could not start the runtime: {error}",
                "실행 환경을 시작하지 못했습니다: {error}"
            ),
        )
    })
}
