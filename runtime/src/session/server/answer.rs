use super::handled::{Handled, refusal};
use super::programs::{Entry, Served};
use super::repeated::remember;
use super::{Programs, Work};
use crate::call::Call;
use crate::dispatch::Answer;
use crate::error::{Error, Result};
use crate::metrics::{Event, Outcome, UNSERVED};
use crate::record::{self, Record};
use crate::rpc::{AcceptStat, AuthStat, CallError, Credential, ReplyBody, ReplyHeader};
use crate::xdr::{Decoder, EncodeError, Encoder, Mark, Sink, Source};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The procedure that does nothing, which every version has (RFC 5531 §12.1).
pub(super) const NULL: u32 = 0;

/// Who serves a call.
#[derive(Clone, Copy)]
pub(super) struct Admitted<'a> {
    pub(super) version: &'a Entry,
    /// `None` for the procedure that does nothing, if the version does not have it of its own.
    pub(super) served: Option<&'a Served>,
}

impl Programs {
    /// Answers a record, which is a call of whom `call` names: appends the reply to `out` as a record, or nothing if
    /// the record is answered later, or not at all.
    pub(crate) fn handle_record(&self, call: &mut Call, record: &Record<'_>, out: &mut Encoder) -> Handled {
        let open = record::begin(out, self.limits.reply_bytes);
        let handled = self.handle(call, record.decoder(), out, self.limits.reply_bytes);
        if handled.sent == 0 || record::finish(out, open).is_err() {
            out.truncate(open.start());
        }
        handled
    }

    /// Answers a datagram as [`Programs::handle_record`] does a record; `out` is empty.
    pub(super) fn handle_datagram(&self, call: &mut Call, datagram: &[u8], out: &mut Encoder) -> Handled {
        let handled = self.handle(call, Decoder::new(datagram), out, self.limits.datagram_reply_bytes);
        if handled.sent == 0 {
            out.clear();
        }
        handled
    }

    /// Appends the reply to `call` with what `results` appends, as a record.
    pub(super) fn answer_record(
        &self,
        call: &Call,
        out: &mut Encoder,
        results: impl FnOnce(&mut Encoder) -> Result<Answer>,
    ) -> Option<Outcome> {
        let mut outcome = None;
        self.append_record(out, |out| {
            outcome = self.answer(call, out, self.limits.reply_bytes, results);
            outcome.is_some_and(Outcome::has_reply)
        });
        outcome
    }

    /// Appends the reply to `call` with what `results` appends, as a datagram; `out` is empty.
    pub(super) fn answer_datagram(
        &self,
        call: &Call,
        out: &mut Encoder,
        results: impl FnOnce(&mut Encoder) -> Result<Answer>,
    ) -> Option<Outcome> {
        let outcome = self.answer(call, out, self.limits.datagram_reply_bytes, results);
        if !outcome.is_some_and(Outcome::has_reply) {
            out.clear();
        }
        outcome
    }

    /// Appends `reply` to `out` as a record.
    pub(super) fn refuse(&self, reply: &ReplyHeader, out: &mut Encoder) {
        self.append_record(out, |out| reply.encode(out).is_ok());
    }

    /// Has `call` carried out: decodes its arguments from `input` and appends the results to `out`.
    pub(super) fn carry_out(&self, call: &Call, input: &mut Decoder<'_>, out: &mut Encoder) -> Result<Answer> {
        let version = self.version(call.program(), call.version()).ok_or(Error::ProgramUnavailable)?;
        self.dispatch(version, call, input, out)
    }

    /// Appends a record with what `message` appends, if it says that there is one.
    #[inline]
    pub(super) fn append_record(&self, out: &mut Encoder, message: impl FnOnce(&mut Encoder) -> bool) {
        let open = record::begin(out, self.limits.reply_bytes);
        if !message(out) || record::finish(out, open).is_err() {
            out.truncate(open.start());
        }
    }

    /// Appends the reply, of at most `limit` bytes, to the message in `input`, if there is one. Never to what is no
    /// call: two servers would answer each other forever.
    fn handle(&self, call: &mut Call, input: Decoder<'_>, out: &mut Encoder, limit: usize) -> Handled {
        let mut input = input.with_limits(self.limits.decode);
        let (received, before) = (input.remaining(), out.len());
        self.show_received(call, input.rest());
        if let Err(error) = call.begin_or_resume(&mut input) {
            return self.refuse_header(call, &error, received, out, limit);
        }
        let outcome = match self.answer_call(call, &mut input, out, limit) {
            Ok(outcome) => outcome,
            Err((event, sent)) => return Handled::not_carried_out(event, received, sent),
        };
        call.end();
        let sent = if outcome.is_some_and(Outcome::has_reply) { out.len().saturating_sub(before) } else { 0 };
        Handled::carried_out(call.row(), outcome, received, sent)
    }

    /// As [`Programs::answer`]; but a call that has come before is not carried out: what happened instead, and the bytes of
    /// the reply.
    fn answer_call(
        &self,
        call: &mut Call,
        input: &mut Decoder<'_>,
        out: &mut Encoder,
        limit: usize,
    ) -> Result<Option<Outcome>, (Event, usize)> {
        let admitted = self.admit(call);
        call.set_admitted(false);
        match &admitted {
            Ok(admitted) => self.set_route(call, admitted),
            Err(_) => call.set_route(None, false),
        }
        call.begin_trace();
        if let Ok(Admitted { served: Some(Served { at_most_once: true, .. }), .. }) = admitted
            && let Some((event, sent)) = self.repeat(call, input.rest(), out, limit)
        {
            call.trace().finish(event.label());
            call.end();
            return Err((event, sent));
        }
        Ok(self.answer(call, out, limit, |out| match admitted? {
            Admitted { served: None, .. } => Ok(Answer::Results),
            Admitted { served: Some(served), .. } if served.on_pool && hand_over(call, input)? => Ok(Answer::Deferred),
            Admitted { version, served: Some(served) } if served.on_pool_if => self.try_here(version, call, input, out),
            Admitted { version, .. } => self.dispatch(version, call, input, out),
        }))
    }

    /// Carries `call` out here, or has it carried out on another thread if its handler would have to wait.
    fn try_here(&self, version: &Entry, call: &Call, input: &mut Decoder<'_>, out: &mut Encoder) -> Result<Answer> {
        let arguments = input.remaining();
        let answer = self.dispatch(version, call, input, out);
        input.rewind(arguments);
        or_there(version, call, input, answer)
    }

    /// Appends the reply to a message that is no acceptable call, if there is one.
    #[cold]
    fn refuse_header(
        &self,
        call: &Call,
        error: &CallError,
        received: usize,
        out: &mut Encoder,
        limit: usize,
    ) -> Handled {
        let start = out.begin(limit);
        let is_answered = error.reply().is_some_and(|reply| reply.encode(out).is_ok());
        if is_answered {
            self.show_sent(call, out, start);
        }
        let sent = if is_answered { out.since(start) } else { 0 };
        Handled::not_carried_out(refusal(error), received, sent)
    }

    /// Which version serves `call`, and its procedure. The order of the checks is that of RFC 5531 §9: a caller that is not
    /// accepted does not learn what is served.
    pub(super) fn admit(&self, call: &mut Call) -> Result<Admitted<'_>> {
        if let Err(error) = authenticate(call.credential()) {
            call.set_procedure(None, UNSERVED);
            return Err(error);
        }
        let version = self.version(call.program(), call.version());
        let served = version.and_then(|version| version.procedure(call.procedure()));
        let row = version.map_or(UNSERVED, |version| version.row(served, call.procedure()));
        call.set_procedure(served.map(|served| served.procedure), row);
        self.pass_layers(call)?;
        match version {
            Some(version) if served.is_some() || call.procedure() == NULL => Ok(Admitted { version, served }),
            Some(_) => Err(Error::ProcedureUnavailable),
            None => Err(self.unserved(call.program())),
        }
    }

    fn dispatch(&self, version: &Entry, call: &Call, input: &mut Decoder<'_>, out: &mut Encoder) -> Result<Answer> {
        let answer = call.trace().within(|| guarded(|| version.dispatch.dispatch(call, input, out)));
        self.rightly(call, answer)
    }

    /// The answer to a call that was carried out, from whoever has the right to give it.
    pub(super) fn rightly(&self, call: &Call, answer: Result<Answer>) -> Result<Answer> {
        if call.is_taken() {
            // Whoever has the right to answer it does, however its handler ended.
            if let Err(error) = answer {
                self.tell(call, &error);
            }
            return Ok(Answer::Deferred);
        }
        if let Ok(Answer::Deferred) = answer { Err(Error::Unanswered) } else { answer }
    }

    /// Appends the reply of at most `limit` bytes to `call`: what `results` appends, or the error it returns. What the
    /// call came to, if it is answered now; what was appended is of no use if that [has no reply](Outcome::has_reply).
    pub(super) fn answer(
        &self,
        call: &Call,
        out: &mut Encoder,
        limit: usize,
        results: impl FnOnce(&mut Encoder) -> Result<Answer>,
    ) -> Option<Outcome> {
        let start = out.begin(limit);
        let outcome = self.append_reply(call, out, start, limit, results);
        if call.memo().is_some() {
            remember(call, out, start, outcome);
        }
        if let Some(outcome) = outcome {
            call.trace().finish(outcome.label());
        }
        if outcome.is_some_and(Outcome::has_reply) {
            self.show_sent(call, out, start);
        }
        outcome
    }

    fn append_reply(
        &self,
        call: &Call,
        out: &mut Encoder,
        start: Mark,
        limit: usize,
        results: impl FnOnce(&mut Encoder) -> Result<Answer>,
    ) -> Option<Outcome> {
        let answer = match out.put(ReplyHeader::success(call.xid())) {
            Ok(()) => results(out),
            Err(error) => Err(error.into()),
        };
        match answer {
            Ok(Answer::Results) if out.since(start) <= limit => Some(Outcome::Success),
            Ok(Answer::Results) => self.append_error(call, out, start, &EncodeError::TooLarge { limit }.into()),
            // Somebody else answers it.
            Ok(Answer::Deferred | Answer::Silent) if call.is_taken() => None,
            Ok(Answer::Deferred | Answer::Silent) => Some(Outcome::Silent),
            Err(error) => self.append_error(call, out, start, &error),
        }
    }

    /// Appends what `call` is answered because of `error`, in place of what was appended since `start`.
    #[cold]
    fn append_error(&self, call: &Call, out: &mut Encoder, start: Mark, error: &Error) -> Option<Outcome> {
        let reply = ReplyHeader { xid: call.xid(), body: error.reply() };
        self.tell_if_failed(call, error);
        out.truncate(start);
        Some(if reply.encode(out).is_ok() { Outcome::of(&reply.body) } else { Outcome::Silent })
    }

    /// [Tells](Self::tell) of an error that the caller learns nothing of but `SYSTEM_ERR`.
    pub(super) fn tell_if_failed(&self, call: &Call, error: &Error) {
        if error.reply() == ReplyBody::accepted(AcceptStat::SystemError) {
            self.tell(call, error);
        }
    }

    /// Tells the owner of the server why a call failed; a panic of his own is no reason to fail others.
    #[cold]
    fn tell(&self, call: &Call, error: &Error) {
        if let Some(on_error) = &self.on_error {
            let _ = catch_unwind(AssertUnwindSafe(|| on_error(call, error)));
        }
    }
}

/// What carrying `call` out here has come to; if its handler would have to wait, and may do so on another thread, it is
/// carried out there.
#[inline(never)]
pub(super) fn or_there(
    version: &Entry,
    call: &Call,
    arguments: &mut Decoder<'_>,
    answer: Result<Answer>,
) -> Result<Answer> {
    let may_go = || version.procedure(call.procedure()).is_some_and(|served| served.on_pool_if);
    match answer {
        Err(Error::WouldWait) if may_go() && hand_over(call, arguments)? => Ok(Answer::Deferred),
        answer => answer,
    }
}

/// Has `call` carried out on another thread, where its origin knows one; whether that is so.
#[inline(never)]
fn hand_over(call: &Call, input: &mut Decoder<'_>) -> Result<bool> {
    let Some(origin) = call.origin() else { return Ok(false) };
    let arguments = input.take_bytes(input.remaining(), 0)?;
    let Some(work) = Work::new(call, arguments) else { return Ok(false) };
    origin.port().submit(work);
    Ok(true)
}

/// What `carry_out` returns; a panic is an error. What it leaves half done is taken back or given up.
#[inline]
pub(super) fn guarded<T>(carry_out: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(carry_out)).unwrap_or_else(|panic| Err(panicked(panic)))
}

#[cold]
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Error {
    let text = panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
    Error::Panicked { message: text.unwrap_or("not with text").to_owned() }
}

/// Whether the flavor is served: `AUTH_NONE` and `AUTH_SYS` are. No verifier goes with them, and what C callers may
/// send as one is not looked at.
pub(super) fn authenticate(credential: &Credential) -> Result<()> {
    match credential {
        Credential::None | Credential::Sys(_) => Ok(()),
        Credential::Other { .. } => Err(Error::Auth(AuthStat::RejectedCredential)),
    }
}
