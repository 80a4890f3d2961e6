//! The C peers of interop/c, built by the tests from what rpcgen makes of our interfaces.

use crate::missing;
use crate::process::run_command;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// A program to build.
#[derive(Clone, Copy, Debug)]
pub struct Peer<'a> {
    /// Its source, interop/c/NAME.c.
    pub name: &'a str,
    /// The interface it is written for: its path below the folder of the project, or an absolute one.
    pub interface: &'a str,
    /// What it needs of rpcgen's output beside the header and the codecs: `l` client stubs, `m` a dispatcher.
    pub stubs: &'a [&'a str],
    /// Files that the test makes up: name and text.
    pub extra: &'a [(&'a str, &'a str)],
}

/// The peers that need nothing special.
pub const CALCULATOR_CLIENT: Peer<'_> = peer("calculator_client", "idl/calculator.x", &["l"]);
/// See [`CALCULATOR_CLIENT`].
pub const CALCULATOR_SERVER: Peer<'_> = peer("calculator_server", "idl/calculator.x", &["m"]);
/// See [`CALCULATOR_CLIENT`].
pub const ERROR_CLIENT: Peer<'_> = peer("error_client", "idl/calculator.x", &[]);
/// See [`CALCULATOR_CLIENT`].
pub const ERROR_SERVER: Peer<'_> = peer("error_server", "idl/calculator.x", &[]);
/// See [`CALCULATOR_CLIENT`].
pub const BLOB_CLIENT: Peer<'_> = peer("blob_client", "idl/blob.x", &["l"]);
/// See [`CALCULATOR_CLIENT`].
pub const BLOB_SERVER: Peer<'_> = peer("blob_server", "idl/blob.x", &["m"]);
/// See [`CALCULATOR_CLIENT`].
pub const PEERS_CLIENT: Peer<'_> = peer("peers_client", "tests/interfaces/peers.x", &[]);
/// See [`CALCULATOR_CLIENT`].
pub const PEERS_BATCH: Peer<'_> = peer("peers_batch", "tests/interfaces/peers.x", &[]);
/// See [`CALCULATOR_CLIENT`].
pub const PEERS_LOAD: Peer<'_> = peer("peers_load", "tests/interfaces/peers.x", &[]);
/// See [`CALCULATOR_CLIENT`].
pub const PEERS_SERVER: Peer<'_> = peer("peers_server", "tests/interfaces/peers.x", &[]);
/// See [`CALCULATOR_CLIENT`].
pub const FIELDS: Peer<'_> = peer("fields", "idl/kitchen_sink.x", &[]);

const fn peer<'a>(name: &'a str, interface: &'a str, stubs: &'a [&'a str]) -> Peer<'a> {
    Peer { name, interface, stubs, extra: &[] }
}

/// One build at a time: tests run side by side and often want the same peer.
static BUILDING: Mutex<()> = Mutex::new(());

impl Peer<'_> {
    /// The program, built unless it is there already; `None` where the tools are missing and need not be there.
    pub fn build(&self) -> Option<PathBuf> {
        self.try_build().map(|program| program.unwrap_or_else(|error| panic!("{error}")))
    }

    /// As [`Peer::build`], for an interface that rpcgen or the C compiler may refuse: with what they say.
    pub fn try_build(&self) -> Option<Result<PathBuf, String>> {
        let flags = flags("libtirpc")?;
        let one = BUILDING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let place =
            Path::new(env!("OUT_DIR")).join("c").join(format!("{}-{:016x}", self.name, self.fingerprint(&flags)));
        let program = place.join(self.name);
        if !program.exists() {
            let _ = fs::remove_dir_all(&place);
            fs::create_dir_all(&place).unwrap();
            if let Err(error) = self.compile(&place, &flags) {
                return Some(Err(error));
            }
        }
        drop(one);
        Some(Ok(program))
    }

    fn compile(&self, place: &Path, flags: &[String]) -> Result<(), String> {
        let path = root().join(self.interface);
        let interface = path.file_stem().unwrap().to_str().unwrap();
        fs::copy(&path, place.join(format!("{interface}.x"))).unwrap();
        copy_included(path.parent().unwrap(), &fs::read(&path).unwrap(), place);
        for (name, text) in self.extra {
            fs::write(place.join(name), text).unwrap();
        }
        let mut sources = vec![source(self.name), source("peer")];
        rpcgen(place, interface, "h", &format!("{interface}.h"))?;
        for part in ["c"].iter().chain(self.stubs) {
            let output = format!("{interface}_{part}.c");
            rpcgen(place, interface, part, &output)?;
            sources.push(place.join(output));
        }
        let unfinished = format!("{}.unfinished", self.name);
        let mut gcc = Command::new("gcc");
        gcc.current_dir(place).args([
            "-std=gnu11",
            "-O1",
            "-Wall",
            "-Wno-unused-variable",
            "-Wno-unknown-pragmas",
            "-I.",
        ]);
        gcc.arg(format!("-I{}", sources[1].parent().unwrap().display()));
        gcc.args(&sources).args(["-o", &unfinished]).args(flags);
        succeed(gcc)?;
        fs::rename(place.join(unfinished), place.join(self.name)).unwrap();
        Ok(())
    }

    /// Changes with everything the program is made from.
    fn fingerprint(&self, flags: &[String]) -> u64 {
        let mut hash = DefaultHasher::new();
        let shared = [source("peer"), source("peer").with_extension("h")];
        for path in [source(self.name), root().join(self.interface)].iter().chain(&shared) {
            fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).hash(&mut hash);
        }
        (self.stubs, self.extra, flags).hash(&mut hash);
        hash.finish()
    }
}

/// The program of interop/c/NAME.c alone, with the library of a pkg-config package; `None` where that is missing and need
/// not be there.
pub fn program(name: &str, package: &str) -> Option<PathBuf> {
    let flags = flags(package)?;
    let one = BUILDING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut hash = DefaultHasher::new();
    (fs::read(source(name)).unwrap(), &flags).hash(&mut hash);
    let place = Path::new(env!("OUT_DIR")).join("c").join(format!("{name}-{:016x}", hash.finish()));
    let program = place.join(name);
    if !program.exists() {
        fs::create_dir_all(&place).unwrap();
        let mut gcc = Command::new("gcc");
        gcc.current_dir(&place).args(["-std=gnu11", "-O1", "-Wall", "-o", "unfinished"]).arg(source(name)).args(flags);
        succeed(gcc).unwrap_or_else(|error| panic!("{error}"));
        fs::rename(place.join("unfinished"), &program).unwrap();
    }
    drop(one);
    Some(program)
}

/// The folder of the whole project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The files beside an interface that it includes.
fn copy_included(folder: &Path, interface: &[u8], place: &Path) {
    for line in String::from_utf8_lossy(interface).lines() {
        let name = line.strip_prefix("#include \"").and_then(|rest| rest.split_once('"'));
        if let Some((name, _)) = name.filter(|(name, _)| folder.join(name).is_file()) {
            fs::copy(folder.join(name), place.join(name)).unwrap();
        }
    }
}

fn source(name: &str) -> PathBuf {
    root().join("tests/interop/c").join(format!("{name}.c"))
}

/// rpcgen refuses to overwrite, and derives names from the path it is given: it runs in the folder.
fn rpcgen(place: &Path, interface: &str, part: &str, output: &str) -> Result<(), String> {
    let mut rpcgen = Command::new("rpcgen");
    rpcgen.current_dir(place).args([&format!("-{part}"), "-o", output, &format!("{interface}.x")]);
    succeed(rpcgen)
}

fn succeed(command: Command) -> Result<(), String> {
    let what = format!("{command:?}");
    let output = run_command(command, &[]);
    if output.status.success() {
        Ok(())
    } else {
        Err(format!(
            "{what}
{}",
            output.stderr
        ))
    }
}

/// How to compile against the library of a pkg-config package.
fn flags(package: &str) -> Option<Vec<String>> {
    let there = |tool: &str, argument: &str| Command::new(tool).arg(argument).output().is_ok();
    for (tool, argument) in [("gcc", "--version"), ("rpcgen", "--version"), ("pkg-config", "--version")] {
        if !there(tool, argument) {
            missing(tool);
            return None;
        }
    }
    let found = Command::new("pkg-config").args(["--cflags", "--libs", package]).output().unwrap();
    if !found.status.success() {
        missing(package);
        return None;
    }
    Some(String::from_utf8_lossy(&found.stdout).split_whitespace().map(str::to_owned).collect())
}
