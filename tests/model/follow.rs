//! Following a trace with the model.

use opendriver::Personality;
use opendriver_testkit::Event;
use serde_json::Value;

use crate::life::{Broken, Phase, Stage, World, expect};
use crate::names::meant;

/// Where a trace breaks a rule, and which.
#[derive(Debug)]
pub struct Complaint {
    /// The index of the event.
    pub at: usize,
    pub text: String,
}

/// What is under way.
#[derive(Debug)]
enum Frame {
    Open {
        text: Option<String>,
        lparam2: u64,
        /// The driver that is to be found under the name, if any.
        module: Option<String>,
        opened: Option<String>,
        opens: usize,
        failed: bool,
        raised: bool,
    },
    Close {
        handle: String,
        lparams: (u64, u64),
        before: Option<Stage>,
        closed: usize,
        answer: u64,
    },
    Send {
        handle: String,
        message: String,
        lparams: (u64, u64),
        due: bool,
        answers: Vec<u64>,
    },
    /// Closes everything.
    FreeWinmm,
    /// Any other call.
    Other,
    Driver {
        module: String,
        handle: String,
        message: String,
    },
}

/// Follows all of a trace. The complaint is the first one.
pub fn follow(personality: Personality, events: &[Event]) -> Result<(), Complaint> {
    let mut follower = Follower { world: World::new(personality), frames: Vec::new() };
    for (at, event) in events.iter().enumerate() {
        follower.event(event).map_err(|text| Complaint { at, text })?;
    }
    let over = events.len().saturating_sub(1);
    expect(follower.frames.is_empty(), "every call returns").map_err(|text| Complaint { at: over, text })
}

struct Follower {
    world: World,
    frames: Vec<Frame>,
}

impl Follower {
    fn event(&mut self, event: &Event) -> Result<(), Broken> {
        expect(
            event.depth as usize == self.depth(event),
            "the depth is the number of calls and drivers under way",
        )?;
        match event.kind.as_str() {
            "call" => {
                let frame = self.called(event);
                self.frames.push(frame);
                Ok(())
            }
            "ret" => self.returned(event),
            "attach" => self.world.attach(event.text("drv")),
            "detach" if event.get("exiting") == Some(&true.into()) => Ok(()),
            "detach" => {
                let module = event.text("drv");
                let inside = self
                    .frames
                    .iter()
                    .any(|frame| matches!(frame, Frame::Driver { module: of, .. } if of == module));
                self.world.detach(module, inside)
            }
            "drv" => self.entered(event),
            "drvret" => self.left(event),
            _ => Ok(()),
        }
    }

    fn depth(&self, event: &Event) -> usize {
        // A return stands where its call does.
        let ends = matches!(event.kind.as_str(), "ret" | "drvret");
        self.frames.len() - usize::from(ends && !self.frames.is_empty())
    }

    fn called(&self, event: &Event) -> Frame {
        let empty = Vec::new();
        let arguments = event.get("args").and_then(Value::as_array).unwrap_or(&empty);
        let text = |index: usize| arguments.get(index).and_then(Value::as_str).unwrap_or("").to_owned();
        let number = |index: usize| hex(&text(index));
        match event.text("fn") {
            "OpenDriver" => {
                let section = arguments.get(1).and_then(Value::as_str);
                let (module, parameters) = meant(self.world.personality, &text(0), section).unzip();
                Frame::Open {
                    text: parameters.flatten(),
                    lparam2: number(2),
                    module: module.map(str::to_owned),
                    opened: None,
                    opens: 0,
                    failed: false,
                    raised: false,
                }
            }
            "CloseDriver" => {
                let before = self.world.instances.get(&text(0)).map(|instance| instance.stage);
                Frame::Close {
                    handle: text(0),
                    lparams: (number(1), number(2)),
                    before,
                    closed: 0,
                    answer: 0,
                }
            }
            "SendDriverMessage" => {
                let instance = self.world.instances.get(&text(0));
                let due = instance.is_some_and(|instance| instance.stage == Stage::Open);
                let message = text(1);
                Frame::Send {
                    handle: text(0),
                    message,
                    lparams: (number(2), number(3)),
                    due,
                    answers: Vec::new(),
                }
            }
            "FreeWinmm" => Frame::FreeWinmm,
            _ => Frame::Other,
        }
    }

    fn returned(&mut self, event: &Event) -> Result<(), Broken> {
        let value = event.text("ret");
        match self.frames.pop() {
            Some(Frame::Open { opened, failed, module, .. }) => {
                if value == "0" {
                    let rightly = failed || module.is_none();
                    expect(
                        rightly,
                        "an open fails only if nothing is found, or the driver refuses or closes",
                    )?;
                } else {
                    expect(
                        opened.as_deref() == Some(value),
                        "an open returns the instance that took DRV_OPEN last",
                    )?;
                    let open = self.world.instances.get(value).is_some_and(|i| i.stage == Stage::Open);
                    expect(open, "an open returns an open instance")?;
                }
            }
            Some(Frame::Close { handle, before, closed, answer, .. }) => {
                let kept = self.world.personality == Personality::Win31 && answer == 0;
                let (sends, result) = match before {
                    Some(Stage::Open) => (1, u64::from(!kept)),
                    Some(Stage::Opening) => (1, 1),
                    Some(Stage::New) => (0, 1),
                    _ => (0, 0),
                };
                expect(
                    closed == sends,
                    "a close sends one DRV_CLOSE if the instance is open, and else none",
                )?;
                expect(hex(value) == result, "a close says whether it closed")?;
                if before == Some(Stage::New) {
                    self.world.instances.get_mut(&handle).expect("it is new").stage = Stage::Abandoned;
                }
            }
            Some(Frame::Send { due, answers, .. }) => {
                expect(
                    answers.len() <= 1 && (!due || answers.len() == 1),
                    "a message arrives once if the handle is open",
                )?;
                let answer = answers.first().copied().unwrap_or(0);
                expect(
                    hex(value) == answer,
                    "the answer of the driver comes back as it is, and 0 from nobody",
                )?;
            }
            Some(Frame::FreeWinmm) => {
                expect(
                    self.world.personality == Personality::Win31 || self.all_closed(),
                    "the end closes everything",
                )?;
            }
            Some(Frame::Other) => {}
            Some(Frame::Driver { .. }) | None => {
                return Err("a call returns before its driver does".to_owned());
            }
        }
        if self.frames.is_empty() && event.text("fn") != "FreeWinmm" { self.world.at_rest() } else { Ok(()) }
    }

    fn all_closed(&self) -> bool {
        self.world.modules.values().all(|module| module.phase == Phase::Gone)
    }

    fn entered(&mut self, event: &Event) -> Result<(), Broken> {
        let [module, handle, message] = ["drv", "h", "msg"].map(|field| event.text(field).to_owned());
        let numbers = (hex(event.text("id")), hex(event.text("l1")), hex(event.text("l2")));
        let attached = self.world.module(&module).phase != Phase::Gone;
        expect(attached, "a driver is called only while it is loaded")?;
        let id = self.world.instances.get(&handle).map_or(0, |instance| instance.id);
        expect(numbers.0 == id, "a driver gets the id that it gave the instance in DRV_OPEN, and 0 before")?;
        let plain = (numbers.1, numbers.2) == (0, 0) && event.get("l1").is_some_and(Value::is_string);
        match message.as_str() {
            "DRV_LOAD" | "DRV_ENABLE" | "DRV_DISABLE" | "DRV_FREE" => {
                expect(plain, "the parameters of LOAD, ENABLE, DISABLE and FREE are 0")?;
            }
            _ => {}
        }
        match message.as_str() {
            "DRV_LOAD" => {
                self.raise(&module)?;
                self.world.load(&module, &handle)?;
            }
            "DRV_ENABLE" => {
                self.raise(&module)?;
                self.world.enable(&module, &handle)?;
            }
            "DRV_OPEN" => self.opening(&module, &handle, event)?,
            "DRV_CLOSE" => self.closing(&handle, (numbers.1, numbers.2))?,
            "DRV_DISABLE" => self.world.take_down(&module, &handle, Phase::Enabled, Phase::Disabled)?,
            "DRV_FREE" => self.world.take_down(&module, &handle, Phase::Disabled, Phase::Freed)?,
            _ => self.sent(&module, &handle, &message, (numbers.1, numbers.2))?,
        }
        self.frames.push(Frame::Driver { module, handle, message });
        Ok(())
    }

    fn raise(&mut self, name: &str) -> Result<(), Broken> {
        match self.frames.last_mut() {
            Some(Frame::Open { raised, module, .. }) => {
                *raised = true;
                expect(module.as_deref() == Some(name), "an open brings up the driver that was asked for")
            }
            _ => Err("only an open sends DRV_LOAD and DRV_ENABLE".to_owned()),
        }
    }

    fn opening(&mut self, name: &str, handle: &str, event: &Event) -> Result<(), Broken> {
        let alone = self.world.listed(name) == 0;
        let wine = self.world.personality == Personality::Wine;
        let Some(Frame::Open { text, lparam2, module, opens, .. }) = self.frames.last_mut() else {
            return Err("only an open sends DRV_OPEN".to_owned());
        };
        *opens += 1;
        expect(module.as_deref() == Some(name), "DRV_OPEN goes to the driver that was asked for")?;
        // The hidden instance of Wine comes first and takes the parameters away from the real one.
        let session = wine && *lparam2 != 0 && alone && *opens == 1;
        let real_behind_session = wine && *opens == 2;
        expect(*opens == 1 || real_behind_session, "an open sends one DRV_OPEN")?;
        let wanted = if session { 0 } else { *lparam2 };
        expect(hex(event.text("l2")) == wanted, "lParam2 of the open reaches DRV_OPEN")?;
        let got = event.get("l1").and_then(|l1| l1.get("wstr").or(l1.get("astr"))).and_then(Value::as_str);
        let wanted = if real_behind_session { None } else { text.as_deref() };
        expect(got == wanted, "the parameters reach DRV_OPEN, and NULL if there are none")?;
        let phase = self.world.module(name).phase;
        // The same thread may open from inside LOAD and ENABLE.
        let ready = matches!(phase, Phase::Enabled | Phase::Loading | Phase::Loaded);
        expect(ready, "DRV_LOAD and DRV_ENABLE come before DRV_OPEN")?;
        if !self.world.instances.contains_key(handle) {
            expect(phase != Phase::Loaded, "DRV_ENABLE comes before DRV_OPEN")?;
            self.world.born(name, handle);
        }
        let instance = self.world.instances.get_mut(handle).expect("it was born");
        expect(instance.stage == Stage::New, "an instance gets DRV_OPEN once")?;
        instance.stage = Stage::Opening;
        instance.session = session;
        Ok(())
    }

    fn closing(&mut self, handle: &str, lparams: (u64, u64)) -> Result<(), Broken> {
        let win31 = self.world.personality == Personality::Win31;
        let instance =
            self.world.instances.get_mut(handle).ok_or("DRV_CLOSE of an instance that never was")?;
        let stage = instance.stage;
        expect(matches!(stage, Stage::Open | Stage::Opening), "each successful DRV_OPEN gets one DRV_CLOSE")?;
        match self.frames.last_mut() {
            Some(Frame::Close { handle: meant, lparams: wanted, closed, .. }) if meant == handle => {
                *closed += 1;
                expect(*wanted == lparams, "the parameters of the close reach DRV_CLOSE")?;
            }
            _ if instance.session => expect(lparams == (0, 0), "a hidden instance is closed with zeros")?,
            Some(Frame::FreeWinmm) => expect(lparams == (0, 0), "the end closes with zeros")?,
            _ => return Err("nobody asked for this DRV_CLOSE".to_owned()),
        }
        instance.stage = match stage {
            Stage::Opening => Stage::Abandoned,
            _ => Stage::Closing(win31),
        };
        Ok(())
    }

    fn sent(&mut self, name: &str, handle: &str, message: &str, lparams: (u64, u64)) -> Result<(), Broken> {
        // What a driver sends from inside the messages that end an instance still arrives.
        let farewell =
            self.frames.iter().any(|frame| matches!(frame, Frame::Driver { handle: of, .. } if of == handle));
        let instance = self.world.instances.get(handle).ok_or("a message to an instance that never was")?;
        expect(instance.module == name, "a message goes to the driver of the instance")?;
        let reachable = instance.stage == Stage::Open || farewell;
        expect(reachable, "nothing reaches a stale handle")?;
        match self.frames.last() {
            Some(Frame::Send { handle: meant, message: number, lparams: wanted, .. }) => {
                expect(meant == handle && number == message, "a message goes where it was sent")?;
                expect(*wanted == lparams, "the parameters of a message arrive")
            }
            _ => Err("nobody sent this message".to_owned()),
        }
    }

    fn left(&mut self, event: &Event) -> Result<(), Broken> {
        let answer = hex(event.text("ret"));
        let Some(Frame::Driver { module, handle, message }) = self.frames.pop() else {
            return Err("a driver returns that was not called".to_owned());
        };
        let accepted = self.world.accepts_load(answer);
        let frame = self.frames.last_mut();
        match message.as_str() {
            "DRV_LOAD" => {
                let state = self.world.module(&module);
                expect(state.phase == Phase::Loading, "nothing else happens to a module in DRV_LOAD")?;
                state.phase = if accepted { Phase::Loaded } else { Phase::Mapped };
                if !accepted && let Some(Frame::Open { failed, .. }) = frame {
                    *failed = true;
                    self.world.instances.get_mut(&handle).expect("it is new").stage = Stage::Closed;
                }
            }
            "DRV_ENABLE" => {
                // Closed while its module was being loaded in its name: no DRV_OPEN follows.
                let instance = self.world.instances.get(&handle).expect("it is new");
                if instance.stage == Stage::Abandoned
                    && let Some(Frame::Open { failed, .. }) = frame
                {
                    *failed = true;
                    self.give_up(&module, &handle);
                }
            }
            "DRV_OPEN" => {
                let instance = self.world.instances.get_mut(&handle).expect("it was born");
                let succeeded = instance.stage == Stage::Opening && answer != 0;
                if succeeded {
                    instance.stage = Stage::Open;
                    instance.id = answer;
                }
                if let Some(Frame::Open { opened, failed, .. }) = frame {
                    *failed |= !succeeded;
                    *opened = succeeded.then(|| handle.clone());
                }
                if !succeeded {
                    self.give_up(&module, &handle);
                }
            }
            "DRV_CLOSE" => {
                let instance = self.world.instances.get_mut(&handle).expect("it is closing");
                if let Stage::Closing(may_keep) = instance.stage {
                    instance.stage = if may_keep && answer == 0 { Stage::Open } else { Stage::Closed };
                }
                if let Some(Frame::Close { answer: of_driver, .. }) = frame {
                    *of_driver = answer;
                }
            }
            _ => {
                if let Some(Frame::Send { answers, .. }) = frame {
                    answers.push(answer);
                }
            }
        }
        Ok(())
    }

    /// An open comes to nothing.
    fn give_up(&mut self, module: &str, handle: &str) {
        let raised = matches!(self.frames.last(), Some(Frame::Open { raised: true, .. }));
        self.world.instances.get_mut(handle).expect("it was born").stage = Stage::Closed;
        let alone = self.world.users(module) == 0;
        let wine = self.world.personality == Personality::Wine;
        if wine && raised && alone {
            // It is unloaded without a word.
            self.world.module(module).phase = Phase::Mapped;
        }
    }
}

fn hex(text: &str) -> u64 {
    text.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0)
}
