use super::ClientOptions;
use crate::error::{Error, Result};
use crate::record::Record;
use crate::rpc::{MessageHead, REPLY};
use crate::session::{CallTemplate, ClientConfig, ClientSession, NewCall, Results};
use crate::xdr::{EncodeError, Encoder, Xdr};
use bytes::Bytes;
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Answers that are collected. Stops a network of liars from filling the memory.
const MAX_ANSWERS: usize = 4_096;

/// Bytes of the largest datagram.
const MAX_DATAGRAM: usize = 65_535;

/// Bytes of the call: it should not be taken apart on its way to so many.
const MAX_CALL: usize = 1_400;

/// Calls `procedure` of version `version` of `program` at all servers behind `address`, which is a broadcast address, a
/// multicast group or one host, and its port. Returns, when `wait` is over, who answered what: the first answer of each.
///
/// The call goes out at once and again in growing pauses, from [`ClientOptions::retransmit_interval`] on, as datagrams
/// get lost: to servers it is one with the same xid. Servers that do not serve the program should be silent, but may
/// answer with their refusal. Anybody can answer, also with a false address.
///
/// ```no_run
/// use oncrpc::{ClientOptions, broadcast};
/// use oncrpc::xdr::Void;
///
/// # fn main() -> oncrpc::Result<()> {
/// // Who in this network has an rpcbind?
/// let (everyone, wait) = ("192.0.2.255:111".parse().unwrap(), std::time::Duration::from_secs(2));
/// for (peer, answer) in broadcast::<Void>(everyone, 100_000, 2, 0, wait, &ClientOptions::new(), |_| Ok(()))? {
///     println!("{peer}: {}", if answer.is_ok() { "yes" } else { "no" });
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// The arguments cannot be encoded or take more than 1,400 bytes with their header, or the system cannot send.
pub fn broadcast<C: Xdr>(
    address: SocketAddr,
    program: u32,
    version: u32,
    procedure: u32,
    wait: Duration,
    options: &ClientOptions,
    arguments: impl FnOnce(&mut Encoder) -> Result<(), EncodeError>,
) -> Result<Vec<(SocketAddr, Result<C::Value>)>> {
    let template = CallTemplate::new(program, version, &options.credential)?;
    let call = NewCall { template: &template, procedure, timeout: wait, idempotent: false };
    let max_call = options.max_call.min(MAX_CALL);
    let config = ClientConfig { max_call, max_kept: 0, first_xid: super::connect::random_xid(), peer: "udp".into() };
    let (xid, message) = ClientSession::new(config).start_datagram(Instant::now(), call, arguments)?;
    let failed = |source| Error::Io { peer: format!("udp://{address}").into(), source: Arc::new(source) };
    let socket = open(address, options).map_err(failed)?;
    let decode = |results: Results| Ok(C::decode(&mut results.decoder(options.decode_limits))?);
    let answers = collect(&socket, address, xid, &message, wait, options.retransmit_interval).map_err(failed)?;
    Ok(answers.into_iter().map(|(peer, outcome)| (peer, outcome.and_then(decode))).collect())
}

fn open(to: SocketAddr, options: &ClientOptions) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(to), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_broadcast(true)?;
    let any: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    socket.bind(&options.local_address.unwrap_or_else(|| (any, 0).into()).into())?;
    Ok(socket.into())
}

type Answers = Vec<(SocketAddr, Result<Results>)>;

fn collect(
    socket: &UdpSocket,
    to: SocketAddr,
    xid: u32,
    message: &Bytes,
    wait: Duration,
    interval: Duration,
) -> io::Result<Answers> {
    let begin = Instant::now();
    let (mut due, mut pause) = (Duration::ZERO, interval.max(Duration::from_millis(1)));
    let (mut answers, mut known) = (Answers::new(), HashSet::new());
    let mut buffer = vec![0; MAX_DATAGRAM];
    loop {
        let elapsed = begin.elapsed();
        if elapsed >= due {
            socket.send_to(message, to)?;
            due = elapsed.saturating_add(pause);
            pause = pause.saturating_mul(2);
        }
        let left = wait.min(due).saturating_sub(elapsed);
        if elapsed >= wait || answers.len() >= MAX_ANSWERS {
            return Ok(answers);
        }
        socket.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        match socket.recv_from(&mut buffer) {
            Ok((length, peer)) => {
                let outcome = answer(xid, buffer.get(..length).unwrap_or_default());
                if let Some(outcome) = outcome.filter(|_| known.insert(peer)) {
                    answers.push((peer, outcome));
                }
            }
            // A host behind the address refuses: others may answer.
            Err(error) if is_passing(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// What a datagram answers to the call; `None` if it does not answer it.
fn answer(xid: u32, datagram: &[u8]) -> Option<Result<Results>> {
    let record = Record::Borrowed(datagram);
    let mut input = record.decoder();
    let head = MessageHead::decode(&mut input).ok()?;
    (head.xid == xid && head.kind == REPLY).then(|| Results::of_reply(&record, input))
}

fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), ConnectionRefused | Interrupted | TimedOut | WouldBlock)
}
