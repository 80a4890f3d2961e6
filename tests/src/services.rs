//! The services behind our server: the same answers as interop/c/calculator_server.c, error_server.c and blob_server.c.

use crate::interfaces::blob::{Blob, blob_v1};
use crate::interfaces::calculator::{
    CreateStatus, Created, DeleteStatus, Division, Factorial, MAX_FACTORIAL, Moment, NewUser, Operands, Power,
    Quotient, RangeStatus, User, UserId, UserList, UserNode, UserOption, calculator_v1, calculator_v2, users_v1,
};
use oncrpc::rpc::AuthStat;
use oncrpc::xdr::DecodeError;
use oncrpc::{Call, Error, Result, Server, Text};
use std::sync::{Mutex, PoisonError};

/// A server of all three programs that listens nowhere yet.
pub fn server() -> Server {
    Server::new()
        .serve(calculator_v1::server(Calculator))
        .serve(calculator_v2::server(Calculator))
        .serve(users_v1::server(Users::default()))
        .serve(blob_v1::server(Blobs))
}

/// CALCULATOR, both versions.
#[derive(Clone, Copy, Debug)]
pub struct Calculator;

impl calculator_v1::Service for Calculator {
    fn add(&self, _call: &Call, of: Operands) -> Result<i64> {
        Ok(i64::from(of.left) + i64::from(of.right))
    }

    fn subtract(&self, _call: &Call, of: Operands) -> Result<i64> {
        Ok(i64::from(of.left) - i64::from(of.right))
    }

    fn multiply(&self, _call: &Call, of: Operands) -> Result<i64> {
        Ok(i64::from(of.left) * i64::from(of.right))
    }

    fn divide(&self, _call: &Call, Operands { left, right }: Operands) -> Result<Division> {
        Ok(match (left.checked_div(right), left.checked_rem(right)) {
            (Some(value), Some(remainder)) => Division::Ok(Quotient { value, remainder }),
            _ if right == 0 => Division::ByZero,
            _ => Division::Overflow,
        })
    }

    fn factorial(&self, _call: &Call, of: u32) -> Result<Factorial> {
        Ok(if of > MAX_FACTORIAL {
            Factorial::TooLarge(MAX_FACTORIAL)
        } else {
            Factorial::Ok((1..=u64::from(of)).product())
        })
    }

    fn hello(&self, call: &Call, name: Text) -> Result<Text> {
        match name.to_str_lossy().as_ref() {
            "who am I" => Ok(identify(call)),
            name => match name.strip_prefix("fail: ") {
                Some(how) => Err(failure(how)),
                None => Ok(format!("hello, {name}").into()),
            },
        }
    }

    fn get_time(&self, _call: &Call) -> Result<Moment> {
        Ok(Moment { seconds: 5_000_000_000, nanoseconds: 999_999_999 })
    }
}

fn identify(call: &Call) -> Text {
    let who = call
        .auth_sys()
        .map(|who| format!("uid {} gid {} gids {:?} on {}", who.uid, who.gid, who.gids, who.machine_name));
    who.unwrap_or("nobody".into()).into()
}

fn failure(how: &str) -> Error {
    match how {
        "program unavailable" => Error::ProgramUnavailable,
        "program mismatch" => Error::ProgramMismatch { low: 3, high: 7 },
        "procedure unavailable" => Error::ProcedureUnavailable,
        "garbage arguments" => Error::GarbageArguments,
        "system error" => Error::SystemError,
        "too weak" => Error::Auth(AuthStat::TooWeak),
        "rejected verifier" => Error::Auth(AuthStat::RejectedVerifier),
        "kerberos" => Error::Auth(AuthStat::GssCredentialProblem),
        "panic" => panic!("as asked for"),
        // Not one that a caller understands: it becomes a system error.
        _ => Error::Decode(DecodeError::Trailing { count: 4 }),
    }
}

impl calculator_v2::Service for Calculator {
    fn add(&self, call: &Call, of: Operands) -> Result<i64> {
        calculator_v1::Service::add(self, call, of)
    }

    fn subtract(&self, call: &Call, of: Operands) -> Result<i64> {
        calculator_v1::Service::subtract(self, call, of)
    }

    fn multiply(&self, call: &Call, of: Operands) -> Result<i64> {
        calculator_v1::Service::multiply(self, call, of)
    }

    fn divide(&self, call: &Call, of: Operands) -> Result<Division> {
        calculator_v1::Service::divide(self, call, of)
    }

    fn factorial(&self, call: &Call, of: u32) -> Result<Factorial> {
        calculator_v1::Service::factorial(self, call, of)
    }

    fn hello(&self, call: &Call, name: Text) -> Result<Text> {
        calculator_v1::Service::hello(self, call, name)
    }

    fn get_time(&self, call: &Call) -> Result<Moment> {
        calculator_v1::Service::get_time(self, call)
    }

    fn power(&self, _call: &Call, Operands { left, right }: Operands) -> Result<Power> {
        let power = u32::try_from(right).ok().and_then(|exponent| i64::from(left).checked_pow(exponent));
        Ok(power.map_or(Power::Default(RangeStatus::TooLarge), Power::Ok))
    }
}

/// USERS.
#[derive(Debug, Default)]
pub struct Users {
    /// In the order of their numbers, and how many there ever were.
    users: Mutex<(Vec<User>, UserId)>,
}

impl Users {
    fn with<T>(&self, body: impl FnOnce(&mut Vec<User>, &mut UserId) -> T) -> Result<T> {
        let mut guard = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let (users, last) = &mut *guard;
        Ok(body(users, last))
    }
}

impl users_v1::Service for Users {
    fn create(&self, _call: &Call, NewUser { name, email }: NewUser) -> Result<Created> {
        self.with(|users, last| {
            if name.is_empty() {
                return Created::Default(CreateStatus::NameEmpty);
            }
            if let Some(holder) = users.iter().find(|user| user.name == name) {
                return Created::NameTaken(holder.id);
            }
            *last += 1;
            users.push(User { id: *last, name: name.detached(), email: email.detached() });
            Created::Created(*last)
        })
    }

    fn get(&self, _call: &Call, id: UserId) -> Result<UserOption> {
        self.with(|users, _| users.iter().find(|user| user.id == id).cloned())
    }

    fn list(&self, _call: &Call) -> Result<UserList> {
        self.with(|users, _| users.iter().map(|user| UserNode { entry: user.clone() }).collect())
    }

    fn delete(&self, _call: &Call, id: UserId) -> Result<DeleteStatus> {
        self.with(|users, _| {
            let before = users.len();
            users.retain(|user| user.id != id);
            if users.len() < before { DeleteStatus::Deleted } else { DeleteStatus::Unknown }
        })
    }
}

/// BLOB.
#[derive(Clone, Copy, Debug)]
pub struct Blobs;

impl blob_v1::Service for Blobs {
    fn echo(&self, _call: &Call, given: Blob) -> Result<Blob> {
        Ok(given)
    }

    fn produce(&self, _call: &Call, count: u32) -> Result<Blob> {
        Ok((0..count).map(|number| number as u8).collect::<Vec<_>>().into())
    }

    fn consume(&self, _call: &Call, given: Blob) -> Result<u64> {
        Ok(given.len() as u64 + given.iter().map(|byte| u64::from(*byte)).sum::<u64>())
    }
}
