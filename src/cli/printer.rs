//! The one place that writes to the terminal: results to standard output, everything else to standard error.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};

use crate::domain::{Problem, Severity};
use crate::report::words::Lang;
use crate::text::sink::ci_lines;

use super::args::{Global, When};
use super::{language, problems};

/// Where and how things are printed.
#[derive(Debug, Clone)]
pub(super) struct Printer {
    /// Only results and errors.
    pub(super) quiet: bool,
    /// A line an answer.
    pub(super) verbose: bool,
    /// ASCII only.
    pub(super) ascii: bool,
    /// Colour on standard output.
    pub(super) color: bool,
    /// Colour on standard error.
    pub(super) color_err: bool,
    /// Columns of the terminal; a fixed number where there is none.
    pub(super) width: usize,
    /// Language of what people read.
    pub(super) lang: Lang,
    /// Standard error is a terminal and nobody said that this is CI.
    pub(super) interactive: bool,
    /// `CI` or `GITHUB_ACTIONS` is set.
    pub(super) ci: bool,
    /// Standard output goes into the log of a CI service, whose runner takes some lines for commands: outside text must not be
    /// one of them. What is redirected into a file stays as it is.
    log: bool,
}

/// Width of tables where there is no terminal to ask.
const WIDTH_WITHOUT_TERMINAL: usize = 100;

#[expect(
    clippy::unused_self,
    reason = "one place for all printing, whatever it needs of itself"
)]
impl Printer {
    pub(super) fn new(global: &Global) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let ci = ["CI", "GITHUB_ACTIONS"]
            .into_iter()
            .filter_map(variable)
            .any(|value| value != "false" && value != "0");
        let forced = variable("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let dumb = variable("TERM").is_some_and(|term| term == "dumb");
        let colors = |terminal: bool| match global.color {
            When::Always => true,
            When::Never => false,
            When::Auto if variable("NO_COLOR").is_some() => false,
            When::Auto => forced || (terminal && !dumb),
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
        let utf8 = match &locale {
            Some(name) => {
                let name = name.to_ascii_lowercase();
                name.contains("utf-8") || name.contains("utf8")
            }
            // No locale at all is common in containers, whose terminals speak UTF-8 all the same.
            None => true,
        };
        let width = variable("COLUMNS")
            .and_then(|columns| columns.parse().ok())
            .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
            .unwrap_or(WIDTH_WITHOUT_TERMINAL);
        Self {
            quiet: global.quiet,
            verbose: global.verbose,
            ascii: global.ascii || !utf8 || dumb,
            color: colors(io::stdout().is_terminal()),
            color_err: colors(io::stderr().is_terminal()),
            width: width.clamp(40, 240),
            lang: language::of(global),
            interactive: io::stderr().is_terminal() && !ci && !dumb,
            ci,
            log: ci && !stdout_is_file(),
        }
    }

    /// For what is told before the command line is understood.
    pub(super) fn plain(lang: Lang) -> Self {
        let global = Global {
            lang: Some(match lang {
                Lang::Ko => super::args::LangArg::Ko,
                Lang::En => super::args::LangArg::En,
            }),
            ..Global::default()
        };
        Self::new(&global)
    }

    /// How reports are drawn.
    pub(super) fn style(&self) -> crate::report::Style {
        crate::report::Style {
            width: self.width,
            ascii: self.ascii,
            color: self.color,
            lang: self.lang,
        }
    }

    /// Korean when the user reads Korean, else English.
    pub(super) fn say<'a>(&self, en: &'a str, ko: &'a str) -> &'a str {
        if self.lang == Lang::Ko { ko } else { en }
    }

    /// Prints a result, ending with a line break.
    pub(super) fn out(&self, text: &str) -> io::Result<()> {
        let text = if self.log { ci_lines(text) } else { Cow::Borrowed(text) };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        out.flush()
    }

    /// Standard output as a stream, for what is too large to be put together first.
    pub(super) fn stream(&self) -> Box<dyn io::Write> {
        let out = io::stdout().lock();
        let out: Box<dyn io::Write> = if self.log {
            Box::new(Lines::new(out))
        } else {
            Box::new(out)
        };
        Box::new(io::BufWriter::with_capacity(64 * 1024, out))
    }

    /// Prints lines that a program reads from the log, as they are; nothing where there are none.
    pub(super) fn out_raw(&self, lines: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(lines.as_bytes())?;
        out.flush()
    }

    /// Asks a question; the answer is typed behind it.
    pub(super) fn prompt(&self, question: &str) {
        let mut err = io::stderr().lock();
        // A closed standard error leaves nobody to ask.
        let _ = err.write_all(question.as_bytes());
        let _ = err.flush();
    }

    /// Prints a notice, unless the user wants none.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.err(text);
        }
    }

    /// Prints an error.
    pub(super) fn err(&self, text: &str) {
        let mut err = io::stderr().lock();
        let text = if self.ci { ci_lines(text) } else { Cow::Borrowed(text) };
        // A closed standard error leaves nobody to tell.
        let _ = err.write_all(text.as_bytes());
        if !text.ends_with('\n') {
            let _ = err.write_all(b"\n");
        }
    }

    /// Prints problems with their excerpts.
    pub(super) fn problems(&self, problems: &[Problem]) {
        for problem in problems {
            if problem.severity == Severity::Warning && self.quiet {
                continue;
            }
            self.err(&problems::draw(
                problem,
                self.width,
                self.ascii,
                self.color_err,
                self.lang,
            ));
        }
    }
}

#[cfg(unix)]
fn stdout_is_file() -> bool {
    use std::os::fd::AsFd as _;
    let twin = io::stdout().as_fd().try_clone_to_owned().map(std::fs::File::from);
    twin.and_then(|file| file.metadata()).is_ok_and(|data| data.is_file())
}

#[cfg(not(unix))]
fn stdout_is_file() -> bool {
    false
}

/// Passes whole lines on, each harmless for a runner.
struct Lines<W: io::Write> {
    out: W,
    begun: Vec<u8>,
}

impl<W: io::Write> Lines<W> {
    fn new(out: W) -> Self {
        Self { out, begun: Vec::new() }
    }

    fn pass(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.begun);
        self.out.write_all(ci_lines(&String::from_utf8_lossy(&line)).as_bytes())
    }
}

impl<W: io::Write> io::Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.pass()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: io::Write> Drop for Lines<W> {
    fn drop(&mut self) {
        // Nobody is left to tell of a failure; the writers flush before they are done.
        let _ = self.pass();
        let _ = self.out.flush();
    }
}
