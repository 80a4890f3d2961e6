use crate::executor::{block_on, join_all};
use crate::peer::{PROGRAM, Peer, VERSION, answer_all, bytes, read_call, receive_call, record, success};
use oncrpc::xdr::Xdr;
use oncrpc::{Client, ClientOptions, Error, Pending};
use std::io::Write;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

fn connect(peer: &Peer, timeout: Duration) -> Client {
    let options = ClientOptions::new().call_timeout(timeout);
    Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap()
}

fn start(client: &Client, argument: u32) -> Pending<u32> {
    client.start::<u32>(1, |out| u32::encode(&argument, out)).unwrap()
}

fn echo() -> Peer {
    Peer::tcp(|stream| answer_all(stream, |call| vec![call.argument(0)]))
}

/// Counts how often it is woken.
#[derive(Default)]
struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn poll_once<T>(pending: &mut Pending<T>, waker: &Waker) -> Poll<oncrpc::Result<T>> {
    Pin::new(pending).poll(&mut Context::from_waker(waker))
}

/// Waits until `done` holds, for a long time if need be.
fn eventually(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(15);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn calls_one_after_another_and_many_at_a_time() {
    let peer = echo();
    let client = connect(&peer, Duration::from_secs(20));
    block_on(async {
        for argument in 0..200 {
            assert_eq!(start(&client, argument).await.unwrap(), argument);
        }
        let outcomes = join_all((0..500).map(|argument| start(&client, argument)).collect()).await;
        assert!(outcomes.into_iter().map(Result::unwrap).eq(0..500));
    });
    assert_eq!(start(&client, 5).wait().unwrap(), 5, "waiting works as before");
    drop(client);
    peer.join();
}

#[test]
fn on_tokio() {
    let peer = echo();
    let client = connect(&peer, Duration::from_secs(20));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..100_u32)
            .map(|task| {
                let client = client.clone();
                tokio::spawn(async move {
                    for call in 0..20 {
                        let argument = task * 1_000 + call;
                        assert_eq!(start(&client, argument).await.unwrap(), argument);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    drop(client);
    peer.join();
}

#[test]
fn over_udp_a_lost_call_is_sent_again() {
    let peer = Peer::udp(|socket| {
        let (first, _) = receive_call(&socket);
        let (second, from) = receive_call(&socket);
        assert_eq!(first, second);
        socket.send_to(&bytes(&success(second.xid, &[7])), from).unwrap();
    });
    let options = ClientOptions::new().retransmit_interval(Duration::from_millis(30));
    let client = Client::connect_with(&peer.address, PROGRAM, VERSION, &options).unwrap();
    assert_eq!(block_on(start(&client, 0)).unwrap(), 7);
    peer.join();
}

#[test]
fn deadlines_hold_while_awaiting() {
    let peer = Peer::tcp(|mut stream| while read_call(&mut stream).is_some() {});
    let client = connect(&peer, Duration::from_millis(300));
    let begin = Instant::now();
    let outcomes = block_on(join_all((0..10).map(|argument| start(&client, argument)).collect()));
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::TimedOut { .. }))), "{outcomes:?}");
    let elapsed = begin.elapsed();
    assert!(elapsed >= Duration::from_millis(300) && elapsed < Duration::from_secs(5), "{elapsed:?}");
    drop(client);
    peer.join();
}

#[test]
fn a_peer_that_leaves_fails_all_that_is_awaited() {
    let peer = Peer::tcp(|mut stream| {
        for _ in 0..10 {
            read_call(&mut stream).unwrap();
        }
    });
    let client = connect(&peer, Duration::from_secs(20));
    let begin = Instant::now();
    let outcomes = block_on(join_all((0..10).map(|argument| start(&client, argument)).collect()));
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::Closed { .. }))), "{outcomes:?}");
    assert!(begin.elapsed() < Duration::from_secs(10));
    peer.join();
}

#[test]
fn the_waker_of_the_last_poll_is_woken() {
    let (go, wait) = mpsc::channel::<()>();
    let peer = Peer::tcp(move |mut stream| {
        let call = read_call(&mut stream).unwrap();
        wait.recv().unwrap();
        stream.write_all(&record(&success(call.xid, &[3]))).unwrap();
        assert!(read_call(&mut stream).is_none());
    });
    let client = connect(&peer, Duration::from_secs(20));
    let (first, last) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let mut pending = start(&client, 0);
    assert!(poll_once(&mut pending, &first.clone().into()).is_pending());
    assert!(poll_once(&mut pending, &last.clone().into()).is_pending());
    go.send(()).unwrap();
    eventually("the last waker is woken", || last.0.load(SeqCst) == 1);
    assert_eq!(first.0.load(SeqCst), 0);
    assert!(matches!(poll_once(&mut pending, Waker::noop()), Poll::Ready(Ok(3))));
    assert!(matches!(poll_once(&mut pending, Waker::noop()), Poll::Ready(Err(Error::Taken))));
    assert!(matches!(pending.wait(), Err(Error::Taken)));
    drop(client);
    peer.join();
}

#[test]
fn a_look_does_not_wait() {
    let (go, wait) = mpsc::channel::<()>();
    let peer = Peer::tcp(move |mut stream| {
        let call = read_call(&mut stream).unwrap();
        wait.recv().unwrap();
        stream.write_all(&record(&success(call.xid, &[3]))).unwrap();
        assert!(read_call(&mut stream).is_none());
    });
    let client = connect(&peer, Duration::from_secs(20));
    let mut pending = start(&client, 0);
    let begin = Instant::now();
    assert!((0..100).all(|_| pending.try_wait().is_none()));
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    go.send(()).unwrap();
    let deadline = Instant::now() + Duration::from_secs(15);
    let outcome = loop {
        assert!(Instant::now() < deadline);
        if let Some(outcome) = pending.try_wait() {
            break outcome;
        }
    };
    assert_eq!(outcome.unwrap(), 3);
    assert!(matches!(pending.try_wait(), Some(Err(Error::Taken))));
    drop((pending, client));
    peer.join();
}
