//! Who is inside which module right now.
//!
//! A library must not be unloaded, and DRV_FREE not be sent, while another thread runs in it. Counting entries on
//! the module would make every sender write to the same cache line; instead each thread has a record of its own, a
//! stack of the modules it has entered, and the rare question "is anybody in there?" reads all records.
//!
//! Records live for the rest of the process and go to a new thread when theirs ends.

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::sys::fence;

/// Frames per block of a record; deeper nesting adds blocks.
const BLOCK: usize = 16;

/// What a frame holds: the address of a module, only ever compared, or null.
type Mark = *mut ();

/// A thread, told from all other threads that are inside the manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Thread(usize);

/// The stack of modules that one thread has entered.
pub(crate) struct Record {
    /// Frames in use. Only the owning thread writes it.
    depth: AtomicUsize,
    taken: AtomicBool,
    frames: Block,
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

    fn contains(&self, mark: Mark) -> bool {
        let here = self.marks.iter().any(|slot| slot.load(Ordering::Acquire) == mark);
        here || self.next.get().is_some_and(|next| next.contains(mark))
    }
}

static RECORDS: Mutex<Vec<&'static Record>> = Mutex::new(Vec::new());

thread_local! {
    static OWN: Cell<Option<&'static Record>> = const { Cell::new(None) };
    static GIVE_BACK: GiveBack = const { GiveBack };
}

struct GiveBack;

impl Drop for GiveBack {
    fn drop(&mut self) {
        if let Some(record) = OWN.take() {
            record.taken.store(false, Ordering::Release);
        }
    }
}

impl Record {
    /// The calling thread's own record.
    #[inline]
    pub(crate) fn own() -> &'static Record {
        match OWN.get() {
            Some(record) => record,
            None => Record::take(),
        }
    }

    #[cold]
    fn take() -> &'static Record {
        let mut records = RECORDS.lock().unwrap_or_else(PoisonError::into_inner);
        let free = records.iter().find(|record| {
            record.taken.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
        });
        let record = free.copied().unwrap_or_else(|| {
            let record: &'static Record = Box::leak(Box::new(Record {
                depth: AtomicUsize::new(0),
                taken: AtomicBool::new(true),
                frames: Block::default(),
            }));
            records.push(record);
            record
        });
        drop(records);
        OWN.set(Some(record));
        // A thread that sends from the destructor of a thread-local can no longer register the give-back; its
        // record then stays taken, which costs some memory and nothing else.
        let _ = GIVE_BACK.try_with(|_| ());
        record
    }

    pub(crate) fn thread(&'static self) -> Thread {
        Thread(ptr::from_ref(self).addr())
    }

    /// How many modules this thread is inside, counting each entry.
    pub(crate) fn depth(&self) -> usize {
        self.depth.load(Ordering::Relaxed)
    }

    /// Announces that this thread goes into the module that `mark` stands for. What the caller checks behind a
    /// [`fence::light`] is checked after the announcement can be seen. To be undone by [`Record::pop`], in the
    /// reverse order.
    pub(crate) fn push(&'static self, mark: Mark) -> Frame {
        self.push_shallow(mark).unwrap_or_else(|| {
            let depth = self.depth();
            self.fill(self.frames.mark(depth), depth, mark)
        })
    }

    /// The same for a stack that is not deeper than its first block; `None` if it is.
    #[inline]
    pub(crate) fn push_shallow(&'static self, mark: Mark) -> Option<Frame> {
        let depth = self.depth.load(Ordering::Relaxed);
        let slot = self.frames.marks.get(depth)?;
        Some(self.fill(slot, depth, mark))
    }

    #[inline]
    fn fill(&'static self, slot: &'static AtomicPtr<()>, depth: usize, mark: Mark) -> Frame {
        slot.store(mark, Ordering::Relaxed);
        self.depth.store(depth + 1, Ordering::Relaxed);
        Frame { slot, depth }
    }

    /// Takes an announcement back.
    #[inline]
    pub(crate) fn pop(&self, frame: Frame) {
        frame.slot.store(ptr::null_mut(), Ordering::Release);
        self.depth.store(frame.depth, Ordering::Relaxed);
    }

    /// As [`Record::push`] with its fence, until the returned value is dropped.
    pub(crate) fn enter(&'static self, mark: Mark) -> Entered {
        let frame = self.push(mark);
        fence::light();
        Entered { record: self, frame }
    }
}

/// An announcement.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    slot: &'static AtomicPtr<()>,
    /// How deep the thread was before.
    depth: usize,
}

/// The time that a thread spends inside a module. Entries end in the reverse order of their beginning.
pub(crate) struct Entered {
    record: &'static Record,
    frame: Frame,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.record.pop(self.frame);
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
}

/// Looks who is inside the module that `mark` stands for. Ask after the last handle of it is dead, so that nobody
/// new can pass the check behind [`Record::enter`].
pub(crate) fn inside(mark: Mark) -> Inside {
    let own = Record::own();
    fence::heavy();
    let records = RECORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if records.iter().any(|record| !ptr::eq(*record, own) && record.frames.contains(mark)) {
        return Inside::Others;
    }
    drop(records);
    if own.frames.contains(mark) { Inside::OnlyMe } else { Inside::Nobody }
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
