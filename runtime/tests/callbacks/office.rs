//! A server that asks back: its callers know what it does not.

use super::executor::block_on;
use oncrpc::codegen as rpc;
use oncrpc::{Call, Client, Error, Limits, RunningServer, Server};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) const PROGRAM: u32 = 0x2000_0099;
/// What callers serve.
pub(crate) const BACK: u32 = 0x2000_00bb;

/// Asks the caller to double its argument, and waits for that on the pool.
pub(crate) const ASK: u32 = 1;
/// As ASK, on the loop: returns 1 if that is refused.
pub(crate) const ASK_ON_LOOP: u32 = 2;
/// Keeps a client of the caller.
pub(crate) const STAY: u32 = 3;
/// As ASK; a thread of its own awaits the reply and answers.
pub(crate) const ASK_LATER: u32 = 4;
/// Adds, on the loop.
pub(crate) const ADD: u32 = 5;
/// Asks so often in one call as its argument says, all calls in flight together; returns the sum.
pub(crate) const ASK_OFTEN: u32 = 6;

/// Has the caller ask in turn, and waits for that on the pool.
pub(crate) const ASK_IN_TURN: u32 = 7;

/// The procedure of callers that doubles its argument.
pub(crate) const DOUBLE: u32 = 1;
/// The procedure of callers that has no reply.
pub(crate) const NOTE: u32 = 2;
/// The procedure of callers that asks the server to add 1 to its argument.
pub(crate) const RETURN: u32 = 3;
/// The procedure of callers that is answered later.
pub(crate) const KEEP: u32 = 4;
/// The procedure of callers that panics.
pub(crate) const PANIC: u32 = 5;
/// The procedure of callers that returns how often it was called over this connection.
pub(crate) const COUNT: u32 = 6;

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A UNIX socket that nobody else has.
fn any_name() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("unix:@oncrpc callbacks {} {}", std::process::id(), LAST.fetch_add(1, Relaxed))
}

#[derive(Clone, Default)]
pub(crate) struct Office {
    pub(crate) stayed: Arc<Mutex<Vec<Client>>>,
    pub(crate) deadline: Option<Duration>,
}

impl Office {
    pub(crate) fn serve(&self, limits: Limits, threads: usize) -> RunningServer {
        let on_pool = [ASK, ASK_OFTEN, ASK_IN_TURN].map(procedure);
        let server = Server::new().serve(self.clone()).on_pool(on_pool).pool_threads(threads).limits(limits);
        let server = server.listen("tcp://127.0.0.1:0").unwrap().listen("udp://127.0.0.1:0").unwrap();
        let server = if cfg!(target_os = "linux") { server.listen(&any_name()).unwrap() } else { server };
        server.start().unwrap()
    }

    /// One for each stream that the server listens on.
    pub(crate) fn streams(server: &RunningServer) -> impl Iterator<Item = &String> {
        server.addresses().iter().filter(|address| !address.starts_with("udp"))
    }

    /// A client of who has STAYed last.
    pub(crate) fn stayed(&self) -> Client {
        let begin = Instant::now();
        loop {
            if let Some(client) = self.stayed.lock().unwrap().pop() {
                return client;
            }
            assert!(begin.elapsed() < PATIENCE, "nobody came");
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn client(&self, call: &Call) -> rpc::Result<Client> {
        let client = call.client(BACK, 1)?;
        Ok(self.deadline.map_or(client.clone(), |deadline| client.with_deadline(deadline)))
    }

    fn ask_later(&self, call: &Call, value: u32) -> rpc::Result<rpc::Answer> {
        let asked = double(&self.client(call)?, value)?;
        let reply = rpc::reply::<u32>(call);
        thread::spawn(move || reply.send(block_on(asked)));
        Ok(rpc::Answer::Deferred)
    }
}

/// Starts a call of DOUBLE.
pub(crate) fn double(client: &Client, value: u32) -> rpc::Result<oncrpc::Pending<u32>> {
    client.start::<u32>(DOUBLE, move |out| rpc::encode::<u32>(&value, out))
}

const fn procedure(number: u32) -> rpc::Procedure {
    rpc::Procedure::new(PROGRAM, 1, number, "A_PROCEDURE")
}

impl rpc::Dispatch for Office {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [rpc::Procedure] {
        const PROCEDURES: &[rpc::Procedure] = &[
            procedure(ASK),
            procedure(ASK_ON_LOOP),
            procedure(STAY),
            procedure(ASK_LATER),
            procedure(ADD),
            procedure(ASK_OFTEN),
            procedure(ASK_IN_TURN),
        ];
        PROCEDURES
    }

    fn dispatch(&self, call: &Call, input: &mut rpc::Decoder<'_>, out: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        let value = rpc::argument::<u32>(input)?;
        let answer = match call.procedure() {
            ASK => double(&self.client(call)?, value)?.wait()?,
            ASK_ON_LOOP => match double(&self.client(call)?, value)?.wait() {
                Err(Error::WouldDeadlock) => 1,
                _ => 0,
            },
            ASK_IN_TURN => {
                let client = self.client(call)?;
                client.call::<u32>(RETURN, |out| rpc::encode::<u32>(&value, out))?
            }
            STAY => {
                self.stayed.lock().unwrap().push(self.client(call)?);
                0
            }
            ASK_LATER => return self.ask_later(call, value),
            ADD => value + rpc::argument::<u32>(input)?,
            ASK_OFTEN => {
                let client = self.client(call)?;
                let asked: Vec<_> = (0..value).map(|value| double(&client, value)).collect::<Result<_, _>>()?;
                asked.into_iter().map(|asked| asked.wait()).sum::<Result<_, _>>()?
            }
            _ => return Err(rpc::procedure_unavailable()),
        };
        rpc::results::<u32>(&answer, out)
    }
}
