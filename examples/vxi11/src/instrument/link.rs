//! A link: messages go in, answers come out, one command after the other.

use super::job::Attempt;
use super::language::{self, Effect, Fault, Panel};
use super::status::Status;
use crate::idl::{
    DeviceErrorCode as Code, DeviceReadParms, DeviceReadResp, DeviceWriteParms, DeviceWriteResp, VXI11_FLAG_END,
    VXI11_FLAG_TERMCHRSET, VXI11_REASON_CHR, VXI11_REASON_END, VXI11_REASON_REQCNT,
};
use oncrpc::Bytes;
use std::collections::VecDeque;
use std::task::Poll;
use std::time::Instant;

/// Bytes of a message that is not complete.
const MOST_INPUT: usize = 256 << 10;

/// Commands that are yet to be carried out: a write waits from there on, and a message with more is not taken.
const MOST_COMMANDS: usize = 1_000;

/// Bytes of the answers to a message.
const MOST_OUTPUT: usize = 4 << 20;

/// The most bytes of a `device_read`.
const MOST_READ: usize = 1 << 20;

pub(super) struct Link {
    /// The connection that it belongs to.
    pub(super) session: u64,
    /// What the client knows it by, if it is to be told when the link asks for service.
    pub(super) handle: Option<Bytes>,
    status: Status,
    input: Vec<u8>,
    commands: VecDeque<Command>,
    busy_until: Option<Instant>,
    /// Whether the last command of a message was carried out, or takes its time still.
    message_ended: bool,
    /// Answers to the message that is being carried out.
    answers: Vec<u8>,
    /// What can be read. Its last byte ends a message.
    output: Bytes,
}

struct Command {
    text: String,
    ends_message: bool,
}

impl Link {
    pub(super) fn new(session: u64) -> Self {
        Self {
            session,
            handle: None,
            status: Status::default(),
            input: Vec::new(),
            commands: VecDeque::new(),
            busy_until: None,
            message_ended: false,
            answers: Vec::new(),
            output: Bytes::new(),
        }
    }

    pub(super) fn write(&mut self, panel: &mut Panel, asked: &DeviceWriteParms) -> Attempt<DeviceWriteResp> {
        if self.commands.len() >= MOST_COMMANDS {
            return Poll::Pending;
        }
        if self.input.len() + asked.data.len() > MOST_INPUT {
            self.input.clear();
            self.status.note(Fault::InputOverrun);
            return Poll::Ready(Err(Code::IoError));
        }
        self.input.extend_from_slice(&asked.data);
        if asked.flags & VXI11_FLAG_END != 0 || self.input.ends_with(b"\n") {
            self.take_message();
            self.go_on(panel, Instant::now());
        }
        Poll::Ready(Ok(DeviceWriteResp { error: Code::NoError, size: asked.data.len() as u32 }))
    }

    pub(super) fn read(&mut self, asked: &DeviceReadParms) -> Attempt<DeviceReadResp> {
        if self.output.is_empty() {
            return Poll::Pending;
        }
        let request = usize::try_from(asked.request_size).unwrap_or(usize::MAX);
        let mut most = self.output.len().min(request).min(MOST_READ);
        let mut reason = 0;
        if asked.flags & VXI11_FLAG_TERMCHRSET != 0 {
            // Some send it with a sign.
            let last = asked.term_char as u8;
            if let Some(index) = self.output.iter().take(most).position(|byte| *byte == last) {
                (most, reason) = (index + 1, VXI11_REASON_CHR);
            }
        }
        let data = self.output.split_to(most);
        reason |= if most == request { VXI11_REASON_REQCNT } else { 0 };
        reason |= if self.output.is_empty() { VXI11_REASON_END } else { 0 };
        Poll::Ready(Ok(DeviceReadResp { error: Code::NoError, reason, data }))
    }

    /// The status byte by a serial poll.
    pub(super) fn poll_status(&mut self) -> u8 {
        self.status.poll(!self.output.is_empty())
    }

    /// Forgets what it was about to do and say.
    pub(super) fn clear(&mut self) {
        self.input.clear();
        self.commands.clear();
        self.busy_until = None;
        self.message_ended = false;
        self.answers.clear();
        self.output.clear();
    }

    pub(super) fn begins_to_ask(&mut self) -> bool {
        self.status.begins_to_ask(!self.output.is_empty())
    }

    /// When it goes on with its commands.
    pub(super) fn due(&self) -> Option<Instant> {
        self.busy_until
    }

    /// Carries out commands, up to one that takes time.
    pub(super) fn go_on(&mut self, panel: &mut Panel, now: Instant) {
        while self.busy_until.is_none_or(|end| end <= now) {
            self.busy_until = None;
            if std::mem::take(&mut self.message_ended) && !self.answers.is_empty() {
                self.answers.extend_from_slice(b"\n");
                self.output = std::mem::take(&mut self.answers).into();
            }
            let Some(command) = self.commands.pop_front() else { return };
            self.carry_out(panel, &command.text, now);
            self.message_ended = command.ends_message;
        }
    }

    fn take_message(&mut self) {
        let input = std::mem::take(&mut self.input);
        let text = String::from_utf8_lossy(&input);
        if text.split(['\n', ';']).count() > MOST_COMMANDS {
            return self.status.note(Fault::InputOverrun);
        }
        for line in text.lines() {
            let mut commands = line.split(';').map(str::trim).filter(|text| !text.is_empty()).peekable();
            while let Some(text) = commands.next() {
                self.commands.push_back(Command { text: text.to_owned(), ends_message: commands.peek().is_none() });
            }
        }
    }

    fn carry_out(&mut self, panel: &mut Panel, command: &str, now: Instant) {
        if !self.output.is_empty() {
            self.output.clear();
            self.status.note(Fault::QueryInterrupted);
        }
        let has_message = !self.answers.is_empty();
        match language::carry_out(command, &mut self.status, panel, has_message) {
            Ok(Effect::Done) => {}
            Ok(Effect::Answer(answer)) if self.answers.len() + answer.len() < MOST_OUTPUT => self.answer(&answer),
            Ok(Effect::Answer(_)) => {
                // It cannot go on before it is read, and is not read before it has gone on.
                self.clear();
                self.status.note(Fault::QueryDeadlocked);
            }
            Ok(Effect::Wait(time)) => self.busy_until = Some(now + time),
            Err(fault) => self.status.note(fault),
        }
    }

    fn answer(&mut self, answer: &[u8]) {
        if !self.answers.is_empty() {
            self.answers.extend_from_slice(b";");
        }
        self.answers.extend_from_slice(answer);
    }
}
