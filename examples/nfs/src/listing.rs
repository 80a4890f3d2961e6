//! The names in a directory, one reply of the server after another.

use crate::failure::{Failure, Result};
use crate::idl::{Entryplus3, Fattr3, NfsFh3, Nfsstat3, Readdir3args, Readdirplus3args};
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
        let (dir, cookie, cookieverf) = (self.directory.handle.clone(), self.cookie, self.verifier);
        let arguments = Readdirplus3args { dir, cookie, cookieverf, dircount: NAMES, maxcount: ALL };
        let found = self.mounted.answer(&self.directory.path, || match self.mounted.nfs.readdirplus(&arguments) {
            Err(oncrpc::Error::ProcedureUnavailable) => Ok(Err(Nfsstat3::ErrNotsupp)),
            result => Ok(result?.into_ok()),
        });
        if matches!(found, Err(Failure::Nfs { status: Nfsstat3::ErrNotsupp, .. })) {
            self.plain = true;
            return self.readdir();
        }
        let found = found?;
        self.read(found.cookieverf, found.reply.eof, found.reply.entries.last().map(|last| last.cookie));
        let entry = |it: Entryplus3| Entry {
            name: it.name,
            attributes: it.name_attributes.into(),
            handle: it.name_handle.into(),
        };
        Ok(found.reply.entries.into_iter().map(entry).collect())
    }

    fn readdir(&mut self) -> Result<Vec<Entry>> {
        let (dir, cookie, cookieverf) = (self.directory.handle.clone(), self.cookie, self.verifier);
        let arguments = Readdir3args { dir, cookie, cookieverf, count: NAMES };
        let found =
            self.mounted.answer(&self.directory.path, || Ok(self.mounted.nfs.readdir(&arguments)?.into_ok()))?;
        self.read(found.cookieverf, found.reply.eof, found.reply.entries.last().map(|last| last.cookie));
        Ok(found.reply.entries.into_iter().map(|it| Entry { name: it.name, attributes: None, handle: None }).collect())
    }

    /// Where the next reply begins.
    fn read(&mut self, verifier: [u8; 8], ended: bool, last: Option<u64>) {
        (self.verifier, self.ended, self.cookie) = (verifier, ended, last.unwrap_or(self.cookie));
    }
}
