//! The kept corpus of the fuzz targets, run through what each target holds true: whatever was found once stays found.

use std::path::{Path, PathBuf};

use narani::domain::ProviderName;

#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "a library of its own in its other life")]
mod fuzz;

fn each(target: &str, run: impl Fn(&[u8])) {
    let fuzz = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut count = 0;
    for bytes in inputs(&fuzz.join("corpus").join(target)) {
        run(&bytes);
        // And what is nearly the same: cut off anywhere.
        for end in (0..bytes.len()).step_by(bytes.len() / 40 + 1) {
            run(&bytes[..end]);
        }
        count += 1;
    }
    assert!(count > 0, "{target} has no corpus");
    // What fuzzing on this machine has come upon, where it has.
    for bytes in inputs(&fuzz.join("found").join(target)) {
        run(&bytes);
    }
}

fn inputs(folder: &Path) -> impl Iterator<Item = Vec<u8>> {
    // A fuzzer that runs meanwhile may take a file away again.
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| std::fs::read(entry.ok()?.path()).ok())
}

#[test]
fn frames() {
    each("frames", fuzz::frames);
}

#[test]
fn providers() {
    for provider in ProviderName::ALL {
        let target = format!("provider_{}", provider.word().replace('-', "_"));
        each(&target, |bytes| fuzz::provider(provider, bytes));
    }
}

#[test]
fn suites() {
    for ending in ["yaml", "toml", "jsonl", "csv"] {
        let path = format!("suite.{ending}");
        each(&format!("suite_{ending}"), |bytes| fuzz::suite(&path, bytes));
    }
    each("suite_xlsx", fuzz::workbook);
}

#[test]
fn templates() {
    each("template", fuzz::template);
}

/// A fuzz target a provider: a new one must not be forgotten.
#[test]
fn every_provider_has_a_target() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    for provider in ProviderName::ALL {
        let target = format!("name = \"provider_{}\"", provider.word().replace('-', "_"));
        assert!(manifest.contains(&target), "{target} is missing in fuzz/Cargo.toml");
    }
}

/// Found by fuzzing: blanks that came alone before the first byte of a stream were passed over, blanks that came with it
/// were not, and so the same body read in two ways.
#[test]
fn blanks_before_a_gemini_stream_mean_nothing_however_they_arrive() {
    let body = b"\0\"  :  \n{ \"code\":: \"The model \"UNAV\"\n  }\n}\n";
    fuzz::provider(ProviderName::Gemini, body);
}
