//! Link options of the shared library.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let of_target = |name: &str| std::env::var(name).unwrap_or_default();
    let option = |option: &str| println!("cargo::rustc-cdylib-link-arg={option}");
    let system = of_target("CARGO_CFG_TARGET_OS");
    // Which functions are exported rustc itself sees to. What is left: drivers keep addresses of this library, and threads
    // have destructors in it, so unloading it would end in a crash. The ELF linkers can forbid it.
    if system == "linux" {
        option("-Wl,-z,nodelete");
    }
    // The name by which programs look for it when they start, with the version of the interface in it. cargo-c gives the
    // same by itself. With two names, a process could load two copies, each with drivers of its own.
    if std::env::var_os("CARGO_FEATURE_CAPI").is_none() {
        let version = interface_version();
        match (of_target("CARGO_CFG_TARGET_FAMILY").as_str(), of_target("CARGO_CFG_TARGET_VENDOR").as_str()) {
            ("unix", "apple") => option(&format!("-Wl,-install_name,@rpath/libopendriver.{version}.dylib")),
            ("unix", _) => option(&format!("-Wl,-soname,libopendriver.so.{version}")),
            _ => {}
        }
    }
}

/// The part of the version that changes when programs must be compiled anew: the first number, and if that is 0 the
/// second as well.
fn interface_version() -> String {
    let number = |name: &str| std::env::var(name).unwrap_or_default();
    match number("CARGO_PKG_VERSION_MAJOR").as_str() {
        "0" => format!("0.{}", number("CARGO_PKG_VERSION_MINOR")),
        major => major.to_owned(),
    }
}
