//! Many peers that have more calls than one turn is long.

use super::support::*;
use oncrpc::codegen as rpc;
use oncrpc::{Call, Server};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const HOLD: u32 = 1;
const NOTE: u32 = 2;

/// Notes whose call was carried out when.
struct Ledger {
    /// What HOLD waits for, twice: that it is noticed, and that it may end.
    gate: Mutex<Receiver<()>>,
    /// The ports of the peers, in the order of their calls.
    callers: Arc<Mutex<Vec<u16>>>,
}

impl rpc::Dispatch for Ledger {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [rpc::Procedure] {
        const { &[procedure(HOLD), procedure(NOTE)] }
    }

    fn dispatch(&self, call: &Call, _: &mut rpc::Decoder<'_>, _: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        if call.procedure() == HOLD {
            let gate = self.gate.lock().unwrap();
            gate.recv_timeout(PATIENCE).and_then(|()| gate.recv_timeout(PATIENCE)).unwrap();
        } else {
            // Longer than a turn is when so many are ready, far shorter than when one is.
            std::thread::sleep(Duration::from_micros(60));
            self.callers.lock().unwrap().push(call.peer().address().unwrap().port());
        }
        Ok(rpc::Answer::Results)
    }
}

#[test]
fn nobody_gets_ahead_while_many_are_ready() {
    const PEERS: usize = 80;
    const CALLS: usize = 20;
    let (open, gate) = sync_channel(0);
    let callers = Arc::new(Mutex::new(Vec::new()));
    let ledger = Ledger { gate: Mutex::new(gate), callers: callers.clone() };
    let server = Server::new().serve(ledger).listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let mut peers: Vec<_> = (0..PEERS).map(|_| connect(&server)).collect();
    for peer in &mut peers {
        peer.write_all(&record(&call(1, NULL, b""))).unwrap();
        assert_eq!(read_record(peer), success(1, b""));
    }
    // While one call is carried out, all the others come.
    let mut holder = connect(&server);
    holder.write_all(&record(&call(1, HOLD, b""))).unwrap();
    open.send(()).unwrap();
    for peer in &mut peers {
        peer.write_all(&record(&call(2, NOTE, b"")).repeat(CALLS)).unwrap();
    }
    open.send(()).unwrap();
    for peer in &mut peers {
        peer.read_exact(&mut vec![0; 28 * CALLS]).unwrap();
    }

    let mut counts: HashMap<u16, usize> = peers.iter().map(|peer| (peer.local_addr().unwrap().port(), 0)).collect();
    for (at, caller) in callers.lock().unwrap().iter().enumerate() {
        *counts.get_mut(caller).unwrap() += 1;
        let (least, most) = (counts.values().min().unwrap(), counts.values().max().unwrap());
        assert!(most - least <= 1, "after {at} calls some have had {most}, others {least}");
    }
    assert!(counts.values().all(|count| *count == CALLS));
}
