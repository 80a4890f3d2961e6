use super::{Hello, Inlet};
use socket2::Socket;
use std::io::{ErrorKind, Result, Write};
use std::sync::Arc;

/// Bytes of replies that one write takes, if they are small.
const BATCH: usize = 256 << 10;

/// A reply as often as one write takes it.
pub(super) fn batch(reply: &[u8]) -> Arc<[u8]> {
    reply.repeat((BATCH / reply.len().max(1)).max(1)).into()
}

/// One connection of the server, non-blocking and watched for edges.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) socket: Socket,
    calls: Inlet,
    /// Bytes of one reply.
    reply: usize,
    /// Replies one after another.
    replies: Arc<[u8]>,
    /// Bytes to send; those that are due first begin at `sent` of a reply.
    due: usize,
    sent: usize,
}

impl Peer {
    /// `replies` are those of [`batch`].
    pub(super) fn new(socket: Socket, hello: &Hello, replies: Arc<[u8]>) -> Self {
        Self { socket, calls: Inlet::new(hello.whole), reply: hello.reply.len(), replies, due: 0, sent: 0 }
    }

    /// Takes what has come and answers it, until there is nothing more or no room. `false` when the connection has ended.
    pub(super) fn turn(&mut self, scratch: &mut Vec<u8>) -> Result<bool> {
        while self.write()? {
            let Some(came) = self.calls.read(&self.socket, scratch)? else { return Ok(false) };
            self.due += came.records * self.reply;
            if !came.more {
                self.write()?;
                break;
            }
        }
        Ok(true)
    }

    /// Whether all was written that is due.
    fn write(&mut self) -> Result<bool> {
        while self.due > 0 {
            let end = self.replies.len().min(self.sent + self.due);
            match (&self.socket).write(&self.replies[self.sent..end]) {
                Ok(length) => {
                    self.due -= length;
                    self.sent = (self.sent + length) % self.reply;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}
