use crate::call::Call;
use crate::kind::Kind;
use Kind::{Allocations, Instructions, Syscalls};
use Transport::{Tcp, Unix};

/// Something that is counted, how, and what must hold of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) work: Work,
    /// How often it is carried out; the second time it is counted twice as often, and the difference is what counts.
    pub(crate) times: u64,
    /// What is counted, and what it must never exceed, whatever the baseline has.
    pub(crate) kinds: &'static [(Kind, Bound)],
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    None,
    Most(f64),
    /// One part in a hundred more than the operation of that name, which stands before it.
    As(&'static str),
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// An operation on values, which the subject knows by the name of this one.
    Codec,
    /// The server's part of calls, so many in flight: the reply to the last of them comes before the next are sent.
    Server(Call, u64, Transport),
    /// The client's part of such calls.
    Client(Call, u64, Transport),
    /// The compiler with an interface file, from the root of the repository; beginning and end of its process are left out.
    Compile(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Transport {
    Tcp,
    /// For what is more than a segment of TCP.
    Unix,
}

/// Instructions, and allocations if there are any.
const ANY: &[(Kind, Bound)] = &[(Instructions, Bound::None), (Allocations, Bound::None)];

/// Instructions, without allocations.
const NO_ALLOCATION: &[(Kind, Bound)] = &[(Instructions, Bound::None), (Allocations, Bound::Most(0.0))];

/// Instructions that do not grow with the number of procedures. Few procedures are no measure for many: what only they
/// call is inlined.
const AS_HUNDRED: &[(Kind, Bound)] = &[(Instructions, Bound::As(HUNDRED)), (Allocations, Bound::Most(0.0))];

const HUNDRED: &str = "server, 100 procedures, 64 in flight";

/// All that is counted, in the order in which it is shown.
pub(crate) const OPERATIONS: &[Operation] = &[
    codec("encode attributes", 1000, NO_ALLOCATION),
    codec("decode attributes", 1000, NO_ALLOCATION),
    codec("view attributes", 1000, NO_ALLOCATION),
    codec("encode 10,000 ints", 100, NO_ALLOCATION),
    codec("decode 10,000 ints", 100, ANY),
    codec("encode 100 mixed", 100, NO_ALLOCATION),
    codec("decode 100 mixed", 100, ANY),
    codec("view 100 mixed", 100, NO_ALLOCATION),
    codec("encode list of 100", 100, NO_ALLOCATION),
    codec("decode list of 100", 100, ANY),
    codec("view list of 100", 100, NO_ALLOCATION),
    codec("encode opaque of 64 KiB", 100, ANY),
    codec("decode opaque of 64 KiB", 1000, NO_ALLOCATION),
    codec("view opaque of 64 KiB", 1000, NO_ALLOCATION),
    codec("encode call header", 1000, NO_ALLOCATION),
    codec("decode call header", 1000, NO_ALLOCATION),
    codec("encode reply header", 1000, NO_ALLOCATION),
    codec("decode reply header", 1000, NO_ALLOCATION),
    server("server, null call, alone", Call::Null, 1, Tcp, 1000),
    server("server, null call, 64 in flight", Call::Null, 64, Tcp, 6400),
    server("server, null call, 1,024 in flight", Call::Null, 1024, Tcp, 16384),
    server("server, ECHO, alone", Call::Echo, 1, Tcp, 1000),
    server("server, ECHO, 64 in flight", Call::Echo, 64, Tcp, 6400),
    server("server, ECHO, 1,024 in flight", Call::Echo, 1024, Unix, 16384),
    server("server, READ of 64 KiB", Call::Read, 1, Unix, 200),
    server("server, WRITE of 64 KiB", Call::Write, 1, Unix, 200),
    server("server, 1 procedure, 64 in flight", Call::Wide(1), 64, Tcp, 6400),
    server("server, 10 procedures, 64 in flight", Call::Wide(10), 64, Tcp, 6400),
    server(HUNDRED, Call::Wide(100), 64, Tcp, 6400),
    server("server, 1,000 procedures, 64 in flight", Call::Wide(1000), 64, Tcp, 6400),
    client("client, null call, alone", Call::Null, 1, Tcp, 1000),
    client("client, null call, 64 in flight", Call::Null, 64, Tcp, 6400),
    client("client, ECHO, alone", Call::Echo, 1, Tcp, 1000),
    client("client, ECHO, 64 in flight", Call::Echo, 64, Tcp, 6400),
    client("client, READ of 64 KiB", Call::Read, 1, Unix, 200),
    client("client, WRITE of 64 KiB", Call::Write, 1, Unix, 200),
    compile("compile idl/nfs3.x", "idl/nfs3.x"),
    compile("compile idl/kitchen_sink.x", "idl/kitchen_sink.x"),
    syscalls("server, TCP, null call, alone", Work::Server(Call::Null, 1, Tcp), &[(Syscalls, Bound::Most(3.0))]),
    syscalls(
        "server, TCP, null call, 64 in flight",
        Work::Server(Call::Null, 64, Tcp),
        &[(Syscalls, Bound::Most(0.07))],
    ),
    syscalls("client, TCP, null call, alone", Work::Client(Call::Null, 1, Tcp), &[(Syscalls, Bound::Most(2.0))]),
    syscalls(
        "client, TCP, null call, 64 in flight",
        Work::Client(Call::Null, 64, Tcp),
        &[(Syscalls, Bound::Most(0.07))],
    ),
];

const fn codec(name: &'static str, times: u64, kinds: &'static [(Kind, Bound)]) -> Operation {
    Operation { name, work: Work::Codec, times, kinds }
}

const fn server(name: &'static str, call: Call, depth: u64, transport: Transport, times: u64) -> Operation {
    let kinds = match call {
        // Data that comes in is the handler's to keep.
        Call::Write => ANY,
        Call::Wide(1000) => AS_HUNDRED,
        _ => NO_ALLOCATION,
    };
    Operation { name, work: Work::Server(call, depth, transport), times, kinds }
}

const fn client(name: &'static str, call: Call, depth: u64, transport: Transport, times: u64) -> Operation {
    Operation { name, work: Work::Client(call, depth, transport), times, kinds: NO_ALLOCATION }
}

const fn compile(name: &'static str, file: &'static str) -> Operation {
    Operation { name, work: Work::Compile(file), times: 4, kinds: &[(Instructions, Bound::None)] }
}

const fn syscalls(name: &'static str, work: Work, kinds: &'static [(Kind, Bound)]) -> Operation {
    Operation { name, work, times: 6400, kinds }
}
