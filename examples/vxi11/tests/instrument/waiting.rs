//! What takes time: who waits for it, and what ends that.

use super::*;
use std::thread;
use vxi11::idl::device_async_version;

fn aborter(caller: &Caller) -> device_async_version::Client {
    device_async_version::Client::connect(&format!("tcp://127.0.0.1:{}", caller.abort_port)).unwrap()
}

#[test]
fn a_read_waits_as_long_as_it_says() {
    let bench = Bench::start();
    let caller = bench.caller();
    let begin = Instant::now();
    let read = caller.core.device_read(&caller.reading(100, 200)).unwrap();
    assert_eq!((read.error, read.data.len()), (DeviceErrorCode::IoTimeout, 0));
    assert!(begin.elapsed() >= Duration::from_millis(200));
    caller.write(b"WAIT 0.2;*OPC?");
    assert_eq!(caller.core.device_read(&caller.reading(100, 0)).unwrap().error, DeviceErrorCode::IoTimeout);
    assert_eq!(caller.read().data, b"1\n"[..]);
    assert!(begin.elapsed() >= Duration::from_millis(400));
}

#[test]
fn a_read_that_waits_holds_nobody_up() {
    let bench = Bench::start();
    let first = bench.caller();
    first.write(b"WAIT 600;*OPC?");
    let waiting = first.core.start_device_read(&first.reading(100, PATIENCE)).unwrap();
    first.core.inner().flush().unwrap();
    // Another link, over another connection or the same.
    for other in [bench.caller(), first.again()] {
        assert_eq!(other.ask(b"*OPC?"), "1");
    }
    assert_eq!(aborter(&first).device_abort(first.lid).unwrap().error, DeviceErrorCode::NoError);
    assert_eq!(waiting.wait().unwrap().error, DeviceErrorCode::Abort);
}

#[test]
fn calls_over_a_link_are_carried_out_in_order() {
    let bench = Bench::start();
    let caller = bench.caller();
    caller.write(b"WAIT 0.1;*OPC?");
    let first = caller.core.start_device_read(&caller.reading(100, PATIENCE)).unwrap();
    let write = caller.core.start_device_write(&caller.piece(b"*SRE?", VXI11_FLAG_END)).unwrap();
    let second = caller.core.start_device_read(&caller.reading(100, PATIENCE)).unwrap();
    assert_eq!(second.wait().unwrap().data, b"0\n"[..]);
    assert_eq!(write.wait().unwrap().error, DeviceErrorCode::NoError);
    assert_eq!(first.wait().unwrap().data, b"1\n"[..]);
}

#[test]
fn an_abort_ends_the_call_and_not_the_command() {
    let bench = Bench::start();
    let caller = bench.caller();
    let aborter = aborter(&caller);
    caller.write(b"WAIT 0.5;*OPC?");
    let outcome = thread::scope(|scope| {
        let read = scope.spawn(|| caller.read().error);
        // One that comes before the read ends nothing.
        let mut is_ended = || {
            assert_eq!(aborter.device_abort(caller.lid).unwrap().error, DeviceErrorCode::NoError);
            read.is_finished()
        };
        wait_until(&mut is_ended);
        read.join().unwrap()
    });
    // On a machine that is very busy the answer was there before.
    if outcome == DeviceErrorCode::Abort {
        assert_eq!(caller.read().data, b"1\n"[..]);
    }
    assert_eq!(caller.ask(b"*OPC?"), "1");
    assert_eq!(aborter.device_abort(caller.lid + 1).unwrap().error, DeviceErrorCode::InvalidLink);
}

#[test]
fn a_message_that_ends_with_a_wait_is_answered_behind_it() {
    let bench = Bench::start();
    let caller = bench.caller();
    let begin = Instant::now();
    assert_eq!(caller.ask(b"*OPC?;WAIT 0.2"), "1");
    assert!(begin.elapsed() >= Duration::from_millis(200));
    assert_eq!(caller.ask(b"*SRE?"), "0");
}

#[test]
fn a_clear_ends_what_takes_long() {
    let bench = Bench::start();
    let caller = bench.caller();
    caller.write(b"WAIT 600;*TRG");
    assert_eq!(caller.core.device_clear(&caller.generic(0, 0)).unwrap().error, DeviceErrorCode::NoError);
    assert_eq!(caller.ask(b"TRIG:COUN?;SYST:ERR?"), "0;0,\"No error\"");
}

#[test]
fn a_client_that_leaves_takes_its_calls_along() {
    let bench = Bench::start();
    let (first, second) = (bench.caller(), bench.caller());
    first.write(b"WAIT 0.1");
    let read = first.core.start_device_read(&first.reading(100, 300)).unwrap();
    first.core.inner().flush().unwrap();
    drop((read, first));
    assert_eq!(second.ask(b"*OPC?"), "1");
    wait_until(|| bench.core.connections().len() == 1);
    assert_eq!(second.ask(b"*OPC?"), "1");
}
