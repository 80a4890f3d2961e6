//! The status of a link, as IEEE 488.2 has it.

use super::language::Fault;
use std::collections::VecDeque;

/// Bits of the status byte.
const ERRORS: u8 = 0x04;
const MESSAGE_AVAILABLE: u8 = 0x10;
const EVENT: u8 = 0x20;
const REQUESTS_SERVICE: u8 = 0x40;

/// The bit of the event register that `*OPC` sets.
pub(super) const OPERATION_COMPLETE: u8 = 0x01;

/// Errors that are kept; the last one may stand for more.
const MOST_ERRORS: usize = 16;

#[derive(Default)]
pub(super) struct Status {
    /// What of the status byte is a reason to ask for service: `*SRE`.
    pub(super) service_mask: u8,
    /// What of the events shows in the status byte: `*ESE`.
    pub(super) event_mask: u8,
    pub(super) events: u8,
    pub(super) errors: VecDeque<Fault>,
    /// Whether there was a reason when it was looked at last.
    had_reason: bool,
    /// Whether it has asked for service and nobody has looked.
    asks: bool,
}

impl Status {
    pub(super) fn note(&mut self, fault: Fault) {
        self.events |= fault.event();
        if self.errors.len() < MOST_ERRORS {
            self.errors.push_back(fault);
        } else if let Some(last) = self.errors.back_mut() {
            *last = Fault::QueueOverflow;
        }
    }

    /// Forgets what has happened: `*CLS`.
    pub(super) fn clear(&mut self) {
        self.events = 0;
        self.errors.clear();
    }

    /// As `*STB?` tells it: with the reason to ask for service.
    pub(super) fn summary(&self, has_message: bool) -> u8 {
        let bits = self.bits(has_message);
        bits | if bits & self.service_mask != 0 { REQUESTS_SERVICE } else { 0 }
    }

    /// As a serial poll tells it, which answers the request for service.
    pub(super) fn poll(&mut self, has_message: bool) -> u8 {
        let asks = std::mem::take(&mut self.asks);
        self.bits(has_message) | if asks { REQUESTS_SERVICE } else { 0 }
    }

    /// Whether it has just got a reason to ask for service.
    pub(super) fn begins_to_ask(&mut self, has_message: bool) -> bool {
        let has_reason = self.bits(has_message) & self.service_mask & !REQUESTS_SERVICE != 0;
        let begins = has_reason && !self.had_reason;
        self.had_reason = has_reason;
        self.asks |= begins;
        begins
    }

    fn bits(&self, has_message: bool) -> u8 {
        let bit = |is_set, bit| if is_set { bit } else { 0 };
        bit(!self.errors.is_empty(), ERRORS)
            | bit(has_message, MESSAGE_AVAILABLE)
            | bit(self.events & self.event_mask != 0, EVENT)
    }
}
