//! Why a command could not do what was asked.

use std::io;

use super::exit::Exit;
use super::printer::Printer;
use crate::domain::Problem;
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
    pub(super) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self::of(exit, vec![Problem::error("error", message)])
    }

    pub(super) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
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
    pub(super) fn note(mut self, line: String) -> Self {
        if let Some(problem) = self.problems.last_mut() {
            problem.help = Some(match problem.help.take() {
                Some(help) => format!("{help}\n{line}"),
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

    /// The messages alone, for a table cell.
    pub(super) fn words(&self) -> String {
        let messages: Vec<&str> = self.problems.iter().map(|problem| problem.message.as_str()).collect();
        messages.join("; ")
    }

    pub(super) fn with_more(mut self, more: usize) -> Self {
        self.more = more;
        self
    }

    pub(super) fn print(self, printer: &Printer) -> Exit {
        if self.silent {
            return Exit::Done;
        }
        printer.problems(&self.problems);
        if self.more > 0 {
            printer.err(&format!("… and {} more", self.more));
        }
        self.exit
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match error {
            StoreError::Full { .. } => Exit::Unmeasured,
            _ => Exit::Usage,
        };
        let mut problem = Problem::error("store", error.to_string());
        problem.help = error.help();
        Self::of(exit, vec![problem])
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let silent = error.kind() == io::ErrorKind::BrokenPipe;
        let mut failure = Self::new(Exit::Unmeasured, format!("could not write the output: {error}"));
        failure.silent = silent;
        failure
    }
}

impl From<crate::store::Gone> for Failure {
    fn from(_: crate::store::Gone) -> Self {
        Self::new(Exit::Unmeasured, "the run could not be written any more")
    }
}
