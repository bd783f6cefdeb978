//! The handle table: from a handle to its instance in constant time and without a lock.
//!
//! Two halves. [`Slot`]s are what a sender reads: atomics in chunks that are never moved or freed, so that a stale
//! handle can always be looked at. [`Places`] is the book-keeping of who sits where and in which order; it belongs
//! under the manager's lock.

use std::array;
use std::collections::VecDeque;
use std::ptr;
use std::sync::atomic::AtomicU32 as Counter;

use crate::handle::{Handle, MAX_GENERATION, MAX_OPEN, MAX_SLOTS};
use crate::module::Module;
use crate::sync::OnceLock;
use crate::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

const CHUNK: usize = if cfg!(loom) { 4 } else { 1024 };
const CHUNKS: usize = if cfg!(loom) { 1 } else { MAX_SLOTS as usize / CHUNK };

/// Set in [`Slot::word`] from the moment an instance is being closed until its slot is free.
const CLOSING: u32 = 1 << 31;

/// What a sender needs to know of one instance.
pub(crate) struct Slot {
    /// The handle of the instance that sits here; with [`CLOSING`], a dead one; 0, nobody.
    word: AtomicU32,
    /// What the driver returned from DRV_OPEN; 0 before that.
    driver_id: AtomicUsize,
    module: AtomicPtr<Module>,
}

/// What was read from a slot in one consistent piece.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) module: *const Module,
    pub(crate) driver_id: usize,
}

impl Slot {
    fn new() -> Slot {
        Slot {
            word: AtomicU32::new(0),
            driver_id: AtomicUsize::new(0),
            module: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Reads the slot if `handle` is alive in it. Ask again with [`Slot::is`] after having announced the entry:
    /// only then can the module not go away.
    #[inline]
    pub(crate) fn read(&self, handle: Handle) -> Option<Seen> {
        if self.word.load(Ordering::Acquire) != handle.word() {
            return None;
        }
        let driver_id = self.driver_id.load(Ordering::Acquire);
        let module = self.module.load(Ordering::Acquire);
        Some(Seen { module, driver_id })
    }

    /// Whether `handle` is alive here.
    #[inline]
    pub(crate) fn is(&self, handle: Handle) -> bool {
        self.word.load(Ordering::Acquire) == handle.word()
    }

    /// Whether `handle` is being closed here.
    #[inline]
    pub(crate) fn is_closing(&self, handle: Handle) -> bool {
        self.word.load(Ordering::Acquire) == handle.word() | CLOSING
    }

    pub(crate) fn driver_id(&self) -> usize {
        self.driver_id.load(Ordering::Acquire)
    }

    pub(crate) fn set_driver_id(&self, id: usize) {
        self.driver_id.store(id, Ordering::Release);
    }

    /// The handle dies: no sender that looks from now on gets in.
    pub(crate) fn set_closing(&self, handle: Handle) {
        self.word.store(handle.word() | CLOSING, Ordering::Release);
    }

    fn occupy(&self, handle: Handle, module: *const Module) {
        // Release each: a sender that still looks for the last tenant and reads one of these must find that tenant
        // dead at its second look.
        self.driver_id.store(0, Ordering::Release);
        self.module.store(module.cast_mut(), Ordering::Release);
        self.word.store(handle.word(), Ordering::Release);
    }

    fn vacate(&self) {
        self.word.store(0, Ordering::Release);
        self.module.store(ptr::null_mut(), Ordering::Release);
    }
}

/// All slots of a manager.
///
/// The sizes are in the types so that no index needs a check.
pub(crate) struct Slots {
    chunks: Box<[OnceLock<Box<[Slot; CHUNK]>>; CHUNKS]>,
}

impl Slots {
    pub(crate) fn new() -> Slots {
        Slots { chunks: Box::new(array::from_fn(|_| OnceLock::new())) }
    }

    /// The slot that a handle points to; `None` if no instance ever sat there.
    #[inline]
    pub(crate) fn get(&self, handle: Handle) -> Option<&Slot> {
        let index = handle.index() as usize;
        self.chunks[index / CHUNK % CHUNKS].get().map(|chunk| &chunk[index % CHUNK])
    }

    fn make(&self, index: u32) -> &Slot {
        let index = index as usize;
        let chunk = self.chunks[index / CHUNK].get_or_init(|| Box::new(array::from_fn(|_| Slot::new())));
        &chunk[index % CHUNK]
    }
}

/// What the manager keeps of an instance besides its slot.
struct Place<T> {
    generation: u32,
    /// The neighbours in open order, by slot number; [`NONE`] at the ends and while not in the list.
    before: u32,
    after: u32,
    tenant: Option<T>,
}

const NONE: u32 = u32::MAX;

/// Which slots are taken, by whom, and in which order the instances were opened.
pub(crate) struct Places<T> {
    places: Vec<Place<T>>,
    /// Free slots that have generations left, the one that was freed first in front.
    free: VecDeque<u32>,
    /// Free slots that have been through all their generations; used again only when no other is left.
    worn: VecDeque<u32>,
    /// Slots in use.
    taken: u32,
    first: u32,
    last: u32,
    /// The generation with which slots begin. Each table has another, so that a handle of one manager means nothing
    /// to the next.
    beginning: u32,
}

impl<T> Places<T> {
    pub(crate) fn new() -> Places<T> {
        // The standard one in models too: nobody learns anything of another thread from it.
        static TABLES: Counter = Counter::new(0);
        // Far apart, so that tables meet late as their slots go through their generations.
        let beginning = TABLES.fetch_add(1, Ordering::Relaxed).wrapping_mul(997) % MAX_GENERATION + 1;
        let (places, free, worn) = (Vec::new(), VecDeque::new(), VecDeque::new());
        Places { places, free, worn, taken: 0, first: NONE, last: NONE, beginning }
    }

    /// Gives `tenant` a slot and a handle; `None` when a million instances are open.
    pub(crate) fn take(&mut self, slots: &Slots, module: *const Module, tenant: T) -> Option<Handle> {
        if self.taken == MAX_OPEN {
            return None;
        }
        let index = self.free_index()?;
        self.taken += 1;
        let place = &mut self.places[index as usize];
        let handle = Handle::pack(index, place.generation);
        place.tenant = Some(tenant);
        slots.make(index).occupy(handle, module);
        Some(handle)
    }

    fn free_index(&mut self) -> Option<u32> {
        if let Some(index) = self.free.pop_front() {
            return Some(index);
        }
        let fresh = u32::try_from(self.places.len()).ok().filter(|index| *index < MAX_SLOTS);
        if let Some(index) = fresh {
            self.places.push(Place { generation: self.beginning, before: NONE, after: NONE, tenant: None });
            return Some(index);
        }
        self.worn.pop_front()
    }

    /// Frees the slot of `handle` and returns who sat there. Does nothing if that instance has gone already.
    pub(crate) fn give_back(&mut self, slots: &Slots, handle: Handle) -> Option<T> {
        self.get(handle)?;
        self.unlink(handle);
        let index = handle.index();
        let place = &mut self.places[index as usize];
        let tenant = place.tenant.take()?;
        self.taken -= 1;
        slots.make(index).vacate();
        place.generation = place.generation % MAX_GENERATION + 1;
        if place.generation == self.beginning {
            self.worn.push_back(index);
        } else {
            self.free.push_back(index);
        }
        Some(tenant)
    }

    /// Whoever sits at `handle`, alive or being closed.
    pub(crate) fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        let place = self.places.get_mut(handle.index() as usize)?;
        if Handle::pack(handle.index(), place.generation) != handle {
            return None;
        }
        place.tenant.as_mut()
    }

    pub(crate) fn get(&self, handle: Handle) -> Option<&T> {
        let place = self.places.get(handle.index() as usize)?;
        if Handle::pack(handle.index(), place.generation) != handle {
            return None;
        }
        place.tenant.as_ref()
    }

    /// Puts the instance at the end of the list of open ones.
    pub(crate) fn link(&mut self, handle: Handle) {
        let (index, last) = (handle.index(), self.last);
        self.places[index as usize].before = last;
        self.places[index as usize].after = NONE;
        match last {
            NONE => self.first = index,
            last => self.places[last as usize].after = index,
        }
        self.last = index;
    }

    fn is_linked(&self, index: u32) -> bool {
        self.first == index || self.places[index as usize].before != NONE
    }

    /// Takes the instance out of the list of open ones, if it is there.
    pub(crate) fn unlink(&mut self, handle: Handle) {
        let index = handle.index();
        if self.get(handle).is_none() || !self.is_linked(index) {
            return;
        }
        let Place { before, after, .. } = self.places[index as usize];
        match before {
            NONE => self.first = after,
            before => self.places[before as usize].after = after,
        }
        match after {
            NONE => self.last = before,
            after => self.places[after as usize].before = before,
        }
        self.places[index as usize].before = NONE;
        self.places[index as usize].after = NONE;
    }

    /// The instance opened first.
    pub(crate) fn first(&self) -> Option<Handle> {
        self.handle_at(self.first)
    }

    /// The instance opened last.
    pub(crate) fn last(&self) -> Option<Handle> {
        self.handle_at(self.last)
    }

    /// The instance opened next after `handle`, which must be in the list.
    pub(crate) fn after(&self, handle: Handle) -> Option<Handle> {
        self.handle_at(self.places.get(handle.index() as usize)?.after)
    }

    /// The instance opened before `handle`, which must be in the list.
    pub(crate) fn before(&self, handle: Handle) -> Option<Handle> {
        self.handle_at(self.places.get(handle.index() as usize)?.before)
    }

    /// The open instances in the order of their opening.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = Handle> + '_ {
        std::iter::successors(self.first(), |handle| self.after(*handle))
    }

    fn handle_at(&self, index: u32) -> Option<Handle> {
        let place = self.places.get(index as usize)?;
        Some(Handle::pack(index, place.generation))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn take(places: &mut Places<u32>, slots: &Slots, tenant: u32) -> Handle {
        places.take(slots, ptr::null(), tenant).expect("there is room")
    }

    #[test]
    fn a_stale_handle_is_refused_after_its_slot_was_used_again() {
        let (slots, mut places) = (Slots::new(), Places::new());
        let old = take(&mut places, &slots, 1);
        assert_eq!(places.give_back(&slots, old), Some(1));
        let new = take(&mut places, &slots, 2);
        assert_eq!(old.index(), new.index());
        let slot = slots.get(old).expect("the chunk exists");
        assert!(!slot.is(old) && slot.is(new));
        assert_eq!((places.get(old), places.get(new)), (None, Some(&2)));
    }

    #[test]
    fn giving_back_twice_leaves_the_next_tenant_alone() {
        let (slots, mut places) = (Slots::new(), Places::new());
        let old = take(&mut places, &slots, 1);
        places.give_back(&slots, old);
        let new = take(&mut places, &slots, 2);
        places.link(new);
        places.unlink(old);
        assert_eq!(places.give_back(&slots, old), None);
        assert_eq!((places.get(new), places.first()), (Some(&2), Some(new)));
        assert!(slots.get(new).is_some_and(|slot| slot.is(new)));
    }

    #[test]
    fn tables_begin_with_different_numbers() {
        let handles: HashSet<Handle> = (0..500)
            .map(|_| {
                let (slots, mut places) = (Slots::new(), Places::new());
                take(&mut places, &slots, 0)
            })
            .collect();
        assert_eq!(handles.len(), 500);
    }

    #[test]
    fn no_number_comes_back_while_a_slot_wears_out() {
        let (slots, mut places) = (Slots::new(), Places::new());
        let mut seen = HashSet::new();
        for round in 0..3 * MAX_GENERATION {
            let handle = take(&mut places, &slots, round);
            assert!(seen.insert(handle), "{handle} was given out twice");
            places.give_back(&slots, handle);
        }
        assert_eq!(places.places.len(), 3, "a slot serves all its generations before the next is touched");
    }

    #[test]
    fn slots_are_used_again_oldest_first() {
        let (slots, mut places) = (Slots::new(), Places::new());
        let handles: Vec<Handle> = (0..4).map(|n| take(&mut places, &slots, n)).collect();
        for n in [2, 0, 3, 1] {
            places.give_back(&slots, handles[n]);
        }
        let order: Vec<u32> = (0..4).map(|n| take(&mut places, &slots, n).index()).collect();
        assert_eq!(order, [2, 0, 3, 1]);
    }

    #[test]
    fn a_million_fit_and_one_more_does_not() {
        let (slots, mut places) = (Slots::new(), Places::new());
        let first = take(&mut places, &slots, 0);
        for n in 1..MAX_OPEN {
            take(&mut places, &slots, n);
        }
        assert_eq!(places.take(&slots, ptr::null(), 7), None);
        places.give_back(&slots, first);
        assert!(places.take(&slots, ptr::null(), 7).is_some(), "room again after one has gone");
    }

    #[test]
    fn no_number_comes_back_soon_while_a_million_are_open() {
        let (slots, mut places) = (Slots::new(), Places::new());
        (1..MAX_OPEN).for_each(|n| _ = take(&mut places, &slots, n));
        let old = take(&mut places, &slots, 0);
        places.give_back(&slots, old);
        // One slot alone would be through all its generations by now, several times.
        for n in 0..10 * MAX_GENERATION {
            let new = take(&mut places, &slots, n);
            assert_ne!(new, old);
            assert!(slots.get(old).is_some_and(|slot| !slot.is(old)));
            places.give_back(&slots, new);
        }
    }

    #[test]
    fn the_list_keeps_open_order_through_removals() {
        let (slots, mut places) = (Slots::new(), Places::new());
        let handles: Vec<Handle> = (0..5)
            .map(|n| {
                let handle = take(&mut places, &slots, n);
                places.link(handle);
                handle
            })
            .collect();
        for gone in [2, 0, 4] {
            places.unlink(handles[gone]);
            places.unlink(handles[gone]);
        }
        assert_eq!(places.in_order().collect::<Vec<_>>(), [handles[1], handles[3]]);
        assert_eq!((places.first(), places.last()), (Some(handles[1]), Some(handles[3])));
        assert_eq!(places.before(handles[3]), Some(handles[1]));
        places.unlink(handles[1]);
        places.unlink(handles[3]);
        assert_eq!((places.first(), places.last()), (None, None));
    }
}
