//! A client around a session: what the sockets and threads of a real one do with it.

use crate::back::answer;
use crate::ledger::{Ledger, Outcome};
use crate::line::Line;
use crate::link::{Stream, What, handle_message, send};
use crate::plan::{CallerKind, CallerPlan, RESEND};
use crate::service::{Ask, Kind, PROGRAM, VERSION};
use crate::stage::{Event, Stage};
use oncrpc::record::Record;
use oncrpc::rpc::Credential;
use oncrpc::session::{CallTemplate, ClientConfig, ClientSession, NewCall, Retransmission};
use oncrpc::xdr::Encoder;
use oncrpc::{Bytes, Error};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The pause before a caller connects again, and before it looks again for a connection.
const PAUSE: Duration = Duration::from_millis(70);

pub(crate) struct Caller {
    number: usize,
    plan: CallerPlan,
    session: ClientSession,
    template: CallTemplate,
    ledger: Ledger,
    /// Calls that are in the session, by their xid.
    open: BTreeMap<u32, usize>,
    /// All xids that stood for a call.
    known: BTreeSet<u32>,
    left: u32,
    link: Link,
}

enum Link {
    Stream(Stream),
    Datagrams(Retransmission),
}

impl Caller {
    pub(crate) fn new(number: usize, plan: CallerPlan, ledger: Ledger, stage: &mut Stage) -> Self {
        let config = ClientConfig {
            max_call: 1 << 20,
            max_kept: 1 << 20,
            first_xid: plan.first_xid,
            peer: Arc::from("the server"),
        };
        let link = match plan.kind {
            CallerKind::Datagrams => Link::Datagrams(Retransmission::new(RESEND)),
            _ => Link::Stream(Stream::default()),
        };
        if plan.kind != CallerKind::Datagrams {
            stage.after(Duration::ZERO, Event::Connect { caller: number });
        }
        stage.after(Duration::ZERO, Event::Begin { caller: number });
        let template = CallTemplate::new(PROGRAM, VERSION, &Credential::None).unwrap();
        let (session, open, known) = (ClientSession::new(config), BTreeMap::new(), BTreeSet::new());
        Self { number, session, template, ledger, open, known, left: plan.calls, link, plan }
    }

    /// The call that an xid stands for.
    pub(crate) fn call(&self, xid: u32) -> Option<usize> {
        self.open.get(&xid).copied()
    }

    pub(crate) fn line(&self) -> Option<usize> {
        match &self.link {
            Link::Stream(stream) => stream.line,
            Link::Datagrams(_) => None,
        }
    }

    /// Whether no part of a record waits to be sent.
    pub(crate) fn has_sent_all(&self) -> bool {
        match &self.link {
            Link::Stream(stream) => stream.out.is_empty(),
            Link::Datagrams(_) => true,
        }
    }

    /// Begins the next call, if it can be sent.
    pub(crate) fn begin(&mut self, lines: &mut [Line], stage: &mut Stage) {
        if self.left == 0 {
            return;
        }
        let is_ready = match &self.link {
            Link::Stream(stream) => stream.line.is_some_and(|line| !lines[line].to_server.is_ended()),
            Link::Datagrams(_) => true,
        };
        if !is_ready {
            return stage.after(PAUSE, Event::Begin { caller: self.number });
        }
        self.left -= 1;
        let (ask, timeout) = (Ask::new(&self.plan, &mut stage.dice), stage.dice.pick(&self.plan.timeouts));
        let repeats = self.plan.repeats() && ask.kind != Kind::Silent;
        let call = self.ledger.add(self.number, ask.clone(), stage.now, timeout, repeats);
        stage.trace(|| format!("    call {call} of caller {}: {ask:?} within {timeout:?}", self.number));
        match self.start(call, &ask, timeout, stage) {
            Some(xid) => {
                stage.trace(|| format!("    has xid {xid:#x}"));
                self.open.insert(xid, call);
                self.known.insert(xid);
                self.schedule(xid, call, timeout, stage);
            }
            None => self.ledger.give_up(call),
        }
        if let Some(line) = self.line().map(|line| &lines[line])
            && (line.is_reset || line.is_stalled())
        {
            self.ledger.disturb_call(call);
        }
        let pause = Duration::from_micros(stage.dice.within(self.plan.pause.clone()));
        stage.after(pause, Event::Begin { caller: self.number });
        self.pump(lines, stage);
    }

    /// Starts a call; its xid, if anybody waits for it.
    fn start(&mut self, call: usize, ask: &Ask, timeout: Duration, stage: &Stage) -> Option<u32> {
        let arguments = |out: &mut Encoder| ask.encode(call, out);
        let (template, idempotent) = (&self.template, self.plan.repeats());
        let new = NewCall { template, procedure: ask.procedure(), timeout, idempotent };
        match &mut self.link {
            Link::Datagrams(calls) => {
                let (xid, message) = self.session.start_datagram(stage.now, new, arguments).unwrap();
                calls.add(xid, message, stage.now + timeout);
                Some(xid)
            }
            Link::Stream(stream) => {
                let mut record = Encoder::new();
                let what = if ask.kind == Kind::Silent {
                    self.session.append(new, arguments, &mut record).unwrap();
                    What::Silent
                } else {
                    What::Call(self.session.start(stage.now, new, arguments, &mut record).unwrap())
                };
                stream.out.push_back((what, record.into_bytes()));
                what.xid()
            }
        }
    }

    /// When somebody looks for the outcome of a call, at the latest.
    fn schedule(&mut self, xid: u32, call: usize, timeout: Duration, stage: &mut Stage) {
        let (caller, given_up) = (self.number, stage.plan.given_up);
        if stage.dice.percent(10) {
            let until = stage.now + Duration::from_micros(stage.dice.within(0..=100_000_000));
            self.session.extend(xid, until);
            self.ledger.extend(call, until);
        }
        let deadline = self.session.deadline(xid).unwrap();
        stage.at(deadline, Event::Look { caller, xid, call });
        if stage.dice.percent(given_up) {
            let after = stage.dice.within(0..=timeout.as_micros() as u64);
            stage.after(Duration::from_micros(after), Event::GiveUp { caller, xid, call });
        }
    }

    /// Sends what there is to send.
    pub(crate) fn pump(&mut self, lines: &mut [Line], stage: &mut Stage) {
        match &mut self.link {
            Link::Stream(stream) => {
                let Some(line) = stream.line.map(|line| &mut lines[line]) else { return };
                stream.write(&mut line.to_server, stage);
                if self.left == 0 && self.open.is_empty() && stream.out.is_empty() {
                    line.to_server.end(stage);
                }
            }
            Link::Datagrams(calls) => {
                while let Some(message) = calls.poll_first(stage.now).or_else(|| calls.poll_again(stage.now)) {
                    let xid = u32::from_be_bytes(*message.first_chunk().unwrap());
                    send(self.number, true, self.open.get(&xid).copied(), &message, &self.ledger, stage);
                }
                if let Some(due) = calls.next_due() {
                    stage.at(due, Event::Resend { caller: self.number });
                }
            }
        }
    }

    pub(crate) fn connected(&mut self, line: usize, lines: &mut [Line], stage: &mut Stage) {
        if let Link::Stream(stream) = &mut self.link {
            stream.line = Some(line);
        }
        self.pump(lines, stage);
    }

    /// Reads what has come over the connection.
    pub(crate) fn read(&mut self, line: usize, lines: &mut [Line], stage: &mut Stage) {
        if self.line() != Some(line) {
            return;
        }
        loop {
            let pipe = &mut lines[line];
            if pipe.is_reset {
                return self.lose(false, stage);
            }
            let bytes = pipe.to_caller.read(stage);
            if bytes.is_empty() {
                break;
            }
            self.handle_input(&bytes, stage);
        }
        if lines[line].to_caller.is_at_end() {
            // Only a caller that wants no more has its connection ended by the server, after all replies.
            assert!(lines[line].to_server.is_ended(), "the server ended connection {line}");
            self.lose(true, stage);
        }
    }

    fn handle_input(&mut self, mut bytes: &[u8], stage: &mut Stage) {
        let Link::Stream(Stream { reader, line, .. }) = &mut self.link else { return };
        let mut completed = Vec::new();
        while let Some(record) = reader.next(&mut bytes).expect("the server's records are right") {
            completed.extend(handle_message(&mut self.session, &self.known, &record, stage));
            if let (Some(record), Some(line)) = (answer(&record, self.number), *line) {
                let after = Duration::from_micros(stage.dice.pick(&[0, 0, 500, 200_000]));
                stage.after(after, Event::Answer { caller: self.number, line, record });
            }
            reader.recycle(record);
        }
        completed.into_iter().for_each(|xid| self.has_come(xid, stage));
    }

    /// Answers a call of the server, which came over a connection, if that still takes something.
    pub(crate) fn answer(&mut self, line: usize, record: Bytes, lines: &mut [Line], stage: &mut Stage) {
        if let Link::Stream(stream) = &mut self.link
            && stream.line == Some(line)
            && !lines[line].to_server.is_ended()
        {
            stream.out.push_back((What::Answer, record));
            self.pump(lines, stage);
        }
    }

    /// Takes a datagram of the server.
    pub(crate) fn handle_datagram(&mut self, message: &[u8], stage: &mut Stage) {
        let completed = handle_message(&mut self.session, &self.known, &Record::Borrowed(message), stage);
        completed.into_iter().for_each(|xid| self.has_come(xid, stage));
    }

    /// The reply is there; whoever waits for it may be slow.
    fn has_come(&mut self, xid: u32, stage: &mut Stage) {
        self.forget_message(xid);
        let call = self.open[&xid];
        let late = stage.plan.looked_at_late;
        if stage.dice.percent(late) {
            let after = Duration::from_micros(stage.dice.within(0..=100_000_000));
            stage.after(after, Event::Look { caller: self.number, xid, call });
        } else {
            self.look(xid, call, stage);
        }
    }

    pub(crate) fn look(&mut self, xid: u32, call: usize, stage: &mut Stage) {
        if self.open.get(&xid) != Some(&call) {
            assert!(!self.ledger.is_open(call), "call {call} is nobody's");
            return;
        }
        let Some(outcome) = self.session.poll(xid, stage.now) else {
            let deadline = self.session.deadline(xid).expect("an open call is pending");
            assert!(deadline > stage.now, "call {call} outlived its deadline");
            return;
        };
        assert!(self.session.poll(xid, stage.now).is_none(), "call {call} completes twice");
        self.close(xid);
        let outcome = self.ledger.ask(call).judge(call, outcome);
        let outcome = self.ledger.complete(call, stage.now, outcome);
        stage.note(match outcome {
            Outcome::Right => "right",
            Outcome::TimedOut => "timed out",
            Outcome::Cut => "cut",
            Outcome::GivenUp => "given up",
            Outcome::NotReached => "not reached",
        });
    }

    pub(crate) fn give_up(&mut self, xid: u32, call: usize, stage: &mut Stage) {
        if self.open.get(&xid) == Some(&call) {
            self.session.forget(xid);
            self.close(xid);
            self.ledger.give_up(call);
            stage.note("given up");
        }
    }

    /// The connection is gone, in good order or not: its calls fail, or wait for the next one.
    fn lose(&mut self, in_order: bool, stage: &mut Stage) {
        let Link::Stream(stream) = &mut self.link else { return };
        let closed = Error::Closed { peer: Arc::from("the server"), within_reply: stream.reader.is_mid_record() };
        let unsent = stream.take_unsent();
        let xids = unsent.iter().filter_map(|(what, _)| what.xid()).collect();
        let again = self.session.lose(&xids, &closed);
        again.iter().for_each(|_| stage.note("sent again over another connection"));
        unsent.iter().for_each(|_| stage.note("moved to another connection"));
        let xid = |record: &Bytes| u32::from_be_bytes(*record[4..].first_chunk().unwrap());
        let again = again.into_iter().map(|record| (What::Call(xid(&record)), record));
        *stream = Stream { out: again.chain(unsent).collect(), ..Stream::default() };
        let open: Vec<_> = self.open.iter().map(|(xid, call)| (*xid, *call)).collect();
        for (xid, call) in open {
            let stays = xids.contains(&xid) || self.plan.repeats();
            self.ledger.lose(call, in_order, !stays);
            self.look(xid, call, stage);
            assert!(stays || !self.ledger.is_open(call), "call {call} outlived its connection");
        }
        stage.note("lost a connection");
        if self.left > 0 || !self.open.is_empty() || !self.has_sent_all() {
            stage.after(PAUSE, Event::Connect { caller: self.number });
        }
    }

    /// The session does not know the call any more.
    fn close(&mut self, xid: u32) {
        self.open.remove(&xid);
        self.forget_message(xid);
    }

    fn forget_message(&mut self, xid: u32) {
        match &mut self.link {
            Link::Stream(_) => {}
            Link::Datagrams(calls) => calls.remove(xid),
        }
    }

    /// Nothing is left when all is over.
    pub(crate) fn check(&mut self, stage: &Stage) {
        assert_eq!((self.left, self.open.len(), self.session.pending()), (0, 0, 0), "caller {}", self.number);
        match &mut self.link {
            Link::Stream(stream) => assert!(stream.out.is_empty()),
            Link::Datagrams(calls) => {
                assert_eq!(calls.next_due(), None);
                assert_eq!(calls.poll_first(stage.now), None);
            }
        }
    }
}
