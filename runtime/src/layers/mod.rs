//! Ready-made [layers](crate::Server::layer): functions that decide whether a call is carried out.
//!
//! Each takes the call before its arguments are decoded and lets it pass, or returns the error that it is answered
//! with. [`only`] and [`except`] narrow one down to some procedures, [`only_programs`] to some programs.
//!
//! ```
//! use oncrpc::rpc::{AuthStat, Flavor};
//! use oncrpc::{Call, Error, Procedure, Result, Server, layers};
//!
//! const ERASE: Procedure = Procedure::new(0x2000_0099, 1, 3, "ERASE"); // emitted: disk_v1::procedure::ERASE
//!
//! /// A layer of your own; the handler finds what it attaches in `call.extensions()`.
//! fn authorise(call: &mut Call) -> Result<()> {
//!     let user = call.auth_sys().map(|claim| claim.uid).ok_or(Error::Auth(AuthStat::TooWeak))?;
//!     call.extensions_mut().insert(User(user));
//!     Ok(())
//! }
//!
//! struct User(u32);
//!
//! # fn main() -> Result<()> {
//! let server = Server::new()
//!     .layer(layers::peers(["10.0.0.0/8", "fd00::/8", "::1", "unix"])?)
//!     .layer(layers::minimum_flavor(Flavor::SYS))
//!     .layer(layers::only([ERASE], layers::privileged_port()))
//!     .layer(authorise);
//! # drop(server);
//! # Ok(())
//! # }
//! ```
//!
//! # The null procedure
//! [`minimum_flavor`] and [`privileged_port`] let calls of procedure 0 pass: it does nothing (RFC 5531 §12.1), and clients, `rpcinfo` among
//! them, probe with it before they have a credential. [`peers`], [`users`] and layers of your own see it like any other; with [`only`], all of them
//! can be kept from it.

mod peers;

pub use peers::peers;

use crate::call::Call;
use crate::error::{Error, Result};
use crate::procedure::Procedure;
use crate::rpc::{AuthStat, Flavor};

/// The procedure that does nothing.
const NULL: u32 = 0;

/// Ports below can be bound by the superuser only.
const UNPRIVILEGED: u16 = 1_024;

/// Refuses calls whose credential is of a weaker flavor with `AUTH_TOOWEAK`, except the [null procedure](self#the-null-procedure). From the weakest to the strongest:
/// `AUTH_NONE`, `AUTH_SYS` and `AUTH_SHORT`, `AUTH_DH`, `RPCSEC_GSS`; any other flavor counts as `AUTH_NONE` does.
///
/// Even `AUTH_SYS` proves nothing: a caller writes into it what it likes.
pub fn minimum_flavor(least: Flavor) -> impl Fn(&mut Call) -> Result<()> + Send + Sync + 'static {
    move |call| allow(is_null(call) || strength(call.credential().flavor()) >= strength(least))
}

/// Refuses calls from ports of 1024 and above with `AUTH_TOOWEAK`, except the [null procedure](self#the-null-procedure): on a machine that
/// is not the caller's own, only the superuser can call from another. Over a UNIX socket, whose peers have no port,
/// the superuser's calls pass.
pub fn privileged_port() -> impl Fn(&mut Call) -> Result<()> + Send + Sync + 'static {
    |call| {
        let peer = call.peer();
        let is_low = peer.address().is_some_and(|address| address.port() < UNPRIVILEGED);
        let is_superuser = peer.unix_credentials().is_some_and(|credentials| credentials.uid == 0);
        allow(is_null(call) || is_low || is_superuser)
    }
}

/// Refuses calls with `AUTH_TOOWEAK` unless they come over a UNIX socket from a process of one of these users, by their
/// numbers: the system vouches for it, whatever the credential of the call says.
pub fn users(list: impl IntoIterator<Item = u32>) -> impl Fn(&mut Call) -> Result<()> + Send + Sync + 'static {
    let mut users: Vec<_> = list.into_iter().collect();
    users.sort_unstable();
    move |call| {
        let caller = call.peer().unix_credentials().map(|credentials| credentials.uid);
        allow(caller.is_some_and(|caller| users.binary_search(&caller).is_ok()))
    }
}

/// Has only calls of `procedures` pass through `layer`; others are let pass.
pub fn only<L>(
    procedures: impl IntoIterator<Item = Procedure>,
    layer: L,
) -> impl Fn(&mut Call) -> Result<()> + Send + Sync + 'static
where
    L: Fn(&mut Call) -> Result<()> + Send + Sync + 'static,
{
    let numbers = numbers(procedures);
    move |call| if numbers.binary_search(&number(call)).is_ok() { layer(call) } else { Ok(()) }
}

/// Has only calls of `programs`, of any version, pass through `layer`; others are let pass.
pub fn only_programs<L>(
    programs: impl IntoIterator<Item = u32>,
    layer: L,
) -> impl Fn(&mut Call) -> Result<()> + Send + Sync + 'static
where
    L: Fn(&mut Call) -> Result<()> + Send + Sync + 'static,
{
    let programs: Vec<u32> = programs.into_iter().collect();
    move |call| if programs.contains(&call.program()) { layer(call) } else { Ok(()) }
}

/// Has all calls but those of `procedures` pass through `layer`, also those of procedures that are not served.
pub fn except<L>(
    procedures: impl IntoIterator<Item = Procedure>,
    layer: L,
) -> impl Fn(&mut Call) -> Result<()> + Send + Sync + 'static
where
    L: Fn(&mut Call) -> Result<()> + Send + Sync + 'static,
{
    let numbers = numbers(procedures);
    move |call| if numbers.binary_search(&number(call)).is_ok() { Ok(()) } else { layer(call) }
}

/// Program, version and number, in order.
fn numbers(procedures: impl IntoIterator<Item = Procedure>) -> Vec<(u32, u32, u32)> {
    let mut numbers: Vec<_> = procedures.into_iter().map(|it| (it.program(), it.version(), it.number())).collect();
    numbers.sort_unstable();
    numbers
}

fn number(call: &Call) -> (u32, u32, u32) {
    (call.program(), call.version(), call.procedure())
}

fn is_null(call: &Call) -> bool {
    call.procedure() == NULL
}

fn strength(flavor: Flavor) -> u8 {
    match flavor {
        Flavor::SYS | Flavor::SHORT => 1,
        Flavor::DH => 2,
        Flavor::GSS => 3,
        _ => 0,
    }
}

fn allow(is_allowed: bool) -> Result<()> {
    if is_allowed { Ok(()) } else { Err(Error::Auth(AuthStat::TooWeak)) }
}
