//! What the clients of an office serve.

use super::office::*;
use oncrpc::codegen as rpc;
use oncrpc::{Call, Client, ClientOptions, Reply, RunningServer};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
pub(crate) struct Desk {
    pub(crate) doubled: Arc<AtomicU32>,
    pub(crate) noted: Arc<AtomicU32>,
    pub(crate) kept: Arc<Mutex<Vec<Reply<u32>>>>,
    /// Connections that were counted on and have ended.
    pub(crate) ended: Arc<AtomicU32>,
}

/// Calls of COUNT over one connection.
struct Counted {
    calls: AtomicU32,
    ended: Arc<AtomicU32>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }
}

impl Desk {
    pub(crate) fn options(&self) -> ClientOptions {
        ClientOptions::new().serve(self.clone()).call_timeout(PATIENCE)
    }

    pub(crate) fn connect(&self, server: &RunningServer) -> Client {
        self.connect_to(&server.addresses()[0])
    }

    pub(crate) fn connect_to(&self, address: &str) -> Client {
        Client::connect_with(address, PROGRAM, 1, &self.options()).unwrap()
    }
}

/// Calls a procedure of the office.
pub(crate) fn ask(client: &Client, procedure: u32, values: &[u32]) -> oncrpc::Result<u32> {
    start(client, procedure, values)?.wait()
}

pub(crate) fn start(client: &Client, procedure: u32, values: &[u32]) -> oncrpc::Result<oncrpc::Pending<u32>> {
    client.start::<u32>(procedure, |out| values.iter().try_for_each(|value| rpc::encode::<u32>(value, out)))
}

impl rpc::Dispatch for Desk {
    fn program(&self) -> u32 {
        BACK
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [rpc::Procedure] {
        const fn procedure(number: u32) -> rpc::Procedure {
            rpc::Procedure::new(BACK, 1, number, "A_PROCEDURE")
        }
        const PROCEDURES: &[rpc::Procedure] = &[
            procedure(DOUBLE),
            procedure(NOTE),
            procedure(RETURN),
            procedure(KEEP),
            procedure(PANIC),
            procedure(COUNT),
        ];
        PROCEDURES
    }

    fn dispatch(&self, call: &Call, input: &mut rpc::Decoder<'_>, out: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        match call.procedure() {
            DOUBLE => {
                self.doubled.fetch_add(1, Ordering::Relaxed);
                rpc::results::<u32>(&(2 * rpc::argument::<u32>(input)?), out)
            }
            NOTE => {
                self.noted.fetch_add(1, Ordering::Relaxed);
                Ok(rpc::Answer::Silent)
            }
            RETURN => {
                let value = rpc::argument::<u32>(input)?;
                rpc::results::<u32>(&ask(&call.client(PROGRAM, 1)?, ADD, &[value, 1])?, out)
            }
            KEEP => {
                self.kept.lock().unwrap().push(rpc::reply::<u32>(call));
                Ok(rpc::Answer::Deferred)
            }
            COUNT => {
                let counted = || Counted { calls: AtomicU32::new(0), ended: Arc::clone(&self.ended) };
                let calls = call.connection_state(counted).map(|it| it.calls.fetch_add(1, Ordering::Relaxed) + 1);
                rpc::results::<u32>(&calls.unwrap_or_default(), out)
            }
            PANIC => panic!("as the test asks"),
            _ => Err(rpc::procedure_unavailable()),
        }
    }
}
