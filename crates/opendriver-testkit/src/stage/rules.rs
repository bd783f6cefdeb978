//! Rules at work: which apply to a call, what they do and answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use opendriver::abi::{LRESULT, default_result};

use super::{Incoming, Stage};
use crate::player::value::{Frame, Value};
use crate::script::{Answer, Rule};

/// The rules that a script has made so far.
#[derive(Default)]
pub(crate) struct Rules {
    active: RwLock<Vec<Arc<Active>>>,
}

struct Active {
    rule: Rule,
    hits: AtomicU64,
}

impl Rules {
    pub(crate) fn add(&self, rule: &Rule) {
        let active = Arc::new(Active { rule: rule.clone(), hits: AtomicU64::new(0) });
        self.active.write().unwrap_or_else(PoisonError::into_inner).push(active);
    }

    /// The rules that act on this call. Each rule that it hits counts it.
    fn hit(&self, driver: &str, message: u32) -> Vec<Arc<Active>> {
        let active = self.active.read().unwrap_or_else(PoisonError::into_inner);
        let hit = |active: &&Arc<Active>| {
            let rule = &active.rule;
            let meant = rule.driver.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(driver))
                && rule.message.is_none_or(|number| number == message);
            meant && rule.hits.contains(active.hits.fetch_add(1, Ordering::Relaxed) + 1)
        };
        active.iter().filter(hit).cloned().collect()
    }
}

impl Stage {
    /// Runs the blocks of the rules that a call hits, in the order of the rules, and returns what the last one with
    /// an answer says.
    pub(super) fn follow_rules(&self, incoming: &Incoming) -> Option<LRESULT> {
        let frame = Frame {
            handle: incoming.handle.0 as u64,
            id: incoming.id as u64,
            message: incoming.message.into(),
            lparam1: incoming.lparam1 as u64,
            lparam2: incoming.lparam2 as u64,
        };
        let mut answer = None;
        for active in self.rules.hit(&incoming.driver, incoming.message) {
            let last = self.run_block(&active.rule.block, Some(&frame));
            let value = match &active.rule.answer {
                None => continue,
                Some(Answer::Last) => last,
                Some(Answer::Default) => Value::Number(default_result(incoming.message) as u64),
                Some(Answer::Value(argument)) => {
                    match self.evaluate(argument, Some(&frame), active.rule.line) {
                        Ok(value) => value,
                        Err(error) => {
                            self.fail(error);
                            continue;
                        }
                    }
                }
            };
            answer = Some(value.number(&self.names()) as LRESULT);
        }
        answer
    }
}
