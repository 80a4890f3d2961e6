use super::place::Place;
use super::registrations::families;
use super::{RunningServer, Server};
use crate::address::Transport;
use crate::error::Result;
use crate::rpcbind::{Portmapper, Registration, UniversalAddress};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// A portmapper on a thread of its own: nothing else is served on its port, nor it on the ports of others.
#[derive(Debug)]
pub(super) struct OwnRpcbind {
    _running: RunningServer,
}

impl OwnRpcbind {
    /// Serves `registrations` on `port` of the hosts that `places` are on and of the loopback interface, and on a UNIX
    /// socket at the path `socket`.
    pub(super) fn new(
        port: u16,
        socket: Option<&str>,
        registrations: Vec<Registration>,
        places: &[Place],
    ) -> Result<Self> {
        let portmapper = Portmapper::new();
        let mut server = portmapper.serve_on(Server::new());
        // Where there is IPv6, C servers that register use it.
        let ipv6 = UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
        for host in hosts(places.iter().filter_map(Place::internet).map(|place| place.ip()), ipv6) {
            let place = SocketAddr::new(host, port);
            for transport in [Transport::Tcp, Transport::Udp] {
                server = server.listen(&format!("{transport}://{place}"))?;
                families(place).for_each(|place| portmapper.register_itself(transport, place));
            }
        }
        if let Some(path) = socket {
            server = server.listen(&format!("unix:{}{path}", if path.starts_with('/') { "//" } else { "" }))?;
            portmapper.register_itself(Transport::Unix, UniversalAddress::Local(path.to_owned()));
        }
        registrations.iter().try_for_each(|registration| portmapper.register(registration))?;
        Ok(Self { _running: server.start()? })
    }
}

/// The hosts to listen on: those of `bound` and the loopback interface, without those that another one stands for.
fn hosts(bound: impl Iterator<Item = IpAddr>, ipv6: bool) -> BTreeSet<IpAddr> {
    let mut hosts: BTreeSet<IpAddr> = bound.collect();
    hosts.insert(Ipv4Addr::LOCALHOST.into());
    if ipv6 {
        hosts.insert(Ipv6Addr::LOCALHOST.into());
    }
    let all = |host: IpAddr| hosts.contains(&host).then_some(host);
    let (all4, all6) = (all(Ipv4Addr::UNSPECIFIED.into()), all(Ipv6Addr::UNSPECIFIED.into()));
    match (all6, all4) {
        (Some(all6), _) => BTreeSet::from([all6]),
        (None, Some(all4)) => hosts.into_iter().filter(|host| host.is_ipv6() || *host == all4).collect(),
        (None, None) => hosts,
    }
}

#[cfg(test)]
mod tests {
    use super::hosts;

    #[test]
    fn it_is_reached_where_the_server_is() {
        let of = |bound: &[&str], ipv6| {
            let hosts = hosts(bound.iter().map(|host| host.parse().unwrap()), ipv6);
            hosts.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(of(&["127.0.0.1"], false), ["127.0.0.1"]);
        assert_eq!(of(&["127.0.0.1"], true), ["127.0.0.1", "::1"]);
        assert_eq!(of(&["192.0.2.1", "192.0.2.1"], false), ["127.0.0.1", "192.0.2.1"]);
        assert_eq!(of(&["0.0.0.0", "192.0.2.1"], false), ["0.0.0.0"]);
        assert_eq!(of(&["0.0.0.0", "2001:db8::1"], true), ["0.0.0.0", "::1", "2001:db8::1"]);
        assert_eq!(of(&["192.0.2.1", "::"], true), ["::"]);
    }
}
