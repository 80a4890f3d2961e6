//! Options: that the three ways to say one do the same, as docs/options.md has them, and which counts.

use oncrpc_compiler::{
    CompileError, Compiler, Enumerations, OpaqueType, ProcedureOptions, StringType, TypeOptions, UnknownDiscriminants,
};
use std::fs;
use std::path::{Path, PathBuf};

/// A directory of its own for a test.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("options").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// What a compiler makes of an interface in a folder, with a file of options beside it if that is not empty.
fn compile(compiler: &Compiler, folder: &Path, interface: &str, toml: &str) -> Result<String, String> {
    let _ = fs::remove_file(folder.join("oncrpc.toml"));
    if !toml.is_empty() {
        fs::write(folder.join("oncrpc.toml"), toml).unwrap();
    }
    fs::write(folder.join("options.x"), interface).unwrap();
    match compiler.clone().out_dir(folder).compile(folder.join("options.x")).into_result() {
        Ok(path) => Ok(fs::read_to_string(path).unwrap()),
        Err(CompileError::Rejected { report, .. }) => Err(report),
        Err(error) => panic!("{error}"),
    }
}

/// The block of a language in a text, the first one.
fn block<'a>(text: &'a str, language: &str) -> &'a str {
    let start = text.split_once(&format!("```{language}\n")).unwrap_or_else(|| panic!("no {language} in {text}")).1;
    start.split_once("```").unwrap().0
}

/// A compiler and the text that makes it.
macro_rules! made {
    ($($name:literal: $compiler:expr;)*) => { [$(($name, $compiler, stringify!($compiler))),*] };
}

#[test]
fn the_three_ways_of_the_documentation_do_the_same() {
    let documentation = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/options.md")).unwrap();
    let (interface, here) = (block(&documentation, "c"), directory("documentation"));
    let plain = compile(&Compiler::new(), &here, interface, "").unwrap();
    let cases = made! {
        "enumerations": Compiler::new().type_options("color", TypeOptions::new().enumerations(Enumerations::Open));
        "unknown_discriminants": Compiler::new().unknown_discriminants(UnknownDiscriminants::Keep);
        "derive": Compiler::new()
            .type_options("point", TypeOptions::new().derive(["serde::Serialize", "serde::Deserialize"]));
        "ord": Compiler::new().type_options("point", TypeOptions::new().ord(true));
        "opaque": Compiler::new().opaque(OpaqueType::Vec);
        "string": Compiler::new().type_options("paint", TypeOptions::new().string(StringType::String));
        "rename": Compiler::new().type_options("nfs_fh3", TypeOptions::new().rename("FileHandle"));
        "members": Compiler::new()
            .type_options("nfs_fh3", TypeOptions::new().member("data", "bytes"))
            .type_options("color", TypeOptions::new().member("COLOR_RED", "Crimson"));
        "verbatim_names": Compiler::new().verbatim_names(true);
        "views": Compiler::new().views(true);
        "idempotent": Compiler::new().procedure_options("LOOK", ProcedureOptions::new().idempotent(true));
        "at_most_once": Compiler::new()
            .procedure_options("PAINTER_V1.POUR", ProcedureOptions::new().at_most_once(true));
        "deferred": Compiler::new().procedure_options("LOOK", ProcedureOptions::new().deferred(true));
        "oneway": Compiler::new().procedure_options("POUR", ProcedureOptions::new().oneway(true));
        "walk": Compiler::new().views(true).procedure_options("DOTS", ProcedureOptions::new().walk(true));
    };
    let sections: Vec<&str> = documentation.split("\n## `").skip(1).collect();
    assert_eq!(sections.len(), cases.len());
    for (section, (name, compiler, code)) in sections.iter().zip(cases) {
        assert!(section.starts_with(&format!("{name}`")), "{name} is described in its turn");
        assert!(documentation.contains(&format!("| [`{name}`](#{name}) |")), "{name} is in the table");
        let tight = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(tight(block(section, "rust")), tight(code));
        let made = compile(&compiler, &here, interface, "").unwrap();
        assert_ne!(made, plain, "{name} does something");
        let pragma = compile(&Compiler::new(), &here, &format!("{interface}{}", block(section, "c")), "");
        assert_eq!(pragma.as_ref(), Ok(&made), "{name}");
        assert_eq!(compile(&Compiler::new(), &here, interface, block(section, "toml")), Ok(made), "{name}");
    }
}

const COLORS: &str = "enum color { RED };\nenum shade { DARK };\n";

/// Which of the two enumerations are open.
fn open(compiler: &Compiler, folder: &Path, pragmas: &str, toml: &str) -> (bool, bool) {
    let rust = compile(compiler, folder, &format!("{COLORS}{pragmas}"), toml).unwrap();
    (rust.contains("impl From<i32> for Color"), rust.contains("impl From<i32> for Shade"))
}

#[test]
fn the_caller_goes_before_the_file_of_options_and_that_before_the_interface() {
    let (here, plain) = (directory("precedence"), Compiler::new());
    let closed = plain.clone().enumerations(Enumerations::Closed);
    let pragma = "%#pragma oncrpc enumerations open\n";
    assert_eq!(open(&plain, &here, pragma, ""), (true, true));
    assert_eq!(open(&plain, &here, pragma, "enumerations = \"closed\""), (false, false));
    assert_eq!(open(&closed, &here, "", "enumerations = \"open\""), (false, false));
    assert_eq!(open(&closed, &here, pragma, ""), (false, false));
}

#[test]
fn one_type_goes_before_all() {
    let (here, plain) = (directory("one"), Compiler::new());
    let closed = plain.clone().enumerations(Enumerations::Closed);
    let pragma = "%#pragma oncrpc enumerations open color\n";
    assert_eq!(open(&closed, &here, pragma, "enumerations = \"closed\""), (true, false));
    assert_eq!(open(&plain, &here, pragma, "[types.color]\nenumerations = \"closed\""), (false, false));
    let one = plain.type_options("shade", TypeOptions::new().enumerations(Enumerations::Open));
    assert_eq!(open(&one, &here, pragma, "[types.shade]\nenumerations = \"closed\""), (true, true));
}

#[test]
fn a_line_is_for_the_types_of_its_own_file() {
    let here = directory("included");
    fs::write(
        here.join("common.x"),
        "enum color { RED };\n%#pragma oncrpc enumerations open\n%#pragma oncrpc views true\n",
    )
    .unwrap();
    let text = "#include \"common.x\"\nenum shade { DARK };\n";
    let rust = compile(&Compiler::new(), &here, text, "").unwrap();
    assert!(rust.contains("impl From<i32> for Color") && !rust.contains("impl From<i32> for Shade"));
    assert!(!rust.contains("XdrView"));
    // A file of options is for all that is compiled.
    let rust = compile(&Compiler::new(), &here, text, "enumerations = \"open\"").unwrap();
    assert!(rust.contains("impl From<i32> for Shade"));
}

#[test]
fn files_that_share_a_folder_have_parts_of_their_own() {
    let here = directory("files");
    fs::write(here.join("other.x"), "").unwrap();
    let toml =
        "[files.\"other.x\".types.nosuch]\nord = true\n[files.\"options.x\".types.color]\nenumerations = \"open\"\n";
    assert_eq!(
        open(&Compiler::new(), &here, "", &format!("{toml}[types.color]\nenumerations = \"closed\"")),
        (true, false)
    );
}

#[test]
fn a_file_of_options_can_lie_elsewhere_but_must_be_there() {
    let here = directory("elsewhere");
    fs::write(here.join("mine.toml"), "enumerations = \"open\"").unwrap();
    let compiler = Compiler::new().config(here.join("mine.toml"));
    assert_eq!(open(&compiler, &here, "", "enumerations = \"closed\""), (true, true));
    let missing = Compiler::new().out_dir(&here).config(here.join("nosuch.toml")).compile(here.join("options.x"));
    match missing.into_result() {
        Err(CompileError::Read { path, .. }) => assert_eq!(path, here.join("nosuch.toml")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_method_asks_for_wrongly_is_said() {
    let here = directory("wrong");
    let compiler = Compiler::new().type_options("colour", TypeOptions::new().enumerations(Enumerations::Open));
    let report = compile(&compiler, &here, COLORS, "").unwrap_err();
    assert!(report.contains("error[E0151]: the interface has no type `colour`"), "{report}");
    assert!(report.contains("colour.enumerations=open") && report.contains("a similar name is `color`"), "{report}");
    let report = compile(&Compiler::new().derive(["not a path"]), &here, COLORS, "").unwrap_err();
    assert!(report.contains("error[E0150]: `not a path` is not the path of a trait"), "{report}");
}

#[test]
fn kept_discriminants_are_not_missing() {
    let here = directory("missing_arm");
    let text = "enum color { RED, GREEN };\nunion paint switch (color of) { case RED: int x; };\n";
    let strict = Compiler::new().deny(oncrpc_compiler::Lint::MissingArm);
    assert!(compile(&strict, &here, text, "").is_err());
    assert!(compile(&strict, &here, text, "unknown_discriminants = \"keep\"").is_ok());
}

#[test]
fn new_names_clash_as_others_do() {
    let here = directory("clash");
    let text = "struct a { int x; };\nstruct file_handle { int x; };\n";
    let strict = Compiler::new().deny(oncrpc_compiler::Lint::NameClash);
    let rename = "[types.a]\nrename = \"FileHandle\"\n";
    let report = compile(&strict, &here, text, rename).unwrap_err();
    assert!(report.contains("`a` and `file_handle` are both `FileHandle` in Rust"), "{report}");
    let rust = compile(&Compiler::new(), &here, text, rename).unwrap();
    assert!(rust.contains("pub struct FileHandle {") && rust.contains("pub struct FileHandle2 {"));
    let both = format!("{rename}[types.file_handle]\nrename = \"A\"\n");
    assert!(compile(&strict, &here, text, &both).unwrap().contains("pub struct A {"));
}

/// A procedure of that name in two versions of one program and one of another.
const BANKS: &str = "program BANK {
    version BANK_V1 { void PAY(int) = 1; } = 1;
    version BANK_V2 { void PAY(int) = 1; int SUM(void) = 2; } = 2;
} = 0x20000042;
program CAFE { version CAFE_V1 { void PAY(int) = 1; } = 1; } = 0x20000043;
";

/// How many procedures are idempotent, and how many are to be carried out at most once.
fn repeated(folder: &Path, compiler: &Compiler, pragmas: &str, toml: &str) -> (usize, usize) {
    let rust = compile(compiler, folder, &format!("{BANKS}{pragmas}"), toml).unwrap();
    (rust.matches(".idempotent()").count(), rust.matches(".at_most_once()").count())
}

#[test]
fn a_procedure_is_named_as_precisely_as_need_be() {
    let (here, plain) = (directory("procedures"), Compiler::new());
    assert_eq!(repeated(&here, &plain, "", ""), (0, 0));
    assert_eq!(repeated(&here, &plain, "%#pragma oncrpc at_most_once PAY\n", ""), (0, 3));
    assert_eq!(repeated(&here, &plain, "%#pragma oncrpc at_most_once BANK_V1.PAY CAFE_V1.PAY\n", ""), (0, 2));
    assert_eq!(repeated(&here, &plain, "", "[procedures.\"BANK.BANK_V2.PAY\"]\nidempotent = true\n"), (1, 0));
    let rust = compile(&plain, &here, &format!("{BANKS}%#pragma oncrpc idempotent SUM\n"), "").unwrap();
    assert!(rust.contains("pub const SUM: Procedure = of(2, \"SUM\").largest_arguments(0).idempotent();"), "{rust}");
}

#[test]
fn the_more_precise_name_counts_then_who_says_it() {
    let (here, plain) = (directory("precise"), Compiler::new());
    let pragma = "%#pragma oncrpc idempotent BANK_V1.PAY\n";
    assert_eq!(repeated(&here, &plain, pragma, "[procedures.PAY]\nidempotent = false\n"), (1, 0));
    assert_eq!(repeated(&here, &plain, pragma, "[procedures.\"BANK_V1.PAY\"]\nidempotent = false\n"), (0, 0));
    let not = plain.procedure_options("BANK_V1.PAY", ProcedureOptions::new().idempotent(false).at_most_once(true));
    let toml = "[files.\"options.x\".procedures.SUM]\nidempotent = true\n";
    assert_eq!(repeated(&here, &not, pragma, toml), (1, 1));
}

#[test]
fn nodes_of_a_mutual_list_get_what_all_of_their_structures_get() {
    let here = directory("mutual");
    let text = "struct a { int x; struct b *next; };\nstruct b { hyper y; struct a *next; };\n";
    let derives = |rust: &str| {
        let lines: Vec<&str> = rust.lines().map(str::trim).collect();
        let at = lines.iter().position(|line| line.starts_with("pub enum ")).unwrap();
        lines[at - 1].to_owned()
    };
    let one = "[types.a]\nderive = [\"serde::Serialize\"]\nord = true\n";
    let rust = compile(&Compiler::new(), &here, text, one).unwrap();
    assert_eq!(derives(&rust), "#[derive(Clone, Debug, Eq, Hash, PartialEq)]");
    let both = format!("{one}[types.b]\nderive = [\"Other\", \"serde::Serialize\"]\nord = true\nrename = \"Beta\"\n");
    let rust = compile(&Compiler::new(), &here, text, &both).unwrap();
    assert_eq!(derives(&rust), "#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Serialize)]");
    assert!(rust.contains("pub enum AOrBeta {") && rust.contains("Beta(Beta),"));
}

/// The traits that a type is emitted with.
#[track_caller]
fn derives(rust: &str, ty: &str) -> String {
    let before = rust.split(&format!(" {ty} {{")).next().unwrap();
    let list = before.rsplit_once("#[derive(").unwrap().1.split_once(")]").unwrap().0;
    list.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn standard_traits_are_there_wherever_they_can_be() {
    let text = "%#pragma oncrpc derive Hash,std::cmp::Eq,::core::clone::Clone,Copy,Ord,Default
        struct small { double x; }; struct large { int x[40]; }; struct named { string x<>; }; struct exact { quadruple x; };
        union either switch (bool is) { case TRUE: hyper x[40]; case FALSE: void; };
        union other switch (bool is) { case TRUE: void; case FALSE: int x; };
        enum plain { A }; enum wide { B };\n%#pragma oncrpc enumerations open wide\n";
    let rust = compile(&Compiler::new(), &directory("standard"), text, "").unwrap();
    assert_eq!(derives(&rust, "Small"), "Clone, Copy, Debug, Default, PartialEq, PartialOrd");
    assert_eq!(derives(&rust, "Large"), "Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd");
    assert_eq!(derives(&rust, "Named"), "Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd");
    assert_eq!(derives(&rust, "Exact"), "Clone, Copy, Debug, Default, Eq, Hash, PartialEq");
    assert_eq!(derives(&rust, "Either"), "Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd");
    assert_eq!(derives(&rust, "Other"), "Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd");
    assert_eq!(derives(&rust, "Plain"), "Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd");
    assert_eq!(derives(&rust, "Wide"), "Clone, Copy, Debug, Default");
}

#[test]
fn a_derive_takes_the_place_of_an_impl_of_ours() {
    let text = "enum a { A };\nenum b { B };\n%#pragma oncrpc enumerations open b\n";
    let impls = |toml: &str| {
        let rust = compile(&Compiler::new(), &directory("in_place_of_ours"), text, toml).unwrap();
        ["fmt::Display for A", "error::Error for A", "fmt::Display for B", "error::Error for B"]
            .map(|it| rust.contains(it))
    };
    assert_eq!(impls(""), [true; 4]);
    assert_eq!(impls("[types.a]\nderive = [\"strum::Display\"]\n"), [false, true, true, true]);
    assert_eq!(impls("derive = [\"derive_more::Display\", \"derive_more::Error\"]\n"), [false; 4]);
}

#[test]
fn one_trait_brings_those_that_it_needs() {
    let (here, text) = (directory("needs"), "struct named { string x<>; };\nstruct holder { named y; };\n");
    let ordered = "Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd";
    for list in ["Ord", "PartialOrd", "core::cmp::Ord"] {
        let toml = format!("[types.named]\nderive = [\"{list}\"]\n");
        let rust = compile(&Compiler::new(), &here, text, &toml).unwrap();
        assert_eq!(derives(&rust, "Named"), ordered, "{list}");
        assert_eq!(derives(&rust, "Holder"), "Clone, Debug, Default, Eq, Hash, PartialEq");
        // What it holds is not asked to have an order, so that it has none.
        let rust = compile(&Compiler::new(), &here, text, &toml.replace("named", "holder")).unwrap();
        assert_eq!(derives(&rust, "Holder"), "Clone, Debug, Default, Eq, Hash, PartialEq", "{list}");
    }
}

#[test]
fn a_type_from_elsewhere_has_what_is_asked_for_where_it_is_held() {
    let (here, compiler) = (directory("elsewhere_traits"), Compiler::new().extern_type("inode", "crate::Inode"));
    let text = "typedef inode number;\nstruct file { number of; };\nstruct folder { file it; inode other; };\n";
    let rust = |toml: &str| compile(&compiler, &here, text, toml).unwrap();
    assert_eq!(derives(&rust(""), "File"), "Clone, Debug, PartialEq");
    assert_eq!(derives(&rust("derive = [\"Hash\"]"), "File"), "Clone, Debug, Hash, PartialEq");
    let all = rust("derive = [\"Copy\", \"Default\", \"Eq\", \"Hash\", \"Ord\"]");
    for ty in ["File", "Folder"] {
        assert_eq!(derives(&all, ty), "Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd");
    }
    // `file` has not been given what `folder` asks for.
    let one = rust("[types.folder]\nderive = [\"Copy\", \"Hash\", \"PartialOrd\"]");
    assert_eq!(derives(&one, "Folder"), "Clone, Debug, PartialEq");
    let partial = rust("derive = [\"PartialOrd\"]");
    assert_eq!(derives(&partial, "Folder"), "Clone, Debug, PartialEq, PartialOrd");
}

#[test]
fn members_are_helped_only_for_the_traits_of_serde_and_arbitrary() {
    let (here, text) = (directory("attributes"), "struct a { opaque key[33]; string name<5>; int few[32]; };\n");
    let attributes = |list: &str| {
        let rust = compile(&Compiler::new().derive(list.split(',')), &here, text, "").unwrap();
        (
            rust.matches("#[serde(with = \"rpc::Serde::<rpc::FixedOpaque<33>>\")]").count(),
            rust.matches("#[arbitrary(with = rpc::arbitrary::<rpc::Str<5>>)]").count(),
        )
    };
    assert_eq!(attributes("Clone"), (0, 0));
    assert_eq!(attributes("serde::Serialize"), (1, 0));
    assert_eq!(attributes("::serde_derive::Deserialize"), (1, 0));
    assert_eq!(attributes("crate::all::serde::Serialize,arbitrary::Arbitrary"), (1, 1));
    assert_eq!(attributes("libfuzzer_sys::arbitrary::Arbitrary"), (0, 1));
    // Others of the same names would not know the attributes.
    assert_eq!(attributes("rkyv::Serialize,rkyv::Deserialize,proptest_derive::Arbitrary"), (0, 0));
}
