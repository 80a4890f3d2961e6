//! Compiles the interfaces that the tests serve and call, the inputs of the golden tests, and what rpcgen's package brings.

mod interface;
mod random;

use oncrpc_compiler::model::types::{Definition, DefinitionId, Model};
use oncrpc_compiler::{Compiler, Enumerations, Lint, OpaqueType, StringType, UnknownDiscriminants};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const INTERFACES: &[&str] =
    &["../idl/calculator.x", "../idl/blob.x", "interfaces/hostile.x", "interfaces/replies.x", "interfaces/peers.x"];

/// Protocols that others have specified: compiled without options.
const PROTOCOLS: &[&str] = &[
    "../idl/nfs3.x",
    "../idl/mount3.x",
    "../idl/nlm4.x",
    "../idl/nsm.x",
    "../idl/rquota.x",
    "../idl/rpcbind.x",
    "../idl/portmap.x",
    "../idl/rpc_msg.x",
    "../idl/vxi11.x",
];

/// Below modules/.
const MODULES: &[&str] = &["common", "a", "b", "ask", "tell"];

/// How many random interfaces there are, and of how many types.
const RANDOM: (usize, usize) = (12, 16);

/// Traits to derive: of the standard library as well, where types can have them.
const DERIVED: &[&str] = &[
    "serde::Serialize",
    "serde::Deserialize",
    "arbitrary::Arbitrary",
    "Copy",
    "Default",
    "core::cmp::Ord",
    "Eq",
    "std::hash::Hash",
];

/// Folders of interfaces from elsewhere: rpcgen's package, and one quirk of the language a file, the latter with views
/// and without.
const COLLECTIONS: &[(&str, &str, bool)] = &[
    ("system", "/usr/include/rpcsvc", true),
    ("dialect", "../compiler/tests/dialect", true),
    ("plain_dialect", "../compiler/tests/dialect", false),
];

fn main() {
    let out_dir = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    compiler().compile_all(INTERFACES).unwrap_or_exit();
    Compiler::new().compile_all(PROTOCOLS).unwrap_or_exit();
    compiler().views(true).compile("../idl/kitchen_sink.x").unwrap_or_exit();
    compiler().compile("interfaces/listing.x").unwrap_or_exit();
    let timeval = compiler().views(true).extern_type("timeval", "crate::extern_types::Timeval");
    timeval.compile("interfaces/times.x").unwrap_or_exit();
    let place = out_dir.join("views");
    fs::create_dir_all(&place).expect("OUT_DIR can be written");
    compiler().views(true).out_dir(place).compile_all(INTERFACES).unwrap_or_exit();
    modules(&out_dir).expect("OUT_DIR can be written");
    golden(&out_dir).expect("the folder golden is there and OUT_DIR can be written");
    let random = random(&out_dir).expect("OUT_DIR can be written");
    collection(&out_dir, "random", &random, &compiler().views(true)).expect("OUT_DIR can be written");
    for (name, folder, views) in COLLECTIONS {
        collection(&out_dir, name, Path::new(folder), &compiler().views(*views)).expect("OUT_DIR can be written");
    }
    options(&out_dir).expect("OUT_DIR can be written");
    derived(&out_dir).expect("OUT_DIR can be written");
}

/// Clashes of names are what some of the interfaces are there to try.
fn compiler() -> Compiler {
    Compiler::new().allow(Lint::NameClash)
}

/// Interfaces that include each other, as modules of each other in every spelling, and one with everything in it.
fn modules(out_dir: &Path) -> io::Result<()> {
    let kinds = [("modules", false, false), ("module_views", true, false), ("module_verbatim", false, true)];
    for (name, views, verbatim) in kinds {
        let place = out_dir.join(name);
        fs::create_dir_all(&place)?;
        let compiler = Compiler::new().views(views).verbatim_names(verbatim).out_dir(place);
        compiler.compile_all(MODULES.iter().map(|name| format!("modules/{name}.x"))).unwrap_or_exit();
    }
    let together = out_dir.join("together");
    fs::create_dir_all(&together)?;
    let inputs = MODULES[1..3].iter().map(|name| format!("modules/{name}.x"));
    let compiler = Compiler::new().module_path("common", "crate::interfaces::modules::common");
    compiler.module_path("a", "self").out_dir(together).compile_all(inputs).unwrap_or_exit();
    let alone = out_dir.join("alone");
    fs::create_dir_all(&alone)?;
    Compiler::new().views(true).out_dir(alone).compile("modules/b.x").unwrap_or_exit();
    Ok(())
}

/// All golden outputs, each a module, so that they are compiled.
fn golden(out_dir: &Path) -> io::Result<()> {
    println!("cargo:rerun-if-changed=golden");
    let mut modules = String::new();
    for entry in fs::read_dir("golden")? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let place = out_dir.join("golden").join(&name);
        fs::create_dir_all(&place)?;
        let compiler = match name.as_str() {
            "verbatim_names" => compiler().verbatim_names(true),
            "views" => compiler().views(true),
            _ => compiler(),
        };
        let output = compiler.out_dir(&place).compile(folder.join("input.x")).unwrap_or_exit();
        modules += &format!("/// golden/{name}\npub mod r#{name} {{ include!({output:?}); }}\n");
    }
    fs::write(out_dir.join("golden.rs"), modules)
}

/// A folder of random interfaces. ONCRPC_TESTS_SEED=number makes others.
fn random(out_dir: &Path) -> io::Result<PathBuf> {
    println!("cargo:rerun-if-env-changed=ONCRPC_TESTS_SEED");
    let seed = std::env::var("ONCRPC_TESTS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let mut random = random::Random::new(seed);
    let folder = out_dir.join("interfaces");
    fs::create_dir_all(&folder)?;
    for number in 0..RANDOM.0 {
        fs::write(folder.join(format!("random_{number}.x")), interface::interface(&mut random, RANDOM.1))?;
    }
    Ok(folder)
}

/// The interfaces of a folder that compile, each a module, and a list of their codecs.
fn collection(out_dir: &Path, collection: &str, folder: &Path, compiler: &Compiler) -> io::Result<()> {
    if !folder.starts_with(out_dir) {
        println!("cargo:rerun-if-changed={}", folder.display());
    }
    let place = out_dir.join(collection);
    fs::create_dir_all(&place)?;
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "x"));
    paths.sort();
    let (mut modules, mut list) = (String::new(), String::new());
    for path in paths {
        let compiler = compiler.clone().out_dir(&place);
        let (output, model) = (compiler.compile(&path).into_result(), compiler.model(&path).into_result());
        let (Ok(output), Ok(model)) = (output, model) else { continue };
        let module = format!("x_{}", path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase());
        modules += &format!("/// {}\npub mod {module} {{ include!({output:?}); }}\n", path.display());
        let codecs = codecs(&format!("{collection}::{module}"), &model, &fs::read_to_string(&output)?);
        list += &format!("({:?}, &[{codecs}]),\n", fs::canonicalize(&path)?);
    }
    fs::write(out_dir.join(format!("{collection}.rs")), modules)?;
    fs::write(out_dir.join(format!("{collection}_codecs.rs")), format!("&[{list}]"))
}

/// Our interfaces with other options than the default ones, once with strings that any bytes can be and once without.
fn options(out_dir: &Path) -> io::Result<()> {
    let open = compiler()
        .enumerations(Enumerations::Open)
        .unknown_discriminants(UnknownDiscriminants::Keep)
        .opaque(OpaqueType::Vec)
        .ord(true)
        .views(true);
    collection(out_dir, "open", Path::new("../idl"), &open)?;
    let place = out_dir.join("utf8");
    fs::create_dir_all(&place)?;
    open.string(StringType::String).out_dir(place).compile("../idl/kitchen_sink.x").unwrap_or_exit();
    Ok(())
}

/// Interfaces whose types have every trait that they can, with the default options and with others.
fn derived(out_dir: &Path) -> io::Result<()> {
    let folder = out_dir.join("derives");
    fs::create_dir_all(&folder)?;
    for input in ["../idl/kitchen_sink.x", "interfaces/derives.x"] {
        println!("cargo:rerun-if-changed={input}");
        fs::copy(input, folder.join(Path::new(input).file_name().unwrap_or_default()))?;
    }
    let plain = compiler().derive(DERIVED.iter().copied()).extern_type("inode", "crate::inode::Inode");
    collection(out_dir, "derived", &folder, &plain)?;
    let open = plain.enumerations(Enumerations::Open).unknown_discriminants(UnknownDiscriminants::Keep).views(true);
    collection(out_dir, "derived_open", &folder, &open.opaque(OpaqueType::Vec).string(StringType::String))?;
    let place = out_dir.join("derived_modules");
    fs::create_dir_all(&place)?;
    let modules = Compiler::new().views(true).derive(DERIVED.iter().copied()).out_dir(place);
    modules.compile_all(MODULES.iter().map(|name| format!("modules/{name}.x"))).unwrap_or_exit();
    Ok(())
}

/// The structures of mutual lists, each with its turn, counted from the one whose name sorts first, and the emitted type of
/// the nodes.
fn mutual_lists<'a>(model: &Model, rust: &'a str) -> HashMap<DefinitionId, (usize, &'a str)> {
    let mut emitted =
        rust.lines().filter_map(|line| line.trim().strip_prefix("impl rpc::Turns for ")?.strip_suffix(" {"));
    let name = |id: &DefinitionId| model.definition(*id).expect("an id of the model").name();
    let mut lists = HashMap::new();
    for first in (0..model.definitions.len()).map(DefinitionId) {
        let turns = model.turns(first);
        if turns.len() > 1 && turns.iter().all(|id| name(&first) <= name(id)) {
            let nodes = emitted.next().expect("every mutual list is emitted");
            lists.extend(turns.into_iter().enumerate().map(|(turn, id)| (id, (turn, nodes))));
        }
    }
    assert_eq!(emitted.next(), None, "no list is emitted twice");
    lists
}

/// The emitted types stand in the order of the model, each with one codec.
fn codecs(module: &str, model: &Model, rust: &str) -> String {
    let mut emitted =
        rust.lines().filter_map(|line| line.trim().strip_prefix("impl rpc::Xdr for ")?.strip_suffix(" {"));
    let mutual = mutual_lists(model, rust);
    let has_views = rust.contains("impl rpc::XdrView for ");
    let mut codecs = String::new();
    for (index, definition) in model.definitions.iter().enumerate() {
        let turns = match definition {
            Definition::Structure(_) => model.turns(DefinitionId(index)),
            Definition::Enumeration(_) | Definition::Union(_) => Vec::new(),
            _ => continue,
        };
        let rust = format!("{module}::{}", emitted.next().expect("every type is emitted"));
        let (codec, value) = match turns[..] {
            [] => (rust.clone(), rust),
            [_] => (format!("NonEmptyList<{rust}>"), format!("Vec<{rust}>")),
            _ => {
                let (turn, nodes) = &mutual[&DefinitionId(index)];
                let nodes = format!("{module}::{nodes}");
                (format!("NonEmptyMutualList<{nodes}, {turn}>"), format!("Vec<{nodes}>"))
            }
        };
        let walk = match definition {
            Definition::Structure(it) => it.walkable || !turns.is_empty(),
            Definition::Union(it) => it.walkable,
            _ => false,
        };
        let walk = if has_views && walk { format!(".walk::<{codec}>()") } else { String::new() };
        codecs += &format!("Codec::of::<{codec}, {value}>(\"{}\"){walk}, ", definition.name());
    }
    assert_eq!(emitted.next(), None, "no type is emitted twice");
    codecs
}
