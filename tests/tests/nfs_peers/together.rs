//! Many clients of libnfs at once, and what they leave behind.

use crate::server::Server;
use oncrpc_tests::process::run;
use oncrpc_tests::{c, namespace};
use std::fs;

const CLIENTS: usize = 32;

/// Of each client, in each of its files.
const BLOCKS: usize = 16;

/// As interop/c/nfs_writers.c has them.
const BLOCK: usize = 65_536;
const CONTENDED: usize = 4;

/// Who wrote a block, and which of theirs it is. Panics if not all of it is of one write.
fn written(block: &[u8]) -> (usize, usize) {
    assert!(block.chunks(8).all(|word| block.starts_with(word)), "parts of several writes");
    let number = |at: usize| u32::from_ne_bytes(block[at..at + 4].try_into().unwrap()) as usize;
    (number(0), number(4))
}

fn check(server: &Server) {
    let Some(program) = c::program("nfs_writers", "libnfs") else { return };
    for name in ["shared", "contended"] {
        fs::write(server.folder.join(name), "").unwrap();
    }
    let url = server.remote().url("");
    let output = run(program, &[&url, &CLIENTS.to_string(), &BLOCKS.to_string()], &[]);
    assert_eq!(output.lines(), ["32 clients, 0 failed"], "{}", output.stderr);
    for client in 0..CLIENTS {
        let found = fs::read(server.folder.join(&format!("own-{client}"))).unwrap();
        assert_eq!(found.len(), 3 + (BLOCKS - 1) * BLOCK + 1 + client);
        assert_eq!(found[..3], [0; 3], "nobody wrote here");
        for (number, block) in found[3..].chunks(BLOCK).enumerate().take(BLOCKS - 1) {
            assert_eq!(written(block), (client, number));
        }
    }
    let shared = fs::read(server.folder.join("shared")).unwrap();
    assert_eq!(shared.len(), CLIENTS * BLOCKS * BLOCK);
    for (place, block) in shared.chunks(BLOCK).enumerate() {
        assert_eq!(written(block), (place % CLIENTS, place / CLIENTS));
    }
    let contended = fs::read(server.folder.join("contended")).unwrap();
    assert_eq!(contended.len(), CONTENDED * BLOCK);
    for (place, block) in contended.chunks(BLOCK).enumerate() {
        let (client, number) = written(block);
        assert!(client < CLIENTS && number % CONTENDED == place, "{client} {number}");
    }
}

#[test]
fn clients_of_nfsd() {
    check(&Server::ours("together"));
}

/// That the clients ask for nothing that only ours grants.
#[test]
fn clients_of_ganesha() {
    if namespace::inside("together::clients_of_ganesha") {
        let Some(server) = Server::ganesha("together") else { return };
        check(&server);
    }
}
