//! rpcbind (RFC 1833): which address of a host serves which program. Versions 4 and 3, and version 2, the portmapper.
//!
//! A [`Client`](crate::Client) that is given no port asks there by itself, and
//! [`Server::register_with_rpcbind`](crate::Server::register_with_rpcbind) registers. To look further:
//!
//! ```no_run
//! use oncrpc::Transport;
//! use oncrpc::rpcbind::{Registration, Rpcbind};
//!
//! # fn main() -> oncrpc::Result<()> {
//! let there = Rpcbind::connect("udp://files.example.org")?;
//! let nfs = there.port(100_003, 3, Transport::Tcp)?;
//!
//! let here = Rpcbind::local()?;
//! let place: std::net::SocketAddr = "0.0.0.0:4045".parse().unwrap();
//! here.register(&Registration::new(0x2000_0099, 1, Transport::Tcp, place))?;
//! # Ok(())
//! # }
//! ```

mod client;
mod find;
mod idl;
mod portmapper;
mod registration;
mod stub;
mod universal;

pub use client::Rpcbind;
pub(crate) use find::find;
pub use idl::rpcbind::{ForwardCount, LookupCount, Registration, ServedAddress, TransportAddress, VersionStatistics};
pub use portmapper::Portmapper;
pub use universal::UniversalAddress;

/// The program number of rpcbind.
pub const PROGRAM: u32 = idl::rpcbind::rpcbind_v4::PROGRAM;

/// The port that rpcbind listens on, TCP and UDP.
pub const PORT: u16 = 111;
