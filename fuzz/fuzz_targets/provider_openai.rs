#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| narani_fuzz::provider(narani::domain::ProviderName::OpenAi, data));
