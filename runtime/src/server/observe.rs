use super::{RunningServer, ServerHandle};
use crate::metrics::Snapshot;
use crate::session::server::Programs;
use std::sync::{Arc, OnceLock};

/// Who counts what a server does, once it runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted(Arc<OnceLock<Arc<Programs>>>);

impl Counted {
    pub(super) fn set(&self, programs: &Arc<Programs>) {
        // A server runs once, so that it is not set yet.
        let _ = self.0.set(Arc::clone(programs));
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
        self.counted.0.get().map(|programs| programs.snapshot()).unwrap_or_default()
    }
}

impl RunningServer {
    /// See [`ServerHandle::metrics`].
    pub fn metrics(&self) -> Snapshot {
        self.handle.metrics()
    }
}
