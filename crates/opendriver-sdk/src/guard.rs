//! The catch behind which all of a driver's code runs.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::report::{self, PanicReport};

/// Which call is under way, for the report.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) driver: &'static str,
    pub(crate) entry: &'static str,
    pub(crate) message: u32,
}

/// Runs a piece of the driver; a panic is reported and gives `None`.
pub(crate) fn run<R>(call: Call, code: impl FnOnce() -> R) -> Option<R> {
    match catch(code) {
        Ok(result) => Some(result),
        Err(text) => {
            let Call { driver, entry, message } = call;
            report::panicked(&PanicReport { driver, entry, message, text });
            None
        }
    }
}

/// Runs code; a panic becomes what it said.
///
/// Nothing of the SDK is left half-changed by a panic of the code, because none of its locks is held; what the code
/// itself leaves half-changed is its own affair and documented so. Hence the assertion of unwind safety.
pub(crate) fn catch<R>(code: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|payload| {
        let text = text(&*payload);
        discard(payload);
        text
    })
}

fn text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "(the panic carried no text)".to_owned()
    }
}

/// Drops what a panic carried. Its destructor is foreign code too and may panic in turn; what that carries is leaked, or
/// there would be no end to it.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{panic_any, resume_unwind};

    use super::*;

    #[test]
    fn text_of_either_kind_is_kept() {
        assert_eq!(catch(|| 7), Ok(7));
        assert_eq!(catch(|| -> u8 { panic!("plain") }), Err("plain".to_owned()));
        assert_eq!(catch(|| -> u8 { panic!("made {}", 1) }), Err("made 1".to_owned()));
        assert_eq!(catch(|| -> u8 { panic_any(5_u8) }), Err("(the panic carried no text)".to_owned()));
    }

    #[test]
    fn a_payload_whose_drop_panics_stays_inside() {
        struct Bomb(u32);
        impl Drop for Bomb {
            fn drop(&mut self) {
                if self.0 > 0 {
                    resume_unwind(Box::new(Bomb(self.0 - 1)));
                }
            }
        }
        assert_eq!(
            catch(|| resume_unwind(Box::new(Bomb(3)))),
            Err::<(), _>("(the panic carried no text)".to_owned())
        );
    }
}
