//! The promise: what the README shows works as shown. (Its Rust snippets are compiled as documentation tests.)

use std::path::Path;
use std::process::{Command, Stdio};

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

#[test]
fn the_first_command_shows_what_stands_below_it() {
    let commands = blocks("sh");
    let mut words = commands[0].split_whitespace();
    assert_eq!((words.next(), words.next()), (Some("cargo"), Some("run")));
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg("run").args((!cfg!(debug_assertions)).then_some("--release")).args(words);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    for variable in ["OPENDRIVER_PATH", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    let output = command.stderr(Stdio::inherit()).output().expect("cargo can be started");
    assert!(output.status.success(), "{}", output.status);
    let shown = String::from_utf8(output.stdout).expect("the table is UTF-8");
    assert_eq!(anywhere(&shown), anywhere(&blocks("text")[0]), "the program shows:\n{shown}");
}

/// A table of `probe` as it is on every machine: of the paths of libraries their names, on all systems those of Linux;
/// and of the times that they are some. Everything else stays, blanks included.
fn anywhere(table: &str) -> String {
    let here = format!("{}echo{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let row = |row: &str| {
        if let Some((what, path)) =
            ["loaded   ", "unloaded "].iter().find_map(|what| Some((what, row.strip_prefix(what)?)))
        {
            let name = path.rsplit(std::path::is_separator).next().unwrap_or(path);
            return format!("{what}{}\n", if name == here { "libecho.so" } else { name });
        }
        match row.rsplit_once(' ') {
            Some((rest, time)) if is_time(time) => format!("{rest} TIME\n"),
            _ => format!("{row}\n"),
        }
    };
    table.lines().map(row).collect()
}

fn is_time(text: &str) -> bool {
    let number = text.trim_end_matches(char::is_alphabetic);
    ["ns", "µs", "ms", "s"].contains(&&text[number.len()..]) && number.parse::<f64>().is_ok()
}
