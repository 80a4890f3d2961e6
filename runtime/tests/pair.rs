//! Our client and our server on both transports: what a handler returns is what the caller gets.

use oncrpc::codegen::{Answer, Dispatch, Procedure, argument, procedure_unavailable, results};
use oncrpc::rpc::{AuthStat, AuthSys, Credential};
use oncrpc::xdr::{Decoder, Encoder, Opaque, Str, Void, Xdr};
use oncrpc::{Call, Client, ClientOptions, Error, Result, RunningServer, Server};
use std::thread;

const PROGRAM: u32 = 0x2000_0098;

struct Versions(u32);

impl Dispatch for Versions {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        self.0
    }

    fn procedures(&self) -> &'static [Procedure] {
        const fn procedure(number: u32) -> Procedure {
            Procedure::new(PROGRAM, 2, number, "A_PROCEDURE")
        }
        const { &[procedure(1), procedure(2), procedure(3), procedure(4), procedure(5)] }
    }

    fn dispatch(&self, call: &Call, input: &mut Decoder<'_>, out: &mut Encoder) -> Result<Answer> {
        match call.procedure() {
            1 => {
                let (a, b) = (argument::<i32>(input)?, argument::<i32>(input)?);
                results::<i32>(&(a - b), out)
            }
            2 => results::<Opaque>(&argument::<Opaque>(input)?, out),
            3 => Err(refusal(argument::<u32>(input)?)),
            4 => panic!("a handler that panics"),
            5 => results::<Str>(&call.auth_sys().map(|sys| sys.machine_name.clone()).unwrap_or_default(), out),
            _ => Err(procedure_unavailable()),
        }
    }
}

/// What a handler may refuse a call with; the last is none of RPC's own refusals.
fn refusal(kind: u32) -> Error {
    match kind {
        0 => Error::ProgramUnavailable,
        1 => Error::ProgramMismatch { low: 7, high: 9 },
        2 => Error::ProcedureUnavailable,
        3 => Error::GarbageArguments,
        4 => Error::SystemError,
        5 => Error::RpcMismatch { low: 3, high: 4 },
        6 => Error::Auth(AuthStat::TooWeak),
        _ => Error::NotRegistered { program: 1, version: 1, host: "elsewhere".into() },
    }
}

fn serve() -> RunningServer {
    let server = Server::new().serve(Versions(2)).serve(Versions(4));
    server.listen("tcp://127.0.0.1:0").unwrap().listen("udp://127.0.0.1:0").unwrap().start().unwrap()
}

/// Runs `check` with a client of each transport.
fn on_both(check: impl Fn(Client)) {
    let server = serve();
    for address in server.addresses() {
        check(Client::connect(address, PROGRAM, 2).unwrap());
    }
    assert_eq!(server.addresses().len(), 2);
}

fn subtract(client: &Client, a: i32, b: i32) -> Result<i32> {
    client.call::<i32>(1, |out| i32::encode(&a, out).and_then(|()| i32::encode(&b, out)))
}

#[test]
fn calls_and_results() {
    on_both(|client| {
        client.null().unwrap();
        assert_eq!(subtract(&client, 50, 8).unwrap(), 42);
        for length in [0, 5, 8_700] {
            let value = bytes::Bytes::from(vec![7; length]);
            assert_eq!(client.call::<Opaque>(2, |out| Opaque::<{ u32::MAX }>::encode(&value, out)).unwrap(), value);
        }
    });
}

#[test]
fn refusals_arrive_as_they_were_returned() {
    on_both(|client| {
        for kind in 0..8 {
            let error = client.call::<Void>(3, |out| u32::encode(&kind, out)).unwrap_err();
            let expected = if kind == 7 { Error::SystemError } else { refusal(kind) };
            assert_eq!(format!("{error:?}"), format!("{expected:?}"));
        }
        assert!(matches!(client.call::<Void>(4, |_| Ok(())), Err(Error::SystemError)), "a panic");
        assert!(matches!(client.call::<Void>(99, |_| Ok(())), Err(Error::ProcedureUnavailable)));
        assert!(matches!(client.call::<i32>(1, |_| Ok(())), Err(Error::GarbageArguments)));
        assert_eq!(subtract(&client, 1, 2).unwrap(), -1, "still of use");
    });
}

#[test]
fn versions_and_programs_that_are_not_served() {
    let server = serve();
    for address in server.addresses() {
        let null = |program, version| Client::connect(address, program, version).unwrap().null();
        assert!(matches!(null(PROGRAM, 3), Err(Error::ProgramMismatch { low: 2, high: 4 })));
        assert!(matches!(null(PROGRAM + 1, 2), Err(Error::ProgramUnavailable)));
        null(PROGRAM, 4).unwrap();
    }
}

#[test]
fn a_handler_learns_who_calls() {
    let server = serve();
    for address in server.addresses() {
        let sys = AuthSys { machine_name: "ada".into(), uid: 1000, ..AuthSys::default() };
        let options = ClientOptions::new().credential(Credential::Sys(sys));
        let client = Client::connect_with(address, PROGRAM, 2, &options).unwrap();
        assert_eq!(client.call::<Str>(5, |_| Ok(())).unwrap(), "ada");
    }
}

#[test]
fn pipelined_calls_of_several_threads() {
    let server = serve();
    let client = Client::connect(&server.addresses()[0], PROGRAM, 2).unwrap();
    thread::scope(|scope| {
        for thread in 0..4 {
            let client = client.clone();
            scope.spawn(move || {
                let start = |number| {
                    client.start::<i32>(1, |out| i32::encode(&number, out).and_then(|()| i32::encode(&thread, out)))
                };
                let pending: Vec<_> = (0..2_000).map(|number| start(number).unwrap()).collect();
                for (number, pending) in (0..).zip(pending) {
                    assert_eq!(pending.wait().unwrap(), number - thread);
                }
            });
        }
    });
}
