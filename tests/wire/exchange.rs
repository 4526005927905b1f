//! Exchanges from files: other people's recordings and our own cases, in one shape.

use std::fs;
use std::path::PathBuf;

use narani::domain::{ProviderName, WireHead};
use serde_json::Value;

/// A response and what a correct client reads out of it. Numbers in `expect` are the provider's raw ones.
pub(crate) struct Exchange {
    pub(crate) id: String,
    pub(crate) provider: ProviderName,
    /// A stream was asked for.
    pub(crate) streaming: bool,
    pub(crate) head: WireHead,
    pub(crate) body: Vec<u8>,
    pub(crate) expect: Value,
}

/// The folder of our own cases.
pub(crate) fn own_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wire/cases")
}

/// Our own cases of a provider.
pub(crate) fn own_cases(provider: ProviderName) -> Vec<Exchange> {
    let path = own_folder().join(format!("{}.jsonl", provider.word()));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    exchanges(&text, provider)
}

/// Recorded exchanges; `None`, with a word about it, when they are not there and need not be.
#[expect(clippy::print_stdout, reason = "what was not tested is said")]
pub(crate) fn recordings(file: &str, provider: ProviderName) -> Option<Vec<Exchange>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/recordings")
        .join(format!("{file}.jsonl"));
    if let Ok(text) = fs::read_to_string(&path) {
        return Some(exchanges(&text, provider));
    }
    let needed = std::env::var("NARANI_REQUIRE").is_ok_and(|value| value == "all");
    assert!(!needed, "the recordings `{file}` are missing");
    println!("SKIP: the recordings `{file}` are not beside this checkout");
    None
}

fn exchanges(text: &str, provider: ProviderName) -> Vec<Exchange> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| exchange(line, provider))
        .collect()
}

fn exchange(line: &str, provider: ProviderName) -> Exchange {
    let row: Value = serde_json::from_str(line).expect("a case is JSON");
    let id = row["id"].as_str().expect("a case has an id").to_owned();
    let streaming = row["streaming"].as_bool().expect("a case says whether it streams");
    let response = &row["response"];
    let status = response["status"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok())
        .expect("a status");
    let headers = response["headers"].as_object().into_iter().flatten();
    let mut head = WireHead {
        status,
        headers: headers
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
        received_us: 0,
    };
    // Some recorders dropped the headers.
    if head.header("content-type").is_none() && response["headers"]["content-type"] != "" {
        let usual = match (streaming && status < 400, provider) {
            (false, _) => "application/json",
            (true, ProviderName::Ollama) => "application/x-ndjson",
            (true, _) => "text/event-stream",
        };
        head.headers.push(("content-type".to_owned(), usual.to_owned()));
    }
    Exchange {
        id,
        provider,
        streaming,
        head,
        body: response["body"].as_str().expect("a body").as_bytes().to_vec(),
        expect: row["expect"].clone(),
    }
}
