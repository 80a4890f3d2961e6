//! Peers that keep to nothing, one connection each at a time.

use oncrpc_tests::interfaces::blob::blob_v1;
use oncrpc_tests::interfaces::calculator::calculator_v1;
use oncrpc_tests::raw::{call, record, words};
use oncrpc_tests::wire::Random;
use std::io::{Read, Result, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// What a hostile peer does over a connection, until the server closes it or it is over.
type Attack = fn(&mut TcpStream, &mut Random, &AtomicBool) -> Result<()>;

const ATTACKS: [Attack; 8] = [drip, never_read, announce, leave, garbage, half_close, flood, pieces];

/// One attack after the other until it is over, beginning with that of the number.
pub(crate) fn run(number: usize, address: &str, over: &AtomicBool) {
    let mut random = Random::new(number as u64);
    for attack in ATTACKS.iter().cycle().skip(number) {
        if over.load(Ordering::Relaxed) {
            return;
        }
        let mut stream = TcpStream::connect(address.trim_start_matches("tcp://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
        // That the server closes the connection is what it should do.
        let _ = attack(&mut stream, &mut random, over);
        thread::sleep(Duration::from_millis(5));
    }
}

fn null(xid: u32) -> Vec<u8> {
    record(&call(xid, calculator_v1::PROGRAM, 1, 0, &[]))
}

fn drip(stream: &mut TcpStream, _: &mut Random, over: &AtomicBool) -> Result<()> {
    let bytes = 0x8010_0000_u32.to_be_bytes().into_iter().chain(std::iter::repeat(0));
    for byte in bytes.take_while(|_| !over.load(Ordering::Relaxed)) {
        stream.write_all(&[byte])?;
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Asks for much and takes nothing of it.
fn never_read(stream: &mut TcpStream, _: &mut Random, over: &AtomicBool) -> Result<()> {
    let produce = record(&call(1, blob_v1::PROGRAM, 1, 2, &words(&[100_000])));
    for _ in 0..2_000 {
        if over.load(Ordering::Relaxed) {
            break;
        }
        stream.write_all(&produce)?;
    }
    Ok(())
}

fn announce(stream: &mut TcpStream, random: &mut Random, _: &AtomicBool) -> Result<()> {
    let mark = random.pick(&[u32::MAX, 0x7fff_ffff, 0x8041_0000, 0x8040_ffff, 0x0000_0000]);
    stream.write_all(&words(&[mark, 1, 0, 2]))?;
    stream.read(&mut [0; 100]).map(drop)
}

/// Leaves with replies under way: what has come unread makes it a reset.
fn leave(stream: &mut TcpStream, random: &mut Random, _: &AtomicBool) -> Result<()> {
    for xid in 0..random.below(200) {
        stream.write_all(&null(xid as u32))?;
    }
    stream.read_exact(&mut [0])
}

fn garbage(stream: &mut TcpStream, random: &mut Random, _: &AtomicBool) -> Result<()> {
    for _ in 0..1_000 {
        let bytes: Vec<u8> = (0..random.below(2_000)).map(|_| random.bits() as u8).collect();
        stream.write_all(&if random.once_in(2) { record(&bytes) } else { bytes })?;
    }
    Ok(())
}

fn half_close(stream: &mut TcpStream, random: &mut Random, _: &AtomicBool) -> Result<()> {
    let calls = 1 + random.below(50);
    for xid in 0..calls {
        stream.write_all(&null(xid as u32))?;
    }
    stream.shutdown(Shutdown::Write)?;
    let mut replies = Vec::new();
    stream.read_to_end(&mut replies)?;
    assert_eq!(replies.len(), calls * 28, "all that was asked before is answered");
    Ok(())
}

fn flood(stream: &mut TcpStream, _: &mut Random, over: &AtomicBool) -> Result<()> {
    let calls: Vec<u8> = (0..1_000).flat_map(null).collect();
    for _ in 0..200 {
        if over.load(Ordering::Relaxed) {
            break;
        }
        stream.write_all(&calls)?;
        stream.read_exact(&mut [0; 28_000])?;
    }
    Ok(())
}

/// Fragments of a byte, more of them than a record may have.
fn pieces(stream: &mut TcpStream, _: &mut Random, _: &AtomicBool) -> Result<()> {
    for _ in 0..3_000 {
        stream.write_all(&[0, 0, 0, 1, 7])?;
    }
    stream.read(&mut [0; 100]).map(drop)
}
