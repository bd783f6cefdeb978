//! The trait a driver implements.

use crate::{Close, Configure, ExitKind, Message, Open, Outcome, Refusal, Reply};

/// An installable driver. One value is one open instance; functions without `self` concern the whole module.
///
/// Every method but [`open`](Driver::open) has the default that Windows documents, so a driver writes down only what it
/// does. All of them may be called at any time, on any thread, and again while they run.
pub trait Driver: Send + Sync + Sized + 'static {
    /// `DRV_OPEN`: makes an instance, or refuses.
    ///
    /// The parameters of the SYSTEM.INI line are in [`Open::parameters`]; a driver must cope with their absence. On
    /// Windows a driver may also be opened only to be configured, with nothing in [`Open::lparam2`] that it would
    /// otherwise find there: tolerate that, and take hold of scarce resources later.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] makes the open fail. Its reason is reported, see [`set_refusal_report`](crate::set_refusal_report);
    /// the protocol itself carries only the fact.
    #[doc(alias = "DRV_OPEN")]
    fn open(open: &Open<'_>) -> Result<Self, Refusal>;

    /// Any message that has no method of its own: those from `DRV_USER` up, those of the driver's class, unassigned ones.
    ///
    /// [`Reply::Default`], which is also the default, leaves the answer to the default procedure
    /// ([`default_result`](crate::abi::default_result)).
    fn message(&self, message: &Message) -> Reply {
        let _ = message;
        Reply::Default
    }

    /// `DRV_CLOSE`: the instance is about to go. The default is to agree.
    ///
    /// `false` asks to stay. A manager that follows Windows 3.1 then lets the close fail and the instance live on; others
    /// close it all the same and send it nothing more, so that it is dropped with `DRV_FREE` at the latest. Final work
    /// therefore belongs into `Drop`.
    #[doc(alias = "DRV_CLOSE")]
    fn close(&self, close: &Close) -> bool {
        let _ = close;
        true
    }

    /// `DRV_QUERYCONFIGURE`: has the driver settings that a user can change? The default is no.
    #[doc(alias = "DRV_QUERYCONFIGURE")]
    fn query_configure(&self, message: &Message) -> bool {
        let _ = message;
        false
    }

    /// `DRV_CONFIGURE`: let the user change the settings. The default is [`Outcome::Cancel`].
    #[doc(alias = "DRV_CONFIGURE")]
    fn configure(&self, request: &Configure<'_>) -> Outcome {
        let _ = request;
        Outcome::Cancel
    }

    /// `DRV_INSTALL`: the driver was installed just now, and this is its first instance. The default is [`Outcome::Ok`].
    #[doc(alias = "DRV_INSTALL")]
    fn install(&self, request: &Configure<'_>) -> Outcome {
        let _ = request;
        Outcome::Ok
    }

    /// `DRV_REMOVE`: the driver is about to be removed from the configuration. The default is [`Outcome::Ok`].
    #[doc(alias = "DRV_REMOVE")]
    fn remove(&self, message: &Message) -> Outcome {
        let _ = message;
        Outcome::Ok
    }

    /// `DRV_POWER`: power to the device is about to change. Whether it was handled; the default is no.
    ///
    /// No parameters are documented for the message; a manager of this project passes on what its caller gives.
    #[doc(alias = "DRV_POWER")]
    fn power(&self, message: &Message) -> bool {
        let _ = message;
        false
    }

    /// `DRV_EXITSESSION`: the session is about to end, other drivers are still there. Nothing is answered (0).
    #[doc(alias = "DRV_EXITSESSION")]
    fn exit_session(&self, message: &Message) {
        let _ = message;
    }

    /// `DRV_EXITAPPLICATION`: an application ended. Windows 3.1 only; managers of this project can broadcast it. Nothing
    /// is answered (0).
    #[doc(alias = "DRV_EXITAPPLICATION")]
    fn exit_application(&self, kind: ExitKind) {
        let _ = kind;
    }

    /// `DRV_LOAD`: the module was loaded. First of all messages.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] makes the manager unload the library at once; it sends nothing more, not even `DRV_FREE`.
    #[doc(alias = "DRV_LOAD")]
    fn load() -> Result<(), Refusal> {
        Ok(())
    }

    /// `DRV_ENABLE`: start working, right after a successful `DRV_LOAD`.
    #[doc(alias = "DRV_ENABLE")]
    fn enable() {}

    /// `DRV_DISABLE`: stop working, after the last instance was closed.
    #[doc(alias = "DRV_DISABLE")]
    fn disable() {}

    /// `DRV_FREE`: the module is about to be unloaded. Threads must have ended when this returns.
    #[doc(alias = "DRV_FREE")]
    fn free() {}
}

#[cfg(test)]
mod tests {
    /// Who looks for `DRV_POWER` in the documentation finds the method.
    #[test]
    fn every_message_is_an_alias_of_its_method() {
        let mut expected = Vec::new();
        let mut found = Vec::new();
        for line in include_str!("driver.rs").lines().take_while(|line| !line.starts_with("#[cfg(test)]")) {
            let name = |text: &str| text[..text.find(['`', '"']).expect("its end")].to_owned();
            expected.extend(line.strip_prefix("    /// `DRV_").map(name));
            found.extend(line.strip_prefix("    #[doc(alias = \"DRV_").map(name));
        }
        assert_eq!(expected.len(), 13);
        assert_eq!(found, expected);
    }
}
