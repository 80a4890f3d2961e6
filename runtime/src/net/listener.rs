use super::acceptor::Acceptor;
use super::stream::Stream;
use crate::call::Peer;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// How long nothing is accepted when the system has no descriptor or memory left.
const PAUSE: Duration = Duration::from_millis(100);

/// A socket that accepts connections.
#[derive(Debug)]
pub(super) struct Listener {
    socket: Acceptor,
    /// Until when it pauses.
    paused: Option<Instant>,
    /// Whether it waits for its turn.
    pub(super) queued: bool,
}

/// What accepting once came to.
#[derive(Debug)]
pub(super) enum Accepted {
    Connection(Stream, Peer),
    /// None is waiting.
    None,
    /// The one that was waiting is gone; there may be others.
    Lost,
    /// The process has no descriptor left.
    NoDescriptor,
    /// The system has no descriptor or memory left, or fails otherwise.
    Exhausted,
}

impl Listener {
    pub(super) fn new(socket: Acceptor) -> Self {
        Self { socket, paused: None, queued: false }
    }

    pub(super) fn socket_mut(&mut self) -> &mut Acceptor {
        &mut self.socket
    }

    pub(super) fn accept(&self) -> Accepted {
        match self.socket.accept() {
            Ok((socket, peer)) => Accepted::Connection(socket, peer),
            Err(error) => classify(&error),
        }
    }

    /// Accepts nothing for a while: trying again at once would fail again, and again.
    pub(super) fn pause(&mut self, now: Instant) {
        self.paused = now.checked_add(PAUSE);
    }

    pub(super) fn paused_until(&self) -> Option<Instant> {
        self.paused
    }

    /// Ends the pause if it is over; whether it ended just now.
    pub(super) fn resume(&mut self, now: Instant) -> bool {
        self.paused.take_if(|until| *until <= now).is_some()
    }
}

/// Tells what is wrong here from what is wrong with the connection. What is neither known to be gone with the
/// connection nor cured by closing another one would fail again at once.
fn classify(error: &io::Error) -> Accepted {
    const EMFILE: i32 = 24;
    match error.kind() {
        ErrorKind::WouldBlock => Accepted::None,
        ErrorKind::ConnectionAborted | ErrorKind::Interrupted => Accepted::Lost,
        _ if error.raw_os_error() == Some(EMFILE) => Accepted::NoDescriptor,
        _ => Accepted::Exhausted,
    }
}

#[cfg(test)]
mod tests {
    use super::{Accepted, Acceptor, Listener, PAUSE, classify};
    use std::io::Error;
    use std::time::{Duration, Instant};

    #[test]
    fn knows_when_the_system_is_exhausted() {
        assert!(matches!(classify(&Error::from_raw_os_error(24)), Accepted::NoDescriptor));
        assert!(matches!(classify(&Error::from_raw_os_error(23)), Accepted::Exhausted));
        assert!(matches!(classify(&Error::from_raw_os_error(103)), Accepted::Lost));
    }

    #[test]
    fn pauses_once() {
        let socket = mio::net::TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let mut listener = Listener::new(Acceptor::Tcp(socket));
        let now = Instant::now();
        assert!(!listener.resume(now));
        listener.pause(now);
        assert!(!listener.resume(now + PAUSE - Duration::from_millis(1)));
        assert!(listener.resume(now + PAUSE));
        assert!(!listener.resume(now + PAUSE));
    }
}
