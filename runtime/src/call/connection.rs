use super::Call;
use std::sync::Arc;

impl Call {
    /// What is kept of the connection that the call came over: the value of type `T`, which `make` makes for the first call that asks for
    /// one. `None` for a datagram, which has no connection.
    ///
    /// All calls of one connection get the same value, those of others get others. It is let go of when the connection ends, for
    /// whatever reason: unless a handler still holds it, its `Drop` is what is to be done then, on the thread of the loop, where it
    /// must not wait. If the connection has ended already, as it may have where the handler runs on the pool, the value is kept
    /// by nobody but the caller of this. A peer may make many connections: what each may keep is to be bounded.
    ///
    /// ```
    /// # use std::sync::Mutex;
    /// #[derive(Default)]
    /// struct Session {
    ///     open_files: Mutex<Vec<u32>>,
    /// }
    ///
    /// fn open(call: &oncrpc::Call, file: u32) -> oncrpc::Result<()> {
    ///     let session = call.connection_state(Session::default).ok_or(oncrpc::Error::NoConnection)?;
    ///     session.open_files.lock().unwrap().push(file);
    ///     Ok(())
    /// }
    /// ```
    pub fn connection_state<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Option<Arc<T>> {
        self.origin.as_ref()?.connection_state(make)
    }
}
