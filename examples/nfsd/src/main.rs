//! An NFS server: exports a directory over NFS and MOUNT, version 3 (RFC 1813): `nfsd --port 20490 DIR`.
#![forbid(unsafe_code)]

mod attributes;
mod export;
mod identity;
mod mount3;
mod nfs3;
mod options;
mod status;

/// What `build.rs` made of `nfs3.x`, `mount3.x` and `handle.x`.
mod idl {
    oncrpc::include_idl!("nfs3");
    oncrpc::include_idl!("mount3");
    oncrpc::include_idl!("handle");
}

use export::{Export, lock};
use idl::mount_v3::{self, procedure::MNT};
use idl::nfs_v3::{self, procedure::*};
use mount3::Mounts;
use nfs3::{Failures, Nfs};
use oncrpc::{Procedure, Server, layers};
use options::Options;
use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

/// What waits for a disk.
const ON_POOL: [Procedure; 15] = [
    SETATTR, LOOKUP, READLINK, CREATE, MKDIR, SYMLINK, MKNOD, REMOVE, RMDIR, RENAME, LINK, READDIR, FSSTAT, COMMIT, MNT,
];

/// What is about a file that the system has in memory as a rule, or in a file system that is nowhere else.
const ON_POOL_IF_IT_WAITS: [Procedure; 7] = [GETATTR, ACCESS, READ, WRITE, READDIRPLUS, FSINFO, PATHCONF];

fn main() -> ExitCode {
    match Options::parse().and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("nfsd: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let export = Arc::new(Export::open(&options.directory, &options.state_file()?)?);
    let failures = Arc::new(Failures::default());
    let server = server(options, &export, &failures)?;
    let handle = server.handle();
    options.tell(&export.path);
    server.run()?;
    eprintln!("{}", handle.metrics());
    lock(&failures).iter().for_each(|(procedure, calls)| eprintln!("{procedure}: {calls} in vain"));
    Ok(())
}

fn server(options: &Options, export: &Arc<Export>, failures: &Arc<Failures>) -> oncrpc::Result<Server> {
    let mounts = Mounts { export: Arc::clone(export), allowed: options.allow.clone(), mounted: Mutex::default() };
    let tcp = Server::new()
        .serve(nfs_v3::server(Nfs::new(Arc::clone(export), options.clone(), Arc::clone(failures))))
        .serve(mount_v3::server(mounts))
        .on_pool(ON_POOL)
        .on_pool_if_it_waits(ON_POOL_IF_IT_WAITS)
        .pool_threads(4)
        .on_error(|call, error| eprintln!("nfsd: {} of {}: {error}", call.procedure_name(), call.peer()))
        .listen(&format!("tcp://{}", SocketAddr::new(options.listen, options.port)))?;
    // The same port, whichever it is.
    let udp = tcp.addresses().concat().replacen("tcp", "udp", 1);
    let server = tcp.listen(&udp)?;
    let server = if options.portmapper { server.register_or_serve_rpcbind() } else { server };
    if options.allow.is_empty() { Ok(server) } else { Ok(server.layer(layers::peers(&options.allow)?)) }
}
