//! A mistake in what the user wrote, with its place and the remedy.

use std::ops::Range;

use super::said::Said;

/// One finding about a file or a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable word for scripts and documentation, for example `unknown_field`.
    pub code: &'static str,
    /// What is wrong; in English lower case, no full stop, back-ticks round what is quoted.
    pub message: Said,
    /// What to do.
    pub help: Option<Said>,
    /// Where.
    pub place: Option<Place>,
    /// The lines at that place, for files that are texts. Secrets are blotted out.
    pub excerpt: Option<Box<Excerpt>>,
    /// Whether the run can go on.
    pub severity: Severity,
}

/// Whether a run can go on in spite of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It can; the user should know.
    Warning,
    /// It cannot.
    Error,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it, or as reached from one that was named.
    pub file: String,
    /// Line from 1; for sheets the row. 0 when only the file is known.
    pub line: usize,
    /// Column from 1, in characters; for sheets the column number. 0 when only the line is known.
    pub column: usize,
    /// Bytes of the file to underline, where it is a text.
    pub span: Option<Range<usize>>,
    /// Sheet and cell as spreadsheets write them (`Sheet1!B7`), where it is one.
    pub cell: Option<String>,
}

/// A few lines of a file with the part to underline. Carried along, since a streamed file is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// Whole lines, cut where they are very long.
    pub text: String,
    /// Line number of the first line, from 1.
    pub first_line: usize,
    /// Bytes of `text` to underline; may be empty, then a point.
    pub mark: Range<usize>,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
            span: None,
            cell: None,
        }
    }
}

impl Problem {
    /// An error without a place yet.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<Said>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
            place: None,
            excerpt: None,
            severity: Severity::Error,
        }
    }

    /// A warning without a place yet.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<Said>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// The same with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<Said>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same at a place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}
