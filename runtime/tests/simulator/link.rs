//! How the messages of a caller travel: over a connection or as datagrams.

use crate::ledger::Ledger;
use crate::line::Pipe;
use crate::stage::{Event, Stage};
use oncrpc::Bytes;
use oncrpc::record::{Reader, Record};
use oncrpc::session::ClientSession;
use std::collections::{BTreeSet, VecDeque};

/// What a caller has to do with its connection.
#[derive(Default)]
pub(crate) struct Stream {
    /// `None` while there is no connection.
    pub(crate) line: Option<usize>,
    pub(crate) reader: Reader,
    /// Records that are to be sent.
    pub(crate) out: VecDeque<(What, Bytes)>,
    /// Bytes of the first one that were sent.
    pub(crate) sent: usize,
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A call that somebody waits for.
    Call(u32),
    /// A call that nobody waits for.
    Silent,
    /// The answer to a call of the server. It is of no use to another connection.
    Answer,
}

impl What {
    pub(crate) fn xid(self) -> Option<u32> {
        if let Self::Call(xid) = self { Some(xid) } else { None }
    }
}

impl Stream {
    /// Calls of which nothing was sent.
    pub(crate) fn take_unsent(&mut self) -> VecDeque<(What, Bytes)> {
        if self.sent > 0 {
            self.out.pop_front();
        }
        self.out.retain(|(what, _)| *what != What::Answer);
        std::mem::take(&mut self.out)
    }

    pub(crate) fn write(&mut self, pipe: &mut Pipe, stage: &mut Stage) {
        while let Some((_, record)) = self.out.front() {
            self.sent += pipe.write(&record[self.sent..], stage);
            if self.sent < record.len() {
                return;
            }
            self.out.pop_front();
            self.sent = 0;
        }
    }
}

/// The call that a message completes.
pub(crate) fn handle_message(
    session: &mut ClientSession,
    known: &BTreeSet<u32>,
    record: &Record<'_>,
    stage: &mut Stage,
) -> Option<u32> {
    let word = |at: usize| u32::from_be_bytes(record.as_slice()[at..at + 4].try_into().unwrap());
    let (xid, is_reply) = (word(0), word(4) == 1);
    let completed = session.handle_record(record);
    assert!(!is_reply || known.contains(&xid), "a reply that nobody waited for");
    assert!(completed.is_none_or(|completed| completed == xid && is_reply), "what is no reply completes a call");
    assert_eq!(session.handle_record(record), None, "the same reply completes a call again");
    stage.note(match completed {
        Some(_) => "reply",
        None if is_reply => "stale reply",
        None => "stray",
    });
    completed
}

/// Sends a datagram, which may be lost, late, or come twice.
pub(crate) fn send(
    caller: usize,
    at_server: bool,
    call: Option<usize>,
    message: &[u8],
    ledger: &Ledger,
    stage: &mut Stage,
) {
    if stage.dice.percent(stage.plan.lost) {
        stage.note("lost");
        return call.into_iter().for_each(|call| ledger.note_loss(call));
    }
    let copies = 1 + usize::from(stage.dice.percent(stage.plan.doubled));
    for _ in 0..copies {
        let delay = stage.delay();
        stage.after(delay, Event::Datagram { caller, at_server, message: message.to_vec() });
    }
}
