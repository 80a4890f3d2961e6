/// Makes [`Event`] and what is told of each: its family and its label in that family.
macro_rules! events {
    ($($family:ident { $($(#[$doc:meta])+ $event:ident = $label:literal,)+ })+) => {
        /// What happens to a server besides calls, each with a counter of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Event {
            $($($(#[$doc])+ $event,)+)+
        }

        impl Event {
            /// All of them, those of a family together.
            pub const ALL: &'static [Self] = &[$($(Self::$event,)+)+];

            /// What it is one of.
            pub const fn family(self) -> Family {
                match self { $($(Self::$event => Family::$family,)+)+ }
            }

            /// Its name within its family, as in the label of a metric: that of the field of [`Limits`](crate::Limits)
            /// if a limit is the cause.
            pub const fn label(self) -> &'static str {
                match self { $($(Self::$event => $label,)+)+ }
            }
        }
    };
}

/// Events that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// A connection came about.
    Accepted,
    /// A connection ended.
    Closed,
    /// A message was refused by its header, or its length.
    Refused,
    /// A datagram, or the reply to one, was given up.
    Dropped,
    /// A peer was not read from for a while.
    Paused,
    /// A call came again.
    Repeated,
    /// A call was given up.
    Expired,
}

events! {
    Accepted {
        /// A connection was accepted.
        Accepted = "accepted",
    }
    Closed {
        /// The peer closed the connection, and all it had called was answered.
        ClosedByPeer = "peer",
        /// The connection broke.
        ClosedByError = "error",
        /// Nothing was sent either way for [`Limits::idle_time`](crate::Limits::idle_time).
        ClosedIdle = "idle_time",
        /// A record was not complete within [`Limits::record_time`](crate::Limits::record_time).
        ClosedRecordTime = "record_time",
        /// The peer took no reply for [`Limits::write_time`](crate::Limits::write_time).
        ClosedWriteTime = "write_time",
        /// A record exceeded [`record::Limits::bytes`](crate::record::Limits::bytes).
        ClosedRecordBytes = "record.bytes",
        /// A record exceeded [`record::Limits::fragments`](crate::record::Limits::fragments).
        ClosedFragments = "record.fragments",
        /// A record exceeded [`record::Limits::empty_fragments`](crate::record::Limits::empty_fragments).
        ClosedEmptyFragments = "record.empty_fragments",
        /// A record was empty.
        ClosedEmptyRecord = "empty_record",
        /// It had been silent the longest when [`Limits::connections`](crate::Limits::connections) was reached.
        ClosedForAnother = "connections",
        /// It had been silent the longest when the system had no descriptor left.
        ClosedForDescriptor = "descriptors",
        /// It kept what it had sent of a record the longest when
        /// [`Limits::total_input_bytes`](crate::Limits::total_input_bytes) were short.
        ClosedForInput = "total_input_bytes",
        /// It had the most replies not taken for the longest when
        /// [`Limits::total_output_bytes`](crate::Limits::total_output_bytes) were reached.
        ClosedForOutput = "total_output_bytes",
        /// The server stopped.
        ClosedByStop = "stop",
    }
    Refused {
        /// A message was no call; it was not answered.
        RefusedNoCall = "no_call",
        /// The header of a message could not be read; it was not answered.
        RefusedUnparsable = "unparsable",
        /// A call was of another version of RPC.
        RefusedRpcVersion = "rpc_version",
        /// The credential of a call could not be read.
        RefusedCredential = "credential",
        /// The verifier of a call could not be read.
        RefusedVerifier = "verifier",
        /// A call announced more than its arguments can take.
        RefusedLargest = "largest_arguments",
    }
    Dropped {
        /// As many calls were in flight as may be.
        DroppedInFlight = "calls",
        /// The reply could not be sent.
        DroppedUnsent = "unsent",
        /// A reply that came later became `SYSTEM_ERR`, as [`Limits::total_output_bytes`](crate::Limits::total_output_bytes) were
        /// short.
        DroppedReply = "total_output_bytes",
    }
    Paused {
        /// As many calls of the connection were in flight as may be.
        PausedInFlight = "connection_calls",
        /// As many calls of all were in flight as may be.
        PausedInFlightTotal = "calls",
        /// The arguments of calls in flight took as much as they may.
        PausedCallBytes = "call_bytes",
        /// What had come of records took so much that few went on with theirs.
        PausedInputTotal = "total_input_bytes",
        /// The replies of all took so much that this peer's share was used up.
        PausedOutputTotal = "total_output_bytes",
        /// The peer did not take its replies; see [`Limits::output_bytes`](crate::Limits::output_bytes).
        PausedOutput = "output_bytes",
    }
    Repeated {
        /// It was answered as before.
        RepeatedDone = "answered",
        /// It was still in progress: its reply goes where it came from last, as well as where it came from first.
        RepeatedInProgress = "in_progress",
        /// It was done and there was no reply to repeat; it was dropped.
        RepeatedWithoutReply = "no_reply",
        /// It was not a repeated one: too many were in progress to carry it out.
        RepeatedFull = "full",
    }
    Expired {
        /// A call was not answered within [`Limits::call_time`](crate::Limits::call_time).
        ExpiredCall = "call_time",
    }
}

impl Event {
    /// How many there are.
    pub(super) const COUNT: usize = Self::ALL.len();

    /// The place of its counter.
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}
