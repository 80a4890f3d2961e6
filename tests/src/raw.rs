//! Calls and replies as bytes (RFC 5531 §9, §11), for peers that do not keep to anything.

use crate::process::DEADLINE;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Words, big-endian.
pub fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A call with no credential.
pub fn call(xid: u32, program: u32, version: u32, procedure: u32, arguments: &[u8]) -> Vec<u8> {
    [&words(&[xid, 0, 2, program, version, procedure, 0, 0, 0, 0]), arguments].concat()
}

/// An accepted reply to that call.
pub fn success(xid: u32, results: &[u8]) -> Vec<u8> {
    [&words(&[xid, 1, 0, 0, 0, 0]), results].concat()
}

/// One fragment that is a whole record.
pub fn record(message: &[u8]) -> Vec<u8> {
    [&words(&[0x8000_0000 | message.len() as u32]), message].concat()
}

/// A stream to a server, read and written by hand.
#[derive(Debug)]
pub struct Connection(TcpStream);

impl Connection {
    /// To an address of our server, `tcp://host:port`.
    pub fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address.trim_start_matches("tcp://")).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    /// Sends bytes, some of which the server may not wait for.
    pub fn send(&mut self, bytes: &[u8]) {
        if let Err(error) = self.0.write_all(bytes) {
            assert!(matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{error}");
        }
    }

    /// The next record, of one fragment; `None` if the server has closed the connection.
    pub fn receive(&mut self) -> Option<Vec<u8>> {
        let mark = self.read(4)?;
        let mark = u32::from_be_bytes(mark.try_into().unwrap());
        assert!(mark & 0x8000_0000 != 0, "one fragment a record");
        self.read((mark & 0x7fff_ffff) as usize)
    }

    /// What becomes of a call: its accept_stat, and what stands behind it.
    pub fn outcome(&mut self, message: &[u8]) -> (u32, Vec<u8>) {
        self.send(&record(message));
        let reply = self.receive().expect("a reply");
        assert_eq!(reply[..4], message[..4], "xid");
        assert_eq!(reply[4..20], words(&[1, 0, 0, 0]), "accepted, without a verifier");
        (u32::from_be_bytes(reply[20..24].try_into().unwrap()), reply[24..].to_vec())
    }

    fn read(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        match self.0.read_exact(&mut bytes) {
            Ok(()) => Some(bytes),
            Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("neither a reply nor the end"),
            Err(_) => None,
        }
    }
}

/// A server that answers the first call of its first connection with whatever `reply` makes of its xid, then leaves.
/// Returns where it is.
pub fn serve_once(reply: impl FnOnce(u32) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut connection = Connection(listener.accept().unwrap().0);
        let call = connection.receive().expect("a call");
        connection.send(&reply(u32::from_be_bytes(call[..4].try_into().unwrap())));
    });
    address
}
