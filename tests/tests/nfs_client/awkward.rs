//! What a client must bear, and what it must not.

use crate::contrary::{Contrary, Manner};
use crate::{content, done, program, refused};
use oncrpc_tests::folder::Folder;
use oncrpc_tests::namespace;
use std::fs;

#[test]
fn short_replies_lost_writes_and_untold_attributes() {
    let here = Folder::new("client-awkward");
    let file = here.join("file");
    let bytes = content(100_001);
    fs::write(&file, &bytes).unwrap();
    let (server, _running, url) = Contrary::start(Manner::Lossy, b"what was there");
    done(&["cp", file.to_str().unwrap(), &format!("{url}/file")]);
    assert!(server.state().file == bytes, "all is there, although half of each WRITE was taken");
    assert_eq!(server.state().restarts, 2, "it lost everything twice");
    assert!(done(&["cat", &format!("{url}/file")]) == bytes, "READ by READ");
    let (other, _running, there) = Contrary::start(Manner::Lossy, b"");
    done(&["cp", &format!("{url}/file"), &there]);
    assert!(other.state().file == bytes, "from server to server, twice lost");
}

#[test]
fn a_directory_is_listed_without_readdirplus() {
    for manner in [Manner::Lossy, Manner::Forgetful] {
        let (_, _running, url) = Contrary::start(manner, b"");
        assert_eq!(done(&["ls", &url]), b"name-1\nname-2\nname-3\nname-4\nname-5\n", "{manner:?}");
        let listed = String::from_utf8(done(&["ls", "-l", &url])).unwrap();
        let names: Vec<_> = listed.lines().map(|line| line.split_whitespace().last().unwrap()).collect();
        assert_eq!(names, ["name-1", "name-2", "name-5"], "those that are there when they are looked up");
        assert!(listed.lines().all(|line| line.starts_with("---------- ")), "{listed}");
    }
}

#[test]
fn a_server_cannot_keep_the_client_busy_for_ever() {
    let here = Folder::new("client-forgetful");
    fs::write(here.join("file"), content(10_000)).unwrap();
    let (_, _running, url) = Contrary::start(Manner::Forgetful, b"");
    let said = refused(3, &["cp", here.join("file").to_str().unwrap(), &format!("{url}/file")]);
    assert!(said.contains("/short/longer/file: the server loses what is written, again and again"), "{said}");
    let (_, _running, url) = Contrary::start(Manner::Broken, &content(20_000));
    let said = refused(3, &["ls", &url]);
    assert!(said.contains("/short/longer: the server lists it in a circle"), "{said}");
    let said = refused(3, &["cat", &format!("{url}/file")]);
    assert!(said.contains("/file: the server gives more than it was asked for"), "{said}");
}

#[test]
fn a_server_that_needs_time_is_asked_again_and_told_when_all_is_done() {
    let here = Folder::new("client-busy");
    let bytes = content(4_001);
    fs::write(here.join("file"), &bytes).unwrap();
    let (server, _running, url) = Contrary::start(Manner::Busy, b"what was there");
    let file = format!("{url}/file");
    done(&["cp", here.join("file").to_str().unwrap(), &file]);
    assert!(server.state().file == bytes, "all is there");
    assert!(done(&["cat", &file]) == bytes);
    assert_eq!(done(&["ls", &url]), b"name-1\nname-2\nname-3\nname-4\nname-5\n");
    assert_eq!(server.state().unmounted, ["/short//longer/"; 3], "once by each command");
    let (server, _running, url) = Contrary::start(Manner::Asleep, b"");
    let said = refused(1, &["cat", &format!("{url}/file"), "--timeout", "1"]);
    assert!(said.contains("try again later (NFS3ERR_JUKEBOX)"), "{said}");
    assert_eq!(server.state().unmounted, ["/short//longer/"], "also where it fails");
}

/// Takes the right to.
#[test]
fn calls_come_from_a_privileged_port_if_they_are_to() {
    program();
    if !namespace::inside("awkward::calls_come_from_a_privileged_port_if_they_are_to") {
        return;
    }
    let (_, _running, url) = Contrary::start(Manner::Strict, b"content");
    let file = format!("{url}/file");
    let said = refused(3, &["cat", &file]);
    assert!(said.contains("AUTH_TOOWEAK"), "{said}");
    assert_eq!(done(&["--privileged-port", "cat", &file]), b"content");
}
