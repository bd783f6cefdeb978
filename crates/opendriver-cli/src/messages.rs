//! Every failure of a run: its text, what goes with it, and the exit code. Nothing else decides these.

mod excerpt;
mod oddities;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use opendriver::config::{ConfigError, Diagnostic, Entry, Severity};
use opendriver::{CloseError, Config, LoadError, OpenError, OpenFailure, ResolveError, StaleHandle};
use serde_json::{Value, json};

use self::excerpt::Excerpt;
use crate::output::{Output, shortened, visible};
use crate::session::Session;
use crate::similar;

pub(crate) use self::oddities::{mention, show as show_oddities};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// A longer line of a message quotes something that nobody reads to the end. A document has it whole.
const LONGEST_LINE: usize = 1000;

/// How a run that did not do everything ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Whoever read standard output has seen enough.
    Quiet = 0,
    /// The driver said no, or something else happened than a script expects.
    Refused = 1,
    /// Anything else.
    Error = 2,
    /// The terminal is gone: what a shell makes of SIGHUP.
    #[cfg(unix)]
    HungUp = 129,
    /// The user has had enough: what a shell makes of SIGINT.
    Interrupted = 130,
    /// The same of SIGTERM.
    Terminated = 143,
}

/// A failure, ready to be shown.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    /// What went wrong, for programs: a word in kebab-case that stays the same over versions.
    kind: &'static str,
    /// Sentences, without `error:`.
    text: String,
    excerpt: Option<Excerpt>,
    /// What may have to do with it.
    notes: Vec<String>,
    hints: Vec<String>,
    /// Whether it has been shown already, in the document of a command.
    shown: bool,
}

impl Failure {
    fn new(exit: Exit, kind: &'static str, text: String) -> Failure {
        Failure { exit, kind, text, excerpt: None, notes: Vec::new(), hints: Vec::new(), shown: false }
    }

    /// The configuration could not be read.
    pub(crate) fn config(error: &ConfigError) -> Failure {
        let failure = Failure::new(Exit::Error, "config", with_sources(error));
        match error {
            // The excerpt has the place, and the hint a line of its own.
            ConfigError::Settings(wrong) => Failure {
                text: match &wrong.path {
                    Some(path) => format!("{}:{}: {}", path.display(), wrong.position, wrong.message),
                    None => format!("{}: {}", wrong.position, wrong.message),
                },
                excerpt: error
                    .excerpt()
                    .and_then(|(text, position)| Excerpt::of_span(error.path(), text, position)),
                hints: error.hint().map(str::to_owned).into_iter().collect(),
                ..failure
            },
            _ => failure,
        }
    }

    /// The INI file is none, or in an encoding that is not understood, so that nothing in it would be found.
    pub(crate) fn unreadable(defect: &Diagnostic, config: &Config) -> Failure {
        let path = config.profile_path().map(|path| format!("{}: ", path.display())).unwrap_or_default();
        let hints = defect.hint.clone().into_iter().collect();
        Failure { hints, ..Failure::new(Exit::Error, "config", format!("{path}{}", defect.message)) }
    }

    /// A driver could not be opened. `entry` is the one that the name led to.
    pub(crate) fn open(
        error: &OpenError,
        entry: Option<&Entry>,
        session: &Session,
        hints: Vec<String>,
    ) -> Failure {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Error };
        let mut failure = Failure::new(exit, kind(error.failure()), with_sources(error));
        let entry = match error.failure() {
            OpenFailure::Resolve(ResolveError::EmptyEntry { entry }) => Some(&**entry),
            _ => entry,
        };
        // A driver that refused has read the parameters; until then only the file name can be wrong.
        let whole = !matches!(error.failure(), OpenFailure::Resolve(_) | OpenFailure::Load(_));
        failure.excerpt = entry.and_then(|entry| Excerpt::of_entry(entry, whole, &session.config));
        failure.hints = hints;
        let unknown = matches!(
            error.failure(),
            OpenFailure::Resolve(ResolveError::NotFound { .. } | ResolveError::NoEntry { .. })
        );
        if unknown && entry.is_none() {
            let config = &session.config;
            let section = error.section().unwrap_or(&config.settings().switches.default_section);
            let entries = config.entries(section);
            let similar = similar::to(error.name(), entries.iter().map(Entry::alias));
            if !similar.is_empty() {
                failure.hints.push(format!("did you mean {}, of section [{section}]?", similar.join(" or ")));
            }
            failure.hints.extend(session.no_configuration());
            failure.notes = session.oddities();
        }
        failure
    }

    /// A driver could not be closed.
    pub(crate) fn close(error: &CloseError) -> Failure {
        match error {
            CloseError::Vetoed { .. } => Failure::new(Exit::Refused, "close-refused", error.to_string()),
            _ => Failure::new(Exit::Error, "stale-handle", error.to_string()),
        }
    }

    /// An instance was gone before its time: the driver has closed it itself.
    pub(crate) fn stale(error: StaleHandle) -> Failure {
        Failure::new(Exit::Error, "stale-handle", error.to_string())
    }

    /// An alias or a file name on the command line is no text.
    pub(crate) fn not_unicode(name: &OsStr, section: Option<&str>) -> Failure {
        let text =
            format!("{name:?} is not valid Unicode, which an alias and a file name to search for must be");
        let hint = match section {
            Some(_) => "leave --section out and write a path with a separator to use a file: ./NAME",
            None => "write a path with a separator to use a file: ./NAME",
        };
        Failure { hints: vec![hint.to_owned()], ..Failure::new(Exit::Error, "name", text) }
    }

    /// A section was asked for that the configuration does not have.
    pub(crate) fn no_section(section: &str, similar: &[&str], session: &Session) -> Failure {
        let config = &session.config;
        let profile = config.profile_path().filter(|_| !config.profile_missing());
        let mut text = match looked_in(config.path(), profile) {
            LookedIn::One(path) => format!("{path} has no section [{section}]"),
            LookedIn::None => format!("there is no section [{section}]"),
            LookedIn::Both(places) => format!("there is no section [{section}], {places}"),
        };
        also(&mut text, similar.iter().map(|name| format!("[{name}]")));
        let hints = session.no_configuration().into_iter().collect();
        let notes = session.oddities();
        Failure { hints, notes, ..Failure::new(Exit::Error, "no-such-section", text) }
    }

    /// A key was asked for that the section does not have.
    pub(crate) fn no_key(section: &str, key: &str, similar: &[&str], session: &Session) -> Failure {
        let config = &session.config;
        let settings = config.path().filter(|_| config.settings().sections.table(section).is_some());
        let profile = config.profile_path().filter(|_| config.profile().section(section).is_some());
        let mut text = match looked_in(settings, profile) {
            LookedIn::One(path) => format!("the section [{section}] of {path} has no key {key:?}"),
            LookedIn::None => format!("the section [{section}] has no key {key:?}"),
            LookedIn::Both(places) => format!("the section [{section}] has no key {key:?}, {places}"),
        };
        also(&mut text, similar.iter().map(|name| (*name).to_owned()));
        let hints = session.no_configuration().into_iter().collect();
        let notes = session.oddities();
        Failure { hints, notes, ..Failure::new(Exit::Error, "no-such-key", text) }
    }

    /// A file is no script, or a script cannot be played.
    pub(crate) fn script(error: &dyn std::error::Error) -> Failure {
        Failure::new(Exit::Error, "script", with_sources(error))
    }

    /// A script cannot be played; the text says where and why.
    pub(crate) fn unplayable(text: String) -> Failure {
        Failure::new(Exit::Error, "script", text)
    }

    /// A script that was to be recorded did not come to its end.
    pub(crate) fn stopped(text: String) -> Failure {
        Failure::new(Exit::Refused, "stopped", text)
    }

    /// A signal has ended the run, which the report has said.
    pub(crate) fn interrupted(signal: i32) -> Failure {
        let exit = match signal {
            signal_hook::consts::SIGTERM => Exit::Terminated,
            #[cfg(unix)]
            signal_hook::consts::SIGHUP => Exit::HungUp,
            _ => Exit::Interrupted,
        };
        Failure::new(exit, "interrupted", "interrupted".to_owned()).shown()
    }

    /// What is shown in a report instead of on its own.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The command line of `run` contradicts itself or a script.
    pub(crate) fn run(text: String) -> Failure {
        Failure::new(Exit::Error, "run", text)
    }

    /// Scripts did not go as expected, which the report has said; `errors` if some could not be played.
    pub(crate) fn scripts(errors: bool) -> Failure {
        let exit = if errors { Exit::Error } else { Exit::Refused };
        Failure::new(exit, "scripts", "something else happened than was expected".to_owned()).shown()
    }

    /// Standard output could not be written.
    pub(crate) fn output(error: &io::Error) -> Failure {
        let exit = if error.kind() == io::ErrorKind::BrokenPipe { Exit::Quiet } else { Exit::Error };
        Failure::new(exit, "output", format!("cannot write to standard output: {error}"))
    }

    /// The object `error` of a JSON document.
    pub(crate) fn to_json(&self) -> Value {
        let mut object = json!({
            "kind": self.kind,
            "message": self.text,
            "notes": self.notes,
            "hints": self.hints,
            "exit_code": self.exit as u8,
        });
        if let Some(excerpt) = &self.excerpt {
            object["place"] = excerpt.to_json();
        }
        object
    }

    /// The same failure, after a command has shown it in its document.
    pub(crate) fn shown(mut self) -> Failure {
        self.shown = true;
        self
    }

    /// Shows the failure and gives the exit code.
    pub(crate) fn report(self, out: Output) -> ExitCode {
        if self.exit != Exit::Quiet && !self.shown {
            let told = match out.is_json() && self.kind != "output" {
                true => out.document(&json!({ "error": self.to_json() })),
                false => write!(anstream::stderr(), "{}", self.to_text()),
            };
            // The exit code still tells, if nobody listens.
            drop(told);
        }
        ExitCode::from(self.exit as u8)
    }

    fn to_text(&self) -> String {
        let lines: Vec<String> =
            self.text.lines().map(|line| shortened(&visible(line), LONGEST_LINE)).collect();
        let mut text = format!("{ERROR}error:{ERROR:#} {}\n", lines.join("\n"));
        if let Some(excerpt) = &self.excerpt {
            let _ = writeln!(text, "{}", excerpt.render(Severity::Error));
        }
        for note in &self.notes {
            let _ = writeln!(text, "{HINT}note:{HINT:#} {}", shortened(&visible(note), LONGEST_LINE));
        }
        for hint in &self.hints {
            let _ = writeln!(text, "{HINT}hint:{HINT:#} {}", visible(hint));
        }
        text
    }
}

impl From<io::Error> for Failure {
    /// Commands do no other input or output themselves than to write results.
    fn from(error: io::Error) -> Failure {
        Failure::output(&error)
    }
}

/// Shows what clap has to say, which is help or the version, both results, or a usage error; gives the exit code.
pub(crate) fn usage(error: &clap::Error, json: bool) -> ExitCode {
    let text = error.render().to_string();
    let text = text.trim_start_matches("error: ").trim_end().to_owned();
    let failure = Failure::new(Exit::Error, "usage", text);
    match (error.use_stderr(), json) {
        (true, true) => failure.report(Output::new(true)),
        (true, false) => {
            // With its own colours and layout. There is nobody left to tell if standard error is closed.
            let _ = error.print();
            failure.shown().report(Output::new(false))
        }
        (false, _) => match error.print() {
            Ok(()) => ExitCode::SUCCESS,
            Err(failed) => Failure::output(&failed).report(Output::new(false)),
        },
    }
}

/// A short reason for a table.
pub(crate) fn brief(error: &OpenError) -> String {
    let text = match error.failure() {
        OpenFailure::Resolve(ResolveError::NotFound { tried, .. }) => {
            match tried.iter().find(|tried| tried.exists()) {
                Some(culprit) => culprit.to_string(),
                None => "no such file".to_owned(),
            }
        }
        OpenFailure::Resolve(ResolveError::DriveNotMapped { drive, .. }) => {
            format!("drive {drive}: is not mapped")
        }
        other => other.to_string(),
    };
    text.lines().next().unwrap_or_default().to_owned()
}

/// The word for programs. Kinds of later versions of the manager are just `open`.
pub(crate) fn kind(failure: &OpenFailure) -> &'static str {
    match failure {
        OpenFailure::Resolve(error) => match error {
            ResolveError::EmptyName | ResolveError::BlankName | ResolveError::NulInName { .. } => "name",
            ResolveError::NoEntry { .. } => "no-such-alias",
            ResolveError::EmptyEntry { .. } => "empty-entry",
            ResolveError::LineTooLong { .. } => "line-too-long",
            ResolveError::DriveNotMapped { .. } => "drive-not-mapped",
            ResolveError::NotFound { tried, .. } if tried.iter().any(|tried| tried.exists()) => "unfit-file",
            _ => "no-such-file",
        },
        OpenFailure::Load(LoadError::NoDriverProc { .. }) => "no-driver-proc",
        OpenFailure::Load(_) => "load",
        OpenFailure::LoadRefused { .. } => "load-refused",
        OpenFailure::OpenRefused { .. } => "open-refused",
        OpenFailure::ClosedWhileOpening { .. } => "closed-while-opening",
        OpenFailure::Parameters { .. } => "parameters",
        _ => "open",
    }
}

/// The text of an error and of what caused it.
pub(crate) fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}

fn also(text: &mut String, similar: impl Iterator<Item = String>) {
    let similar: Vec<String> = similar.collect();
    if !similar.is_empty() {
        let _ = write!(text, "; did you mean {}?", similar.join(" or "));
    }
}

/// Where something was looked for in vain.
enum LookedIn {
    None,
    One(String),
    /// In the settings and in the profile: both, as the end of a sentence.
    Both(String),
}

/// The files in which something was looked for; those of a configuration that is an INI file are one.
fn looked_in(settings: Option<&Path>, profile: Option<&Path>) -> LookedIn {
    match (settings, profile) {
        (Some(settings), Some(profile)) if settings != profile => {
            LookedIn::Both(format!("neither in {} nor in {}", settings.display(), profile.display()))
        }
        (Some(path), _) | (None, Some(path)) => LookedIn::One(path.display().to_string()),
        (None, None) => LookedIn::None,
    }
}
