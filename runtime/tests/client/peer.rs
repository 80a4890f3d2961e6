//! The other side: knows records and headers by their bytes, not through the library.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The program that all tests call.
pub(crate) const PROGRAM: u32 = 0x2000_0099;
pub(crate) const VERSION: u32 = 1;

/// A peer on a thread of its own.
pub(crate) struct Peer {
    pub(crate) address: String,
    thread: Option<JoinHandle<()>>,
}

/// A call as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) xid: u32,
    pub(crate) message: Vec<u8>,
}

impl Peer {
    /// Takes one TCP connection.
    pub(crate) fn tcp(serve: impl FnOnce(TcpStream) + Send + 'static) -> Self {
        Self::listen(move |listener| {
            let (stream, _) = listener.accept().unwrap();
            stream.set_nodelay(true).unwrap();
            // A test that goes wrong ends.
            stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
            stream.set_write_timeout(Some(Duration::from_secs(15))).unwrap();
            serve(stream);
        })
    }

    /// Listens on TCP.
    pub(crate) fn listen(serve: impl FnOnce(TcpListener) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("tcp://{}", listener.local_addr().unwrap());
        Self { address, thread: Some(thread::spawn(move || serve(listener))) }
    }

    /// Takes datagrams.
    pub(crate) fn udp(serve: impl FnOnce(UdpSocket) + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        let address = format!("udp://{}", socket.local_addr().unwrap());
        Self { address, thread: Some(thread::spawn(move || serve(socket))) }
    }

    /// Waits for its end, which must not be a panic.
    pub(crate) fn join(mut self) {
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Call {
    pub(crate) fn new(message: Vec<u8>) -> Self {
        Self { xid: word(&message, 0), message }
    }

    pub(crate) fn procedure(&self) -> u32 {
        word(&self.message, 5)
    }

    /// Word `index` of the arguments, which follow 40 bytes of header without a credential.
    pub(crate) fn argument(&self, index: usize) -> u32 {
        word(&self.message, 10 + index)
    }
}

/// The next call of a stream; `None` when the client has closed it.
pub(crate) fn read_call(stream: &mut impl Read) -> Option<Call> {
    let mut mark = [0; 4];
    match stream.read_exact(&mut mark) {
        Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => return None,
        outcome => outcome.unwrap(),
    }
    let mark = u32::from_be_bytes(mark);
    assert_ne!(mark & 0x8000_0000, 0, "the client sends one fragment a record");
    let mut message = vec![0; (mark & 0x7fff_ffff) as usize];
    stream.read_exact(&mut message).unwrap();
    Some(Call::new(message))
}

/// The next datagram and its sender.
pub(crate) fn receive_call(socket: &UdpSocket) -> (Call, std::net::SocketAddr) {
    let mut buffer = [0; 65_536];
    let (length, from) = socket.recv_from(&mut buffer).unwrap();
    (Call::new(buffer[..length].to_vec()), from)
}

/// A record of one fragment.
pub(crate) fn record(words: &[u32]) -> Vec<u8> {
    let mark = 0x8000_0000 | u32::try_from(words.len() * 4).unwrap();
    bytes(&[&[mark], words].concat())
}

/// A reply that a call succeeded, without a record mark.
pub(crate) fn success(xid: u32, results: &[u32]) -> Vec<u32> {
    [&[xid, 1, 0, 0, 0, 0], results].concat()
}

pub(crate) fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// Answers every call with `answer(call)`, until the client closes the connection.
pub(crate) fn answer_all(mut stream: impl Read + Write, answer: impl Fn(&Call) -> Vec<u32>) {
    while let Some(call) = read_call(&mut stream) {
        stream.write_all(&record(&success(call.xid, &answer(&call)))).unwrap();
    }
}

fn word(bytes: &[u8], index: usize) -> u32 {
    u32::from_be_bytes(bytes[index * 4..][..4].try_into().unwrap())
}
