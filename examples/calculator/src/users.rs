use crate::idl::{
    CreateStatus, Created, DeleteStatus, NewUser, User, UserId, UserList, UserNode, UserOption, users_v1,
};
use oncrpc::{Call, Result};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The user directory, shared by all connections.
#[derive(Debug, Default)]
pub(crate) struct Users {
    directory: Mutex<Directory>,
}

#[derive(Debug, Default)]
struct Directory {
    users: BTreeMap<UserId, User>,
    last: UserId,
}

impl Users {
    fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl users_v1::Service for Users {
    fn create(&self, _call: &Call, NewUser { name, email }: NewUser) -> Result<Created> {
        let mut directory = self.directory();
        if name.is_empty() {
            return Ok(Created::Default(CreateStatus::NameEmpty));
        }
        if let Some(holder) = directory.users.values().find(|user| user.name == name) {
            return Ok(Created::NameTaken(holder.id));
        }
        directory.last += 1;
        let id = directory.last;
        // A received string keeps its whole record in memory; what is stored for long keeps only itself.
        directory.users.insert(id, User { id, name: name.detached(), email: email.detached() });
        Ok(Created::Created(id))
    }

    fn get(&self, _call: &Call, id: UserId) -> Result<UserOption> {
        Ok(self.directory().users.get(&id).cloned())
    }

    fn list(&self, _call: &Call) -> Result<UserList> {
        Ok(self.directory().users.values().map(|user| UserNode { entry: user.clone() }).collect())
    }

    fn delete(&self, _call: &Call, id: UserId) -> Result<DeleteStatus> {
        let removed = self.directory().users.remove(&id);
        Ok(if removed.is_some() { DeleteStatus::Deleted } else { DeleteStatus::Unknown })
    }
}
