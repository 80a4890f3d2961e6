//! An interface file to code, as a whole process: what a build that runs the command waits for.

use crate::scenario::Folder::{At, Fetched};
use crate::scenario::{Better, Command, Contestant, Course, Folder, Group, Program, Scenario, Target};

const RPCSVC: Folder = At("/usr/include/rpcsvc");
/// Interfaces of this project, which show what there is to see without being held to anything.
const OWN: Folder = At("../../idl");
const NFS_RS_3: Folder = Fetched("nfs-rs/src/nfs3/xdr");

/// One of its four files; it has to run four times for what ours writes at once.
const RPCGEN: &str = "rpcgen -h";

/// The published files that the tests compile, and the largest of our own: folder, name, whether rpcgen takes it.
const FILES: &[(Folder, &str, bool)] = &[
    (At("/usr/include/tirpc/rpc"), "rpcb_prot.x", true),
    (At("/usr/include/tirpc/rpcsvc"), "crypt.x", true),
    (At("/usr/include/ntirpc/rpc"), "rpcb_prot.x", true),
    (RPCSVC, "nis.x", false),
    (RPCSVC, "nis_object.x", true),
    (RPCSVC, "nis_callback.x", true),
    (RPCSVC, "bootparam_prot.x", true),
    (RPCSVC, "key_prot.x", true),
    (RPCSVC, "klm_prot.x", true),
    (RPCSVC, "mount.x", true),
    (RPCSVC, "nfs_prot.x", true),
    (RPCSVC, "nlm_prot.x", true),
    (RPCSVC, "rex.x", true),
    (RPCSVC, "rquota.x", true),
    (RPCSVC, "rstat.x", true),
    (RPCSVC, "rusers.x", true),
    (RPCSVC, "sm_inter.x", true),
    (RPCSVC, "spray.x", true),
    (RPCSVC, "yp.x", true),
    (RPCSVC, "yppasswd.x", true),
    (Fetched("fastxdr/src"), "xdr_spec.x", true),
    (NFS_RS_3, "mount.x", true),
    (NFS_RS_3, "nfs.x", true),
    (Fetched("nfs-rs/src/nfs4/xdr"), "nfs4.x", true),
    (Fetched("js-xdr/examples"), "test.x", false),
    (OWN, "nfs3.x", true),
];

pub(crate) fn scenarios() -> Vec<Scenario> {
    FILES.iter().map(scenario).collect()
}

fn scenario(&(folder, name, by_rpcgen): &(Folder, &'static str, bool)) -> Scenario {
    let process =
        |program, words: &str| Course::Process(Command::new(program, &words.replace("FILE", name)).in_folder(folder));
    let ours = process(Program::Compiler, "gen FILE -o -");
    let target = (folder != OWN).then_some(Target::Figure(5.0));
    let mut contestants = vec![Contestant { target, ..Contestant::new("ours", ours) }];
    if by_rpcgen {
        contestants.push(Contestant::new(RPCGEN, process(Program::Installed("rpcgen"), "-h FILE")));
    }
    let (group, better) = (Group::Compiling, Better::Less);
    let name = match folder {
        At("/usr/include/ntirpc/rpc") => format!("{name} of libntirpc"),
        OWN => format!("idl/{name}"),
        At(_) => name.to_owned(),
        Fetched(path) => format!("{name} of {}", path.split('/').next().unwrap_or_default()),
    };
    Scenario { name, group, unit: "ms", better, limits: vec![RPCGEN], contestants, seconds: 0.3 }
}
