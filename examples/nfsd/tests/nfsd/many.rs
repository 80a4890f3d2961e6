//! A directory of 100,000 entries.

use crate::idl::*;
use crate::server::Nfsd;
use std::collections::HashSet;
use std::fs::{self, File};
use std::time::{Duration, Instant};

const MANY: u32 = 100_000;

#[test]
fn a_hundred_thousand_entries_are_listed_and_each_handle_holds() {
    let mut nfsd = Nfsd::start(&[]);
    fs::create_dir(nfsd.directory.join("many")).unwrap();
    (0..MANY).for_each(|number| drop(File::create(nfsd.directory.join(format!("many/{number:06}"))).unwrap()));
    let mounted = nfsd.mounted();
    let many = mounted.find("many").unwrap();
    let start = Instant::now();
    let listed = mounted.list(&many, 32 << 10).unwrap();
    // A second at most; some minutes if each part began at the front.
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    let names: HashSet<&[u8]> = listed.iter().map(|entry| entry.name.as_bytes()).collect();
    assert_eq!((listed.len(), names.len()), (MANY as usize + 2, MANY as usize + 2));

    // Cookies and handles hold over a restart, also of files that were not the last ones.
    nfsd.restart(&[], |_| ());
    let mounted = nfsd.mounted();
    let start = Instant::now();
    for entry in listed.iter().filter(|entry| entry.name.len() == 6).step_by(50) {
        let handle = entry.name_handle.clone().into_option().unwrap();
        assert_eq!(mounted.stat(&handle).unwrap().fileid, entry.fileid);
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    let middle = &listed[listed.len() / 2];
    let mut args = Readdir3args { dir: many, cookie: middle.cookie, cookieverf: [0; 8], count: 1 << 20 };
    let wrong = mounted.nfs.readdir(&args).unwrap();
    assert_eq!(wrong.into_ok().unwrap_err(), Nfsstat3::ErrBadCookie);
    args.cookie = 0;
    args.cookieverf = mounted.nfs.readdir(&args).unwrap().into_ok().unwrap().cookieverf;
    args.cookie = middle.cookie;
    let next = mounted.nfs.readdir(&args).unwrap().into_ok().unwrap();
    assert_eq!(next.reply.entries[0].name, listed[listed.len() / 2 + 1].name);
}

#[test]
fn no_reply_is_larger_than_was_asked_for() {
    let nfsd = Nfsd::start(&[]);
    (0..300).for_each(|number| drop(File::create(nfsd.directory.join("x".repeat(number % 200 + 1) + "-")).unwrap()));
    let mounted = nfsd.mounted();
    let dir = mounted.root.clone();
    for count in [200, 512, 1_000, 4_096] {
        let args = Readdir3args { dir: dir.clone(), cookie: 0, cookieverf: [0; 8], count };
        match mounted.nfs.readdir(&args).unwrap() {
            Readdir3res::Ok(reply) => {
                let entries = reply.reply.entries.iter().map(|entry| 24 + entry.name.len().next_multiple_of(4));
                assert!(entries.sum::<usize>() + 108 <= count as usize);
            }
            other => assert_eq!((other.discriminant(), count), (Nfsstat3::ErrToosmall, 200)),
        }
        let args =
            Readdirplus3args { dir: dir.clone(), cookie: 0, cookieverf: [0; 8], dircount: count / 4, maxcount: count };
        let Readdirplus3res::Ok(reply) = mounted.nfs.readdirplus(&args).unwrap() else { continue };
        let names = reply.reply.entries.iter().map(|entry| 20 + entry.name.len().next_multiple_of(4));
        assert!(names.sum::<usize>() <= count as usize / 4);
    }
    let args = Readdirplus3args { dir, cookie: 0, cookieverf: [0; 8], dircount: 10, maxcount: 50 };
    assert_eq!(mounted.nfs.readdirplus(&args).unwrap().into_ok().unwrap_err(), Nfsstat3::ErrToosmall);
}
