//! `--emit json` is JSON, says what docs/model.md says, and stays as it is. BLESS=1 writes json/interface.json anew.

#![cfg(feature = "cli")]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The model of a file as text; `None` if the file is refused.
fn emitted(path: &Path) -> Option<String> {
    let command =
        Command::new(env!("CARGO_BIN_EXE_oncrpc")).args(["gen", "--emit", "json"]).arg(path).output().unwrap();
    command.status.success().then(|| String::from_utf8(command.stdout).unwrap())
}

fn model(path: &str) -> Value {
    serde_json::from_str(&emitted(&folder().join(path)).unwrap()).unwrap()
}

fn find<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn the_format_stays_as_it_is() {
    let text = emitted(&folder().join("tests/json/interface.x")).unwrap();
    let place = folder().join("tests/json/interface.json");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&place, &text).unwrap();
    }
    assert!(
        fs::read_to_string(place).unwrap() == text,
        "a change of the format needs a new version, see docs/model.md"
    );
}

#[test]
fn a_program_finds_what_it_looks_for() {
    let model = model("../idl/calculator.x");
    assert_eq!((&model["format"], &model["version"]), (&"oncrpc-model".into(), &2.into()));
    assert_eq!(model["source"], "calculator.x");
    let definitions = &model["definitions"];
    let version = find(&find(definitions, "CALCULATOR")["versions"], "CALCULATOR_V2");
    let power = find(&version["procedures"], "POWER");
    assert_eq!((power["number"].as_u64(), &power["source"]), (Some(8), &"power POWER(operands) = 8".into()));
    let result = &definitions[usize::try_from(power["result"]["definition"].as_u64().unwrap()).unwrap()];
    assert_eq!((&result["kind"], &result["name"]), (&"union".into(), &"power".into()));
    assert_eq!((result["size"]["min"].as_u64(), result["size"]["max"].as_u64()), (Some(4), Some(12)));
    assert_eq!(result["default"]["field"], Value::Null);
    assert_eq!(result["discriminant"]["enumeration"]["name"], "range_status");
    let node = find(definitions, "user_node");
    assert_eq!((&node["link"]["name"], &node["fields"].as_array().unwrap().len()), (&"next".into(), &1));
    assert_eq!(node["link"]["next"]["name"], "user_node");
    let list = &find(definitions, "user_list")["type"];
    assert_eq!(
        (&list["kind"], &list["node"]["name"], &list["may_be_empty"]),
        (&"list".into(), &"user_node".into(), &true.into())
    );
}

#[test]
fn numbers_are_whole() {
    let model = model("tests/json/interface.x");
    assert_eq!(find(&model["definitions"], "MOST")["value"].as_u64(), Some(u64::MAX));
    assert_eq!(find(&model["definitions"], "HELLO")["value"], "say \"hello\"");
}

fn run(arguments: &[&str]) -> String {
    let command = Command::new(env!("CARGO_BIN_EXE_oncrpc")).args(arguments).current_dir(folder()).output().unwrap();
    assert!(command.status.success(), "{command:?}");
    String::from_utf8(command.stdout).unwrap()
}

#[test]
fn several_files_are_one_array_or_a_file_each() {
    let files = ["../idl/calculator.x", "tests/json/interface.x"];
    let alone: Vec<Value> = files.iter().map(|file| model(file)).collect();
    let json = ["gen", "--emit", "json", files[0], files[1]];
    let array: Value = serde_json::from_str(&run(&json)).unwrap();
    assert_eq!(array, Value::Array(alone));
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("json");
    let to_folder = [&json[..], &["--out-dir", place.to_str().unwrap()]].concat();
    assert_eq!(run(&to_folder), "");
    for (file, name) in files.iter().zip(["calculator.json", "interface.json"]) {
        assert_eq!(fs::read_to_string(place.join(name)).unwrap(), emitted(&folder().join(file)).unwrap());
    }
    assert_eq!(run(&[&to_folder[..], &["--check"]].concat()), "");
    let whole = place.join("whole.json");
    run(&[&json[..], &["-o", whole.to_str().unwrap()]].concat());
    assert_eq!(serde_json::from_str::<Value>(&fs::read_to_string(whole).unwrap()).unwrap(), array);
}

/// Every name of a definition leads to the definition of that name.
fn check_names(value: &Value, definitions: &[Value]) -> usize {
    match value {
        Value::Array(values) => values.iter().map(|value| check_names(value, definitions)).sum(),
        Value::Object(members) => {
            let mut found = members.values().map(|value| check_names(value, definitions)).sum();
            if members.get("kind").is_some_and(|kind| kind == "named") {
                let place = usize::try_from(members["definition"].as_u64().unwrap()).unwrap();
                assert_eq!(definitions[place]["name"], members["name"]);
                found += 1;
            }
            found
        }
        _ => 0,
    }
}

#[test]
fn every_quirk_of_the_language_is_json() {
    let paths = fs::read_dir(folder().join("tests/dialect")).unwrap().map(|entry| entry.unwrap().path());
    let interfaces: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|it| it == "x")).collect();
    let (mut files, mut names) = (0, 0);
    for text in interfaces.iter().filter_map(|path| emitted(path)) {
        let model: Value = serde_json::from_str(&text).unwrap();
        names += check_names(&model, model["definitions"].as_array().unwrap());
        files += 1;
    }
    assert!(files > 50 && names > 20, "{names} names in {files} files");
}
