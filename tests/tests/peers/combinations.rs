//! Every combination of client, server, transport and way to find the server. docs/peers.md holds the table.

use crate::script::{self, Size};
use crate::{TRANSPORTS, listen, servers};
use oncrpc::rpcbind::Rpcbind;
use oncrpc_tests::c::{PEERS_CLIENT, root};
use oncrpc_tests::interfaces::peers::peers_v1;
use oncrpc_tests::process::{Server, host, run};
use oncrpc_tests::{rpcbind, say};
use std::fs;
use std::path::PathBuf;

struct Row {
    cells: [&'static str; 4],
    said: Vec<String>,
    expected: Vec<String>,
}

impl Row {
    fn is_well(&self) -> bool {
        self.said == self.expected
    }

    fn line(&self) -> String {
        let right = self.said.iter().zip(&self.expected).filter(|(said, expected)| said == expected).count();
        format!("| {} | {right} of {} |", self.cells.join(" | "), self.expected.len())
    }
}

#[test]
fn every_combination() {
    let client = PEERS_CLIENT.build();
    let is_whole = client.is_some() && rpcbind::available();
    let mut rows = Vec::new();
    for (server_name, program) in servers() {
        let places: Vec<_> = TRANSPORTS.iter().map(|transport| listen(transport, server_name)).collect();
        let mut arguments = vec!["--rpcbind"];
        arguments.retain(|_| is_whole);
        arguments.extend(places.iter().map(String::as_str));
        let server = Server::start(&program, &arguments);
        for transport in TRANSPORTS {
            for way in ["given", "rpcbind"] {
                if way == "rpcbind" && !is_whole {
                    continue;
                }
                let row = |client, said| Row {
                    cells: [client, server_name, transport, way],
                    said,
                    expected: Size::of(transport).expected(),
                };
                rows.push(row("ours", ours(&server, transport, way)));
                rows.extend(client.as_ref().map(|client| row("C", c(client, &server, transport, way))));
            }
        }
    }
    rows.sort_by_key(|row| row.cells);
    let table: Vec<_> = rows.iter().map(Row::line).collect();
    say(&table.join("\n"));
    for row in rows.iter().filter(|row| !row.is_well()) {
        assert_eq!(row.said, row.expected, "{:?}", row.cells);
    }
    if is_whole {
        check_document(&table);
    }
}

/// Our client.
fn ours(server: &Server, transport: &str, way: &str) -> Vec<String> {
    let address = match (way, transport) {
        ("given", _) => server.address(transport),
        (_, "unix") => registered("local"),
        (_, "tcp") => "127.0.0.1".to_owned(),
        (_, "udp") => "udp://127.0.0.1".to_owned(),
        (_, other) => format!("{}://[::1]", &other[..3]),
    };
    script::run(&address, Size::of(transport)).unwrap_or_else(|error| vec![error.to_string()])
}

/// Where rpcbind says that PEERS is, for our client.
fn registered(netid: &str) -> String {
    let all = Rpcbind::local().and_then(|rpcbind| rpcbind.registrations()).unwrap();
    let found = all.iter().find(|it| it.program == peers_v1::PROGRAM && it.netid == netid);
    format!("unix://{}", found.unwrap_or_else(|| panic!("{netid}: {all:?}")).address)
}

/// A C client.
fn c(client: &PathBuf, server: &Server, transport: &str, way: &str) -> Vec<String> {
    let place = if way == "given" { server.place(transport) } else { way };
    let size = Size::of(transport).arguments();
    let mut arguments = vec![host(transport), transport, place];
    arguments.extend(size.iter().map(String::as_str));
    let output = run(client, &arguments, &[]);
    let lines = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    if output.status.success() { lines } else { vec![output.stderr] }
}

/// The document shows the table as it is; BLESS=1 writes it there.
fn check_document(table: &[String]) {
    let path = root().join("docs/peers.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("|---|---|---|---|---|\n").unwrap();
    let after = rest.split_once("\n\n").unwrap().1;
    let whole = format!("{before}|---|---|---|---|---|\n{}\n\n{after}", table.join("\n"));
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, whole).unwrap();
    } else {
        assert_eq!(text, whole, "BLESS=1 cargo test -p oncrpc-tests --test peers writes the table anew");
    }
}
