//! The interrupt channel: here the instrument is the client.

use super::desk::Message;
use crate::idl::{DeviceSrqParms, device_intr_version};
use oncrpc::{Bytes, ClientOptions, Result};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender, TryRecvError};
use std::thread;
use std::time::Duration;

/// Requests for service that wait to be sent; further ones are lost, as the client knows already.
const MOST_WAITING: usize = 16;

const TIME_TO_CONNECT: Duration = Duration::from_secs(5);

/// How it stands with a channel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Opening,
    Open,
    Closed,
}

/// A connection to a client, which a thread of its own makes and uses until this is dropped.
pub(super) struct Channel {
    is_open: bool,
    /// Says once that it is open, and ends with it.
    opened: Receiver<()>,
    handles: SyncSender<Bytes>,
}

impl Channel {
    /// Connects to `address`; the desk is told when that is done.
    pub(super) fn open(address: String, desk: Sender<Message>) -> Self {
        let (handles, waiting) = mpsc::sync_channel(MOST_WAITING);
        let (open, opened) = mpsc::channel();
        thread::spawn(move || {
            // A client that cannot be reached, or not any more, asks again if it wants to.
            let _ = serve(&address, &desk, &open, &waiting);
            drop(open);
            let _ = desk.send(Message::Interrupts);
        });
        Self { is_open: false, opened, handles }
    }

    pub(super) fn state(&mut self) -> State {
        match self.opened.try_recv() {
            Ok(()) => self.is_open = true,
            Err(TryRecvError::Disconnected) => return State::Closed,
            Err(TryRecvError::Empty) => {}
        }
        if self.is_open { State::Open } else { State::Opening }
    }

    pub(super) fn send(&self, handle: Bytes) {
        let _ = self.handles.try_send(handle);
    }
}

fn serve(address: &str, desk: &Sender<Message>, open: &Sender<()>, waiting: &Receiver<Bytes>) -> Result<()> {
    let options = ClientOptions::new().connect_timeout(TIME_TO_CONNECT).reconnect(false);
    let client = device_intr_version::Client::connect_with(address, &options)?;
    let _ = open.send(());
    let _ = desk.send(Message::Interrupts);
    for handle in waiting {
        // It has no reply; it goes out at once.
        client.device_intr_srq(&DeviceSrqParms { handle })?;
        client.inner().flush()?;
    }
    Ok(())
}
