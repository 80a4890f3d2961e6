//! The abort channel: a port of its own, so that a call gets through whatever the core channel is busy with.

use super::desk::Message;
use crate::idl::{DeviceError, DeviceLink, device_async_version};
use oncrpc::{Call, Reply};
use std::sync::mpsc::Sender;

pub(super) struct AbortChannel {
    desk: Sender<Message>,
}

impl AbortChannel {
    pub(super) fn new(desk: Sender<Message>) -> Self {
        Self { desk }
    }
}

impl device_async_version::Service for AbortChannel {
    fn device_abort(&self, _: &Call, lid: DeviceLink, reply: Reply<DeviceError>) {
        // A desk that has gone drops the reply, which answers SYSTEM_ERR.
        let _ = self.desk.send(Message::Abort(lid, reply));
    }
}
