//! What peers that announce much and send little cost the server's process. Alone in its binary: other tests would
//! be measured, too.
#![cfg(feature = "net")]

use oncrpc::Server;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};

/// Resident memory of this process in bytes, both ends of all connections in it.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

fn connect(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// Waits until the server has looked at all that was sent before: an unknown program is refused after it.
fn wait_for_server(address: SocketAddr) {
    let call: Vec<u8> =
        [0x8000_0028_u32, 1, 0, 2, 99, 1, 0, 0, 0, 0, 0].iter().flat_map(|word| word.to_be_bytes()).collect();
    let mut stream = connect(address, &call);
    std::io::Read::read_exact(&mut stream, &mut [0; 28]).unwrap();
}

/// Sends a little more over each, several times.
fn trickle(address: SocketAddr, streams: &mut [TcpStream]) {
    for _ in 0..5 {
        streams.iter_mut().for_each(|stream| stream.write_all(&[0]).unwrap());
        wait_for_server(address);
    }
}

#[test]
fn announced_records_cost_no_memory() {
    const CONNECTIONS: usize = 400;
    let server = Server::new().listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let address = server.addresses()[0].strip_prefix("tcp://").unwrap().parse().unwrap();
    // The largest record that is taken, and one byte of it.
    let mark = 0x8000_0000 | oncrpc::record::Limits::DEFAULT.bytes as u32;
    let beginning = [&mark.to_be_bytes()[..], &[0]].concat();

    let mut few: Vec<_> = (0..20).map(|_| connect(address, &beginning)).collect();
    wait_for_server(address);
    trickle(address, &mut few);
    let before = resident();
    let mut many: Vec<_> = (0..CONNECTIONS).map(|_| connect(address, &beginning)).collect();
    wait_for_server(address);
    let each = resident().saturating_sub(before) / CONNECTIONS;
    assert!(each < 4 << 10, "{each} bytes a connection");
    trickle(address, &mut many);
    let each = resident().saturating_sub(before) / CONNECTIONS;
    assert!(each < 4 << 10, "{each} bytes a connection that goes on sending");
    drop((few, many));
}
