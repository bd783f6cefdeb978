//! Link options of the shared library.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let of_target = |name: &str| std::env::var(name).unwrap_or_default();
    // Which functions are exported rustc itself sees to. What is left: drivers keep addresses of this library, and threads
    // have destructors in it, so unloading it would end in a crash. The ELF linkers can forbid it.
    if of_target("CARGO_CFG_TARGET_OS") == "linux" {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
