//! Every procedure of rpcbind, asked of Debian's rpcbind in each version and over each transport.

use oncrpc::rpcbind::{Registration, Rpcbind, UniversalAddress};
use oncrpc::{Error, Transport};
use oncrpc_tests::rpcbind;
use std::net::SocketAddr;

/// A number for each test, which no other registers.
const LOOKED_UP: u32 = 0x2f10_0001;
const CHANGED: u32 = 0x2f10_0002;

/// Takes back what a test has registered.
struct Registered(Registration);

impl Registered {
    fn new(program: u32, version: u32, transport: Transport, place: &str) -> Self {
        let place: SocketAddr = place.parse().unwrap();
        let registration = Registration::new(program, version, transport, place);
        Rpcbind::local().unwrap().register(&registration).unwrap();
        Self(registration)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let _ = Rpcbind::local().and_then(|rpcbind| rpcbind.unset(&self.0));
    }
}

fn connect(address: &str, version: u32) -> Rpcbind {
    Rpcbind::connect(address).unwrap().with_version(version).unwrap()
}

/// The port of an address, whatever its host.
fn port(address: Option<UniversalAddress>) -> Option<u16> {
    address.and_then(|address| address.port())
}

#[test]
fn what_is_registered_is_found_in_each_version_over_each_transport() {
    if !rpcbind::available() {
        return;
    }
    let _tcp = Registered::new(LOOKED_UP, 1, Transport::Tcp, "0.0.0.0:4711");
    let _udp = Registered::new(LOOKED_UP, 1, Transport::Udp, "0.0.0.0:4712");
    let _tcp6 = Registered::new(LOOKED_UP, 1, Transport::Tcp, "[::]:4713");
    let _udp6 = Registered::new(LOOKED_UP, 1, Transport::Udp, "[::]:4714");
    let places = [("tcp://127.0.0.1", 4711), ("udp://127.0.0.1", 4712), ("tcp://[::1]", 4713), ("udp://[::1]", 4714)];
    for (address, expected) in places {
        for version in [2, 3, 4] {
            // A portmapper knows IPv4 only.
            if version == 2 && address.contains('[') {
                continue;
            }
            let rpcbind = connect(address, version);
            assert_eq!(rpcbind.version().unwrap(), version);
            assert_eq!(port(rpcbind.address(LOOKED_UP, 1).unwrap()), Some(expected), "{address} {version}");
            assert_eq!(rpcbind.address(LOOKED_UP + 0x100, 1).unwrap(), None);
            let all = rpcbind.registrations().unwrap();
            let ours = all.iter().filter(|it| it.program == LOOKED_UP).count();
            assert_eq!(ours, if version == 2 { 2 } else { 4 }, "{address} {version}");
        }
    }
}

#[test]
fn the_newest_version_is_spoken() {
    if rpcbind::available() {
        for address in ["tcp://127.0.0.1", "udp://127.0.0.1"] {
            assert_eq!(Rpcbind::connect(address).unwrap().version().unwrap(), 4);
        }
    }
}

#[test]
fn what_only_version_4_tells() {
    if !rpcbind::available() {
        return;
    }
    let _tcp = Registered::new(LOOKED_UP + 1, 3, Transport::Tcp, "0.0.0.0:4711");
    let rpcbind = Rpcbind::connect("127.0.0.1").unwrap();
    assert_eq!(port(rpcbind.address(LOOKED_UP + 1, 9).unwrap()), Some(4711), "of another version");
    assert_eq!(rpcbind.address_of_version(LOOKED_UP + 1, 9).unwrap(), None);
    assert_eq!(port(rpcbind.address_of_version(LOOKED_UP + 1, 3).unwrap()), Some(4711));
    let all = rpcbind.addresses(LOOKED_UP + 1, 3).unwrap();
    let [only] = &all[..] else { panic!("{all:?}") };
    assert_eq!((only.netid.to_str(), only.semantics, only.family.to_str()), (Ok("tcp"), 3, Ok("inet")));

    let before = rpcbind.statistics().unwrap()[2].calls[11];
    rpcbind.addresses(LOOKED_UP + 1, 3).unwrap();
    assert!(rpcbind.statistics().unwrap()[2].calls[11] > before, "GETADDRLIST is counted");

    let older = connect("127.0.0.1", 3);
    assert!(matches!(older.statistics(), Err(Error::ProcedureUnavailable)));
    assert!(matches!(older.addresses(LOOKED_UP, 1), Err(Error::ProcedureUnavailable)));
}

#[test]
fn clocks_and_addresses() {
    if !rpcbind::available() {
        return;
    }
    let seconds = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let address: UniversalAddress = "192.0.2.1.15.205".parse().unwrap();
    for version in [3, 4] {
        let rpcbind = connect("127.0.0.1", version);
        assert!(u64::from(rpcbind.time().unwrap()).abs_diff(seconds) < 600);
        let stored = rpcbind.transport_address(&address).unwrap();
        assert_eq!(UniversalAddress::from_transport_address(&stored), Some(address.clone()));
        assert_eq!(rpcbind.universal_address(&address.to_transport_address()).unwrap(), Some(address.clone()));
    }
    assert!(matches!(connect("127.0.0.1", 2).time(), Err(Error::ProcedureUnavailable)));
}

#[test]
fn registrations_change_from_this_machine() {
    if !rpcbind::available() {
        return;
    }
    let first = Registered::new(CHANGED, 1, Transport::Tcp, "0.0.0.0:4711");
    let here = Rpcbind::local().unwrap();
    let there = Rpcbind::connect("127.0.0.1").unwrap();
    assert!(here.set(&first.0).unwrap(), "the same again");
    let moved = Registration::new(CHANGED, 1, Transport::Tcp, "0.0.0.0:4712".parse::<SocketAddr>().unwrap());
    assert!(!here.set(&moved).unwrap(), "it is elsewhere");
    here.register(&moved).unwrap();
    assert_eq!(port(there.address(CHANGED, 1).unwrap()), Some(4712));
    assert_eq!(there.port(CHANGED, 1, Transport::Tcp).unwrap(), Some(4712));
    assert_eq!(there.port(CHANGED, 1, Transport::Udp).unwrap(), None);
    here.unregister(&moved).unwrap();
    assert_eq!(there.address(CHANGED, 1).unwrap(), None);
}

/// As a C server of 1990 registers.
#[test]
fn registrations_change_through_a_portmapper() {
    if !rpcbind::available() {
        return;
    }
    let local = Rpcbind::local().unwrap().with_version(2).unwrap();
    let place = Registration::new(CHANGED + 1, 1, Transport::Udp, "0.0.0.0:4711".parse::<SocketAddr>().unwrap());
    assert!(local.set(&place).unwrap());
    let there = Rpcbind::connect("127.0.0.1").unwrap();
    assert_eq!(there.port(CHANGED + 1, 1, Transport::Udp).unwrap(), Some(4711));
    assert!(local.unset(&place).unwrap());
    assert_eq!(there.port(CHANGED + 1, 1, Transport::Udp).unwrap(), None);
    let ipv6 = Registration::new(CHANGED + 1, 1, Transport::Tcp, "[::]:4711".parse::<SocketAddr>().unwrap());
    assert!(matches!(local.set(&ipv6), Err(Error::ProgramMismatch { low: 2, high: 2 })));
}
