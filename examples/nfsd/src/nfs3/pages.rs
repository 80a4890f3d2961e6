//! What READDIRPLUS has found, kept for a second: most of its time goes to asking the system about each file.
//!
//! What is changed over NFS is seen at once. So are names that local programs change, by the times of the directory, if these are
//! finer than what comes between two changes. Attributes that they change may be a second old here, and nowhere else.

use crate::export::Identity;
use crate::identity::Caller;
use crate::idl::{Dirlistplus3, Entryplus3, Nfstime3};
use std::collections::HashMap;
use std::mem::size_of;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long it is kept.
const HELD: Duration = Duration::from_secs(1);

/// Bytes that are kept. Stops clients who list much from filling the memory.
const MOST_KEPT: usize = 4 << 20;

/// Bytes that a page takes beside its entries.
const PAGE: usize = super::listing::BLOCK + 512;

/// Parts of directories. They are forgotten together: after a second, and when anything is changed over NFS.
#[derive(Debug)]
pub struct Pages {
    changes: AtomicU64,
    kept: Mutex<Kept>,
}

/// How often something was changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes(u64);

#[derive(Debug)]
struct Kept {
    since: Instant,
    changes: Changes,
    bytes: usize,
    pages: HashMap<Question, Dirlistplus3>,
}

/// What was asked for, by whom, and of what state of a directory.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Question {
    pub caller: Caller,
    pub directory: Identity,
    /// When it was changed last, by anybody.
    pub changed: [Nfstime3; 2],
    pub cookie: u64,
    /// Room for names, and for all.
    pub room: [u32; 2],
}

impl Pages {
    /// None yet.
    pub fn new() -> Self {
        let kept = Kept { since: Instant::now(), changes: Changes::default(), bytes: 0, pages: HashMap::new() };
        Self { changes: AtomicU64::new(0), kept: Mutex::new(kept) }
    }

    /// Something was changed: nothing that was found before is right for sure.
    pub fn outdate(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// How often something was changed until now.
    pub fn changes(&self) -> Changes {
        Changes(self.changes.load(Ordering::Acquire))
    }

    /// What was found not long ago.
    pub fn get(&self, question: &Question) -> Option<Dirlistplus3> {
        self.kept().pages.get(question).cloned()
    }

    /// Keeps what was found, if there is room and nothing was changed since there were so many `changes`.
    pub fn put(&self, question: Question, page: &Dirlistplus3, changes: Changes) {
        let bytes = PAGE + page.entries.iter().map(weight).sum::<usize>();
        let mut kept = self.kept();
        if kept.changes == changes && kept.bytes + bytes <= MOST_KEPT {
            kept.bytes += bytes;
            kept.pages.insert(question, page.clone());
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = self.changes();
        if kept.changes != changes || kept.since.elapsed() >= HELD {
            *kept = Kept { since: Instant::now(), changes, bytes: 0, pages: HashMap::new() };
        }
        kept
    }
}

fn weight(entry: &Entryplus3) -> usize {
    size_of::<Entryplus3>() + entry.name.as_bytes().len() + super::listing::handle_bytes(entry)
}

#[cfg(test)]
mod tests {
    use super::{Changes, MOST_KEPT, Pages, Question};
    use crate::export::Identity;
    use crate::identity::Caller;
    use crate::idl::{Dirlistplus3, Entryplus3, Nfstime3};
    use std::time::{Duration, Instant};

    fn question(uid: u32, cookie: u64) -> Question {
        let mut caller = Caller::nobody();
        caller.uid = uid;
        Question {
            caller,
            directory: Identity { inode: 2, birth: 3 },
            changed: [Nfstime3::default(); 2],
            cookie,
            room: [1_000, 1_000],
        }
    }

    fn page(entries: usize) -> Dirlistplus3 {
        Dirlistplus3 { entries: vec![Entryplus3::default(); entries], eof: true }
    }

    /// Some that do not grow old while the test runs.
    fn pages() -> Pages {
        let pages = Pages::new();
        pages.kept.lock().unwrap().since = Instant::now() + Duration::from_secs(3_600);
        pages
    }

    #[test]
    fn a_page_is_there_for_who_asked_until_something_changes() {
        let pages = pages();
        pages.put(question(1, 0), &page(3), pages.changes());
        assert_eq!(pages.get(&question(1, 0)), Some(page(3)));
        assert_eq!(pages.get(&question(2, 0)), None);
        assert_eq!(pages.get(&question(1, 7)), None);
        let before = pages.changes();
        pages.outdate();
        assert_eq!(pages.get(&question(1, 0)), None);
        pages.put(question(1, 0), &page(3), before);
        assert_eq!(pages.get(&question(1, 0)), None);
    }

    #[test]
    fn what_is_kept_is_bounded_and_grows_old() {
        let pages = pages();
        (0..10_000).for_each(|cookie| pages.put(question(1, cookie), &page(1), Changes::default()));
        let kept = (0..10_000).filter(|cookie| pages.get(&question(1, *cookie)).is_some()).count();
        assert!((100..MOST_KEPT / super::PAGE).contains(&kept), "{kept}");
        pages.kept.lock().unwrap().since = Instant::now().checked_sub(super::HELD).unwrap();
        assert_eq!(pages.get(&question(1, 0)), None);
        assert_eq!(pages.kept.lock().unwrap().bytes, 0);
    }
}
