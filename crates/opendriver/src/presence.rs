//! Who is inside which module right now.
//!
//! A library must not be unloaded, and DRV_FREE not be sent, while another thread runs in it. Counting entries on
//! the module would make every sender write to the same cache line; instead each thread has a record of its own, of
//! the modules it has entered, and the rare question "is anybody in there?" reads all records.
//!
//! Records live for the rest of the process and go to a new thread when theirs ends.

use std::cell::Cell;
use std::ptr;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize as NoteWord;

use crate::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use crate::sync::{Mutex, OnceLock, global, per_thread};
use crate::sys::{fence, own};

/// Frames per block of a record; deeper nesting adds blocks.
const BLOCK: usize = if cfg!(loom) { 2 } else { 16 };

/// What a frame holds: the address of a module, only ever compared, or null.
type Mark = *mut ();

/// A thread, told from all other threads that are inside the manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Thread(usize);

/// The modules that one thread has entered.
pub(crate) struct Record {
    /// The one that was entered by the short way, see [`Record::enter_first`].
    first: AtomicPtr<()>,
    /// All others, innermost last.
    frames: Block,
    /// Frames in use. Only the owning thread writes it.
    depth: AtomicUsize,
    taken: AtomicBool,
    notes: Notes,
}

/// Words that the C library keeps for each thread, where sending has the thread's record at hand anyway.
type Notes = [NoteWord; 3];

/// The calling thread, for the C library of this project and nobody else.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct CallingThread(&'static Record);

impl CallingThread {
    #[inline]
    pub fn here() -> CallingThread {
        CallingThread(Record::own())
    }

    /// `None` on a thread that has not been here before.
    #[inline]
    pub fn known() -> Option<CallingThread> {
        Record::known().map(CallingThread)
    }

    /// Its last error and the manager it is inside of; 0 when the thread begins.
    #[inline]
    pub fn notes(self) -> &'static [NoteWord; 3] {
        &self.0.notes
    }

    #[inline]
    pub(crate) fn record(self) -> &'static Record {
        self.0
    }
}

#[derive(Default)]
struct Block {
    marks: [AtomicPtr<()>; BLOCK],
    next: OnceLock<Box<Block>>,
}

impl Block {
    fn mark(&self, depth: usize) -> &AtomicPtr<()> {
        let mut block = self;
        let mut depth = depth;
        while depth >= BLOCK {
            block = block.next.get_or_init(Box::default);
            depth -= BLOCK;
        }
        &block.marks[depth]
    }

    fn clear(&self) {
        self.marks.iter().for_each(|slot| slot.store(ptr::null_mut(), Ordering::Release));
        if let Some(next) = self.next.get() {
            next.clear();
        }
    }

    fn contains(&self, mark: Mark) -> bool {
        let here = self.marks.iter().any(|slot| slot.load(Ordering::Acquire) == mark);
        here || self.next.get().is_some_and(|next| next.contains(mark))
    }
}

global! {
    static RECORDS: Mutex<Vec<&'static Record>> = Mutex::new(Vec::new());
}

per_thread! {
    static GIVE_BACK: GiveBack = GiveBack(Cell::new(None));
}

/// Gives the record back when its thread ends.
struct GiveBack(Cell<Option<&'static Record>>);

impl Drop for GiveBack {
    fn drop(&mut self) {
        if let Some(record) = self.0.take() {
            // A thread that a driver has ended from inside a message has not left.
            if record.depth() != 0 {
                record.abandon();
            }
            own::set(None);
            record.taken.store(false, Ordering::Release);
        }
    }
}

impl Record {
    /// The calling thread's own record.
    #[inline]
    pub(crate) fn own() -> &'static Record {
        Record::known().unwrap_or_else(Record::take)
    }

    /// [`Record::own`], unless the thread has none yet.
    #[inline]
    pub(crate) fn known() -> Option<&'static Record> {
        own::get()
    }

    #[cold]
    fn take() -> &'static Record {
        let mut records = RECORDS.lock().unwrap_or_else(PoisonError::into_inner);
        let free = records.iter().find(|record| {
            record.taken.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
        });
        let record = free.copied().unwrap_or_else(|| {
            let record: &'static Record = Box::leak(Box::new(Record {
                first: AtomicPtr::default(),
                frames: Block::default(),
                depth: AtomicUsize::new(0),
                taken: AtomicBool::new(true),
                notes: Notes::default(),
            }));
            records.push(record);
            record
        });
        drop(records);
        record.notes.iter().for_each(|word| word.store(0, Ordering::Relaxed));
        own::set(Some(record));
        // A thread that sends from the destructor of a thread-local can no longer register the give-back; its
        // record then stays taken. That costs about a kilobyte, and a look at each such record at each unloading.
        let _ = GIVE_BACK.try_with(|give_back| give_back.0.set(Some(record)));
        record
    }

    /// The thread is not inside any module any more, whatever was announced.
    fn abandon(&self) {
        self.first.store(ptr::null_mut(), Ordering::Release);
        self.frames.clear();
        self.depth.store(0, Ordering::Relaxed);
    }

    pub(crate) fn thread(&'static self) -> Thread {
        Thread(ptr::from_ref(self).addr())
    }

    /// How many modules this thread is inside, counting each entry.
    pub(crate) fn depth(&self) -> usize {
        self.depth.load(Ordering::Relaxed) + usize::from(!self.first.load(Ordering::Relaxed).is_null())
    }

    fn contains(&self, mark: Mark) -> bool {
        self.first.load(Ordering::Acquire) == mark || self.frames.contains(mark)
    }

    /// Announces that this thread goes into the module that `mark` stands for, by the short way: one store. For a
    /// thread that has not entered one by this way already; says whether that was so. What the caller checks behind
    /// a [`fence::light`] is checked after the announcement can be seen.
    #[inline]
    pub(crate) fn enter_first(&self, mark: Mark) -> bool {
        let free = self.first.load(Ordering::Relaxed).is_null();
        if free {
            // Release, as in leaving: who finds the thread here must not miss what it did before in another module.
            self.first.store(mark, Ordering::Release);
        }
        free
    }

    /// Takes back the announcement of [`Record::enter_first`].
    #[inline]
    pub(crate) fn leave_first(&self) {
        self.first.store(ptr::null_mut(), Ordering::Release);
    }

    /// Announces an entry at any depth, with its fence; it ends when the returned value is dropped.
    pub(crate) fn enter(&'static self, mark: Mark) -> Entered {
        let depth = self.depth.load(Ordering::Relaxed);
        let frame = self.frames.mark(depth);
        frame.store(mark, Ordering::Release);
        self.depth.store(depth + 1, Ordering::Relaxed);
        fence::light();
        Entered { record: self, frame, depth }
    }
}

/// The time that a thread spends inside a module. Entries end in the reverse order of their beginning.
pub(crate) struct Entered {
    record: &'static Record,
    frame: &'static AtomicPtr<()>,
    /// How many frames there were before.
    depth: usize,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.frame.store(ptr::null_mut(), Ordering::Release);
        self.record.depth.store(self.depth, Ordering::Relaxed);
        fence::light();
    }
}

/// Who is inside a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    Nobody,
    /// The calling thread, in a frame further up its stack, and nobody else.
    OnlyMe,
    Others,
    /// The system no longer lets threads pass a barrier, so others may be.
    Unknown,
}

/// Looks who is inside the module that `mark` stands for. Ask after the last handle of it is dead, so that nobody
/// new can pass the check behind [`Record::enter`].
pub(crate) fn inside(mark: Mark) -> Inside {
    let own = Record::own();
    let others = |records: &[&'static Record]| {
        records.iter().any(|record| !ptr::eq(*record, own) && record.taken.load(Ordering::Acquire))
    };
    let mut records = RECORDS.lock().unwrap_or_else(PoisonError::into_inner);
    // A thread that gets a record later takes this lock after us, and finds the handle dead.
    if others(&records) {
        drop(records);
        if !fence::heavy() {
            // Others may be inside without our seeing them. The module is kept, which is always safe.
            return Inside::Unknown;
        }
        records = RECORDS.lock().unwrap_or_else(PoisonError::into_inner);
    }
    if records.iter().any(|record| !ptr::eq(*record, own) && record.contains(mark)) {
        return Inside::Others;
    }
    drop(records);
    if own.contains(mark) { Inside::OnlyMe } else { Inside::Nobody }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(number: usize) -> Mark {
        ptr::without_provenance_mut(number)
    }

    #[test]
    fn own_and_other_entries_are_told_apart() {
        let here = mark(0x1001);
        assert_eq!(inside(here), Inside::Nobody);
        let entered = Record::own().enter(here);
        assert_eq!(inside(here), Inside::OnlyMe);
        std::thread::scope(|scope| {
            scope.spawn(|| assert_eq!(inside(mark(0x1001)), Inside::Others));
        });
        drop(entered);
        assert_eq!(inside(here), Inside::Nobody);
    }

    #[test]
    fn nesting_deeper_than_a_block_is_seen() {
        let (deep, shallow) = (mark(0x2001), mark(0x2002));
        let mut entries: Vec<Entered> = (0..3 * BLOCK).map(|_| Record::own().enter(shallow)).collect();
        entries.push(Record::own().enter(deep));
        assert_eq!(Record::own().depth(), 3 * BLOCK + 1);
        assert_eq!(inside(deep), Inside::OnlyMe);
        while entries.pop().is_some() {}
        assert_eq!(inside(deep), Inside::Nobody);
        assert_eq!(inside(shallow), Inside::Nobody);
        assert_eq!(Record::own().depth(), 0);
    }

    #[test]
    fn the_short_way_is_for_one_entry_at_a_time() {
        let (outer, inner) = (mark(0x3001), mark(0x3002));
        assert!(Record::own().enter_first(outer));
        assert!(!Record::own().enter_first(inner));
        let entered = Record::own().enter(inner);
        assert_eq!(Record::own().depth(), 2);
        assert_eq!((inside(outer), inside(inner)), (Inside::OnlyMe, Inside::OnlyMe));
        drop(entered);
        assert_eq!((inside(outer), inside(inner)), (Inside::OnlyMe, Inside::Nobody));
        Record::own().leave_first();
        assert_eq!((inside(outer), Record::own().depth()), (Inside::Nobody, 0));
    }

    #[test]
    fn a_thread_that_ends_inside_a_module_is_gone_from_it() {
        std::thread::spawn(|| {
            assert!(Record::own().enter_first(mark(0x4001)));
            std::mem::forget(Record::own().enter(mark(0x4002)));
        })
        .join()
        .expect("no panic");
        assert_eq!((inside(mark(0x4001)), inside(mark(0x4002))), (Inside::Nobody, Inside::Nobody));
    }

    #[test]
    fn records_of_ended_threads_serve_again() {
        let first = std::thread::spawn(|| Record::own().thread()).join().expect("no panic");
        for _ in 0..1000 {
            std::thread::spawn(|| Record::own().thread()).join().expect("no panic");
        }
        let records = RECORDS.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(records.len() < 200, "{} records after threads that followed one another", records.len());
        assert!(records.iter().any(|record| record.thread() == first));
    }
}
