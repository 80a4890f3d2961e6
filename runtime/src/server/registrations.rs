use super::Server;
use super::keeper::Keeper;
use super::own_rpcbind::OwnRpcbind;
use super::place::Place;
use crate::error::{Error, Result};
use crate::rpcbind::{PORT, Registration, Rpcbind, UniversalAddress};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Whether a server registers, and where.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Registers {
    #[default]
    No,
    /// With the rpcbind of this machine, which must be there.
    WithRpcbind,
    /// With the rpcbind of this machine or, where none runs, with one of its own on this port.
    OrServes { port: u16 },
}

impl Server {
    /// Registers what is served with the rpcbind of this machine while it is served, so that clients find the port; again
    /// whenever rpcbind has restarted, which a thread of its own watches.
    pub fn register_with_rpcbind(mut self) -> Self {
        self.registers = Registers::WithRpcbind;
        self
    }

    /// As [`Server::register_with_rpcbind`]; where no rpcbind runs, a [`Portmapper`](crate::rpcbind::Portmapper) takes its
    /// place while this serves: on port 111, TCP and UDP, of the hosts that this listens on and of the loopback interface. To
    /// listen on that port needs a privilege. What others have registered there is gone when this ends.
    pub fn register_or_serve_rpcbind(self) -> Self {
        self.register_or_serve_rpcbind_on(crate::rpcbind::PORT)
    }

    /// As [`Server::register_or_serve_rpcbind`], where rpcbind has another port than 111; clients must know it, see
    /// [`ClientOptions::rpcbind_port`](crate::ClientOptions::rpcbind_port).
    pub fn register_or_serve_rpcbind_on(mut self, port: u16) -> Self {
        self.registers = Registers::OrServes { port };
        self
    }

    /// With [`Server::register_or_serve_rpcbind`], a portmapper of our own listens on the UNIX socket at `path` as well: C
    /// programs look for one at `/run/rpcbind.sock`, and are known there as the users they are.
    pub fn rpcbind_socket(mut self, path: impl Into<String>) -> Self {
        self.rpcbind_socket = Some(path.into());
        self
    }
}

/// What a server has registered, until this is dropped.
#[derive(Debug)]
pub(super) enum Registrations {
    None,
    Kept { _keeper: Keeper },
    Own { _rpcbind: OwnRpcbind },
}

impl Registrations {
    /// Registers each version of each program for each socket. If one is refused, none stays registered.
    pub(super) fn new(
        registers: Registers,
        programs: impl Iterator<Item = (u32, u32)> + Clone,
        places: &[Place],
        socket: Option<&str>,
    ) -> Result<Self> {
        let all = || all(programs.clone(), places);
        let keep = |locate: fn(u16) -> Result<Rpcbind>, port| {
            Keeper::new(move || locate(port), all()).map(|_keeper| Self::Kept { _keeper })
        };
        match registers {
            Registers::No => Ok(Self::None),
            Registers::WithRpcbind => keep(locate, PORT),
            Registers::OrServes { port } => match keep(locate, port) {
                Err(Error::Connect { .. }) => match OwnRpcbind::new(port, socket, all(), places) {
                    Ok(_rpcbind) => Ok(Self::Own { _rpcbind }),
                    // Another process may have been faster to serve it.
                    Err(error) => keep(locate, port).map_err(|_| error),
                },
                outcome => outcome,
            },
        }
    }
}

fn locate(port: u16) -> Result<Rpcbind> {
    if port == PORT { Rpcbind::local() } else { Rpcbind::connect(&format!("tcp://127.0.0.1:{port}")) }
}

fn all(programs: impl Iterator<Item = (u32, u32)> + Clone, places: &[Place]) -> Vec<Registration> {
    let places = places.iter().flat_map(|place| reached(place).map(|address| (place.transport, address)));
    let of_place = |(transport, address): (_, UniversalAddress)| {
        let registration = move |(program, version)| Registration::new(program, version, transport, address.clone());
        programs.clone().map(registration)
    };
    places.flat_map(of_place).collect()
}

/// The addresses that a socket is reached at.
fn reached(place: &Place) -> impl Iterator<Item = UniversalAddress> {
    let local = if place.internet().is_none() { Some(place.address.clone()) } else { None };
    place.internet().into_iter().flat_map(families).map(UniversalAddress::from).chain(local)
}

/// An IPv6 socket that is bound to no address takes IPv4, too: its port is registered for both.
pub(super) fn families(socket: SocketAddr) -> impl Iterator<Item = SocketAddr> {
    let both = socket.is_ipv6() && socket.ip().is_unspecified();
    let other = both.then(|| SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), socket.port()));
    std::iter::once(socket).chain(other)
}

#[cfg(test)]
mod tests {
    use super::families;

    #[test]
    fn only_an_open_ipv6_socket_stands_for_both_families() {
        let of =
            |socket: &str| families(socket.parse().unwrap()).map(|address| address.to_string()).collect::<Vec<_>>();
        assert_eq!(of("[::]:7"), ["[::]:7", "0.0.0.0:7"]);
        assert_eq!(of("[::1]:7"), ["[::1]:7"]);
        assert_eq!(of("0.0.0.0:7"), ["0.0.0.0:7"]);
    }
}
