//! Interface files that others published, through rpcgen. Names that are not ours are mapped in their text.

use super::others::{Other, Tools};
use oncrpc_tests::missing;
use std::fs;
use std::path::Path;

impl Other {
    /// Compares with rpcgen's C of `path`, in which names and what else is not on the wire are replaced.
    fn published(&self, path: &str, edits: &[(&str, &str)]) {
        let Ok(mut text) = fs::read_to_string(path) else { return missing(path) };
        // What is C already is of no use here.
        text = text.lines().filter(|line| !line.starts_with('%')).map(|line| format!("{line}\n")).collect();
        for (from, to) in edits {
            assert!(text.contains(from), "{path} has no `{from}`");
            text = text.replace(from, to);
        }
        let place = self.place().join("theirs");
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join(self.ours), text).unwrap();
        fs::write(place.join("assertions.c"), self.assertions()).unwrap();
        let (place, real) = (place.display(), real_rpcgen());
        let rpcgen = format!(
            "[ \"$1\" = --version ] || cd {place}\n{real} \"$@\" || exit 1\n\
             if [ \"$2\" = -c ]; then cat {place}/assertions.c >> \"$4\"; fi"
        );
        self.is_the_same(&Tools { rpcgen, pkg_config: None });
    }
}

fn real_rpcgen() -> String {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join("rpcgen")).find(|path| path.exists());
    found.as_deref().unwrap_or(Path::new("/usr/bin/rpcgen")).display().to_string()
}

fn as_it_is(name: &str) -> Option<String> {
    Some(name.to_owned())
}

#[test]
fn status_monitor() {
    let other = Other {
        whose: "rpcsvc-proto",
        ours: "nsm.x",
        edits: &[],
        lacks: &["stat_chge"],
        number: |name| match name {
            "SM_PRIV_SIZE" | "SM_NULL" | "SM_NOTIFY" => None,
            _ => as_it_is(name),
        },
    };
    other.published("/usr/include/rpcsvc/sm_inter.x", &[("stat_succ", "STAT_SUCC"), ("stat_fail", "STAT_FAIL")]);
}

#[test]
fn quotas() {
    let other = Other {
        whose: "rpcsvc-proto",
        ours: "rquota.x",
        edits: &[],
        lacks: &["ext_getquota_args"],
        number: |name| match name {
            "RQ_USRQUOTA" | "RQ_GRPQUOTA" | "EXT_RQUOTAVERS" | "RQUOTAPROC_NULL" => None,
            _ => as_it_is(name),
        },
    };
    other.published("/usr/include/rpcsvc/rquota.x", &[]);
}

/// Versions 1 and 3 of the lock manager. Version 4 differs in names, in the bits of offsets and lengths, and in the errors that
/// it adds.
#[test]
fn lock_manager() {
    let net_object = "typedef opaque net_object<1024>;";
    let other = Other {
        whose: "rpcsvc-proto",
        ours: "nlm4.x",
        // In C the library's netobj has members of other names.
        edits: &[
            ("const LM_MAXSTRLEN", "typedef opaque net_object<1024>;\nconst LM_MAXSTRLEN"),
            ("netobj", "net_object"),
        ],
        lacks: &[],
        number: |name| match name {
            "NLM4_DEADLCK" | "NLM4_ROFS" | "NLM4_STALE_FH" | "NLM4_FBIG" | "NLM4_FAILED" => None,
            "NLM4_VERS" | "NLMPROC4_NULL" | "LM_MAXSTRLEN" | "MAXNAMELEN" => None,
            _ => Some(name.replace("NLMPROC4_", "NLM_")),
        },
    };
    let first = format!("{net_object}\nenum nlm4_stats {{");
    let edits = [
        ("nlm_granted", "NLM4_GRANTED"),
        ("nlm_denied_nolocks", "NLM4_DENIED_NOLOCKS"),
        ("nlm_denied_grace_period", "NLM4_DENIED_GRACE_PERIOD"),
        ("nlm_denied", "NLM4_DENIED"),
        ("nlm_blocked", "NLM4_BLOCKED"),
        ("nlm_", "nlm4_"),
        ("fsh_", "fsh4_"),
        ("netobj", "net_object"),
        ("unsigned l_offset", "unsigned hyper l_offset"),
        ("unsigned l_len", "unsigned hyper l_len"),
        ("enum nlm4_stats {", &first),
        ("MAXNAMELEN", "1025"),
        ("LM_MAXSTRLEN", "1024"),
    ];
    other.published("/usr/include/rpcsvc/nlm_prot.x", &edits);
}

/// Version 4. Its addresses of transports are a type of C's; libnfs has them.
#[test]
fn rpcbind() {
    let other = Other {
        whose: "libtirpc",
        ours: "rpcbind.x",
        edits: &[],
        lacks: &["universal_address", "transport_address"],
        number: |name| match name {
            "MAX_NETID" | "MAX_ADDRESS" | "MAX_OWNER" => None,
            "RPCBIND" => Some("RPCBPROG".to_owned()),
            "RPCBIND_V3" => Some("RPCBVERS".to_owned()),
            "RPCBIND_V4" => Some("RPCBVERS4".to_owned()),
            "PROCEDURES" => Some("RPCBSTAT_HIGHPROC".to_owned()),
            "VERSIONS" => Some("RPCBVERS_STAT".to_owned()),
            _ => Some(format!("THEIR_{name}")),
        },
    };
    let path = "/usr/include/tirpc/rpc/rpcb_prot.x";
    let Ok(text) = fs::read_to_string(path) else { return missing(path) };
    // The members of an entry stand in its list's node in ours.
    let entry = text.split("struct rpcb_entry {").nth(1).and_then(|rest| rest.split("};").next()).unwrap();
    let edits = [
        ("rpcb_entry rpcb_entry_map;", entry),
        ("r_prog;", "prog;"),
        ("r_vers;", "vers;"),
        ("r_netid<>", "netid<>"),
        ("r_addr<>", "address<>"),
        ("r_owner<>", "owner<>"),
        ("r_maddr<>", "address<>"),
        ("r_nc_netid<>", "netid<>"),
        ("r_nc_semantics", "semantics"),
        ("r_nc_protofmly<>", "family<>"),
        ("r_nc_proto<>", "protocol<>"),
        ("rpcb_entry_list_ptr", "served_address_list"),
        ("rpcb_entry_list", "served_address"),
        ("rpcb_entry_next", "next"),
        ("struct rpcb {", "struct registration {"),
        ("rpcb rpcb_map", "registration entry"),
        ("(rpcb)", "(registration)"),
        ("rpcb_next", "next"),
        ("rpcblist_ptr", "registration_list"),
        ("rp__list", "registration_node"),
        ("rpcbs_addrlist_ptr", "lookup_counts"),
        ("rpcbs_addrlist", "lookup_count"),
        ("rpcbs_rmtcalllist_ptr", "forward_counts"),
        ("rpcbs_rmtcalllist", "forward_count"),
        ("int success;", "int successes;"),
        ("int failure;", "int failures;"),
        ("rpcbs_proc\t\tinfo;", "rpcbs_proc calls;"),
        // And with it `unsetinfo`.
        ("setinfo;", "set;"),
        ("addrinfo;", "lookups;"),
        ("rmtinfo;", "forwarded;"),
        ("rpcb_stat_byvers", "statistics"),
        ("struct rpcb_stat ", "struct version_statistics "),
        ("typedef rpcb_stat ", "typedef version_statistics "),
        ("rpcprog_t", "unsigned int"),
        ("rpcvers_t", "unsigned int"),
        ("rpcproc_t", "unsigned int"),
        // What is left would clash with the library's own.
        ("RPCBPROC_", "THEIR_"),
        ("rpcb_rmtcall", "their_rmtcall"),
        ("struct rpcb_entry {", "struct their_entry {"),
        ("rpcbs_proc", "their_procedures"),
    ];
    other.published(path, &edits);
}
