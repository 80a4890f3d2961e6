//! From a URL to the files of a server: MOUNT for the root of an export, then LOOKUP from name to name.

use crate::failure::{About, Failure, Result};
use crate::idl::{
    Diropargs3, Fattr3, Ftype3, Getattr3args, Lookup3args, Lookup3res, NfsFh3, Nfsstat3, Readlink3args, mount_v3,
    nfs_v3,
};
use crate::options::Options;
use crate::url::{Url, shown};
use oncrpc::xdr::Xdr;
use oncrpc::{AuthSys, ClientOptions, Credential, Pending, Text};
use std::collections::VecDeque;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How many symbolic links may lead to a file, as on Linux: stops those that lead to themselves.
const MAX_LINKS: usize = 40;
/// How long a server has to note that an export is not in use any more: the command is done, and does not wait for more.
const FAREWELL: Duration = Duration::from_secs(1);
/// The pauses before a server is asked again that needs time: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// An export of a server, which is told when it is dropped.
#[derive(Debug)]
pub struct Mounted {
    /// The server.
    pub nfs: nfs_v3::Client,
    mount: mount_v3::Client,
    export: Text,
    timeout: Duration,
    url: Url,
    root: NfsFh3,
    /// How many names of the URL lead to the export.
    depth: usize,
}

/// A file of any type.
#[derive(Clone, Debug)]
pub struct Node {
    /// What the server knows it by.
    pub handle: NfsFh3,
    /// What is known of it.
    pub attributes: Fattr3,
    /// What it is called in messages.
    pub path: String,
}

/// What a server exports.
pub fn exports(url: &Url, options: &Options) -> Result<Vec<(Text, Vec<Text>)>> {
    let exports = connect_mount(url, options)?.export().about(&url.to_string())?;
    let groups = |it: Vec<crate::idl::Groupnode>| it.into_iter().map(|group| group.gr_name).collect();
    Ok(exports.into_iter().map(|export| (export.ex_dir, groups(export.ex_groups))).collect())
}

impl Mounted {
    /// Mounts the export that a URL leads into: the one with the longest path, if it does into several.
    pub fn new(url: &Url, options: &Options) -> Result<Self> {
        let path = url.to_string();
        let mount = connect_mount(url, options)?;
        let mut exports: Vec<Text> = mount.export().about(&path)?.into_iter().map(|export| export.ex_dir).collect();
        let depths = exports.iter().enumerate().filter_map(|(index, export)| Some((depth_within(url, export)?, index)));
        let Some((depth, index)) = depths.max_by_key(|(depth, _)| *depth) else {
            return Err(Failure::NotExported { path, exports });
        };
        let export = exports.swap_remove(index);
        let mounted = mount.mnt(&export).about(&path)?.into_ok().about(&path)?;
        let nfs = if url.nfs_port.is_some() && url.nfs_port == url.mount_port {
            nfs_v3::Client::over(mount.inner())
        } else {
            nfs_v3::Client::connect_with(&address(url, url.nfs_port), &client_options(url, options)).about(&path)?
        };
        let root = NfsFh3 { data: mounted.fhandle };
        Ok(Self { nfs, mount, export, timeout: options.timeout(), url: url.clone(), root, depth })
    }

    /// What a call returns. A server that needs time to get at a file (`NFS3ERR_JUKEBOX`) has carried out nothing: it is
    /// asked again for as long as one call may take.
    pub fn answer<T>(&self, path: &str, mut call: impl FnMut() -> oncrpc::Result<Result<T, Nfsstat3>>) -> Result<T> {
        let (start, mut pause) = (Instant::now(), PAUSES.0);
        loop {
            match call().about(path)? {
                Err(Nfsstat3::ErrJukebox) if start.elapsed() + pause < self.timeout => sleep(pause),
                outcome => return outcome.about(path),
            }
            pause = PAUSES.1.min(pause * 2);
        }
    }

    /// The same of a call that is in flight, which is made `again`.
    pub fn wait<R: Xdr<Value = R>, T>(
        &self,
        path: &str,
        reply: Pending<R>,
        again: impl Fn() -> oncrpc::Result<Pending<R>>,
        outcome: fn(R) -> Result<T, Nfsstat3>,
    ) -> Result<T> {
        let mut reply = Some(reply);
        self.answer(path, || Ok(outcome(reply.take().map_or_else(&again, Ok)?.wait()?)))
    }

    /// What the URL names; if that is a symbolic link, what it leads to.
    pub fn target(&self) -> Result<Node> {
        self.walk(self.names(), true)
    }

    /// What the URL names, also if that is a symbolic link.
    pub fn itself(&self) -> Result<Node> {
        self.walk(self.names(), false)
    }

    /// The directory in which the URL names something, and the name.
    pub fn parent(&self) -> Result<(Node, Text)> {
        match self.names().split_last() {
            Some((name, names)) if name != ".." => Ok((self.walk(names, true)?, name.clone())),
            _ => Err(Failure::Refused { path: self.url.to_string(), what: "it has no name in a directory" }),
        }
    }

    /// What a directory has of that name.
    pub fn child(&self, directory: &Node, name: &Text) -> Result<Node> {
        self.wait_for_child(directory, name, self.start_child(directory, name)?)
    }

    /// Begins [`Mounted::child`].
    pub fn start_child(&self, directory: &Node, name: &Text) -> Result<Pending<Lookup3res>> {
        self.nfs.start_lookup(&lookup(directory, name)).about(&directory.path)
    }

    /// Ends it.
    pub fn wait_for_child(&self, directory: &Node, name: &Text, reply: Pending<Lookup3res>) -> Result<Node> {
        let path = directory.path_of(name);
        let again = || self.nfs.start_lookup(&lookup(directory, name));
        let found = self.wait(&path, reply, again, Lookup3res::into_ok)?;
        self.known(found.object, found.obj_attributes.into(), path)
    }

    /// A file of which a reply told perhaps the attributes.
    pub fn known(&self, handle: NfsFh3, attributes: Option<Fattr3>, path: String) -> Result<Node> {
        let attributes = match attributes {
            Some(attributes) => attributes,
            None => self.attributes(&handle, &path)?,
        };
        Ok(Node { handle, attributes, path })
    }

    /// What a symbolic link contains.
    pub fn readlink(&self, link: &Node) -> Result<Text> {
        let arguments = Readlink3args { symlink: link.handle.clone() };
        Ok(self.answer(&link.path, || Ok(self.nfs.readlink(&arguments)?.into_ok()))?.data)
    }

    fn names(&self) -> &[Text] {
        self.url.names.get(self.depth..).unwrap_or_default()
    }

    fn attributes(&self, handle: &NfsFh3, path: &str) -> Result<Fattr3> {
        let arguments = Getattr3args { object: handle.clone() };
        Ok(self.answer(path, || Ok(self.nfs.getattr(&arguments)?.into_ok()))?.obj_attributes)
    }

    fn root(&self) -> Result<Node> {
        let path = self.url.naming(self.url.names.get(..self.depth).unwrap_or_default());
        self.known(self.root.clone(), None, path)
    }

    fn walk(&self, names: &[Text], follow: bool) -> Result<Node> {
        let mut here = self.root()?;
        let mut names: VecDeque<Text> = names.iter().cloned().collect();
        let mut links = 0;
        while let Some(name) = names.pop_front() {
            let next = self.child(&here, &name)?;
            if next.attributes.r#type != Ftype3::Lnk || (names.is_empty() && !follow) {
                here = next;
                continue;
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(Failure::Refused {
                    path: next.path,
                    what: "too many symbolic links lead from one to another",
                });
            }
            let target = self.readlink(&next)?;
            if target.as_bytes().starts_with(b"/") {
                here = self.root()?;
            }
            for name in self.names_of_link(&next, &target)?.into_iter().rev() {
                names.push_front(name);
            }
        }
        Ok(here)
    }

    /// The names along a link, from the root of the export on if it is absolute.
    fn names_of_link(&self, link: &Node, target: &Text) -> Result<Vec<Text>> {
        let names = names_along(target);
        if !target.as_bytes().starts_with(b"/") {
            return Ok(names);
        }
        let leads_out =
            || Failure::Refused { path: link.path.clone(), what: "the symbolic link leads out of the export" };
        let export = self.url.names.get(..self.depth).unwrap_or_default();
        Ok(names.strip_prefix(export).ok_or_else(leads_out)?.to_vec())
    }
}

impl Drop for Mounted {
    /// As RFC 1813 asks for (appendix I, UMNT). Nothing depends on it.
    fn drop(&mut self) {
        let _ = self.mount.with_deadline(FAREWELL).umnt(&self.export);
    }
}

impl Node {
    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.attributes.r#type == Ftype3::Dir
    }

    /// What an entry of this directory is called in messages.
    pub fn path_of(&self, name: &Text) -> String {
        format!("{}/{}", self.path, shown(name))
    }

    /// Fails unless it is a file with content.
    pub fn check_is_file(&self) -> Result<()> {
        match self.attributes.r#type {
            Ftype3::Reg => Ok(()),
            Ftype3::Dir => Err(Nfsstat3::ErrIsdir).about(&self.path),
            _ => Err(Failure::Refused { path: self.path.clone(), what: "it is no regular file" }),
        }
    }
}

/// `None` where the server says that there is no such file.
pub fn if_there(found: Result<Node>) -> Result<Option<Node>> {
    match found {
        Err(Failure::Nfs { status: Nfsstat3::ErrNoent, .. }) => Ok(None),
        found => found.map(Some),
    }
}

fn connect_mount(url: &Url, options: &Options) -> Result<mount_v3::Client> {
    mount_v3::Client::connect_with(&address(url, url.mount_port), &client_options(url, options)).about(&url.to_string())
}

/// Without a port, rpcbind is asked for it.
fn address(url: &Url, port: Option<u16>) -> String {
    match port {
        Some(port) => format!("tcp://{}:{port}", url.host),
        None => format!("tcp://{}", url.host),
    }
}

/// Calls come from this process's user unless the URL says otherwise. A server that is gone has `timeout` to come back.
fn client_options(url: &Url, options: &Options) -> ClientOptions {
    let own = AuthSys::of_process();
    let gids = if url.uid.is_some() || url.gid.is_some() { Vec::new() } else { own.gids };
    let (uid, gid) = (url.uid.unwrap_or(own.uid), url.gid.unwrap_or(own.gid));
    let credential = Credential::Sys(AuthSys { uid, gid, gids, ..own });
    let client_options = ClientOptions::new().call_timeout(options.timeout()).credential(credential);
    client_options.privileged_port(options.privileged_port)
}

fn lookup(directory: &Node, name: &Text) -> Lookup3args {
    Lookup3args { what: Diropargs3 { dir: directory.handle.clone(), name: name.clone() } }
}

/// How many names of a URL lead to an export, if it leads into that.
fn depth_within(url: &Url, export: &Text) -> Option<usize> {
    let names = names_along(export);
    url.names.starts_with(&names).then_some(names.len())
}

fn names_along(path: &Text) -> Vec<Text> {
    let names = path.as_bytes().split(|byte| *byte == b'/');
    names.filter(|name| !matches!(*name, b"" | b".")).map(Text::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_that_a_path_lies_in() {
        let url: Url = "nfs://host/srv/data/file".parse().unwrap();
        for (export, depth) in
            [("/", Some(0)), ("/srv", Some(1)), ("/srv/data/", Some(2)), ("/srv/dat", None), ("/data", None)]
        {
            assert_eq!(depth_within(&url, &Text::from(export)), depth, "{export}");
        }
    }
}
