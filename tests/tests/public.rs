//! Interface files that others have published compile as they are, and so does what the compiler makes of them. The
//! files come from package managers: none of them is here.

use oncrpc_compiler::model::types::{Definition, Model};
use oncrpc_tests::public::{INTERFACES, Interface, Origin, check, generate, model};
use oncrpc_tests::say;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One line of the table.
struct Row {
    interface: &'static Interface,
    /// What is in it, or the errors.
    result: Result<String, String>,
    /// What Debian's rpcgen says to it.
    rpcgen: &'static str,
}

#[test]
fn public_interfaces_compile_as_they_are() {
    let mut origins: Vec<Origin> = INTERFACES.iter().map(|interface| interface.origin).collect();
    origins.dedup();
    let (mut rows, mut modules, mut overlooked) = (Vec::new(), Vec::new(), Vec::new());
    for origin in origins {
        let Some((folder, mut files)) = origin.fetch() else { continue };
        for interface in INTERFACES.iter().filter(|interface| interface.origin == origin) {
            let file = folder.join(interface.path);
            files.retain(|other| *other != file);
            rows.push(row(interface, &file, &mut modules));
        }
        overlooked.extend(files);
    }
    say(&table(&rows));
    let refused: Vec<&String> = rows.iter().filter_map(|row| row.result.as_ref().err()).collect();
    assert!(refused.is_empty(), "{}", refused.iter().map(|error| error.as_str()).collect::<Vec<_>>().join("\n"));
    assert!(overlooked.is_empty(), "the packages have more interfaces than the table: {overlooked:?}");
    check(&modules);
}

fn row(interface: &'static Interface, file: &Path, modules: &mut Vec<(String, PathBuf)>) -> Row {
    let result = generate(interface, file, modules).and_then(|()| model(interface, file));
    let result = result.map(|model| contents(&model)).map_err(|error| format!("{}:\n{error}", file.display()));
    Row { interface, result, rpcgen: rpcgen(file) }
}

fn contents(model: &Model) -> String {
    let (mut types, mut procedures) = (0, 0);
    for definition in &model.definitions {
        match definition {
            Definition::Enumeration(_) | Definition::Structure(_) | Definition::Union(_) | Definition::Typedef(_) => {
                types += 1;
            }
            Definition::Program(it) => {
                procedures += it.versions.iter().map(|version| version.procedures.len()).sum::<usize>();
            }
            Definition::Constant(_) | Definition::Extern(_) => {}
        }
    }
    format!("{types:>4} types {procedures:>4} procedures")
}

/// Whether rpcgen makes a header of it, beside the file, where its includes are.
fn rpcgen(file: &Path) -> &'static str {
    let (folder, name) = (file.parent().unwrap(), file.file_name().unwrap());
    match Command::new("rpcgen").arg("-h").arg(name).current_dir(folder).output() {
        Ok(output) if output.status.success() && !output.stdout.is_empty() => "takes it",
        Ok(_) => "REFUSES IT",
        Err(_) => "not there",
    }
}

fn table(rows: &[Row]) -> String {
    let mut table = format!("Public interfaces: {} of {}\n", rows.len(), INTERFACES.len());
    for Row { interface, result, rpcgen } in rows {
        let result = result.as_deref().unwrap_or("REFUSED");
        let needs = if interface.reason.is_empty() { String::new() } else { format!("  needs {}", interface.reason) };
        let place = format!("{}: {}", interface.origin.name(), interface.path);
        table += &format!("  {place:<55} {result:<32} rpcgen {rpcgen}{needs}\n");
    }
    table
}
