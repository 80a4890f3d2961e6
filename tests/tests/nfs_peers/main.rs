//! NFS between programs that are ours and programs that are not: nfs-ganesha as the server, libnfs, showmount and rpcinfo as
//! clients, tshark as the one who listens.

mod copies;
mod dissected;
mod ganesha;
mod libnfs;
mod nfsd;
mod server;
mod together;
