use super::{RunningServer, ServerHandle};
use crate::capture::{Capture, Recording};
use crate::limits::MemoryBound;
use crate::metrics::Snapshot;
use crate::net::{ConnectionInfo, Roster};
use crate::session::server::Programs;
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

/// Who counts what a server does, once it runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    served: Arc<OnceLock<Served>>,
    pub(super) capture: Arc<Capture>,
    pub(super) roster: Arc<Roster>,
}

/// What is served, and what it may cost.
#[derive(Debug)]
struct Served {
    programs: Arc<Programs>,
    memory: MemoryBound,
}

impl Counted {
    pub(super) fn set(&self, programs: &Arc<Programs>, memory: MemoryBound) {
        // A server runs once, so that it is not set yet.
        let _ = self.served.set(Served { programs: Arc::clone(programs), memory });
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
        self.counted.served.get().map(|served| served.programs.snapshot()).unwrap_or_default()
    }

    /// The memory that peers can drive the server to, term by term: that of its [limits](crate::Limits::memory_bound), for as many
    /// connections as the process has descriptors for, with its counters and what is captured. Nothing before it runs.
    ///
    /// ```
    /// let server = oncrpc::Server::new().listen("tcp://127.0.0.1:0")?.start()?;
    /// println!("{}", server.handle().memory_bound());
    /// # Ok::<(), oncrpc::Error>(())
    /// ```
    pub fn memory_bound(&self) -> MemoryBound {
        let Some(served) = self.counted.served.get() else { return MemoryBound::default() };
        let mut bound = served.memory.clone();
        bound.add("counters", 1, served.programs.metrics_memory());
        bound.add("messages that are captured", 1, self.counted.capture.capacity());
        bound
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
