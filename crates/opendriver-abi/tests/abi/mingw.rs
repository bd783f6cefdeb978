//! Against the C headers of mingw-w64, where its compilers are installed: one file of static assertions, made from our
//! tables and compiled for 32 and 64 bits. Nothing is linked or run.

use std::fmt::Write;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::process::Command;

use opendriver_abi::LAYOUTS;

use crate::constants::{IN_NO_HEADER, all};

#[test]
fn headers_for_32_bits_agree() {
    compile("i686-w64-mingw32-gcc", 32);
}

#[test]
fn headers_for_64_bits_agree() {
    compile("x86_64-w64-mingw32-gcc", 64);
}

/// What the headers do not have, declared after the documents so that a compiler does the sums.
const DECLARATIONS: &str = "
#include <pshpack1.h>
typedef struct { DWORD cbStruct, fccType, fccComp, dwVersion, dwFlags, dwError;
    LPCSTR pszSectionName, pszAliasName; DWORD dnDevNode; } ACMDRVOPENDESCA;
typedef struct { DWORD cbStruct, fccType, fccComp, dwVersion, dwFlags, dwError;
    LPCWSTR pszSectionName, pszAliasName; DWORD dnDevNode; } ACMDRVOPENDESCW;
typedef struct { WORD length, hDriver, hModule; CHAR szAliasName[128]; } DRIVERINFOSTRUCT;
#include <poppack.h>
";

fn assertions(width: u32) -> String {
    let mut c = String::from(
        "#include <windows.h>\n#include <mmsystem.h>\n#include <vfw.h>\n#include <mmddk.h>\n#include <stddef.h>\n",
    );
    c.push_str(DECLARATIONS);
    writeln!(c, "_Static_assert(sizeof(void *) == {}, \"pointer\");", width / 8).unwrap();
    for name in ["HDRVR", "LPARAM", "LRESULT", "DWORD_PTR", "DRIVERPROC", "LPDRVCALLBACK"] {
        writeln!(c, "_Static_assert(sizeof({name}) == sizeof(void *), \"{name}\");").unwrap();
    }
    for (name, value) in all() {
        // Cut to 32 bits: the headers write -1 with and without a sign. All constants fit.
        let value = value as u32;
        let assertion = format!("_Static_assert((DWORD)({name}) == {value}u, \"{name}\");");
        if IN_NO_HEADER.contains(&name) {
            writeln!(c, "#ifdef {name}\n{assertion}\n#endif").unwrap();
        } else {
            writeln!(c, "{assertion}").unwrap();
        }
    }
    for layout in LAYOUTS {
        let name = layout.name;
        let wide = width == 64;
        let size = if wide { layout.size64 } else { layout.size32 };
        writeln!(c, "_Static_assert(sizeof({name}) == {size}, \"sizeof {name}\");").unwrap();
        for field in layout.fields {
            let (field, offset) = (field.name, if wide { field.offset64 } else { field.offset32 });
            writeln!(c, "_Static_assert(offsetof({name}, {field}) == {offset}, \"{name}.{field}\");")
                .unwrap();
        }
    }
    c
}

fn compile(compiler: &str, width: u32) {
    let directory = tempfile::tempdir().unwrap();
    let check = |name: &str, text: &str| {
        let file = directory.path().join(name);
        fs::write(&file, text).unwrap();
        Command::new(compiler).args(["-std=gnu11", "-fsyntax-only", "-Werror"]).arg(&file).output()
    };
    let good = assertions(width);
    let output = match check("good.c", &good) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // .ci/run sets it. Not println, which is not shown when the test passes.
            let everything = std::env::var_os("OPENDRIVER_TEST_ALL").is_some_and(|value| !value.is_empty());
            assert!(!everything, "{compiler} is not installed, and OPENDRIVER_TEST_ALL is set");
            let said = format!("skipped: {compiler} is not installed\n");
            std::io::stderr().write_all(said.as_bytes()).unwrap();
            return;
        }
        output => output.unwrap(),
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{compiler} does not agree:\n{errors}");

    // The check itself can fail: one offset too many, and the compiler says which.
    let bad = good.replace("offsetof(ICOPEN, dwFlags) == 16", "offsetof(ICOPEN, dwFlags) == 17");
    assert_ne!(good, bad);
    let output = check("bad.c", &bad).unwrap();
    assert!(!output.status.success());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("ICOPEN.dwFlags"), "{errors}");
}
