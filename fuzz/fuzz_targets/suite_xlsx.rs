#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| narani_fuzz::workbook(data));
