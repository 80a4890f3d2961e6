//! Procedures with the options `deferred` and `oneway`, from the emitted client to the emitted server and back.

use oncrpc::{Call, Error, Reply, Result, Server, Text};
use oncrpc_tests::interfaces::replies::replies_v1::{self, Client, procedure};
use oncrpc_tests::raw::{Connection, call, record, success, words};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

#[derive(Default)]
struct Replies {
    sum: AtomicI32,
    waiting: Mutex<Vec<(i32, Reply<i32>)>>,
}

impl replies_v1::Service for Replies {
    /// Answers two calls at once, the later one first, from another thread.
    fn wait(&self, _call: &Call, number: i32, note: Text, reply: Reply<i32>) {
        assert_eq!(note, "two by two");
        let mut waiting = self.waiting.lock().unwrap();
        waiting.push((number, reply));
        if waiting.len() == 2 {
            let both: Vec<_> = waiting.drain(..).rev().collect();
            thread::spawn(move || both.into_iter().for_each(|(number, reply)| reply.send(Ok(number))));
        }
    }

    fn add(&self, _call: &Call, number: i32) -> Result<()> {
        self.sum.fetch_add(number, Ordering::Relaxed);
        Ok(())
    }

    fn sum(&self, _call: &Call) -> Result<i32> {
        Ok(self.sum.load(Ordering::Relaxed))
    }

    fn forget(&self, _call: &Call, reply: Reply<()>) {
        drop(reply);
    }
}

fn server() -> Server {
    Server::new().serve(replies_v1::server(Replies::default()))
}

#[test]
fn a_deferred_reply_finds_its_call() {
    let running = server().listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let client = Client::connect(&running.addresses()[0].to_string()).unwrap();
    let (first, second) = (client.start_wait(1, "two by two").unwrap(), client.start_wait(2, "two by two").unwrap());
    assert_eq!(client.sum().unwrap(), 0, "nobody is held up");
    // The second call is only now on its way if it was not before.
    assert_eq!((second.wait().unwrap(), first.wait().unwrap()), (2, 1));
    assert!(matches!(client.forget(), Err(Error::SystemError)), "a reply that is dropped is one as well");
}

#[test]
fn calls_without_a_reply_arrive_in_their_order() {
    let running = server().listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let client = Client::connect(&running.addresses()[0].to_string()).unwrap();
    for number in 1..=1000 {
        client.add(number).unwrap();
    }
    assert_eq!(client.sum().unwrap(), 500_500);
}

#[test]
fn nothing_is_sent_back_to_a_call_without_a_reply() {
    let running = server().listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let mut connection = Connection::open(&running.addresses()[0]);
    connection.send(&record(&call(1, replies_v1::PROGRAM, 1, procedure::ADD.number(), &words(&[42]))));
    connection.send(&record(&call(2, replies_v1::PROGRAM, 1, procedure::SUM.number(), &[])));
    assert_eq!(connection.receive().unwrap(), success(2, &words(&[42])));
    // What is wrong is told, as of any call.
    connection.send(&record(&call(3, replies_v1::PROGRAM, 1, procedure::ADD.number(), &[])));
    assert_eq!(connection.receive().unwrap(), words(&[3, 1, 0, 0, 0, 4]));
}
