//! Deliberately wrong managers, to show that the model catches them: the right one with something spoiled on its way to
//! the drivers. What a driver then gets, and a trace shows, is what a manager with that fault would send.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, Weak};

use opendriver::abi::*;
use opendriver::{BuiltIn, Call, ManagerBuilder, Observer};
use opendriver_testkit::{Drivers, Incoming, Kind, OpenText, Scripted, Stage};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    LoadTwice,
    /// The parameters are lost when lParam2 is not 0.
    ParametersDropped,
    /// DRV_DISABLE goes out before the last DRV_CLOSE.
    CloseOrder,
    NoEnable,
    FreeTwice,
    /// The parameters of a message lose their upper halves.
    NarrowParameters,
    /// The driver's id loses its upper half.
    NarrowId,
    /// The id of the instance that was opened last goes with every message.
    LatestId,
    /// A message arrives twice.
    MessageTwice,
}

impl Fault {
    pub const ALL: &[Fault] = &[
        Fault::LoadTwice,
        Fault::ParametersDropped,
        Fault::CloseOrder,
        Fault::NoEnable,
        Fault::FreeTwice,
        Fault::NarrowParameters,
        Fault::NarrowId,
        Fault::LatestId,
        Fault::MessageTwice,
    ];
}

/// The files of the world of the model, and what rules call the drivers in them.
const FILES: [(&str, &str); 2] = [("probea.dll", "probea"), ("probeb.drv", "probeb")];

/// The drivers of the model's world.
pub fn drivers() -> Scripted {
    FILES.iter().fold(Scripted::empty(), |world, (file, name)| world.file(file, name, Kind::Driver))
}

/// The same drivers behind a fault; behind none, they behave like [`drivers`].
pub struct Behind(pub Option<Fault>);

impl Drivers for Behind {
    fn place(&self, stage: &Arc<Stage>, drive: &Path) -> io::Result<()> {
        drivers().place(stage, drive)
    }

    fn register(
        &self,
        stage: &Arc<Stage>,
        drive: &Path,
        builder: ManagerBuilder,
    ) -> io::Result<ManagerBuilder> {
        let mut builder = builder.observer(Arc::new(Loader(Arc::downgrade(stage))));
        for (file, name) in FILES {
            let path = drive.join("oracle").join(file);
            let border = Border {
                stage: Arc::downgrade(stage),
                fault: self.0,
                name,
                file: path.clone(),
                memory: Mutex::default(),
            };
            builder =
                builder.built_in_file(&path, BuiltIn::new(move |call: &Call<'_>| border.cross(call)))?;
        }
        Ok(builder)
    }
}

/// Tells the stage what is loaded and unloaded.
struct Loader(Weak<Stage>);

impl Observer for Loader {
    fn loaded(&self, _: &str, path: Option<&Path>) {
        if let (Some(stage), Some(path)) = (self.0.upgrade(), path) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            stage.attached(&name, path);
        }
    }

    fn unloading(&self, _: &str, path: Option<&Path>) {
        if let (Some(stage), Some(path)) = (self.0.upgrade(), path) {
            stage.detached(path);
        }
    }
}

/// The way from the manager to one driver.
struct Border {
    stage: Weak<Stage>,
    fault: Option<Fault>,
    name: &'static str,
    file: std::path::PathBuf,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// The ids of the instances that are open.
    open: HashMap<usize, usize>,
    latest: usize,
    disabled: bool,
}

impl Border {
    fn cross(&self, call: &Call<'_>) -> LRESULT {
        let Some(stage) = self.stage.upgrade() else { return 0 };
        let mut incoming = Incoming {
            driver: self.name.to_owned(),
            file: Some(self.file.clone()),
            id: call.driver_id,
            handle: call.handle.to_raw(),
            message: call.message,
            lparam1: call.lparam1,
            text: call.parameters.map(|text| OpenText::Wide(text.to_owned())),
            lparam2: call.lparam2,
        };
        let opening = call.message == DRV_OPEN;
        let memory = || self.memory.lock().expect("nobody panics with it");
        match (self.fault, call.message) {
            (Some(Fault::LoadTwice), DRV_LOAD) | (Some(Fault::FreeTwice), DRV_FREE) => {
                stage.message(&incoming);
            }
            (Some(Fault::MessageTwice), DRV_USER..) => _ = stage.message(&incoming),
            (Some(Fault::NoEnable), DRV_ENABLE) => return 1,
            (Some(Fault::ParametersDropped), DRV_OPEN) if call.lparam2 != 0 => {
                (incoming.text, incoming.lparam1) = (None, 0);
            }
            (Some(Fault::NarrowParameters), _) if !opening => {
                incoming.lparam1 = incoming.lparam1 as u32 as LPARAM;
                incoming.lparam2 = incoming.lparam2 as u32 as LPARAM;
            }
            (Some(Fault::NarrowId), _) => incoming.id = incoming.id as u32 as usize,
            (Some(Fault::LatestId), _) if call.driver_id != 0 => incoming.id = memory().latest,
            (Some(Fault::CloseOrder), DRV_CLOSE) if memory().open.len() == 1 => {
                memory().disabled = true;
                let disable = Incoming { message: DRV_DISABLE, lparam1: 0, lparam2: 0, ..incoming.clone() };
                stage.message(&disable);
            }
            (Some(Fault::CloseOrder), DRV_DISABLE) if std::mem::take(&mut memory().disabled) => return 1,
            _ => {}
        }
        let answer = stage.message(&incoming);
        let mut memory = memory();
        if opening && answer != 0 {
            memory.latest = answer as usize;
            memory.open.insert(incoming.handle.0, answer as usize);
        }
        if call.message == DRV_CLOSE {
            memory.open.remove(&incoming.handle.0);
        }
        answer
    }
}
