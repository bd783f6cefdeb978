//! The command line as text and numbers. Nothing is read or looked up here.

mod values;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use anstream::ColorChoice;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use opendriver::Personality;
use opendriver::abi::LPARAM;

pub(crate) use self::values::{Limit, Spec};

/// List, probe and talk to installable drivers (DriverProc drivers, the OpenDriver family of winmm).
///
/// Drivers are shared libraries that export DriverProc. A SYSTEM.INI gives them names: the line
/// `midi=synth.drv out=tune.wav` in its section drivers32 makes `midi` an alias.
#[derive(Debug, Parser)]
#[command(name = "opendriver", version, after_long_help = AFTER_HELP, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Where the configuration comes from: --config, else the variable OPENDRIVER_CONFIG, else opendriver.toml or system.ini \
in the user's directory (~/.config/opendriver), else in the system's (/etc/opendriver). Without any, file names still work. \
A file that is no text, or text in an encoding that Windows does not understand, is an error.

Where driver files are looked for: the directory of the configuration, `search_path` of the settings, the variable \
OPENDRIVER_PATH, the platform's driver directories, and last the directory of this program (before it its \
subdirectory `deps`, where cargo leaves the libraries of a build). The current directory is not searched: write \
./NAME for a file in it.

Exit codes: 0 done, 1 the driver refused or a script went otherwise than expected, 2 an error.

Example: opendriver --config system.ini probe midi";

/// What holds for every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The configuration: a SYSTEM.INI, or settings in a file that ends in .toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print one JSON document instead of text, also for errors: {"error": {...}}. What a driver itself writes to
    /// standard output comes in between and makes it invalid (not with `run`)
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Behave like this system where systems differ (the default is that of the settings, else win32)
    #[arg(long, global = true, value_name = "NAME", value_parser = personality())]
    pub(crate) personality: Option<Personality>,
    /// Say more on standard error: -v what is odd about the SYSTEM.INI, looked up and loaded, -vv every message
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colours: on a terminal unless NO_COLOR is set, always, or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_parser = ["auto", "always", "never"])]
    pub(crate) color: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the aliases of the configuration and the files they lead to
    #[command(after_help = "Example: opendriver list --config system.ini drivers32")]
    List(ListArgs),
    /// Open a driver, show every message from DRV_LOAD to DRV_FREE, and close it
    #[command(
        after_help = "Example: opendriver probe ./libecho.so --parameters 'hello' --message DRV_USER,5 --message DRV_POWER",
        after_long_help = PROBE_HELP
    )]
    Probe(ProbeArgs),
    /// Open a driver, send it one message, print the answer, and close it
    #[command(after_help = "Example: opendriver send echo DRV_USER+5 1 -2 --config system.ini\n\n\
            Many messages take addresses as parameters; a driver that is sent a plain number there will crash.")]
    Send(SendArgs),
    /// Print a value of the configuration as the profile functions of Windows return it
    #[command(after_help = "Example: opendriver get drivers32 midi --config system.ini")]
    Get(GetArgs),
    /// Play scripts of calls and compare what happens with what they expect
    #[command(
        after_help = "Example: opendriver run --driver mine.drv=./libmine.so open.script close.script --format junit",
        after_long_help = RUN_HELP
    )]
    Run(RunArgs),
    /// What `run` starts for each script; not for people
    #[command(hide = true)]
    PlayOne(PlayOneArgs),
}

const PROBE_HELP: &str = "\
After DRV_OPEN the driver gets DRV_QUERYCONFIGURE and the messages of --message, then it is closed.

Each row is written as soon as it is known, to a file as to a terminal: its left half before the driver is called, \
result and time after. So if the driver ends the program, the last row shows in which message. Messages that a \
driver causes from inside another are indented. With --json the events of the document are written in the same way. \
What a driver itself writes to standard output comes in between.

Example: opendriver probe ./libecho.so --parameters 'hello' --message DRV_USER,5 --message DRV_POWER";

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Sections to show (the default is those in which drivers are registered: drivers, drivers32, mci, mci32,
    /// Installable Compressors, and the [sections.NAME] tables of the settings)
    #[arg(value_name = "SECTION")]
    pub(crate) sections: Vec<String>,
    /// Show every section
    #[arg(long, conflicts_with = "sections")]
    pub(crate) all: bool,
}

/// Which driver to open, and how.
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// An alias, a file name to search for, or the path of a file (with a separator: ./libecho.so)
    #[arg(value_name = "ALIAS|FILE")]
    pub(crate) name: OsString,
    /// Take the name as an alias of this section
    #[arg(long, value_name = "SECTION")]
    pub(crate) section: Option<String>,
    /// The parameters for DRV_OPEN, instead of those that the alias has; an empty text for none
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) parameters: Option<String>,
    /// lParam2 of DRV_OPEN: decimal, 0x hexadecimal, or negative
    #[arg(long, value_name = "NUMBER", default_value = "0", allow_hyphen_values = true, value_parser = values::lparam)]
    pub(crate) lparam2: LPARAM,
}

#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    #[command(flatten)]
    pub(crate) open: OpenArgs,
    /// A message to send after DRV_QUERYCONFIGURE, with its two parameters (0 unless given); may be repeated
    #[arg(long, value_name = "MESSAGE[,L1[,L2]]")]
    pub(crate) message: Vec<Spec>,
}

#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    #[command(flatten)]
    pub(crate) open: OpenArgs,
    /// A name (DRV_POWER), a name and an offset (DRV_USER+5), or a number (16389, 0x4005)
    #[arg(value_name = "MESSAGE", value_parser = values::message)]
    pub(crate) message: u32,
    /// lParam1: decimal, 0x hexadecimal, or negative
    #[arg(value_name = "L1", default_value = "0", allow_hyphen_values = true, value_parser = values::lparam)]
    pub(crate) lparam1: LPARAM,
    /// lParam2 of the message (--lparam2 is that of DRV_OPEN)
    #[arg(id = "second", value_name = "L2", default_value = "0", allow_hyphen_values = true, value_parser = values::lparam)]
    pub(crate) second: LPARAM,
}

const RUN_HELP: &str = "\
A script has one call per line: h = OpenDriver \"mine.drv hello\" NULL 0. Behind a line @expect stands what is to \
happen, one event per line; --bless writes these lines. Files that end in .json are recordings; those of Wine are \
played under personality wine unless --personality says otherwise. Scripts find the drivers probea.dll, probeb.drv and \
probec.acm, which do what rules in the script say.

Each script is played in a process of its own. If a driver crashes, ends that process or hangs, the report says so and \
shows what happened until then, and the next script is played. What drivers write goes to standard error.

Exit codes: 0 everything as expected (or nothing was), 1 something else happened or a script did not come to its end, \
2 a script cannot be read or played, 130 interrupted (143 by SIGTERM, 129 by SIGHUP).

Example: opendriver run --driver mine.drv=./libmine.so open.script close.script --format junit";

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Scripts and recordings; of a directory, all files that end in .script or .json
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// A library of your own, and the file name under which scripts open it (the default is its own); may be repeated
    #[arg(long, value_name = "[NAME=]FILE")]
    pub(crate) driver: Vec<OsString>,
    /// The form of the report (the default is text); --json is another
    #[arg(long, value_name = "FORM", value_parser = ["text", "tap", "junit"])]
    pub(crate) format: Option<String>,
    /// Print the script together with what happens, instead of a report
    #[arg(long, conflicts_with_all = ["format", "bless"])]
    pub(crate) record: bool,
    /// Write what happens into the files, as what is expected from now on. Look at the changes before you keep them
    #[arg(long)]
    pub(crate) bless: bool,
    /// How long a script may take before its process is ended; 0 for as long as it likes
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = values::limit)]
    pub(crate) timeout: Limit,
    /// Play in this process, for a debugger: a crash is then the end of everything, and there is no time limit
    #[arg(long, conflicts_with = "timeout")]
    pub(crate) in_process: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlayOneArgs {
    /// Where the order is and the journal is to be written
    pub(crate) directory: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    /// The section, in any case
    pub(crate) section: String,
    /// The key, in any case
    pub(crate) key: String,
}

/// What must be known before the command line is understood, because errors in it are to be shown so. A guess: an
/// option may look so and be the value of another. Once the command line is understood, [`Global`] counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Early {
    pub(crate) json: bool,
    pub(crate) color: ColorChoice,
}

impl Global {
    /// When to use colours.
    pub(crate) fn color(&self) -> ColorChoice {
        choice(Some(&self.color))
    }
}

impl Early {
    /// Looks for `--json` and `--color` in the arguments, without the program's name.
    pub(crate) fn of(args: impl IntoIterator<Item = OsString>) -> Early {
        let mut early = Early { json: false, color: ColorChoice::Auto };
        let mut args = args.into_iter().take_while(|arg| arg != "--");
        while let Some(arg) = args.next() {
            if arg == "--json" {
                early.json = true;
            } else if arg == "--color" {
                early.color = choice(args.next().as_deref().and_then(OsStr::to_str));
            } else if let Some(when) = arg.to_str().and_then(|arg| arg.strip_prefix("--color=")) {
                early.color = choice(Some(when));
            }
        }
        early
    }
}

/// Parses the command line of this process.
pub(crate) fn parse(early: &Early) -> Result<Cli, clap::Error> {
    let color = match early.color {
        ColorChoice::Never => clap::ColorChoice::Never,
        ColorChoice::Auto => clap::ColorChoice::Auto,
        ColorChoice::Always | ColorChoice::AlwaysAnsi => clap::ColorChoice::Always,
    };
    let matches = Cli::command().color(color).try_get_matches()?;
    Cli::from_arg_matches(&matches)
}

fn choice(when: Option<&str>) -> ColorChoice {
    match when {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

fn personality() -> impl TypedValueParser<Value = Personality> {
    let words = Personality::ALL.iter().map(|personality| personality.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Personality>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn json_and_colour_are_seen_even_in_a_broken_command_line() {
        let early = |text: &str| Early::of(text.split(' ').map(OsString::from));
        assert!(early("bogus --json --what").json);
        assert!(!early("send -- --json").json);
        assert_eq!(early("--color=never x").color, ColorChoice::Never);
        assert_eq!(early("x --color always").color, ColorChoice::Always);
        assert_eq!(early("x --color").color, ColorChoice::Auto);
    }
}
