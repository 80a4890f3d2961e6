//! A caller made of bytes, which is called back.

use super::office::{BACK, PATIENCE, PROGRAM};
use oncrpc::RunningServer;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

pub(crate) struct Peer(pub(crate) TcpStream);

/// What comes to a caller.
#[derive(Debug, PartialEq)]
pub(crate) enum Message {
    Call { xid: u32, procedure: u32, arguments: Vec<u8> },
    Reply { xid: u32, status: u32, results: Vec<u8> },
}

impl Peer {
    pub(crate) fn new(server: &RunningServer) -> Self {
        Self::over(TcpStream::connect(server.addresses()[0].strip_prefix("tcp://").unwrap()).unwrap())
    }

    /// At the other end: the next client.
    pub(crate) fn accept(listener: &TcpListener) -> Self {
        Self::over(listener.accept().unwrap().0)
    }

    fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    pub(crate) fn call(&mut self, xid: u32, procedure: u32, arguments: &[u32]) {
        self.send(&call(xid, procedure, arguments));
    }

    pub(crate) fn reply(&mut self, xid: u32, result: u32) {
        self.send(&success(xid, &[result]));
    }

    pub(crate) fn send(&mut self, message: &[u8]) {
        self.0.write_all(&record(message)).unwrap();
    }

    /// The next message of a server.
    pub(crate) fn receive(&mut self) -> Message {
        self.receive_from(BACK)
    }

    pub(crate) fn receive_bytes(&mut self) -> Vec<u8> {
        let mut mark = [0; 4];
        self.0.read_exact(&mut mark).unwrap();
        let mut message = vec![0; (u32::from_be_bytes(mark) & 0x7fff_ffff) as usize];
        self.0.read_exact(&mut message).unwrap();
        message
    }

    /// The next message of who calls this program.
    pub(crate) fn receive_from(&mut self, program: u32) -> Message {
        let message = self.receive_bytes();
        let word = |index: usize| u32::from_be_bytes(message[4 * index..][..4].try_into().unwrap());
        let xid = word(0);
        match word(1) {
            0 => {
                assert_eq!([word(2), word(3), word(4)], [2, program, 1]);
                assert_eq!(message[24..40], [0; 16], "no credential");
                Message::Call { xid, procedure: word(5), arguments: message[40..].to_vec() }
            }
            1 => {
                assert_eq!([word(2), word(3), word(4)], [0, 0, 0], "accepted");
                Message::Reply { xid, status: word(5), results: message[24..].to_vec() }
            }
            kind => panic!("msg_type is {kind}"),
        }
    }

    /// The next message, which is a call with one argument: its xid and argument.
    pub(crate) fn called(&mut self) -> (u32, u32) {
        match self.receive() {
            Message::Call { xid, arguments, .. } => (xid, u32::from_be_bytes(arguments[..4].try_into().unwrap())),
            reply => panic!("{reply:?}"),
        }
    }

    /// Checks that the next message is this reply.
    pub(crate) fn check_reply(&mut self, xid: u32, result: u32) {
        assert_eq!(self.receive(), Message::Reply { xid, status: 0, results: result.to_be_bytes().to_vec() });
    }
}

pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

pub(crate) fn call(xid: u32, procedure: u32, arguments: &[u32]) -> Vec<u8> {
    call_of(PROGRAM, xid, procedure, arguments)
}

pub(crate) fn call_of(program: u32, xid: u32, procedure: u32, arguments: &[u32]) -> Vec<u8> {
    [words(&[xid, 0, 2, program, 1, procedure, 0, 0, 0, 0]), words(arguments)].concat()
}

pub(crate) fn success(xid: u32, results: &[u32]) -> Vec<u8> {
    [words(&[xid, 1, 0, 0, 0, 0]), words(results)].concat()
}

pub(crate) fn record(message: &[u8]) -> Vec<u8> {
    [&words(&[0x8000_0000 | message.len() as u32]), message].concat()
}
