//! The promise: what the README shows works as shown. (Its Rust snippets are compiled as documentation tests.)

use std::path::Path;

use opendriver::{Config, Settings};

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    std::fs::read_to_string(path).expect("there is a README")
}

/// The code blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let text = readme();
    let fence = format!("```{language}\n");
    let mut found: Vec<String> =
        text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap_or("").to_owned()).collect();
    found.retain(|block| !block.trim().is_empty());
    assert!(!found.is_empty(), "no {language} block");
    found
}

#[test]
fn the_settings_are_accepted() {
    for block in blocks("toml") {
        let settings = Settings::parse(&block, "/etc/opendriver").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(settings.drives.get(&'C').map(|path| path.as_path()), Some(Path::new("/opt/legacy/c")));
        let config = Config::from_ini("", settings);
        assert_eq!(
            config.find("drivers32", "VIDC.TEST").map(|entry| entry.file().to_owned()),
            Some("testcodec.dll".into())
        );
    }
}

#[test]
fn the_ini_lines_are_entries() {
    for block in blocks("ini") {
        let config = Config::from_ini(block, Settings::default());
        let entry = config.find("drivers32", "midi").expect("the midi alias");
        assert_eq!((entry.file(), entry.parameters()), ("synth.drv", Some("out=tune.wav rate=44100")));
        assert!(config.diagnostics().is_empty(), "{:?}", config.diagnostics());
    }
}

#[test]
fn the_two_commands_stand_alone_in_their_blocks() {
    let commands = blocks("sh");
    assert_eq!(commands, ["cargo run -- probe echo --config system.ini.example\n", "cargo test\n"]);
}
