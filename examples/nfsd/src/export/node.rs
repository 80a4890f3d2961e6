//! A file of the export that is at hand.

use super::{Export, Handle};
use crate::identity::{Caller, SYSTEM_DECIDES, act_as_itself};
use crate::idl::Nfsstat3;
use crate::status::Outcome;
use rustix::fs::{Access, AtFlags, Mode, OFlags, Statx, StatxFlags, openat, statx};
use rustix::io::Errno;
use rustix::path::DecInt;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// Times that a file is open at most: for reading and writing, and for several users.
pub const OPENINGS: usize = 4;

/// How long what the system has allowed holds, while mode and owner of the file stay.
const TRUST: Duration = Duration::from_secs(5);

/// A file of the export: a descriptor that stays the file's however it is renamed, and gives no right to it.
pub struct Node {
    /// What clients know it by.
    pub handle: Handle,
    /// Opened with `O_PATH`.
    pub path: OwnedFd,
    /// Held by who changes it, so that what it was like before and after belongs together.
    pub changing: Mutex<()>,
    /// When it was found in the export.
    pub(super) found: Mutex<Instant>,
    openings: Mutex<Vec<Opening>>,
}

/// A file that was opened for somebody.
struct Opening {
    file: Arc<File>,
    want: Access,
    since: Instant,
    caller: Caller,
    /// Mode and owner of the file at that time.
    terms: [u32; 3],
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

    /// Its name among the descriptors of this process, as in `/proc/self/fd`.
    pub fn number(&self) -> DecInt {
        DecInt::from_fd(&self.path)
    }

    /// The right to change it, which one has at a time; `NFS3ERR_JUKEBOX` if it had to be waited for, and may not.
    pub fn alone(&self, may_wait: bool) -> Outcome<MutexGuard<'_, ()>> {
        match self.changing.try_lock() {
            Ok(alone) => Ok(alone),
            Err(TryLockError::WouldBlock) if !may_wait => Err(Nfsstat3::ErrJukebox),
            Err(_) => Ok(lock(&self.changing)),
        }
    }

    /// The file, opened for `caller`; `stat` is what it is like now.
    pub fn open(&self, export: &Export, caller: &Caller, stat: &Statx, want: Access) -> Outcome<Arc<File>> {
        if !*SYSTEM_DECIDES && !caller.is_excused(stat, want) {
            caller.must(stat, want)?;
        }
        let terms = [u32::from(stat.stx_mode), stat.stx_uid, stat.stx_gid];
        let is_trusted = |it: &Opening| it.caller == *caller && it.terms == terms && it.since.elapsed() < TRUST;
        // Where the mode decides it was asked just now, and this process may not be able to open the file again.
        let holds = |it: &&Opening| it.want == want && (!*SYSTEM_DECIDES || is_trusted(it));
        if let Some(it) = lock(&self.openings).iter().find(holds) {
            return Ok(Arc::clone(&it.file));
        }
        let file = Arc::new(self.open_anew(export, caller, stat, want)?);
        let mut openings = lock(&self.openings);
        if openings.len() >= OPENINGS {
            openings.remove(0);
        }
        openings.push(Opening { file: Arc::clone(&file), want, since: Instant::now(), caller: caller.clone(), terms });
        Ok(file)
    }

    fn open_anew(&self, export: &Export, caller: &Caller, stat: &Statx, want: Access) -> Outcome<File> {
        let access = if want == Access::WRITE_OK { OFlags::WRONLY } else { OFlags::RDONLY };
        let flags = access | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let open = || openat(&export.descriptors, self.number(), flags, Mode::empty());
        caller.act()?;
        let opened = match open() {
            Err(Errno::ACCESS) if *SYSTEM_DECIDES && caller.is_excused(stat, want) => {
                act_as_itself()?;
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
