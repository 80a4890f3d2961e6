use super::Arguments;
use super::back::Back;
use super::channel::Channel;
use crate::error::Result;
use crate::session::{NewCall, Results};
use crate::trace::Trace;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

/// What the handles of a client share: where its calls go. It retires with the last of them.
#[derive(Debug)]
pub(crate) struct Link {
    line: Line,
}

#[derive(Debug)]
enum Line {
    /// A socket of our own; helpers may hold it longer than its handles.
    Socket(Arc<Channel>),
    /// A connection of a server, which its loop reads and writes.
    Back(Back),
}

impl Link {
    pub(super) fn over_socket(channel: Arc<Channel>) -> Self {
        Self { line: Line::Socket(channel) }
    }

    pub(super) fn back(back: Back) -> Self {
        Self { line: Line::Back(back) }
    }

    /// The channel, if calls go over a socket of our own.
    pub(super) fn channel(&self) -> Option<&Arc<Channel>> {
        match &self.line {
            Line::Socket(channel) => Some(channel),
            Line::Back(_) => None,
        }
    }

    pub(super) fn peer(&self) -> &str {
        match &self.line {
            Line::Socket(channel) => channel.peer(),
            Line::Back(back) => back.peer(),
        }
    }

    /// Calls and waits; `trace` gets the xid, `results` the results.
    pub(super) fn call(
        &self,
        call: NewCall<'_>,
        trace: &Trace,
        arguments: Arguments<'_>,
        results: &mut Results,
    ) -> Result<()> {
        match &self.line {
            Line::Socket(channel) => channel.call(call, trace, arguments, results),
            Line::Back(back) => {
                let xid = back.start(call, arguments)?;
                trace.started(xid);
                back.wait(xid).map(|come| *results = come)
            }
        }
    }

    /// Starts a call. Returns its xid.
    pub(super) fn start(&self, call: NewCall<'_>, arguments: Arguments<'_>) -> Result<u32> {
        match &self.line {
            Line::Socket(channel) => channel.start(call, arguments),
            Line::Back(back) => back.start(call, arguments),
        }
    }

    /// Sends a call whose reply nobody waits for.
    pub(super) fn send(&self, call: NewCall<'_>, arguments: Arguments<'_>) -> Result<()> {
        match &self.line {
            Line::Socket(channel) => channel.send(call, arguments),
            Line::Back(back) => back.send(call, arguments),
        }
    }

    /// Waits for a call that was started; its results are put into `results`.
    pub(super) fn wait(&self, xid: u32, results: &mut Results) -> Result<()> {
        match &self.line {
            Line::Socket(channel) => channel.wait(xid, results),
            Line::Back(back) => back.wait(xid).map(|come| *results = come),
        }
    }

    /// The outcome of a call that was started, if it has come.
    pub(super) fn look(&self, xid: u32) -> Option<Result<Results>> {
        match &self.line {
            Line::Socket(channel) => channel.look(xid),
            Line::Back(back) => back.look(xid),
        }
    }

    /// The outcome of a call that was started; if it has not come, `waker` is woken when it has. `first` is for the first
    /// time that this is asked.
    pub(super) fn poll(&self, xid: u32, first: bool, waker: &Waker) -> Option<Result<Results>> {
        match &self.line {
            Line::Socket(channel) => channel.poll(xid, first, waker),
            Line::Back(back) => back.poll(xid, waker),
        }
    }

    /// Gives up a call.
    pub(super) fn forget(&self, xid: u32) {
        match &self.line {
            Line::Socket(channel) => channel.forget(xid),
            Line::Back(back) => back.forget(xid),
        }
    }

    /// Gives up the reply of a call, not the call.
    pub(super) fn detach(&self, xid: u32) {
        match &self.line {
            Line::Socket(channel) => channel.detach(xid),
            Line::Back(back) => back.forget(xid),
        }
    }

    /// Sends what has gathered, within `timeout`.
    pub(super) fn flush(&self, timeout: Duration) -> Result<()> {
        match &self.line {
            Line::Socket(channel) => channel.flush(timeout),
            Line::Back(back) => back.flush(),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Line::Socket(channel) = &self.line {
            channel.retire();
        }
    }
}
