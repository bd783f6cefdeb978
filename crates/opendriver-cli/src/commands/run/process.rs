//! The other end of the process of a script: starts it, waits for it as long as is allowed, and finds out what became
//! of it.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use opendriver_testkit::Recording;

use super::child::{ALIVE, JOURNAL, LOST, ORDER, Order};
use super::interrupt::Interrupt;
use super::journal::{Journal, MOST_DEPTH, MOST_EVENTS};
use super::{Ended, Run};
use crate::messages::Failure;

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
    command.args(std::iter::repeat_n("-v", run.global.verbose.into()));
    command.args(["--color", &run.global.color]);
    // What the process leaves behind when it crashes goes with the directory.
    for variable in ["TMPDIR", "TMP", "TEMP"] {
        command.env(variable, directory.path());
    }
    // The report has standard output for itself, and whoever asks a driver something is not here.
    command.stdin(Stdio::null()).stdout(io::stderr());
    apart(&mut command);
    let _alive = sign_of_life(directory.path());
    let mut child = command.spawn().map_err(cannot("start the process of the script"))?;
    let ending = wait(&mut child, run.args.timeout.0, &run.interrupt)
        .map_err(cannot("wait for the process of the script"))?;

    // There is none if the process could not even begin.
    let text = fs::read(directory.path().join(JOURNAL)).unwrap_or_default();
    let journal = Journal::read(&String::from_utf8_lossy(&text));
    if let Some(problem) = &journal.problem {
        return Err(Failure::unplayable(problem.located(recording)));
    }
    let lost = fs::read_to_string(directory.path().join(LOST)).ok();
    Ok(Ended { how: how(&ending, &journal, lost.as_deref()), trace: journal.trace })
}

/// A file that is locked as long as this process lives, however it ends, and that the process of the script waits for, to
/// end as well. Where files cannot be locked there is none, and nothing to wait for.
fn sign_of_life(directory: &Path) -> Option<File> {
    let path = directory.join(ALIVE);
    let file = File::create(&path).ok()?;
    if file.lock().is_err() {
        let _ = fs::remove_file(&path);
        return None;
    }
    Some(file)
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
        if is_over(child)? {
            // What a driver has started would hold standard error, and let a pipe behind it wait.
            end_group(child);
            return Ok(Ending::Itself(child.wait()?));
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

/// Whether the process has ended. Its number stays its own until it is waited for.
#[cfg(unix)]
fn is_over(child: &mut Child) -> io::Result<bool> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    match waitid(WaitId::Pid(Pid::from_child(child)), look) {
        Ok(status) => Ok(status.is_some()),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether the process has ended.
#[cfg(not(unix))]
fn is_over(child: &mut Child) -> io::Result<bool> {
    child.try_wait().map(|status| status.is_some())
}

/// Ends the process, and what its drivers have started.
fn kill(child: &mut Child) -> io::Result<()> {
    end_group(child);
    child.kill()?;
    child.wait().map(drop)
}

/// Ends the processes that drivers have started, where the system knows which these are. Must be called before the
/// process itself is waited for: from then on its number, which is that of the group, may be another's.
fn end_group(child: &Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        // That there is none any more is no failure.
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = child;
}

/// What became of the process, and where it was; `None` if it came to the end of the script and ended as it should.
fn how(ending: &Ending, journal: &Journal, lost: Option<&str>) -> Option<String> {
    let what = match ending {
        _ if journal.is_deep => {
            format!(
                "calls more than {MOST_DEPTH} deep inside each other: does a driver call itself for ever?"
            )
        }
        _ if journal.is_full => {
            format!("more than {MOST_EVENTS} events: does a driver call itself for ever?")
        }
        Ending::Interrupted => "interrupted".to_owned(),
        Ending::Late(limit) => {
            format!("no end after {} s, so it was killed (--timeout)", limit.as_secs_f64())
        }
        // The last to be written and the first to be missed, whatever became of the process.
        Ending::Itself(_) if lost.is_some() => {
            format!("its journal was lost: {}", lost.unwrap_or_default())
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
