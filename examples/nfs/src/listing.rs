//! The names in a directory, one reply of the server after another.

use crate::failure::{About, Failure, Result};
use crate::idl::{Fattr3, NfsFh3, Nfsstat3, Readdir3args, Readdirplus3args};
use crate::mounted::{Mounted, Node};
use oncrpc::Text;

/// The most bytes to ask for: of names and numbers, and of all with the attributes.
const NAMES: u32 = 64 << 10;
const ALL: u32 = 256 << 10;

/// A name, and what the server tells of its file unasked.
#[derive(Debug)]
pub struct Entry {
    /// The name.
    pub name: Text,
    /// What is known of the file.
    pub attributes: Option<Fattr3>,
    /// The file.
    pub handle: Option<NfsFh3>,
}

/// What is left to list of a directory.
#[derive(Debug)]
pub struct Listing<'a> {
    mounted: &'a Mounted,
    directory: &'a Node,
    cookie: u64,
    verifier: [u8; 8],
    /// Only the names, by READDIR.
    plain: bool,
    ended: bool,
}

impl<'a> Listing<'a> {
    /// Of the names, and with `files` of what they stand for, if the server has READDIRPLUS.
    pub fn new(mounted: &'a Mounted, directory: &'a Node, files: bool) -> Self {
        Self { mounted, directory, cookie: 0, verifier: [0; 8], plain: !files, ended: false }
    }

    /// Further entries, in the order of the server; `None` behind the last one.
    pub fn next_entries(&mut self) -> Result<Option<Vec<Entry>>> {
        if self.ended {
            return Ok(None);
        }
        let before = self.cookie;
        let entries = if self.plain { self.readdir()? } else { self.readdirplus()? };
        // Else a server could keep us asking for ever.
        if !self.ended && self.cookie == before {
            return Err(Failure::Protocol {
                path: self.directory.path.clone(),
                what: "the server lists it in a circle",
            });
        }
        Ok(Some(entries))
    }

    fn readdirplus(&mut self) -> Result<Vec<Entry>> {
        let path = &self.directory.path;
        let (dir, cookie, cookieverf) = (self.directory.handle.clone(), self.cookie, self.verifier);
        let arguments = Readdirplus3args { dir, cookie, cookieverf, dircount: NAMES, maxcount: ALL };
        let result = match self.mounted.nfs.readdirplus(&arguments) {
            Err(oncrpc::Error::ProcedureUnavailable) => Err(Nfsstat3::ErrNotsupp),
            result => result.about(path)?.into_ok(),
        };
        let found = match result {
            Err(Nfsstat3::ErrNotsupp) => {
                self.plain = true;
                return self.readdir();
            }
            result => result.about(path)?,
        };
        self.verifier = found.cookieverf;
        self.ended = found.reply.eof;
        self.cookie = found.reply.entries.last().map_or(self.cookie, |last| last.cookie);
        let entry = |it: crate::idl::Entryplus3| Entry {
            name: it.name,
            attributes: it.name_attributes.into(),
            handle: it.name_handle.into(),
        };
        Ok(found.reply.entries.into_iter().map(entry).collect())
    }

    fn readdir(&mut self) -> Result<Vec<Entry>> {
        let path = &self.directory.path;
        let (dir, cookie, cookieverf) = (self.directory.handle.clone(), self.cookie, self.verifier);
        let arguments = Readdir3args { dir, cookie, cookieverf, count: NAMES };
        let found = self.mounted.nfs.readdir(&arguments).about(path)?.into_ok().about(path)?;
        self.verifier = found.cookieverf;
        self.ended = found.reply.eof;
        self.cookie = found.reply.entries.last().map_or(self.cookie, |last| last.cookie);
        Ok(found.reply.entries.into_iter().map(|it| Entry { name: it.name, attributes: None, handle: None }).collect())
    }
}
