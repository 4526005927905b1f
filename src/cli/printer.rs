//! The one place that writes to the terminal: results to standard output, everything else to standard error.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write as _};

use crate::domain::{Problem, Severity};
use crate::report::words::Lang;
use crate::text::sink::{ci_lines, json_lines};

use super::args::{Format, Global, When};
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
    /// Standard output may go into the log of a CI service, whose runner takes some lines for commands: outside text in what people
    /// read must not be one of them. What is redirected into a file stays as it is.
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

    /// Prints a result for people, ending with a line break.
    pub(super) fn out(&self, text: &str) -> io::Result<()> {
        let text = if self.log { ci_lines(text) } else { Cow::Borrowed(text) };
        whole(io::stdout().lock(), &text)
    }

    /// Prints a result in the form that was asked for.
    pub(super) fn out_as(&self, format: Format, text: &str) -> io::Result<()> {
        match format {
            Format::Text | Format::Markdown => self.out(text),
            Format::Json | Format::Jsonl => self.out_json(text),
            Format::Csv => self.out_exact(text),
        }
    }

    /// Prints JSON or JSON lines, see [`Self::stream_json`].
    pub(super) fn out_json(&self, text: &str) -> io::Result<()> {
        whole(self.stream_json(), text)
    }

    /// Prints CSV or XML, see [`Self::stream_exact`].
    pub(super) fn out_exact(&self, text: &str) -> io::Result<()> {
        whole(self.stream_exact(), text)
    }

    /// Standard output as a stream of JSON lines: the same bytes wherever they go. Of the ways to write a value it is one in which
    /// no runner of a CI service finds a command.
    pub(super) fn stream_json(&self) -> Box<dyn io::Write> {
        self.streamed(Some(Lines::json(io::stdout().lock())))
    }

    /// Standard output as a stream of a form in which a value can be written in one way only, so that nothing is done to it. Of a
    /// line that would be a command in the log of a CI service there is a warning.
    pub(super) fn stream_exact(&self) -> Box<dyn io::Write> {
        self.streamed(self.log.then(|| Lines::exact(io::stdout().lock(), self.clone())))
    }

    #[expect(clippy::unused_self, reason = "one place for all printing")]
    fn streamed(&self, lines: Option<Lines<io::StdoutLock<'static>>>) -> Box<dyn io::Write> {
        const BUFFER: usize = 64 * 1024;
        match lines {
            Some(lines) => Box::new(io::BufWriter::with_capacity(BUFFER, lines)),
            None => Box::new(io::BufWriter::with_capacity(BUFFER, io::stdout().lock())),
        }
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

/// Writes a text that ends with a line break.
fn whole(mut out: impl io::Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Passes whole lines of a machine's form on.
struct Lines<W: io::Write> {
    out: W,
    begun: Vec<u8>,
    // Who is to be warned of a command in a form that cannot be written otherwise.
    warn: Option<Printer>,
    json: bool,
}

impl<W: io::Write> Lines<W> {
    /// For JSON: written so that it gives no command.
    fn json(out: W) -> Self {
        let begun = Vec::new();
        Self {
            out,
            begun,
            json: true,
            warn: None,
        }
    }

    /// For what cannot be written in another way: somebody is warned of a command.
    fn exact(out: W, printer: Printer) -> Self {
        let begun = Vec::new();
        Self {
            out,
            begun,
            json: false,
            warn: Some(printer),
        }
    }

    fn pass(&mut self) -> io::Result<()> {
        let text = String::from_utf8_lossy(&self.begun);
        if self.json {
            self.out.write_all(json_lines(&text).as_bytes())?;
        } else {
            if self.warn.is_some() && matches!(ci_lines(&text), Cow::Owned(_)) {
                let printer = self.warn.take();
                printer.iter().for_each(warn_of_command);
            }
            self.out.write_all(&self.begun)?;
        }
        self.begun.clear();
        Ok(())
    }
}

fn warn_of_command(printer: &Printer) {
    printer.note(printer.say(
        "a line of this output would be a command for the runner of this CI: keep it out of the log (> FILE, -o FILE, or a pipe)",
        "이 출력에 이 CI의 실행기가 명령으로 읽을 줄이 있습니다. 로그 대신 파일(> FILE, -o FILE)이나 파이프로 보내세요",
    ));
}

impl<W: io::Write> io::Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if whole > 0 {
            self.begun.extend_from_slice(&bytes[..whole]);
            self.pass()?;
        }
        self.begun.extend_from_slice(&bytes[whole..]);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, lines: impl FnOnce(&mut Vec<u8>) -> Lines<&mut Vec<u8>>) -> String {
        let mut out = Vec::new();
        let mut stream = io::BufWriter::with_capacity(7, lines(&mut out));
        stream.write_all(text.as_bytes()).unwrap();
        stream.flush().unwrap();
        drop(stream);
        String::from_utf8(out).unwrap()
    }

    /// A table in CSV that went through a pipe in CI got a bar before lines that begin with `::`.
    #[test]
    fn csv_is_told_as_it_is() {
        let rows = "id,text\na,\"one\n::error::two ##[b]\"\nb,three";
        assert_eq!(told(rows, |out| Lines::exact(out, Printer::plain(Lang::En))), rows);
    }

    #[test]
    fn json_says_the_same_without_a_command() {
        let lines = "{\"a\":\"## b\"}\n{\"a\":\"###[b] ##vso[c]\"}\n";
        let shown = told(lines, |out| Lines::json(out));
        assert_eq!(shown, "{\"a\":\"## b\"}\n{\"a\":\"##\\u0023[b] #\\u0023vso[c]\"}\n");
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert!(lines.lines().map(value).eq(shown.lines().map(value)));
    }
}
