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

/// Serves `transport` until the process ends. With `many`, it takes more connections than the limit that a server has.
pub fn serve(transport: &str, many: bool) -> Result<()> {
    let service = Service { data: wire::data(LARGEST).into() };
    let mut server = Server::new().serve(bench_v1::server(service)).listen(&address::any_address(transport))?;
    if many {
        process::raise_descriptors()?;
        server = server.limits(Limits { connections: CONNECTIONS, ..Limits::default() });
    }
    let running = server.start()?;
    process::announce(running.addresses().first().ok_or("it listens nowhere")?)?;
    Ok(running.join()?)
}
