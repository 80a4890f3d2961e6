use super::Portmapper;
use super::caller::{check_amplification, netid_of, owner, reachable};
use crate::address::Transport;
use crate::call::Call;
use crate::error::Result;
use crate::rpcbind::idl::portmap::{Mapping, MappingList, MappingNode, portmap_v2};
use crate::rpcbind::idl::rpcbind::{
    Registration, RegistrationList, RegistrationNode, ServedAddress, ServedAddressList, Statistics, TransportAddress,
    rpcbind_v3, rpcbind_v4,
};
use crate::rpcbind::registration::transport;
use crate::rpcbind::universal::UniversalAddress;
use crate::xdr::Text;
use bytes::Bytes;
use std::time::{SystemTime, UNIX_EPOCH};

impl portmap_v2::Service for Portmapper {
    fn set(&self, call: &Call, mapping: Mapping) -> Result<bool> {
        self.change(call, |portmapper, owner| portmapper.table().set(mapping.into(), owner))
    }

    fn unset(&self, call: &Call, mapping: Mapping) -> Result<bool> {
        let Mapping { program, version, .. } = mapping;
        self.change(call, |portmapper, owner| {
            let mut table = portmapper.table();
            let [tcp, udp] = ["tcp", "udp"].map(|netid| {
                let netid = Text::from_static(netid);
                table.unset(program, version, Some(&netid), owner)
            });
            tcp && udp
        })
    }

    fn getport(&self, call: &Call, mapping: Mapping) -> Result<u32> {
        let wanted = Registration::from(mapping);
        let found = self.look_up(call, &wanted, &wanted.netid, true);
        Ok(found.and_then(|address| address.port()).unwrap_or(0).into())
    }

    fn dump(&self, call: &Call) -> Result<MappingList> {
        check_amplification(call)?;
        let mut table = self.table();
        table.count(call.version(), call.procedure());
        let mappings = table.entries().iter().filter_map(Registration::mapping);
        Ok(mappings.map(|entry| MappingNode { entry }).collect())
    }
}

/// The procedures that both versions of rpcbind have.
macro_rules! both_versions {
    () => {
        fn set(&self, call: &Call, registration: Registration) -> Result<bool> {
            self.change(call, |portmapper, owner| portmapper.table().set(registration, owner))
        }

        fn unset(&self, call: &Call, registration: Registration) -> Result<bool> {
            let Registration { program, version, netid, .. } = registration;
            let netid = Some(netid).filter(|netid| !netid.as_bytes().is_empty());
            self.change(call, |portmapper, owner| portmapper.table().unset(program, version, netid.as_ref(), owner))
        }

        fn getaddr(&self, call: &Call, registration: Registration) -> Result<Text> {
            let netid = wanted_netid(call, &registration);
            Ok(text(self.look_up(call, &registration, &netid, true)))
        }

        fn dump(&self, call: &Call) -> Result<RegistrationList> {
            check_amplification(call)?;
            let mut table = self.table();
            table.count(call.version(), call.procedure());
            Ok(table.entries().iter().map(|entry| RegistrationNode { entry: entry.clone() }).collect())
        }

        fn gettime(&self, call: &Call) -> Result<u32> {
            self.table().count(call.version(), call.procedure());
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            // The procedure has 32 bits; they last until 2106.
            Ok(u32::try_from(now.as_secs()).unwrap_or(u32::MAX))
        }

        fn uaddr2taddr(&self, call: &Call, address: Text) -> Result<TransportAddress> {
            self.table().count(call.version(), call.procedure());
            let none = TransportAddress { capacity: 0, bytes: Bytes::new() };
            Ok(UniversalAddress::from_text(&address).map_or(none, |address| address.to_transport_address()))
        }

        fn taddr2uaddr(&self, call: &Call, address: TransportAddress) -> Result<Text> {
            self.table().count(call.version(), call.procedure());
            Ok(text(UniversalAddress::from_transport_address(&address)))
        }
    };
}

impl rpcbind_v3::Service for Portmapper {
    both_versions!();
}

impl rpcbind_v4::Service for Portmapper {
    both_versions!();

    fn getversaddr(&self, call: &Call, registration: Registration) -> Result<Text> {
        let netid = wanted_netid(call, &registration);
        Ok(text(self.look_up(call, &registration, &netid, false)))
    }

    fn getaddrlist(&self, call: &Call, registration: Registration) -> Result<ServedAddressList> {
        let found: Vec<_> = {
            let mut table = self.table();
            table.count(call.version(), call.procedure());
            table.of_version(registration.program, registration.version).cloned().collect()
        };
        Ok(found.iter().filter_map(|it| served_address(call, it)).collect())
    }

    fn getstat(&self, call: &Call) -> Result<Statistics> {
        check_amplification(call)?;
        let mut table = self.table();
        table.count(call.version(), call.procedure());
        Ok(table.statistics.clone())
    }
}

impl Portmapper {
    /// Changes the table for the owner who calls.
    fn change(&self, call: &Call, change: impl FnOnce(&Self, &str) -> bool) -> Result<bool> {
        const SET: u32 = 1;
        let owner = owner(call)?;
        let done = change(self, &owner);
        let mut table = self.table();
        table.count(call.version(), call.procedure());
        if done {
            table.count_change(call.version(), call.procedure() == SET);
        }
        Ok(done)
    }

    /// The address of a program for a transport, as the caller can reach it.
    fn look_up(&self, call: &Call, wanted: &Registration, netid: &Text, any: bool) -> Option<UniversalAddress> {
        let Registration { program, version, .. } = *wanted;
        let found = {
            let mut table = self.table();
            let found =
                if any { table.any_version(program, version, netid) } else { table.exact(program, version, netid) };
            let found = found.and_then(Registration::universal_address);
            table.count(call.version(), call.procedure());
            table.count_lookup(call.version(), program, version, netid, found.is_some());
            found
        };
        reachable(found?, call)
    }
}

/// The transport is that of the call (RFC 1833 §2.2.1); over a UNIX socket the caller may want any.
fn wanted_netid(call: &Call, registration: &Registration) -> Text {
    let any = call.transport() == Transport::Unix && !registration.netid.as_bytes().is_empty();
    if any { registration.netid.clone() } else { netid_of(call) }
}

fn text(address: Option<UniversalAddress>) -> Text {
    address.map_or_else(Text::default, |address| address.to_text())
}

/// An address with what netconfig has on its transport; `None` if the caller cannot reach it.
fn served_address(call: &Call, registration: &Registration) -> Option<ServedAddress> {
    const DATAGRAMS: u32 = 1;
    const STREAM: u32 = 3;
    let address = reachable(registration.universal_address()?, call)?.to_text();
    let (semantics, family, protocol) = match transport(&registration.netid) {
        Some((Transport::Udp, ipv6)) => (DATAGRAMS, if ipv6 { "inet6" } else { "inet" }, "udp"),
        Some((_, ipv6)) => (STREAM, if ipv6 { "inet6" } else { "inet" }, "tcp"),
        None => (STREAM, "loopback", "-"),
    };
    let netid = registration.netid.clone();
    Some(ServedAddress {
        address,
        netid,
        semantics,
        family: Text::from_static(family),
        protocol: Text::from_static(protocol),
    })
}
