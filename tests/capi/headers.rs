//! The headers: each alone, by each compiler that is there, in each language; and their numbers are those of the source.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use opendriver::abi::*;
use opendriver_capi::Code;

use crate::abi_diff::{Declarations, interface};
use crate::library::root;
use crate::stage::{compiler, installed, run};
use crate::symbols::header;

/// All headers, relative to the include directory.
fn headers() -> Vec<PathBuf> {
    let found = headers_below(&root().join("include"));
    assert!(found.len() >= 7, "{found:?}");
    found
}

/// The headers below a directory, relative to it, in order.
pub fn headers_below(include: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut directories = vec![include.to_path_buf()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "h") {
                found.push(path.strip_prefix(include).expect("it is below").to_path_buf());
            }
        }
    }
    found.sort();
    found
}

fn check(compiler: &str, arguments: &[&str], source: &Path) {
    check_all(compiler, arguments, std::slice::from_ref(&source));
}

fn check_all(compiler: &str, arguments: &[&str], sources: &[impl AsRef<Path>]) {
    run(Command::new(compiler)
        .args(arguments)
        .args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", "-I"])
        .arg(root().join("include"))
        .args(sources.iter().map(AsRef::as_ref)));
}

const C89: &[&str] = &["-std=c89", "-Wno-long-long"];
const C11: &[&str] = &["-std=c11"];
const LEAN: &[&str] = &["-std=c11", "-DWIN32_LEAN_AND_MEAN"];
const LEAN_CPP: &[&str] = &["-x", "c++", "-std=c++17", "-DWIN32_LEAN_AND_MEAN"];
const CPP17: &[&str] = &["-x", "c++", "-std=c++17"];

#[test]
fn each_header_compiles_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let sources: Vec<PathBuf> = headers()
        .iter()
        .enumerate()
        .map(|(number, header)| {
            let source = directory.path().join(format!("alone{number}.c"));
            // Twice: a header guards itself.
            let once = format!("#include <{}>\n", header.display());
            fs::write(&source, format!("{once}{once}int something(void);\n")).expect("it can be written");
            source
        })
        .collect();
    for (compiler, language) in [
        ("gcc", C89),
        ("gcc", C11),
        ("g++", CPP17),
        ("clang", C89),
        ("clang", C11),
        ("clang++", CPP17),
        // Its windows.h takes a second to read; `together` has the other combinations.
        ("x86_64-w64-mingw32-gcc", LEAN),
        ("x86_64-w64-mingw32-g++", LEAN_CPP),
    ] {
        if installed(compiler) {
            check_all(compiler, language, &sources);
        }
    }
}

#[test]
fn headers_of_windows_and_of_ports_go_together_with_ours() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = directory.path().join("together.c");
    let ours = "#include <opendriver/opendriver.h>\n";
    let theirs = "#include <windows.h>\n#include <mmsystem.h>\n#include <vfw.h>\n#include <mmddk.h>\n";
    let windows = root().join("include/opendriver/windows");
    let windows = windows.to_str().expect("UTF-8");
    let before = format!("{ours}{theirs}int something(void);\n");
    let behind = format!("{theirs}{ours}int something(void);\n");
    for (compiler, arguments, text) in [
        ("x86_64-w64-mingw32-gcc", &["-std=c11"][..], &before),
        ("x86_64-w64-mingw32-gcc", &["-std=c11"], &behind),
        ("x86_64-w64-mingw32-gcc", &["-std=c11", "-DOPENDRIVER_STATIC"], &before),
        ("x86_64-w64-mingw32-gcc", &["-std=c89", "-DOPENDRIVER_STATIC"], &behind),
        // The names of Windows also with our directory of them in front of the system's.
        ("x86_64-w64-mingw32-gcc", &["-std=c11", "-I", windows], &behind),
        ("i686-w64-mingw32-gcc", &["-std=c11"], &before),
        ("i686-w64-mingw32-gcc", &["-std=c89"], &behind),
    ] {
        if installed(compiler) {
            fs::write(&source, text).expect("it can be written");
            check(compiler, arguments, &source);
        }
    }
    // A porting layer with a windows.h of its own, recognised by its guard or by our macro.
    for guard in ["_WINDEF_", "OPENDRIVER_HAS_WINDOWS_TYPES"] {
        let port = format!(
            "#define {guard} 1\n#define WINAPI\n#define CALLBACK\n#define APIENTRY\n\
             typedef int BOOL; typedef unsigned char BYTE; typedef unsigned short WORD; typedef unsigned int DWORD;\n\
             typedef unsigned int UINT; typedef int LONG; typedef unsigned int ULONG; typedef long INT_PTR;\n\
             typedef unsigned long UINT_PTR; typedef long LONG_PTR; typedef unsigned long ULONG_PTR;\n\
             typedef unsigned long DWORD_PTR; typedef unsigned long WPARAM; typedef long LPARAM; typedef long LRESULT;\n\
             typedef char CHAR; typedef unsigned short WCHAR; typedef char *LPSTR; typedef const char *LPCSTR;\n\
             typedef WCHAR *LPWSTR; typedef const WCHAR *LPCWSTR; typedef void *LPVOID; typedef const void *LPCVOID;\n\
             typedef void *HANDLE; typedef void *HINSTANCE; typedef void *HMODULE; typedef void *HWND;\n\
             #define FALSE 0\n#define TRUE 1\n{ours}int something(void);\n"
        );
        fs::write(&source, port).expect("it can be written");
        check("cc", C11, &source);
        check("cc", C89, &source);
    }
}

/// Static assertions for everything that the headers say in numbers.
fn assertions() -> String {
    let mut c = String::from("#include <opendriver/opendriver.h>\n#include <stddef.h>\n");
    let mut equal = |expression: &str, value: String| {
        writeln!(c, "_Static_assert({expression} == {value}, \"{expression}\");").expect("text");
    };
    for entry in MESSAGES {
        equal(&format!("(DWORD)({})", entry.name), format!("{}u", entry.number));
    }
    for code in Code::ALL {
        equal(code.c_name().to_str().expect("ASCII"), (*code as u32).to_string());
    }
    let wide = size_of::<usize>() == 8;
    for layout in LAYOUTS.iter().filter(|layout| layout.name != "DRIVERINFOSTRUCT") {
        equal(
            &format!("sizeof({})", layout.name),
            if wide { layout.size64 } else { layout.size32 }.to_string(),
        );
        for field in layout.fields {
            let offset = if wide { field.offset64 } else { field.offset32 };
            equal(&format!("offsetof({}, {})", layout.name, field.name), offset.to_string());
        }
    }
    macro_rules! same_layout {
        ($rust:ty, $c:literal, $($field:ident = $c_field:literal),*) => {
            equal(concat!("sizeof(", $c, ")"), size_of::<$rust>().to_string());
            $(equal(
                concat!("offsetof(", $c, ", ", $c_field, ")"),
                std::mem::offset_of!($rust, $field).to_string(),
            );)*
        };
    }
    same_layout!(
        opendriver_capi::DRIVERINFOSTRUCT,
        "DRIVERINFOSTRUCT",
        length = "length",
        hDriver = "hDriver",
        hModule = "hModule",
        szAliasName = "szAliasName"
    );
    same_layout!(opendriver_capi::Answer, "opendriver_answer", handle = "driver", answer = "answer");
    same_layout!(
        opendriver_capi::NotifierTable,
        "opendriver_notifier",
        size = "size",
        user = "user",
        post_to_window = "post_to_window",
        post_to_thread = "post_to_thread",
        set_event = "set_event"
    );
    macro_rules! same_constants {
        ($($name:ident)*) => { $(equal(concat!("(DWORD)(", stringify!($name), ")"), format!("{}u", $name as u32));)* };
    }
    same_constants! {
        DRVCNF_CANCEL DRVCNF_OK DRVCNF_RESTART DRV_CANCEL DRV_OK DRV_RESTART DRV_SUCCESS DRV_FAILURE
        DRVEA_NORMALEXIT DRVEA_ABNORMALEXIT PWR_SUSPENDREQUEST PWR_SUSPENDRESUME PWR_CRITICALRESUME PWR_OK PWR_FAIL
        DCB_NULL DCB_WINDOW DCB_TASK DCB_FUNCTION DCB_EVENT DCB_TYPEMASK DCB_NOSWITCH
        CALLBACK_TYPEMASK CALLBACK_NULL CALLBACK_WINDOW CALLBACK_TASK CALLBACK_THREAD CALLBACK_FUNCTION CALLBACK_EVENT
        DRIVER_FLAGS_OPEN GND_FORWARD GND_FIRSTINSTANCEONLY GND_REVERSE
        MCI_NO_COMMAND_TABLE MCI_DEVTYPE_VCR MCI_DEVTYPE_VIDEODISC MCI_DEVTYPE_OVERLAY MCI_DEVTYPE_CD_AUDIO
        MCI_DEVTYPE_DAT MCI_DEVTYPE_SCANNER MCI_DEVTYPE_ANIMATION MCI_DEVTYPE_DIGITAL_VIDEO MCI_DEVTYPE_OTHER
        MCI_DEVTYPE_WAVEFORM_AUDIO MCI_DEVTYPE_SEQUENCER MCI_DEVTYPE_FIRST_USER
        ICTYPE_VIDEO ICTYPE_AUDIO ICTYPE_VIDEO_CAPTURE ICVERSION ICMODE_COMPRESS ICMODE_DECOMPRESS
        ICMODE_FASTDECOMPRESS ICMODE_QUERY ICMODE_FASTCOMPRESS ICMODE_DRAW
    }
    equal("OPENDRIVER_TEXT_UTF16", TEXT_UTF16.to_string());
    equal("OPENDRIVER_TEXT_ANSI", TEXT_ANSI.to_string());
    equal("OPENDRIVER_TEXT_UTF8", TEXT_UTF8.to_string());
    for name in
        ["HDRVR", "LPARAM", "LRESULT", "DWORD_PTR", "WPARAM", "DRIVERPROC", "LPDRVCALLBACK", "HMODULE"]
    {
        equal(&format!("sizeof({name})"), "sizeof(void *)".to_owned());
    }
    equal("sizeof(WCHAR)", "2".to_owned());
    equal("sizeof(DWORD)", "4".to_owned());
    c
}

#[test]
fn numbers_and_layouts_are_those_of_the_source() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = directory.path().join("assertions.c");
    let good = assertions();
    fs::write(&source, &good).expect("it can be written");
    check("cc", C11, &source);
    // With the types of Windows: the structures that its headers have are theirs there, and must agree as well.
    for compiler in ["x86_64-w64-mingw32-gcc"] {
        if size_of::<usize>() == 8 && installed(compiler) {
            let of_windows: String = good
                .lines()
                .filter(|line| !line.contains("ACMDRVOPENDESC"))
                .map(|line| {
                    if line.starts_with("#include <stddef") {
                        "#include <vfw.h>\n#include <stddef.h>"
                    } else {
                        line
                    }
                })
                .map(|line| format!("{line}\n"))
                .collect();
            fs::write(&source, of_windows).expect("it can be written");
            check(compiler, C11, &source);
        }
    }
    // The check can fail.
    let bad = good.replace(
        "offsetof(DRVCONFIGINFO, lpszDCIAliasName) ==",
        "1 + offsetof(DRVCONFIGINFO, lpszDCIAliasName) ==",
    );
    assert_ne!(good, bad);
    fs::write(&source, bad).expect("it can be written");
    let output = compiler()
        .args(["-std=c11", "-fsyntax-only", "-I"])
        .arg(root().join("include"))
        .arg(&source)
        .output()
        .expect("the compiler can be started");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("lpszDCIAliasName"));
}

#[test]
fn every_code_of_the_source_stands_in_the_header_and_no_other() {
    let header = header();
    let defined: Vec<&str> = header
        .lines()
        .filter_map(|line| line.strip_prefix("#define "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| name.starts_with("OPENDRIVER_ERROR_") || *name == "OPENDRIVER_OK")
        .collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.c_name().to_str().expect("ASCII")).collect();
    assert_eq!(defined, codes);
}

#[test]
fn offsets_for_32_bits_are_the_documented_ones() {
    // Needs no library and no header of the system for 32 bits, only the compiler.
    let directory = tempfile::tempdir().expect("a directory");
    let source = directory.path().join("narrow.c");
    let mut c = String::from("#include <opendriver/opendriver.h>\n#include <stddef.h>\n");
    for layout in LAYOUTS.iter().filter(|layout| layout.name != "DRIVERINFOSTRUCT") {
        let name = layout.name;
        writeln!(c, "_Static_assert(sizeof({name}) == {}, \"{name}\");", layout.size32).expect("text");
        for field in layout.fields {
            let (field, offset) = (field.name, field.offset32);
            writeln!(c, "_Static_assert(offsetof({name}, {field}) == {offset}, \"{name}.{field}\");")
                .expect("text");
        }
    }
    for (expression, value) in [
        ("sizeof(DRIVERINFOSTRUCT)", 140),
        ("offsetof(DRIVERINFOSTRUCT, szAliasName)", 12),
        ("sizeof(opendriver_answer)", 8),
        ("sizeof(opendriver_notifier)", 20),
        ("sizeof(HDRVR)", 4),
        ("sizeof(LPARAM)", 4),
    ] {
        writeln!(c, "_Static_assert({expression} == {value}, \"{expression}\");").expect("text");
    }
    fs::write(&source, c).expect("it can be written");
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) && installed("gcc") {
        check("gcc", &["-std=c11", "-m32"], &source);
    }
}

/// What our headers under the names of Windows define, asked of the compiler, as assertions for those of Windows.
fn assertions_of_windows() -> String {
    let include = root().join("include");
    let ours = Declarations::below(&include.join("opendriver/windows"));
    let values = interface(&include, &BTreeSet::new());
    let mut c = String::from(
        "#include <windows.h>\n#include <mmsystem.h>\n#include <mmddk.h>\n#include <stddef.h>\n",
    );
    for name in ours.macros.keys() {
        if let Some(value) = values.get(&format!("constant {name}")) {
            // Behind the number stand the conditions.
            let value = value.split(' ').next().expect("it has a number");
            writeln!(c, "_Static_assert((long long)({name}) == {value}, \"{name}\");").expect("text");
        }
    }
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    for (name, structure) in &ours.structures {
        let described = &values[&format!("struct {name}")];
        let (size, places) = described.split_once(": ").expect("a size and places");
        writeln!(c, "_Static_assert(sizeof({name}) == {}, \"{name}\");", number(size)).expect("text");
        for ((field, _), place) in structure.fields.iter().zip(places.split("; ")) {
            let offset = number(place);
            writeln!(c, "_Static_assert(offsetof({name}, {field}) == {offset}, \"{name}.{field}\");")
                .expect("text");
        }
    }
    for (name, text) in
        ours.types.keys().filter_map(|name| Some((name, values.get(&format!("type {name}"))?)))
    {
        let bytes = text.rsplit_once(": ").map(|(_, width)| number(width)).expect("it has a width");
        writeln!(c, "_Static_assert(sizeof({name}) == {bytes}, \"{name}\");").expect("text");
    }
    c
}

#[test]
fn what_stands_under_the_names_of_windows_is_what_windows_has() {
    let compiler = "x86_64-w64-mingw32-gcc";
    if size_of::<usize>() != 8 || !installed(compiler) {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let source = directory.path().join("windows.c");
    let good = assertions_of_windows();
    for what in
        ["sizeof(MIDIOPENDESC) ==", "offsetof(MIDIHDR, dwOffset) ==", "(MODM_OPEN) ==", "sizeof(LPTSTR) =="]
    {
        assert!(good.contains(what), "{what} is not asked");
    }
    fs::write(&source, &good).expect("it can be written");
    check(compiler, C11, &source);
    // The check can fail.
    fs::write(&source, good.replace("(MODM_OPEN) ==", "1 + (MODM_OPEN) ==")).expect("it can be written");
    let output =
        Command::new(compiler).args(["-std=c11", "-fsyntax-only"]).arg(&source).output().expect("a compiler");
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("MODM_OPEN"));
}

#[test]
fn wide_text_is_written_as_the_guide_says() {
    let directory = tempfile::tempdir().expect("a directory");
    let source = directory.path().join("wide.c");
    let compiles = |compiler: &str, arguments: &[&str], literal: &str| {
        let text = format!("#include <windows.h>\n#include <mmsystem.h>\nLPCWSTR name = {literal};\n");
        fs::write(&source, text).expect("it can be written");
        let mut command = Command::new(compiler);
        command.args(arguments).args(["-Wall", "-Werror", "-fsyntax-only", "-I"]);
        let output = command.arg(root().join("include/opendriver/windows")).arg(&source).output();
        output.expect("a compiler").status.success()
    };
    for compiler in ["gcc", "clang"] {
        if installed(compiler) {
            assert!(compiles(compiler, C11, "u\"text\""), "{compiler}");
            assert!(!compiles(compiler, C11, "L\"text\""), "{compiler}");
            assert!(compiles(compiler, &["-std=c11", "-fshort-wchar"], "L\"text\""), "{compiler}");
            assert!(compiles(compiler, &["-std=c11", "-DUNICODE"], "TEXT(\"text\")"), "{compiler}");
        }
    }
    for compiler in ["g++", "clang++"] {
        if installed(compiler) {
            assert!(compiles(compiler, CPP17, "u\"text\""), "{compiler}");
            assert!(!compiles(compiler, &[CPP17, &["-fshort-wchar"]].concat(), "L\"text\""), "{compiler}");
            assert!(compiles(compiler, &[CPP17, &["-DUNICODE"]].concat(), "TEXT(\"text\")"), "{compiler}");
        }
    }
}
