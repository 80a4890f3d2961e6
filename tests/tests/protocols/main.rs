//! The interface files of protocols that others have specified, idl/: they compile as they are, and what goes over the wire is
//! what implementations that are not ours make of the same protocols.

mod complete;
mod dissected;
mod libnfs;
mod libtirpc;
mod others;
mod published;
mod rpc_msg;
mod vxi11;

/// All of them, without the folder.
const PROTOCOLS: [&str; 9] =
    ["nfs3.x", "mount3.x", "nlm4.x", "nsm.x", "rquota.x", "rpcbind.x", "portmap.x", "rpc_msg.x", "vxi11.x"];
