//! Builds the C example driver into a shared library, beside the Rust ones: `target/<profile>/libcounter.so`.
//!
//! Without a C compiler there is a warning, and only what needs that driver fails.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

const SOURCE: &str = "drivers/counter/counter.c";

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed={SOURCE}");
    let directory = directory();
    match build(&directory) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            let library = directory.join(library_name());
            println!("cargo::warning=the C example driver {} was not built: {reason}", library.display());
            println!("cargo::warning=install a C compiler, or name one in the environment variable CC");
            // A cross build often has none that fits. Natively a compiler that is there and fails is a real error.
            let tell =
                reason.kind() == io::ErrorKind::Other && env::var("HOST").ok() == env::var("TARGET").ok();
            if tell { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
    }
}

/// Where cargo puts programs and libraries of this profile and target: `OUT_DIR` is `<there>/build/<package>/out`,
/// whatever the target directory is called.
fn directory() -> PathBuf {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts"));
    let profile =
        out.ancestors().find(|at| at.file_name().is_some_and(|name| name == "build")).and_then(Path::parent);
    profile.map_or_else(|| out.clone(), Path::to_path_buf)
}

/// The name a Rust `cdylib` called `counter` would have on the target.
fn library_name() -> &'static str {
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("windows") => "counter.dll",
        Ok("macos" | "ios") => "libcounter.dylib",
        _ => "libcounter.so",
    }
}

/// Compiles and links in one step. An error of the kind `Other` means that a compiler ran and failed.
fn build(directory: &Path) -> io::Result<()> {
    let compiler = cc::Build::new()
        .warnings(true)
        .extra_warnings(true)
        .try_get_compiler()
        .map_err(|error| io::Error::new(io::ErrorKind::NotFound, error))?;

    // Into a file of this run first, then into place: another cargo may load or write the library at this moment.
    let name = library_name();
    let built =
        PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR for build scripts")).join(name);
    let mut command = compiler.to_command();
    if compiler.is_like_msvc() {
        command.arg("/LD").arg(SOURCE).arg(with_prefix("/Fe:", &built));
        command.arg(with_prefix("/Fo:", &built.with_extension("obj")));
    } else {
        command.args(["-std=c89", "-pedantic", "-shared"]);
        if name.ends_with(".dll") {
            // Else the 32-bit export is called DriverProc@20, and nobody finds it.
            command.arg("-Wl,--kill-at");
        }
        command.arg("-o").arg(&built).arg(SOURCE);
    }
    run(&mut command)?;
    let staged = directory.join(format!("{name}.{}", std::process::id()));
    fs::copy(&built, &staged)?;
    fs::rename(&staged, directory.join(name)).inspect_err(|_| {
        let _ = fs::remove_file(&staged);
    })
}

fn with_prefix(prefix: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(prefix);
    argument.push(path);
    argument
}

fn run(command: &mut Command) -> io::Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| {
        io::Error::new(error.kind(), format!("the C compiler {program} does not start: {error}"))
    })?;
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        println!("cargo::warning={line}");
    }
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{program} failed ({})", output.status)))
}
