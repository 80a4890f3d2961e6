//! A proxy that cuts the records of TCP connections into fragments and pieces, as a peer or a network may.

use crate::process::DEADLINE;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Long enough that what was written is read before more comes, mostly.
const PAUSE: Duration = Duration::from_micros(300);

/// What is done to each record.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// Fragments of so many bytes, written together.
    Fragments(usize),
    /// One fragment, written so many bytes at a time.
    Writes(usize),
    /// Two fragments, cut after one byte in the first record, after two in the second and so on, over and over; they and
    /// the second mark's bytes are written apart.
    Moving,
    /// The word at this place replaced, as in a call of RPC version 3.
    Word(usize, u32),
}

/// Listens for connections to the server at `address` and cuts both ways. Returns where, and ends with the process.
pub fn start(address: &str, cut: Cut) -> SocketAddr {
    let server: SocketAddr = address.trim_start_matches("tcp://").parse().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (client.unwrap(), TcpStream::connect(server).unwrap());
            for (from, to) in [(&client, &server), (&server, &client)] {
                let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                thread::spawn(move || carry(from, to, cut));
            }
        }
    });
    place
}

/// Carries records until one end has no more.
fn carry(mut from: TcpStream, mut to: TcpStream, cut: Cut) {
    from.set_read_timeout(Some(DEADLINE)).unwrap();
    to.set_nodelay(true).unwrap();
    for number in 0.. {
        let Some(record) = read_record(&mut from) else { break };
        if pieces(record, cut, number).iter().try_for_each(|piece| write(&mut to, piece)).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

fn write(to: &mut TcpStream, piece: &[u8]) -> std::io::Result<()> {
    to.write_all(piece)?;
    thread::sleep(PAUSE);
    Ok(())
}

/// A record without its marks.
fn read_record(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut record = Vec::new();
    loop {
        let mut mark = [0; 4];
        from.read_exact(&mut mark).ok()?;
        let mark = u32::from_be_bytes(mark);
        let begin = record.len();
        record.resize(begin + (mark & 0x7fff_ffff) as usize, 0);
        from.read_exact(&mut record[begin..]).ok()?;
        if mark >> 31 == 1 {
            return Some(record);
        }
    }
}

/// What is written of a record, piece by piece.
fn pieces(mut record: Vec<u8>, cut: Cut, number: usize) -> Vec<Vec<u8>> {
    match cut {
        Cut::Fragments(size) => vec![fragments(&record, size)],
        Cut::Writes(size) => fragments(&record, usize::MAX).chunks(size).map(<[u8]>::to_vec).collect(),
        Cut::Moving => {
            let place = 1 + number % (record.len() - 1);
            let (first, second) = record.split_at(place);
            let (first, second) = ([&mark(first, false), first].concat(), [&mark(second, true), second].concat());
            let (inside, rest) = second.split_at(1 + number % 4);
            vec![first, inside.to_vec(), rest.to_vec()]
        }
        Cut::Word(place, word) => {
            if let Some(found) = record.get_mut(4 * place..4 * place + 4) {
                found.copy_from_slice(&word.to_be_bytes());
            }
            vec![fragments(&record, usize::MAX)]
        }
    }
}

fn fragments(record: &[u8], size: usize) -> Vec<u8> {
    let count = record.len().div_ceil(size);
    let cut = |(index, part): (usize, &[u8])| [&mark(part, index + 1 == count), part].concat();
    record.chunks(size).enumerate().flat_map(cut).collect()
}

fn mark(part: &[u8], is_last: bool) -> [u8; 4] {
    (part.len() as u32 | u32::from(is_last) << 31).to_be_bytes()
}
