//! Measuring: a warm-up of a tenth of the time, then the time.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// Calls of which a median is taken in a run of a second or more, even if that takes up to three times as long.
const CALLS: f64 = 20_000.0;

/// How long to measure: `0.5`, in seconds, or `calls:1024`.
#[derive(Clone, Copy, Debug)]
pub enum Time {
    Seconds(f64),
    /// Without a warm-up, for one who counts what so many calls take.
    Calls(usize),
}

/// Takes the time of each call.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    end: Instant,
    /// When it is enough even with fewer laps; never if there is none.
    late: Option<Instant>,
    least: usize,
    last: Option<Instant>,
    nanoseconds: Vec<u64>,
}

/// What is printed for the one who started the driver.
#[derive(Clone, Copy, Debug)]
pub struct Figure(pub f64);

impl Time {
    pub fn warm_up(self) -> Duration {
        self.measured() / 10
    }

    /// Whether so many calls in so much time are enough.
    pub fn is_over(self, calls: usize, elapsed: Duration) -> bool {
        match self {
            Self::Seconds(_) => elapsed >= self.measured(),
            Self::Calls(most) => calls >= most,
        }
    }

    /// The median time of `call` in microseconds.
    pub fn latency<E>(self, mut call: impl FnMut() -> Result<(), E>) -> Result<Figure, E> {
        let mut clock = self.clock();
        while clock.lap() {
            call()?;
        }
        Ok(clock.median())
    }

    /// Measures laps, from the one that follows the warm-up.
    pub fn clock(self) -> Clock {
        let start = Instant::now() + self.warm_up();
        let end = start + self.measured();
        let (least, late) = match self {
            Self::Seconds(seconds) => ((CALLS * seconds.min(1.0)) as usize, Some(end + 2 * self.measured())),
            Self::Calls(calls) => (calls, None),
        };
        Clock { start, end, late, least, last: None, nanoseconds: Vec::with_capacity(1 << 20) }
    }

    /// What `round` counts, by the second.
    pub fn rate<E>(self, mut round: impl FnMut() -> Result<usize, E>) -> Result<Figure, E> {
        let begin = Instant::now();
        while begin.elapsed() < self.warm_up() {
            round()?;
        }
        let begin = Instant::now();
        let mut count = 0;
        loop {
            count += round()?;
            let elapsed = begin.elapsed();
            if self.is_over(count, elapsed) {
                return Ok(Figure(count as f64 / elapsed.as_secs_f64()));
            }
        }
    }

    fn measured(self) -> Duration {
        match self {
            Self::Seconds(seconds) => Duration::from_secs_f64(seconds),
            Self::Calls(_) => Duration::ZERO,
        }
    }
}

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = match text.strip_prefix("calls:") {
            Some(calls) => calls.parse().ok().map(Self::Calls),
            None => text.parse().ok().map(Self::Seconds),
        };
        parsed.ok_or_else(|| format!("{text} is no time"))
    }
}

impl Clock {
    /// To be called before each lap; `false` when it is enough.
    pub fn lap(&mut self) -> bool {
        let now = Instant::now();
        if let Some(last) = self.last.filter(|&last| last >= self.start) {
            self.nanoseconds.push(now.duration_since(last).as_nanos() as u64);
        }
        self.last = Some(now);
        now < self.end || (self.nanoseconds.len() < self.least && self.late.is_none_or(|late| now < late))
    }

    /// Of the laps so far, in microseconds.
    pub fn median(mut self) -> Figure {
        self.nanoseconds.sort_unstable();
        let middle = self.nanoseconds.get(self.nanoseconds.len() / 2);
        Figure(middle.map_or(0.0, |&time| time as f64 / 1_000.0))
    }
}

impl Time {
    /// How often all of `calls` are made by the second, each again and again by a thread of its own. Only for a time in
    /// seconds.
    pub fn threads<C, E>(self, calls: impl IntoIterator<Item = C>) -> Result<Figure, E>
    where
        C: FnMut() -> Result<(), E> + Send,
        E: Send,
    {
        let (count, over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let repeat = |mut call: C| {
            while !over.load(Relaxed) {
                call()?;
                count.fetch_add(1, Relaxed);
            }
            Ok::<(), E>(())
        };
        thread::scope(|scope| {
            let threads: Vec<_> = calls.into_iter().map(|call| scope.spawn(|| repeat(call))).collect();
            thread::sleep(self.warm_up());
            let (begin, before) = (Instant::now(), count.load(Relaxed));
            thread::sleep(self.measured());
            let calls = count.load(Relaxed) - before;
            let rate = calls as f64 / begin.elapsed().as_secs_f64();
            over.store(true, Relaxed);
            threads.into_iter().try_for_each(|thread| thread.join().expect("a driver does not panic"))?;
            Ok(Figure(rate))
        })
    }
}

impl Figure {
    /// Megabytes from bytes.
    pub fn mega(self) -> Self {
        Self(self.0 / 1e6)
    }

    pub fn print(self) {
        println!("figure {}", self.0);
    }
}
