//! A file of the export that is at hand.

use super::Export;
use super::handle::Handle;
use crate::identity::Caller;
use crate::idl::Nfsstat3;
use crate::rights;
use crate::status::Outcome;
use rustix::fs::{Access, AtFlags, Mode, OFlags, Statx, StatxFlags, openat, statx};
use rustix::io::Errno;
use rustix::path::DecInt;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Times that a file is open at most: for reading and writing, and for several users.
pub const OPENINGS: usize = 4;

/// How long what the system has allowed holds, while mode and owner of the file stay.
const TRUST: Duration = Duration::from_secs(5);

/// How long a file is taken for one of the export after it was found to be.
pub const PRESENCE: Duration = Duration::from_secs(1);

/// A file of the export: a descriptor that stays the file's however it is renamed, and gives no right to it.
pub struct Node {
    /// What clients know it by.
    pub handle: Handle,
    /// Opened with `O_PATH`.
    pub path: OwnedFd,
    /// Held by who changes it.
    changing: Mutex<()>,
    /// When it was found in the export.
    found: Mutex<Instant>,
    openings: Mutex<Vec<Opening>>,
}

/// A file that was opened for somebody.
struct Opening {
    file: Arc<File>,
    want: Access,
    since: Instant,
    /// For whom, where the system decides; mode and owner of the file at that time.
    terms: Option<(Caller, [u32; 3])>,
}

/// What is asked of the system about a file.
pub const KNOWN: StatxFlags = StatxFlags::BASIC_STATS.union(StatxFlags::BTIME);

impl Node {
    /// The file behind `path`, which was just found.
    pub fn new(handle: Handle, path: OwnedFd) -> Self {
        Self { handle, path, changing: Mutex::default(), found: Mutex::new(Instant::now()), openings: Mutex::default() }
    }

    /// What it is like; `NFS3ERR_STALE` if its last name is gone.
    pub fn stat(&self) -> Outcome<Statx> {
        let stat = statx(&self.path, c"", AtFlags::EMPTY_PATH, KNOWN)?;
        if stat.stx_nlink == 0 { Err(Nfsstat3::ErrStale) } else { Ok(stat) }
    }

    /// Nobody else changes it meanwhile, so that what it was like before and after belongs together.
    pub fn alone(&self) -> MutexGuard<'_, ()> {
        lock(&self.changing)
    }

    /// Its name among the descriptors of this process, as in `/proc/self/fd`.
    pub fn number(&self) -> DecInt {
        DecInt::from_fd(&self.path)
    }

    /// Whether it was found in the export just now.
    pub fn is_fresh(&self) -> bool {
        lock(&self.found).elapsed() < PRESENCE
    }

    /// It was found in the export.
    pub fn refresh(&self) {
        *lock(&self.found) = Instant::now();
    }

    /// The file, opened for `caller`. `stat` is what it is like now; its owner may read and write whatever its mode, as if
    /// it was opened before that was set.
    pub fn open(&self, export: &Export, caller: &Caller, stat: &Statx, want: Access) -> Outcome<Arc<File>> {
        if !export.system_decides && !rights::excused(stat, caller, want) {
            rights::check(stat, caller, want)?;
        }
        let terms = export.system_decides.then(|| (caller, [u32::from(stat.stx_mode), stat.stx_uid, stat.stx_gid]));
        let holds = |it: &Opening| {
            it.want == want
                && it.terms.as_ref().map(|(caller, attributes)| (caller, *attributes)) == terms
                && (terms.is_none() || it.since.elapsed() < TRUST)
        };
        if let Some(opening) = lock(&self.openings).iter().find(|it| holds(it)) {
            return Ok(Arc::clone(&opening.file));
        }
        let file = Arc::new(self.open_anew(export, caller, stat, want)?);
        let terms = terms.map(|(caller, attributes)| (caller.clone(), attributes));
        let mut openings = lock(&self.openings);
        if openings.len() >= OPENINGS {
            openings.remove(0);
        }
        openings.push(Opening { file: Arc::clone(&file), want, since: Instant::now(), terms });
        Ok(file)
    }

    fn open_anew(&self, export: &Export, caller: &Caller, stat: &Statx, want: Access) -> Outcome<File> {
        let access = if want == Access::WRITE_OK { OFlags::WRONLY } else { OFlags::RDONLY };
        let flags = access | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let open = || openat(&export.descriptors, self.number(), flags, Mode::empty());
        export.act_as(caller)?;
        let opened = match open() {
            Err(Errno::ACCESS) if export.system_decides && rights::excused(stat, caller, want) => {
                export.act_as_itself()?;
                open()
            }
            other => other,
        };
        Ok(opened?.into())
    }
}

/// Locks `mutex`, also if a thread has panicked with it.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
