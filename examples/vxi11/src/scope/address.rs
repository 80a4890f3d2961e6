use super::Result;
use oncrpc::Address;

/// The address of `port` at the host of `peer`, an address that was connected to.
pub(super) fn at_host_of(peer: &str, port: u16) -> Result<String> {
    let host = peer.parse::<Address>()?.host;
    Ok(if host.contains(':') { format!("tcp://[{host}]:{port}") } else { format!("tcp://{host}:{port}") })
}
