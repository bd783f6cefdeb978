//! The names that instances were opened by, each once however many instances there are.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Alias names that instances share.
#[derive(Default)]
pub(super) struct Aliases(Mutex<HashSet<Arc<str>>>);

/// How many names are shared at most. A million instances have far fewer names between them, and a set that outgrows the
/// caches would cost more time than it saves memory.
const MOST: usize = 1024;

impl Aliases {
    /// The name that is written so; shared, unless there are very many names.
    pub(super) fn shared(&self, alias: &str) -> Arc<str> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(alias) {
            return known.clone();
        }
        let new: Arc<str> = Arc::from(alias);
        if names.len() < MOST {
            names.insert(new.clone());
        }
        new
    }

    /// Forgets those that no instance has: another configuration may have other names.
    pub(super) fn forget_unused(&self) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The count cannot rise meanwhile: only this set has such a name, and it is locked.
        names.retain(|name| Arc::strong_count(name) > 1);
    }
}

#[cfg(test)]
mod tests {
    use opendriver_config::{Config, Settings};

    use super::*;
    use crate::{BuiltIn, Call, Handle, Manager};

    fn config(alias: &str) -> Config {
        Config::from_ini(format!("[Drivers32]\n{alias}=x.drv\n"), Settings::default())
    }

    fn alias(manager: &Manager, handle: Handle) -> Arc<str> {
        manager.lock().places.get(handle).expect("it is open").alias.clone().expect("it has one")
    }

    #[test]
    fn instances_that_were_opened_by_one_alias_share_its_name() {
        let driver = BuiltIn::new(|_: &Call<'_>| 1);
        let manager = Manager::builder()
            .config(config("alias-of-some-length"))
            .driver_path(None)
            .built_in("x.drv", driver)
            .build();
        let open = |name: &str| manager.open(name, None, 0).expect("it opens");
        let plain = alias(&manager, open("alias-of-some-length"));
        assert!(Arc::ptr_eq(&plain, &alias(&manager, open("ALIAS-of-some-length"))));
        let replaced = manager.open_with_parameters("alias-of-some-length", None, Some("text"), 0);
        assert!(Arc::ptr_eq(&plain, &alias(&manager, replaced.expect("it opens"))));
    }

    #[test]
    fn names_go_with_the_configuration_and_the_instances() {
        let driver = BuiltIn::new(|_: &Call<'_>| 1);
        let manager =
            Manager::builder().config(config("old")).driver_path(None).built_in("x.drv", driver).build();
        let known = || manager.aliases.0.lock().expect("no panic").len();
        let old = manager.open("old", None, 0).expect("it opens");
        manager.set_config(config("new"));
        assert_eq!(known(), 1, "it is in use");
        assert_eq!(&*alias(&manager, old), "old");
        manager.close(old, 0, 0).expect("it is open");
        manager.set_config(config("new"));
        assert_eq!(known(), 0);
    }
}
