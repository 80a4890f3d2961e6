//! The interrupt channel: the instrument calls back.

use super::*;
use std::net::TcpListener;
use vxi11::idl::{DeviceAddrFamily, DeviceEnableSrqParms, DeviceRemoteFunc, device_intr_version};
use vxi11::scope::Link;

const SOON: Duration = Duration::from_secs(60);

fn channel(port: u16) -> DeviceRemoteFunc {
    DeviceRemoteFunc {
        host_addr: 0x7f00_0001,
        host_port: port,
        prog_num: device_intr_version::PROGRAM,
        prog_vers: device_intr_version::VERSION,
        prog_family: DeviceAddrFamily::Tcp,
    }
}

#[test]
fn service_is_asked_for_once_for_each_reason() {
    let bench = Bench::start();
    let link = Link::open(&bench.core.addresses()[0], "inst0").unwrap();
    let interrupts = link.open_interrupts().unwrap();
    link.enable_srq(b"a handle").unwrap();
    for _ in 0..3 {
        link.write("*SRE 16;*OPC?").unwrap();
        assert_eq!(interrupts.wait(SOON).unwrap(), b"a handle"[..]);
        // The request is answered by the poll, the message by the read.
        assert_eq!([link.status().unwrap(), link.status().unwrap()], [0x50, 0x10]);
        assert_eq!(link.read().unwrap(), b"1\n");
        assert_eq!(link.status().unwrap(), 0);
    }
    // Errors are another reason; a message is none then.
    link.write("*SRE 4;FOO").unwrap();
    assert_eq!(interrupts.wait(SOON).unwrap(), b"a handle"[..]);
    assert_eq!(link.ask("*STB?;SYST:ERR?;*STB?").unwrap(), "68;-113,\"Undefined header\";16");
    assert_eq!(interrupts.wait(Duration::from_millis(50)), None);
}

#[test]
fn a_connection_has_one_channel() {
    let bench = Bench::start();
    let caller = bench.caller();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let open = || caller.core.create_intr_chan(&channel(port)).unwrap().error;
    let close = || caller.core.destroy_intr_chan().unwrap().error;
    assert_eq!([close(), open(), open()], {
        [DeviceErrorCode::NoChannel, DeviceErrorCode::NoError, DeviceErrorCode::ChannelEstablished]
    });
    assert_eq!([close(), open(), close()], [DeviceErrorCode::NoError; 3]);
    // There may be a handle without a channel; nobody is told then.
    let asked = DeviceEnableSrqParms { lid: caller.lid, enable: true, handle: Bytes::from_static(b"x") };
    assert_eq!(caller.core.device_enable_srq(&asked).unwrap().error, DeviceErrorCode::NoError);
    assert_eq!(caller.ask(b"*SRE 16;*OPC?"), "1");
}

#[test]
fn it_connects_to_the_caller_and_to_nobody_else() {
    let bench = Bench::start();
    let caller = bench.caller();
    let open = |asked| caller.core.create_intr_chan(&asked).unwrap().error;
    let elsewhere = DeviceRemoteFunc { host_addr: 0x7f00_0002, ..channel(9) };
    let another_program = DeviceRemoteFunc { prog_num: 100_000, ..channel(111) };
    assert_eq!([open(elsewhere), open(another_program)], [DeviceErrorCode::ParameterError; 2]);
    // Nobody listens; then somebody does.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(open(channel(port)), DeviceErrorCode::NoChannel);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    assert_eq!(open(channel(listener.local_addr().unwrap().port())), DeviceErrorCode::NoError);
}
