//! An instrument that measures nothing, and talks about it as a real one does.
//!
//! Its calls come in on two servers, the core channel and the abort channel, and are carried out by one thread, the
//! desk: handlers hand over each call with the right to answer it. So nothing is locked, and a read that waits for
//! the instrument holds up nobody.

mod abort_channel;
mod bench;
mod core_channel;
mod desk;
mod interrupt;
mod job;
mod language;
mod link;
mod status;
mod waveform;

pub use waveform::{LENGTH, checksum};

use crate::idl::{device_async_version, device_core_version};
use abort_channel::AbortChannel;
use core_channel::CoreChannel;
use oncrpc::{Address, Limits, Result, RunningServer, Server, record};
use std::time::Duration;

/// The most bytes of a `device_write`.
pub(crate) const MOST_WRITTEN: usize = 128 << 10;

/// The longest that a call waits, whatever it says.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// An instrument whose core channel listens, and is to be [run](Server::run) or [started](Server::start).
#[derive(Debug)]
pub struct Instrument {
    /// The core channel.
    pub core: Server,
    /// The abort channel, which ends when this is dropped.
    pub abort: RunningServer,
}

impl Instrument {
    /// Listens on `address`, as in `tcp://127.0.0.1:0`, and on another port of that host for the abort channel.
    ///
    /// # Errors
    /// It cannot listen there.
    pub fn listen(address: &str) -> Result<Self> {
        let (desk, messages) = desk::channel();
        let abort = Server::new()
            .serve(device_async_version::server(AbortChannel::new(desk.clone())))
            .limits(limits())
            .listen(&on_any_port(address)?)?
            .start()?;
        let abort_port = abort.addresses().first().and_then(|address| address.parse::<Address>().ok()?.port);
        desk::start(messages, abort_port.unwrap_or_default());
        let core = device_core_version::server(CoreChannel::new(desk));
        Ok(Self { core: Server::new().serve(core).limits(limits()).listen(address)?, abort })
    }
}

/// Calls are small and few; connections may be silent for as long as a measurement takes.
fn limits() -> Limits {
    Limits {
        record: record::Limits { bytes: MOST_WRITTEN + 1024, ..record::Limits::DEFAULT },
        connections: 64,
        connection_calls: 8,
        call_time: LONGEST_WAIT * 3,
        idle_time: Duration::from_secs(3600),
        ..Limits::DEFAULT
    }
}

fn on_any_port(address: &str) -> Result<String> {
    let host = address.parse::<Address>()?.host;
    Ok(if host.contains(':') { format!("tcp://[{host}]:0") } else { format!("tcp://{host}:0") })
}
