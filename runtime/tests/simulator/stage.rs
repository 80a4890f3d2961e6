//! The clock, and what is to happen when.

use crate::dice::Dice;
use crate::plan::Plan;
use oncrpc::Bytes;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::{Duration, Instant};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// A caller begins its next call.
    Begin {
        caller: usize,
    },
    /// A caller connects.
    Connect {
        caller: usize,
    },
    /// Somebody who waits for a call looks for its outcome.
    Look {
        caller: usize,
        xid: u32,
        call: usize,
    },
    /// Nobody waits for a call any more.
    GiveUp {
        caller: usize,
        xid: u32,
        call: usize,
    },
    /// A call may have to be sent again.
    Resend {
        caller: usize,
    },
    /// Bytes of a stream have come to the server, or to the caller.
    Arrive {
        line: usize,
        at_server: bool,
    },
    Datagram {
        caller: usize,
        at_server: bool,
        message: Vec<u8>,
    },
    /// A reply that was kept is given, or work is done.
    Task {
        key: u64,
    },
    /// A connection may have calls to make.
    CallBack {
        key: usize,
    },
    /// A caller answers a call back that came over a connection.
    Answer {
        caller: usize,
        line: usize,
        record: Bytes,
    },
    /// The server looks at what has been answered.
    Mail,
    /// A record of a connection may have taken too long.
    RecordTime {
        line: usize,
    },
    Strike {
        number: usize,
    },
    /// The server is there again.
    Up,
}

/// What all take part in: time, chance, and what is noted of it.
pub(crate) struct Stage {
    pub(crate) now: Instant,
    pub(crate) dice: Dice,
    pub(crate) plan: Plan,
    pub(crate) tally: Tally,
    begin: Instant,
    queue: BinaryHeap<Reverse<(Instant, u64, Event)>>,
    count: u64,
    traced: bool,
    history: u64,
}

/// How often what happened.
pub(crate) type Tally = BTreeMap<&'static str, u64>;

impl Stage {
    pub(crate) fn new(seed: u64, traced: bool) -> Self {
        let mut dice = Dice::new(seed);
        let (plan, now) = (Plan::new(&mut dice), Instant::now());
        let stage = Self {
            now,
            dice,
            plan,
            tally: Tally::new(),
            begin: now,
            queue: BinaryHeap::new(),
            count: 0,
            traced,
            history: seed,
        };
        stage.trace(|| format!("seed {seed}: {:?}", stage.plan));
        stage
    }

    /// `event` happens at that time, after all that was said of the same time before.
    pub(crate) fn at(&mut self, when: Instant, event: Event) {
        self.count += 1;
        self.queue.push(Reverse((when, self.count, event)));
    }

    pub(crate) fn after(&mut self, delay: Duration, event: Event) {
        self.at(self.now + delay, event);
    }

    /// Moves the clock to the next event. What the clock has jumped over comes late, but comes.
    pub(crate) fn next(&mut self) -> Option<Event> {
        let Reverse((when, _, event)) = self.queue.pop()?;
        self.now = self.now.max(when);
        let time = self.now.duration_since(self.begin).as_micros() as u64;
        self.history = (self.history ^ time ^ (self.count << 40)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.trace(|| match &event {
            Event::Datagram { caller, at_server, message } => {
                format!("Datagram {{ caller: {caller}, at_server: {at_server} }} of {} bytes", message.len())
            }
            event => format!("{event:?}"),
        });
        Some(event)
    }

    pub(crate) fn jump(&mut self, by: Duration) {
        self.note("jump");
        self.now += by;
    }

    pub(crate) fn has_jumped(&self) -> bool {
        self.tally.contains_key("jump")
    }

    pub(crate) fn delay(&mut self) -> Duration {
        Duration::from_micros(self.dice.within(self.plan.delay.clone()))
    }

    pub(crate) fn note(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
        self.trace(|| format!("    {what}"));
    }

    pub(crate) fn trace(&self, text: impl FnOnce() -> String) {
        if self.traced {
            eprintln!("{:>14.6} {}", self.now.duration_since(self.begin).as_secs_f64(), text());
        }
    }

    /// The same for as many events at the same times.
    pub(crate) fn history(&self) -> u64 {
        self.history
    }
}
