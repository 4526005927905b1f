//! Exit codes of every command.

use std::process::ExitCode;

/// How the program ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// A quality check failed.
    Quality,
    /// Usage or configuration.
    Usage,
    /// Could not measure: provider down, nothing measured, nothing storable.
    Unmeasured,
    /// Baseline missing, damaged or not comparable.
    Baseline,
    /// Stopped by the budget; resumable.
    Budget,
    /// A bug.
    Internal,
    /// Stopped by Ctrl-C; saved, resumable.
    Interrupted,
    /// Whoever read the output has gone (`| head`), as other programs tell it that are ended by SIGPIPE.
    Pipe,
    /// Stopped by SIGTERM; saved, resumable.
    Terminated,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Quality => 1,
            Self::Usage => 2,
            Self::Unmeasured => 3,
            Self::Baseline => 4,
            Self::Budget => 5,
            Self::Internal => 70,
            Self::Interrupted => 130,
            Self::Pipe => 141,
            Self::Terminated => 143,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
