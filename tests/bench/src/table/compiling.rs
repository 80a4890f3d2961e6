//! An interface file to code, as a whole process: what a build that runs the command waits for.

use crate::scenario::{Better, Command, Contestant, Course, Group, Program, Scenario, Target};

const RPCSVC: &str = "/usr/include/rpcsvc";

/// One of its four files; it has to run four times for what ours writes at once.
const RPCGEN: &str = "rpcgen -h";

/// The published files that Debian's packages have installed: folder, name, whether rpcgen takes it.
const FILES: &[(&str, &str, bool)] = &[
    ("/usr/include/tirpc/rpc", "rpcb_prot.x", true),
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
];

pub(crate) fn scenarios() -> Vec<Scenario> {
    FILES.iter().map(scenario).collect()
}

fn scenario(&(folder, name, by_rpcgen): &(&'static str, &'static str, bool)) -> Scenario {
    let process =
        |program, words: &str| Course::Process(Command::new(program, &words.replace("FILE", name)).in_folder(folder));
    let ours = process(Program::Compiler, "gen FILE -o -");
    let mut contestants = vec![Contestant::new("ours", ours).held_to(Target::Figure(5.0))];
    if by_rpcgen {
        contestants.push(Contestant::new(RPCGEN, process(Program::Installed("rpcgen"), "-h FILE")));
    }
    let (group, better) = (Group::Compiling, Better::Less);
    Scenario { name: name.to_owned(), group, unit: "ms", better, limit: RPCGEN, contestants, seconds: 0.3 }
}
