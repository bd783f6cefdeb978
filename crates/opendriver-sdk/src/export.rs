//! The macros. Thin: they name the exported symbols, the rest is in `boundary`.

/// Exports a type that implements [`Driver`](crate::Driver) as the driver of this library: `DriverProc`, and
/// [`TEXT_SYMBOL`](crate::abi::TEXT_SYMBOL) beside it.
///
/// Once per library, at any place in it. The library needs `crate-type = ["cdylib"]`. The names are global to whatever is
/// linked: a program that contains two crates with an `export_driver!` does not link.
///
/// What it expands to is `unsafe`, since the name of an export is a promise to the linker; but it is this crate that
/// makes the promise, so the library around it may say `#![forbid(unsafe_code)]`.
///
/// ```
/// #![forbid(unsafe_code)]
/// use opendriver_sdk::{Driver, Open, Refusal, export_driver};
///
/// struct Quiet;
/// impl Driver for Quiet {
///     fn open(_: &Open<'_>) -> Result<Self, Refusal> {
///         Ok(Quiet)
///     }
/// }
/// export_driver!(Quiet);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_driver {
    ($driver:ty) => {
        const _: () = {
            #[unsafe(no_mangle)]
            unsafe extern "system" fn DriverProc(
                id: $crate::abi::DriverId,
                handle: $crate::abi::HDRVR,
                message: u32,
                lparam1: $crate::abi::LPARAM,
                lparam2: $crate::abi::LPARAM,
            ) -> $crate::abi::LRESULT {
                // SAFETY: the caller's promise is passed on.
                unsafe { $crate::__private::driver_entry::<$driver>(id, handle, message, lparam1, lparam2) }
            }

            #[allow(non_upper_case_globals, reason = "the exported name")]
            #[unsafe(no_mangle)]
            static opendriver_text: u32 = $crate::abi::TEXT_UTF16;
        };
    };
}

/// Exports a further entry of a sound driver, such as `modMessage`, with the panic boundary of `DriverProc`.
///
/// The first argument is the exported name: `wodMessage`, `widMessage`, `modMessage`, `midMessage`, `mxdMessage`,
/// `auxMessage`, or any other. The second is a function, safe or `unsafe`, of the shape
/// `fn(device: u32, message: u32, user: usize, param1: usize, param2: usize) -> u32`.
///
/// The audio layer opens the driver through `DriverProc` first and passes no instance here; [`latest`](crate::latest),
/// [`instances`](crate::instances) and [`instance`](crate::instance) find it. The DDK of Windows 3.1 allows
/// `modMessage` to be called at interrupt time, which here means on any thread.
///
/// After a panic the answer is 1 (`MMSYSERR_ERROR`), or 0 to the message that counts the devices.
///
/// With a safe function, this too may stand in a crate that says `#![forbid(unsafe_code)]`.
///
/// ```
/// #![forbid(unsafe_code)]
/// use opendriver_sdk::{Driver, Open, Refusal, export_driver, export_message, latest};
///
/// struct Synth;
/// impl Driver for Synth {
///     fn open(_: &Open<'_>) -> Result<Self, Refusal> {
///         Ok(Synth)
///     }
/// }
///
/// const MODM_GETNUMDEVS: u32 = 1;
///
/// fn mod_message(_device: u32, message: u32, _user: usize, _param1: usize, _param2: usize) -> u32 {
///     match (message, latest::<Synth>()) {
///         (MODM_GETNUMDEVS, _) => 1,
///         (_, Some(_synth)) => 0, // play
///         (_, None) => 5,         // MMSYSERR_INVALHANDLE
///     }
/// }
///
/// export_driver!(Synth);
/// export_message!(modMessage, mod_message);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_message {
    ($name:ident, $function:path) => {
        const _: () = {
            #[allow(non_snake_case, reason = "the exported name")]
            #[unsafe(no_mangle)]
            unsafe extern "system" fn $name(
                device: u32,
                message: u32,
                user: usize,
                param1: usize,
                param2: usize,
            ) -> u32 {
                // SAFETY: the caller's promise is passed on.
                unsafe {
                    $crate::__private::message_entry(
                        ::core::module_path!(),
                        ::core::stringify!($name),
                        $function,
                        device,
                        message,
                        user,
                        param1,
                        param2,
                    )
                }
            }
        };
    };
}
