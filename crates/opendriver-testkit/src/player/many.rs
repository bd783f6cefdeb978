//! Other threads, and many calls at once.

use std::sync::atomic::{AtomicU64, Ordering};

use opendriver::abi::HDRVR;

use super::PlayError;
use super::calls::{Arguments, problem};
use super::value::{Frame, Value};
use crate::counted::with_counts;
use crate::event::Event;
use crate::script::{Call, MOST_OPENS, MOST_THREADS, most};
use crate::stage::Stage;

/// The message that each thread of `threads` sends.
const MESSAGE: u32 = 0x4001;

/// The stack of the thread of a block. Drivers may call each other as deep there as elsewhere; only what is used takes
/// memory.
const STACK: usize = 256 << 20;

impl Stage {
    /// Runs the block of a call in another thread and waits for it.
    pub(super) fn in_thread(&self, call: &Call, frame: Option<&Frame>) -> Result<Value, PlayError> {
        let depth = self.depth();
        self.log.push(Event::new("thread_start", depth));
        let ran = std::thread::scope(|scope| {
            let work = || {
                self.enter_thread(depth + 1);
                self.run_block(&call.block, frame)
            };
            let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            let thread = thread.map_err(|error| problem(call, format!("no thread can be started: {error}")));
            thread.map(|thread| thread.join())
        })?;
        self.log.push(Event::new("thread_end", depth).with("finished", ran.is_ok()));
        Ok(ran.unwrap_or(Value::Null))
    }

    /// `threads` and `opens`.
    pub(super) fn many(&self, arguments: &Arguments<'_>) -> Result<Value, PlayError> {
        if arguments.call.function.name == "threads" {
            self.threads(arguments)
        } else {
            self.opens(arguments)
        }
    }

    /// Several threads open, send and close again and again.
    fn threads(&self, arguments: &Arguments<'_>) -> Result<Value, PlayError> {
        let [threads, iterations] = [0, 1].map(|index| arguments.number(index, self));
        most(threads, "threads", MOST_THREADS).map_err(|text| problem(arguments.call, text))?;
        most(iterations, "iterations", MOST_OPENS).map_err(|text| problem(arguments.call, text))?;
        let (name, section, lparam2) = (arguments.text(2)?, arguments.text(3)?, arguments.lparam(4, self));
        let winmm = &self.winmm;
        let [opened, failed, sent, closed] = [const { AtomicU64::new(0) }; 4];
        let count = |counter: &AtomicU64| _ = counter.fetch_add(1, Ordering::Relaxed);
        let work = || {
            self.enter_thread(1);
            for _ in 0..iterations {
                let handle = winmm.open("OpenDriver", name, section, lparam2);
                if handle == HDRVR::NULL {
                    count(&failed);
                    continue;
                }
                count(&opened);
                if winmm.send("SendDriverMessage", handle, MESSAGE, 0, 0) != 0 {
                    count(&sent);
                }
                if winmm.close("CloseDriver", handle, 0, 0) != 0 {
                    count(&closed);
                }
            }
        };
        let ((), counts) = self.log.counted(|| {
            std::thread::scope(|scope| {
                (0..threads).for_each(|_| _ = scope.spawn(work));
            });
        });
        let [opened, failed, sent, closed] = [opened, failed, sent, closed].map(AtomicU64::into_inner);
        let event = Event::new("threads", self.depth())
            .with("opens_ok", opened)
            .with("opens_failed", failed)
            .with("sends_ok", sent)
            .with("closes_ok", closed);
        self.log.push(with_counts(event, &counts));
        Ok(Value::Number(opened))
    }

    /// Many instances are opened and then closed, the first or the last first.
    fn opens(&self, arguments: &Arguments<'_>) -> Result<Value, PlayError> {
        let (name, section, lparam2) = (arguments.text(1)?, arguments.text(2)?, arguments.lparam(3, self));
        let last_first = match arguments.text(4)? {
            Some("lifo") => true,
            Some("fifo") => false,
            _ => return Err(problem(arguments.call, "the order of opens is \"lifo\" or \"fifo\"")),
        };
        let number = arguments.number(0, self);
        most(number, "opens", MOST_OPENS).map_err(|text| problem(arguments.call, text))?;
        let winmm = &self.winmm;
        let ((opened, closed), counts) = self.log.counted(|| {
            let open = |_| winmm.open("OpenDriver", name, section, lparam2);
            let opened = (0..number).map(open);
            let mut handles: Vec<HDRVR> = opened.filter(|handle| *handle != HDRVR::NULL).collect();
            if last_first {
                handles.reverse();
            }
            let closed = handles.iter().filter(|handle| winmm.close("CloseDriver", **handle, 0, 0) != 0);
            let closed = closed.count() as u64;
            (handles.len() as u64, closed)
        });
        let event = Event::new("opens", self.depth())
            .with("opens_ok", opened)
            .with("closes_ok", closed)
            .with("load", counts.load)
            .with("enable", counts.enable)
            .with("open", counts.open)
            .with("close", counts.close)
            .with("disable", counts.disable)
            .with("free", counts.free)
            .with("attach", counts.attach)
            .with("detach", counts.detach);
        self.log.push(event);
        Ok(Value::Number(opened))
    }
}
