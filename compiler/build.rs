//! Says how the command is linked.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    if is_command() && is_linked_as_expected() && !is_linked_by_another() && has_static_unwinder() {
        // The shared one takes a tenth of the time in which the command is done with a small file (docs/adr/0022).
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Whether the command is built, or the library with all that is in it, not only what a build.rs needs.
fn is_command() -> bool {
    env::var_os("CARGO_FEATURE_CLI").is_some()
}

/// Whether the target is one that std links `libgcc_s` on, of which `libgcc_eh` is the part that it needs.
fn is_linked_as_expected() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|it| it == value);
    is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu")
}

/// Whether flags name a linker, or tell it what else to do: it is not known what that one has.
fn is_linked_by_another() -> bool {
    env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("link"))
}

/// Whether the linker knows the library. For another target than this machine that is only asked of a linker that is named.
fn has_static_unwinder() -> bool {
    let is_native = env::var_os("HOST") == env::var_os("TARGET");
    let linker = env::var_os("RUSTC_LINKER").or_else(|| is_native.then(|| "cc".into()));
    let asked = linker.and_then(|linker| Command::new(linker).arg("-print-file-name=libgcc_eh.a").output().ok());
    // Where it knows none it gives the name back.
    let found = asked.and_then(|asked| String::from_utf8(asked.stdout).ok());
    found.is_some_and(|path| PathBuf::from(path.trim_end()).is_absolute())
}
