//! The model: what may happen in the life of a module and of an instance.

use std::collections::BTreeMap;

use opendriver::Personality;

/// How far a module is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Not there.
    #[default]
    Gone,
    /// There, and has not taken DRV_LOAD; or `wine` is about to unload it after its first DRV_OPEN was refused.
    Mapped,
    /// In DRV_LOAD.
    Loading,
    /// Has taken DRV_LOAD, and DRV_ENABLE is due.
    Loaded,
    /// Has got DRV_ENABLE.
    Enabled,
    /// Has got DRV_DISABLE.
    Disabled,
    /// Has got DRV_FREE.
    Freed,
}

/// How far an instance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It has a handle; its module is being loaded in its name.
    New,
    /// In DRV_OPEN.
    Opening,
    Open,
    /// In DRV_CLOSE. The flag: whether the driver may keep it open.
    Closing(bool),
    /// Closed before it was open.
    Abandoned,
    Closed,
}

#[derive(Clone, Debug)]
pub struct Instance {
    pub module: String,
    pub stage: Stage,
    /// What DRV_OPEN answered; 0 before.
    pub id: u64,
    /// The hidden instance of `wine`.
    pub session: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Module {
    pub phase: Phase,
}

/// All modules by driver name and all instances by handle name.
#[derive(Debug)]
pub struct World {
    pub personality: Personality,
    pub modules: BTreeMap<String, Module>,
    pub instances: BTreeMap<String, Instance>,
}

/// A rule of the model that was broken.
pub type Broken = String;

pub fn expect(holds: bool, rule: &str) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}

impl World {
    pub fn new(personality: Personality) -> World {
        World { personality, modules: BTreeMap::new(), instances: BTreeMap::new() }
    }

    pub fn module(&mut self, name: &str) -> &mut Module {
        self.modules.entry(name.to_owned()).or_default()
    }

    /// The instances of a module that are in the list of open ones: from the success of DRV_OPEN to the end of
    /// DRV_CLOSE.
    pub fn listed(&self, module: &str) -> usize {
        let listed = |instance: &&Instance| {
            instance.module == module
                && matches!(instance.stage, Stage::Open | Stage::Closing(_))
                && instance.id != 0
        };
        self.instances.values().filter(listed).count()
    }

    /// The instances that keep a module up: those listed and those on their way.
    pub fn users(&self, module: &str) -> usize {
        let uses = |instance: &&Instance| instance.module == module && instance.stage != Stage::Closed;
        self.instances.values().filter(uses).count()
    }

    /// Whether the driver's answer lets it in.
    pub fn accepts_load(&self, answer: u64) -> bool {
        if self.personality == Personality::Wine { answer == 1 } else { answer != 0 }
    }

    pub fn attach(&mut self, name: &str) -> Result<(), Broken> {
        let module = self.module(name);
        expect(module.phase == Phase::Gone, "a module is loaded only if it is not there")?;
        *module = Module { phase: Phase::Mapped };
        Ok(())
    }

    pub fn detach(&mut self, name: &str, inside: bool) -> Result<(), Broken> {
        expect(!inside, "a module is not unloaded while somebody is inside")?;
        expect(self.users(name) == 0, "a module is not unloaded while an instance uses it")?;
        let module = self.module(name);
        let told = matches!(module.phase, Phase::Freed | Phase::Mapped);
        expect(told, "a module that took DRV_LOAD is unloaded after DRV_FREE")?;
        module.phase = Phase::Gone;
        Ok(())
    }

    pub fn load(&mut self, name: &str, handle: &str) -> Result<(), Broken> {
        let fresh = !self.instances.contains_key(handle);
        expect(fresh, "DRV_LOAD goes out in the name of a new instance")?;
        let module = self.module(name);
        let once = matches!(module.phase, Phase::Mapped | Phase::Freed);
        expect(once, "DRV_LOAD goes out once, and again only after DRV_FREE")?;
        module.phase = Phase::Loading;
        self.born(name, handle);
        Ok(())
    }

    pub fn enable(&mut self, name: &str, handle: &str) -> Result<(), Broken> {
        let phase = self.module(name).phase;
        if phase == Phase::Disabled {
            // A driver that opens itself from inside DRV_DISABLE.
            expect(
                !self.instances.contains_key(handle),
                "DRV_ENABLE comes first in the life of a new instance",
            )?;
            self.born(name, handle);
        } else {
            expect(phase == Phase::Loaded, "DRV_ENABLE follows an accepted DRV_LOAD, once")?;
            expect(
                self.instances.contains_key(handle),
                "DRV_ENABLE is for the instance that DRV_LOAD was for",
            )?;
        }
        self.module(name).phase = Phase::Enabled;
        Ok(())
    }

    pub fn born(&mut self, module: &str, handle: &str) {
        let instance = Instance { module: module.to_owned(), stage: Stage::New, id: 0, session: false };
        self.instances.insert(handle.to_owned(), instance);
    }

    /// DRV_DISABLE or DRV_FREE.
    pub fn take_down(&mut self, name: &str, handle: &str, from: Phase, to: Phase) -> Result<(), Broken> {
        expect(self.users(name) == 0, "a module goes down after the last DRV_CLOSE")?;
        let last = self.instances.get(handle).is_some_and(|instance| instance.module == name);
        expect(last, "a module goes down in the name of its last instance")?;
        let module = self.module(name);
        expect(
            module.phase == from,
            "DRV_DISABLE follows DRV_ENABLE and DRV_FREE follows DRV_DISABLE, once",
        )?;
        module.phase = to;
        Ok(())
    }

    /// What must hold whenever no call is under way.
    pub fn at_rest(&self) -> Result<(), Broken> {
        for (name, module) in &self.modules {
            let open = self.users(name);
            let hidden = |instance: &&Instance| instance.module == *name && instance.session;
            let only_hidden = self
                .instances
                .values()
                .filter(hidden)
                .filter(|instance| instance.stage == Stage::Open)
                .count();
            expect(open == 0 || open > only_hidden, "a hidden instance does not stay alone")?;
            match module.phase {
                Phase::Gone => expect(open == 0, "a module with open instances is there")?,
                Phase::Enabled => expect(open > 0, "a module without instances is unloaded")?,
                // An instance that was opened from inside a DRV_LOAD that was then refused.
                Phase::Mapped => expect(open > 0, "a module that refused DRV_LOAD is unloaded")?,
                _ => return Err(format!("{name} rests in the middle of its way: {:?}", module.phase)),
            }
        }
        Ok(())
    }
}
