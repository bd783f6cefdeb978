//! Windows, threads and events of Windows itself.

use std::ffi::c_void;

use opendriver::Notifier;
use windows_sys::Win32::System::Threading::SetEvent;
use windows_sys::Win32::UI::WindowsAndMessaging::{PostMessageW, PostThreadMessageW};

/// The system's own functions.
pub(super) struct System;

fn pointer(value: usize) -> *mut c_void {
    std::ptr::with_exposed_provenance_mut(value)
}

impl Notifier for System {
    fn post_to_window(&self, window: usize, message: u32, wparam: usize, lparam: usize) -> bool {
        // SAFETY: the function takes any value and refuses what is no window.
        unsafe { PostMessageW(pointer(window), message, wparam, lparam as isize) != 0 }
    }

    fn post_to_thread(&self, thread: u32, message: u32, wparam: usize, lparam: usize) -> bool {
        // SAFETY: the function takes any value and refuses what is no thread.
        unsafe { PostThreadMessageW(thread, message, wparam, lparam as isize) != 0 }
    }

    fn set_event(&self, event: usize) -> bool {
        // SAFETY: the function takes any value and refuses what is no event.
        unsafe { SetEvent(pointer(event)) != 0 }
    }
}
