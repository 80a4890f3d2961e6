//! What each command does.

use crate::copy::{cat, copy};
use crate::failure::{About, Result};
use crate::idl::{Diropargs3, Fsstat3args, Ftype3, Mkdir3args, Remove3args, Rmdir3args, Sattr3};
use crate::listing::{Entry, Listing};
use crate::mounted::{Mounted, Node, exports, if_there};
use crate::options::{Command, Options};
use crate::progress::human;
use crate::show;
use crate::url::{Url, shown};
use oncrpc::Text;
use std::io::{BufWriter, IsTerminal, Write, stdout};

const OUT: &str = "standard output";

/// Does what the command line says.
pub fn run(options: &Options) -> Result<()> {
    match &options.command {
        Command::Ls { long, url } => ls(url, *long, options),
        Command::Cat { urls } => urls.iter().try_for_each(|url| cat(url, &mut stdout().lock(), options)),
        Command::Cp { from, to } => copy(from, to, options),
        Command::Stat { url } => stat(url, options),
        Command::Mkdir { urls } => urls.iter().try_for_each(|url| mkdir(url, options)),
        Command::Rm { directories, urls } => urls.iter().try_for_each(|url| rm(url, *directories, options)),
        Command::Exports { host } => show_exports(host, options),
        Command::Df { url } => df(url, options),
    }
}

fn ls(url: &Url, long: bool, options: &Options) -> Result<()> {
    let mounted = Mounted::new(url, options)?;
    let node = mounted.target()?;
    let mut out = BufWriter::new(stdout().lock());
    let raw = !stdout().is_terminal();
    if !node.is_directory() {
        let name = url.names.last().cloned().unwrap_or_default();
        return line(&mut out, &mounted, &name, long.then_some(&node), raw).and_then(|()| out.flush().about(OUT));
    }
    let mut listing = Listing::new(&mounted, &node, long);
    while let Some(entries) = listing.next_entries()? {
        let entries = entries.into_iter().filter(|entry| entry.name != "." && entry.name != "..");
        if long {
            for (name, file) in described(&mounted, &node, entries)? {
                line(&mut out, &mounted, &name, Some(&file), raw)?;
            }
        } else {
            entries.into_iter().try_for_each(|entry| line(&mut out, &mounted, &entry.name, None, raw))?;
        }
    }
    out.flush().about(OUT)
}

/// The entries' files. All that the server has told nothing of are looked up at once; those that are gone are left out.
fn described(mounted: &Mounted, directory: &Node, entries: impl Iterator<Item = Entry>) -> Result<Vec<(Text, Node)>> {
    let known = |it: Entry| {
        let file = match (it.handle, it.attributes) {
            (Some(handle), Some(attributes)) => Ok(Node { handle, attributes, path: directory.path_of(&it.name) }),
            _ => Err(mounted.start_child(directory, &it.name)?),
        };
        Ok((it.name, file))
    };
    let mut files = Vec::new();
    for (name, file) in entries.map(known).collect::<Result<Vec<_>>>()? {
        let file = match file {
            Ok(file) => Some(file),
            Err(reply) => if_there(mounted.wait_for_child(directory, &name, reply))?,
        };
        files.extend(file.map(|file| (name, file)));
    }
    Ok(files)
}

/// A terminal gets no bytes that could be meant for it.
fn line(out: &mut impl Write, mounted: &Mounted, name: &Text, file: Option<&Node>, raw: bool) -> Result<()> {
    let mut line = Vec::new();
    let put = |line: &mut Vec<u8>, text: &Text| {
        if raw { line.extend_from_slice(text.as_bytes()) } else { line.extend_from_slice(shown(text).as_bytes()) }
    };
    if let Some(file) = file {
        line.extend_from_slice(show::long(&file.attributes).as_bytes());
        line.push(b' ');
    }
    put(&mut line, name);
    if let Some(link) = file.filter(|file| file.attributes.r#type == Ftype3::Lnk) {
        line.extend_from_slice(b" -> ");
        put(&mut line, &mounted.readlink(link)?);
    }
    line.push(b'\n');
    out.write_all(&line).about(OUT)
}

fn stat(url: &Url, options: &Options) -> Result<()> {
    let mounted = Mounted::new(url, options)?;
    let node = mounted.itself()?;
    let it = &node.attributes;
    let text = [
        format!("{}: {}", node.path, show::kind(it.r#type)),
        format!("mode   {} ({:04o})", show::mode(it), it.mode),
        format!("owner  {}, group {}", it.uid, it.gid),
        format!("size   {} bytes, {} on disk", it.size, it.used),
        format!("links  {}", it.nlink),
        format!("file   {} of file system {:x}", it.fileid, it.fsid),
        format!("read   {}", show::time(&it.atime)),
        format!("wrote  {}", show::time(&it.mtime)),
        format!("change {}", show::time(&it.ctime)),
    ];
    writeln!(stdout(), "{}", text.join("\n")).about(OUT)
}

fn mkdir(url: &Url, options: &Options) -> Result<()> {
    let mounted = Mounted::new(url, options)?;
    let (directory, name) = mounted.parent()?;
    let path = directory.path_of(&name);
    let attributes = Sattr3 { mode: Some(0o755).into(), ..Sattr3::default() };
    let arguments = Mkdir3args { r#where: Diropargs3 { dir: directory.handle, name }, attributes };
    mounted.answer(&path, || Ok(mounted.nfs.mkdir(&arguments)?.into_ok())).map(drop)
}

fn rm(url: &Url, directories: bool, options: &Options) -> Result<()> {
    let mounted = Mounted::new(url, options)?;
    let (directory, name) = mounted.parent()?;
    let path = directory.path_of(&name);
    let object = Diropargs3 { dir: directory.handle, name };
    if directories {
        let arguments = Rmdir3args { object };
        mounted.answer(&path, || Ok(mounted.nfs.rmdir(&arguments)?.into_ok())).map(drop)
    } else {
        let arguments = Remove3args { object };
        mounted.answer(&path, || Ok(mounted.nfs.remove(&arguments)?.into_ok())).map(drop)
    }
}

fn show_exports(host: &Url, options: &Options) -> Result<()> {
    let mut out = stdout().lock();
    for (path, groups) in exports(host, options)? {
        let groups: Vec<String> = groups.iter().map(shown).collect();
        let whom = if groups.is_empty() { "everyone".to_owned() } else { groups.join(",") };
        writeln!(out, "{} {whom}", shown(&path)).about(OUT)?;
    }
    Ok(())
}

fn df(url: &Url, options: &Options) -> Result<()> {
    let mounted = Mounted::new(url, options)?;
    let node = mounted.target()?;
    let arguments = Fsstat3args { fsroot: node.handle };
    let it = mounted.answer(&node.path, || Ok(mounted.nfs.fsstat(&arguments)?.into_ok()))?;
    let text = [
        format!("{:<8} {:>12} {:>12} {:>12}", "", "total", "free", "available"),
        format!("{:<8} {:>12} {:>12} {:>12}", "bytes", human(it.tbytes), human(it.fbytes), human(it.abytes)),
        format!("{:<8} {:>12} {:>12} {:>12}", "files", it.tfiles, it.ffiles, it.afiles),
    ];
    writeln!(stdout(), "{}", text.join("\n")).about(OUT)
}
