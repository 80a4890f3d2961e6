//! A server on a directory of its own.

use crate::idl::*;
use oncrpc::{AuthSys, Bytes, ClientOptions, Credential};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Serves a directory that is there as long as it is; killed on drop.
pub struct Nfsd {
    child: Child,
    errors: BufReader<ChildStderr>,
    /// The exported directory.
    pub directory: PathBuf,
    port: u16,
}

/// A client of a server, and the root of the export.
pub struct Mounted {
    pub nfs: nfs_v3::Client,
    pub root: NfsFh3,
}

impl Nfsd {
    /// Serves a new directory, in which everybody may do everything.
    pub fn start(options: &[&str]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("oncrpc-nfsd-{}-{number}", std::process::id()));
        fs::create_dir_all(directory.join("export")).unwrap();
        let export = directory.join("export").canonicalize().unwrap();
        set_mode(&export, 0o777);
        let (child, errors, port) = spawn(&export, 0, options);
        Self { child, errors, directory: export, port }
    }

    /// Kills it with SIGKILL, has `between` happen, and starts it again at the same port.
    pub fn restart(&mut self, options: &[&str], between: impl FnOnce(&Path)) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        between(&self.directory);
        (self.child, self.errors, self.port) = spawn(&self.directory, self.port, options);
    }

    /// Stops it with SIGTERM; what it has said.
    pub fn stop(mut self) -> String {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        let mut told = String::new();
        self.errors.read_to_string(&mut told).unwrap();
        assert!(self.child.wait().unwrap().success(), "{told}");
        told
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    /// A client of its MOUNT.
    pub fn mount(&self) -> mount_v3::Client {
        mount_v3::Client::connect(&self.address()).unwrap()
    }

    /// The export, mounted by this user and group.
    pub fn mounted_by(&self, uid: u32, gid: u32) -> Mounted {
        let credential = Credential::Sys(AuthSys { uid, gid, ..AuthSys::default() });
        let options = ClientOptions::new().credential(credential);
        let path = self.directory.to_str().unwrap();
        let root = self.mount().mnt(path).unwrap().into_ok().unwrap();
        let nfs = nfs_v3::Client::connect_with(&self.address(), &options).unwrap();
        Mounted { nfs, root: NfsFh3 { data: root.fhandle } }
    }

    /// The export, mounted by a user who is nobody in particular.
    pub fn mounted(&self) -> Mounted {
        self.mounted_by(1_000, 1_000)
    }
}

impl Drop for Nfsd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(directory) = self.directory.parent() {
            let _ = fs::remove_dir_all(directory);
        }
    }
}

impl Mounted {
    /// Looks up each name of a path in turn.
    pub fn find(&self, path: &str) -> Result<NfsFh3, Nfsstat3> {
        path.split('/').try_fold(self.root.clone(), |dir, name| self.look_up(&dir, name.as_bytes()))
    }

    /// Looks up a name.
    pub fn look_up(&self, dir: &NfsFh3, name: &[u8]) -> Result<NfsFh3, Nfsstat3> {
        Ok(self.nfs.lookup(&Lookup3args { what: at(dir, name) }).unwrap().into_ok()?.object)
    }

    /// What is known of a file.
    pub fn stat(&self, object: &NfsFh3) -> Result<Fattr3, Nfsstat3> {
        Ok(self.nfs.getattr(&Getattr3args { object: object.clone() }).unwrap().into_ok()?.obj_attributes)
    }

    /// The bytes of a file, up to 1 MiB.
    pub fn read(&self, file: &NfsFh3) -> Result<Vec<u8>, Nfsstat3> {
        let args = Read3args { file: file.clone(), offset: 0, count: 1 << 20 };
        Ok(self.nfs.read(&args).unwrap().into_ok()?.data.to_vec())
    }

    /// Makes a regular file with mode 0644.
    pub fn create(&self, dir: &NfsFh3, name: &[u8]) -> Result<NfsFh3, Nfsstat3> {
        let new = Sattr3 { mode: Some(0o644).into(), ..Sattr3::default() };
        self.create_as(dir, name, Createhow3::Guarded(new))
    }

    /// Makes a regular file.
    pub fn create_as(&self, dir: &NfsFh3, name: &[u8], how: Createhow3) -> Result<NfsFh3, Nfsstat3> {
        let made = self.nfs.create(&Create3args { r#where: at(dir, name), how }).unwrap().into_ok()?;
        Ok(made.obj.into_option().unwrap())
    }

    /// Writes to a file; how safe it is then, and the verifier.
    pub fn write(
        &self,
        file: &NfsFh3,
        offset: u64,
        data: &'static [u8],
        stable: StableHow,
    ) -> Result<Write3resok, Nfsstat3> {
        let (count, data) = (data.len() as u32, Bytes::from_static(data));
        self.nfs.write(&Write3args { file: file.clone(), offset, count, stable, data }).unwrap().into_ok()
    }

    /// Sets attributes of a file.
    pub fn set(&self, object: &NfsFh3, new_attributes: Sattr3) -> Result<WccData, Nfsstat3> {
        let args = Setattr3args { object: object.clone(), new_attributes, guard: None.into() };
        Ok(self.nfs.setattr(&args).unwrap().into_ok()?.obj_wcc)
    }

    /// All entries of a directory, `size` bytes at a time.
    pub fn list(&self, dir: &NfsFh3, size: u32) -> Result<Vec<Entryplus3>, Nfsstat3> {
        let mut all: Vec<Entryplus3> = Vec::new();
        let mut args =
            Readdirplus3args { dir: dir.clone(), cookie: 0, cookieverf: [0; 8], dircount: size, maxcount: size };
        loop {
            let part = self.nfs.readdirplus(&args).unwrap().into_ok()?;
            all.extend(part.reply.entries);
            if part.reply.eof {
                return Ok(all);
            }
            args.cookie = all.last().unwrap().cookie;
            args.cookieverf = part.cookieverf;
        }
    }
}

fn spawn(directory: &Path, port: u16, options: &[&str]) -> (Child, BufReader<ChildStderr>, u16) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nfsd"));
    command.arg("--state").arg(directory.with_file_name("key")).args(["--port", &port.to_string()]);
    command.args(options).arg(directory);
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    while !told.contains("udp://") {
        assert_ne!(errors.read_line(&mut told).unwrap(), 0, "{told}");
    }
    let port = told.rsplit(':').next().unwrap().trim().parse().unwrap();
    (child, errors, port)
}

/// A name in a directory.
pub fn at(dir: &NfsFh3, name: &[u8]) -> Diropargs3 {
    Diropargs3 { dir: dir.clone(), name: name.into() }
}

/// Whether this process may do everything, so that the server acts as its callers.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Sets who may do what.
pub fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}
