//! The crate serde-xdr, with structures as serde derives them.

use crate::trial::{Coder, Outcome, Trial};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::marker::PhantomData;

pub(crate) fn run(what: &str, trial: &Trial) -> Option<Outcome> {
    match what {
        "attributes" => trial.run::<Peer<Attributes>>(),
        "numbers" => trial.run::<Peer<Vec<i32>>>(),
        "mixed" => trial.run::<Peer<Vec<Mixed>>>(),
        "payload" => trial.run::<Peer<ByteBuf>>(),
        "directory" => trial.run::<Peer<Option<Box<Entry>>>>(),
        _ => None,
    }
}

struct Peer<T>(PhantomData<T>);

impl<T: Serialize + DeserializeOwned> Coder for Peer<T> {
    type Value = T;
    type Input<'a> = &'a [u8];
    type Output = Vec<u8>;

    fn input(sample: &Bytes) -> &[u8] {
        sample
    }

    fn decode(input: &mut &[u8]) -> T {
        serde_xdr::from_reader(input).unwrap()
    }

    fn clear(out: &mut Vec<u8>) {
        out.clear();
    }

    fn encode(value: &T, out: &mut Vec<u8>) {
        serde_xdr::to_writer(out, value).unwrap();
    }

    fn bytes(out: &Vec<u8>) -> Vec<u8> {
        out.clone()
    }
}

/// It numbers enumerators from 0.
#[derive(Serialize, Deserialize)]
enum FileType {
    Unused,
    Regular,
    Directory,
    Block,
    Character,
    Link,
}

#[derive(Serialize, Deserialize)]
struct Device {
    major_number: u32,
    minor_number: u32,
}

#[derive(Serialize, Deserialize)]
struct Moment {
    seconds: u32,
    nanoseconds: u32,
}

#[derive(Serialize, Deserialize)]
struct Attributes {
    r#type: FileType,
    mode: u32,
    links: u32,
    user: u32,
    group: u32,
    size: u64,
    used: u64,
    special: Device,
    file_system: u64,
    file: u64,
    accessed: Moment,
    modified: Moment,
    changed: Moment,
}

#[derive(Serialize, Deserialize)]
enum Detail {
    Nothing,
    Count(u32),
    Instant(Moment),
}

#[derive(Serialize, Deserialize)]
struct Mixed {
    id: u64,
    name: String,
    data: ByteBuf,
    values: Vec<i32>,
    flag: bool,
    more: Detail,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    file: u64,
    name: String,
    cookie: u64,
    next: Option<Box<Entry>>,
}
