//! A client of instruments.

mod address;
mod error;
mod interrupts;
mod link;
mod response;

pub use error::{Error, Result};
pub use interrupts::Interrupts;
pub use link::{Aborter, Link};
pub use response::block;
