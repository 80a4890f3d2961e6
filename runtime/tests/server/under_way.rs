//! Replies that come later, while the loop that is to send them is busy.

use super::desk::*;
use super::support::*;
use oncrpc::metrics::Event;
use oncrpc::{Error, Limits, Server};
use std::io::Write;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

const CALLS: u32 = 8;

/// A quarter of it is for them: enough for a few.
const OUTPUT: usize = 4_000;

#[test]
fn replies_that_find_no_room_on_their_way_become_system_errors() {
    let (desk, errors) = (Desk::default(), Arc::new(Mutex::new(Vec::new())));
    let (told, begun) = channel();
    let (open, gate) = channel::<()>();
    let (told, gate, kept) = (Mutex::new(told), Mutex::new(gate), Arc::clone(&errors));
    let server = Server::new()
        .limits(Limits { total_output_bytes: OUTPUT, ..Limits::default() })
        .layer(move |call| {
            if call.procedure() == SUM && told.lock().unwrap().send(()).is_ok() {
                // Until the test goes on, or has ended.
                let _ = gate.lock().unwrap().recv();
            }
            Ok(())
        })
        .on_error(move |_, error| kept.lock().unwrap().push(error.clone()))
        .serve(desk.clone());
    let server = server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let (mut parked, mut busy) = (connect(&server), connect(&server));
    for name in 0..CALLS {
        parked.write_all(&record(&call(name, PARK, &words(&[name])))).unwrap();
    }
    desk.await_begun(CALLS as usize);
    busy.write_all(&record(&call(9, SUM, &words(&[1, 1])))).unwrap();
    begun.recv_timeout(PATIENCE).unwrap();
    thread::scope(|scope| {
        (0..CALLS).for_each(|name| {
            drop(scope.spawn({
                let desk = &desk;
                move || desk.take(name).send(Ok(name))
            }))
        });
    });
    open.send(()).unwrap();
    let replies: Vec<_> = (0..CALLS).map(|_| read_record(&mut parked)).collect();
    let refused = replies.iter().filter(|reply| reply.len() == 24 && reply[23] == 5).count();
    assert!((1..CALLS as usize).contains(&refused), "{refused}");
    assert_eq!(server.metrics().count(Event::DroppedReply), refused as u64);
    let errors = errors.lock().unwrap();
    let is_right = |error: &Error| matches!(error, Error::TooManyReplies { limit } if *limit == OUTPUT / 4);
    assert!(errors.len() == refused && errors.iter().all(is_right), "{errors:?}");
}
