//! JSONL, line by line: one case a line, blank lines passed over.

use std::collections::HashSet;
use std::io::{BufRead, Read};

use crate::domain::{Place, Problem};
use crate::said;

use super::bytes::{MOST_RECORD, MOST_STREAMED, checked, empty, skip_mark, too_large, unread};
use super::cases::Bench;
use super::findings::Findings;
use super::place::Origin;
use super::read_json;
use super::table::{Renamed, line};
use super::values::Desk;

/// Reads a file of lines and gives every case to `bench`.
pub(super) fn read(
    file: &str,
    mut reader: Box<dyn BufRead>,
    renamed: &Renamed,
    bench: &mut Bench<'_>,
    findings: &mut Findings,
) {
    if let Err(problem) = lines(file, &mut reader, renamed, bench, findings) {
        findings.add(problem);
    }
}

fn lines(
    file: &str,
    reader: &mut dyn BufRead,
    renamed: &Renamed,
    bench: &mut Bench<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let mut offset = skip_mark(file, reader)?;
    let mut told = HashSet::new();
    let mut buffer = Vec::new();
    let mut number = 0;
    let mut filled = false;
    loop {
        buffer.clear();
        let mut limited = (&mut *reader).take(MOST_RECORD as u64 + 1);
        let count = limited
            .read_until(b'\n', &mut buffer)
            .map_err(|error| unread(file, &error))?;
        if count == 0 {
            break;
        }
        number += 1;
        if count > MOST_RECORD {
            let mut place = Place::file(file);
            place.line = number;
            return Err(Problem::error(
                "too_large",
                said!(
                    "line {number} is longer than {} MiB",
                    "{number}행이 {} MiB보다 깁니다",
                    MOST_RECORD >> 20
                ),
            )
            .at(place)
            .help(said!(
                "one case stands on one line; is the file JSON lines at all?",
                "한 줄에 한 문항을 적습니다. JSONL 파일이 맞는지 보세요"
            )));
        }
        let text = checked(file, &buffer, offset, number)?;
        let trimmed = text.trim_end_matches(['\n', '\r']);
        if !trimmed.trim().is_empty() {
            filled = true;
            let origin = Origin::record(file, trimmed, offset, number);
            if let Some(node) = read_json::read(trimmed, offset, &origin, findings) {
                let mut desk = Desk {
                    origin: &origin,
                    findings,
                };
                if let Some(node) = line(&mut desk, node, renamed, &mut told) {
                    bench.take(&mut desk, &node);
                }
            } else if number == 1 && trimmed.trim_start().starts_with(['[', '{']) && trimmed.trim_end().len() <= 1 {
                return Err(Problem::error(
                    "syntax",
                    said!(
                        "`{file}` is not JSON lines but one JSON value over many lines",
                        "`{file}` 파일은 한 줄에 하나씩이 아니라 여러 줄에 걸친 JSON 값 하나입니다"
                    ),
                )
                .help(said!(
                    "name it `.json`, or put each case on a line of its own",
                    "이름을 `.json`으로 바꾸거나 문항을 한 줄에 하나씩 쓰세요"
                ))
                .at(Place::file(file)));
            }
        }
        offset += count;
        if offset as u64 > MOST_STREAMED {
            return Err(too_large(file, MOST_STREAMED));
        }
    }
    if filled { Ok(()) } else { Err(empty(file)) }
}
