//! What the compiler makes of idl/rpcbind.x and idl/portmap.x. A test generates it again and compares.

pub(super) mod portmap;
pub(super) mod rpcbind;
