//! Fields and rows: quoting, guard, numbers.
//!
//! The csv crate joins fields and ends records, and refuses a row of another length than the header. Quoting is ours,
//! because the crate cannot be told which fields are text (quoted for people) and which are numbers, nor write an empty
//! text (`""`) apart from an absent one.

use std::io::{self, Write};

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::Audience;
use crate::domain::Lang;
use crate::report::fields::Fields;
use crate::text::sink::csv_guard;

/// Writes rows, field by field.
pub(super) struct Rows<W: Write> {
    out: csv::Writer<W>,
    audience: Audience,
    names: Vec<String>,
    /// Fields written of the row at hand.
    column: usize,
    guarded: Vec<usize>,
    scratch: String,
    simulated: bool,
}

impl<W: Write> Rows<W> {
    /// Writes the byte-order mark and the header: `names`, then `guarded` for people, then `simulated` where the run is.
    pub(super) fn begin(mut out: W, audience: Audience, simulated: bool, names: Vec<String>) -> io::Result<Self> {
        let people = audience.is_people();
        if people {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let mut rows = Self {
            out: WriterBuilder::new()
                .quote_style(QuoteStyle::Never)
                .terminator(if people {
                    Terminator::CRLF
                } else {
                    Terminator::Any(b'\n')
                })
                .from_writer(out),
            audience,
            names,
            column: 0,
            guarded: Vec::new(),
            scratch: String::new(),
            simulated,
        };
        // Names of targets and scorers stand behind a fixed word and a point, so no head can be a formula.
        let mut heads = rows.names.clone();
        heads.extend(people.then(|| "guarded".to_owned()));
        heads.extend(simulated.then(|| "simulated".to_owned()));
        for head in &heads {
            rows.head(head)?;
        }
        rows.out.write_record(None::<&[u8]>)?;
        rows.column = 0;
        Ok(rows)
    }

    fn head(&mut self, head: &str) -> io::Result<()> {
        if needs_quotes(head) {
            self.quoted(head)
        } else {
            self.raw(head.as_bytes())
        }
    }

    /// A whole number divided by a power of ten, exact, without closing zeros.
    fn scaled(&mut self, number: Option<i64>, places: usize) -> io::Result<()> {
        self.shown(number.map(|number| {
            let scale = 10u64.pow(u32::try_from(places).expect("a few places"));
            let sign = if number < 0 { "-" } else { "" };
            let (units, rest) = (number.unsigned_abs() / scale, number.unsigned_abs() % scale);
            if rest == 0 {
                return format!("{sign}{units}");
            }
            format!("{sign}{units}.{}", format!("{rest:0places$}").trim_end_matches('0'))
        }))
    }

    fn shown(&mut self, number: Option<impl std::fmt::Display>) -> io::Result<()> {
        match number {
            Some(number) => self.raw(number.to_string().as_bytes()),
            None => self.raw(b""),
        }
    }

    fn quoted(&mut self, text: &str) -> io::Result<()> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        scratch.push('"');
        for (at, part) in text.split('"').enumerate() {
            if at > 0 {
                scratch.push_str("\"\"");
            }
            scratch.push_str(part);
        }
        scratch.push('"');
        let written = self.raw(scratch.as_bytes());
        self.scratch = scratch;
        written
    }

    fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.column += 1;
        Ok(self.out.write_field(bytes)?)
    }

    /// Writes what is left and gives the output back.
    pub(super) fn finish(self) -> io::Result<W> {
        self.out.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

impl<W: Write> Fields for Rows<W> {
    fn lang(&self) -> Lang {
        match self.audience {
            Audience::People(lang) => lang,
            Audience::Machine => Lang::En,
        }
    }

    fn absent(&mut self) -> io::Result<()> {
        self.raw(b"")
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        match self.audience {
            Audience::Machine if text.is_empty() => self.raw(b"\"\""),
            Audience::Machine if needs_quotes(text) => self.quoted(text),
            Audience::Machine => self.raw(text.as_bytes()),
            Audience::People(_) => {
                let unix;
                let text = if text.contains('\r') {
                    unix = text.replace("\r\n", "\n").replace('\r', "\n");
                    unix.as_str()
                } else {
                    text
                };
                let (text, guarded) = csv_guard(text);
                if guarded {
                    self.guarded.push(self.column);
                }
                if text.is_empty() {
                    self.raw(b"")
                } else {
                    self.quoted(&text)
                }
            }
        }
    }

    fn word(&mut self, word: &str) -> io::Result<()> {
        if word.is_empty() || self.audience == Audience::Machine {
            return self.raw(word.as_bytes());
        }
        self.quoted(word)
    }

    fn integer(&mut self, number: Option<u64>) -> io::Result<()> {
        self.shown(number)
    }

    fn flag(&mut self, flag: Option<bool>) -> io::Result<()> {
        self.raw(match flag {
            None => b"",
            Some(true) => b"1",
            Some(false) => b"0",
        })
    }

    fn decimal(&mut self, number: Option<f64>) -> io::Result<()> {
        let number = number.filter(|number| number.is_finite());
        // Minus zero would be written with its sign.
        let number = number.map(|number| if number == 0.0 { 0.0 } else { number });
        if self.audience == Audience::Machine {
            return self.shown(number);
        }
        self.shown(number.map(|number| {
            let text = format!("{number:.6}");
            let text = text.trim_end_matches('0').trim_end_matches('.');
            if text == "-0" { "0".to_owned() } else { text.to_owned() }
        }))
    }

    fn milliseconds(&mut self, micros: Option<u64>) -> io::Result<()> {
        match self.audience {
            Audience::People(_) => self.shown(micros.map(|micros| (micros + 500) / 1000)),
            Audience::Machine => self.scaled(micros.map(u64::cast_signed), 3),
        }
    }

    fn amount(&mut self, nano: Option<i64>) -> io::Result<()> {
        self.scaled(nano, 9)
    }

    fn end(&mut self) -> io::Result<usize> {
        let guarded = std::mem::take(&mut self.guarded);
        if self.audience.is_people() {
            let names: Vec<&str> = guarded
                .iter()
                .filter_map(|column| self.names.get(*column))
                .map(String::as_str)
                .collect();
            self.word(&names.join(";"))?;
        }
        if self.simulated {
            self.word("SIMULATED")?;
        }
        self.out.write_record(None::<&[u8]>)?;
        self.column = 0;
        let count = guarded.len();
        self.guarded = guarded;
        self.guarded.clear();
        Ok(count)
    }
}

/// Whether RFC 4180 asks for quotes; also for blanks at the ends, which some readers drop.
fn needs_quotes(text: &str) -> bool {
    text.contains([',', '"', '\n', '\r']) || text.starts_with([' ', '\u{feff}']) || text.ends_with(' ')
}
