//! What a seed makes happen.

use crate::dice::Dice;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Who calls whom over what, and what goes wrong. Every kind of fault is there or not by itself, so that they stack.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) callers: Vec<CallerPlan>,
    /// Microseconds that bytes are on their way.
    pub(crate) delay: RangeInclusive<u64>,
    pub(crate) pieces: Pieces,
    /// Bytes of a stream that are under way at most: beyond them a write takes nothing.
    pub(crate) capacity: usize,
    /// Bytes of one read.
    pub(crate) read: usize,
    /// Bytes of replies beyond which the server reads no more calls of a connection.
    pub(crate) output_bytes: usize,
    /// Calls that are answered later: of a connection, and in all.
    pub(crate) in_flight: (usize, usize),
    /// Whether handlers may take long.
    pub(crate) slow: bool,
    /// Percent of the calls behind whose replies something comes that is no reply.
    pub(crate) stray: u32,
    /// Percent of the datagrams that are lost, and of those that come twice.
    pub(crate) lost: u32,
    pub(crate) doubled: u32,
    /// Percent of the calls that are given up.
    pub(crate) given_up: u32,
    /// Percent of the replies that nobody looks at when they come.
    pub(crate) looked_at_late: u32,
    /// How many of each there are in the run.
    pub(crate) strikes: Vec<Strike>,
}

#[derive(Clone, Debug)]
pub(crate) struct CallerPlan {
    pub(crate) kind: CallerKind,
    pub(crate) calls: u32,
    /// Microseconds between two calls.
    pub(crate) pause: RangeInclusive<u64>,
    /// One of them for each call.
    pub(crate) timeouts: [Duration; 2],
    /// Bytes of arguments.
    pub(crate) largest: usize,
    pub(crate) first_xid: u32,
    /// Whether handlers may take long.
    pub(crate) slow: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallerKind {
    /// Over a stream; calls fail with the connection.
    Stream,
    /// Over a stream; calls that may be repeated go out again over the next connection.
    RepeatingStream,
    Datagrams,
}

/// How a stream is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pieces {
    Whole,
    Random,
    Bytes,
}

/// What hits a connection, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Strike {
    /// One direction stands still for some time.
    Stall,
    Reset,
    /// The caller sends no more over this connection, and still reads.
    HalfClose,
    /// The server is gone for a moment, and so is all that it knew.
    Restart,
    /// Nothing runs for a long time: the machine slept.
    Jump,
}

/// No call of an undisturbed caller may take that long.
pub(crate) const PATIENT: Duration = Duration::from_secs(60);

/// The pause before a datagram is sent again the first time; it doubles.
pub(crate) const RESEND: Duration = Duration::from_millis(500);

/// How often a datagram is sent within that time: as many losses are an excuse.
pub(crate) const ATTEMPTS: u32 = 7;

impl Plan {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let pieces =
            dice.pick(&[Pieces::Whole, Pieces::Whole, Pieces::Random, Pieces::Random, Pieces::Random, Pieces::Bytes]);
        let largest = match pieces {
            Pieces::Bytes => dice.pick(&[16, 64, 400]),
            _ => dice.pick(&[16, 64, 64, 400, 400, 3_000, 3_000, 3_000, 200_000]),
        };
        let slow = dice.percent(15);
        let mut callers: Vec<_> = (0..1 + dice.below(3)).map(|_| CallerPlan::new(largest, slow, dice)).collect();
        if dice.percent(50) {
            // Numbers alone do not tell their calls apart.
            let first_xid = callers[0].first_xid;
            callers.iter_mut().for_each(|caller| caller.first_xid = first_xid);
        }
        let mut sometimes = |percent: u32| if dice.percent(40) { percent } else { 0 };
        let (lost, doubled, stray) = (sometimes(30), sometimes(30), sometimes(20));
        let (given_up, looked_at_late) = (sometimes(10), sometimes(30));
        Self {
            callers,
            delay: dice.pick(&[0..=0, 1..=500, 50..=20_000, 10_000..=200_000]),
            pieces,
            // At the slowest, all calls together still take less time than a patient caller has.
            capacity: match largest {
                0..=400 => dice.pick(&[50, 2_000, 70_000]),
                401..=10_000 => dice.pick(&[3_000, 70_000]),
                _ => 150_000,
            },
            read: if largest > 10_000 { 50_000 } else { dice.pick(&[7, 300, 70_000]) },
            output_bytes: dice.pick(&[1, 500, 1 << 20]),
            in_flight: dice.pick(&[(1, 2), (2, 1_024), (64, 5), (64, 1_024)]),
            slow,
            stray,
            lost,
            doubled,
            given_up,
            looked_at_late,
            strikes: strikes(dice),
        }
    }
}

fn strikes(dice: &mut Dice) -> Vec<Strike> {
    let mut strikes = Vec::new();
    for (strike, percent) in
        [(Strike::Stall, 25), (Strike::Reset, 25), (Strike::HalfClose, 25), (Strike::Restart, 15), (Strike::Jump, 8)]
    {
        if dice.percent(percent) {
            strikes.extend((0..=dice.below(3)).map(|_| strike));
        }
    }
    strikes
}

impl CallerPlan {
    fn new(largest: usize, slow: bool, dice: &mut Dice) -> Self {
        let kind = dice.pick(&[CallerKind::Stream, CallerKind::RepeatingStream, CallerKind::Datagrams]);
        let mut timeout =
            || dice.pick(&[Duration::from_millis(30), Duration::from_secs(2), PATIENT, PATIENT, 3 * PATIENT]);
        Self {
            kind,
            timeouts: [timeout(), timeout()],
            calls: 1 + dice.below(if largest > 10_000 { 4 } else { 16 }) as u32,
            pause: dice.pick(&[0..=0, 1..=2_000, 1_000..=400_000]),
            largest: if kind == CallerKind::Datagrams { largest.min(8_000) } else { largest },
            // The numbers begin again within the run.
            first_xid: if dice.percent(50) { u32::MAX - dice.below(8) as u32 } else { dice.below(1 << 32) as u32 },
            slow,
        }
    }

    /// Whether calls may be sent more than once.
    pub(crate) fn repeats(&self) -> bool {
        self.kind != CallerKind::Stream
    }

    pub(crate) fn may_be_silent(&self) -> bool {
        self.kind != CallerKind::Datagrams
    }
}
