//! CSV, record by record: commas, semicolons or tabs, as the first line shows; UTF-8, UTF-16 or CP949.
//!
//! The `csv` crate reads the fields. A wrapper round the file keeps the bytes of the record at hand, so that the
//! place of every cell can be told, unbalanced quotes among them, which the crate passes over in silence.

use std::cell::RefCell;
use std::io::{BufRead, Read};
use std::ops::Range;
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder};

use crate::domain::{Place, Problem};
use crate::said;
use crate::text::decode::Encoding;

use super::bytes::{MOST_RECORD, MOST_STREAMED, checked, count_lines, empty, recoded, skip_mark, too_large, unread};
use super::cases::Bench;
use super::findings::Findings;
use super::place::Origin;
use super::table::{Head, Renamed, Titles};
use super::tree::Span;
use super::values::Desk;

/// Longest first line looked at for the delimiter.
const LONGEST_HEAD: usize = 1 << 20;

/// Reads a table and gives every row to `bench`.
pub(super) fn read(
    file: &str,
    reader: Box<dyn BufRead>,
    renamed: &Renamed,
    bench: &mut Bench<'_>,
    findings: &mut Findings,
) {
    let read = recoded(file, reader).and_then(|(mut reader, encoding)| {
        if encoding == Some(Encoding::Cp949) {
            findings.add(cp949(file));
        }
        rows(file, &mut reader, renamed, bench, findings)
    });
    if let Err(problem) = read {
        findings.add(problem);
    }
}

/// What people should know of a file that Excel saved as plain "CSV" in Korea.
fn cp949(file: &str) -> Problem {
    Problem::warning(
        "cp949",
        said!("`{file}` is read as CP949", "`{file}` 파일을 CP949로 읽습니다"),
    )
    .help(said!(
        "what CP949 lacks (emoji, some signs) was lost when it was saved; `CSV UTF-8` in Excel keeps everything",
        "CP949에 없는 글자(이모지, 일부 기호)는 저장할 때 사라졌습니다. 엑셀의 `CSV UTF-8`로 저장하면 모두 남습니다"
    ))
    .at(Place::file(file))
}

fn rows(
    file: &str,
    reader: &mut dyn BufRead,
    renamed: &Renamed,
    bench: &mut Bench<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let mut mark = skip_mark(file, reader)?;
    let mut head_bytes = first_line(file, reader)?;
    if head_bytes.is_empty() {
        return Err(empty(file));
    }
    let mut first = 1;
    let mut stated = None;
    if let Some(stated_here) = separator(&head_bytes) {
        stated = Some(stated_here);
        mark += head_bytes.len();
        first += 1;
        head_bytes = first_line(file, reader)?;
    }
    let delimiter = stated.unwrap_or_else(|| delimiter(&head_bytes, file));
    let kept = Rc::new(RefCell::new(Vec::new()));
    let mut table = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(Keep {
            inner: std::io::Cursor::new(head_bytes).chain(reader),
            kept: Rc::clone(&kept),
            taken: 0,
        });
    let mut record = ByteRecord::new();
    let mut at = Reading {
        offset: mark,
        line: first,
    };
    let mut head: Option<Head> = None;
    let mut titles = Titles::default();
    let mut rows = 0u64;
    loop {
        let more = table
            .read_byte_record(&mut record)
            .map_err(|error| broken(file, &error, &at))?;
        let end = usize::try_from(table.position().byte()).unwrap_or(usize::MAX) + mark;
        let raw = kept.borrow_mut().drain(..end - at.offset).collect::<Vec<u8>>();
        if !more {
            break;
        }
        let skipped = raw.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let line = at.line + count_lines(&raw[..skipped]);
        let offset = at.offset + skipped;
        let text = checked(file, &raw[skipped..], offset, line)?;
        at = Reading {
            offset: end,
            line: line + count_lines(&raw[skipped..]),
        };
        let origin = Origin::record(file, text, offset, line);
        let mut desk = Desk {
            origin: &origin,
            findings,
        };
        let places = match places(text, delimiter) {
            Ok(places) => places,
            Err(flaw) => {
                let span = Span::new(offset + flaw.at, offset + flaw.at + 1);
                desk.tell(span, flaw.problem());
                if flaw.open {
                    return Ok(());
                }
                continue;
            }
        };
        let cells: Vec<(String, Span)> = record
            .iter()
            .zip(places)
            .map(|(cell, place)| {
                let text = String::from_utf8_lossy(cell).into_owned();
                (text, Span::new(offset + place.start, offset + place.end))
            })
            .collect();
        match &mut head {
            None => {
                if cells.iter().all(|(text, _)| text.trim().is_empty()) || titles.takes(&cells, renamed, bench) {
                    continue;
                }
                titles.tell(&mut desk, &cells);
                match Head::read(&mut desk, cells, renamed, bench) {
                    Some(read) => head = Some(read),
                    None => return Ok(()),
                }
            }
            Some(head) => {
                rows += u64::from(cells.iter().any(|(text, _)| !text.trim().is_empty()));
                if fits(&mut desk, &cells, head.len(), delimiter)
                    && let Some(node) = head.row(&mut desk, cells)
                {
                    bench.take(&mut desk, &node);
                }
            }
        }
    }
    if head.is_none() {
        let Some(names) = titles.first() else {
            return Err(empty(file));
        };
        // Nothing but single cells: the first is what it must be, and what is wrong with it is told.
        let names: Vec<(String, Span)> = names.into_iter().map(|(name, _)| (name, Span::default())).collect();
        let origin = Origin::record(file, "", 0, first);
        let mut desk = Desk {
            origin: &origin,
            findings,
        };
        if Head::read(&mut desk, names, renamed, bench).is_none() {
            return Ok(());
        }
    }
    if rows == 0 {
        return Err(Problem::error(
            "no_cases",
            said!(
                "`{file}` has a first line but no rows",
                "`{file}` 파일에는 첫 줄뿐이고 질문이 없습니다"
            ),
        )
        .help(said!(
            "the first line names the columns; each further line is a question",
            "첫 줄은 열 이름이고, 그다음 줄부터 한 줄이 질문 하나입니다"
        ))
        .at(Place::file(file)));
    }
    Ok(())
}

/// Where the next record begins.
struct Reading {
    offset: usize,
    line: usize,
}

/// The first line, its line break included, however quotes stand in it.
fn first_line(file: &str, reader: &mut dyn BufRead) -> Result<Vec<u8>, Problem> {
    let mut line = Vec::new();
    loop {
        let before = line.len();
        let mut limited = reader.take((LONGEST_HEAD - before.min(LONGEST_HEAD)) as u64);
        limited
            .read_until(b'\n', &mut line)
            .map_err(|error| unread(file, &error))?;
        let quotes = memchr::memchr_iter(b'"', &line).count();
        let blank = line.iter().all(u8::is_ascii_whitespace);
        if line.len() == before || (quotes.is_multiple_of(2) && !blank) {
            return Ok(line);
        }
    }
}

/// The delimiter of a line `sep=;`, which Excel reads and writes before the table.
fn separator(line: &[u8]) -> Option<u8> {
    let line = line.trim_ascii_end();
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] if delimiter.is_ascii() && *delimiter != b'"' => {
            Some(*delimiter)
        }
        // The blanks cut from the end may have been the tab that was stated.
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'='] => Some(b'\t'),
        _ => None,
    }
}

/// The delimiter that stands most often in the first line outside quotes; for `.tsv` the tab.
fn delimiter(line: &[u8], file: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in line {
        if *byte == b'"' {
            quoted = !quoted;
        } else if !quoted && let Some((_, count)) = counts.iter_mut().find(|(known, _)| known == byte) {
            *count += 1;
        }
    }
    let tabs = super::path::ending(file) == "tsv";
    let (best, count) = counts
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .unwrap_or((b',', 0));
    if count == 0 && tabs { b'\t' } else { best }
}

/// Whether a row has as many cells as the first line; told otherwise. Empty cells too many do no harm.
fn fits(desk: &mut Desk<'_, '_>, cells: &[(String, Span)], columns: usize, delimiter: u8) -> bool {
    let surplus = cells.get(columns..).unwrap_or_default();
    let filled = surplus.iter().find(|(text, _)| !text.trim().is_empty());
    let blank = cells.iter().all(|(text, _)| text.trim().is_empty());
    let (span, count) = match (filled, cells.last()) {
        (Some((_, span)), _) => (*span, cells.len()),
        (None, Some((_, span))) if cells.len() < columns && !blank => (*span, cells.len()),
        _ => return true,
    };
    let word = match delimiter {
        b';' => said!("semicolon", "쌍반점"),
        b'\t' => said!("tab", "탭"),
        _ => said!("comma", "쉼표"),
    };
    let problem = Problem::error(
        "ragged_row",
        said!(
            "this row has {count} cells, the first line {columns}",
            "이 행은 {count}칸인데 첫 줄은 {columns}칸입니다"
        ),
    )
    .help(said!(
        "a cell that holds a {word} needs quotes: \"…\"",
        "{word}가 든 칸은 따옴표로 감싸야 합니다: \"…\""
    ));
    desk.tell(span, problem);
    false
}

/// A quote where none may stand.
#[derive(Debug)]
struct Flaw {
    at: usize,
    open: bool,
}

impl Flaw {
    fn problem(&self) -> Problem {
        if self.open {
            Problem::error(
                "quotes",
                said!(
                    "the quote that opens here is never closed",
                    "여기서 연 따옴표가 닫히지 않았습니다"
                ),
            )
            .help(said!(
                "close it, or double it where it is part of the text: \"\"",
                "닫거나, 글의 일부라면 두 번 쓰세요: \"\""
            ))
        } else {
            Problem::error(
                "quotes",
                said!(
                    "a quote stands inside quoted text",
                    "따옴표로 감싼 글 안에 따옴표가 있습니다"
                ),
            )
            .help(said!(
                "inside quotes a quote is doubled: \"he said \"\"hi\"\"\"",
                "감싼 글 안의 따옴표는 두 번 씁니다: \"그가 \"\"안녕\"\" 했다\""
            ))
        }
    }
}

/// Bytes of every cell in the text of a record, quotes included.
fn places(text: &str, delimiter: u8) -> Result<Vec<Range<usize>>, Flaw> {
    let bytes = text.as_bytes();
    let mut places = Vec::new();
    let mut at = 0;
    loop {
        let start = at;
        if bytes.get(at) == Some(&b'"') {
            at += 1;
            loop {
                match (bytes.get(at), bytes.get(at + 1)) {
                    (Some(b'"'), Some(b'"')) => at += 2,
                    (Some(b'"'), _) => break,
                    (Some(_), _) => at += 1,
                    (None, _) => return Err(Flaw { at: start, open: true }),
                }
            }
            at += 1;
            let after = bytes.get(at).copied().unwrap_or(b'\n');
            if after != delimiter && !matches!(after, b'\n' | b'\r') {
                return Err(Flaw {
                    at: at - 1,
                    open: false,
                });
            }
        } else {
            while bytes
                .get(at)
                .is_some_and(|byte| *byte != delimiter && !matches!(byte, b'\n' | b'\r'))
            {
                at += 1;
            }
        }
        places.push(start..at);
        match bytes.get(at) {
            Some(byte) if *byte == delimiter => at += 1,
            _ => return Ok(places),
        }
    }
}

fn broken(file: &str, error: &csv::Error, at: &Reading) -> Problem {
    let mut place = Place::file(file);
    place.line = at.line;
    if let csv::ErrorKind::Io(error) = error.kind() {
        if error.kind() == std::io::ErrorKind::FileTooLarge {
            return too_large(file, MOST_STREAMED);
        }
        if error.kind() == std::io::ErrorKind::InvalidData {
            return Problem::error(
                "quotes",
                said!(
                    "the row that begins on line {} does not end within {} MiB",
                    "{}행에서 시작한 행이 {} MiB 안에 끝나지 않습니다",
                    at.line,
                    MOST_RECORD >> 20
                ),
            )
            .help(said!(
                "most likely a quote is never closed",
                "닫히지 않은 따옴표가 있을 것입니다"
            ))
            .at(place);
        }
        return unread(file, error).at(place);
    }
    Problem::error(
        "syntax",
        said!("not valid CSV: {error}", "올바른 CSV가 아닙니다: {error}"),
    )
    .at(place)
}

/// Passes bytes on and keeps those of the record that is being read.
struct Keep<R> {
    inner: R,
    kept: Rc<RefCell<Vec<u8>>>,
    taken: u64,
}

impl<R: Read> Read for Keep<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut kept = self.kept.borrow_mut();
        if kept.len() > MOST_RECORD {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        let count = self.inner.read(buffer)?;
        self.taken += count as u64;
        if self.taken > MOST_STREAMED {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        kept.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn delimiters_are_seen() {
        assert_eq!(delimiter(b"a,b;c,d\n", "f.csv"), b',');
        assert_eq!(delimiter(b"a;b;\"c,,,,\"\n", "f.csv"), b';');
        assert_eq!(delimiter(b"a\tb\n", "f.csv"), b'\t');
        assert_eq!(delimiter(b"question\n", "f.csv"), b',');
        assert_eq!(delimiter(b"question\n", "f.tsv"), b'\t');
        assert_eq!(delimiter(b"a,b;c\n", "f.csv"), b',');
    }

    #[test]
    fn tables_of_korean_programs_run_as_they_are() {
        use crate::suite::tests::{Shelf, read_from, told};
        let text = "번호,질문,정답,분류\n1,대한민국의 수도는?,서울,지리\n2,똠방각하는?,펲시,\n";
        let (cp949, _, _) = encoding_rs::EUC_KR.encode(text);
        let wide = std::iter::once(0xfeff).chain(text.replace(',', "\t").encode_utf16().collect::<Vec<_>>());
        let wide: Vec<u8> = wide.flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes().to_vec(), cp949.into_owned(), wide] {
            let (checked, cases) = read_from("s.csv", &Shelf::from([("s.csv", bytes)]));
            assert!(checked.suite.is_some(), "{:?}", told(&checked));
            assert_eq!((cases[0].id.as_str(), &cases[0].tags), ("1", &vec!["지리".to_owned()]));
            assert_eq!(cases[1].vars["question"], "똠방각하는?");
            assert_eq!(cases[1].expect, ["펲시"]);
        }
    }

    #[test]
    fn flawed_quotes_are_found() {
        assert_eq!(places("a,\"b\"\"c\",d\r\n", b',').unwrap(), [0..1, 2..8, 9..10]);
        assert_eq!(places("5\" pipe,x", b',').unwrap().len(), 2);
        let flaw = places("a,\"he said \"hi\", ok\",d\n", b',').unwrap_err();
        assert!(!flaw.open && flaw.at == 11, "{flaw:?}");
        assert!(places("a,\"open\n\n", b',').unwrap_err().open);
    }

    proptest! {
        /// Our places and the crate's fields are those of the same cells.
        #[test]
        fn places_agree_with_the_crate(cells in proptest::collection::vec("[a-z가\",\n\r ;]{0,6}", 1..6)) {
            let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
            writer.write_record(&cells).unwrap();
            let bytes = writer.into_inner().unwrap();
            let text = std::str::from_utf8(&bytes).unwrap();
            let places = places(text, b',').unwrap();
            prop_assert_eq!(places.len(), cells.len());
            for (place, cell) in places.into_iter().zip(&cells) {
                let raw = &text[place];
                let plain = raw.strip_prefix('"').map_or(raw.to_owned(), |rest| rest[..rest.len() - 1].replace("\"\"", "\""));
                prop_assert_eq!(&plain, cell);
            }
        }
    }
}
