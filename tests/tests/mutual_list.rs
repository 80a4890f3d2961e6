//! Lists in which structures take turns, as they are emitted: in a program, however long, over the network and with options.

use oncrpc::xdr::{DecodeError, EncodeError, MutualList, from_bytes, to_bytes, view_bytes};
use oncrpc::{Call, Error, Result, Server};
use oncrpc_tests::interfaces::golden::mutual_list::{self as golden, mutual_lists_v1};
use oncrpc_tests::interfaces::golden::options;
use oncrpc_tests::interfaces::kitchen_sink::{Receiver, ReceiverOrSender, ReceiverOrSenderView, Route, Routes, Sender};
use std::cmp::Ordering;

/// `struct sender *x`.
type Codec = MutualList<ReceiverOrSender, 1>;

fn sender(key: &str) -> ReceiverOrSender {
    Sender { key: key.into() }.into()
}

fn receiver(number: i64) -> ReceiverOrSender {
    Receiver { number }.into()
}

#[test]
fn a_million_nodes_need_no_stack() {
    let run = || {
        let node = |number: i64| if number % 2 == 0 { sender("a") } else { receiver(number) };
        let route: Route = (0..1_000_000).map(node).collect();
        let wire = to_bytes::<Codec>(&route).unwrap();
        assert_eq!(wire.len(), 12_000_004);
        let decoded = from_bytes::<Codec>(&wire).unwrap();
        assert!(decoded == route && decoded.clone() == decoded);
        assert_eq!(format!("{decoded:?}").matches("Receiver { number").count(), 500_000);
        drop(decoded);
        let seen = view_bytes::<Codec>(&wire).unwrap();
        let numbers = seen.iter().filter_map(|node| match node {
            ReceiverOrSenderView::Receiver(it) => Some(it.number),
            ReceiverOrSenderView::Sender(_) => None,
        });
        assert_eq!(numbers.sum::<i64>(), 250_000_000_000);
        let cut = wire.slice(..wire.len() - 4);
        assert!(matches!(from_bytes::<Codec>(&cut), Err(DecodeError::Truncated { .. })));
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_declaration_says_who_begins() {
    let routes = Routes {
        there: vec![sender("a"), receiver(1)],
        back: vec![receiver(2)],
        from: vec![sender("b"), receiver(3), sender("c")],
        to: [vec![receiver(4)], vec![receiver(5), sender("d")]],
    };
    let wire = to_bytes::<Routes>(&routes).unwrap();
    assert_eq!(from_bytes::<Routes>(&wire).as_ref(), Ok(&routes));
    let wrong = |change: fn(&mut Routes)| {
        let mut routes = routes.clone();
        change(&mut routes);
        to_bytes::<Routes>(&routes).unwrap_err()
    };
    let out_of_turn = |index, due| EncodeError::OutOfTurn { index, due };
    assert_eq!(wrong(|it| it.there.reverse()), out_of_turn(0, "sender"));
    assert_eq!(wrong(|it| it.back.push(receiver(7))), out_of_turn(1, "sender"));
    assert_eq!(wrong(|it| it.from.swap(1, 2)), out_of_turn(1, "receiver"));
    assert_eq!(wrong(|it| it.to[1].clear()), EncodeError::EmptyList);
}

/// Answers with what it was given behind the first node.
struct Turner;

impl mutual_lists_v1::Service for Turner {
    fn turn(&self, _call: &Call, given: Vec<golden::ReceiverOrSender>) -> Result<golden::Route> {
        Ok(given.into_iter().skip(1).collect())
    }
}

#[test]
fn calls_carry_them() {
    let server = Server::new().serve(mutual_lists_v1::server(Turner)).listen("tcp://127.0.0.1:0").unwrap();
    let running = server.start().unwrap();
    let client = mutual_lists_v1::Client::connect(&running.addresses()[0]).unwrap();
    let receiver = || golden::Receiver { number: 7 }.into();
    let sender = || golden::Sender { name: "seven".into() }.into();
    assert_eq!(client.turn([receiver(), sender(), receiver()]).unwrap(), [sender(), receiver()]);
    let wrong = client.turn([sender()]).unwrap_err();
    assert!(matches!(wrong, Error::Encode(EncodeError::OutOfTurn { index: 0, due: "receiver" })), "{wrong}");
}

#[test]
fn options_of_the_structures_are_those_of_the_nodes() {
    use options::{Ask, AskOrAnswer, Conversation};
    let answer = |weight| AskOrAnswer::Answer(options::Answer { weight });
    let ask = |text: &str| AskOrAnswer::from(Ask { question: text.to_owned() });
    assert_eq!(ask("a").partial_cmp(&ask("b")), Some(Ordering::Less));
    assert_eq!(answer(f64::NAN).partial_cmp(&answer(1.0)), None);
    let conversation = Conversation { turns: vec![ask("why"), answer(0.5), ask("so")] };
    let wire = to_bytes::<Conversation>(&conversation).unwrap();
    let seen = view_bytes::<Conversation>(&wire).unwrap();
    assert_eq!(seen.turns.iter().count(), 3);
    assert_eq!(from_bytes::<Conversation>(&wire), Ok(conversation));
}
