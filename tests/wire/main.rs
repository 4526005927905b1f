//! Every protocol against real and written exchanges, cut everywhere, and against its own pretending.
//!
//! - `recorded`: other people's recordings, where they lie beside the project.
//! - `cases/PROVIDER.jsonl`: our own, for what no recording holds.
//! - `pretended`: what a provider pretends it must read back.
//!
//! A new protocol needs its line here and its row in the tables of what a protocol cannot say; a test tells when the
//! line is missing.

mod cuts;
mod exchange;
mod expect;
mod pretended;

use std::collections::BTreeSet;
use std::fs;

use exchange::{Exchange, own_cases, recordings};
use narani::domain::ProviderName;

/// Reads every exchange in every way and reports all that fail at once.
fn all_read(exchanges: &[Exchange]) {
    let mut wrong = Vec::new();
    for exchange in exchanges {
        wrong.extend(cuts::read_in_every_way(exchange));
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        exchanges.len(),
        wrong.join("\n")
    );
}

fn recorded(file: &str, provider: ProviderName) {
    if let Some(exchanges) = recordings(file, provider) {
        all_read(&exchanges);
    }
}

#[test]
fn recorded_openai_chat() {
    recorded("openai-chat", ProviderName::OpenAi);
}

#[test]
fn recorded_openai_compat() {
    recorded("openai-compat", ProviderName::OpenAi);
}

#[test]
fn recorded_openai_responses() {
    recorded("openai-responses", ProviderName::OpenAiResponses);
}

#[test]
fn recorded_anthropic_messages() {
    recorded("anthropic-messages", ProviderName::Anthropic);
}

#[test]
fn recorded_gemini_generate() {
    recorded("gemini-generate", ProviderName::Gemini);
}

#[test]
fn recorded_ollama_chat() {
    recorded("ollama-chat", ProviderName::Ollama);
}

#[test]
fn written_openai() {
    all_read(&own_cases(ProviderName::OpenAi));
}

#[test]
fn written_openai_responses() {
    all_read(&own_cases(ProviderName::OpenAiResponses));
}

#[test]
fn written_anthropic() {
    all_read(&own_cases(ProviderName::Anthropic));
}

#[test]
fn written_gemini() {
    all_read(&own_cases(ProviderName::Gemini));
}

#[test]
fn written_clova() {
    all_read(&own_cases(ProviderName::Clova));
}

#[test]
fn written_ollama() {
    all_read(&own_cases(ProviderName::Ollama));
}

/// The tests above are one a provider, so that they run beside each other; none may be forgotten.
#[test]
fn every_provider_has_its_test() {
    let own = include_str!("main.rs");
    for provider in ProviderName::ALL {
        let test = format!("fn written_{}()", provider.word().replace('-', "_"));
        assert!(own.contains(&test), "`{test}` is missing in tests/wire/main.rs");
    }
}

/// What every protocol's own cases must hold, told by their expectations.
#[test]
fn written_cases_cover_what_happens() {
    for provider in ProviderName::ALL {
        let cases = own_cases(provider);
        let ids: BTreeSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
        assert_eq!(ids.len(), cases.len(), "{} has an id twice", provider.word());
        let has = |what: &str, test: &dyn Fn(&Exchange) -> bool| {
            assert!(cases.iter().any(test), "{} has no case for {what}", provider.word());
        };
        let kind = |case: &Exchange, kind: &str| case.expect["fault_kind"] == kind;
        for word in ["auth", "rate_limit", "server", "bad_request", "network", "truncated"] {
            has(word, &|case| kind(case, word));
        }
        has("a whole answer", &|case| {
            !case.streaming && case.expect["finish_reason"].is_string()
        });
        has("a streamed answer", &|case| {
            case.streaming && case.expect["finish_reason"].is_string()
        });
        has("an error in a stream", &|case| {
            case.streaming && case.head.status == 200 && case.expect["error_message"].is_string()
        });
        has("tool calls", &|case| case.expect["tool_calls"].is_array());
        has("Korean", &|case| {
            case.streaming && case.expect["text"].as_str().is_some_and(|text| text.contains('다'))
        });
    }
}

#[test]
fn case_files_belong_to_providers() {
    let folder = exchange::own_folder();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(
            ProviderName::from_word(&name).is_some(),
            "{} names no provider",
            path.display()
        );
    }
}
