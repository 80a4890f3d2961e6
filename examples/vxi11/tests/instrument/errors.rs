//! What the instrument refuses.

use super::*;
use vxi11::idl::DeviceDocmdParms;

fn device(name: &str) -> CreateLinkParms {
    CreateLinkParms { device: name.into(), ..CreateLinkParms::default() }
}

#[test]
fn there_is_one_device() {
    let bench = Bench::start();
    let core = bench.connect();
    for name in ["", "inst1", "gpib0,5"] {
        assert_eq!(core.create_link(&device(name)).unwrap().error, DeviceErrorCode::NotAccessible);
    }
}

#[test]
fn a_link_is_of_its_connection() {
    let bench = Bench::start();
    let (first, second) = (bench.caller(), bench.caller());
    for lid in [0, -1, first.lid, second.lid + 1, i32::MAX] {
        let second = Caller { lid, core: second.core.clone(), abort_port: 0 };
        assert_eq!(second.read().error, DeviceErrorCode::InvalidLink, "{lid}");
        assert_eq!(second.core.device_unlock(lid).unwrap().error, DeviceErrorCode::InvalidLink);
        assert_eq!(second.core.destroy_link(lid).unwrap().error, DeviceErrorCode::InvalidLink);
    }
    assert_eq!(first.ask(b"*OPC?"), "1");
}

#[test]
fn there_are_not_too_many_links() {
    let bench = Bench::start();
    let caller = bench.caller();
    let links: Vec<Caller> = (1..32).map(|_| caller.again()).collect();
    assert_eq!(caller.core.create_link(&device("inst0")).unwrap().error, DeviceErrorCode::OutOfResources);
    assert_eq!(caller.core.destroy_link(links[7].lid).unwrap().error, DeviceErrorCode::NoError);
    caller.again();
}

#[test]
fn what_is_too_long_is_not_taken() {
    let bench = Bench::start();
    let caller = bench.caller();
    let write = |length| {
        let piece = DeviceWriteParms { data: vec![b' '; length].into(), ..caller.piece(b"", 0) };
        caller.core.device_write(&piece).unwrap().error
    };
    assert_eq!(write((128 << 10) + 1), DeviceErrorCode::ParameterError);
    assert_eq!([write(128 << 10), write(128 << 10)], [DeviceErrorCode::NoError; 2]);
    assert_eq!(write(1), DeviceErrorCode::IoError);
    assert_eq!(caller.ask(b"SYST:ERR?"), "-363,\"Input buffer overrun\"");
}

#[test]
fn it_is_no_gateway() {
    let bench = Bench::start();
    let caller = bench.caller();
    let asked = DeviceDocmdParms { lid: caller.lid, cmd: 0x20000, ..DeviceDocmdParms::default() };
    assert_eq!(caller.core.device_docmd(&asked).unwrap().error, DeviceErrorCode::NotSupported);
}
