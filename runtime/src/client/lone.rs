//! A call that is alone: nothing else is in flight, to be sent, or waited for.
//!
//! A caller that waits for each reply makes only such calls. It sends, waits and finds its reply with little code, which is seldom
//! in a cache after a sleep, and the call is entered nowhere. Whoever comes along meanwhile finds it entered, as
//! [`Channel::lock`] does that first: from then on it is a call among others.

use super::Arguments;
use super::channel::{Channel, Guard};
use super::input::{Input, Received};
use super::output::{LITTLE, Output};
use super::state::{IDLE, State, of_datagram};
use crate::error::Result;
use crate::session::{NewCall, Results};
use crate::trace::Trace;
use std::io;
use std::mem;
use std::time::{Duration, Instant};

/// What goes on over a channel, in short.
#[derive(Debug)]
pub(super) enum Traffic {
    /// Whatever there may be.
    Any,
    /// Nothing: the next call is alone.
    None,
    /// This call, which has been sent, and nothing else.
    Lone(LoneCall),
}

/// What is to be known of a call to enter it where all calls are. Its message stays where it was encoded if it may have to be
/// sent again.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoneCall {
    xid: u32,
    begin: Instant,
    timeout: Duration,
    idempotent: bool,
}

impl Channel {
    /// Calls and waits where [nothing else](Traffic::None) goes on.
    #[inline]
    pub(super) fn call_alone(
        &self,
        mut state: Guard<'_>,
        begin: Instant,
        call: NewCall<'_>,
        trace: &Trace,
        arguments: Arguments<'_>,
        results: &mut Results,
    ) -> Result<()> {
        let xid = state.encode(call, arguments)?;
        let sent = state.send_alone();
        // The peer is busy with it from now on: what else there is to do takes no time of the call.
        let lone = LoneCall { xid, begin, timeout: call.timeout, idempotent: call.idempotent };
        if let Err(written) = sent {
            return self.go_on_sending(state, &lone, written, trace, results);
        }
        state.is_alone(lone);
        trace.started(xid);
        let Some(mut input) = state.input.take() else {
            state.join();
            return self.go_on(state, xid, results, false);
        };
        let wait = state.output.wait_alone(call.timeout);
        drop(state);
        let received = input.receive_small(wait);
        let mut state = self.enter();
        if let Traffic::Lone(lone) = &state.traffic
            && let Ok(Some(received)) = received
            && let Some(reply) = input.lone_reply(received, self.transport)
            && results.take_plain(xid, reply)
        {
            let is_kept = lone.idempotent;
            state.input = Some(input);
            state.end_alone(is_kept);
            return Ok(());
        }
        self.end_otherwise(state, input, received, xid, results)
    }

    /// Goes on with a call that is not, or no longer, alone, or whose reply is not all that has come.
    #[inline(never)]
    fn end_otherwise<'a>(
        &'a self,
        mut state: Guard<'a>,
        input: Box<Input>,
        received: io::Result<Option<Received>>,
        xid: u32,
        results: &mut Results,
    ) -> Result<()> {
        state.join();
        let state = self.take_in(state, input, received);
        self.go_on(state, xid, results, true)
    }

    /// Goes on with a call that was not sent as a whole: `written` is what came of it if it was tried.
    #[cold]
    fn go_on_sending<'a>(
        &'a self,
        mut state: Guard<'a>,
        call: &LoneCall,
        written: Option<io::Result<usize>>,
        trace: &Trace,
        results: &mut Results,
    ) -> Result<()> {
        state.traffic = Traffic::Any;
        state.idle_from = call.begin + IDLE;
        state.add(call);
        if let Some(written) = written {
            let sent = state.output.note_written(written);
            state = self.note_sent(state, sent);
        }
        trace.started(call.xid);
        self.go_on(state, call.xid, results, false)
    }
}

impl State {
    /// Whether nothing goes on, and the connection has been used so lately that the peer will not have ended it.
    #[inline]
    pub(super) fn may_be_alone(&self, begin: Instant) -> bool {
        matches!(self.traffic, Traffic::None) && begin <= self.idle_from
    }

    /// Notes that nothing goes on, if that is so.
    #[inline]
    pub(super) fn note_rest(&mut self) {
        if self.is_at_rest() {
            self.traffic = Traffic::None;
        }
    }

    /// A call that was alone is one among others from now on.
    #[inline]
    pub(super) fn join(&mut self) {
        if !matches!(self.traffic, Traffic::Any) {
            self.join_others();
        }
    }

    #[cold]
    fn join_others(&mut self) {
        if let Traffic::Lone(call) = mem::replace(&mut self.traffic, Traffic::Any) {
            self.add(&call);
            match &mut self.output {
                Output::Stream(stream) => stream.gathering.clear(),
                Output::Datagrams(datagrams) => drop(datagrams.calls.poll_first(call.begin)),
            }
        }
    }

    /// Enters a call that somebody waits for. Its message is where it was encoded, and is not sent yet.
    fn add(&mut self, call: &LoneCall) {
        let LoneCall { xid, begin, timeout, idempotent } = *call;
        let record = if idempotent { self.output.gathered() } else { None };
        self.calls.enter(xid, begin, timeout, record);
        let until = self.calls.expect(xid).unwrap_or(begin);
        if let Output::Datagrams(datagrams) = &mut self.output {
            datagrams.calls.add(xid, self.calls.cut_datagram(), until);
        }
    }

    /// Encodes a call where it is sent from. Returns its xid.
    #[inline]
    fn encode(&mut self, call: NewCall<'_>, arguments: Arguments<'_>) -> Result<u32> {
        match &mut self.output {
            Output::Stream(stream) => Ok(self.calls.append(call, |out| arguments(out), &mut stream.gathering)?),
            Output::Datagrams(_) => self.calls.encode_datagram(call, |out| arguments(out)).map_err(of_datagram),
        }
    }

    /// Sends what was [encoded](State::encode), as it can be at once if it is little. What came of it if it was not all sent.
    #[inline]
    fn send_alone(&self) -> Result<(), Option<io::Result<usize>>> {
        let message = match &self.output {
            Output::Stream(stream) => stream.gathering.as_slice(),
            Output::Datagrams(_) => self.calls.datagram(),
        };
        let message = message.filter(|message| message.len() <= LITTLE).ok_or(None)?;
        match self.socket.send_at_once(message) {
            Ok(written) if written == message.len() => Ok(()),
            written => Err(Some(written)),
        }
    }

    /// Notes the only call that there is, once it is sent.
    #[inline]
    fn is_alone(&mut self, call: LoneCall) {
        if !call.idempotent
            && let Output::Stream(stream) = &mut self.output
        {
            stream.gathering.clear();
        }
        self.idle_from = call.begin + IDLE;
        self.traffic = Traffic::Lone(call);
    }

    /// Notes that the only call that there was is complete. Its message may be [kept](LoneCall).
    #[inline]
    fn end_alone(&mut self, is_kept: bool) {
        if is_kept && let Output::Stream(stream) = &mut self.output {
            stream.gathering.clear();
        }
        self.traffic = Traffic::None;
    }
}
