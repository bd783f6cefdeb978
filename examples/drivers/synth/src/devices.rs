//! The devices that `modMessage` speaks of: one for each open instance of the driver.
//!
//! An instance gets the lowest free number when it is opened and keeps it until it is closed, so a number never changes
//! while somebody uses it. A client that opens a device gets a token, which it gives back with each message. Tokens are
//! counted up and never used twice: one that was kept too long reaches nobody.

use crate::session::Session;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A device: the session behind it and the client that has it open.
pub struct Device {
    /// What it plays.
    pub session: Session,
    number: u32,
    client: Mutex<Option<Client>>,
}

/// What a client said when it opened a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// What the client gives back with each message.
    pub token: usize,
    /// Its handle of the device.
    pub handle: usize,
    /// Address of its callback function, or 0.
    pub callback: usize,
    /// Its value for the callback.
    pub instance: usize,
}

/// A device's place in the table, which is given up when this is dropped.
pub struct Place(Arc<Device>);

static DEVICES: Mutex<Vec<Option<Arc<Device>>>> = Mutex::new(Vec::new());

/// Gives a session the lowest free number.
pub fn add(session: Session) -> Place {
    let mut devices = table();
    let free = devices.iter().position(Option::is_none).unwrap_or(devices.len());
    let number = u32::try_from(free).expect("fewer than 2^32 files can be open");
    let device = Arc::new(Device { session, number, client: Mutex::new(None) });
    if free == devices.len() {
        devices.push(None);
    }
    devices[free] = Some(Arc::clone(&device));
    Place(device)
}

/// One more than the highest number in use: what MODM_GETNUMDEVS answers. Numbers below it may be free.
pub fn count() -> u32 {
    table().len() as u32
}

/// The device of a number.
pub fn by_number(number: u32) -> Option<Arc<Device>> {
    table().get(number as usize)?.clone()
}

/// The device that a client has open under a token.
pub fn by_token(token: usize) -> Option<Arc<Device>> {
    let open = |device: &&Arc<Device>| device.client().is_some_and(|client| client.token == token);
    table().iter().flatten().find(open).cloned()
}

/// A token that nobody has had before; never 0, and below 2^31 for clients with narrow fields.
pub fn new_token() -> usize {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    loop {
        let token = (LAST.fetch_add(1, Ordering::Relaxed) + 1) & 0x7FFF_FFFF;
        if token != 0 {
            return token;
        }
    }
}

impl Device {
    /// Its number, for the first parameter of `modMessage`.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The client that has it open.
    pub fn client(&self) -> Option<Client> {
        *self.slot()
    }

    /// Writes down the client, or that there is none, and returns the one before.
    pub fn set_client(&self, client: Option<Client>) -> Option<Client> {
        std::mem::replace(&mut *self.slot(), client)
    }

    fn slot(&self) -> MutexGuard<'_, Option<Client>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::ops::Deref for Place {
    type Target = Device;

    fn deref(&self) -> &Device {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut devices = table();
        devices[self.0.number as usize] = None;
        while devices.last().is_some_and(Option::is_none) {
            devices.pop();
        }
    }
}

/// The table. It is locked for look-ups only, never while something is rendered or a client is called.
fn table() -> MutexGuard<'static, Vec<Option<Arc<Device>>>> {
    // Nothing in this module leaves the table half-changed, so a panic elsewhere does not spoil it.
    DEVICES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_fit_31_bits() {
        let tokens: std::collections::HashSet<usize> = (0..1000).map(|_| new_token()).collect();
        assert_eq!(tokens.len(), 1000);
        assert!(tokens.iter().all(|token| *token != 0 && *token < 1 << 31));
    }
}
