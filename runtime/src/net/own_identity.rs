use crate::rpc::AuthSys;
use crate::xdr::Text;
use nix::unistd::{getegid, geteuid, getgroups, gethostname};
use std::os::unix::ffi::OsStrExt;

/// The longest name of a machine in a credential, in bytes.
const MAX_NAME: usize = 255;

/// The most further groups in a credential.
const MAX_GIDS: usize = 16;

impl AuthSys {
    /// Who this process is to the system: its effective user and group, the first 16 of its further groups, and the name
    /// of the machine, as C's `authsys_create_default` has it. Groups or a name that the system does not tell are left
    /// out; `stamp` is 0.
    pub fn of_process() -> Self {
        let name = gethostname().unwrap_or_default();
        let name = name.as_bytes().get(..MAX_NAME).unwrap_or(name.as_bytes());
        let groups = getgroups().unwrap_or_default();
        Self {
            stamp: 0,
            machine_name: Text::from(name),
            uid: geteuid().as_raw(),
            gid: getegid().as_raw(),
            gids: groups.into_iter().map(|group| group.as_raw()).take(MAX_GIDS).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xdr::{from_bytes, to_bytes};
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn it_is_who_owns_the_files_that_this_process_makes() {
        let identity = AuthSys::of_process();
        assert_eq!((identity.uid, identity.gid), owner_of_a_new_file());
        assert!(!identity.machine_name.is_empty());
        assert_eq!(from_bytes::<AuthSys>(&to_bytes::<AuthSys>(&identity).unwrap()).unwrap(), identity);
    }

    fn owner_of_a_new_file() -> (u32, u32) {
        let path = std::env::temp_dir().join(format!("oncrpc_identity_{}", std::process::id()));
        let file = std::fs::File::create(&path).unwrap();
        let metadata = file.metadata().unwrap();
        std::fs::remove_file(path).unwrap();
        (metadata.uid(), metadata.gid())
    }
}
