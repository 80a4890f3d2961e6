//! The core channel: each call goes to the desk, with what it is to do there.

use super::bench::Bench;
use super::desk::Message;
use super::job::{Attempt, Job, Lock, Outcome, Terms, milliseconds};
use super::{LONGEST_WAIT, MOST_WRITTEN};
use crate::idl::{
    CreateLinkParms, CreateLinkResp, DeviceAddrFamily, DeviceDocmdParms, DeviceDocmdResp, DeviceEnableSrqParms,
    DeviceError, DeviceErrorCode as Code, DeviceGenericParms, DeviceLink, DeviceLockParms, DeviceReadParms,
    DeviceReadResp, DeviceReadStbResp, DeviceRemoteFunc, DeviceWriteParms, DeviceWriteResp, device_core_version,
    device_intr_version,
};
use oncrpc::{Call, Reply};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::task::Poll;

pub(super) struct CoreChannel {
    desk: Sender<Message>,
    sessions: AtomicU64,
}

/// A connection. Its end is the end of its links, their locks and its interrupt channel.
struct Session {
    number: u64,
    desk: Sender<Message>,
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.desk.send(Message::Ended(self.number));
    }
}

impl device_core_version::Service for CoreChannel {
    fn create_link(&self, call: &Call, asked: CreateLinkParms, reply: Reply<CreateLinkResp>) {
        let lock = if asked.lock_device { Lock::Awaited(milliseconds(asked.lock_timeout)) } else { Lock::Ignored };
        let terms = Terms { lid: None, lock, io_timeout: LONGEST_WAIT };
        self.hand_over(call, terms, reply, move |bench, session| bench.create_link(session, &asked));
    }

    fn device_write(&self, call: &Call, asked: DeviceWriteParms, reply: Reply<DeviceWriteResp>) {
        if asked.data.len() > MOST_WRITTEN {
            return reply.send(Ok(DeviceWriteResp::failed(Code::ParameterError)));
        }
        let terms = Terms::new(asked.lid, asked.flags, asked.lock_timeout, asked.io_timeout);
        let write = move |bench: &mut Bench, _| bench.with_link(asked.lid, |link, panel| link.write(panel, &asked));
        self.hand_over(call, terms, reply, write);
    }

    fn device_read(&self, call: &Call, asked: DeviceReadParms, reply: Reply<DeviceReadResp>) {
        let terms = Terms::new(asked.lid, asked.flags, asked.lock_timeout, asked.io_timeout);
        let read = move |bench: &mut Bench, _| bench.with_link(asked.lid, |link, _| link.read(&asked));
        self.hand_over(call, terms, reply, read);
    }

    fn device_readstb(&self, call: &Call, asked: DeviceGenericParms, reply: Reply<DeviceReadStbResp>) {
        self.hand_over(call, generic(&asked), reply, move |bench, _| {
            let poll = |stb| Poll::Ready(Ok(DeviceReadStbResp { error: Code::NoError, stb }));
            bench.with_link(asked.lid, |link, _| poll(link.poll_status()))
        });
    }

    fn device_trigger(&self, call: &Call, asked: DeviceGenericParms, reply: Reply<DeviceError>) {
        self.hand_over(call, generic(&asked), reply, acted(|bench| bench.panel().triggers += 1));
    }

    fn device_clear(&self, call: &Call, asked: DeviceGenericParms, reply: Reply<DeviceError>) {
        self.hand_over(call, generic(&asked), reply, move |bench, _| {
            bench.with_link(asked.lid, |link, _| {
                link.clear();
                done(Ok(()))
            })
        });
    }

    fn device_remote(&self, call: &Call, asked: DeviceGenericParms, reply: Reply<DeviceError>) {
        self.hand_over(call, generic(&asked), reply, acted(|bench| bench.panel().is_remote = true));
    }

    fn device_local(&self, call: &Call, asked: DeviceGenericParms, reply: Reply<DeviceError>) {
        self.hand_over(call, generic(&asked), reply, acted(|bench| bench.panel().is_remote = false));
    }

    fn device_lock(&self, call: &Call, asked: DeviceLockParms, reply: Reply<DeviceError>) {
        let terms = Terms::new(asked.lid, asked.flags, asked.lock_timeout, 0);
        self.hand_over(call, terms, reply, acted(move |bench| bench.lock(asked.lid)));
    }

    fn device_unlock(&self, call: &Call, lid: DeviceLink, reply: Reply<DeviceError>) {
        self.hand_over(call, Terms::free(lid), reply, move |bench, _| done(bench.unlock(lid)));
    }

    fn device_enable_srq(&self, call: &Call, asked: DeviceEnableSrqParms, reply: Reply<DeviceError>) {
        self.hand_over(call, Terms::free(asked.lid), reply, move |bench, _| bench.enable_srq(&asked).map(finished));
    }

    /// These commands are those of gateways to an IEEE 488 bus.
    fn device_docmd(&self, call: &Call, asked: DeviceDocmdParms, reply: Reply<DeviceDocmdResp>) {
        self.hand_over(call, Terms::free(asked.lid), reply, |_, _| Poll::Ready(Err(Code::NotSupported)));
    }

    fn destroy_link(&self, call: &Call, lid: DeviceLink, reply: Reply<DeviceError>) {
        self.hand_over(call, Terms::free(lid), reply, acted(move |bench| bench.destroy_link(lid)));
    }

    fn create_intr_chan(&self, call: &Call, asked: DeviceRemoteFunc, reply: Reply<DeviceError>) {
        let Some(address) = interrupt_address(call, &asked) else {
            return reply.send(Ok(DeviceError::failed(Code::ParameterError)));
        };
        let (desk, mut address) = (self.desk.clone(), Some(address));
        self.hand_over(call, Terms::free(None), reply, move |bench, session| {
            if let Some(address) = address.take()
                && let Err(error) = bench.open_interrupts(session, address, &desk)
            {
                return Poll::Ready(Err(error));
            }
            bench.interrupts(session).map(finished)
        });
    }

    fn destroy_intr_chan(&self, call: &Call, reply: Reply<DeviceError>) {
        self.hand_over(call, Terms::free(None), reply, |bench, session| done(bench.close_interrupts(session)));
    }
}

impl CoreChannel {
    pub(super) fn new(desk: Sender<Message>) -> Self {
        Self { desk, sessions: AtomicU64::new(0) }
    }

    fn hand_over<R: Outcome + Send + 'static>(
        &self,
        call: &Call,
        terms: Terms,
        reply: Reply<R>,
        mut attempt: impl FnMut(&mut Bench, u64) -> Attempt<R> + Send + 'static,
    ) {
        let begin = || Session { number: self.sessions.fetch_add(1, Ordering::Relaxed), desk: self.desk.clone() };
        // Datagrams have none: links cannot be had by UDP.
        let Some(session) = call.connection_state(begin) else {
            return reply.send(Ok(R::failed(Code::NotSupported)));
        };
        let number = session.number;
        let job = Job::new(number, terms, reply, move |bench| attempt(bench, number));
        // A desk that has gone drops the reply, which answers SYSTEM_ERR.
        let _ = self.desk.send(Message::Do(job));
    }
}

/// Where the client wants to be called. Nobody but the caller is: who asks must not choose whom the instrument connects to.
fn interrupt_address(call: &Call, asked: &DeviceRemoteFunc) -> Option<String> {
    let ip = Ipv4Addr::from(asked.host_addr);
    let is_caller = call.peer().ip() == Some(IpAddr::V4(ip));
    let is_interrupts =
        (asked.prog_num, asked.prog_vers) == (device_intr_version::PROGRAM, device_intr_version::VERSION);
    let scheme = match asked.prog_family {
        DeviceAddrFamily::Tcp => "tcp",
        DeviceAddrFamily::Udp => "udp",
    };
    (is_caller && is_interrupts).then(|| format!("{scheme}://{ip}:{}", asked.host_port))
}

fn generic(asked: &DeviceGenericParms) -> Terms {
    Terms::new(asked.lid, asked.flags, asked.lock_timeout, asked.io_timeout)
}

/// What cannot fail.
fn acted(mut act: impl FnMut(&mut Bench) + Send) -> impl FnMut(&mut Bench, u64) -> Attempt<DeviceError> + Send {
    move |bench, _| {
        act(bench);
        done(Ok(()))
    }
}

fn done(outcome: Result<(), Code>) -> Attempt<DeviceError> {
    Poll::Ready(outcome).map(finished)
}

fn finished(outcome: Result<(), Code>) -> Result<DeviceError, Code> {
    outcome.map(|()| DeviceError { error: Code::NoError })
}
