use super::observe::Counted;
use crate::error::{Error, Result};
use crate::net::Stop;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Stops a server from anywhere, and tells what it has done.
#[derive(Clone, Debug)]
pub struct ServerHandle {
    stop: Arc<Stop>,
    pub(super) counted: Counted,
}

/// A server that runs on a thread of its own, until this is dropped.
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub struct RunningServer {
    addresses: Vec<String>,
    pub(super) handle: ServerHandle,
    thread: Option<JoinHandle<Result<()>>>,
}

impl ServerHandle {
    pub(super) fn new(stop: Arc<Stop>, counted: Counted) -> Self {
        Self { stop, counted }
    }

    /// Asks the server to stop and returns at once. The server accepts nothing more, answers what has come, gives
    /// handlers and peers [a while](crate::Limits::stop_time) to finish and to take the replies, and ends.
    pub fn stop(&self) {
        self.stop.ask();
    }
}

impl RunningServer {
    pub(super) fn new(addresses: Vec<String>, handle: ServerHandle, thread: JoinHandle<Result<()>>) -> Self {
        Self { addresses, handle, thread: Some(thread) }
    }

    /// Where it listens, as a client connects to it: `tcp://127.0.0.1:4045`.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// Stops the server from anywhere.
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }

    /// Stops the server and waits for its end; but not when a handler of it calls this, as it ends after that.
    ///
    /// # Errors
    /// As [`Server::run`](crate::Server::run).
    pub fn stop(mut self) -> Result<()> {
        self.handle.stop();
        self.wait()
    }

    /// Waits until the server is stopped from elsewhere; not when a handler of it calls this.
    ///
    /// # Errors
    /// As [`Server::run`](crate::Server::run).
    pub fn join(mut self) -> Result<()> {
        self.wait()
    }

    /// A handler does not wait for the end of the thread it runs on.
    fn wait(&mut self) -> Result<()> {
        let thread = self.thread.take().filter(|_| !self.handle.stop.is_own_thread());
        match thread.map(JoinHandle::join) {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => Err(Error::SystemError),
            None => Ok(()),
        }
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.handle.stop();
        let _ = self.wait();
    }
}
