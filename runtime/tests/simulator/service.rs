//! What is called: a program whose answers carry what was asked.

use crate::back::Back;
use crate::desk::Desk;
use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::plan::CallerPlan;
use oncrpc::codegen::{Answer, Dispatch, Procedure, argument, procedure_unavailable, reply, results};
use oncrpc::rpc::AuthStat;
use oncrpc::session::Results;
use oncrpc::session::server::Programs;
use oncrpc::xdr::{DecodeError, DecodeLimits, Decoder, EncodeError, Encoder, Opaque, Sink, Source, Xdr};
use oncrpc::{Bytes, Call, Error, Peer, Result, Transport};
use std::fmt;
use std::sync::{Arc, LazyLock};

pub(crate) const PROGRAM: u32 = 0x2000_0097;
pub(crate) const VERSION: u32 = 3;
/// What callers serve.
pub(crate) const BACK_PROGRAM: u32 = 0x2000_0098;

pub(crate) type Payload = Opaque<{ u32::MAX }>;
type ShortPayload = Opaque<SHORT>;

const SHORT: u32 = 40;
/// More than the procedure's arguments and what is granted beyond them.
const OVERLONG: usize = 1_200;
/// Bytes of a reply over a stream. A few more are too many.
pub(crate) const REPLY_BYTES: usize = 210_000;
pub(crate) const DATAGRAM_REPLY_BYTES: usize = 8_800;

/// Payloads are parts of it.
static PATTERN: LazyLock<Bytes> = LazyLock::new(|| (0..250_000_usize).map(|at| (at * 7 + at / 256) as u8).collect());

/// What a caller asks for.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) kind: Kind,
    payload: Bytes,
}

impl fmt::Debug for Ask {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} of {} bytes", self.kind, self.payload.len())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Null,
    /// Idempotent: the payload comes back.
    Echo,
    /// As `Echo`, but with an effect that there must be once.
    Bump,
    /// As `Echo`, with a small bound.
    Short,
    /// Arguments beyond that bound, which are refused before all of them have come.
    Overlong,
    /// A refusal.
    Refuse(u8),
    /// Results that are too large.
    Huge,
    /// No reply, and nobody waits for one.
    Silent,
    /// A procedure that there is not.
    Unknown,
    /// Answered later by whoever has kept the reply.
    Later(Fate),
    /// As `Echo`, on another thread.
    Pool,
    /// Both.
    PoolLater(Fate),
    /// Answered when the caller has answered a call of the server.
    Back,
    /// Refused by a layer.
    Barred,
}

/// What becomes of a reply that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    Answered,
    Refused(u8),
    Failed,
    Dropped,
    /// Answered when hardly anybody still waits.
    Slow,
}

impl Fate {
    fn new(slow: bool, dice: &mut Dice) -> Self {
        match dice.below(8) {
            0 => Self::Refused(dice.below(7) as u8),
            1 => Self::Failed,
            2 => Self::Dropped,
            3 if slow => Self::Slow,
            _ => Self::Answered,
        }
    }

    fn error(self) -> Option<Error> {
        match self {
            Self::Answered | Self::Slow => None,
            Self::Refused(kind) => Some(refusal(kind)),
            Self::Failed | Self::Dropped => Some(Error::SystemError),
        }
    }
}

/// The results of a call: they carry what was asked.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    pub(crate) call: u32,
    pub(crate) procedure: u32,
    pub(crate) payload: Bytes,
}

impl Xdr for Answered {
    type Value = Self;
    const MIN: usize = 12;
    const MAX: usize = usize::MAX;

    fn encode(value: &Self, out: &mut impl Sink) -> Result<(), EncodeError> {
        u32::encode(&value.call, out)?;
        u32::encode(&value.procedure, out)?;
        Payload::encode(&value.payload, out)
    }

    fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        let (call, procedure) = (u32::decode(input)?, u32::decode(input)?);
        Ok(Self { call, procedure, payload: Payload::decode(input)? })
    }
}

impl Ask {
    /// Something that such a caller may ask for.
    pub(crate) fn new(caller: &CallerPlan, dice: &mut Dice) -> Self {
        let kind = match dice.below(30) {
            0 => Kind::Null,
            1 | 2 => Kind::Short,
            3 if caller.largest >= 400 => Kind::Overlong,
            4 | 5 => Kind::Refuse(dice.below(7) as u8),
            6 => Kind::Huge,
            7 if caller.may_be_silent() => Kind::Silent,
            8 => Kind::Unknown,
            9..12 => Kind::Bump,
            12..16 => Kind::Later(Fate::new(caller.slow, dice)),
            16 | 17 => Kind::Pool,
            18 => Kind::PoolLater(Fate::new(caller.slow, dice)),
            19 | 20 if caller.may_be_silent() => Kind::Back,
            21 => Kind::Barred,
            _ => Kind::Echo,
        };
        let length = match kind {
            Kind::Short => dice.below(SHORT as usize + 1),
            Kind::Overlong => OVERLONG,
            Kind::Null | Kind::Refuse(_) | Kind::Huge | Kind::Unknown => dice.below(5),
            _ => dice.below(caller.largest + 1),
        };
        let first = dice.below(256);
        Self { kind, payload: PATTERN.slice(first..first + length) }
    }

    pub(crate) fn procedure(&self) -> u32 {
        match self.kind {
            Kind::Null => 0,
            Kind::Echo => 1,
            Kind::Bump => 2,
            Kind::Short | Kind::Overlong => 3,
            Kind::Refuse(_) => 4,
            Kind::Huge => 5,
            Kind::Silent => 6,
            Kind::Later(_) => 7,
            Kind::Pool => 8,
            Kind::PoolLater(_) => 9,
            Kind::Back => 10,
            Kind::Barred => BARRED,
            Kind::Unknown => 99,
        }
    }

    pub(crate) fn encode(&self, call: usize, out: &mut Encoder) -> Result<(), EncodeError> {
        u32::encode(&(call as u32), out)?;
        Payload::encode(&self.payload, out)
    }

    /// What is left of an outcome that is not what was asked for.
    pub(crate) fn judge(&self, call: usize, outcome: Result<Results>) -> Result<()> {
        let expected = match self.kind {
            Kind::Refuse(kind) => Some(refusal(kind)),
            Kind::Overlong => Some(Error::GarbageArguments),
            Kind::Huge => Some(Error::SystemError),
            Kind::Unknown => Some(Error::ProcedureUnavailable),
            Kind::Barred => Some(barred()),
            Kind::Later(fate) | Kind::PoolLater(fate) => fate.error(),
            _ => None,
        };
        match (outcome, expected) {
            (Err(error), Some(expected)) if error.to_string() == expected.to_string() => Ok(()),
            (Err(error), _) => Err(error),
            (Ok(results), Some(_)) => panic!("call {call} was not refused: {results:?}"),
            (Ok(results), None) => {
                self.check(call, &mut results.decoder(DecodeLimits::DEFAULT));
                Ok(())
            }
        }
    }

    /// Results that somebody else asked for are the worst of all faults.
    fn check(&self, call: usize, input: &mut Decoder<'_>) {
        if self.kind != Kind::Null {
            let answered = Answered::decode(input).unwrap();
            let is_own = (answered.call, answered.procedure) == (call as u32, self.procedure());
            assert!(is_own && answered.payload == self.payload, "call {call} has results of another: {answered:?}");
        }
        assert_eq!(input.remaining(), 0, "bytes behind the results of call {call}");
    }

    /// Whether the service sees it.
    pub(crate) fn is_carried_out(&self) -> bool {
        !matches!(self.kind, Kind::Null | Kind::Overlong | Kind::Unknown | Kind::Barred)
    }

    pub(crate) fn is_at_most_once(&self) -> bool {
        matches!(self.kind, Kind::Bump | Kind::Later(_) | Kind::Pool)
    }

    pub(crate) fn is_never_answered(&self) -> bool {
        self.kind == Kind::Silent
    }
}

/// What the layers refuse.
const BARRED: u32 = 11;

fn barred() -> Error {
    Error::Auth(AuthStat::Other(77))
}

/// What the layers leave with each call.
struct Seal(u32, Peer);

/// Calls that are barred are refused, all others get a seal.
pub(crate) fn add_layers(programs: &mut Programs) {
    programs.add_layer(|call| if call.procedure() == BARRED { Err(barred()) } else { Ok(()) });
    programs.add_layer(|call| {
        assert_ne!(call.procedure(), BARRED, "a layer is passed by what was refused before it");
        let seal = Seal(call.xid(), *call.peer());
        assert!(call.extensions().get::<Seal>().is_none(), "it has the seal of a former call");
        call.extensions_mut().insert(seal);
        Ok(())
    });
}

pub(crate) fn refusal(kind: u8) -> Error {
    match kind {
        0 => Error::ProgramUnavailable,
        1 => Error::ProgramMismatch { low: 7, high: 9 },
        2 => Error::ProcedureUnavailable,
        3 => Error::GarbageArguments,
        4 => Error::SystemError,
        5 => Error::RpcMismatch { low: 3, high: 4 },
        _ => Error::Auth(AuthStat::TooWeak),
    }
}

const fn procedure(number: u32) -> Procedure {
    Procedure::new(PROGRAM, VERSION, number, "A_PROCEDURE")
}

/// What other threads carry out.
pub(crate) const ON_POOL: [Procedure; 2] = [procedure(8), procedure(9)];

/// Carries calls out for one of the servers that there are one after the other.
pub(crate) struct Service {
    pub(crate) ledger: Ledger,
    pub(crate) desk: Arc<Desk>,
    pub(crate) incarnation: u32,
}

impl Dispatch for Service {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        VERSION
    }

    fn procedures(&self) -> &'static [Procedure] {
        const {
            &[
                procedure(1).idempotent(),
                procedure(2).at_most_once(),
                procedure(3).largest_arguments(8 + SHORT as usize),
                procedure(4),
                procedure(5),
                procedure(6),
                procedure(7).at_most_once(),
                procedure(8).at_most_once(),
                procedure(9),
                procedure(10),
                procedure(BARRED),
            ]
        }
    }

    fn dispatch(&self, call: &Call, input: &mut Decoder<'_>, out: &mut Encoder) -> Result<Answer> {
        let is_sealed =
            call.extensions().get().is_some_and(|Seal(xid, peer)| (*xid, peer) == (call.xid(), call.peer()));
        assert!(is_sealed, "the layers have not seen the call");
        let number = argument::<u32>(input)?;
        let payload = match call.procedure() {
            3 => argument::<ShortPayload>(input)?,
            _ => argument::<Payload>(input)?,
        };
        let ask = self.ledger.ask(number as usize);
        assert!(ask.payload == payload && ask.procedure() == call.procedure(), "the arguments of call {number}");
        self.ledger.carry_out(number as usize, self.incarnation);
        let mut answered = Answered { call: number, procedure: call.procedure(), payload };
        match ask.kind {
            Kind::Echo | Kind::Bump | Kind::Short | Kind::Pool => results::<Answered>(&answered, out),
            Kind::Refuse(kind) => Err(refusal(kind)),
            Kind::Huge => {
                let limit = if call.transport() == Transport::Udp { DATAGRAM_REPLY_BYTES } else { REPLY_BYTES };
                answered.payload = PATTERN.slice(..limit);
                results::<Answered>(&answered, out)
            }
            // What stands in the output is of no use to anybody.
            Kind::Silent => results::<Answered>(&answered, out).map(|_| Answer::Silent),
            Kind::Later(fate) | Kind::PoolLater(fate) => {
                self.desk.keep(reply::<Answered>(call), answered, fate);
                Ok(Answer::Deferred)
            }
            Kind::Back => {
                self.desk.keep_back(Back::start(call, answered)?);
                Ok(Answer::Deferred)
            }
            _ => Err(procedure_unavailable()),
        }
    }
}
