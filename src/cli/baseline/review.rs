//! `narani baseline review`: every change on a page of its own, and a key for each decision.
//!
//! Ctrl-C ends the questions like `q`: what was accepted until then is kept.

use super::Change;
use crate::cli::cases::of_column;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::gate::why;
use crate::cli::open::Book;
use crate::cli::printer::Printer;
use crate::cli::signals::Signals;
use crate::compare::Grid;
use crate::report;
use crate::store::Reader;

/// A decision on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Yes,
    No,
}

/// Who asks, and what is remembered meanwhile.
pub(super) struct Asking {
    tags: Vec<String>,
    quit: bool,
    stopped: Option<Exit>,
    // Lines come from a thread of their own: a read of the terminal cannot be broken off.
    lines: tokio::sync::mpsc::UnboundedReceiver<String>,
    // Taken over before any question: Ctrl-C would end the program where an answer came sooner than that.
    signals: Signals,
    runtime: tokio::runtime::Runtime,
}

impl Asking {
    pub(super) fn new() -> Result<Self, Failure> {
        Self::reading(std::io::BufReader::new(std::io::stdin()))
    }

    fn reading(from: impl std::io::BufRead + Send + 'static) -> Result<Self, Failure> {
        let (typed, lines) = tokio::sync::mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in from.lines() {
                let Ok(line) = line else { return };
                if typed.send(line).is_err() {
                    return;
                }
            }
        });
        let runtime = crate::cli::started(tokio::runtime::Builder::new_current_thread())?;
        let signals = runtime.block_on(async { Signals::take_over() });
        Ok(Self {
            tags: Vec::new(),
            quit: false,
            stopped: None,
            lines,
            signals,
            runtime,
        })
    }

    /// No more questions.
    pub(super) fn quit(&self) -> bool {
        self.quit
    }

    /// They ended with Ctrl-C or SIGTERM.
    pub(super) fn stopped(&self) -> Option<Exit> {
        self.stopped
    }

    /// The next line that is typed; none after Ctrl-C and at the end of the input.
    fn typed(&mut self) -> Option<String> {
        let (lines, signals) = (&mut self.lines, &mut self.signals);
        let line = self.runtime.block_on(async {
            tokio::select! {
                biased;
                // What was typed before Ctrl-C holds.
                line = lines.recv() => Ok(line),
                exit = signals.next() => Err(exit),
            }
        });
        line.unwrap_or_else(|exit| {
            self.stopped = Some(exit);
            None
        })
    }

    /// Shows a change and asks.
    pub(super) fn ask(
        &mut self,
        page: &Page<'_>,
        change: &Change<'_>,
        reader: &Reader,
        book: &Book,
        printer: &Printer,
    ) -> Result<Taken, Failure> {
        let Some(place) = page.grid.find(&change.now.case) else {
            return Ok(Taken::No);
        };
        let tags: Vec<String> = page.grid.tags_of(place).map(str::to_owned).collect();
        if tags.iter().any(|tag| self.tags.contains(tag)) {
            return Ok(Taken::Yes);
        }
        let records = of_column(reader, book, place as u64, page.lane)?;
        let (reason, _) = why(&records);
        let shown = report::baseline::Shown {
            label: &page.grid.lanes[page.lane].label,
            at: page.at + 1,
            of: page.of,
            case: &change.now.case,
            tags: &tags,
            was: change.was.map(|line| (line.pass, line.n, line.spot().score())),
            now: (change.now.pass, change.now.n, change.now.spot().score()),
            records: &records,
            reason: reason.in_lang(printer.lang),
        };
        printer.out(&report::baseline::page(&shown, &printer.style()))?;
        loop {
            printer.prompt(printer.say(
                "accept? a accept · s skip · A accept all of this tag · q quit  ",
                "받아들일까요? a 받아들임 · s 건너뜀 · A 이 분류 모두 · q 끝  ",
            ));
            match self.typed().as_deref().map(str::trim) {
                None => {
                    self.quit = true;
                    // The prompt's line is still open.
                    printer.err("");
                    return Ok(Taken::No);
                }
                Some("a" | "y") => return Ok(Taken::Yes),
                Some("s" | "n" | "") => return Ok(Taken::No),
                Some("A") => {
                    self.tags.extend(tags);
                    return Ok(Taken::Yes);
                }
                Some("q") => {
                    self.quit = true;
                    return Ok(Taken::No);
                }
                Some(_) => {}
            }
        }
    }
}

/// Where a question stands.
pub(super) struct Page<'a> {
    pub(super) grid: &'a Grid,
    pub(super) lane: usize,
    pub(super) at: usize,
    pub(super) of: usize,
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// Ctrl-C right after an answer that was there at once ended the program before anything was written.
    #[test]
    fn ctrl_c_is_heard_from_the_first_question_on() {
        let _alone = crate::cli::signals::alone();
        let (from, keys) = std::io::pipe().unwrap();
        let mut asking = Asking::reading(std::io::BufReader::new(from)).unwrap();
        let itself = std::process::id().to_string();
        let sent = std::process::Command::new("kill").args(["-INT", &itself]).status();
        assert!(sent.unwrap().success());
        assert_eq!(asking.typed(), None);
        assert_eq!(asking.stopped(), Some(Exit::Interrupted));
        drop(keys);

        let mut asking = Asking::reading(std::io::Cursor::new("a\n")).unwrap();
        assert_eq!(asking.typed().as_deref(), Some("a"));
        assert_eq!(asking.typed(), None, "the end of the input");
        assert_eq!(asking.stopped(), None);
    }
}
