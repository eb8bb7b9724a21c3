//! What an SMS costs.
#![no_main]

#[path = "../../core/tests/it/strangers/laws.rs"]
#[expect(dead_code, reason = "each target tries one law")]
mod laws;

libfuzzer_sys::fuzz_target!(|given: &str| laws::sms(given));
