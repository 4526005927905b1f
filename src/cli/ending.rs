//! The ending of a file that somebody named, against what is to be written: a workbook called `.csv` opens nowhere.

use std::path::Path;

use super::failure::Failure;
use crate::said;

/// Endings that say what a file is.
const KNOWN: [&str; 11] = [
    "xlsx", "xls", "ods", "csv", "tsv", "json", "jsonl", "md", "html", "txt", "pdf",
];

/// Refuses a name whose ending says another form than `wanted`. A workbook must have its ending: programs go by it.
///
/// # Errors
/// When the ending does not fit.
pub(super) fn check(path: &Path, wanted: &str) -> Result<(), Failure> {
    let found = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let fits = match wanted {
        "xlsx" => found == "xlsx",
        // Texts of any name are opened by somebody; only what says another form is a slip.
        "csv" => matches!(found.as_str(), "csv" | "txt") || !KNOWN.contains(&found.as_str()),
        "markdown" => matches!(found.as_str(), "md" | "txt") || !KNOWN.contains(&found.as_str()),
        "jsonl" => matches!(found.as_str(), "jsonl" | "json" | "txt") || !KNOWN.contains(&found.as_str()),
        other => found == other || found == "txt" || !KNOWN.contains(&found.as_str()),
    };
    if fits {
        return Ok(());
    }
    let ending = if wanted == "markdown" { "md" } else { wanted };
    let better = path.with_extension(ending);
    Err(Failure::usage(
        said!(
            "`{0}` does not end in .{ending}, but that is what is written",
            "`{0}` 이름의 끝과 달리, 만드는 것은 .{ending} 파일입니다",
            path.display()
        ),
        said!(
            "name it `{0}`, or choose another form",
            "`{0}` 이름으로 하거나 다른 형식을 고르세요",
            better.display()
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `-o x.csv` got a workbook that no program opened.
    #[test]
    fn an_ending_of_another_form_is_a_slip() {
        for (name, wanted, fits) in [
            ("a.xlsx", "xlsx", true),
            ("a.XLSX", "xlsx", true),
            ("a.csv", "xlsx", false),
            ("a", "xlsx", false),
            ("a.csv", "csv", true),
            ("a.xlsx", "csv", false),
            ("a.dat", "csv", true),
            ("-", "csv", true),
            ("a.jsonl", "jsonl", true),
            ("a.csv", "json", false),
            ("a.md", "markdown", true),
            ("/dev/null", "csv", true),
        ] {
            assert_eq!(check(Path::new(name), wanted).is_ok(), fits, "{name} as {wanted}");
        }
    }
}
