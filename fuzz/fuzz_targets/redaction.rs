//! Masking a command line or a text is safe for any of them, and a second time changes nothing.

#![no_main]

use procmon_model::redaction::{redacted, redacted_text};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let masked = redacted_text(&text);
    assert_eq!(redacted_text(&masked), masked);

    let command: Vec<String> = text.split('\0').map(str::to_owned).collect();
    let masked = redacted(&command);
    assert_eq!(masked.len(), command.len());
    assert_eq!(redacted(&masked), masked);
});
