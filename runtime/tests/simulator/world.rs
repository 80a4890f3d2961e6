//! Callers, a server, what lies between them and what happens to it.

use crate::caller::Caller;
use crate::host::Host;
use crate::ledger::Ledger;
use crate::line::Line;
use crate::plan::Strike;
use crate::stage::{Event, Stage, Tally};
use std::time::Duration;

/// The pause before a caller that found nobody connects again.
const PAUSE: Duration = Duration::from_millis(200);

struct World {
    stage: Stage,
    ledger: Ledger,
    lines: Vec<Line>,
    callers: Vec<Caller>,
    host: Host,
}

/// Plays what a seed makes happen, until nothing happens any more. Panics at the first rule that is broken. Returns what
/// happened how often, and a number that differs if anything does.
pub(crate) fn play(seed: u64, traced: bool) -> (Tally, u64) {
    let mut stage = Stage::new(seed, traced);
    let ledger = Ledger::default();
    let plans = stage.plan.callers.clone().into_iter().enumerate();
    let callers = plans.map(|(number, plan)| Caller::new(number, plan, ledger.clone(), &mut stage)).collect();
    let host = Host::new(ledger.clone(), &stage);
    schedule_strikes(&mut stage);
    let mut world = World { stage, ledger, lines: Vec::new(), callers, host };
    while let Some(event) = world.stage.next() {
        world.host.set_now(&world.stage);
        world.handle(event);
        world.host.schedule_tasks(&mut world.stage);
    }
    world.ledger.check(world.stage.plan.slow);
    world.host.check();
    world.callers.iter_mut().for_each(|caller| caller.check(&world.stage));
    let history = world.stage.history();
    (world.stage.tally, history)
}

/// Most of them early, while there are calls.
fn schedule_strikes(stage: &mut Stage) {
    for number in 0..stage.plan.strikes.len() {
        let most = stage.dice.pick(&[10_000, 500_000, 5_000_000]);
        let after = Duration::from_micros(stage.dice.within(0..=most));
        stage.after(after, Event::Strike { number });
    }
}

impl World {
    fn handle(&mut self, event: Event) {
        let Self { stage, lines, callers, host, .. } = self;
        match event {
            Event::Begin { caller } => callers[caller].begin(lines, stage),
            Event::Connect { caller } => self.connect(caller),
            Event::Look { caller, xid, call } => {
                callers[caller].look(xid, call, stage);
                callers[caller].pump(lines, stage);
            }
            Event::GiveUp { caller, xid, call } => {
                callers[caller].give_up(xid, call, stage);
                callers[caller].pump(lines, stage);
            }
            Event::Resend { caller } => callers[caller].pump(lines, stage),
            Event::Arrive { line, at_server } => {
                let caller = &mut callers[lines[line].caller];
                if at_server {
                    host.turn(line, lines, stage);
                } else {
                    caller.read(line, lines, stage);
                    // There is room again for more.
                    host.turn(line, lines, stage);
                }
                caller.pump(lines, stage);
            }
            Event::Datagram { caller, at_server, message } => {
                let call = message.first_chunk().and_then(|xid| callers[caller].call(u32::from_be_bytes(*xid)));
                if at_server {
                    host.handle_datagram(caller, call, &message, stage);
                } else {
                    callers[caller].handle_datagram(&message, stage);
                }
            }
            Event::Task { key } => host.carry_out(key, stage),
            Event::CallBack { key } => host.call_back(key, lines, stage),
            Event::Answer { caller, line, record } => callers[caller].answer(line, record, lines, stage),
            Event::Mail => {
                host.handle_mail(lines, callers, stage);
                callers.iter_mut().for_each(|caller| caller.pump(lines, stage));
            }
            Event::RecordTime { line } => host.check_record_time(line, lines, stage),
            Event::Strike { number } => self.strike(self.stage.plan.strikes[number]),
            Event::Up => host.go_up(stage),
        }
    }

    fn connect(&mut self, caller: usize) {
        if !self.host.is_up() {
            return self.stage.after(PAUSE, Event::Connect { caller });
        }
        let line = self.lines.len();
        self.lines.push(Line::new(line, caller));
        self.host.accept(line, caller);
        self.callers[caller].connected(line, &mut self.lines, &mut self.stage);
    }

    fn strike(&mut self, strike: Strike) {
        match strike {
            Strike::Restart => self.restart(),
            Strike::Jump => {
                let seconds = self.stage.dice.pick(&[1, 45, 7_200]);
                self.ledger.disturb(None);
                self.stage.jump(Duration::from_secs(seconds));
            }
            strike => self.strike_line(strike),
        }
    }

    fn restart(&mut self) {
        self.stage.note("restart");
        self.ledger.disturb(None);
        self.host.go_down();
        self.lines.iter_mut().filter(|line| !line.is_reset).for_each(|line| line.reset(&mut self.stage));
        let after = Duration::from_micros(self.stage.dice.within(0..=2_000_000));
        self.stage.after(after, Event::Up);
    }

    /// Hits a connection that somebody has at the moment.
    fn strike_line(&mut self, strike: Strike) {
        let lines: Vec<usize> = self.callers.iter().filter_map(Caller::line).collect();
        if lines.is_empty() {
            return;
        }
        let number = self.stage.dice.pick(&lines);
        let line = &mut self.lines[number];
        match strike {
            Strike::HalfClose => {
                if self.callers[line.caller].has_sent_all() {
                    self.stage.note("half-close");
                    self.ledger.half_close(line.caller);
                    line.to_server.end(&mut self.stage);
                }
            }
            Strike::Stall => {
                self.stage.note("stall");
                self.ledger.disturb(Some(line.caller));
                line.was_stalled = true;
                let until = self.stage.now + Duration::from_millis(self.stage.dice.within(1..=100_000));
                let pipe = if self.stage.dice.percent(50) { &mut line.to_server } else { &mut line.to_caller };
                pipe.stall(until, &mut self.stage);
            }
            _ => {
                self.stage.note("reset");
                self.ledger.disturb(Some(line.caller));
                line.reset(&mut self.stage);
            }
        }
    }
}
