//! The other end of the process of a script: starts it, waits for it as long as is allowed, and finds out what became
//! of it.

use std::fs;
use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use opendriver_testkit::Recording;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::child::{JOURNAL, ORDER, Order};
use super::journal::{Journal, MOST_EVENTS};
use super::{Ended, Run};
use crate::messages::Failure;

/// Whether somebody wants this program to end.
#[derive(Debug, Default)]
pub(super) struct Interrupt {
    by_user: Arc<AtomicBool>,
    by_system: Arc<AtomicBool>,
}

impl Interrupt {
    /// From now on SIGINT (Ctrl-C) and SIGTERM are remembered and do nothing else.
    pub(super) fn listen() -> Result<Interrupt, Failure> {
        let interrupt = Interrupt::default();
        for (signal, flag) in [(SIGINT, &interrupt.by_user), (SIGTERM, &interrupt.by_system)] {
            signal_hook::flag::register(signal, flag.clone())
                .map_err(|error| Failure::run(format!("cannot listen for Ctrl-C: {error}")))?;
        }
        Ok(interrupt)
    }

    /// The signal that has come, if any has.
    pub(super) fn pending(&self) -> Option<i32> {
        let come = |flag: &Arc<AtomicBool>| flag.load(Ordering::SeqCst);
        come(&self.by_user).then_some(SIGINT).or(come(&self.by_system).then_some(SIGTERM))
    }
}

/// How the process of a script ended.
enum Ending {
    Itself(ExitStatus),
    Late(Duration),
    Interrupted,
}

/// Plays a recording in a process of its own.
pub(super) fn play(recording: &Recording, run: &Run<'_>) -> Result<Ended, Failure> {
    let cannot = |what: &str| {
        let what = what.to_owned();
        move |error: io::Error| Failure::run(format!("cannot {what}: {error}"))
    };
    let directory = tempfile::Builder::new().prefix("opendriver-run-").tempdir();
    let directory = directory.map_err(cannot("make a temporary directory"))?;
    let order = Order { recording: recording.to_json(), drivers: &run.own };
    let order = serde_json::to_vec(&order).expect("it has nothing that JSON has not");
    fs::write(directory.path().join(ORDER), order).map_err(cannot("write into a temporary directory"))?;

    let program = std::env::current_exe().map_err(cannot("find this program again"))?;
    let mut command = Command::new(program);
    command.arg("play-one").arg(directory.path());
    command.args(std::iter::repeat_n("-v", run.verbose.into()));
    // What the process leaves behind when it crashes goes with the directory.
    for variable in ["TMPDIR", "TMP", "TEMP"] {
        command.env(variable, directory.path());
    }
    // The report has standard output for itself.
    command.stdin(Stdio::piped()).stdout(io::stderr());
    apart(&mut command);
    let mut child = command.spawn().map_err(cannot("start the process of the script"))?;
    let ending = wait(&mut child, run.args.timeout.0, &run.interrupt)
        .map_err(cannot("wait for the process of the script"))?;

    // There is none if the process could not even begin.
    let text = fs::read(directory.path().join(JOURNAL)).unwrap_or_default();
    let journal = Journal::read(&String::from_utf8_lossy(&text));
    if let Some(problem) = &journal.problem {
        return Err(Failure::unplayable(problem.located(recording)));
    }
    Ok(Ended { how: how(&ending, &journal), trace: journal.trace })
}

/// Lets signals of the terminal come to this program only, which ends the other itself.
fn apart(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(windows)]
    {
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
        std::os::windows::process::CommandExt::creation_flags(command, CREATE_NEW_PROCESS_GROUP);
    }
}

fn wait(child: &mut Child, limit: Option<Duration>, interrupt: &Interrupt) -> io::Result<Ending> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ending::Itself(status));
        }
        if interrupt.pending().is_some() {
            kill(child)?;
            return Ok(Ending::Interrupted);
        }
        if let Some(limit) = limit.filter(|limit| start.elapsed() >= *limit) {
            kill(child)?;
            return Ok(Ending::Late(limit));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// Ends the process, and what its drivers have started besides where the system knows that.
fn kill(child: &mut Child) -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        // The number is still its own, since nobody has waited for it yet. A process that ends just now is no failure.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    child.kill()?;
    child.wait().map(drop)
}

/// What became of the process, and where it was; `None` if it came to the end of the script and ended as it should.
fn how(ending: &Ending, journal: &Journal) -> Option<String> {
    let what = match ending {
        _ if journal.is_full => {
            format!("more than {MOST_EVENTS} events: does a driver call itself for ever?")
        }
        Ending::Interrupted => "interrupted".to_owned(),
        Ending::Late(limit) => {
            format!("no end after {} s, so it was killed (--timeout)", limit.as_secs_f64())
        }
        Ending::Itself(status) if status.success() && journal.is_over => return None,
        Ending::Itself(status) => ended(*status),
    };
    let place = match journal.trace.under_way() {
        _ if journal.is_over => ", after the end of the script".to_owned(),
        Some(event) => format!(", inside {}", event.to_string().trim_start()),
        None => String::new(),
    };
    Some(what + &place)
}

/// The end of a process that nobody wanted.
#[cfg(unix)]
fn ended(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.signal(), status.code()) {
        (Some(signal), _) => {
            let name = signal_hook::low_level::signal_name(signal).unwrap_or("a signal");
            format!("crashed: {name} (signal {signal})")
        }
        (None, code) => exited(code.unwrap_or_default()),
    }
}

/// The end of a process that nobody wanted.
#[cfg(not(unix))]
fn ended(status: ExitStatus) -> String {
    let code = status.code().unwrap_or_default();
    let what = match code as u32 {
        0xC000_0005 => "access violation",
        0xC000_001D => "illegal instruction",
        0xC000_0094 => "integer division by zero",
        0xC000_00FD => "stack overflow",
        0xC000_0374 => "heap corruption",
        0xC000_0409 => "abort, or a stack buffer overrun",
        0x8000_0000.. => "an exception",
        _ => return exited(code),
    };
    format!("crashed: {what} ({:#010x})", code as u32)
}

fn exited(code: i32) -> String {
    format!("its process ended with exit code {code} (does a driver call exit?)")
}
