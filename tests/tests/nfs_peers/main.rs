//! NFS between programs that are ours and programs that are not: nfs-ganesha as the server, libnfs and showmount as clients.

mod ganesha;
mod libnfs;
mod nfsd;
