//! Other threads, and many calls at once.

use std::sync::atomic::{AtomicU64, Ordering};

use opendriver::Handle;
use opendriver::abi::HDRVR;

use super::PlayError;
use super::calls::{Arguments, problem};
use super::value::{Frame, Value};
use crate::event::Event;
use crate::script::{MOST_OPENS, MOST_THREADS, Statement, most};
use crate::stage::Stage;

/// The message that each thread of `threads` sends.
const MESSAGE: u32 = 0x4001;

impl Stage {
    /// Runs a block in another thread and waits for it.
    pub(super) fn in_thread(&self, block: &[Statement], frame: Option<&Frame>) -> Value {
        let depth = self.depth();
        self.log.push(Event::new("thread_start", depth));
        let ran = std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                self.enter_thread(depth + 1);
                self.run_block(block, frame)
            });
            thread.join()
        });
        self.log.push(Event::new("thread_end", depth).with("finished", ran.is_ok()));
        ran.unwrap_or(Value::Null)
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
        let manager = self.manager()?;
        let [opened, failed, sent, closed] = [const { AtomicU64::new(0) }; 4];
        let count = |counter: &AtomicU64| _ = counter.fetch_add(1, Ordering::Relaxed);
        let work = || {
            self.enter_thread(1);
            for _ in 0..iterations {
                let Some(Ok(handle)) = name.map(|name| manager.open(name, section, lparam2)) else {
                    count(&failed);
                    continue;
                };
                count(&opened);
                if manager.send(handle, MESSAGE, 0, 0).is_ok() {
                    count(&sent);
                }
                if manager.close(handle, 0, 0).is_ok() {
                    count(&closed);
                }
            }
        };
        self.log.counted(|| {
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
        self.log.push(event);
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
        let manager = self.manager()?;
        let (done, counts) = self.log.counted(|| -> Result<(u64, u64), PlayError> {
            let mut handles: Vec<u64> = Vec::new();
            for _ in 0..number {
                handles.extend(Some(self.open(name, section, lparam2)?).filter(|raw| *raw != 0));
            }
            if last_first {
                handles.reverse();
            }
            let close = |raw: &u64| {
                let handle = usize::try_from(*raw).ok().and_then(|raw| Handle::from_raw(HDRVR(raw)));
                handle.is_some_and(|handle| manager.close(handle, 0, 0).is_ok())
            };
            let closed = handles.iter().filter(|raw| close(raw)).count();
            Ok((handles.len() as u64, closed as u64))
        });
        let (opened, closed) = done?;
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
