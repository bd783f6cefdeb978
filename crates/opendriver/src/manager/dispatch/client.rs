//! What lies between a driver and the clients of its devices, without `unsafe` on the side of the caller.

use opendriver_abi::{DCB_FUNCTION, DCB_TYPEMASK, DRIVERMSGPROC, HDRVR};

use super::callback::{CallbackError, Notification};
use crate::Manager;
use crate::manager::ModuleHandle;
use crate::manager::state::Phase;
use crate::presence::Record;

/// Whom a callback is for.
#[derive(Clone, Copy, Debug)]
pub enum CallbackTarget {
    /// A function.
    #[doc(alias = "DCB_FUNCTION")]
    Function(extern "system" fn(HDRVR, u32, usize, usize, usize)),
    /// The value of a window, a thread or an event, as the notifier of the manager knows them; 0 for nobody.
    Value(usize),
}

/// The exports of sound drivers, all of one type (NT DDK).
const DEVICE_EXPORTS: [&str; 6] =
    ["modMessage", "midMessage", "wodMessage", "widMessage", "auxMessage", "mxdMessage"];

impl Manager {
    /// Notifies a client, as [`Manager::driver_callback`] does, without taking any number for the address of a
    /// function.
    ///
    /// # Errors
    ///
    /// [`CallbackError`] says why nothing was delivered; `Undelivered` also if the flags ask for a function and the
    /// target is a value other than 0.
    #[doc(alias = "DriverCallback")]
    pub fn notify(
        &self,
        target: CallbackTarget,
        flags: u32,
        notification: &Notification,
    ) -> Result<(), CallbackError> {
        let target = match target {
            CallbackTarget::Function(function) => (function as *const ()).expose_provenance(),
            CallbackTarget::Value(target) if flags & DCB_TYPEMASK == DCB_FUNCTION && target != 0 => {
                return Err(CallbackError::Undelivered { what: "function", target });
            }
            CallbackTarget::Value(target) => target,
        };
        // SAFETY: if the flags ask for a function, the target is 0 or one that is safe to call with any values.
        unsafe { self.driver_callback(target, flags, notification) }
    }

    /// Sends a message to a device of a driver, through one of the exports that sound drivers have besides
    /// DriverProc: `modMessage`, `midMessage`, `wodMessage`, `widMessage`, `auxMessage`, `mxdMessage`. The numbers
    /// are device and message; the parameters are the user's value and two that depend on the message. The driver is
    /// not unloaded meanwhile.
    ///
    /// As with [`Manager::send`], what a driver takes for an address must be one.
    ///
    /// `None` if no such module is loaded, or it is just being loaded or unloaded by another thread, it has no such
    /// export, or the name is none of these.
    #[doc(alias = "modMessage")]
    #[doc(alias = "midMessage")]
    #[doc(alias = "wodMessage")]
    #[doc(alias = "widMessage")]
    #[doc(alias = "auxMessage")]
    #[doc(alias = "mxdMessage")]
    pub fn device_message(
        &self,
        module: ModuleHandle,
        export: &str,
        numbers: (u32, u32),
        parameters: (usize, usize, usize),
    ) -> Option<u32> {
        if !DEVICE_EXPORTS.contains(&export) {
            return None;
        }
        let own = Record::own();
        let (module, entered) = {
            let state = self.lock();
            let loaded = state.modules.get(state.modules.of_identity(module.0.get())?)?;
            let me = own.thread();
            let ready = match loaded.phase {
                Phase::Up => loaded.users > 0,
                Phase::Rising(thread) | Phase::Disabling(thread, _) | Phase::Freeing(thread, _) => {
                    thread == me
                }
                Phase::Mapped => false,
            };
            if !ready {
                return None;
            }
            // Announced under the lock: whoever takes the module down looks for it after having had the lock.
            (loaded.module.clone(), own.enter(loaded.module.mark()))
        };
        let mark = module.mark();
        let answer = module.symbol(export).map(|address| {
            // SAFETY: by the contract of sound drivers an export of this name has this type.
            let entry =
                unsafe { std::mem::transmute::<*mut std::ffi::c_void, DRIVERMSGPROC>(address.as_ptr()) };
            // SAFETY: the module is held and entered, so the code stays; it takes any message with any parameters.
            unsafe { entry(numbers.0, numbers.1, parameters.0, parameters.1, parameters.2) }
        });
        drop(module);
        drop(entered);
        self.left(mark);
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use opendriver_abi::{DRV_DISABLE, DRV_ENABLE};

    use super::*;
    use crate::{BuiltIn, Call};

    static SEEN: AtomicUsize = AtomicUsize::new(0);

    extern "system" fn client(
        device: HDRVR,
        message: u32,
        user: usize,
        parameter1: usize,
        parameter2: usize,
    ) {
        SEEN.store(device.0 + message as usize + user + parameter1 + parameter2, Ordering::Relaxed);
    }

    extern "system" fn mod_message(device: u32, message: u32, user: usize, p1: usize, p2: usize) -> u32 {
        device * 10_000 + message * 1000 + (user * 100 + p1 * 10 + p2) as u32
    }

    fn notification() -> Notification {
        Notification { device: HDRVR(0x100), message: 0x20, user: 3, parameter1: 4, parameter2: 5 }
    }

    #[test]
    fn a_function_is_called_and_a_number_is_never_one() {
        let manager = Manager::builder().build();
        assert_eq!(manager.notify(CallbackTarget::Function(client), 3, &notification()), Ok(()));
        assert_eq!(SEEN.load(Ordering::Relaxed), 0x100 + 0x20 + 3 + 4 + 5);
        let refused = CallbackError::Undelivered { what: "function", target: 0xDEAD };
        assert_eq!(manager.notify(CallbackTarget::Value(0xDEAD), 3, &notification()), Err(refused));
        assert_eq!(
            manager.notify(CallbackTarget::Value(0), 3, &notification()),
            Err(CallbackError::NoTarget)
        );
    }

    #[test]
    fn a_device_message_reaches_the_export_of_a_loaded_module() {
        let driver = BuiltIn::new(|_: &Call<'_>| 1).device_entry("modMessage", mod_message);
        let manager = Manager::builder().built_in("synth.drv", driver).build();
        let handle = manager.open("synth.drv", None, 0).expect("it opens");
        let module = manager.module(handle).expect("it is open");
        assert_eq!(manager.device_message(module, "modMessage", (1, 2), (3, 4, 5)), Some(12_345));
        assert_eq!(manager.device_message(module, "wodMessage", (1, 2), (3, 4, 5)), None);
        manager.close(handle, 0, 0).expect("it closes");
        assert_eq!(manager.device_message(module, "modMessage", (1, 2), (3, 4, 5)), None);
        let other = ModuleHandle(NonZeroUsize::MAX);
        assert_eq!(manager.device_message(other, "modMessage", (1, 2), (3, 4, 5)), None);
    }

    static READY: AtomicBool = AtomicBool::new(false);
    static INSIDE: AtomicUsize = AtomicUsize::new(0);
    static WRONG: AtomicUsize = AtomicUsize::new(0);

    /// Counts the calls that come while the driver is not enabled.
    extern "system" fn device(_: u32, _: u32, _: usize, _: usize, _: usize) -> u32 {
        INSIDE.fetch_add(1, Ordering::SeqCst);
        WRONG.fetch_add(usize::from(!READY.load(Ordering::SeqCst)), Ordering::SeqCst);
        INSIDE.fetch_sub(1, Ordering::SeqCst);
        1
    }

    #[test]
    fn device_messages_reach_a_driver_between_its_enable_and_its_disable() {
        let driver = BuiltIn::new(|call: &Call<'_>| {
            match call.message {
                DRV_ENABLE => READY.store(true, Ordering::SeqCst),
                DRV_DISABLE => {
                    READY.store(false, Ordering::SeqCst);
                    WRONG.fetch_add(INSIDE.load(Ordering::SeqCst), Ordering::SeqCst);
                }
                _ => {}
            }
            1
        });
        let driver = driver.device_entry("modMessage", device);
        let manager = Manager::builder().built_in("x.drv", driver).build();
        let first = manager.open("x.drv", None, 0).expect("it opens");
        let module = manager.module(first).expect("it is open");
        manager.close(first, 0, 0).expect("it is open");
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        manager.device_message(module, "modMessage", (0, 0), (0, 0, 0));
                    }
                });
            }
            for _ in 0..2_000 {
                let handle = manager.open("x.drv", None, 0).expect("it opens");
                manager.close(handle, 0, 0).expect("it is open");
            }
            done.store(true, Ordering::Relaxed);
        });
        assert_eq!(WRONG.load(Ordering::SeqCst), 0);
    }
}
