//! One [`DriverHolder`] per driver type, found by the type.
//!
//! A `static` cannot depend on a type parameter, so the holders stand in a list keyed by [`TypeId`]. A holder is made at
//! the first message and removed when it has nothing left to remember: a library that is loaded and unloaded
//! over and over leaves nothing behind.

use std::any::{Any, TypeId};
use std::sync::{Arc, PoisonError, RwLock};

use crate::Driver;
use crate::abi::HDRVR;
use crate::holder::DriverHolder;

type AnyHolder = Arc<dyn Any + Send + Sync>;

/// A list and no map: a library has one driver, a program a few.
static HOLDERS: RwLock<Vec<(TypeId, AnyHolder)>> = RwLock::new(Vec::new());

/// The open instances of a driver in this library or program, in the order of opening.
///
/// For entries that are told no instance, such as `modMessage` ([`export_message!`](crate::export_message)). Each keeps
/// its instance alive while it is held, also beyond `DRV_CLOSE`: do not store it.
#[must_use]
pub fn instances<T: Driver>() -> Vec<Arc<T>> {
    find::<T>().map(|holder| holder.instances()).unwrap_or_default()
}

/// The instance of a driver that was opened last and is still open.
///
/// What the audio layer of Windows means when it calls `modMessage`: it opens the driver once and then uses the entry.
#[must_use]
pub fn latest<T: Driver>() -> Option<Arc<T>> {
    find::<T>()?.latest()
}

/// The open instance with this handle.
#[must_use]
pub fn instance<T: Driver>(handle: HDRVR) -> Option<Arc<T>> {
    find::<T>()?.by_handle(handle)
}

/// The holder of a type, made if need be.
pub(crate) fn holder<T: Driver>() -> Arc<DriverHolder<T>> {
    if let Some(holder) = find::<T>() {
        return holder;
    }
    let mut holders = HOLDERS.write().unwrap_or_else(PoisonError::into_inner);
    // Somebody else may have been quicker.
    if let Some(holder) = look_up::<T>(&holders) {
        return holder;
    }
    let holder = Arc::new(DriverHolder::<T>::new());
    holders.push((TypeId::of::<T>(), holder.clone()));
    holder
}

/// Gives a holder back after `DRV_FREE`: it is forgotten if it is idle and nobody else has it in hand. All take it from
/// the list, so under the list's lock the count cannot grow.
pub(crate) fn release<T: Driver>(holder: Arc<DriverHolder<T>>) {
    const LIST_AND_CALLER: usize = 2;
    let mut holders = HOLDERS.write().unwrap_or_else(PoisonError::into_inner);
    if Arc::strong_count(&holder) <= LIST_AND_CALLER && holder.is_idle() {
        holders.retain(|(key, _)| *key != TypeId::of::<T>());
        if holders.is_empty() {
            *holders = Vec::new();
        }
    }
}

fn find<T: Driver>() -> Option<Arc<DriverHolder<T>>> {
    look_up(&HOLDERS.read().unwrap_or_else(PoisonError::into_inner))
}

fn look_up<T: Driver>(holders: &[(TypeId, AnyHolder)]) -> Option<Arc<DriverHolder<T>>> {
    let (_, holder) = holders.iter().find(|(key, _)| *key == TypeId::of::<T>())?;
    holder.clone().downcast().ok()
}
