//! What all links share: the lock, the front panel, the interrupt channels.

use super::MOST_WRITTEN;
use super::desk::Message;
use super::interrupt::{Channel, State};
use super::job::Attempt;
use super::language::Panel;
use super::link::Link;
use crate::idl::{CreateLinkParms, CreateLinkResp, DeviceEnableSrqParms, DeviceErrorCode as Code};
use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc::Sender;
use std::task::Poll;
use std::time::Instant;

/// Links at a time.
const MOST_LINKS: usize = 32;

/// The only device here.
const DEVICE: &str = "inst0";

pub(super) struct Bench {
    links: BTreeMap<i32, Link>,
    last: i32,
    locked_by: Option<i32>,
    /// By connection.
    channels: HashMap<u64, Channel>,
    panel: Panel,
    abort_port: u16,
}

impl Bench {
    pub(super) fn new(abort_port: u16) -> Self {
        let (links, channels, panel) = (BTreeMap::new(), HashMap::new(), Panel::default());
        Self { links, last: 0, locked_by: None, channels, panel, abort_port }
    }

    pub(super) fn create_link(&mut self, session: u64, asked: &CreateLinkParms) -> Attempt<CreateLinkResp> {
        if !asked.device.as_bytes().eq_ignore_ascii_case(DEVICE.as_bytes()) {
            return Poll::Ready(Err(Code::NotAccessible));
        }
        if self.links.len() >= MOST_LINKS {
            return Poll::Ready(Err(Code::OutOfResources));
        }
        while self.last <= 0 || self.links.contains_key(&self.last) {
            self.last = self.last.wrapping_add(1);
        }
        self.links.insert(self.last, Link::new(session));
        if asked.lock_device {
            self.locked_by = Some(self.last);
        }
        let (lid, abort_port, max_recv_size) = (self.last, self.abort_port, MOST_WRITTEN as u32);
        Poll::Ready(Ok(CreateLinkResp { error: Code::NoError, lid, abort_port, max_recv_size }))
    }

    pub(super) fn destroy_link(&mut self, lid: i32) {
        self.links.remove(&lid);
        if self.locked_by == Some(lid) {
            self.locked_by = None;
        }
    }

    /// The connection has ended, and what it had goes with it.
    pub(super) fn forget(&mut self, session: u64) {
        self.links.retain(|_, link| link.session != session);
        self.locked_by = self.locked_by.filter(|holder| self.links.contains_key(holder));
        self.channels.remove(&session);
    }

    pub(super) fn has(&self, session: u64, lid: i32) -> bool {
        self.links.get(&lid).is_some_and(|link| link.session == session)
    }

    pub(super) fn is_open(&self, lid: i32) -> bool {
        self.links.contains_key(&lid)
    }

    /// Whether another link has locked the instrument.
    pub(super) fn is_locked_for(&self, lid: Option<i32>) -> bool {
        self.locked_by.is_some() && self.locked_by != lid
    }

    pub(super) fn lock(&mut self, lid: i32) {
        self.locked_by = Some(lid);
    }

    pub(super) fn unlock(&mut self, lid: i32) -> Result<(), Code> {
        let holder = self.locked_by.take_if(|holder| *holder == lid);
        holder.map(drop).ok_or(Code::NoLock)
    }

    /// Does something with a link.
    pub(super) fn with_link<R>(
        &mut self,
        lid: i32,
        act: impl FnOnce(&mut Link, &mut Panel) -> Attempt<R>,
    ) -> Attempt<R> {
        match self.links.get_mut(&lid) {
            Some(link) => act(link, &mut self.panel),
            None => Poll::Ready(Err(Code::InvalidLink)),
        }
    }

    pub(super) fn panel(&mut self) -> &mut Panel {
        &mut self.panel
    }

    pub(super) fn enable_srq(&mut self, asked: &DeviceEnableSrqParms) -> Attempt<()> {
        self.with_link(asked.lid, |link, _| {
            link.handle = asked.enable.then(|| asked.handle.clone());
            Poll::Ready(Ok(()))
        })
    }

    /// Connects to `address` for the interrupts of a connection; `desk` is told when that is done.
    pub(super) fn open_interrupts(
        &mut self,
        session: u64,
        address: String,
        desk: &Sender<Message>,
    ) -> Result<(), Code> {
        if self.channels.get_mut(&session).is_some_and(|channel| channel.state() != State::Closed) {
            return Err(Code::ChannelEstablished);
        }
        self.channels.insert(session, Channel::open(address, desk.clone()));
        Ok(())
    }

    /// How it stands with that.
    pub(super) fn interrupts(&mut self, session: u64) -> Attempt<()> {
        match self.channels.get_mut(&session).map(Channel::state) {
            Some(State::Opening) => Poll::Pending,
            Some(State::Open) => Poll::Ready(Ok(())),
            Some(State::Closed) | None => Poll::Ready(Err(Code::NoChannel)),
        }
    }

    pub(super) fn close_interrupts(&mut self, session: u64) -> Result<(), Code> {
        self.channels.remove(&session).map(drop).ok_or(Code::NoChannel)
    }

    /// Carries on with the commands of links whose time has come.
    pub(super) fn go_on(&mut self, now: Instant) {
        self.links.values_mut().for_each(|link| link.go_on(&mut self.panel, now));
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.links.values().filter_map(Link::due).min()
    }

    /// Tells clients whose link has begun to want service.
    pub(super) fn ask_for_service(&mut self) {
        for link in self.links.values_mut() {
            let begins = link.begins_to_ask();
            let channel = self.channels.get(&link.session).filter(|_| begins);
            if let Some((channel, handle)) = channel.zip(link.handle.as_ref()) {
                channel.send(handle.clone());
            }
        }
    }
}
