//! A program whose calls are not answered at once.

use super::support::*;
use oncrpc::codegen as rpc;
use oncrpc::{Call, Error, Limits, Reply, RunningServer, Server};
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex};

/// Defers the call; its argument names the reply.
pub(crate) const PARK: u32 = 1;
/// Adds, at once.
pub(crate) const SUM: u32 = 2;
/// Defers the call and drops the reply.
pub(crate) const DROP: u32 = 3;
/// Says that it defers the call, and does not.
pub(crate) const LIE: u32 = 4;
/// Takes the reply, answers, and fails nevertheless: returns an error, or panics.
pub(crate) const BOTH: u32 = 5;
/// Waits until the gate is open, on the pool.
pub(crate) const WAIT: u32 = 6;
/// As PARK, on the pool.
pub(crate) const PARK_THERE: u32 = 7;
/// Panics, on the pool.
pub(crate) const PANIC_THERE: u32 = 8;
/// Has no reply.
pub(crate) const TELL: u32 = 9;
/// Returns its argument, on the pool.
pub(crate) const ECHO_THERE: u32 = 10;
/// Returns its first argument and whether it may wait; if the second is not 0, from the pool only.
pub(crate) const TRY: u32 = 11;
/// As TRY, but not on the pool.
pub(crate) const TRY_HERE: u32 = 12;

#[derive(Clone, Default)]
pub(crate) struct Desk(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    parked: HashMap<u32, Reply<u32>>,
    /// The calls of PARK, WAIT and TELL that have begun.
    begun: usize,
    is_open: bool,
    faults: Vec<String>,
}

impl Desk {
    /// Serves it over TCP and UDP, with one thread for the pool.
    pub(crate) fn serve(&self, limits: Limits) -> RunningServer {
        let faults = self.clone();
        let on_pool = [WAIT, PARK_THERE, PANIC_THERE, ECHO_THERE].map(procedure);
        let server = Server::new()
            .limits(limits)
            .on_pool(on_pool)
            .on_pool_if_it_waits([procedure(TRY)])
            .pool_threads(1)
            .serve(self.clone());
        let server = server.on_error(move |_, error| faults.change(|state| state.faults.push(error.to_string())));
        server.listen("tcp://127.0.0.1:0").unwrap().listen("udp://127.0.0.1:0").unwrap().start().unwrap()
    }

    /// The reply of a call that was parked, as soon as it is there.
    pub(crate) fn take(&self, name: u32) -> Reply<u32> {
        self.when(|state| state.parked.remove(&name))
    }

    /// Waits until so many calls have begun.
    pub(crate) fn await_begun(&self, count: usize) {
        self.when(|state| (state.begun >= count).then_some(()));
    }

    pub(crate) fn begun(&self) -> usize {
        self.0.0.lock().unwrap().begun
    }

    /// What the server was told of errors.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.0.0.lock().unwrap().faults.clone()
    }

    pub(crate) fn open_gate(&self) {
        self.change(|state| state.is_open = true);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
    }

    fn when<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut found = None;
        let state = self.0.0.lock().unwrap();
        let is_missing = |state: &mut State| {
            found = look(state);
            found.is_none()
        };
        let (state, _) = self.0.1.wait_timeout_while(state, PATIENCE, is_missing).unwrap();
        drop(state);
        found.expect("it comes")
    }
}

impl rpc::Dispatch for Desk {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [rpc::Procedure] {
        const PROCEDURES: &[rpc::Procedure] = &[
            procedure(PARK),
            procedure(SUM),
            procedure(DROP),
            procedure(LIE),
            procedure(BOTH),
            procedure(WAIT),
            procedure(PARK_THERE),
            procedure(PANIC_THERE),
            procedure(TELL),
            procedure(ECHO_THERE),
            procedure(TRY),
            procedure(TRY_HERE),
        ];
        PROCEDURES
    }

    fn dispatch(&self, call: &Call, input: &mut rpc::Decoder<'_>, out: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        match call.procedure() {
            PARK | PARK_THERE => {
                let name = rpc::argument::<u32>(input)?;
                let reply = rpc::reply::<u32>(call);
                self.change(|state| {
                    state.begun += 1;
                    state.parked.insert(name, reply);
                });
                Ok(rpc::Answer::Deferred)
            }
            SUM => rpc::results::<i32>(&(rpc::argument::<i32>(input)? + rpc::argument::<i32>(input)?), out),
            DROP => {
                drop(rpc::reply::<u32>(call));
                Ok(rpc::Answer::Deferred)
            }
            LIE => Ok(rpc::Answer::Deferred),
            BOTH => {
                let reply = rpc::reply::<u32>(call);
                rpc::reply::<u32>(call).send(Ok(1)); // There is no second one: it answers nothing.
                reply.send(Ok(2));
                if rpc::argument::<bool>(input)? { panic!("having answered") } else { Err(Error::GarbageArguments) }
            }
            WAIT => {
                self.change(|state| state.begun += 1);
                self.when(|state| state.is_open.then_some(()));
                rpc::results::<u32>(&rpc::argument::<u32>(input)?, out)
            }
            PANIC_THERE => panic!("on the pool"),
            TELL => {
                self.change(|state| state.begun += 1);
                Ok(rpc::Answer::Silent)
            }
            TRY | TRY_HERE => {
                let (word, waits) = (rpc::argument::<u32>(input)?, rpc::argument::<u32>(input)? != 0);
                rpc::results::<u32>(&word, out)?;
                if waits && (!call.may_wait() || call.procedure() == TRY_HERE) {
                    return Err(Error::WouldWait);
                }
                rpc::results::<u32>(&u32::from(call.may_wait()), out)
            }
            ECHO_THERE => rpc::results::<rpc::Opaque>(&rpc::argument::<rpc::Opaque>(input)?, out),
            _ => Err(rpc::procedure_unavailable()),
        }
    }
}

/// Calls and checks that the server answers it at once.
pub(crate) fn check_sum(stream: &mut std::net::TcpStream) {
    use std::io::Write;
    stream.write_all(&record(&call(0x5eed, SUM, &words(&[20, 22])))).unwrap();
    assert_eq!(read_record(stream), success(0x5eed, &words(&[42])));
}

/// A reply with `SYSTEM_ERR`.
pub(crate) fn system_error(xid: u32) -> Vec<u8> {
    words(&[xid, 1, 0, 0, 0, 5])
}
