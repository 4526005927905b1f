//! Files of recorded answers or verdicts, as rows: CSV, JSON lines, a JSON list of objects, or a JSON object of columns, where a
//! text of one letter a case is a column, too.

use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::failure::Failure;
use crate::domain::Said;
use crate::said;

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Vec<Value>, Failure> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::usage(
            said!(
                "could not read `{shown}`: {error}",
                "`{shown}` 파일을 읽지 못했습니다: {error}"
            ),
            said!("check the path of the file", "파일 경로를 확인하세요"),
        )
    })?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::usage(
            said!("`{shown}` is not UTF-8", "`{shown}` 파일이 UTF-8이 아닙니다"),
            said!(
                "save it as UTF-8, for example as `CSV UTF-8` in a spreadsheet",
                "UTF-8로 저장하세요. 스프레드시트에서는 `CSV UTF-8`입니다"
            ),
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or("")
        .to_ascii_lowercase();
    let rows = match ending.as_str() {
        "csv" => without_blanks(csv_rows(text, b',').map_err(|why| misread(&shown.to_string(), &why))?),
        "tsv" => without_blanks(csv_rows(text, b'\t').map_err(|why| misread(&shown.to_string(), &why))?),
        _ => json_rows(text).map_err(|why| misread(&shown.to_string(), &why))?,
    };
    if rows.is_empty() {
        return Err(Failure::usage(
            said!("`{shown}` has no rows", "`{shown}` 파일에 행이 없습니다"),
            said!("nothing can be imported from it", "가져올 것이 없습니다"),
        ));
    }
    Ok(rows)
}

fn misread(file: &str, why: &Said) -> Failure {
    Failure::usage(
        said!(
            "`{file}` could not be read: {why}",
            "`{file}` 파일을 읽을 수 없습니다: {why}"
        ),
        said!(
            "import takes CSV with a head, JSON lines, a JSON list of objects, or a JSON object of columns",
            "import는 머리글이 있는 CSV, JSON 줄, JSON 객체의 목록, 열로 된 JSON 객체를 받습니다"
        ),
    )
}

fn csv_rows(text: &str, delimiter: u8) -> Result<Vec<Value>, Said> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let heads: Vec<String> = reader
        .headers()
        .map_err(|error| Said::from(error.to_string()))?
        .iter()
        .map(str::to_owned)
        .collect();
    // Our own CSV for people puts an apostrophe before texts that could be formulas, and says in which columns.
    let place = heads.iter().position(|head| head == "guarded");
    reader
        .records()
        .map(|record| {
            let record = record.map_err(|error| Said::from(error.to_string()))?;
            let guarded: Vec<&str> =
                place.map_or_else(Vec::new, |at| record.get(at).unwrap_or("").split(';').collect());
            let fields = heads.iter().zip(&record).map(|(head, field)| {
                let bare = field.strip_prefix('\'').filter(|_| guarded.contains(&head.as_str()));
                (head.clone(), Value::from(bare.unwrap_or(field)))
            });
            Ok(Value::Object(fields.collect()))
        })
        .collect()
}

/// In CSV an empty field says that nothing is there; in JSON an empty text is a text.
fn without_blanks(mut rows: Vec<Value>) -> Vec<Value> {
    for value in rows
        .iter_mut()
        .filter_map(Value::as_object_mut)
        .flat_map(|row| row.values_mut())
    {
        if value.as_str().is_some_and(str::is_empty) {
            *value = Value::Null;
        }
    }
    rows
}

fn json_rows(text: &str) -> Result<Vec<Value>, Said> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(rows)) => return Ok(rows),
        Ok(Value::Object(columns))
            if text.trim_end().lines().count() > 1 || is_columns(&Value::Object(columns.clone())) =>
        {
            let columns = Value::Object(columns);
            let count = length(&columns)?;
            return Ok((0..count).map(|at| row(&columns, at)).collect());
        }
        _ => {}
    }
    text.lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty())
        .map(|(line, number)| {
            serde_json::from_str(line).map_err(|error| said!("line {number}: {error}", "{number}행: {error}"))
        })
        .collect()
}

/// Whether all leaves are columns of one length above one.
fn is_columns(value: &Value) -> bool {
    length(value).is_ok_and(|count| count > 1)
}

fn length(value: &Value) -> Result<usize, Said> {
    fn visit(value: &Value, found: &mut Option<usize>) -> Result<(), Said> {
        let here = match value {
            Value::Object(fields) => {
                for field in fields.values() {
                    visit(field, found)?;
                }
                return Ok(());
            }
            Value::String(text) => text.chars().count(),
            Value::Array(items) => items.len(),
            other => return Err(said!("`{other}` is no column", "`{other}`은(는) 열이 아닙니다")),
        };
        match *found {
            Some(before) if before != here => Err(said!(
                "its columns differ in length: {before} and {here}",
                "열의 길이가 서로 다릅니다: {before}, {here}"
            )),
            _ => {
                *found = Some(here);
                Ok(())
            }
        }
    }
    let mut found = None;
    visit(value, &mut found)?;
    found.ok_or_else(|| said!("it is empty", "비어 있습니다"))
}

fn row(columns: &Value, at: usize) -> Value {
    match columns {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, column)| (name.clone(), row(column, at)))
                .collect::<Map<String, Value>>(),
        ),
        Value::String(text) => text
            .chars()
            .nth(at)
            .map_or(Value::Null, |letter| letter.to_string().into()),
        Value::Array(items) => items.get(at).cloned().unwrap_or(Value::Null),
        _ => Value::Null,
    }
}

/// The field at a path: names joined by points. A name that holds points itself is found, too.
pub(super) fn field<'v>(row: &'v Value, path: &str) -> Option<&'v Value> {
    let fields = row.as_object()?;
    if let Some(value) = fields.get(path) {
        return Some(value);
    }
    path.match_indices('.')
        .find_map(|(at, _)| field(fields.get(&path[..at])?, &path[at + 1..]))
}

/// Names of the fields of a row, for suggestions.
pub(super) fn names(row: &Value) -> Vec<String> {
    fn visit(value: &Value, prefix: &str, into: &mut Vec<String>) {
        let Some(fields) = value.as_object() else { return };
        for (name, value) in fields {
            let path = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}.{name}")
            };
            if value.is_object() {
                visit(value, &path, into);
            } else {
                into.push(path);
            }
        }
    }
    let mut into = Vec::new();
    visit(row, "", &mut into);
    into
}

/// A value as text; none when empty or null.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// A value as an answer, which may be empty.
pub(super) fn answer(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        other => text(other),
    }
}

/// A value as a verdict.
pub(super) fn verdict(value: &Value) -> Result<Option<bool>, Said> {
    let Some(text) = text(value) else { return Ok(None) };
    match text.trim().to_lowercase().as_str() {
        "1" | "1.0" | "true" | "yes" | "pass" | "passed" | "correct" | "right" | "통과" | "맞음" => Ok(Some(true)),
        "0" | "0.0" | "false" | "no" | "fail" | "failed" | "incorrect" | "wrong" | "실패" | "틀림" => {
            Ok(Some(false))
        }
        "-" | "na" | "n/a" | "nan" => Ok(None),
        _ => Err(said!(
            "`{text}` is no verdict: 1 or 0, true or false, pass or fail",
            "`{text}`은(는) 판정이 아닙니다. 1/0, true/false, pass/fail, 통과/실패 가운데 하나여야 합니다"
        )),
    }
}

/// A value as a number.
pub(super) fn number(value: &Value) -> Result<Option<f64>, Said> {
    let Some(text) = text(value) else { return Ok(None) };
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Some(number)),
        _ => Err(said!("`{text}` is no number", "`{text}`은(는) 수가 아닙니다")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_form_gives_rows() {
        let lines = "{\"id\": 1, \"m\": {\"ok\": true}}\n\n{\"id\": 2, \"m\": {\"ok\": false}}\n";
        let rows = json_rows(lines).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(field(&rows[1], "m.ok"), Some(&json!(false)));
        assert_eq!(json_rows("[{\"a\": 1}]").unwrap(), [json!({"a": 1})]);
        let columns = json_rows("{\"label\": \"121\", \"GPT-4/x.y\": {\"order_1\": \"11-\"}}").unwrap();
        assert_eq!(columns.len(), 3);
        assert_eq!(field(&columns[2], "GPT-4/x.y.order_1"), Some(&json!("-")));
        assert_eq!(csv_rows("a,b\n1,\n", b',').unwrap(), [json!({"a": "1", "b": ""})]);
        assert!(
            json_rows("{\"a\": \"12\", \"b\": \"1\"}\n\n").is_ok(),
            "one line is one object"
        );
        assert!(
            json_rows("{\"a\": \"12\",\n\"b\": \"1\"}")
                .unwrap_err()
                .contains("differ in length")
        );
    }

    /// The apostrophe that guards a text in a CSV for people became part of the answer.
    #[test]
    fn the_guard_of_our_own_csv_comes_off() {
        let text = "answer,why.exact,note,guarded\n'=1+1,'-x,'=kept,answer;why.exact\n''tis,'=kept,,answer\n";
        let rows = csv_rows(text, b',').unwrap();
        assert_eq!(
            rows[0],
            json!({"answer": "=1+1", "why.exact": "-x", "note": "'=kept", "guarded": "answer;why.exact"})
        );
        assert_eq!(rows[1]["answer"], "'tis");
        assert_eq!(rows[1]["why.exact"], "'=kept");
    }

    #[test]
    fn verdicts_in_many_words() {
        assert_eq!(verdict(&json!(1)), Ok(Some(true)));
        assert_eq!(verdict(&json!("False")), Ok(Some(false)));
        assert_eq!(verdict(&json!("")), Ok(None));
        assert!(verdict(&json!("maybe")).is_err());
    }
}
