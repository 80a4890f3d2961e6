//! A whole package around an interface: what somebody who starts has to have, and can build at once.

use super::EmitError;
use super::name::KEYWORDS;
use askama::Template;
use std::fmt;

/// What a package is to be called and where it finds the runtime and the compiler.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    name: String,
    /// The dependencies as TOML values: `"0.1.0"`, `{ path = "../runtime" }`.
    runtime: String,
    compiler: String,
}

/// Where the package's dependencies come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// A registry, which has this version.
    Registry(&'a str),
    /// A folder with the sources of this project.
    Folder(&'a str),
}

/// Why a name is none for a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameFault {
    /// It does not begin with a lower-case letter.
    Start,
    /// A letter that does not belong in it.
    Letter(char),
    /// It means something else to Rust, cargo or the package itself.
    Reserved,
}

/// Crates that are there already, what cargo refuses, and the programs of the package.
const RESERVED: &[&str] = &[
    "alloc",
    "build",
    "client",
    "core",
    "deps",
    "examples",
    "incremental",
    "oncrpc",
    "proc_macro",
    "server",
    "std",
    "test",
];

/// Where server and client meet if nothing else is said.
const ADDRESS: &str = "127.0.0.1:4045";

impl Package {
    /// A package of that name: lower-case letters, digits, `-` and `_`.
    pub(crate) fn new(name: &str, origin: Origin<'_>) -> Result<Self, NameFault> {
        check(name)?;
        let (runtime, compiler) = match origin {
            Origin::Registry(version) => {
                (format!("\"{version}\""), format!("{{ version = \"{version}\", default-features = false }}"))
            }
            Origin::Folder(folder) => {
                let path = |part: &str| toml_string(&format!("{folder}/{part}"));
                let compiler = format!("{{ path = {}, default-features = false }}", path("compiler"));
                (format!("{{ path = {} }}", path("runtime")), compiler)
            }
        };
        Ok(Self { name: name.to_owned(), runtime, compiler })
    }

    /// The files: their places within the package, parted by `/`, and their texts.
    pub(crate) fn files(&self) -> Result<Vec<(String, String)>, EmitError> {
        let name = self.name.as_str();
        let library = name.replace('-', "_");
        let program = words(name).join("_").to_uppercase();
        let module = format!("{}_v1", words(name).join("_"));
        let number = format!("{:#x}", program_number(name));
        let (module, program, number) = (module.as_str(), program.as_str(), number.as_str());
        let file = |place: &str, text: String| (place.to_owned(), format!("{}\n", text.trim_end()));
        Ok(vec![
            file("Cargo.toml", Manifest { name, runtime: &self.runtime, compiler: &self.compiler }.render()?),
            file(&format!("idl/{name}.x"), Interface { name, program, number }.render()?),
            file("build.rs", BuildScript { name }.render()?),
            file("src/lib.rs", Library { name }.render()?),
            file(
                "src/bin/server.rs",
                Server { imports: server_imports(&library, module), module, address: ADDRESS }.render()?,
            ),
            file("src/bin/client.rs", Client { imports: client_imports(&library, module), address: ADDRESS }.render()?),
            file("README.md", Readme { name, number }.render()?),
        ])
    }
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("a name begins with a lower-case letter"),
            Self::Letter(letter) => write!(f, "`{letter}` is none of lower-case letters, digits, `-` and `_`"),
            Self::Reserved => f.write_str("the name means something else to Rust, cargo or the package itself"),
        }
    }
}

fn server_imports(library: &str, module: &str) -> String {
    sorted([
        "use oncrpc::{Call, Result, Server};".to_owned(),
        "use std::sync::atomic::{AtomicU64, Ordering::Relaxed};".to_owned(),
        format!("use {library}::{{Greeting, Name, {module}}};"),
    ])
}

fn client_imports(library: &str, module: &str) -> String {
    sorted(["use oncrpc::Result;".to_owned(), format!("use {library}::{module}::Client;")])
}

/// In the order in which rustfmt wants them.
fn sorted<const N: usize>(mut lines: [String; N]) -> String {
    lines.sort();
    lines.join("\n")
}

fn check(name: &str) -> Result<(), NameFault> {
    let belongs = |letter: &char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '-' | '_');
    if let Some(strange) = name.chars().find(|letter| !belongs(letter)) {
        return Err(NameFault::Letter(strange));
    }
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err(NameFault::Start);
    }
    let library = name.replace('-', "_");
    if KEYWORDS.contains(&name) || matches!(name, "self" | "super" | "crate") || RESERVED.contains(&library.as_str()) {
        return Err(NameFault::Reserved);
    }
    Ok(())
}

fn words(name: &str) -> Vec<&str> {
    name.split(['-', '_']).filter(|word| !word.is_empty()).collect()
}

/// A number that is the same each time and seldom another name's, from the range that RFC 5531 section 8.2 leaves to
/// users: FNV-1a of the name.
fn program_number(name: &str) -> u32 {
    let hash = name.bytes().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    0x2000_0000 | (hash & 0x1fff_ffff)
}

/// A TOML basic string.
fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}

#[derive(Template)]
#[template(path = "package/Cargo.toml.j2", escape = "none")]
struct Manifest<'a> {
    name: &'a str,
    runtime: &'a str,
    compiler: &'a str,
}

#[derive(Template)]
#[template(path = "package/interface.x.j2", escape = "none")]
struct Interface<'a> {
    name: &'a str,
    program: &'a str,
    number: &'a str,
}

#[derive(Template)]
#[template(path = "package/build.rs.j2", escape = "none")]
struct BuildScript<'a> {
    name: &'a str,
}

#[derive(Template)]
#[template(path = "package/lib.rs.j2", escape = "none")]
struct Library<'a> {
    name: &'a str,
}

#[derive(Template)]
#[template(path = "package/server.rs.j2", escape = "none")]
struct Server<'a> {
    imports: String,
    module: &'a str,
    address: &'a str,
}

#[derive(Template)]
#[template(path = "package/client.rs.j2", escape = "none")]
struct Client<'a> {
    imports: String,
    address: &'a str,
}

#[derive(Template)]
#[template(path = "package/README.md.j2", escape = "none")]
struct Readme<'a> {
    name: &'a str,
    number: &'a str,
}

#[cfg(test)]
mod tests {
    use super::{NameFault, Origin, Package, program_number, toml_string};

    #[test]
    fn names_that_cargo_and_rust_take() {
        let new = |name: &str| Package::new(name, Origin::Registry("1")).map(|package| package.name);
        for name in ["hello", "a", "my-service", "nfs_3", "x2"] {
            assert_eq!(new(name), Ok(name.to_owned()));
        }
        let faults = [
            ("", NameFault::Start),
            ("2nd", NameFault::Start),
            ("-a", NameFault::Start),
            ("Hello", NameFault::Letter('H')),
            ("a b", NameFault::Letter(' ')),
            ("a.b", NameFault::Letter('.')),
            ("async", NameFault::Reserved),
            ("oncrpc", NameFault::Reserved),
            ("proc-macro", NameFault::Reserved),
        ];
        for (name, fault) in faults {
            assert_eq!(new(name), Err(fault), "{name}");
        }
    }

    #[test]
    fn program_numbers_are_the_users_own() {
        let numbers = ["hello", "calc", "a", "b"].map(program_number);
        assert!(numbers.iter().all(|number| (0x2000_0000..0x4000_0000).contains(number)), "{numbers:x?}");
        assert!(numbers.windows(2).all(|pair| pair[0] != pair[1]), "{numbers:x?}");
    }

    #[test]
    fn paths_are_quoted() {
        assert_eq!(toml_string("/a \"b\"\\c\n"), r#""/a \"b\"\\c\u000a""#);
    }
}
