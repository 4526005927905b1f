//! Why a command could not do what was asked.

use std::io;

use super::exit::Exit;
use super::printer::Printer;
use crate::domain::{Lang, Problem, Said};
use crate::said;
use crate::store::StoreError;

/// How a command ended.
pub(super) type Outcome = Result<Exit, Failure>;

/// Why a command could not do what was asked: exit code and what to print.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    problems: Vec<Problem>,
    /// Problems beyond those kept.
    more: usize,
    /// The reader of standard output is gone, which is no failure.
    silent: bool,
}

impl Failure {
    pub(super) fn new(exit: Exit, message: impl Into<Said>) -> Self {
        Self::of(exit, vec![Problem::error("error", message)])
    }

    pub(super) fn usage(message: impl Into<Said>, help: impl Into<Said>) -> Self {
        Self::of(Exit::Usage, vec![Problem::error("usage", message).help(help)])
    }

    pub(super) fn of(exit: Exit, problems: Vec<Problem>) -> Self {
        Self {
            exit,
            problems,
            more: 0,
            silent: false,
        }
    }

    /// The same with a line after it.
    pub(super) fn note(mut self, line: impl Into<Said>) -> Self {
        if let Some(problem) = self.problems.last_mut() {
            let line = line.into();
            problem.help = Some(match problem.help.take() {
                Some(help) => said!("{help}\n{line}", "{help}\n{line}"),
                None => line,
            });
        }
        self
    }

    /// The same with another exit code.
    pub(super) fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Whether the user can mend it: a word of the command line, the configuration, a suite.
    pub(super) fn is_usage(&self) -> bool {
        self.exit == Exit::Usage
    }

    /// What is wrong.
    pub(super) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What is wrong, to be told together with more.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// The messages alone, for a table cell.
    pub(super) fn words(&self, lang: Lang) -> String {
        let problems = self.problems.iter();
        let messages: Vec<&str> = problems.map(|problem| problem.message.in_lang(lang)).collect();
        messages.join("; ")
    }

    pub(super) fn with_more(mut self, more: usize) -> Self {
        self.more = more;
        self
    }

    pub(super) fn print(self, printer: &Printer) -> Exit {
        if self.silent {
            return Exit::Pipe;
        }
        printer.problems(&self.problems);
        if self.more > 0 {
            printer.err(&match printer.lang {
                Lang::En => format!("… and {} more", self.more),
                Lang::Ko => format!("… 외 {}개", self.more),
            });
        }
        self.exit
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let mut problem = Problem::error("store", error.said());
        problem.help = error.help();
        Self::of(Exit::Usage, vec![problem])
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let silent = reader_gone(&error);
        let mut failure = Self::new(
            Exit::Unmeasured,
            said!("could not write the output: {error}", "출력을 쓰지 못했습니다: {error}"),
        );
        failure.silent = silent;
        failure
    }
}

impl From<crate::store::Gone> for Failure {
    fn from(_: crate::store::Gone) -> Self {
        Self::new(
            Exit::Unmeasured,
            said!("the run could not be written any more", "실행을 더 저장하지 못했습니다"),
        )
    }
}

/// Whether the reader of the output is gone, which a CSV writer hides within an error of its own.
fn reader_gone(error: &io::Error) -> bool {
    let hidden = error.get_ref().and_then(|inner| inner.downcast_ref::<csv::Error>());
    let kind = match hidden.map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(error)) => error.kind(),
        _ => error.kind(),
    };
    kind == io::ErrorKind::BrokenPipe
}
