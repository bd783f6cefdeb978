//! Opening by name and looking at what DRV_OPEN carried, for the tests of names and of files.

use std::fs;

use opendriver::{Config, Manager, OpenError, Personality};

use crate::World;

/// What the first DRV_OPEN after `open` carried, as driver and text; or the error.
pub fn opened(
    world: &World,
    manager: &Manager,
    name: &str,
    section: Option<&str>,
) -> Result<(String, String), OpenError> {
    world.take_log();
    let handle = manager.open(name, section, 0)?;
    let log = world.take_log();
    let line = log.iter().rev().find(|line| line.contains(" DRV_OPEN ")).expect("DRV_OPEN was sent");
    let driver = line.split(' ').next().expect("a word").to_owned();
    let text =
        line.split(" l1=").nth(1).and_then(|rest| rest.rsplit_once(" l2=")).expect("lParam1").0.to_owned();
    manager.close(handle, 0, 0).expect("it is open");
    Ok((driver, text))
}

/// Asserts that a name opens this driver, with this as lParam1 of DRV_OPEN.
pub fn assert_opens(
    world: &World,
    manager: &Manager,
    name: &str,
    section: Option<&str>,
    driver: &str,
    text: &str,
) {
    let (by, with) =
        opened(world, manager, name, section).unwrap_or_else(|error| panic!("{name:?}: {error}"));
    assert_eq!((by.as_str(), with.as_str()), (driver, text), "{name:?} in {section:?}");
}

/// The error that a name cannot be opened for.
pub fn fails(manager: &Manager, name: &str, section: Option<&str>) -> OpenError {
    manager.open(name, section, 0).expect_err(name)
}

/// The INI of these tests, for a manager of any personality whose drivers get UTF-16.
pub fn manager_for(world: &World, personality: Personality, ini: &str, more: &str) -> Manager {
    fs::write(world.path().join("system.ini"), ini).expect("it can be written");
    let toml = format!(
        "profile='system.ini'\npersonality='{personality}'\n{more}\n[switches]\nparameters='utf16'\n"
    );
    let path = world.path().join("opendriver.toml");
    fs::write(&path, toml).expect("it can be written");
    let config = Config::load(&path).unwrap_or_else(|error| panic!("{error}"));
    Manager::builder().config(config).driver_path(None).build()
}
