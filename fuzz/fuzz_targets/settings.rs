//! Whatever the text is: it is read, or refused with a place in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use opendriver_config::Settings;

fuzz_target!(|text: &str| {
    let Err(error) = Settings::parse(text, "/base") else { return };
    let (whole, position) = error.excerpt().expect("a refusal of settings has a place");
    assert_eq!(whole, text);
    assert!(text.get(position.span.clone()).is_some(), "the place is text: {position:?}");
    assert!(position.line >= 1 && position.line <= text.split('\n').count(), "{position:?}");
    assert!(position.column >= 1 && !error.to_string().is_empty());
});
