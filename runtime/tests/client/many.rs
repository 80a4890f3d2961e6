use crate::peer::{Call, PROGRAM, Peer, VERSION, answer_all, read_call, record, success};
use oncrpc::xdr::{DecodeError, EncodeError, Sink, Source, Xdr};
use oncrpc::{Client, ClientOptions, Error};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

fn connect(peer: &Peer) -> Client {
    Client::connect(&peer.address, PROGRAM, VERSION).unwrap()
}

/// Answers `calls`, each with its argument doubled, in an order that is neither theirs nor the reverse.
fn shuffled_replies(calls: &[Call]) -> Vec<u8> {
    let step = [7, 11, 13, 17].into_iter().find(|step| !calls.len().is_multiple_of(*step)).unwrap();
    let order = (0..calls.len()).map(|index| &calls[(index * step + 3) % calls.len()]);
    order.flat_map(|call| record(&success(call.xid, &[call.argument(0) * 2]))).collect()
}

#[test]
fn a_thousand_pipelined_calls_of_several_threads() {
    let peer = Peer::tcp(|mut stream| {
        let calls: Vec<_> = (0..1_000).map(|_| read_call(&mut stream).unwrap()).collect();
        stream.write_all(&shuffled_replies(&calls)).unwrap();
        assert!(read_call(&mut stream).is_none());
    });
    let client = connect(&peer);
    thread::scope(|scope| {
        for thread in 0..4 {
            let client = client.clone();
            scope.spawn(move || {
                let numbers = thread * 250..(thread + 1) * 250;
                let start = |number| client.start::<u32>(1, |out| u32::encode(&number, out)).unwrap();
                let pending: Vec<_> = numbers.clone().map(start).collect();
                for (number, pending) in numbers.zip(pending) {
                    assert_eq!(pending.wait().unwrap(), number * 2);
                }
            });
        }
    });
    drop(client);
    peer.join();
}

/// The reader's role goes from thread to thread: whoever has it gets its reply before others.
#[test]
fn calls_of_many_threads_with_replies_in_any_order() {
    const THREADS: u32 = 8;
    const CALLS: u32 = 100;
    let peer = Peer::tcp(|mut stream| {
        for _ in 0..CALLS {
            let calls: Vec<_> = (0..THREADS).map(|_| read_call(&mut stream).unwrap()).collect();
            stream.write_all(&shuffled_replies(&calls)).unwrap();
        }
    });
    let client = connect(&peer);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let client = client.clone();
            scope.spawn(move || {
                for number in 0..CALLS {
                    let number = thread * CALLS + number;
                    assert_eq!(client.call::<u32>(1, |out| u32::encode(&number, out)).unwrap(), number * 2);
                }
            });
        }
    });
    peer.join();
}

/// One call is never answered; the thread that waits for it may be the one that reads for the others.
#[test]
fn a_thread_that_times_out_hands_on_reading() {
    let peer = Peer::tcp(|mut stream| {
        while let Some(call) = read_call(&mut stream) {
            if call.procedure() != 1 {
                stream.write_all(&record(&success(call.xid, &[call.argument(0) * 2]))).unwrap();
            }
        }
    });
    let options = ClientOptions::new().call_timeout(Duration::from_millis(250));
    let impatient = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    let unanswered = thread::spawn({
        let client = impatient.clone();
        move || client.call::<u32>(1, |_| Ok(())).unwrap_err()
    });
    thread::sleep(Duration::from_millis(100));
    thread::scope(|scope| {
        for number in 0..2 {
            let client = &impatient;
            scope.spawn(move || {
                for round in 0..20 {
                    let number = number * 100 + round;
                    assert_eq!(client.call::<u32>(3, |out| u32::encode(&number, out)).unwrap(), number * 2);
                    thread::sleep(Duration::from_millis(10));
                }
            });
        }
    });
    assert!(matches!(unanswered.join().unwrap(), Error::TimedOut { .. }));
    drop(impatient);
    peer.join();
}

#[test]
fn a_connection_that_ends_fails_the_calls_of_all_threads() {
    let peer = Peer::tcp(|mut stream| {
        for _ in 0..8 {
            read_call(&mut stream).unwrap();
        }
    });
    let client = connect(&peer);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let error = client.call::<u32>(1, |_| Ok(())).unwrap_err();
                assert!(matches!(error, Error::Closed { within_reply: false, .. }), "{error:?}");
            });
        }
    });
    peer.join();
}

#[test]
fn a_call_that_is_given_up_does_not_disturb_others() {
    let peer = Peer::tcp(|stream| answer_all(stream, |call| vec![call.argument(0) * 2]));
    let client = connect(&peer);
    for number in 0..100 {
        let given_up = client.start::<u32>(1, |out| u32::encode(&0xffff, out)).unwrap();
        let kept = client.start::<u32>(1, |out| u32::encode(&number, out)).unwrap();
        drop(given_up);
        assert_eq!(kept.wait().unwrap(), number * 2);
    }
    drop(client);
    peer.join();
}

#[test]
fn calls_that_are_started_go_out_though_nobody_waits() {
    let peer = Peer::tcp(|mut stream| {
        assert_eq!(read_call(&mut stream).unwrap().argument(0), 1);
        assert_eq!(read_call(&mut stream).unwrap().argument(0), 2);
        assert!(read_call(&mut stream).is_none());
    });
    let client = connect(&peer);
    drop(client.start::<u32>(1, |out| u32::encode(&1, out)).unwrap());
    drop(client.start::<u32>(1, |out| u32::encode(&2, out)).unwrap());
    drop(client);
    peer.join();
}

/// Replies come together, and calls of the threads that get them wait for each other; each time one thread calls no more.
#[test]
fn calls_do_not_wait_for_threads_that_call_no_more() {
    const THREADS: u32 = 48;
    let peer = Peer::tcp(|mut stream| {
        for threads in (1..=THREADS).rev() {
            let calls: Vec<_> = (0..threads).map(|_| read_call(&mut stream).unwrap()).collect();
            stream.write_all(&shuffled_replies(&calls)).unwrap();
        }
        assert!(read_call(&mut stream).is_none());
    });
    let client = connect(&peer);
    let start = Instant::now();
    thread::scope(|scope| {
        for calls in 1..=THREADS {
            let client = client.clone();
            scope.spawn(move || {
                for number in 0..calls {
                    assert_eq!(client.call::<u32>(1, |out| u32::encode(&number, out)).unwrap(), number * 2);
                }
            });
        }
    });
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    drop(client);
    peer.join();
}

/// The reply of a thread that is parked comes in one piece with what breaks the stream: it has its result at once.
#[test]
fn a_reply_right_before_the_stream_is_out_of_step() {
    let (ready, wait) = mpsc::channel::<()>();
    let peer = Peer::tcp(move |mut stream| {
        let (reads, parked) = (read_call(&mut stream).unwrap(), read_call(&mut stream).unwrap());
        assert_eq!((reads.procedure(), parked.procedure()), (1, 2));
        wait.recv().unwrap();
        let answer = [record(&success(parked.xid, &[42])), 0xffff_ffff_u32.to_be_bytes().to_vec()].concat();
        stream.write_all(&answer).unwrap();
        let _ = read_call(&mut stream);
    });
    let client = connect(&peer);
    let start = Instant::now();
    thread::scope(|scope| {
        let reader = scope.spawn(|| client.call::<u32>(1, |_| Ok(())));
        thread::sleep(Duration::from_millis(100));
        let parked = scope.spawn(|| client.call::<u32>(2, |_| Ok(())));
        thread::sleep(Duration::from_millis(100));
        ready.send(()).unwrap();
        assert!(matches!(reader.join().unwrap(), Err(Error::Record(_))));
        assert_eq!(parked.join().unwrap().unwrap(), 42);
    });
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    peer.join();
}

/// A codec that panics takes nothing with it but its own call, and no thread waits for the one that is gone.
#[test]
fn a_thread_that_panics_in_a_codec() {
    let peer = Peer::tcp(|stream| {
        answer_all(stream, |call| {
            thread::sleep(Duration::from_millis(5));
            vec![call.argument(0) * 2]
        });
    });
    let client = connect(&peer);
    let start = Instant::now();
    thread::scope(|scope| {
        for thread in 0..4 {
            let client = client.clone();
            scope.spawn(move || {
                for number in 0..20 {
                    let call = || {
                        client.call::<u32>(1, |out| {
                            u32::encode(&number, out)?;
                            assert!((number + thread) % 4 != 0, "while encoding");
                            Ok(())
                        })
                    };
                    match catch_unwind(AssertUnwindSafe(call)) {
                        Ok(outcome) => assert_eq!(outcome.unwrap(), number * 2),
                        Err(_) => assert_eq!((number + thread) % 4, 0),
                    }
                    let call = || client.call::<Panics>(1, |out| u32::encode(&number, out)).map(drop);
                    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
                }
            });
        }
    });
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    drop(client);
    peer.join();
}

/// A codec that cannot decode anything.
struct Panics;

impl Xdr for Panics {
    type Value = u32;
    const MIN: usize = 4;
    const MAX: usize = 4;

    fn encode(value: &u32, out: &mut impl Sink) -> Result<(), EncodeError> {
        u32::encode(value, out)
    }

    fn decode(_: &mut impl Source) -> Result<u32, DecodeError> {
        panic!("while decoding")
    }
}
