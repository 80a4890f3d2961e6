use super::peer::{Peer, batch};
use super::{Hello, Inlet};
use crate::{address, process};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Registry, Token};
use socket2::Socket;
use std::collections::HashMap;
use std::io::{ErrorKind, Result};
use std::os::fd::AsRawFd;
use std::sync::{Arc, Mutex, PoisonError};

/// Connections that have come and that the loop has not seen yet.
type Arrivals = Arc<Mutex<HashMap<usize, Peer>>>;

/// One thread accepts and listens to what each driver says first, another is the loop.
pub(super) fn serve(transport: &str) -> Result<()> {
    let (listener, address) = address::listen(transport)?;
    let mut poll = Poll::new()?;
    let arrivals = Arrivals::default();
    let (registry, arriving) = (poll.registry().try_clone()?, Arc::clone(&arrivals));
    std::thread::spawn(move || accept(&listener, &registry, &arriving));
    process::announce(&address)?;

    let (mut peers, mut scratch) = (Vec::<Option<Peer>>::new(), Inlet::scratch());
    let mut events = Events::with_capacity(256);
    loop {
        wait(&mut poll, &mut events)?;
        for event in &events {
            let Token(number) = event.token();
            if number >= peers.len() {
                peers.resize_with(number + 1, || None);
            }
            if peers[number].is_none() {
                peers[number] = arrivals.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
            }
            // A driver that leaves while replies are on their way is an end as well.
            if peers[number].as_mut().is_some_and(|peer| !peer.turn(&mut scratch).unwrap_or(false)) {
                peers[number] = None;
            }
        }
    }
}

fn accept(listener: &Socket, registry: &Registry, arrivals: &Arrivals) -> Result<()> {
    // Many connections have the same replies.
    let mut batches = HashMap::new();
    for number in 0.. {
        let socket = address::accept(listener)?;
        let Ok(hello) = Hello::receive(&socket) else { continue };
        socket.set_nonblocking(true)?;
        let descriptor = socket.as_raw_fd();
        let replies = batches.entry(hello.reply.clone()).or_insert_with_key(|reply| batch(reply));
        let peer = Peer::new(socket, &hello, Arc::clone(replies));
        arrivals.lock().unwrap_or_else(PoisonError::into_inner).insert(number, peer);
        // A UNIX socket tells of room after each reply that is read: a wake-up for nothing, but without it a lone call takes a
        // quarter longer, as the processor sleeps more deeply.
        registry.register(&mut SourceFd(&descriptor), Token(number), Interest::READABLE | Interest::WRITABLE)?;
    }
    Ok(())
}

fn wait(poll: &mut Poll, events: &mut Events) -> Result<()> {
    match poll.poll(events, None) {
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
        outcome => outcome,
    }
}
