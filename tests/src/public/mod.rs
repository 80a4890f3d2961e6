//! Interface files that others have published, none of which is ours to copy: where they are and what they need.

mod origin;
mod package;

pub use origin::Origin;
pub use package::{check, generate, model};

/// A file of a published package.
#[derive(Clone, Copy, Debug)]
pub struct Interface {
    /// The package.
    pub origin: Origin,
    /// The file, as the package names it.
    pub path: &'static str,
    /// Constants that only a C header defines.
    pub defines: &'static [(&'static str, &'static str)],
    /// Types that only a C header defines, each with the Rust type that stands for it.
    pub extern_types: &'static [(&'static str, &'static str)],
    /// Why it needs any of these.
    pub reason: &'static str,
}

impl Interface {
    const fn plain(origin: Origin, path: &'static str) -> Self {
        Self { origin, path, defines: &[], extern_types: &[], reason: "" }
    }

    const fn needs(
        self,
        defines: &'static [(&'static str, &'static str)],
        extern_types: &'static [(&'static str, &'static str)],
        reason: &'static str,
    ) -> Self {
        Self { defines, extern_types, reason, ..self }
    }

    /// A module's name: package and file.
    pub fn module(&self) -> String {
        let name = format!("{}/{}", self.origin.name(), self.path.trim_start_matches('/').trim_end_matches(".x"));
        name.chars()
            .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' })
            .collect()
    }
}

const RPCSVC: Origin = Origin::Debian("rpcsvc-proto");
const LIBNSL: Origin = Origin::Debian("libnsl-dev");
const TIRPC: Origin = Origin::Debian("libtirpc-dev");
const NTIRPC: Origin = Origin::Debian("libntirpc-dev");
const FASTXDR: Origin = Origin::Crate("fastxdr", "1.0.2");
const NFS_RS: Origin = Origin::Crate("nfs-rs", "0.11.1");
const JS_XDR: Origin = Origin::Npm("js-xdr", "1.0.2");

const NETBUF: &[(&str, &str)] = &[("netbuf", "crate::headers::Netbuf")];

/// All of them.
pub const INTERFACES: &[Interface] = &[
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/bootparam_prot.x"),
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/key_prot.x"),
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/klm_prot.x"),
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/mount.x"),
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/nfs_prot.x"),
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/nlm_prot.x"),
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/rex.x"),
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/rquota.x"),
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/rstat.x"),
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/rusers.x"),
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/sm_inter.x"),
    Interface::plain(RPCSVC, "/usr/include/rpcsvc/spray.x"),
    Interface::plain(LIBNSL, "/usr/include/rpcsvc/nis.x"),
    Interface::plain(LIBNSL, "/usr/include/rpcsvc/nis_callback.x"),
    Interface::plain(LIBNSL, "/usr/include/rpcsvc/nis_object.x"),
    Interface::plain(LIBNSL, "/usr/include/rpcsvc/yp.x"),
    Interface::plain(LIBNSL, "/usr/include/rpcsvc/yppasswd.x"),
    Interface::plain(TIRPC, "/usr/include/tirpc/rpc/rpcb_prot.x").needs(&[], NETBUF, "<rpc/types.h>"),
    Interface::plain(TIRPC, "/usr/include/tirpc/rpcsvc/crypt.x"),
    Interface::plain(NTIRPC, "/usr/include/ntirpc/rpc/rpcb_prot.x").needs(&[], NETBUF, "<rpc/types.h>"),
    Interface::plain(FASTXDR, "src/xdr_spec.x"),
    Interface::plain(NFS_RS, "src/nfs3/xdr/mount.x"),
    Interface::plain(NFS_RS, "src/nfs3/xdr/nfs.x"),
    Interface::plain(NFS_RS, "src/nfs4/xdr/nfs4.x"),
    Interface::plain(JS_XDR, "examples/test.x"),
];
