//! What decoding the arguments of a call may cost, whatever way the call goes.

use super::support::*;
use oncrpc::codegen as rpc;
use oncrpc::xdr::{DecodeLimits, Source, Text, Xdr};
use oncrpc::{Call, Limits, Server};
use std::io::Write;

/// Take a list of strings and return how many there are; the second one on the pool.
const COUNT: u32 = 1;
const COUNT_THERE: u32 = 2;
/// Take what nests and return how deep; the second one on the pool.
const DEPTH: u32 = 3;
const DEPTH_THERE: u32 = 4;

/// A chain of true words with a false one behind it, each of which nests.
struct Chain;

impl Xdr for Chain {
    type Value = u32;
    const MIN: usize = 4;
    const MAX: usize = usize::MAX;

    fn encode(_: &u32, _: &mut impl oncrpc::xdr::Sink) -> Result<(), oncrpc::xdr::EncodeError> {
        unreachable!("nobody sends one")
    }

    fn decode(input: &mut impl Source) -> Result<u32, oncrpc::xdr::DecodeError> {
        if bool::decode(input)? { Ok(input.nested(Self::decode)? + 1) } else { Ok(0) }
    }
}

struct Counter;

impl rpc::Dispatch for Counter {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [rpc::Procedure] {
        const { &[procedure(COUNT), procedure(COUNT_THERE), procedure(DEPTH), procedure(DEPTH_THERE)] }
    }

    fn dispatch(&self, call: &Call, input: &mut rpc::Decoder<'_>, out: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        let found = match call.procedure() {
            COUNT | COUNT_THERE => rpc::argument::<rpc::Array<rpc::Str>>(input)?.len() as u32,
            _ => rpc::argument::<Chain>(input)?,
        };
        rpc::results::<u32>(&found, out)
    }
}

#[test]
fn its_limits_hold_on_the_loop_and_on_the_pool_for_the_first_call_and_those_like_it() {
    let decode = DecodeLimits { memory: 10 * size_of::<Text>(), depth: 5 };
    let server = Server::new()
        .limits(Limits { decode, ..Limits::default() })
        .on_pool([COUNT_THERE, DEPTH_THERE].map(procedure))
        .serve(Counter);
    let server = server.listen("tcp://127.0.0.1:0").unwrap().listen("udp://127.0.0.1:0").unwrap().start().unwrap();
    let strings = |count: u32| [words(&[count]), vec![0; 4 * count as usize]].concat();
    let chain = |depth: usize| [words(&vec![1; depth]), words(&[0])].concat();
    let garbage = |xid: u32| words(&[xid, 1, 0, 0, 0, 4]);
    for (procedure, fitting, beyond, most) in [
        (COUNT, strings(10), strings(11), 10),
        (COUNT_THERE, strings(10), strings(11), 10),
        (DEPTH, chain(5), chain(6), 5),
        (DEPTH_THERE, chain(5), chain(6), 5),
    ] {
        let calls = [&beyond, &fitting, &beyond, &fitting];
        let messages = (0..).zip(calls).map(|(xid, arguments)| call(xid, procedure, arguments));
        let expected: Vec<_> =
            (0..4).map(|xid| if xid % 2 == 0 { garbage(xid) } else { success(xid, &words(&[most])) }).collect();

        let mut stream = connect(&server);
        stream.write_all(&messages.clone().flat_map(|message| record(&message)).collect::<Vec<_>>()).unwrap();
        let mut replies: Vec<_> = (0..4).map(|_| read_record(&mut stream)).collect();
        replies.sort_unstable();
        assert_eq!(replies, expected, "procedure {procedure} over TCP");

        let socket = connect_udp(&server);
        let ask = |message: Vec<u8>| {
            let mut reply = [0; 64];
            socket.send(&message).unwrap();
            let length = socket.recv(&mut reply).unwrap();
            reply[..length].to_vec()
        };
        assert_eq!(messages.map(ask).collect::<Vec<_>>(), expected, "procedure {procedure} over UDP");
    }
}
