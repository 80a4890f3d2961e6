use crate::error::{Error, Result};
use crate::rpcbind::{Registration, Rpcbind};
use socket2::Socket;
use std::fmt;
use std::io::Read;
use std::net::Shutdown;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The time between two looks whether rpcbind is there again, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Keeps registrations with rpcbind, which forgets them when it restarts, until this is dropped.
///
/// A thread holds a connection over which nothing is sent. It ends when rpcbind does, or when rpcbind closes idle ones:
/// what is missing then is registered again.
pub(super) struct Keeper {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    locate: Box<dyn Fn() -> Result<Rpcbind> + Send + Sync>,
    registrations: Vec<Registration>,
    state: Mutex<State>,
    stopped: Condvar,
}

#[derive(Default)]
struct State {
    stopped: bool,
    /// The connection that the thread reads from.
    watched: Option<Socket>,
}

impl Keeper {
    /// Registers with the rpcbind that `locate` finds. If one is refused, none stays registered.
    pub(super) fn new(
        locate: impl Fn() -> Result<Rpcbind> + Send + Sync + 'static,
        registrations: Vec<Registration>,
    ) -> Result<Self> {
        let rpcbind = locate()?;
        for (done, registration) in registrations.iter().enumerate() {
            if let Err(error) = rpcbind.register(registration) {
                unset(&rpcbind, registrations.get(..done).unwrap_or_default());
                return Err(error);
            }
        }
        let state = Mutex::default();
        let shared = Arc::new(Shared { locate: Box::new(locate), registrations, state, stopped: Condvar::new() });
        let keep = Arc::clone(&shared);
        let thread = thread::Builder::new().name("oncrpc-rpcbind".to_owned()).spawn(move || keep.run());
        match thread {
            Ok(thread) => Ok(Self { shared, thread: Some(thread) }),
            Err(source) => {
                unset(&rpcbind, &shared.registrations);
                Err(Error::Connect { address: "the local rpcbind".to_owned(), source: Arc::new(source) })
            }
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.shared.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        // If rpcbind is gone, the registrations are, too.
        if let Ok(rpcbind) = (self.shared.locate)() {
            unset(&rpcbind, &self.shared.registrations);
        }
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Keeper").field("registrations", &self.shared.registrations).finish_non_exhaustive()
    }
}

impl Shared {
    fn run(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let begin = Instant::now();
            let watched = self.watch();
            // A connection that is closed at once must not make this a busy loop.
            let lasted = watched && begin.elapsed() > LONGEST_PAUSE;
            pause = if lasted { FIRST_PAUSE } else { pause };
            if self.wait(pause) {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Registers what is missing and waits until rpcbind closes the connection. False if it is not there.
    fn watch(&self) -> bool {
        let Ok(rpcbind) = (self.locate)() else { return false };
        // Before it is looked at what is registered: the end of the one that is asked is not missed.
        let Ok(mut socket) = rpcbind.open() else { return false };
        if self.restore(&rpcbind).is_err() {
            return false;
        }
        drop(rpcbind);
        let Ok(watched) = socket.try_clone() else { return false };
        {
            let mut state = self.lock();
            if state.stopped {
                return true;
            }
            state.watched = Some(watched);
        }
        let mut byte = [0];
        while matches!(socket.read(&mut byte), Ok(1..)) {}
        self.lock().watched = None;
        true
    }

    fn restore(&self, rpcbind: &Rpcbind) -> Result<()> {
        let there = rpcbind.registrations()?;
        let same = |left: &Registration, right: &Registration| {
            (left.program, left.version, &left.netid, &left.address)
                == (right.program, right.version, &right.netid, &right.address)
        };
        let missing = self.registrations.iter().filter(|wanted| !there.iter().any(|it| same(it, wanted)));
        missing.into_iter().try_for_each(|registration| rpcbind.register(registration))
    }

    /// Waits for `pause` or until it is stopped; whether it is.
    fn wait(&self, pause: Duration) -> bool {
        let waited = self.stopped.wait_timeout_while(self.lock(), pause, |state| !state.stopped);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.stopped
    }

    fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        if let Some(watched) = state.watched.take() {
            // It fails if rpcbind has closed the connection, which is as well.
            let _ = watched.shutdown(Shutdown::Both);
        }
        self.stopped.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What rpcbind no longer has need not be taken back.
fn unset(rpcbind: &Rpcbind, registrations: &[Registration]) {
    registrations.iter().for_each(|registration| drop(rpcbind.unset(registration)));
}
