//! Compiles the benchmark's interface, with views and without, and interfaces of 1 to 1,000 procedures.

use oncrpc_compiler::Compiler;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

const INTERFACE: &str = "../bench/bench.x";

/// How many procedures an interface has whose dispatch is counted.
const WIDTHS: &[u32] = &[1, 10, 100, 1000];

fn main() -> io::Result<()> {
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let views = out_dir.join("views");
    fs::create_dir_all(&views)?;
    Compiler::new().compile(INTERFACE).unwrap_or_exit();
    Compiler::new().views(true).out_dir(views).compile(INTERFACE).unwrap_or_exit();
    for width in WIDTHS {
        wide(&out_dir, *width)?;
    }
    println!("cargo:rustc-env=COUNTS_RUSTC={}", rustc()?);
    Ok(())
}

/// The compiler that the counts are of.
fn rustc() -> io::Result<String> {
    let rustc = env::var_os("RUSTC").expect("cargo sets it");
    let version = Command::new(rustc).arg("--version").output()?;
    Ok(String::from_utf8_lossy(&version.stdout).trim().to_owned())
}

/// An interface of `width` procedures, numbered from 1, and a service of it.
fn wide(out_dir: &Path, width: u32) -> io::Result<()> {
    let (mut procedures, mut methods) = (String::new(), String::new());
    for number in 1..=width {
        writeln!(procedures, "unsigned int STEP_{number}(unsigned int) = {number};").expect("a string takes all");
        // Methods that were inlined and alike could be carried out without looking at the number.
        let signature = format!("fn step_{number}(&self, _call: &oncrpc::Call, value: u32) -> oncrpc::Result<u32>");
        writeln!(methods, "#[inline(never)] {signature} {{ Ok(value ^ {number}) }}").expect("a string takes all");
    }
    let name = format!("wide_{width}");
    let interface = out_dir.join(format!("{name}.x"));
    let program = format!("program WIDE {{ version WIDE_V1 {{ {procedures} }} = 1; }} = 0x20000c07;");
    fs::write(&interface, program)?;
    Compiler::new().compile(interface).unwrap_or_exit();
    let service = format!("impl wide_v1::Service for super::Wide {{ {methods} }}");
    fs::write(out_dir.join(format!("{name}_service.rs")), service)
}
