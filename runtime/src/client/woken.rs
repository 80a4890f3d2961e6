use std::task::Waker;
use std::thread::Thread;

/// Who is to be woken.
#[derive(Debug, Default)]
pub(super) struct Woken {
    pub(super) threads: Vec<Thread>,
    tasks: Vec<Waker>,
}

impl Woken {
    #[inline]
    pub(super) fn add(&mut self, task: Option<Waker>) {
        if let Some(task) = task {
            self.tasks.push(task);
        }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.threads.is_empty() && self.tasks.is_empty()
    }

    /// To be called without the lock.
    pub(super) fn wake(self) {
        self.threads.iter().for_each(Thread::unpark);
        self.tasks.into_iter().for_each(Waker::wake);
    }
}
