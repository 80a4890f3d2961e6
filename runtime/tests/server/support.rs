//! A program to call, and the bytes to call it with.

use oncrpc::codegen as rpc;
use oncrpc::{Call, Error, Limits, RunningServer, Server};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub(crate) const PROGRAM: u32 = 0x2000_0099;
pub(crate) const OTHER_PROGRAM: u32 = 0x2000_009a;

pub(crate) const NULL: u32 = 0;
pub(crate) const ADD: u32 = 1;
pub(crate) const ECHO: u32 = 2;
pub(crate) const PANIC: u32 = 3;
pub(crate) const FILL: u32 = 4;
pub(crate) const FAIL: u32 = 5;
pub(crate) const WHO: u32 = 6;
pub(crate) const HALF: u32 = 7;
pub(crate) const SLEEP: u32 = 8;

/// How long a test waits for what must come: long enough for a machine that is busy with other things.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for what must come.
pub(crate) fn wait_until(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "it does not come");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A hand-written version of a program. It counts its calls.
#[derive(Default)]
pub(crate) struct Probe {
    pub(crate) program: u32,
    pub(crate) version: u32,
    pub(crate) calls: Arc<AtomicU32>,
}

impl Probe {
    pub(crate) fn new(program: u32, version: u32) -> Self {
        Self { program, version, ..Self::default() }
    }
}

impl rpc::Dispatch for Probe {
    fn program(&self) -> u32 {
        self.program
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn procedures(&self) -> &'static [rpc::Procedure] {
        const PROCEDURES: &[rpc::Procedure] = &[
            procedure(ADD).largest_arguments(8),
            procedure(ECHO),
            procedure(PANIC),
            procedure(FILL),
            procedure(FAIL),
            procedure(WHO),
            procedure(HALF),
            procedure(SLEEP),
        ];
        PROCEDURES
    }

    fn dispatch(&self, call: &Call, input: &mut rpc::Decoder<'_>, out: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match call.procedure() {
            ADD => {
                let a = rpc::argument::<i32>(input)?;
                let b = rpc::argument::<i32>(input)?;
                rpc::results::<i32>(&a.wrapping_add(b), out)
            }
            ECHO => {
                let data = rpc::argument::<rpc::Opaque>(input)?;
                rpc::results::<rpc::Opaque>(&data, out)
            }
            PANIC => panic!("as the test asks"),
            FILL => {
                let count = rpc::argument::<u32>(input)?;
                rpc::results::<rpc::Opaque>(&vec![0xab; count as usize].into(), out)
            }
            FAIL => Err(fault(rpc::argument::<u32>(input)?)),
            WHO => rpc::results::<rpc::Str>(&who(call).into(), out),
            HALF => {
                rpc::results::<rpc::Array<u32>>(&vec![1; 1_000], out)?;
                rpc::results::<rpc::Str<2>>(&"longer than 2".into(), out)
            }
            SLEEP => {
                let time = rpc::argument::<u32>(input)?;
                eprintln!("asleep");
                std::thread::sleep(Duration::from_millis(time.into()));
                Ok(rpc::Answer::Results)
            }
            _ => Err(rpc::procedure_unavailable()),
        }
    }
}

/// A procedure of [`PROGRAM`] without a bound.
pub(crate) const fn procedure(number: u32) -> rpc::Procedure {
    rpc::Procedure::new(PROGRAM, 1, number, "A_PROCEDURE")
}

fn fault(which: u32) -> Error {
    match which {
        1 => Error::ProgramUnavailable,
        2 => Error::ProgramMismatch { low: 5, high: 9 },
        3 => Error::ProcedureUnavailable,
        4 => Error::GarbageArguments,
        5 => Error::SystemError,
        6 => Error::RpcMismatch { low: 2, high: 4 },
        7 => Error::Auth(oncrpc::rpc::AuthStat::TooWeak),
        _ => Error::Decode(rpc::DecodeError::EmptyList),
    }
}

fn who(call: &Call) -> String {
    let name = call.auth_sys().map_or("nobody".to_owned(), |claim| format!("{}@{}", claim.uid, claim.machine_name));
    let peer = call.peer();
    let from = peer.ip().map_or_else(|| peer.to_string(), |ip| ip.to_string());
    format!("{name} over {} from {from}", call.transport())
}

/// Serves versions 1 and 3 of [`PROGRAM`] and version 7 of [`OTHER_PROGRAM`] over TCP and UDP.
pub(crate) fn start(limits: Limits) -> RunningServer {
    serve(limits, Probe::new(PROGRAM, 1))
}

/// As [`start`], with `probe` as version 1.
pub(crate) fn serve(limits: Limits, probe: Probe) -> RunningServer {
    Server::new()
        .serve(probe)
        .serve(Probe::new(PROGRAM, 3))
        .serve(Probe::new(OTHER_PROGRAM, 7))
        .limits(limits)
        .listen("tcp://127.0.0.1:0")
        .unwrap()
        .listen("udp://127.0.0.1:0")
        .unwrap()
        .start()
        .unwrap()
}

pub(crate) fn tcp_address(server: &RunningServer) -> SocketAddr {
    server.addresses()[0].strip_prefix("tcp://").unwrap().parse().unwrap()
}

pub(crate) fn connect(server: &RunningServer) -> TcpStream {
    connect_to(tcp_address(server))
}

pub(crate) fn connect_to(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// A UDP socket that takes datagrams from the server only.
pub(crate) fn connect_udp(server: &RunningServer) -> UdpSocket {
    let address: SocketAddr = server.addresses()[1].strip_prefix("udp://").unwrap().parse().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A call of version 1 with `AUTH_NONE`.
pub(crate) fn call(xid: u32, procedure: u32, arguments: &[u8]) -> Vec<u8> {
    [words(&[xid, 0, 2, PROGRAM, 1, procedure, 0, 0, 0, 0]), arguments.to_vec()].concat()
}

/// The reply of that call.
pub(crate) fn success(xid: u32, results: &[u8]) -> Vec<u8> {
    [words(&[xid, 1, 0, 0, 0, 0]), results.to_vec()].concat()
}

/// An `opaque<>`.
pub(crate) fn opaque(data: &[u8]) -> Vec<u8> {
    [words(&[data.len() as u32]), data.to_vec(), vec![0; data.len().wrapping_neg() & 3]].concat()
}

/// `message` as a record of one fragment.
pub(crate) fn record(message: &[u8]) -> Vec<u8> {
    fragment(message, true)
}

pub(crate) fn fragment(bytes: &[u8], last: bool) -> Vec<u8> {
    [mark(bytes.len() as u32, last).to_vec(), bytes.to_vec()].concat()
}

pub(crate) fn mark(length: u32, last: bool) -> [u8; 4] {
    (length | if last { 1 << 31 } else { 0 }).to_be_bytes()
}

pub(crate) fn read_record(stream: &mut impl Read) -> Vec<u8> {
    let mut mark = [0; 4];
    stream.read_exact(&mut mark).unwrap();
    let mark = u32::from_be_bytes(mark);
    assert!(mark >> 31 == 1, "one fragment a record: mark is {mark:#x}");
    let mut message = vec![0; (mark & 0x7fff_ffff) as usize];
    stream.read_exact(&mut message).unwrap();
    message
}

/// Calls and checks that the server is alive and in step.
pub(crate) fn check_served(stream: &mut TcpStream) {
    stream.write_all(&record(&call(0x5eed, ADD, &words(&[20, 22])))).unwrap();
    assert_eq!(read_record(stream), success(0x5eed, &words(&[42])));
}

/// Checks that the server closes the connection without sending anything.
pub(crate) fn check_closed(stream: &mut TcpStream) {
    let mut byte = [0; 1];
    match stream.read(&mut byte) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        outcome => panic!("the connection is not closed: {outcome:?}"),
    }
}

/// Closes the connection so that the peer gets a reset.
pub(crate) fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
}
