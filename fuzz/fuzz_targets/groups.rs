#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| procmon_sys::fuzzing::groups(bytes));
