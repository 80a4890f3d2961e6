//! The crate xdr-codec, with structures as its generator, xdrgen, writes them.

use crate::trial::{Coder, Outcome, Trial};
use bytes::Bytes;
use std::marker::PhantomData;
use xdr_codec::{Pack, Read, Unpack, Write};

pub(crate) fn run(what: &str, trial: &Trial) -> Option<Outcome> {
    match what {
        "attributes" => trial.run::<Peer<Attributes>>(),
        "numbers" => trial.run::<Peer<Numbers>>(),
        "mixed" => trial.run::<Peer<Batch>>(),
        "payload" => trial.run::<Peer<Payload>>(),
        "directory" => trial.run::<Peer<Directory>>(),
        _ => None,
    }
}

struct Peer<T>(PhantomData<T>);

impl<T: Pack<Vec<u8>> + for<'a> Unpack<&'a [u8]>> Coder for Peer<T> {
    type Value = T;
    type Input<'a> = &'a [u8];
    type Output = Vec<u8>;

    fn input(sample: &Bytes) -> &[u8] {
        sample
    }

    fn decode(input: &mut &[u8]) -> T {
        T::unpack(input).unwrap().0
    }

    fn clear(out: &mut Vec<u8>) {
        out.clear();
    }

    fn encode(value: &T, out: &mut Vec<u8>) {
        value.pack(out).unwrap();
    }

    fn bytes(out: &Vec<u8>) -> Vec<u8> {
        out.clone()
    }
}

/// A structure, with how each member is packed and unpacked where that is not as its type is.
macro_rules! structure {
    ($name:ident { $($member:ident: $type:ty $(= ($pack:path, $unpack:path, $most:expr))?),* $(,)? }) => {
        struct $name { $($member: $type,)* }

        impl<Out: Write> Pack<Out> for $name {
            fn pack(&self, out: &mut Out) -> xdr_codec::Result<usize> {
                Ok($(structure!(pack self.$member, out $(, $pack, $most)?) + )* 0)
            }
        }

        impl<In: Read> Unpack<In> for $name {
            fn unpack(input: &mut In) -> xdr_codec::Result<($name, usize)> {
                let mut sz = 0;
                Ok(($name {
                    $($member: {
                        let (v, fsz) = structure!(unpack input $(, $unpack, $most)?);
                        sz += fsz;
                        v
                    },)*
                }, sz))
            }
        }
    };
    (pack $value:expr, $out:ident) => { $value.pack($out)? };
    (pack $value:expr, $out:ident, $pack:path, $most:expr) => { $pack(&$value, $most, $out)? };
    (unpack $input:ident) => { Unpack::unpack($input)? };
    (unpack $input:ident, $unpack:path, $most:expr) => { $unpack($input, $most)? };
}

structure!(Device { major_number: u32, minor_number: u32 });

structure!(Moment { seconds: u32, nanoseconds: u32 });

structure!(Attributes {
    type_: FileType,
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
});

structure!(Numbers { all: Vec<i32> = (xdr_codec::pack_flex, xdr_codec::unpack_flex, None), });

structure!(Payload { data: Vec<u8> = (xdr_codec::pack_opaque_flex, xdr_codec::unpack_opaque_flex, None), });

structure!(Mixed {
    id: u64,
    name: String = (xdr_codec::pack_string, xdr_codec::unpack_string, Some(255)),
    data: Vec<u8> = (xdr_codec::pack_opaque_flex, xdr_codec::unpack_opaque_flex, None),
    values: Vec<i32> = (xdr_codec::pack_flex, xdr_codec::unpack_flex, None),
    flag: bool,
    more: Detail,
});

structure!(Batch { all: Vec<Mixed> = (xdr_codec::pack_flex, xdr_codec::unpack_flex, None), });

structure!(Directory { entries: Option<Box<Entry>>, });

structure!(Entry {
    file: u64,
    name: String = (xdr_codec::pack_string, xdr_codec::unpack_string, Some(255)),
    cookie: u64,
    next: Option<Box<Entry>>,
});

#[derive(Clone, Copy)]
enum FileType {
    Regular = 1,
    Directory = 2,
    Block = 3,
    Character = 4,
    Link = 5,
}

impl<Out: Write> Pack<Out> for FileType {
    #[inline]
    fn pack(&self, out: &mut Out) -> xdr_codec::Result<usize> {
        (*self as i32).pack(out)
    }
}

impl<In: Read> Unpack<In> for FileType {
    #[inline]
    fn unpack(input: &mut In) -> xdr_codec::Result<(FileType, usize)> {
        let (e, sz) = i32::unpack(input)?;
        let value = match e {
            1 => FileType::Regular,
            2 => FileType::Directory,
            3 => FileType::Block,
            4 => FileType::Character,
            5 => FileType::Link,
            e => return Err(xdr_codec::Error::invalidenum(e)),
        };
        Ok((value, sz))
    }
}

enum Detail {
    Nothing,
    Count(u32),
    Instant(Moment),
}

impl<Out: Write> Pack<Out> for Detail {
    fn pack(&self, out: &mut Out) -> xdr_codec::Result<usize> {
        Ok(match self {
            Detail::Nothing => 0i32.pack(out)?,
            Detail::Count(count) => 1i32.pack(out)? + count.pack(out)?,
            Detail::Instant(instant) => 2i32.pack(out)? + instant.pack(out)?,
        })
    }
}

impl<In: Read> Unpack<In> for Detail {
    fn unpack(input: &mut In) -> xdr_codec::Result<(Detail, usize)> {
        let (case, mut sz) = i32::unpack(input)?;
        let value = match case {
            0 => Detail::Nothing,
            1 => {
                let (count, fsz) = Unpack::unpack(input)?;
                sz += fsz;
                Detail::Count(count)
            }
            2 => {
                let (instant, fsz) = Unpack::unpack(input)?;
                sz += fsz;
                Detail::Instant(instant)
            }
            case => return Err(xdr_codec::Error::invalidcase(case)),
        };
        Ok((value, sz))
    }
}
