//! Making, configuring and destroying managers.

use std::ffi::c_char;
use std::path::PathBuf;

use opendriver::{Config, Manager, Settings};

use crate::boundary::{self, enter};
use crate::code::Code;
use crate::failure::Failure;
use crate::managers::instances::kept_open;
use crate::process;
use crate::raw::{Bytes, CharBuffer, Utf8Text};
use crate::scope::{self, ManagerToken, Need, with};

/// The version of the library, such as `0.1.0`. Constant; leaves the last error as it is.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    boundary::quietly(std::ptr::null(), || VERSION.as_ptr().cast())
}

/// Makes a manager from a configuration file: a path that ends in `.toml` is a settings file, any other an INI file.
/// NULL is no configuration: no aliases, but file names work. NULL comes back if the file cannot be read.
///
/// The manager reads the file once; `opendriver_reload` reads it again. It ends with `opendriver_manager_destroy`.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_manager_new(path: Utf8Text) -> ManagerToken {
    enter(ManagerToken::NULL, || {
        let config = match config_file(path)? {
            Some(path) => Config::load(path)?,
            None => Config::default(),
        };
        Ok(scope::keep(Manager::new(config)))
    })
}

/// The path of a configuration file; `None` for NULL. Absolute, so that it means the same file wherever the program goes
/// afterwards.
fn config_file(path: Utf8Text) -> Result<Option<PathBuf>, Failure> {
    let path = path.optional_path("path of the configuration")?;
    if path.as_ref().is_some_and(|path| path.as_os_str().is_empty()) {
        let text =
            "the path of the configuration is empty: give that of a file, or NULL for no configuration";
        return Err(Failure::new(Code::Argument, text));
    }
    Ok(path.map(process::absolute))
}

/// Makes a manager from the bytes of an INI file, with default settings.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_manager_from_ini(text: Bytes, length: usize) -> ManagerToken {
    enter(ManagerToken::NULL, || {
        let bytes = text.read(length, "text of the INI file")?;
        Ok(scope::keep(Manager::new(Config::from_ini(bytes, Settings::default()))))
    })
}

/// Makes a manager from the text of a settings file. Relative paths in it are joined to `directory`, which may be NULL
/// for the current directory. NULL comes back if the settings make no sense.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_manager_from_toml(
    text: Bytes,
    length: usize,
    directory: Utf8Text,
) -> ManagerToken {
    enter(ManagerToken::NULL, || {
        let bytes = text.read(length, "text of the settings")?;
        let text = String::from_utf8(bytes)
            .map_err(|error| Failure::new(Code::Text, format!("settings are UTF-8 text: {error}")))?;
        let directory = directory.optional_path("directory")?.unwrap_or_default();
        // Absolute, so that the current directory may change afterwards.
        let directory = match std::path::absolute(&directory) {
            Ok(absolute) => absolute,
            Err(_) => std::env::current_dir().unwrap_or(PathBuf::from(".")),
        };
        let settings = Settings::parse(&text, directory)?;
        Ok(scope::keep(Manager::new(Config::from_settings(settings)?)))
    })
}

/// Closes what is open in a manager, with parameters 0, and destroys it. 1, or 0 if there is no such manager: NULL, one
/// that was destroyed before, or that of the process, which lasts as long as the process.
///
/// May be called from any thread, also from inside a driver of that manager: it then goes when the last call on it
/// returns, and no new call reaches it. Where a driver keeps an instance open, which only some personalities allow, the
/// manager is destroyed all the same, the driver stays loaded, and the last error is `CLOSE_REFUSED` and says which.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_manager_destroy(manager: ManagerToken) -> i32 {
    let mut destroyed = 0;
    enter((), || {
        let kept = scope::destroy(manager)?;
        destroyed = 1;
        kept_open(&kept)
    });
    destroyed
}

/// The manager of the process, for a call from inside a driver of another manager. Always the same; does not make it
/// and leaves the last error as it is.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_process_manager() -> ManagerToken {
    boundary::quietly(ManagerToken::NULL, || scope::PROCESS)
}

/// Gives a manager another configuration file, as for `opendriver_manager_new`; open instances are not touched. For
/// the manager of the process this takes the place of `OPENDRIVER_CONFIG`, while `OPENDRIVER_PERSONALITY` stays in
/// force. 1, or 0 if the file cannot be read; the old configuration is then kept.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_use_config(manager: ManagerToken, path: Utf8Text) -> i32 {
    enter(0, || {
        let path = config_file(path)?;
        if scope::means_process(manager) {
            process::choose(path)?;
            return Ok(1);
        }
        with(manager, Need::Handles, |manager| {
            manager.set_config(path.map_or_else(|| Ok(Config::default()), Config::load)?);
            Ok(1)
        })
    })
}

/// Reads the configuration again, from where it came; open instances are not touched. 1, or 0 if that is impossible;
/// the old configuration is then kept.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_reload(manager: ManagerToken) -> i32 {
    enter(0, || {
        with(manager, Need::Configuration, |manager| {
            manager.reload()?;
            Ok(1)
        })
    })
}

/// The path of the configuration file in use, which is not read again for that; absolute, however it was given. Returns
/// its size with NUL, 0 if there is no file.
#[unsafe(no_mangle)]
pub extern "C" fn opendriver_config_path(manager: ManagerToken, buffer: CharBuffer, size: usize) -> usize {
    // Asking for the path does not read the file again. But the manager of the process is made if need be.
    let unmade = scope::means_process(manager) && process::existing().is_none();
    let need = if unmade { Need::Configuration } else { Need::Handles };
    let written = enter(0, || {
        with(manager, need, |manager| {
            let path = manager.config_path().ok_or_else(|| {
                Failure::new(Code::Absent, "the configuration did not come from a file, or there is none")
            })?;
            Ok(buffer.write_path(size, &path))
        })
    });
    buffer.or_empty(size, written)
}
