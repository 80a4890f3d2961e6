//! Packages whose files a document shows.

use crate::c::root;
use std::fs;
use std::path::{Path, PathBuf};

/// The code blocks that stand behind a line with nothing but a path in backquotes: path and text.
pub fn files(document: &str) -> Vec<(&str, String)> {
    let mut files = Vec::new();
    let mut lines = document.lines();
    let mut before = "";
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let block: String =
                lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            let path = before.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
            files.extend(path.map(|path| (path, block)));
        }
        if !line.is_empty() {
            before = line;
        }
    }
    files
}

/// Writes a package of these files to a folder of its own within `folder`, and returns that. It denies warnings.
pub fn package(folder: &Path, name: &str, files: &[(&str, String)]) -> PathBuf {
    let place = folder.join(name);
    let _ = fs::remove_dir_all(&place);
    for (path, text) in files {
        let path = place.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let root = root().display();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\noncrpc = {{ path = \"{root}/runtime\" }}\n\n\
         [build-dependencies]\noncrpc-compiler = {{ path = \"{root}/compiler\", default-features = false }}\n\n\
         [lints.rust]\nwarnings = \"deny\"\n\n[workspace]\n"
    );
    fs::write(place.join("Cargo.toml"), manifest).unwrap();
    // The same versions as ours, so that all is there and most of it is compiled.
    fs::copy(format!("{root}/Cargo.lock"), place.join("Cargo.lock")).unwrap();
    place
}
