//! What rpcgen's output includes for C and nobody can find: headers of a project of which only the interface is here.

use super::CannotRun;
use super::tools;
use super::workplace;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// Takes out the lines that include what gcc, with these flags, does not find; returns what they named.
pub(super) fn leave_out_missing(
    folder: &Path,
    files: &[&str],
    flags: &[OsString],
    about: &Path,
) -> Result<Vec<String>, CannotRun> {
    let mut texts = Vec::new();
    for file in files {
        texts.push((folder.join(file), workplace::read(&folder.join(file))?));
    }
    let named: BTreeSet<&str> = texts.iter().flat_map(|(_, text)| text.lines().filter_map(included)).collect();
    let named: Vec<&str> = named.into_iter().collect();
    let missing = missing(folder, &named, flags, about)?;
    if !missing.is_empty() {
        for (path, text) in &texts {
            let is_kept = |line: &&str| included(line).is_none_or(|name| !missing.contains(&name));
            let kept: Vec<&str> = text.lines().filter(is_kept).collect();
            workplace::write(path, &(kept.join("\n") + "\n"))?;
        }
    }
    Ok(missing.into_iter().map(str::to_owned).collect())
}

/// `"name.h"` or `<name.h>` of an `#include` line.
fn included(line: &str) -> Option<&str> {
    let operand = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("include")?.trim_start();
    let end = if operand.starts_with('<') { '>' } else { '"' };
    let name = operand.strip_prefix(['"', '<'])?;
    let length = name.find(end)? + 2;
    operand.get(..length)
}

/// Asks the preprocessor, which knows where to look.
fn missing<'a>(folder: &Path, named: &[&'a str], flags: &[OsString], about: &Path) -> Result<Vec<&'a str>, CannotRun> {
    let mut probe = String::new();
    for (number, name) in named.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = writeln!(probe, "#if !__has_include({name})\nmissing {number}\n#endif");
    }
    workplace::write(&folder.join("probe.c"), &probe)?;
    let mut gcc = Command::new("gcc");
    gcc.current_dir(folder).args(["-E", "-P", "-w", "probe.c", "-o", "probe.txt"]).args(flags);
    tools::succeed(gcc, "gcc", about)?;
    let answer = workplace::read(&folder.join("probe.txt"))?;
    let numbers = answer.lines().filter_map(|line| line.trim().strip_prefix("missing ")?.parse::<usize>().ok());
    Ok(numbers.filter_map(|number| named.get(number).copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::included;

    #[test]
    fn lines_that_include() {
        assert_eq!(included("#include \"a.h\" /* why */"), Some("\"a.h\""));
        assert_eq!(included("  # include <sys/a.h>"), Some("<sys/a.h>"));
        for line in ["#include NAME", "#define include \"a.h\"", "include \"a.h\"", "#include \"a.h", "#include <"] {
            assert_eq!(included(line), None, "{line}");
        }
    }
}
