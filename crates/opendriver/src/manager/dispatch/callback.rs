//! DriverCallback: how a driver tells its client that something has happened.

use opendriver_abi::{
    DCB_EVENT, DCB_FUNCTION, DCB_NULL, DCB_TASK, DCB_TYPEMASK, DCB_WINDOW, HDRVR, LPDRVCALLBACK,
};

use crate::Manager;

/// What is needed to reach windows, threads and events, and exists only in an embedding layer.
///
/// Each function says whether the delivery succeeded.
pub trait Notifier: Send + Sync {
    /// Posts `message` with `wparam` and `lparam` to a window.
    #[doc(alias = "PostMessage")]
    fn post_to_window(&self, window: usize, message: u32, wparam: usize, lparam: usize) -> bool;

    /// Posts `message` with `wparam` and `lparam` to a thread or task.
    #[doc(alias = "PostThreadMessage")]
    fn post_to_thread(&self, thread: u32, message: u32, wparam: usize, lparam: usize) -> bool;

    /// Sets an event.
    #[doc(alias = "SetEvent")]
    fn set_event(&self, event: usize) -> bool;
}

/// A notification to a client.
#[derive(Clone, Copy, Debug)]
pub struct Notification {
    /// The device that it is about; any handle-like value.
    pub device: HDRVR,
    /// The message for the client.
    pub message: u32,
    /// The client's own value; reaches functions only.
    pub user: usize,
    /// The first parameter.
    pub parameter1: usize,
    /// The second parameter; reaches functions only.
    pub parameter2: usize,
}

/// A notification was not delivered.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// The target is 0, or the flags say that there is none.
    #[error("the callback has no target")]
    NoTarget,
    /// The flags name no kind of target that is known: 4, 6 and 7.
    #[error("{kind} is no kind of callback target; 1 is a window, 2 a thread, 3 a function, 5 an event")]
    UnknownKind {
        /// The kind, the three lowest bits of the flags.
        kind: u32,
    },
    /// The target is a window, thread or event, and the program has given the manager no way to reach those.
    #[error(
        "the callback goes to {what}, and this program has no notifier to reach it (ManagerBuilder::notifier)"
    )]
    NoNotifier {
        /// What the target is.
        what: &'static str,
    },
    /// The notifier said that the delivery failed.
    #[error("the callback to {what} {target:#x} could not be delivered")]
    Undelivered {
        /// What the target is.
        what: &'static str,
        /// Its value.
        target: usize,
    },
}

impl Notification {
    /// Notifies a client. What [`Manager::driver_callback`] does, without a manager: nothing of it depends on one but
    /// the notifier.
    ///
    /// # Errors
    ///
    /// [`CallbackError`] says why nothing was delivered.
    ///
    /// # Safety
    ///
    /// As for [`Manager::driver_callback`].
    pub unsafe fn deliver(
        &self,
        target: usize,
        flags: u32,
        notifier: Option<&dyn Notifier>,
    ) -> Result<(), CallbackError> {
        let Notification { device, message, user, parameter1, parameter2 } = *self;
        let kind = flags & DCB_TYPEMASK;
        let reach = |what| notifier.ok_or(CallbackError::NoNotifier { what });
        let done = |what, delivered: bool| {
            delivered.then_some(()).ok_or(CallbackError::Undelivered { what, target })
        };
        match kind {
            DCB_NULL | DCB_WINDOW | DCB_TASK | DCB_FUNCTION | DCB_EVENT
                if target == 0 || kind == DCB_NULL =>
            {
                Err(CallbackError::NoTarget)
            }
            DCB_WINDOW => {
                let notifier = reach("a window")?;
                done("window", notifier.post_to_window(target, message, device.0, parameter1))
            }
            DCB_TASK => {
                // Thread ids have 32 bits on every Windows.
                done(
                    "thread",
                    reach("a thread")?.post_to_thread(target as u32, message, device.0, parameter1),
                )
            }
            DCB_EVENT => done("event", reach("an event")?.set_event(target)),
            DCB_FUNCTION => {
                let address = std::ptr::with_exposed_provenance::<()>(target);
                // SAFETY: the target is not 0, and by the caller's promise it is a function of this type.
                let function = unsafe { std::mem::transmute::<*const (), LPDRVCALLBACK>(address) };
                // SAFETY: by the caller's promise it may be called with these values.
                unsafe { function(device, message, user, parameter1, parameter2) };
                Ok(())
            }
            kind => Err(CallbackError::UnknownKind { kind }),
        }
    }
}

impl Manager {
    /// Notifies a client.
    ///
    /// The three lowest bits of `flags` say what `target` is: 1 a window, 2 a thread, 3 a function, 5 an event; the
    /// other bits mean nothing here. A window or thread gets the message with the device as wParam and the first
    /// parameter as lParam. A function gets everything, on this thread.
    ///
    /// # Errors
    ///
    /// [`CallbackError`] says why nothing was delivered.
    ///
    /// # Windows behaviour
    ///
    /// Returns FALSE in these cases, without a reason; all rows were measured on Wine 8.0.
    ///
    /// # Safety
    ///
    /// With kind 3, `target` must be 0 or the address of a function of the type [`LPDRVCALLBACK`] that may be called
    /// with these values.
    #[doc(alias = "DriverCallback")]
    pub unsafe fn driver_callback(
        &self,
        target: usize,
        flags: u32,
        notification: &Notification,
    ) -> Result<(), CallbackError> {
        // SAFETY: the caller promises the same.
        unsafe { notification.deliver(target, flags, self.notifier().map(|notifier| &**notifier)) }
    }
}
