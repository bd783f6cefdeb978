//! A loaded driver file, shared by its instances.

use std::ffi::c_void;
use std::path::{Path, PathBuf};
use std::ptr::{self, NonNull};

use opendriver_config::{TextEncoding, Unload};

use crate::load::{Code, Entry};

/// A loaded driver. Dropping it unloads the code, unless its policy is never to be unloaded.
pub(crate) struct Module {
    /// The file name as it was asked for, without directories: what messages and traces call the driver.
    name: String,
    path: Option<PathBuf>,
    entry: Entry,
    text: TextEncoding,
    unload: Unload,
    code: Option<Box<dyn Code>>,
    #[cfg(loom)]
    life: crate::sync::Life,
}

impl Module {
    pub(crate) fn new(
        name: String,
        path: Option<PathBuf>,
        code: Box<dyn Code>,
        text: TextEncoding,
        unload: Unload,
    ) -> Module {
        Module {
            name,
            path,
            entry: code.entry(),
            text,
            unload,
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
        self.text
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
        if self.unload == Unload::Never {
            // The library stays mapped for the rest of the process, which is the policy's purpose.
            std::mem::forget(code);
        }
    }
}
