//! What an observer may do while a module is being loaded.

use std::path::Path;
use std::sync::Mutex;

use opendriver::Observer;

type Deed = Box<dyn FnOnce() + Send>;

/// Does something while it is told of a loading, the first time, and keeps what it was told.
#[derive(Default)]
pub struct WhileLoading {
    deed: Mutex<Option<Deed>>,
    told: Mutex<Vec<&'static str>>,
}

impl WhileLoading {
    /// An observer that will do this.
    pub fn new(deed: impl FnOnce() + Send + 'static) -> WhileLoading {
        let observer = WhileLoading::default();
        observer.set(deed);
        observer
    }

    /// For what needs the manager that the observer is part of.
    pub fn set(&self, deed: impl FnOnce() + Send + 'static) {
        *self.deed.lock().expect("no panic") = Some(Box::new(deed));
    }

    /// `loaded` and `unloading`, as they came.
    pub fn told(&self) -> Vec<&'static str> {
        self.told.lock().expect("no panic").clone()
    }
}

impl Observer for WhileLoading {
    fn loaded(&self, _: &str, _: Option<&Path>) {
        let deed = self.deed.lock().expect("no panic").take();
        if let Some(deed) = deed {
            deed();
        }
        self.told.lock().expect("no panic").push("loaded");
    }

    fn unloading(&self, _: &str, _: Option<&Path>) {
        self.told.lock().expect("no panic").push("unloading");
    }
}
