//! Each command, and what the files on the server's disk say to it.

use crate::servers::{FileServer, Nfsd};
use crate::{content, done, program, refused};
use oncrpc_tests::folder::Folder;
use oncrpc_tests::ganesha::{Ganesha, MOUNT_PORT, NFS_PORT};
use oncrpc_tests::namespace;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

#[test]
fn against_ganesha() {
    // Before the time within begins.
    program();
    if !namespace::inside("commands::against_ganesha") {
        return;
    }
    let folder = Folder::new("client-ganesha");
    let Some(ganesha) = Ganesha::start(folder.path()) else { return };
    all_commands(&ganesha, &folder);
    let listed = done(&["exports", &format!("127.0.0.1:{MOUNT_PORT}")]);
    assert_eq!(listed, done(&["exports", "127.0.0.1"]), "by port and by rpcbind");
    let by_port = format!("{}?nfsport={NFS_PORT}&mountport={MOUNT_PORT}&version=3", ganesha.url());
    assert_eq!(done(&["ls", &by_port]), done(&["ls", &ganesha.url()]));
}

#[test]
fn against_nfsd() {
    let folder = Folder::new("client-nfsd");
    let nfsd = Nfsd::start(folder.path());
    all_commands(&nfsd, &folder);
}

fn all_commands(server: &dyn FileServer, folder: &Folder) {
    let url = server.url();
    copies(&url, folder);
    lists(&url, folder);
    looks(&url, folder);
    changes(&url, folder);
    refusals(&url, folder);
}

fn copies(url: &str, folder: &Folder) {
    let here = Folder::new("client-here");
    let (file, back) = (here.join("file"), here.join("back"));
    let (path, back_path) = (file.to_str().unwrap(), back.to_str().unwrap());
    for length in [5 << 20 | 3, 1 << 20, 1, 0] {
        let bytes = content(length);
        fs::write(&file, &bytes).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        // The second one replaces a longer one.
        done(&["cp", path, &format!("{url}/copy")]);
        assert!(fs::read(folder.join("copy")).unwrap() == bytes, "{length} bytes up");
        done(&["cp", &format!("{url}/copy"), back_path]);
        assert!(fs::read(&back).unwrap() == bytes, "{length} bytes down");
        done(&["cp", &format!("{url}/copy"), &format!("{url}/second"), "--window", "3"]);
        assert!(fs::read(folder.join("second")).unwrap() == bytes, "{length} bytes across");
        assert!(done(&["cat", &format!("{url}/second")]) == bytes, "{length} bytes shown");
    }
    assert_eq!(fs::metadata(folder.join("copy")).unwrap().permissions().mode() & 0o777, 0o640);
    fs::write(&file, "named").unwrap();
    fs::create_dir(folder.join("directory")).unwrap();
    done(&["cp", path, &format!("{url}/directory/")]);
    done(&["cp", &format!("{url}/directory/file"), &format!("{url}/")]);
    fs::create_dir(here.join("in")).unwrap();
    done(&["cp", &format!("{url}/file"), here.join("in").to_str().unwrap()]);
    assert_eq!(fs::read(here.join("in/file")).unwrap(), b"named");
    assert_eq!(done(&["cat", &format!("{url}/file"), &format!("{url}/directory/file")]), b"namednamed");
}

fn lists(url: &str, folder: &Folder) {
    let directory = folder.join("names");
    fs::create_dir(&directory).unwrap();
    let odd = OsStr::from_bytes(b"odd\xff name");
    fs::write(directory.join(odd), "12345").unwrap();
    symlink("../file", directory.join("link")).unwrap();
    let listed = done(&["ls", &format!("{url}/names")]);
    let mut names: Vec<&[u8]> = listed.split(|byte| *byte == b'\n').filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    assert_eq!(names, [&b"link"[..], b"odd\xff name"]);
    let long = String::from_utf8_lossy(&done(&["ls", "-l", &format!("{url}/names")])).into_owned();
    let line =
        |end: &str| long.lines().find(|line| line.ends_with(end)).unwrap_or_else(|| panic!("{end}: {long}")).to_owned();
    assert!(line("link -> ../file").starts_with("lrwxrwxrwx"), "{long}");
    assert_eq!(line("\u{fffd} name").split_whitespace().nth(4), Some("5"), "{long}");
    assert_eq!(done(&["cat", &format!("{url}/names/odd%ff%20name")]), b"12345");
    assert_eq!(done(&["cat", &format!("{url}/names/link")]), b"named", "through the link");
    // More than one reply lists.
    fs::create_dir(folder.join("many")).unwrap();
    (0..3_000).for_each(|number| fs::write(folder.join("many").join(format!("file-{number}")), "").unwrap());
    let listed = String::from_utf8(done(&["ls", &format!("{url}/many")])).unwrap();
    let names: HashSet<&str> = listed.lines().collect();
    assert!(names.len() == 3_000 && listed.lines().count() == 3_000, "each once: {}", names.len());
}

fn looks(url: &str, folder: &Folder) {
    let exported = format!("{} ", folder.path().display());
    let place = url.strip_prefix("nfs://").unwrap().split('/').next().unwrap();
    let exports = String::from_utf8(done(&["exports", place])).unwrap();
    assert!(exports.lines().any(|line| line.starts_with(&exported)), "{exports}");
    fs::write(folder.join("stat"), vec![0; 1234]).unwrap();
    fs::set_permissions(folder.join("stat"), fs::Permissions::from_mode(0o604)).unwrap();
    let text = String::from_utf8(done(&["stat", &format!("{url}/stat")])).unwrap();
    for part in ["stat: regular file", "-rw----r-- (0604)", "owner  0, group 0", "size   1234 bytes", "links  1"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = String::from_utf8(done(&["stat", &format!("{url}/names/link")])).unwrap();
    assert!(text.contains("symbolic link"), "{text}");
    let text = String::from_utf8(done(&["df", url])).unwrap();
    let total = text.lines().find(|line| line.starts_with("files")).and_then(|line| line.split_whitespace().nth(1));
    assert!(text.contains("bytes") && total.is_some_and(|total| total.parse::<u64>().is_ok()), "{text}");
}

fn changes(url: &str, folder: &Folder) {
    done(&["mkdir", &format!("{url}/new"), &format!("{url}/new/inner")]);
    assert!(folder.join("new/inner").is_dir());
    fs::write(folder.join("new/file"), "").unwrap();
    done(&["rm", &format!("{url}/new/file")]);
    assert!(!folder.join("new/file").exists());
    done(&["rm", "-d", &format!("{url}/new/inner"), &format!("{url}/new")]);
    assert!(!folder.join("new").exists());
}

fn refusals(url: &str, folder: &Folder) {
    symlink("circle", folder.join("circle")).unwrap();
    symlink("/etc/passwd", folder.join("out")).unwrap();
    fs::write(folder.join("stays"), "what it was").unwrap();
    let at = |path: &str| format!("{url}/{path}");
    let cases = [
        (1, vec!["cat".to_owned(), at("missing")], "/missing: no such file or directory (NFS3ERR_NOENT)"),
        (1, vec!["cat".into(), at("directory")], "/directory: it is a directory (NFS3ERR_ISDIR)"),
        (1, vec!["cat".into(), at("file/below")], "/file/below: not a directory (NFS3ERR_NOTDIR)"),
        (1, vec!["mkdir".into(), at("directory")], "/directory: it exists already (NFS3ERR_EXIST)"),
        (
            1,
            vec!["rm".into(), "-d".into(), at("directory")],
            "/directory: the directory is not empty (NFS3ERR_NOTEMPTY)",
        ),
        (2, vec!["cat".into(), at("circle")], "too many symbolic links"),
        (2, vec!["cat".into(), at("out")], "leads out of the export"),
        (2, vec!["cp".into(), at("stays"), at("stays")], "both are the same file"),
        (2, vec!["cp".into(), "here".into(), "there".into()], "one of the two must be a URL"),
        (2, vec!["rm".into(), url.to_owned()], "it has no name in a directory"),
        (2, vec!["ls".into(), "http://host/".into()], "does not begin with nfs://"),
        (3, vec!["ls".into(), "nfs://127.0.0.1:1/".into()], "cannot connect"),
    ];
    for (code, arguments, expected) in cases {
        let said = refused(code, &arguments);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    let elsewhere = url.replace(folder.path().to_str().unwrap(), "/elsewhere");
    let said = refused(1, &["ls", &elsewhere]);
    assert!(said.contains("/elsewhere is not in what is exported: ") && said.contains("client-"), "{said}");
    assert_eq!(fs::read(folder.join("stays")).unwrap(), b"what it was");
}
