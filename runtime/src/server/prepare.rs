use super::ready::{Ready, Signals};
use super::registrations::Registrations;
use super::{Server, failed};
use crate::error::Result;
use crate::limits::Limits;
use crate::net::{Budget, Common, EventLoop, Pool, Seats, most_connections};
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

impl Server {
    /// Gets all that it needs to run, and registers.
    pub(super) fn prepare(mut self, signals: Signals) -> Result<Ready> {
        self.programs.number_rows();
        self.programs.set_capture(Arc::clone(&self.counted.capture));
        let addresses = self.addresses();
        let numbers: Vec<_> = self.programs.numbers().collect();
        if addresses.is_empty() && self.connections.is_empty() {
            let source = io::Error::new(ErrorKind::InvalidInput, "none was given to Server::listen");
            return Err(failed(&addresses, source));
        }
        let pool = Arc::new(Pool::default());
        let pool_threads = if self.programs.has_pool() { self.pool_threads } else { 0 };
        let limits = *self.programs.limits();
        let most = most_connections(limits.connections);
        let common = Common {
            programs: Arc::new(std::mem::take(&mut self.programs)),
            pool: Arc::clone(&pool),
            stop: Arc::clone(&self.stop),
            seats: Arc::new(Seats::new(self.workers, most)),
            roster: Arc::clone(&self.counted.roster),
            input: Arc::new(Budget::new(self.workers, limits.total_input_bytes, most)),
            output: Arc::new(Budget::new(self.workers, limits.total_output_bytes, most)),
        };
        let bound = Limits { connections: most, ..limits }.memory_bound(self.workers, pool_threads);
        self.counted.set(&common.programs, bound);
        let event_loops = self.event_loops(&common, signals).map_err(|source| failed(&addresses, source))?;
        let registrations =
            Registrations::new(self.registers, numbers.iter().copied(), &self.bound, self.rpcbind_socket.as_deref())?;
        pool.start(pool_threads, &self.stop).map_err(|source| failed(&addresses, source))?;
        Ok(Ready { event_loops, pool, stop: self.stop, registrations, numbers, addresses })
    }

    /// The loops. The first one has the listeners, and tells the others of signals; connections that are there are
    /// everybody's.
    fn event_loops(&mut self, common: &Common, signals: Signals) -> io::Result<Vec<EventLoop>> {
        let mut first = EventLoop::new(0, std::mem::take(&mut self.acceptors), std::mem::take(&mut self.udp), common)?;
        // Before anything is registered, so that a signal in between does not leave it behind.
        if signals == Signals::Heeded {
            first.stop_on_signals()?;
        }
        let others = (1..self.workers).map(|row| EventLoop::new(row, Vec::new(), Vec::new(), common));
        let mut event_loops = std::iter::once(Ok(first)).chain(others).collect::<io::Result<Vec<_>>>()?;
        for (index, (stream, peer)) in std::mem::take(&mut self.connections).into_iter().enumerate() {
            let seat = common.seats.take(index.checked_rem(self.workers).unwrap_or_default());
            if let Some(event_loop) = event_loops.get_mut(seat.row()) {
                event_loop.admit(stream, peer, seat);
            }
        }
        for (row, event_loop) in event_loops.iter_mut().enumerate() {
            event_loop.spin(self.spin);
            match self.idle {
                // Whoever's last connection was the server's.
                _ if self.bound.is_empty() => event_loop.stop_when_idle(Duration::ZERO),
                Some(idle) if row == 0 => event_loop.stop_when_idle(idle),
                _ => {}
            }
        }
        Ok(event_loops)
    }
}
