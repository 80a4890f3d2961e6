use super::{RunningServer, ServerHandle};
use crate::capture::{Capture, Recording};
use crate::metrics::Snapshot;
use crate::net::{ConnectionInfo, Roster};
use crate::session::server::Programs;
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

/// Who counts what a server does, once it runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    programs: Arc<OnceLock<Arc<Programs>>>,
    pub(super) capture: Arc<Capture>,
    pub(super) roster: Arc<Roster>,
}

impl Counted {
    pub(super) fn set(&self, programs: &Arc<Programs>) {
        // A server runs once, so that it is not set yet.
        let _ = self.programs.set(Arc::clone(programs));
    }
}

impl ServerHandle {
    /// What the server has counted since it was started; nothing before. Costs the server nothing, and can be asked for
    /// after its end.
    ///
    /// ```
    /// let server = oncrpc::Server::new().listen("tcp://127.0.0.1:0")?;
    /// let handle = server.handle();
    /// let running = server.start()?;
    /// print!("{}", handle.metrics().to_prometheus());
    /// # drop(running);
    /// # Ok::<(), oncrpc::Error>(())
    /// ```
    pub fn metrics(&self) -> Snapshot {
        self.counted.programs.get().map(|programs| programs.snapshot()).unwrap_or_default()
    }

    /// The connections that are open, in the order in which they came; none before the server runs and after its end. What
    /// they have done is that up to their last turn. Costs the server next to nothing.
    pub fn connections(&self) -> Vec<ConnectionInfo> {
        self.counted.roster.view(Instant::now())
    }

    /// Keeps the last messages from now on, those that take `bytes` together; what was kept before is forgotten. Each
    /// message is then copied, under a lock that all threads share. They hold whatever callers send, secrets as well.
    ///
    /// ```no_run
    /// # fn with(handle: oncrpc::ServerHandle) -> std::io::Result<()> {
    /// handle.start_capture(1 << 20);
    /// // ... what goes wrong ...
    /// handle.captured().write_pcap(std::fs::File::create("calls.pcap")?)
    /// # }
    /// ```
    pub fn start_capture(&self, bytes: usize) {
        let date = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.counted.capture.start(bytes, Instant::now(), date);
    }

    /// Keeps no more messages; those that were kept stay.
    pub fn stop_capture(&self) {
        self.counted.capture.stop();
    }

    /// The messages that were kept.
    pub fn captured(&self) -> Recording {
        self.counted.capture.recording()
    }
}

impl RunningServer {
    /// See [`ServerHandle::metrics`].
    pub fn metrics(&self) -> Snapshot {
        self.handle.metrics()
    }

    /// See [`ServerHandle::connections`].
    pub fn connections(&self) -> Vec<ConnectionInfo> {
        self.handle.connections()
    }
}
