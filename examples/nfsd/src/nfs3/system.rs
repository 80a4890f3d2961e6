//! FSSTAT, FSINFO, PATHCONF: what the file system and this server can do.

use crate::idl::*;
use oncrpc::Transport;
use rustix::fs::StatVfs;

/// The most that is read or written at a time.
pub const MOST: u32 = 1 << 20;

/// The same in a datagram: what fits into a reply of [`oncrpc::Limits::datagram_reply_bytes`].
const MOST_IN_DATAGRAM: u32 = 8 << 10;

/// The most bytes of data in a reply, and of a listing.
pub fn most(transport: Transport) -> u32 {
    if transport == Transport::Udp { MOST_IN_DATAGRAM } else { MOST }
}

/// How full the file system is.
pub fn space(obj_attributes: PostOpAttr, system: &StatVfs) -> Fsstat3resok {
    let bytes = |blocks: u64| blocks.saturating_mul(system.f_frsize);
    Fsstat3resok {
        obj_attributes,
        tbytes: bytes(system.f_blocks),
        fbytes: bytes(system.f_bfree),
        abytes: bytes(system.f_bavail),
        tfiles: system.f_files,
        ffiles: system.f_ffree,
        afiles: system.f_favail,
        invarsec: 0,
    }
}

/// What this server takes and gives.
pub fn limits(obj_attributes: PostOpAttr, transport: Transport) -> Fsinfo3resok {
    let most = most(transport);
    Fsinfo3resok {
        obj_attributes,
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
    }
}

/// What names can be.
pub fn names(obj_attributes: PostOpAttr, system: &StatVfs) -> Pathconf3resok {
    Pathconf3resok {
        obj_attributes,
        // The least of the file systems that have many; more is refused when it comes to it.
        linkmax: 32_000,
        name_max: u32::try_from(system.f_namemax).unwrap_or(u32::MAX),
        no_trunc: true,
        chown_restricted: true,
        case_insensitive: false,
        case_preserving: true,
    }
}
