//! The functions of winmm as a play calls them: in Rust, or whatever else behaves like winmm.

use std::io;
use std::path::Path;
use std::sync::Arc;

use opendriver::abi::{HDRVR, LPARAM, LRESULT};
use opendriver::{CallbackTarget, Notification, Notifier};

/// What plays the part of winmm.
///
/// [`Player::play`] uses a [`Manager`](opendriver::Manager) through its functions in Rust.
/// [`Player::play_through`] takes any other implementation: the C library, or a wrapper that does something wrong on
/// purpose.
///
/// `function` is the name under which a script calls a function that has several, such as `DrvOpen`. The
/// functions are called on any thread, and from inside drivers.
///
/// [`Player::play`]: crate::Player::play
/// [`Player::play_through`]: crate::Player::play_through
pub trait Winmm: Send + Sync {
    /// Called once, before the script: `settings` is the file (`opendriver.toml`) with the configuration, `notifier`
    /// reaches the windows, threads and events of the script.
    ///
    /// # Errors
    ///
    /// Those of preparing whatever it needs.
    fn start(&self, settings: &Path, notifier: Arc<dyn Notifier>) -> io::Result<()>;

    /// The settings, or a file that they name, have been written again.
    ///
    /// # Errors
    ///
    /// Those of reading them.
    fn configured(&self, settings: &Path) -> io::Result<()>;

    /// OpenDriver, OpenDriverA, DrvOpen, DrvOpenA. NULL if it fails.
    fn open(&self, function: &str, name: Option<&str>, section: Option<&str>, lparam2: LPARAM) -> HDRVR;

    /// CloseDriver, DrvClose. 0 if it fails.
    fn close(&self, function: &str, handle: HDRVR, lparam1: LPARAM, lparam2: LPARAM) -> LRESULT;

    /// SendDriverMessage, DrvSendMessage. 0 if it fails.
    fn send(&self, function: &str, handle: HDRVR, message: u32, lparam1: LPARAM, lparam2: LPARAM) -> LRESULT;

    /// DefDriverProc, DrvDefDriverProc.
    fn default_result(
        &self,
        function: &str,
        id: usize,
        handle: HDRVR,
        message: u32,
        lparams: (LPARAM, LPARAM),
    ) -> LRESULT;

    /// GetDriverModuleHandle, DrvGetModuleHandle. 0 if it fails. Also called when a driver is entered, by the player
    /// itself.
    fn module(&self, function: &str, handle: HDRVR) -> usize;

    /// GetDriverFlags. 0 if it fails.
    fn flags(&self, handle: HDRVR) -> u32;

    /// GetNextDriver. NULL at the end, and for flags other than GND_FIRSTINSTANCEONLY (1) and GND_REVERSE (2).
    fn next(&self, handle: HDRVR, flags: u32) -> HDRVR;

    /// DriverCallback. Whether that was delivered.
    fn notify(&self, target: CallbackTarget, flags: u32, notification: &Notification) -> bool;

    /// Calls the export `modMessage` of a module with device and message, and the user's value and two parameters;
    /// `None` if it has none.
    fn device_message(
        &self,
        module: usize,
        numbers: (u32, u32),
        parameters: (usize, usize, usize),
    ) -> Option<u32>;

    /// FreeLibrary of winmm, which closes everything that is open. Whether winmm is still loaded then, because a
    /// driver refuses to be closed.
    fn unload(&self) -> bool;

    /// The process of the script has ended, and nobody is told. `loaded`: whether drivers are still loaded.
    fn end(&self, loaded: bool) {
        let _ = loaded;
    }
}
