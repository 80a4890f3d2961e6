//! `oncrpc init`: a package to start from.

use super::messages::complain;
use super::{REJECTED, UNUSABLE};
use crate::own_sources;
use crate::rust::package::{Origin, Package};
use clap::Args;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The name of the package, in a folder of that name; folders may stand before it
    #[arg(value_name = "NAME")]
    path: PathBuf,
    /// Take the runtime and the compiler from this checkout of the project; from the one that this command was made from
    /// unless given, if that is still there
    #[arg(long, value_name = "DIR")]
    path_dependencies: Option<PathBuf>,
    /// Take them from the registry in any case
    #[arg(long, conflicts_with = "path_dependencies")]
    registry: bool,
}

pub(super) fn run(arguments: &Init) -> Result<(), u8> {
    let place = &arguments.path;
    let name = place.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let folder = match &arguments.path_dependencies {
        Some(folder) => Some(sources(folder)?),
        None if arguments.registry => None,
        None => own_sources::folder().as_deref().map(sources).transpose()?,
    };
    let origin = folder.as_deref().map_or(Origin::Registry(env!("CARGO_PKG_VERSION")), Origin::Folder);
    let package = Package::new(name, origin)
        .map_err(|fault| complain(&format!("error: `{name}` cannot name a package: {fault}"), UNUSABLE))?;
    let files = package.files().map_err(|error| complain(&format!("error: {error}"), UNUSABLE))?;
    let files: Vec<(PathBuf, String)> = files.into_iter().map(|(file, text)| (place.join(file), text)).collect();
    refuse_overwriting(&files)?;
    for (path, text) in &files {
        create(path, text)
            .map_err(|error| complain(&format!("error: cannot write `{}`: {error}", path.display()), UNUSABLE))?;
    }
    eprintln!("made `{0}`; in there, `cargo run --bin server` and `cargo run --bin client`", place.display());
    note_workspace(place);
    Ok(())
}

/// The folder of this project's sources as an absolute path.
fn sources(folder: &Path) -> Result<String, u8> {
    let parts = ["runtime", "compiler"].map(|part| folder.join(part).join("Cargo.toml"));
    if let Some(missing) = parts.iter().find(|manifest| !manifest.is_file()) {
        let message = format!("error: `{}` holds no sources of oncrpc: no `{}`", folder.display(), missing.display());
        return Err(complain(&message, UNUSABLE));
    }
    let absolute = fs::canonicalize(folder).ok().and_then(|path| path.to_str().map(str::to_owned));
    absolute.ok_or_else(|| {
        complain(&format!("error: the path of `{}` is not UTF-8, as Cargo.toml is", folder.display()), UNUSABLE)
    })
}

fn refuse_overwriting(files: &[(PathBuf, String)]) -> Result<(), u8> {
    match files.iter().find(|(path, _)| path.symlink_metadata().is_ok()) {
        Some((path, _)) => {
            let message = format!("error: `{}` is there already; nothing is overwritten", path.display());
            Err(complain(&message, REJECTED))
        }
        None => Ok(()),
    }
}

fn create(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// Cargo refuses a package within a workspace that does not know it; say what to do about it.
fn note_workspace(place: &Path) {
    let Ok(place) = fs::canonicalize(place) else { return };
    let manifests = place.ancestors().skip(1).map(|folder| folder.join("Cargo.toml"));
    let is_workspace = |path: &PathBuf| {
        fs::read_to_string(path).is_ok_and(|text| text.lines().any(|line| line.trim() == "[workspace]"))
    };
    if let Some(manifest) = manifests.into_iter().find(is_workspace) {
        eprintln!("note: it lies within a workspace: add it to `members` or `exclude` in `{}`", manifest.display());
    }
}
