use super::channel::Channel;
use std::sync::Arc;

/// A channel as the handles of a client share it: it retires with the last of them, though helpers may still hold it.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) channel: Arc<Channel>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.channel.retire();
    }
}
