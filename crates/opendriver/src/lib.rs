//! The installable-driver manager of winmm for Linux, macOS and Windows.
//!
//! An installable driver is a library with one entry point, DriverProc, to which a manager sends numbered messages.
//! A MIDI synthesiser, a codec or an MCI device of the Windows world is one. This crate is the manager: it finds the
//! driver behind an alias of a SYSTEM.INI, loads it, opens instances of it, carries messages, and closes and unloads
//! it in the order that Windows documents.
//!
//! # The life of a driver
//!
//! 1. **Configuration.** [`Config::load`] reads a SYSTEM.INI or an `opendriver.toml`; [`Manager::builder`] takes it.
//! 2. **Resolve.** [`Manager::open`] looks the name up as an alias, splits the entry into file name and parameters,
//!    and searches for the file. What it passes over, and why, is in the error if nothing is found ([`ResolveError`]).
//! 3. **Load.** The first instance of a module loads the library ([`LoadError`]) and sends DRV_LOAD and DRV_ENABLE.
//! 4. **Open.** DRV_OPEN carries the parameters in lParam1 and the caller's value in lParam2; its answer is the
//!    driver's id for the instance. The caller gets a [`Handle`].
//! 5. **Send.** [`Manager::send`] delivers any message with the instance's id and handle, and returns the answer.
//! 6. **Close.** [`Manager::close`] sends DRV_CLOSE; with the last instance of the module also DRV_DISABLE and
//!    DRV_FREE, and unloads it.
//!
//! ```no_run
//! use opendriver::{Config, Manager};
//! use opendriver::abi::DRV_USER;
//!
//! let manager = Manager::new(Config::load("system.ini")?);
//! let midi = manager.open("midi", None, 0)?;
//! let answer = manager.send(midi, DRV_USER, 1, 2)?;
//! manager.close(midi, 0, 0)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # File names
//!
//! Names of files are those of Windows, and lead to files of this system. Either slash separates, case does not matter
//! where there is no exact match, and `..` takes the directory before it away, whether that exists or not.
//!
//! | name | where it leads |
//! | --- | --- |
//! | `synth.drv`, `sub\synth.drv` | the directory of the configuration, the search path, OPENDRIVER_PATH, the platform's driver directories, in turn |
//! | `C:\dir\synth.drv` | the directory that the settings have for drive C: |
//! | `C:dir\synth.drv` | the same: the current directory of a drive is its root |
//! | `\dir\synth.drv` | drive C:, the drive of the Windows directory, and else the root of this file system |
//! | `/dir/synth.drv` | the root of this file system, as programs of this system mean it (where links count, and `..` behind one too); else drive C: |
//! | `\\?\C:\dir\synth.drv` | as without the prefix, and literally: `/`, `.` and `..` mean nothing |
//!
//! With `current_directory = true` the current directory is searched last, is the current directory of the drive that
//! it is on, and that drive is the one of `\dir\synth.drv`. Otherwise it has no part in any of this, other than on
//! Windows, where it is the first place at which somebody can leave a library for a program to load.
//! (Source: Microsoft, "Naming Files, Paths, and Namespaces" and "LoadLibrary".)
//!
//! # Re-entrancy and threads
//!
//! No lock is held while a driver runs. A driver may open, send to and close any instance, its own included, from
//! inside any message. DRV_LOAD and DRV_ENABLE go out once per module, also when threads race; whoever leaves a
//! module last takes it down; a stale handle reaches nobody.
//!
//! # Trust
//!
//! A driver is a part of the program that its configuration chooses, as a plug-in or a preloaded library is. Loading
//! one runs its code with all the rights of the process, and no check here can make a bad driver good. The functions
//! that do it are safe to *call* because no promise by the caller could change that: which library runs is decided
//! by files at run time. The manager protects the program from its own mistakes (stale handles, races, unloading
//! under a running call) and not from a driver; for that, run it in a process of its own. Likewise message
//! parameters are numbers here, and what a driver takes for an address must be one.

mod error;
mod handle;
mod load;
#[cfg(all(test, loom))]
mod loom_models;
mod manager;
mod module;
mod observe;
mod presence;
mod resolve;
mod sync;
mod sys;
mod table;
mod text;
mod unwind;

pub use opendriver_abi as abi;
pub use opendriver_config as config;
pub use opendriver_config::{Config, Personality, Settings, Switches};

pub use error::{
    CloseError, ConfigView, LoadError, NoEntry, OpenError, OpenFailure, ResolveError, StaleHandle,
    SymbolError,
};
pub use handle::Handle;
pub use load::builtin::{BuiltIn, BuiltInDriver};
pub use manager::dispatch::callback::{CallbackError, Notification, Notifier};
pub use manager::dispatch::client::CallbackTarget;
pub use manager::{Direction, InstanceInfo, Located, Locator, Manager, ManagerBuilder, ModuleHandle, Place};
pub use observe::{Call, Observer};
#[doc(hidden)]
pub use presence::CallingThread;
pub use resolve::head::{ElfKind, Head, Machine};
pub use resolve::search::{PassedOver, Tried};
