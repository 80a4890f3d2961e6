use super::Result;
use crate::idl::{DeviceSrqParms, device_intr_version};
use oncrpc::{Bytes, Call, RunningServer, Server};
use std::net::Ipv4Addr;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::Duration;

/// Requests for service that nobody has looked at; further ones are lost.
const MOST_WAITING: usize = 256;

/// What the instrument calls: the interrupt channel, of which the client is the server.
#[derive(Debug)]
pub struct Interrupts {
    pub(super) ip: Ipv4Addr,
    pub(super) port: u16,
    handles: Receiver<Bytes>,
    _server: RunningServer,
}

/// Passes on what comes.
struct Bell(SyncSender<Bytes>);

impl device_intr_version::Service for Bell {
    fn device_intr_srq(&self, _: &Call, asked: DeviceSrqParms) -> oncrpc::Result<()> {
        let _ = self.0.try_send(asked.handle);
        Ok(())
    }
}

impl Interrupts {
    /// Listens on a port of this address, by which the instrument reaches us.
    pub(super) fn listen(ip: Ipv4Addr) -> Result<Self> {
        let (ring, handles) = mpsc::sync_channel(MOST_WAITING);
        let server = Server::new().serve(device_intr_version::server(Bell(ring)));
        let server = server.listen(&format!("tcp://{ip}:0"))?.start()?;
        let port = server.addresses().first().and_then(|address| address.parse::<oncrpc::Address>().ok()?.port);
        Ok(Self { ip, port: port.unwrap_or_default(), handles, _server: server })
    }

    /// Waits for an instrument to ask for service; returns the handle that was [given](super::Link::enable_srq) for its link. `None`
    /// if none does within `time`.
    pub fn wait(&self, time: Duration) -> Option<Bytes> {
        self.handles.recv_timeout(time).ok()
    }
}
