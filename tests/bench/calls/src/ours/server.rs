use super::SPIN;
use crate::{Result, address, process, wire};
use bytes::Bytes;
use oncrpc::{Call, Limits, Server};
use oncrpc_bench_interface::{Attributes, Payload, bench_v1};

/// The largest payload of a scenario.
const LARGEST: usize = 4 << 20;

/// Connections beside which a call is made, and a few.
const CONNECTIONS: usize = 10_100;

struct Service {
    data: Bytes,
}

impl bench_v1::Service for Service {
    fn echo(&self, _call: &Call, attributes: Attributes) -> oncrpc::Result<Attributes> {
        Ok(attributes)
    }

    fn write(&self, _call: &Call, payload: Payload) -> oncrpc::Result<u32> {
        Ok(payload.len() as u32)
    }

    fn read(&self, _call: &Call, count: u32) -> oncrpc::Result<Payload> {
        Ok(self.data.slice(..(count as usize).min(self.data.len())))
    }
}

/// What a server is told beyond what it serves, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Nothing.
    Default,
    /// To take more connections than it would.
    ManyConnections,
    /// To look for calls for a while before it sleeps.
    Spinning,
}

/// Serves `transport` until the process ends.
pub fn serve(transport: &str, setting: Setting) -> Result<()> {
    let service = Service { data: wire::data(LARGEST).into() };
    let mut server = Server::new().serve(bench_v1::server(service)).listen(&address::any_address(transport))?;
    match setting {
        Setting::Default => {}
        Setting::ManyConnections => {
            process::raise_descriptors()?;
            server = server.limits(Limits { connections: CONNECTIONS, ..Limits::default() });
        }
        Setting::Spinning => server = server.spin(SPIN),
    }
    let running = server.start()?;
    process::announce(running.addresses().first().ok_or("it listens nowhere")?)?;
    Ok(running.join()?)
}
