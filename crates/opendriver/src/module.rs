//! A loaded driver file, shared by its instances.

use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::ptr::{self, NonNull};
use std::sync::OnceLock;

use opendriver_config::{TextEncoding, Unload};

use crate::load::{Code, Entry};

/// A loaded driver. Dropping it unloads the code, unless its policy is never to be unloaded.
pub(crate) struct Module {
    /// The file name as it was asked for, without directories: what messages and traces call the driver.
    name: String,
    path: Option<PathBuf>,
    entry: Entry,
    /// Found out when there is the first text to pass: asking a library for a symbol takes time.
    text: OnceLock<TextEncoding>,
    policy: Policy,
    code: Option<Box<dyn Code>>,
    #[cfg(loom)]
    life: crate::sync::Life,
}

/// What the settings say of a driver.
#[derive(Clone, Copy)]
pub(crate) struct Policy {
    /// How it takes text, whatever it says itself.
    pub(crate) text: Option<TextEncoding>,
    /// How it takes text if nobody says.
    pub(crate) undeclared_text: TextEncoding,
    pub(crate) unload: Unload,
}

impl Module {
    pub(crate) fn new(name: String, path: Option<PathBuf>, code: Box<dyn Code>, policy: Policy) -> Module {
        Module {
            name,
            path,
            entry: code.entry(),
            text: OnceLock::new(),
            policy,
            code: Some(code),
            #[cfg(loom)]
            life: crate::sync::Life::new(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    #[inline]
    pub(crate) fn entry(&self) -> &Entry {
        #[cfg(loom)]
        self.life.touch();
        &self.entry
    }

    /// The encoding in which the driver takes the text of DRV_OPEN.
    pub(crate) fn text(&self) -> TextEncoding {
        let Policy { text, undeclared_text, .. } = self.policy;
        self.text.get().copied().unwrap_or_else(|| {
            let found = text.or_else(|| self.code().text()).unwrap_or(undeclared_text);
            // Nobody waits for one who asks the system's loader, which may be running an initialiser. All find the same.
            let _ = self.text.set(found);
            found
        })
    }

    pub(crate) fn code(&self) -> &dyn Code {
        self.code.as_deref().expect("the code is there until the module is dropped")
    }

    pub(crate) fn symbol(&self, name: &str) -> Option<NonNull<c_void>> {
        self.code().symbol(name)
    }

    /// What stands for this module in the stacks of the threads that are inside.
    pub(crate) fn mark(&self) -> *mut () {
        ptr::from_ref(self).cast_mut().cast()
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        let code = self.code.take();
        if self.policy.unload == Unload::Never {
            // The library stays mapped for the rest of the process, which is the policy's purpose.
            std::mem::forget(code);
        }
    }
}
