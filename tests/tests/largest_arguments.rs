//! The largest arguments of each procedure, as the compiler works them out and the server holds calls against them.

use oncrpc::Procedure;
use oncrpc::codegen::Dispatch;
use oncrpc::xdr::{Encoder, Xdr};
use oncrpc_tests::interfaces::blob::blob_v1;
use oncrpc_tests::interfaces::calculator::{MAX_EMAIL, MAX_USER_NAME, NewUser, Operands, calculator_v1, users_v1};
use oncrpc_tests::raw::{Connection, call, record, success, words};
use oncrpc_tests::services::{Blobs, Calculator, Users, server};

fn encoded<T: Xdr<Value = T>>(value: &T) -> Vec<u8> {
    let mut out = Encoder::new();
    T::encode(value, &mut out).unwrap();
    out.into_bytes().to_vec()
}

fn largest_user() -> NewUser {
    NewUser { name: "n".repeat(MAX_USER_NAME as usize).into(), email: "e".repeat(MAX_EMAIL as usize).into() }
}

#[test]
fn they_are_those_of_the_largest_values() {
    let calculator = calculator_v1::server(Calculator);
    let largest: Vec<_> = calculator.procedures().iter().map(Procedure::arguments_limit).collect();
    let operands = Some(encoded(&Operands::default()).len());
    let (number, unbounded_string, void) = (Some(4), None, Some(0));
    assert_eq!(largest, [operands, operands, operands, operands, number, unbounded_string, void]);
    assert_eq!(calculator_v1::procedure::ADD, calculator.procedures()[0]);

    let users = users_v1::server(Users::default());
    assert_eq!(users.procedures()[0].arguments_limit(), Some(encoded(&largest_user()).len()));
    assert_eq!(blob_v1::server(Blobs).procedures()[0].arguments_limit(), None);
}

#[test]
fn a_longer_call_is_refused_before_it_has_come() {
    let running = server().listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let mut connection = Connection::open(&running.addresses()[0]);
    let body = 4 << 20;
    for (program, procedure, largest) in [(calculator_v1::PROGRAM, 1, 8), (calculator_v1::PROGRAM, 7, 0)] {
        let header = call(1, program, 1, procedure, &[]);
        connection.send(&words(&[0x8000_0000 | (header.len() as u32 + body)]));
        connection.send(&header);
        assert_eq!(connection.receive().unwrap(), words(&[1, 1, 0, 0, 0, 4]), "at most {largest} bytes are taken");
        connection.send(&vec![0; body as usize]);
        connection.send(&record(&call(2, calculator_v1::PROGRAM, 1, 1, &words(&[20, 22]))));
        assert_eq!(connection.receive().unwrap(), success(2, &words(&[0, 42])));
    }
}

/// In two fragments, so that it is put together.
#[test]
fn the_largest_value_is_taken() {
    let running = server().listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let mut connection = Connection::open(&running.addresses()[0]);
    let slack = vec![0; 1024];
    for (behind, answer) in [(&slack[..0], words(&[0, 1])), (&slack, words(&[1, 1]))] {
        let message = [call(1, users_v1::PROGRAM, 1, 1, &encoded(&largest_user())), behind.to_vec()].concat();
        let (front, back) = message.split_at(100);
        connection.send(&[&words(&[front.len() as u32]), front, &record(back)].concat());
        assert_eq!(connection.receive().unwrap(), success(1, &answer));
    }
}
