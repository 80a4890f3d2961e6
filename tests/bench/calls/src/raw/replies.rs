use crate::Result;
use crate::bare::{Came, Inlet};
use socket2::Socket;

/// What a driver receives on a connection.
pub(super) struct Replies<'a> {
    socket: &'a Socket,
    inlet: Inlet,
}

impl<'a> Replies<'a> {
    pub(super) fn new(socket: &'a Socket, whole: bool) -> Self {
        Self { socket, inlet: Inlet::new(whole) }
    }

    pub(super) fn socket(&self) -> &'a Socket {
        self.socket
    }

    /// Reads once, into [`Inlet::scratch`].
    pub(super) fn read(&mut self, scratch: &mut Vec<u8>) -> Result<Came> {
        Ok(self.inlet.read(self.socket, scratch)?.ok_or("the server has closed the connection")?)
    }
}
