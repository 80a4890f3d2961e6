use crate::address::Transport;
use crate::error::Result;
use crate::rpcbind::{Registration, Rpcbind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// What a server has registered with the local rpcbind, until this is dropped.
#[derive(Debug, Default)]
pub(super) struct Registrations(Vec<Registration>);

impl Registrations {
    /// Registers each version of each program for each socket. If one is refused, none stays registered.
    pub(super) fn new(
        programs: impl Iterator<Item = (u32, u32)> + Clone,
        sockets: &[(Transport, SocketAddr)],
    ) -> Result<Self> {
        let mut this = Self::default();
        let rpcbind = Rpcbind::local()?;
        for (transport, socket) in sockets {
            for address in families(*socket) {
                for (program, version) in programs.clone() {
                    let registration = Registration::new(program, version, *transport, address);
                    rpcbind.register(&registration)?;
                    this.0.push(registration);
                }
            }
        }
        Ok(this)
    }
}

impl Drop for Registrations {
    fn drop(&mut self) {
        // If rpcbind is gone, the registrations are, too.
        if let Ok(rpcbind) = Rpcbind::local() {
            self.0.iter().for_each(|registration| drop(rpcbind.unset(registration)));
        }
    }
}

/// An IPv6 socket that is bound to no address takes IPv4, too: its port is registered for both.
fn families(socket: SocketAddr) -> impl Iterator<Item = SocketAddr> {
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
