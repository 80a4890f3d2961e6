//! What `oncrpc gen --sample` prints compiles without a warning for every interface here, and client and server of one
//! understand each other.

use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::process::{Guard, Output, free_port, run, wait_for_port};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PROGRAMS: [&str; 2] = ["server", "client"];

/// Interfaces that define no program.
const WITHOUT: &[&str] = &["kitchen_sink.x", "rpc_msg.x"];

fn command() -> PathBuf {
    build(root(), &["-p", "oncrpc-compiler", "--features", "cli"]).join("oncrpc")
}

fn sample(command: &Path, which: &str, interface: &Path, options: &[&str]) -> Output {
    let interface = interface.to_str().unwrap();
    run(command, &[&["gen", "--sample", which, interface], options].concat(), &[])
}

/// An empty package whose build script compiles `idl/*.x` with `options`, which are those of [`Compiler`].
///
/// [`Compiler`]: oncrpc_compiler::Compiler
fn package(name: &str, interfaces: &[PathBuf], options: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("samples").join(name);
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(place.join("src/bin")).unwrap();
    let root = root().display();
    let manifest = format!(
        "[package]\nname = \"samples-{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\noncrpc = {{ path = \"{root}/runtime\" }}\n\n\
         [build-dependencies]\noncrpc-compiler = {{ path = \"{root}/compiler\", default-features = false }}\n\n\
         [lints.rust]\nwarnings = \"deny\"\n\n[workspace]\n"
    );
    fs::write(place.join("Cargo.toml"), manifest).unwrap();
    fs::copy(format!("{root}/Cargo.lock"), place.join("Cargo.lock")).unwrap();
    let script = format!(
        "fn main() {{\n    let compiler = oncrpc_compiler::Compiler::new(){options};\n    \
         compiler.compile_all::<&str>({interfaces:?}).unwrap_or_exit();\n}}\n"
    );
    fs::write(place.join("build.rs"), script).unwrap();
    place
}

/// The `.x` files of a folder.
fn interfaces(folder: &str) -> Vec<PathBuf> {
    let paths = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|it| it == "x")).collect();
    paths.sort();
    paths
}

/// All samples of `interfaces`, as modules of one library. Returns how many there are.
fn compile_all(name: &str, interfaces: &[PathBuf], compiler: &str, options: &[&str]) -> usize {
    let command = command();
    let (mut library, mut used) = (String::new(), Vec::new());
    let mut texts = Vec::new();
    for (index, interface) in interfaces.iter().enumerate() {
        for which in PROGRAMS {
            let output = sample(&command, which, interface, options);
            if output.status.success() {
                library += &format!("#[allow(dead_code)]\nmod {which}_{index};\n");
                texts.push((format!("src/{which}_{index}.rs"), output.stdout));
                used.push(interface.clone());
            }
        }
    }
    used.dedup();
    let place = package(name, &used, compiler);
    fs::write(place.join("src/lib.rs"), library).unwrap();
    for (path, text) in &texts {
        fs::write(place.join(path), text).unwrap();
    }
    build(&place, &[]);
    texts.len()
}

#[test]
fn client_and_server_understand_each_other() {
    let (command, interfaces) = (command(), interfaces("idl"));
    let (without, with): (Vec<PathBuf>, Vec<PathBuf>) =
        interfaces.into_iter().partition(|path| WITHOUT.iter().any(|name| path.ends_with(name)));
    assert!(with.len() >= 2 && without.len() == WITHOUT.len());
    for interface in without {
        let output = sample(&command, "server", &interface, &[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stderr.contains("defines no program"), "{}", output.stderr);
    }
    let place = package("run", &with, "");
    let name = |interface: &Path, which: &str| format!("{}_{which}", interface.file_stem().unwrap().display());
    for interface in &with {
        for which in PROGRAMS {
            let path = place.join(format!("src/bin/{}.rs", name(interface, which)));
            sample(&command, which, interface, &["-o", path.to_str().unwrap()]).lines();
            let again = sample(&command, which, interface, &["-o", path.to_str().unwrap()]);
            assert_eq!(again.status.code(), Some(1), "a sample overwrites what may have been changed");
        }
    }
    let programs = build(&place, &[]);
    for interface in &with {
        let port = free_port();
        let address = format!("tcp://127.0.0.1:{port}");
        let mut server = Command::new(programs.join(name(interface, "server")));
        server.arg(&address).stdin(Stdio::null()).stderr(Stdio::null());
        let _server = Guard(server.spawn().unwrap());
        wait_for_port(port);
        let output = run(programs.join(name(interface, "client")), &[&address], &[]);
        let text = fs::read_to_string(interface).unwrap();
        let procedures = text.lines().filter(|line| line.contains(") = ")).count();
        assert_eq!(output.lines().len(), procedures, "one line a procedure: {output:?}");
    }
}

#[test]
fn every_quirk_of_the_language_compiles() {
    let dialect = interfaces("compiler/tests/dialect");
    assert!(compile_all("dialect", &dialect, "", &[]) > 10);
    let program = [root().join("tests/golden/program/input.x")];
    assert_eq!(compile_all("program", &program, "", &[]), 2);
    assert_eq!(compile_all("verbatim", &program, ".verbatim_names(true)", &["--verbatim-names"]), 2);
    let calculator = [root().join("idl/calculator.x")];
    assert_eq!(compile_all("views", &calculator, ".views(true)", &["--views"]), 2);
}

/// Procedures that are answered later, or not: also with types of all kinds, with views, and where the null procedure is one.
const LATER: &str = "\
%#pragma oncrpc deferred WAIT FETCH
%#pragma oncrpc oneway NOTE LOG
struct item { string name<>; opaque data<>; item *next; };
program QUEUE {
    version QUEUE_V1 { int WAIT(void) = 1; void NOTE(item) = 2; item FETCH(string, int) = 3; int ASK(int) = 4; } = 1;
    version QUEUE_V2 { void WAIT(int) = 1; void LOG(void) = 2; } = 2;
} = 0x20000003;
";

#[test]
fn replies_that_come_later_or_not_at_all_compile() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("later.x");
    fs::write(&place, LATER).unwrap();
    let interface = [place.clone()];
    let text = |which| String::from_utf8(sample(&command(), which, &place, &[]).stdout).unwrap();
    assert!(text("server").contains("reply: oncrpc::Reply<i32>") && text("server").contains("reply.send(Ok(0));"));
    assert!(text("client").contains("client.inner().flush()?;"));
    assert_eq!(compile_all("later", &interface, "", &[]), 2);
    assert_eq!(compile_all("later-views", &interface, ".views(true)", &["--views"]), 2);
    let (builder, set) = (
        ".procedure_options(\"QUEUE_V1.ASK\", oncrpc_compiler::ProcedureOptions::new().deferred(true))",
        "QUEUE_V1.ASK.deferred=true",
    );
    assert_eq!(compile_all("later-set", &interface, builder, &["--set", set]), 2);
}

/// Types that hold others twice, and again, and wide ones many times: values of them are not even begun.
#[test]
fn types_in_types_do_not_grow_without_end() {
    let doubled: String = (1..14).map(|it| format!("struct s{it} {{ s{0} a; s{0} b[3]; }};\n", it - 1)).collect();
    let members: String = (0..5000).map(|it| format!("int m{it}; ")).collect();
    let wide: String = (0..190).map(|it| format!("broad b{it}; ")).collect();
    let text = format!(
        "struct s0 {{ int a; }};\n{doubled}struct broad {{ {members}}};\nstruct wide {{ {wide}}};\n\
         program P {{ version V {{ s13 DEEP(s13) = 1; wide WIDE(wide) = 2; }} = 1; }} = 0x20000001;\n"
    );
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("growing.x");
    fs::write(&place, text).unwrap();
    let command = command();
    for which in PROGRAMS {
        let text = String::from_utf8(sample(&command, which, &place, &[]).stdout).unwrap();
        assert!(text.lines().count() < 100, "{which}: {} lines", text.lines().count());
        assert!(text.contains("DEEP") && text.contains("WIDE"), "{text}");
    }
}

#[test]
fn values_that_would_fill_the_screen_are_left_out() {
    let mut text = "struct s0 { int a; };\n".to_owned();
    for depth in 1..8 {
        text += &format!("struct s{depth} {{ s{0} a; s{0} *b; s{0} c; }};\n", depth - 1);
    }
    text += "program P { version V { s7 LARGE(s7) = 1; s3 SMALL(s3) = 2; } = 1; } = 0x20000001;\n";
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("large.x");
    fs::write(&place, text).unwrap();
    let command = command();
    let text = |which| String::from_utf8(sample(&command, which, &place, &[]).stdout).unwrap();
    assert!(text("server").contains("fn large(&self, call: &Call, s7: idl::S7) -> Result<idl::S7> {"));
    assert!(text("server").contains("Err(oncrpc::Error::ProcedureUnavailable)"));
    assert!(text("client").contains("let s7: idl::S7 = todo!(\"a value\");"));
    assert!(text("client").contains("let s3: idl::S3 = idl::S3 {\n"));
    assert!(text("client").lines().count() < 120);
}
