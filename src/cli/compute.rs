//! `narani compute`: the functions behind the reports, for anyone to check or reuse.

use std::io::{BufRead, BufReader, Write};

mod functions;

use serde_json::{Map, Value, json};

use super::args::ComputeArgs;
use super::exit::Exit;
use super::failure::{Failure, Outcome};
use super::printer::Printer;
use crate::said;

pub(super) fn compute(args: &ComputeArgs, printer: &Printer) -> Outcome {
    if args.list {
        let mut lines = String::new();
        let width = names().map(str::len).max().unwrap_or(0);
        for (group, functions) in functions::GROUPS {
            lines.push_str(&format!("{group}\n"));
            for function in functions.iter().copied().flatten() {
                lines.push_str(&format!("  {:<width$}  {}\n", function.name, function.checked));
            }
        }
        printer.out(&lines)?;
        return Ok(Exit::Done);
    }
    let mut input: Box<dyn BufRead> = match &args.file {
        Some(path) => Box::new(BufReader::new(std::fs::File::open(path).map_err(|error| {
            Failure::usage(
                said!(
                    "could not read `{}`: {error}",
                    "`{}` 파일을 읽지 못했습니다: {error}",
                    path.display()
                ),
                said!("name a file of JSON lines", "JSON 줄로 된 파일을 적으세요"),
            )
        })?)),
        None => Box::new(std::io::stdin().lock()),
    };
    let mut out = printer.stream_json();
    let mut line = Vec::new();
    let mut number = 0u64;
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line).map_err(|error| {
            Failure::new(
                Exit::Usage,
                said!(
                    "could not read line {}: {error}",
                    "{}행을 읽지 못했습니다: {error}",
                    number + 1
                ),
            )
        })?;
        if read == 0 {
            break;
        }
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        serde_json::to_writer(&mut out, &answer(&line, number)).map_err(std::io::Error::from)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// The answer to a line; mistakes are answers, too, so that one does not cost the rest.
fn answer(line: &[u8], number: u64) -> Value {
    let request: Map<String, Value> = match serde_json::from_slice(line) {
        Ok(Value::Object(request)) => request,
        Ok(_) => return json!({"id": null, "error": format!("line {number} is no object")}),
        Err(error) => return json!({"id": null, "error": format!("line {number} is no JSON: {error}")}),
    };
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    let Some(Value::String(function)) = request.get("function") else {
        return json!({"id": id, "error": "`function` is missing or no text"});
    };
    let Some(input) = request.get("input") else {
        return json!({"id": id, "error": "`input` is missing"});
    };
    match functions::compute(function, input) {
        Some(Ok(result)) => json!({"id": id, "result": result}),
        Some(Err(error)) => json!({"id": id, "error": error}),
        None => {
            json!({"id": id, "error": format!("there is no function `{function}`: {}", crate::suite::suggest::help(function, names()))})
        }
    }
}

/// The name of every function.
fn names() -> impl Iterator<Item = &'static str> {
    functions::all().map(|function| function.name)
}

#[cfg(test)]
mod edge_tests;
#[cfg(test)]
mod reference_tests;
