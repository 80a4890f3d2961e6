//! Our client against C servers (libtirpc, rpcgen's dispatchers): every procedure, every error, payloads in many fragments;
//! over TCP and UDP, IPv4 and IPv6. The same calls go to our own server, which must answer alike.

use oncrpc::rpc::{AuthStat, AuthSys, Credential};
use oncrpc::{Client, ClientOptions, Error, RunningServer};
use oncrpc_tests::c::{BLOB_SERVER, CALCULATOR_SERVER, ERROR_SERVER, Peer};
use oncrpc_tests::interfaces::blob::blob_v1;
use oncrpc_tests::interfaces::calculator::{
    CreateStatus, Created, DeleteStatus, Division, Factorial, Moment, NewUser, Operands, Power, Quotient, RangeStatus,
    User, UserNode, calculator_v1, calculator_v2, users_v1,
};
use oncrpc_tests::process::{Server, address};
use oncrpc_tests::services::server;
use std::time::Duration;

const TRANSPORTS: [&str; 4] = ["tcp", "udp", "tcp6", "udp6"];

fn ours(transport: &str) -> RunningServer {
    server().listen(&address(transport, 0)).unwrap().start().unwrap()
}

/// Checks a fresh C server and a fresh server of ours on each transport; `check` gets the address.
fn on_each_transport(c_server: Peer<'_>, check: impl Fn(&str)) {
    for transport in TRANSPORTS {
        check(&ours(transport).addresses()[0]);
    }
    let Some(program) = c_server.build() else { return };
    for transport in TRANSPORTS {
        check(&Server::start(&program, &[transport]).address(transport));
    }
}

#[test]
fn every_procedure_of_calculator() {
    on_each_transport(CALCULATOR_SERVER, |address| {
        let calculator = calculator_v1::Client::connect(address).unwrap();
        let some = Operands { left: 2_000_000_000, right: 2_000_000_001 };
        assert_eq!(calculator.add(&some).unwrap(), 4_000_000_001);
        assert_eq!(calculator.subtract(&some).unwrap(), -1);
        assert_eq!(calculator.multiply(&some).unwrap(), 4_000_000_002_000_000_000);
        let divide = |left, right| calculator.divide(&Operands { left, right }).unwrap();
        assert_eq!(divide(-17, 5), Division::Ok(Quotient { value: -3, remainder: -2 }));
        assert_eq!(divide(1, 0), Division::ByZero);
        assert_eq!(divide(i32::MIN, -1), Division::Overflow);
        assert_eq!(calculator.factorial(20).unwrap(), Factorial::Ok(2_432_902_008_176_640_000));
        assert_eq!(calculator.factorial(21).unwrap(), Factorial::TooLarge(20));
        assert_eq!(calculator.hello("Zoë").unwrap(), "hello, Zoë");
        assert_eq!(calculator.hello("").unwrap(), "hello, ");
        assert_eq!(calculator.get_time().unwrap(), Moment { seconds: 5_000_000_000, nanoseconds: 999_999_999 });
        calculator.inner().null().unwrap();

        let newer = calculator_v2::Client::connect(address).unwrap();
        let power = |left, right| newer.power(&Operands { left, right }).unwrap();
        assert_eq!(power(-3, 39), Power::Ok(-4_052_555_153_018_976_267));
        assert_eq!(power(2, 63), Power::Default(RangeStatus::TooLarge));
        assert_eq!(newer.multiply(&Operands { left: -7, right: 6 }).unwrap(), -42);
    });
}

#[test]
fn every_procedure_of_users() {
    on_each_transport(CALCULATOR_SERVER, |address| {
        let users = users_v1::Client::connect(address).unwrap();
        let create =
            |name: &str, email: &str| users.create(&NewUser { name: name.into(), email: email.into() }).unwrap();
        let user = |id, name: &str, email: &str| User { id, name: name.into(), email: email.into() };
        assert_eq!(users.list().unwrap(), []);
        assert_eq!(create("ada", "ada@example.org"), Created::Created(1));
        assert_eq!(create("bo", ""), Created::Created(2));
        assert_eq!(create("ada", "other@example.org"), Created::NameTaken(1));
        assert_eq!(create("", ""), Created::Default(CreateStatus::NameEmpty));
        assert_eq!(users.get(1).unwrap(), Some(user(1, "ada", "ada@example.org")));
        assert_eq!(users.get(3).unwrap(), None);
        let both = [user(1, "ada", "ada@example.org"), user(2, "bo", "")].map(|entry| UserNode { entry });
        assert_eq!(users.list().unwrap(), both);
        assert_eq!(users.delete(1).unwrap(), DeleteStatus::Deleted);
        assert_eq!(users.delete(1).unwrap(), DeleteStatus::Unknown);
        assert_eq!(users.list().unwrap(), both[1..]);
    });
}

#[test]
fn what_breaks_a_bound_is_not_sent() {
    let running = ours("tcp");
    let users = users_v1::Client::connect(&running.addresses()[0]).unwrap();
    let long = NewUser { name: "x".repeat(65).into(), email: "".into() };
    assert!(matches!(users.create(&long), Err(Error::Encode(_))));
    let longest = NewUser { name: "x".repeat(64).into(), email: "y".repeat(254).into() };
    assert_eq!(users.create(&longest).unwrap(), Created::Created(1));
}

#[test]
fn many_calls_in_flight() {
    on_each_transport(CALCULATOR_SERVER, |address| {
        let calculator = calculator_v1::Client::connect(address).unwrap();
        // A C peer's socket buffer holds only so many datagrams.
        let count = if address.starts_with("udp") { 16 } else { 1000 };
        let started: Vec<_> =
            (0..count).map(|left| calculator.start_multiply(&Operands { left, right: 3 }).unwrap()).collect();
        for (left, product) in (0..count).zip(started).rev() {
            assert_eq!(product.wait().unwrap(), i64::from(left) * 3);
        }
    });
}

#[test]
fn every_refusal_of_a_handler() {
    on_each_transport(ERROR_SERVER, |address| {
        let calculator = calculator_v1::Client::connect(address).unwrap();
        let refusal = |how: &str| calculator.hello(format!("fail: {how}")).unwrap_err();
        assert!(matches!(refusal("program unavailable"), Error::ProgramUnavailable));
        assert!(matches!(refusal("program mismatch"), Error::ProgramMismatch { low: 3, high: 7 }));
        assert!(matches!(refusal("procedure unavailable"), Error::ProcedureUnavailable));
        assert!(matches!(refusal("garbage arguments"), Error::GarbageArguments));
        assert!(matches!(refusal("system error"), Error::SystemError));
        assert!(matches!(refusal("too weak"), Error::Auth(AuthStat::TooWeak)));
        assert!(matches!(refusal("rejected verifier"), Error::Auth(AuthStat::RejectedVerifier)));
        assert!(matches!(refusal("kerberos"), Error::Auth(AuthStat::GssCredentialProblem)));
        assert!(matches!(refusal("anything else"), Error::SystemError));
        calculator.inner().null().unwrap();
    });
}

#[test]
fn every_refusal_of_a_server() {
    on_each_transport(CALCULATOR_SERVER, |address| {
        let null = |program, version| Client::connect(address, program, version).unwrap().null();
        assert!(matches!(null(0x2000_0cff, 1), Err(Error::ProgramUnavailable)));
        let mismatch = |found| matches!(found, Err(Error::ProgramMismatch { low: 1, high: 2 }));
        assert!(mismatch(null(calculator_v1::PROGRAM, 0)));
        assert!(mismatch(null(calculator_v1::PROGRAM, 3)));
        assert!(mismatch(null(calculator_v1::PROGRAM, u32::MAX)));
        assert!(matches!(null(users_v1::PROGRAM, 2), Err(Error::ProgramMismatch { low: 1, high: 1 })));
        let calculator = calculator_v1::Client::connect(address).unwrap();
        let unknown = calculator.inner().call::<i32>(99, |_| Ok(()));
        assert!(matches!(unknown, Err(Error::ProcedureUnavailable)));
        // A name longer than its bound. (Not merely cut short: over UDP libtirpc then reads on in its buffer.)
        let users = users_v1::Client::connect(address).unwrap();
        let garbage = users.inner().call::<i64>(1, |out| oncrpc::codegen::encode::<u32>(&65, out));
        assert!(matches!(garbage, Err(Error::GarbageArguments)));
        assert_eq!(calculator.add(&Operands { left: 1, right: 1 }).unwrap(), 2);
    });
}

#[test]
fn results_that_are_none() {
    on_each_transport(CALCULATOR_SERVER, |address| {
        let calculator = calculator_v1::Client::connect(address).unwrap();
        // The sum is a hyper, not a string: its first word is no length that fits.
        let sum = Operands { left: i32::MAX, right: i32::MAX };
        let outcome =
            calculator.inner().call::<oncrpc::xdr::Array<i64>>(3, |out| oncrpc::codegen::encode::<Operands>(&sum, out));
        assert!(matches!(outcome, Err(Error::Decode(_))), "{outcome:?}");
    });
}

#[test]
fn credentials() {
    on_each_transport(ERROR_SERVER, |address| {
        let largest = AuthSys {
            stamp: 4711,
            machine_name: "m".repeat(255).into(),
            uid: u32::MAX,
            gid: 0,
            gids: (1..=16).collect(),
        };
        let options = ClientOptions::new().credential(Credential::Sys(largest));
        let calculator = calculator_v1::Client::connect_with(address, &options).unwrap();
        let gids: Vec<u32> = (1..=16).collect();
        let expected = format!("uid {} gid 0 gids {gids:?} on {}", u32::MAX, "m".repeat(255));
        assert_eq!(calculator.hello("who am I").unwrap(), expected);
        assert_eq!(calculator_v1::Client::connect(address).unwrap().hello("who am I").unwrap(), "nobody");

        let strange = Credential::Other { flavor: oncrpc::rpc::Flavor(77), body: vec![1, 2, 3, 4].into() };
        let options = ClientOptions::new().credential(strange);
        let calculator = calculator_v1::Client::connect_with(address, &options).unwrap();
        assert!(matches!(calculator.inner().null(), Err(Error::Auth(AuthStat::RejectedCredential))));
    });
}

#[test]
fn payloads() {
    on_each_transport(BLOB_SERVER, |address| {
        let stream = address.starts_with("tcp");
        let sizes: &[usize] = if stream { &[0, 1, 65_532, 65_533, 1 << 20, 3_000_001] } else { &[0, 3, 8_192, 8_700] };
        let blobs = blob_v1::Client::connect(address).unwrap();
        for &size in sizes {
            let payload: Vec<u8> = (0..size).map(|i| (i * 7 + i / 256) as u8).collect();
            let sum: u64 = payload.iter().map(|byte| u64::from(*byte)).sum();
            assert_eq!(blobs.echo(payload.clone()).unwrap(), payload, "{size}");
            assert_eq!(blobs.consume(payload).unwrap(), size as u64 + sum, "{size}");
            let product: Vec<u8> = (0..size).map(|i| i as u8).collect();
            assert_eq!(blobs.produce(size as u32).unwrap(), product, "{size}");
        }
        if !stream {
            let outcome = blobs.echo(vec![0; 8_780]);
            assert!(matches!(outcome, Err(Error::TooLargeForDatagram { limit: 8_800 })), "{outcome:?}");
        }
    });
}

#[test]
fn a_server_that_is_gone() {
    let Some(program) = CALCULATOR_SERVER.build() else {
        return;
    };
    let c_server = Server::start(&program, &["tcp"]);
    let place = c_server.address("tcp");
    let calculator = calculator_v1::Client::connect(&place).unwrap();
    assert_eq!(calculator.add(&Operands { left: 1, right: 1 }).unwrap(), 2);
    drop(c_server);
    let outcome = calculator.add(&Operands { left: 1, right: 1 });
    assert!(matches!(outcome, Err(Error::Closed { .. } | Error::Io { .. })), "{outcome:?}");
    let options = ClientOptions::new().connect_timeout(Duration::from_secs(5));
    let outcome = calculator_v1::Client::connect_with(&place, &options);
    assert!(matches!(outcome, Err(Error::Connect { .. })), "{outcome:?}");
}
