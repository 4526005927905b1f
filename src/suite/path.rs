//! Paths as text: joined, taken apart, never looked up.

use std::path::Path;

/// The folder of a file, empty for a bare name.
#[must_use]
pub fn folder(path: &str) -> &str {
    let file = without_sheet(path).0;
    file.rfind(is_separator).map_or("", |at| &file[..=at])
}

/// `path` as seen from where `folder` is seen: absolute paths stay, others are put behind the folder.
#[must_use]
pub fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() || Path::new(path).is_absolute() {
        return path.to_owned();
    }
    let path = path.strip_prefix("./").unwrap_or(path);
    format!("{folder}{path}")
}

/// A workbook's path and the sheet named behind `#`, when there is one.
#[must_use]
pub fn without_sheet(path: &str) -> (&str, Option<&str>) {
    match path.split_once('#') {
        Some((file, sheet)) if is_workbook(&ending(file)) => (file, Some(sheet)),
        _ => (path, None),
    }
}

/// Whether an ending is that of a workbook.
#[must_use]
pub fn is_workbook(ending: &str) -> bool {
    matches!(ending, "xlsx" | "xlsm" | "ods")
}

/// What follows the last dot of the file's name, in lower case; empty without one.
#[must_use]
pub fn ending(path: &str) -> String {
    let name = path.rsplit(is_separator).next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => ending.to_lowercase(),
        _ => String::new(),
    }
}

/// The file's name without folder and ending.
#[must_use]
pub fn stem(path: &str) -> &str {
    let file = without_sheet(path).0;
    let name = file.rsplit(is_separator).next().unwrap_or(file);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

fn is_separator(letter: char) -> bool {
    letter == '/' || (cfg!(windows) && letter == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_apart_and_together() {
        assert_eq!(folder("suites/a.yaml"), "suites/");
        assert_eq!(folder("a.yaml"), "");
        assert_eq!(folder("suites/a.xlsx#b/c"), "suites/");
        assert_eq!(join("suites/", "./img/a.png"), "suites/img/a.png");
        assert_eq!(join("suites/", "/tmp/a.png"), "/tmp/a.png");
        assert_eq!(join("", "a.png"), "a.png");
        assert_eq!(without_sheet("a.xlsx#문항"), ("a.xlsx", Some("문항")));
        assert_eq!(without_sheet("a#b.csv"), ("a#b.csv", None));
        assert_eq!(ending("suites.d/A.CSV"), "csv");
        assert_eq!(ending("suites.d/a"), "");
        assert_eq!(ending(".env"), "");
        assert_eq!(stem("suites/한국어.v2.yaml"), "한국어.v2");
    }
}
