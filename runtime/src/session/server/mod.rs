//! The server's side of RPC (RFC 5531 §9): messages in, replies out. No sockets, no clocks, no threads.
//!
//! [`Programs`] holds what is served; [`ServerStream`] takes the bytes of one connection, [`ServerDatagrams`] the
//! datagrams of one socket. What is not answered at once goes out through a [`Port`] and comes back as a [`Delivery`].

mod alike;
mod allowance;
mod answer;
mod backchannel;
mod datagrams;
mod form;
mod handled;
mod kept;
mod layers;
mod load;
mod origin;
mod pace;
mod postponed;
mod programs;
mod repeated;
pub mod replay;
mod shown;
mod stream;
mod ticket;
mod waiting;
mod work;

pub use backchannel::Backchannel;
pub use datagrams::ServerDatagrams;
pub use handled::Handled;
pub use origin::{Origin, Port};
pub use pace::{Pace, Stretch};
pub(crate) use postponed::Postponed;
pub use programs::Programs;
pub use repeated::Asker;
pub use stream::ServerStream;
pub use ticket::Delivery;
pub(crate) use ticket::Ticket;
pub use work::Work;
