//! From bytes to text: limits, byte-order mark, and one clear message for what is no text.

use std::io::BufRead;

use crate::domain::{Place, Problem, Said};
use crate::said;
use crate::text::decode::Encoding;

/// Largest YAML, TOML or JSON file, which are held whole.
pub const MOST_HELD: u64 = 64 << 20;

/// Largest workbook.
pub const MOST_WORKBOOK: u64 = 256 << 20;

/// Largest file that is streamed.
pub const MOST_STREAMED: u64 = 1 << 30;

/// Longest line or record of a streamed file, held whole while it is read.
pub const MOST_RECORD: usize = 64 << 20;

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A text file held whole.
#[derive(Debug)]
pub struct Text {
    /// Its text without a byte-order mark.
    pub text: String,
    /// Bytes of the mark left out: 3 or 0. Places count it.
    pub offset: usize,
}

/// Reads a text file whole.
///
/// # Errors
/// One problem: empty, too large, unreadable, not UTF-8, not text.
pub fn whole(file: &str, reader: &mut dyn BufRead) -> Result<Text, Problem> {
    let mut bytes = raw(file, reader, MOST_HELD)?;
    let offset = if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
        MARK.len()
    } else {
        0
    };
    checked(file, &bytes, offset, 1)?;
    let text = String::from_utf8(bytes).expect("checked above");
    if text.trim().is_empty() {
        return Err(empty(file));
    }
    Ok(Text { text, offset })
}

/// The problem of a pipe, a device or a socket in place of a file: it may never end, or never begin. `ordinary` are files and
/// folders.
///
/// Pipes of the shell (`<(…)`) are handed over as `/dev/fd/N` and are read like any other file.
#[must_use]
pub fn no_file(path: &str, ordinary: bool) -> Option<Problem> {
    if ordinary || path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/") {
        return None;
    }
    Some(
        Problem::error(
            "no_file",
            said!(
                "`{path}` is a pipe or a device, not a file",
                "`{path}`은(는) 파일이 아니라 파이프나 장치입니다"
            ),
        )
        .help(said!(
            "write its contents into a file and name that",
            "내용을 파일로 저장하고 그 파일을 적으세요"
        ))
        .at(Place::file(path)),
    )
}

/// Reads a file whole.
///
/// # Errors
/// One problem: empty, too large or unreadable.
pub fn raw(file: &str, reader: &mut dyn BufRead, most: u64) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut limited = std::io::Read::take(reader, most + 1);
    std::io::Read::read_to_end(&mut limited, &mut bytes).map_err(|error| unread(file, &error))?;
    if bytes.len() as u64 > most {
        return Err(too_large(file, most));
    }
    if bytes.is_empty() {
        return Err(empty(file));
    }
    Ok(bytes)
}

/// Passes over a byte-order mark; how many bytes it took.
///
/// # Errors
/// The problem, when the file cannot be read.
pub fn skip_mark(file: &str, reader: &mut dyn BufRead) -> Result<usize, Problem> {
    let start = reader.fill_buf().map_err(|error| unread(file, &error))?;
    if start.starts_with(MARK) {
        reader.consume(MARK.len());
        return Ok(MARK.len());
    }
    Ok(0)
}

/// A table as UTF-8, whatever wrote it: what Korean spreadsheet programs save as CSV (CP949) or "Unicode text" (UTF-16) is
/// read whole and handed on in memory. What is in neither is passed on as it is, so that its mistakes are told with their
/// places. The encoding is told where it was changed.
///
/// # Errors
/// The problem, when the file cannot be read or is too large to be read whole.
pub fn recoded(file: &str, mut reader: Box<dyn BufRead>) -> Result<(Box<dyn BufRead>, Option<Encoding>), Problem> {
    let start = reader.fill_buf().map_err(|error| unread(file, &error))?;
    let wide = start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF");
    let wrong = std::str::from_utf8(start).is_err_and(|error| error.error_len().is_some());
    let korean = wrong && !start.starts_with(MARK) && memchr::memchr(0, start).is_none();
    if !wide && !korean {
        return Ok((reader, None));
    }
    let bytes = raw(file, &mut reader, MOST_WORKBOOK)?;
    let (text, encoding) = match crate::text::decode::decode(&bytes) {
        Some((text, encoding @ (Encoding::Cp949 | Encoding::Utf16))) => {
            (text.into_owned().into_bytes(), Some(encoding))
        }
        _ => (bytes, None),
    };
    Ok((Box::new(std::io::Cursor::new(text)), encoding))
}

/// The bytes as text; `offset` and `line` say where in the file they begin.
///
/// # Errors
/// One problem that says which byte is wrong and how to save the file rightly.
pub fn checked<'a>(file: &str, bytes: &'a [u8], offset: usize, line: usize) -> Result<&'a str, Problem> {
    if offset == 0 && (bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF")) {
        return Err(Problem::error(
            "not_utf8",
            said!(
                "`{file}` is UTF-16, not UTF-8 (byte 1 of the file)",
                "`{file}` 파일은 UTF-8이 아니라 UTF-16입니다(첫 바이트)"
            ),
        )
        .help(said!(
            "save the file as UTF-8; in Excel choose `CSV UTF-8`",
            "UTF-8로 저장하세요. 엑셀에서는 `CSV UTF-8`을 고릅니다"
        ))
        .at(Place::file(file)));
    }
    // A zero byte goes before the question of encoding: what holds one is no text at all.
    if let Some(at) = memchr::memchr(0, bytes) {
        return Err(Problem::error(
            "binary",
            said!(
                "`{file}` is not a text file: byte {} is zero",
                "`{file}` 파일은 텍스트가 아닙니다. {}번째 바이트가 0입니다",
                offset + at + 1
            ),
        )
        .help(said!(
            "give a suite in YAML, TOML, JSONL, CSV or XLSX",
            "YAML, TOML, JSONL, CSV, XLSX 가운데 하나로 된 문항 세트를 주세요"
        ))
        .at(Place::file(file)));
    }
    std::str::from_utf8(bytes).map_err(|error| not_utf8(file, bytes, error, offset, line))
}

fn not_utf8(file: &str, bytes: &[u8], error: std::str::Utf8Error, offset: usize, line: usize) -> Problem {
    let at = error.valid_up_to();
    let line = line + count_lines(&bytes[..at]);
    let wrong = bytes[at];
    let korean = looks_korean(&bytes[at..]);
    let guess = if korean {
        said!(
            "; it looks like the Korean encoding CP949 (EUC-KR)",
            ". 한국어 CP949(EUC-KR) 파일로 보입니다"
        )
    } else {
        Said::from("")
    };
    let mut place = Place::file(file);
    place.line = line;
    let start = bytes[..at]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    place.column = std::str::from_utf8(&bytes[start..at]).map_or(0, |text| text.chars().count() + 1);
    Problem::error(
        "not_utf8",
        said!(
            "`{file}` is not UTF-8: byte {} (0x{wrong:02X}) on line {line} is wrong{guess}",
            "`{file}` 파일은 UTF-8이 아닙니다. {line}행의 {}번째 바이트(0x{wrong:02X})가 잘못되었습니다{guess}",
            offset + at + 1
        ),
    )
    .help(said!(
        "save the file as UTF-8; in Excel choose `CSV UTF-8`, in editors `Save with encoding`",
        "UTF-8로 저장하세요. 엑셀에서는 `CSV UTF-8`, 편집기에서는 `인코딩하여 저장`을 고릅니다"
    ))
    .at(place)
}

/// Whether pairs of bytes stand where CP949 has Hangul syllables.
fn looks_korean(bytes: &[u8]) -> bool {
    let mut pairs = 0;
    let mut at = 0;
    while at + 1 < bytes.len() && pairs < 4 {
        match (bytes[at], bytes[at + 1]) {
            (0xB0..=0xC8, 0xA1..=0xFE) => {
                pairs += 1;
                at += 2;
            }
            (0x00..=0x7F, _) => at += 1,
            _ => return false,
        }
    }
    pairs > 0
}

/// Number of line feeds.
#[must_use]
pub fn count_lines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

/// The file is empty.
#[must_use]
pub fn empty(file: &str) -> Problem {
    Problem::error(
        "empty_file",
        said!("`{file}` is empty", "`{file}` 파일이 비어 있습니다"),
    )
    .help(said!(
        "a suite holds at least one case; see `suites/quickstart.yaml` for an example",
        "문항이 하나는 있어야 합니다. `suites/quickstart.yaml`에 예가 있습니다"
    ))
    .at(Place::file(file))
}

/// The file is larger than we hold or stream.
#[must_use]
pub fn too_large(file: &str, most: u64) -> Problem {
    let remedy = if most == MOST_HELD {
        said!(
            "move the cases to a JSONL or CSV file, which is read as it streams, and name it with `cases: {{file: …}}`",
            "문항을 조금씩 읽을 수 있는 JSONL이나 CSV 파일로 옮기고 `cases: {{file: …}}`로 가리키세요"
        )
    } else {
        said!("split the file", "파일을 나누세요")
    };
    Problem::error(
        "too_large",
        said!(
            "`{file}` is larger than {} MiB",
            "`{file}` 파일이 {} MiB보다 큽니다",
            most >> 20
        ),
    )
    .help(remedy)
    .at(Place::file(file))
}

/// The file could not be read further.
#[must_use]
pub fn unread(file: &str, error: &std::io::Error) -> Problem {
    Problem::error(
        "unreadable",
        said!(
            "could not read `{file}`: {error}",
            "`{file}` 파일을 읽지 못했습니다: {error}"
        ),
    )
    .at(Place::file(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut bytes: &[u8]) -> Result<Text, Problem> {
        whole("f.yaml", &mut bytes)
    }

    #[test]
    fn a_mark_is_left_out_and_counted() {
        let text = read(b"\xEF\xBB\xBFa: 1").unwrap();
        assert_eq!((text.text.as_str(), text.offset), ("a: 1", 3));
    }

    #[test]
    fn what_is_no_text_gets_one_message() {
        assert_eq!(read(b"").unwrap_err().code, "empty_file");
        assert_eq!(read(b" \n\n").unwrap_err().code, "empty_file");
        assert_eq!(read(b"a\0b").unwrap_err().code, "binary");
        assert_eq!(read(b"\xFF\xFEa\0").unwrap_err().code, "not_utf8");
        let problem = read(b"name: ok\nx: \xB0\xA1\xB3\xAA").unwrap_err();
        assert_eq!(
            problem.message,
            "`f.yaml` is not UTF-8: byte 13 (0xB0) on line 2 is wrong; it looks like the Korean encoding CP949 (EUC-KR)"
        );
        let place = problem.place.unwrap();
        assert_eq!((place.line, place.column), (2, 4));
        let latin = read(b"caf\xE9 au lait").unwrap_err();
        assert!(!latin.message.contains("Korean"), "{}", latin.message);
    }

    #[test]
    fn cut_utf8_at_the_end_is_told() {
        let problem = read("가나".as_bytes().split_last().unwrap().1).unwrap_err();
        assert_eq!(problem.code, "not_utf8");
    }

    #[test]
    fn more_than_allowed_is_refused() {
        let mut bytes: &[u8] = b"123456";
        assert_eq!(raw("f", &mut bytes, 5).unwrap_err().code, "too_large");
    }
}
