//! libnfs, whose codecs were made of interface files of its own by a generator of its own.

use super::others::{Other, Tools};
use oncrpc_tests::missing;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// What libnfs has of a protocol.
struct Library {
    header: &'static str,
    /// Types of ours that libnfs calls otherwise.
    types: &'static [(&'static str, &'static str)],
    /// Types of ours that are called so there, too.
    same: &'static [&'static str],
    /// What else has another name: members.
    members: &'static [(&'static str, &'static str)],
    /// What else it takes.
    further: &'static str,
}

/// The program around the codecs takes libtirpc's names for their surroundings.
const SURROUNDINGS: &str = "\
typedef struct ZDR XDR;
typedef bool_t (*xdrproc_t)(XDR *, void *);
#define XDR_DECODE ZDR_DECODE
#define XDR_ENCODE ZDR_ENCODE
#define xdrmem_create zdrmem_create
#define xdr_getpos zdr_getpos
/* What is decoded belongs to the ZDR. */
#define xdr_free(codec, value)
";

impl Library {
    fn compare(&self, other: &Other) {
        if !Path::new("/usr/include/nfsc/libnfs-zdr.h").exists() {
            return missing("the Debian package libnfs-dev");
        }
        let (place, stem) = (other.place(), other.stem());
        fs::write(place.join("theirs.h"), self.header()).unwrap();
        fs::write(place.join("theirs.c"), format!("#include \"{stem}.h\"\n{}", other.assertions())).unwrap();
        let rpcgen = format!(
            "case \"$2\" in\n-h) cp {0}/theirs.h \"$4\" ;;\n-c) cp {0}/theirs.c \"$4\" ;;\nesac",
            place.display()
        );
        other.is_the_same(&Tools { rpcgen, pkg_config: Some("echo -lnfs".to_owned()) });
    }

    fn header(&self) -> String {
        let mut text = format!(
            "#include <stdint.h>\n#include <nfsc/libnfs-zdr.h>\n#include <nfsc/{}>\n{SURROUNDINGS}",
            self.header
        );
        let same = self.same.iter().map(|name| (*name, *name));
        for (ours, theirs) in self.types.iter().copied().chain(same) {
            if ours != theirs {
                writeln!(text, "typedef {theirs} {ours};").unwrap();
            }
            // The comment is how `oncrpc interop` learns that there is a codec.
            writeln!(text, "#define xdr_{ours} zdr_{theirs}\n/* xdr_{ours} (XDR *, {ours} *) */").unwrap();
        }
        for (ours, theirs) in self.members {
            writeln!(text, "#define {ours} {theirs}").unwrap();
        }
        text + self.further
    }
}

/// All of a file but what is left out.
macro_rules! same {
    ($($name:ident)*) => { &[$(stringify!($name)),*] };
}

#[test]
fn nfs() {
    let library = Library {
        header: "libnfs-raw-nfs.h",
        types: &[],
        same: same![
            filename3 nfspath3 fileid3 cookie3 cookieverf3 createverf3 writeverf3 uid3 gid3 size3 offset3 mode3 count3
            nfsstat3 ftype3 specdata3 nfs_fh3 nfstime3 fattr3 post_op_attr wcc_attr pre_op_attr wcc_data post_op_fh3
            time_how set_mode3 set_uid3 set_gid3 set_size3 set_atime set_mtime sattr3 diropargs3
            GETATTR3args GETATTR3resok GETATTR3res
            sattrguard3 SETATTR3args SETATTR3resok SETATTR3resfail SETATTR3res
            LOOKUP3args LOOKUP3resok LOOKUP3resfail LOOKUP3res
            ACCESS3args ACCESS3resok ACCESS3resfail ACCESS3res
            READLINK3args READLINK3resok READLINK3resfail READLINK3res
            READ3args READ3resok READ3resfail READ3res
            stable_how WRITE3args WRITE3resok WRITE3resfail WRITE3res
            createmode3 createhow3 CREATE3args CREATE3resok CREATE3resfail CREATE3res
            MKDIR3args MKDIR3resok MKDIR3resfail MKDIR3res
            symlinkdata3 SYMLINK3args SYMLINK3resok SYMLINK3resfail SYMLINK3res
            devicedata3 mknoddata3 MKNOD3args MKNOD3resok MKNOD3resfail MKNOD3res
            REMOVE3args REMOVE3resok REMOVE3resfail REMOVE3res
            RMDIR3args RMDIR3resok RMDIR3resfail RMDIR3res
            RENAME3args RENAME3resok RENAME3resfail RENAME3res
            LINK3args LINK3resok LINK3resfail LINK3res
            READDIR3args entry3 dirlist3 READDIR3resok READDIR3resfail READDIR3res
            READDIRPLUS3args entryplus3 dirlistplus3 READDIRPLUS3resok READDIRPLUS3resfail READDIRPLUS3res
            FSSTAT3args FSSTAT3resok FSSTAT3resfail FSSTAT3res
            FSINFO3args FSINFO3resok FSINFO3resfail FSINFO3res
            PATHCONF3args PATHCONF3resok PATHCONF3resfail PATHCONF3res
            COMMIT3args COMMIT3resok COMMIT3resfail COMMIT3res
        ],
        // libnfs has an arm for each of two types of devices.
        members: &[("device", "chr_device")],
        further: "",
    };
    library.compare(&Other {
        whose: "libnfs",
        ours: "nfs3.x",
        edits: &[],
        lacks: &[],
        number: |name| Some(name.replace("NFSPROC3_", "NFS3_")),
    });
}

#[test]
fn mount() {
    let library = Library {
        header: "libnfs-raw-mount.h",
        types: &[],
        same: same![
            fhandle3 dirpath name mountstat3 mountres3_ok mountres3 mountlist mountbody groups groupnode exports exportnode
        ],
        members: &[],
        further: "",
    };
    library.compare(&Other {
        whose: "libnfs",
        ours: "mount3.x",
        edits: &[],
        lacks: &[],
        number: |name| Some(name.replace("MOUNTPROC3_", "MOUNT3_")),
    });
}

#[test]
fn lock_manager() {
    let library = Library {
        header: "libnfs-raw-nlm.h",
        types: &[
            ("net_object", "nlm_cookie"),
            ("nlm4_stats", "nlmstat4"),
            ("nlm4_testrply", "nlm4_testreply"),
            ("nlm4_res", "NLM4_LOCKres"),
            ("nlm4_lockargs", "NLM4_LOCKargs"),
            ("nlm4_cancargs", "NLM4_CANCargs"),
            ("nlm4_testargs", "NLM4_TESTargs"),
            ("nlm4_unlockargs", "NLM4_UNLOCKargs"),
        ],
        same: same![nlm4_holder nlm4_lock],
        members: &[
            ("net_object_len", "data.data_len"),
            ("net_object_val", "data.data_val"),
            ("nlm4_testrply_u", "nlm4_testreply_u"),
            ("holder", "lock.holder"),
            ("alock", "lock"),
            ("stat", "status"),
        ],
        further: "typedef struct { nlmstat4 status; } nlm4_stat;\n",
    };
    library.compare(&Other {
        whose: "libnfs",
        ours: "nlm4.x",
        edits: &[
            ("const LM_MAXSTRLEN", "typedef opaque net_object<1024>;\nconst LM_MAXSTRLEN"),
            // libnfs takes an owner for text, so that it ends at a zero byte.
            ("netobj oh;", "string oh<1024>;"),
            ("netobj", "net_object"),
            // A process has no sign there.
            ("int svid", "unsigned int svid"),
        ],
        lacks: &[
            "nlm4_stat",
            "nlm4_testres",
            "fsh4_mode",
            "fsh4_access",
            "nlm4_share",
            "nlm4_shareargs",
            "nlm4_shareres",
            "nlm4_notify",
        ],
        number: |name| match name {
            "NLM_PROG" => Some("NLM_PROGRAM".to_owned()),
            "NLM4_VERS" => Some("NLM_V4".to_owned()),
            "NLMPROC4_SHARE" | "NLMPROC4_UNSHARE" | "NLMPROC4_NM_LOCK" | "NLMPROC4_FREE_ALL" => None,
            // NLM4_GRANTED is a status, too.
            _ if name.starts_with("NLMPROC4_") => Some(name.replace("NLMPROC4_", "NLM4_").replace("GRANTED", "GRANT")),
            _ => name.starts_with("NLM4_").then(|| name.to_owned()),
        },
    });
}

#[test]
fn status_monitor() {
    let library = Library {
        header: "libnfs-raw-nsm.h",
        types: &[
            ("sm_name", "NSM1_STATargs"),
            ("my_id", "nsm_my_id"),
            ("mon_id", "nsm_mon_id"),
            ("mon", "NSM1_MONargs"),
            ("stat_chge", "NSM1_NOTIFYargs"),
            ("sm_stat", "NSM1_UNMONres"),
            ("res", "nsmstat1"),
            ("sm_stat_res", "NSM1_MONres"),
        ],
        same: &[],
        members: &[("res_stat", "res")],
        further: "",
    };
    library.compare(&Other {
        whose: "libnfs",
        ours: "nsm.x",
        edits: &[],
        lacks: &["status"],
        number: |name| match name {
            "SM_MAXSTRLEN" => Some("NSM_MAXSTRLEN".to_owned()),
            "SM_PRIV_SIZE" => Some("sizeof(((NSM1_MONargs *)0)->priv)".to_owned()),
            "SM_PROG" => Some("NSM_PROGRAM".to_owned()),
            "SM_VERS" => Some("NSM_V1".to_owned()),
            _ if name.starts_with("STAT_") => Some(format!("NSM_{name}")),
            _ => Some(name.replace("SM_", "NSM1_")),
        },
    });
}

/// Version 2, which rquota.x of rpcsvc-proto does not have. libnfs's numbers have other signs than SunOS's.
#[test]
fn quotas() {
    let library = Library {
        header: "libnfs-raw-rquota.h",
        types: &[("getquota_args", "GETQUOTA1args"), ("ext_getquota_args", "GETQUOTA2args")],
        same: &[],
        members: &[("gqa_pathp", "export"), ("gqa_uid", "uid"), ("gqa_type", "type"), ("gqa_id", "uid")],
        further: "",
    };
    library.compare(&Other {
        whose: "libnfs",
        ours: "rquota.x",
        // An enumeration there, whose sign the C compiler chooses.
        edits: &[("int gqa_type", "unsigned int gqa_type")],
        lacks: &["rquota", "gqr_status", "getquota_rslt"],
        number: |name| match name {
            "RQ_PATHLEN" => Some("RQUOTAPATHLEN".to_owned()),
            "RQ_USRQUOTA" => Some("RQUOTA_TYPE_UID".to_owned()),
            "RQ_GRPQUOTA" => Some("RQUOTA_TYPE_GID".to_owned()),
            "RQUOTAPROG" => Some("RQUOTA_PROGRAM".to_owned()),
            "RQUOTAVERS" => Some("RQUOTA_V1".to_owned()),
            "EXT_RQUOTAVERS" => Some("RQUOTA_V2".to_owned()),
            _ if name.starts_with("Q_") => Some(format!("R{}", name.replace("Q_", "QUOTA_"))),
            _ => Some(name.replace("RQUOTAPROC_", "RQUOTA2_")),
        },
    });
}

#[test]
fn portmapper() {
    let library = Library {
        header: "libnfs-raw-portmap.h",
        types: &[("mapping", "pmap2_mapping"), ("mapping_node", "pmap2_mapping_list")],
        same: &[],
        members: &[("protocol", "prot"), ("entry", "map")],
        further: "",
    };
    library.compare(&Other {
        whose: "libnfs",
        ours: "portmap.x",
        edits: &[],
        lacks: &["mapping_list"],
        number: |name| match name {
            "PORTMAP" => Some("PMAP_PROGRAM".to_owned()),
            "PORTMAP_V2" => Some("PMAP_V2".to_owned()),
            _ => Some(format!("PMAP2_{name}")),
        },
    });
}

/// Version 3. What version 4 has beyond it is left to rpcb_prot.x.
#[test]
fn rpcbind() {
    let library = Library {
        header: "libnfs-raw-portmap.h",
        types: &[
            ("registration", "pmap3_mapping"),
            ("registration_node", "pmap3_mapping_list"),
            ("transport_address", "pmap3_netbuf"),
        ],
        same: &[],
        members: &[
            ("address", "addr"),
            ("entry", "map"),
            ("capacity", "maxlen"),
            ("bytes", "buf"),
            ("bytes_len", "buf_len"),
            ("bytes_val", "buf_val"),
        ],
        further: "",
    };
    library.compare(&Other {
        whose: "libnfs",
        ours: "rpcbind.x",
        edits: &[],
        lacks: &[
            "universal_address",
            "registration_list",
            "served_address",
            "served_address_list",
            "lookup_count",
            "lookup_counts",
            "forward_count",
            "forward_counts",
            "version_statistics",
            "statistics",
        ],
        number: |name| match name {
            "RPCBIND" => Some("PMAP_PROGRAM".to_owned()),
            "RPCBIND_V3" => Some("PMAP_V3".to_owned()),
            "SET" | "UNSET" | "GETADDR" | "DUMP" | "GETTIME" | "UADDR2TADDR" | "TADDR2UADDR" => {
                Some(format!("PMAP3_{name}"))
            }
            _ => None,
        },
    });
}
