#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| procmon_sys::fuzzing::proc_stat(bytes));
