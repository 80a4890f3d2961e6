//! `cp` and `cat`: from here to a server, from there to here, and from server to server.

use crate::failure::{About, Failure, Result};
use crate::idl::{Create3args, Createhow3, Diropargs3, Fsinfo3args, Fsinfo3resok, Sattr3, Sattrguard3, Setattr3args};
use crate::local::LocalReader;
use crate::mounted::{Mounted, Node, if_there};
use crate::options::{Options, Place};
use crate::progress::Progress;
use crate::reader::{Reader, size};
use crate::source::Source;
use crate::url::Url;
use crate::writer::Writer;
use oncrpc::Text;
use std::fs::File;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Copies a file.
pub fn copy(from: &Place, to: &Place, options: &Options) -> Result<()> {
    match (from, to) {
        (Place::Remote(from), Place::Local(to)) => download(from, to, options),
        (Place::Local(from), Place::Remote(to)) => upload(from, to, options),
        (Place::Remote(from), Place::Remote(to)) => across(from, to, options),
        (Place::Local(from), Place::Local(_)) => {
            Err(Failure::Refused { path: from.display().to_string(), what: "one of the two must be a URL" })
        }
    }
}

/// Writes the content of a file to `out`.
pub fn cat(url: &Url, out: &mut impl Write, options: &Options) -> Result<()> {
    let mounted = Mounted::new(url, options)?;
    let file = mounted.target()?;
    file.check_is_file()?;
    let mut reader = Reader::new(&mounted, &file, &limits(&mounted, &file)?, options.window());
    while let Some(block) = reader.next_block()? {
        out.write_all(&block).about("standard output")?;
    }
    out.flush().about("standard output")
}

fn download(from: &Url, to: &Path, options: &Options) -> Result<()> {
    let mounted = Mounted::new(from, options)?;
    let file = mounted.target()?;
    file.check_is_file()?;
    let to = match from.names.last() {
        Some(name) if to.is_dir() => to.join(std::ffi::OsStr::from_bytes(name.as_bytes())),
        _ => to.to_owned(),
    };
    let name = to.display().to_string();
    let mut reader = Reader::new(&mounted, &file, &limits(&mounted, &file)?, options.window());
    let mut out = File::create(&to).about(&name)?;
    let mut progress = Progress::new(file.attributes.size);
    while let Some(block) = reader.next_block()? {
        out.write_all(&block).about(&name)?;
        progress.add(block.len());
    }
    Ok(())
}

fn upload(from: &Path, to: &Url, options: &Options) -> Result<()> {
    let name = from.display().to_string();
    let metadata = from.metadata().about(&name)?;
    if metadata.is_dir() {
        return Err(Failure::Refused { path: name, what: "it is a directory" });
    }
    let mounted = Mounted::new(to, options)?;
    let target = Target::find(&mounted, from.file_name().map(|name| Text::from(name.as_bytes())))?;
    let file = target.make(&mounted, metadata.mode() & 0o777)?;
    let block = block_to_write(&limits(&mounted, &file)?);
    let source = LocalReader::open(from, block, options.window())?;
    transfer(source, Writer::new(&mounted, file, block, options.window()), metadata.len())
}

fn across(from: &Url, to: &Url, options: &Options) -> Result<()> {
    let (here, there) = (Mounted::new(from, options)?, Mounted::new(to, options)?);
    let source = here.target()?;
    source.check_is_file()?;
    let target = Target::find(&there, from.names.last().cloned())?;
    if from.is_same_server(to) && target.existing.as_ref().is_some_and(|existing| existing.handle == source.handle) {
        return Err(Failure::Refused { path: source.path, what: "both are the same file" });
    }
    let file = target.make(&there, source.attributes.mode & 0o777)?;
    let block = block_to_write(&limits(&there, &file)?);
    let reader = Reader::new(&here, &source, &limits(&here, &source)?, options.window());
    transfer(reader, Writer::new(&there, file, block, options.window()), source.attributes.size)
}

fn transfer(mut source: impl Source, mut writer: Writer<'_>, total: u64) -> Result<()> {
    let mut progress = Progress::new(total);
    let mut offset = 0;
    while let Some(data) = source.next_block()? {
        writer.put(offset, &data, &source)?;
        offset += data.len() as u64;
        progress.add(data.len());
    }
    writer.make_safe(&source)
}

/// Where a copy goes to.
struct Target {
    directory: Node,
    name: Text,
    existing: Option<Node>,
}

impl Target {
    /// What a URL names; in a directory, the file that is called as the source is.
    fn find(mounted: &Mounted, source: Option<Text>) -> Result<Self> {
        let (directory, name) = match (if_there(mounted.target())?, source) {
            (Some(directory), Some(name)) if directory.is_directory() => (directory, name),
            _ => mounted.parent()?,
        };
        let existing = if_there(mounted.child(&directory, &name))?;
        Ok(Self { directory, name, existing })
    }

    /// The file, empty. One that is there keeps its mode.
    fn make(self, mounted: &Mounted, mode: u32) -> Result<Node> {
        let empty = Sattr3 { size: Some(0).into(), ..Sattr3::default() };
        if let Some(file) = self.existing {
            file.check_is_file()?;
            let arguments =
                Setattr3args { object: file.handle.clone(), new_attributes: empty, guard: Sattrguard3::False };
            mounted.answer(&file.path, || Ok(mounted.nfs.setattr(&arguments)?.into_ok()))?;
            return Ok(file);
        }
        let path = self.directory.path_of(&self.name);
        let r#where = Diropargs3 { dir: self.directory.handle.clone(), name: self.name.clone() };
        let how = Createhow3::Unchecked(Sattr3 { mode: Some(mode).into(), ..empty });
        let arguments = Create3args { r#where, how };
        let made = mounted.answer(&path, || Ok(mounted.nfs.create(&arguments)?.into_ok()))?;
        match made.obj.into_option() {
            Some(handle) => mounted.known(handle, made.obj_attributes.into(), path),
            None => mounted.child(&self.directory, &self.name),
        }
    }
}

fn limits(mounted: &Mounted, file: &Node) -> Result<Fsinfo3resok> {
    let arguments = Fsinfo3args { fsroot: file.handle.clone() };
    mounted.answer(&file.path, || Ok(mounted.nfs.fsinfo(&arguments)?.into_ok()))
}

fn block_to_write(limits: &Fsinfo3resok) -> u32 {
    size(limits.wtpref, limits.wtmax)
}
