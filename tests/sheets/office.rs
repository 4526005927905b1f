//! LibreOffice and openpyxl, where the machine has them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Says that a test is skipped; under `NARANI_REQUIRE=all` that is a failure.
#[expect(clippy::print_stderr, reason = "a skip is said out loud")]
fn skip(what: &str) {
    assert_ne!(
        std::env::var("NARANI_REQUIRE").as_deref(),
        Ok("all"),
        "NARANI_REQUIRE=all, but {what}"
    );
    eprintln!("SKIPPED: {what}");
}

/// LibreOffice's program.
pub(crate) fn libreoffice() -> Option<&'static str> {
    let found = ["soffice", "libreoffice"].into_iter().find(|name| {
        Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        skip("LibreOffice is not installed (Debian: libreoffice-calc)");
    }
    found
}

/// A Python with openpyxl: the one of `NARANI_SHEETS_PYTHON`, else the system's.
pub(crate) fn python() -> Option<PathBuf> {
    let named = ["NARANI_SHEETS_PYTHON", "NARANI_LLAMA_PYTHON"]
        .into_iter()
        .filter_map(std::env::var_os);
    let found = named
        .map(PathBuf::from)
        .chain([PathBuf::from("python3")])
        .find(|python| {
            let asked = Command::new(python).args(["-c", "import openpyxl"]).output();
            asked.is_ok_and(|output| output.status.success())
        });
    if found.is_none() {
        skip("there is no Python with openpyxl (NARANI_SHEETS_PYTHON=…/python)");
    }
    found
}

/// Runs `tool.py`.
pub(crate) fn tool(python: &Path, words: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sheets/tool.py");
    let output = Command::new(python).arg(script).args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Converts a file; `to` is LibreOffice's name of the form, `ending` that of the result.
pub(crate) fn convert(office: &str, home: &Path, file: &Path, to: &str, folder: &str) -> PathBuf {
    let folder = home.join(folder);
    // A profile of its own, so that tests can run beside each other and beside an open LibreOffice.
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let output = Command::new(office)
        .args([
            profile.as_str(),
            "--headless",
            "--norestore",
            "--convert-to",
            to,
            "--outdir",
        ])
        .arg(&folder)
        .arg(file)
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", &folder)
        .output()
        .unwrap();
    let mut written: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    written.sort();
    // A sheet that was named goes into a file of its own beside others.
    let wanted = written
        .iter()
        .find(|path| path.to_string_lossy().contains("심사.csv"))
        .or(written.first());
    wanted.cloned().unwrap_or_else(|| {
        panic!(
            "nothing came of {}: {}",
            file.display(),
            String::from_utf8_lossy(&output.stdout)
        )
    })
}
