use super::Result;
use oncrpc::Address;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};

/// The address of `port` at the host of `peer`, an address that was connected to.
pub(super) fn at_host_of(peer: &str, port: u16) -> Result<String> {
    let host = peer.parse::<Address>()?.host;
    Ok(if host.contains(':') { format!("tcp://[{host}]:{port}") } else { format!("tcp://{host}:{port}") })
}

/// The IPv4 address of this machine that `peer` sees. Nothing is sent for it.
pub(super) fn ours(peer: &str) -> Result<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.connect((peer.parse::<Address>()?.host.as_str(), 9))?;
    match socket.local_addr()?.ip() {
        IpAddr::V4(ip) => Ok(ip),
        IpAddr::V6(_) => Err(std::io::Error::from(ErrorKind::Unsupported).into()),
    }
}
