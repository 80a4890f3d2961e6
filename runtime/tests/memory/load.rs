//! Peers that make a server use as much memory as they can.

use super::PATIENCE;
use super::desk::*;
use oncrpc::Limits;
use std::io::{ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What a peer of each kind sends.
type Kind = fn(&Limits, usize) -> Attack;

/// One way to make a server use memory: what is sent, and whether again and again.
pub(crate) struct Attack {
    bytes: Vec<u8>,
    again: bool,
}

/// All kinds. Most of them are idle or in the middle of a record, so that every one of them finds peers enough.
pub(crate) const MIX: [Kind; 12] =
    [idle, begun, unread, begun_later, numbers, flood, slow, once, later, pooled, strings, echoed];

/// Peers whose calls take the server long, which is not what is to be seen here.
const FEW: usize = 2;

fn idle(_: &Limits, _: usize) -> Attack {
    Attack { bytes: Vec::new(), again: false }
}

/// The largest record but for its end.
fn begun(limits: &Limits, _: usize) -> Attack {
    let whole = echo(limits.record.bytes - 100);
    Attack { bytes: whole[..whole.len() - 4].to_vec(), again: false }
}

/// As [`begun`], and each of another length.
fn begun_later(limits: &Limits, number: usize) -> Attack {
    let whole = echo(limits.record.bytes - 100);
    Attack { bytes: whole[..whole.len() / (2 + number % 50)].to_vec(), again: false }
}

fn unread(limits: &Limits, _: usize) -> Attack {
    calls(FILL, limits.reply_bytes - 100)
}

/// Few of them: a call takes the server long.
fn numbers(limits: &Limits, number: usize) -> Attack {
    if number >= FEW {
        return idle(limits, number);
    }
    calls(NUMBERS, limits.reply_bytes / 4 - 100)
}

fn later(limits: &Limits, _: usize) -> Attack {
    calls(LATER, limits.reply_bytes - 100)
}

fn pooled(limits: &Limits, _: usize) -> Attack {
    calls(POOLED, limits.reply_bytes - 100)
}

fn flood(_: &Limits, _: usize) -> Attack {
    calls(0, 0)
}

/// Replies that are remembered, of calls that are all different.
fn once(_: &Limits, number: usize) -> Attack {
    let xids = (0..1_000).map(|xid| (number as u32) << 16 | xid);
    Attack { bytes: xids.flat_map(|xid| record(&call(xid, ONCE, &word(20_000)))).collect(), again: true }
}

fn slow(limits: &Limits, _: usize) -> Attack {
    Attack { bytes: record(&call(1, SLOW, &opaque(limits.record.bytes - 100))), again: true }
}

/// Few bytes on the wire for much in memory; few of them as well.
fn strings(limits: &Limits, number: usize) -> Attack {
    if number >= FEW {
        return idle(limits, number);
    }
    let count = limits.decode.memory / 40;
    let empty = [word(count as u32).to_vec(), vec![0; 4 * count]].concat();
    Attack { bytes: record(&call(1, COUNT, &empty)), again: true }
}

/// Replies that hold the record they came in.
fn echoed(limits: &Limits, _: usize) -> Attack {
    let data = opaque((limits.record.bytes / 4).min(9_000));
    let rest = vec![0; limits.record.bytes - data.len() - 100];
    Attack { bytes: record(&call(1, ECHO, &[data, rest].concat())), again: true }
}

fn calls(procedure: u32, count: usize) -> Attack {
    let one = record(&call(1, procedure, &word(count as u32)));
    Attack { bytes: one.repeat(500), again: true }
}

fn echo(length: usize) -> Vec<u8> {
    record(&call(1, ECHO, &opaque(length)))
}

/// Peers of all kinds at work.
pub(crate) struct Load {
    address: SocketAddr,
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    /// `connections` peers, of each kind as many.
    pub(crate) fn begin(address: SocketAddr, limits: &Limits, connections: usize, kinds: &[Kind]) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let each = connections.saturating_sub(8) / kinds.len();
        let spawn = |kind: &Kind| {
            let attacks = (0..each).map(|number| kind(limits, number)).fold(Vec::new(), share);
            let over = Arc::clone(&over);
            thread::spawn(move || attack(address, &attacks, &over))
        };
        let threads = kinds.iter().map(spawn).collect();
        Self { address, over, threads }
    }

    /// For so long two peers call that keep to the rules, one with small calls and one with large ones with large replies,
    /// over the connections that they began with. What each has seen; an error if one was closed.
    pub(crate) fn calls_of_good_peers(&self, duration: Duration) -> Result<[Served; 2]> {
        let large = opaque(100_000);
        let (few, many) = thread::scope(|scope| {
            let few = scope.spawn(|| good_peer(self.address, duration, &call(7, 0, &[]), 24));
            let many = scope.spawn(|| good_peer(self.address, duration, &call(8, ECHO, &large), 24 + large.len()));
            (few.join().unwrap(), many.join().unwrap())
        });
        Ok([few?, many?])
    }

    /// All leave.
    pub(crate) fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
}

/// What a peer has seen of the server.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Served {
    /// Calls that were answered.
    pub(crate) calls: usize,
    /// The longest that one of them took.
    pub(crate) longest: Duration,
}

fn good_peer(address: SocketAddr, duration: Duration, call: &[u8], length: usize) -> Result<Served> {
    let (mut stream, begin, mut served) = (connect(address), Instant::now(), Served::default());
    while begin.elapsed() < duration {
        let start = Instant::now();
        ask(&mut stream, call, length)?;
        served = Served { calls: served.calls + 1, longest: served.longest.max(start.elapsed()) };
        thread::sleep(Duration::from_millis(2));
    }
    Ok(served)
}

/// Peers that have called once and are silent.
pub(crate) fn idle_peers(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut streams: Vec<_> = (0..count).map(|_| connect(address)).collect();
    for stream in &mut streams {
        ask(stream, &call(9, 0, &[]), 24).expect("it is served");
    }
    streams
}

/// The attacks, equal ones as one.
fn share(mut attacks: Vec<Arc<Attack>>, next: Attack) -> Vec<Arc<Attack>> {
    let last = attacks.last().filter(|last| last.bytes == next.bytes).map(Arc::clone);
    attacks.push(last.unwrap_or_else(|| Arc::new(next)));
    attacks
}

/// Attacks over a connection each, and over another one as soon as it is closed.
fn attack(address: SocketAddr, attacks: &[Arc<Attack>], over: &AtomicBool) {
    let mut peers: Vec<_> = attacks.iter().map(|attack| Peer::new(address, attack)).collect();
    while !over.load(Ordering::Relaxed) {
        for peer in &mut peers {
            if !peer.go_on() {
                *peer = Peer::new(address, &peer.attack);
            }
        }
        thread::sleep(Duration::from_millis(5));
    }
}

struct Peer {
    stream: TcpStream,
    attack: Arc<Attack>,
    sent: usize,
}

impl Peer {
    fn new(address: SocketAddr, attack: &Arc<Attack>) -> Self {
        let stream = connect(address);
        stream.set_nonblocking(true).unwrap();
        Self { stream, attack: Arc::clone(attack), sent: 0 }
    }

    /// Sends what the server takes now; whether it is still there. Nothing is read of what it answers.
    fn go_on(&mut self) -> bool {
        for _ in 0..4 {
            if self.sent == self.attack.bytes.len() && self.attack.again {
                self.sent = 0;
            }
            let rest = &self.attack.bytes[self.sent..];
            if rest.is_empty() {
                return !matches!(self.stream.peek(&mut [0]), Ok(0));
            }
            match self.stream.write(rest) {
                Ok(count) => self.sent += count,
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
        }
        true
    }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Calls, and waits for a reply of `length` bytes.
pub(crate) fn ask(stream: &mut TcpStream, call: &[u8], length: usize) -> Result<()> {
    stream.write_all(&record(call))?;
    let mut reply = vec![0; 4 + length];
    stream.read_exact(&mut reply)?;
    assert_eq!(reply[..4], word(1 << 31 | length as u32));
    assert_eq!(reply[4..8], call[..4]);
    Ok(())
}

pub(crate) fn call(xid: u32, procedure: u32, arguments: &[u8]) -> Vec<u8> {
    let header: Vec<u8> = [xid, 0, 2, PROGRAM, 1, procedure, 0, 0, 0, 0].iter().flat_map(|it| word(*it)).collect();
    [&header, arguments].concat()
}

pub(crate) fn opaque(length: usize) -> Vec<u8> {
    let length = length / 4 * 4;
    [word(length as u32).to_vec(), vec![0x5a; length]].concat()
}

pub(crate) fn record(message: &[u8]) -> Vec<u8> {
    [&word(1 << 31 | message.len() as u32), message].concat()
}

fn word(word: u32) -> [u8; 4] {
    word.to_be_bytes()
}
