//! The sample file of the project: it comes back byte for byte, nothing in it is odd, and its entries are found.

use opendriver_config::{CodePage, Config, Document, IniRules, Settings};

const EXAMPLE: &[u8] = include_bytes!("../../../system.ini.example");

#[test]
fn it_comes_back_byte_for_byte() {
    assert_eq!(Document::parse(EXAMPLE, CodePage::WESTERN).to_bytes(), EXAMPLE);
}

#[test]
fn every_line_ends_with_cr_lf() {
    let lines = EXAMPLE.split_inclusive(|&byte| byte == b'\n');
    assert!(lines.inspect(|line| assert!(line.ends_with(b"\r\n"))).count() > 50);
}

#[test]
fn nothing_in_it_is_odd() {
    for rules in [IniRules::Windows, IniRules::Wine] {
        assert_eq!(Document::parse_with(EXAMPLE, CodePage::WESTERN, rules).diagnostics(), []);
    }
}

#[test]
fn the_drivers_of_the_examples_are_in_it() {
    let config = Config::from_ini(EXAMPLE, Settings::default());
    for (alias, file, parameters) in [
        ("echo", "echo.drv", "hello from SYSTEM.INI"),
        ("counter", "counter.drv", "start=5 step=2"),
        ("midi", "synth.drv", "out=tune.wav rate=44100 reverb=on"),
    ] {
        let entry = config.find("Drivers32", alias).expect("it is in the sample");
        assert_eq!((entry.file(), entry.parameters()), (file, Some(parameters)));
    }
    assert_eq!(config.entries("drivers").len(), 20);
    assert_eq!(
        config.section_names(),
        [
            "boot",
            "386enh",
            "drivers",
            "drivers32",
            "mci",
            "Installable Compressors",
            "mci extensions",
            "proto.drv"
        ]
    );
}
