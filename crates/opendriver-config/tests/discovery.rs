//! Where a configuration is looked for.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use opendriver_config::{Config, ConfigError, Places, VARIABLE};

/// An environment of one or more variables.
fn environment<'a>(variables: &'a [(&'a str, &'a Path)]) -> impl Fn(&str) -> Option<OsString> + 'a {
    move |name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_os_str().to_owned())
    }
}

fn nothing(_: &str) -> Option<OsString> {
    None
}

/// Two directories, of which the user's and the system's places are made.
fn places(root: &Path) -> Places {
    let mut places = Places::default();
    places.user = Some(root.join("user"));
    places.system = Some(root.join("system"));
    for place in [&places.user, &places.system].into_iter().flatten() {
        fs::create_dir(place).expect("created");
    }
    places
}

#[test]
fn the_variable_comes_first_and_must_name_a_file() {
    let root = tempfile::tempdir().expect("a temporary directory");
    let places = places(root.path());
    fs::write(root.path().join("user/opendriver.toml"), "").expect("written");
    let named = root.path().join("named.ini");
    let variables = [(VARIABLE, &*named)];
    let error = Config::discover_in(environment(&variables), &places).expect_err("it does not exist");
    assert!(matches!(error, ConfigError::NamedByVariable { variable: "OPENDRIVER_CONFIG", .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "the variable OPENDRIVER_CONFIG names {}, which is no file: correct or unset it",
            named.display()
        )
    );
    fs::write(&named, "").expect("written");
    assert_eq!(Config::discover_in(environment(&variables), &places).ok(), Some(Some(named)));
    let directory = [(VARIABLE, root.path())];
    assert!(Config::discover_in(environment(&directory), &places).is_err());
    let empty = [(VARIABLE, Path::new(""))];
    let found = Config::discover_in(environment(&empty), &places).ok();
    assert_eq!(found, Some(Some(root.path().join("user/opendriver.toml"))), "empty means unset");
}

#[test]
fn the_user_s_place_comes_before_the_system_s() {
    let root = tempfile::tempdir().expect("a temporary directory");
    let places = places(root.path());
    let mut expected = None;
    for name in ["system/system.ini", "system/opendriver.toml", "user/system.ini", "user/opendriver.toml"] {
        assert_eq!(Config::discover_in(nothing, &places).ok(), Some(expected));
        let path = root.path().join(name);
        fs::write(&path, "").expect("written");
        expected = Some(path);
    }
    assert_eq!(Config::discover_in(nothing, &places).ok(), Some(expected));
}

#[test]
fn a_file_in_the_place_of_a_directory_is_passed_over() {
    let root = tempfile::tempdir().expect("a temporary directory");
    fs::write(root.path().join("user"), "").expect("written");
    fs::create_dir(root.path().join("system")).expect("created");
    fs::write(root.path().join("system/system.ini"), "").expect("written");
    let mut places = Places::default();
    places.user = Some(root.path().join("user"));
    places.system = Some(root.path().join("system"));
    assert_eq!(places.find().ok(), Some(Some(root.path().join("system/system.ini"))));
    assert_eq!(Places::default().find().ok(), Some(None));
}

#[cfg(unix)]
#[test]
fn a_place_that_cannot_be_looked_at_is_an_error() {
    let root = tempfile::tempdir().expect("a temporary directory");
    let mut places = places(root.path());
    fs::remove_dir(root.path().join("user")).expect("removed");
    // A loop of links can be followed by nobody, root included.
    std::os::unix::fs::symlink(root.path().join("user"), root.path().join("user")).expect("linked");
    assert!(matches!(places.find(), Err(ConfigError::Read { .. })));
    places.user = None;
    assert!(places.find().is_ok());
}

#[cfg(not(any(windows, target_os = "macos")))]
#[test]
fn the_places_follow_the_xdg_specification() {
    let of = |variables: &[(&str, &str)]| {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, Path::new(*value))).collect();
        Places::of(environment(&variables))
    };
    let user = |variables: &[(&str, &str)]| of(variables).user;
    assert_eq!(of(&[]).system, Some(PathBuf::from("/etc/opendriver")));
    assert_eq!(user(&[]), None);
    assert_eq!(user(&[("HOME", "/h")]), Some(PathBuf::from("/h/.config/opendriver")));
    assert_eq!(user(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")]), Some(PathBuf::from("/x/opendriver")));
    // Relative paths and empty ones count as unset: the current directory is never looked through.
    assert_eq!(
        user(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "x")]),
        Some(PathBuf::from("/h/.config/opendriver"))
    );
    assert_eq!(
        user(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "")]),
        Some(PathBuf::from("/h/.config/opendriver"))
    );
    assert_eq!(user(&[("HOME", "h")]), None);
}

#[cfg(target_os = "macos")]
#[test]
fn the_places_of_macos() {
    let places = Places::of(environment(&[("HOME", Path::new("/Users/u"))]));
    assert_eq!(places.user, Some(PathBuf::from("/Users/u/Library/Application Support/opendriver")));
    assert_eq!(places.system, Some(PathBuf::from("/Library/Application Support/opendriver")));
}

#[cfg(windows)]
#[test]
fn the_places_of_windows() {
    let places =
        Places::of(environment(&[("APPDATA", Path::new("C:\\A")), ("PROGRAMDATA", Path::new("C:\\P"))]));
    assert_eq!(places.user, Some(PathBuf::from("C:\\A\\opendriver")));
    assert_eq!(places.system, Some(PathBuf::from("C:\\P\\opendriver")));
    assert_eq!(Places::of(nothing), Places::default());
}
