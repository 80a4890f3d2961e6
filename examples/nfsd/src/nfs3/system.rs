//! FSSTAT, FSINFO, PATHCONF: what the file system and this server can do; without the attributes of the file that is asked.

use crate::export::Node;
use crate::idl::*;
use crate::status::Outcome;
use oncrpc::Transport;
use rustix::fs::fstatvfs;

/// The most that is read or written at a time.
pub const MOST: u32 = 1 << 20;

/// The same in a datagram: what fits into a reply of [`oncrpc::Limits::datagram_reply_bytes`].
const MOST_IN_DATAGRAM: u32 = 8 << 10;

/// The most bytes of data in a reply, and of a listing.
pub fn most(transport: Transport) -> u32 {
    if transport == Transport::Udp { MOST_IN_DATAGRAM } else { MOST }
}

/// How full the file system is.
pub fn space(node: &Node) -> Outcome<Fsstat3resok> {
    let system = fstatvfs(&node.path)?;
    let bytes = |blocks: u64| blocks.saturating_mul(system.f_frsize);
    Ok(Fsstat3resok {
        tbytes: bytes(system.f_blocks),
        fbytes: bytes(system.f_bfree),
        abytes: bytes(system.f_bavail),
        tfiles: system.f_files,
        ffiles: system.f_ffree,
        afiles: system.f_favail,
        ..Fsstat3resok::default()
    })
}

/// What this server takes and gives.
pub fn limits(transport: Transport) -> Fsinfo3resok {
    let most = most(transport);
    Fsinfo3resok {
        rtmax: most,
        rtpref: most,
        rtmult: 4_096,
        wtmax: most,
        wtpref: most,
        wtmult: 4_096,
        dtpref: most.min(64 << 10),
        maxfilesize: i64::MAX.cast_unsigned(),
        time_delta: Nfstime3 { seconds: 0, nseconds: 1 },
        properties: FSF3_LINK | FSF3_SYMLINK | FSF3_HOMOGENEOUS | FSF3_CANSETTIME,
        ..Fsinfo3resok::default()
    }
}

/// What names can be.
pub fn names(node: &Node) -> Outcome<Pathconf3resok> {
    Ok(Pathconf3resok {
        // The least of the file systems that have many; more is refused when it comes to it.
        linkmax: 32_000,
        name_max: u32::try_from(fstatvfs(&node.path)?.f_namemax).unwrap_or(u32::MAX),
        no_trunc: true,
        chown_restricted: true,
        case_preserving: true,
        ..Pathconf3resok::default()
    })
}
