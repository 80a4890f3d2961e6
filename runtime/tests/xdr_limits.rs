//! What a peer claims is checked before anything is reserved for it; depth and memory are limited.

use allocation_counter::{AllocationInfo, measure};
use bytes::Bytes;
use oncrpc::xdr::{
    Array, DecodeError, DecodeLimits, Decoder, EncodeError, Indirect, List, Nested, NonEmptyList, Opaque, Sink, Source,
    Str, Text, Void, Xdr, from_bytes, to_bytes,
};

/// `struct tree { tree *child; tree children<>; }`, as the compiler emits it.
#[derive(Debug, Default)]
struct Tree {
    child: Option<Box<Tree>>,
    children: Vec<Tree>,
}

impl Xdr for Tree {
    type Value = Self;
    const MIN: usize = 8;
    const MAX: usize = usize::MAX;

    fn encode(value: &Self, out: &mut impl Sink) -> Result<(), EncodeError> {
        Indirect::<Tree>::encode(&value.child, out)?;
        Array::<Nested<Tree>>::encode(&value.children, out)
    }

    fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        Ok(Self { child: Indirect::<Tree>::decode(input)?, children: Array::<Nested<Tree>>::decode(input)? })
    }
}

fn allocations<T>(run: impl FnOnce() -> T) -> AllocationInfo {
    measure(|| drop(run()))
}

/// Every length around the bytes that are there and up to the largest, over 64 bytes.
#[test]
fn lengths_reserve_nothing_that_is_not_there() {
    let claims = [63, 64, 65, 1 << 20, 1 << 30, u32::MAX - 3, u32::MAX - 2, u32::MAX - 1, u32::MAX];
    for claim in claims {
        let mut wire = claim.to_be_bytes().to_vec();
        wire.extend([0; 64]);
        let wire = Bytes::from(wire);
        for (form, outcome) in [
            ("opaque", allocations(|| from_bytes::<Opaque>(&wire))),
            ("string", allocations(|| from_bytes::<Str>(&wire))),
            ("array of int", allocations(|| from_bytes::<Array<i32>>(&wire))),
            ("array of hyper", allocations(|| from_bytes::<Array<u64>>(&wire))),
            ("array of strings", allocations(|| from_bytes::<Array<Str>>(&wire))),
            ("array of nothing", allocations(|| from_bytes::<Array<Void>>(&wire))),
        ] {
            let allowed = 64 * 1024 + 4 * wire.len() as u64;
            assert!(outcome.bytes_max <= allowed, "{form} of {claim}: {} bytes", outcome.bytes_max);
        }
    }
}

#[test]
fn memory_is_limited_where_it_exceeds_the_wire() {
    let count = 1 << 20;
    let mut wire = vec![0; 4 + 4 * count];
    wire[..4].copy_from_slice(&(count as u32).to_be_bytes());
    let wire = Bytes::from(wire);
    let limits = DecodeLimits { memory: 16 << 20, ..DecodeLimits::DEFAULT };
    let empty_strings = Array::<Str>::decode(&mut Decoder::shared(&wire).with_limits(limits));
    assert_eq!(empty_strings, Err(DecodeError::TooMuchMemory { limit: 16 << 20 }));
    let numbers = Array::<i32>::decode(&mut Decoder::shared(&wire).with_limits(limits));
    assert_eq!(numbers.unwrap().len(), count);
}

#[test]
fn elements_of_no_size_are_limited() {
    let wire = Bytes::from_static(&[0xff; 4]);
    let limit = DecodeLimits::DEFAULT.memory;
    assert_eq!(from_bytes::<Array<Void>>(&wire), Err(DecodeError::TooMuchMemory { limit }));
}

#[test]
fn a_list_is_limited_by_memory() {
    let wire: Bytes = [0, 0, 0, 1, 0, 0, 0, 0].repeat(100).into();
    let limits = DecodeLimits { memory: 99 * size_of::<Text>(), ..DecodeLimits::DEFAULT };
    let nodes = List::<Str>::decode(&mut Decoder::shared(&wire).with_limits(limits));
    assert_eq!(nodes, Err(DecodeError::TooMuchMemory { limit: limits.memory }));
}

/// Whether it fits or not: what it grows through counts as well.
#[test]
fn a_list_takes_no_more_memory_than_it_may_while_it_grows() {
    let wire: Bytes = [[0, 0, 0, 1, 0, 0, 0, 0].repeat(5_000), vec![0; 4]].concat().into();
    let non_empty = wire.slice(4..);
    let mut fitting = 0;
    for memory in (0..40_000).step_by(777).map(|nodes| nodes * size_of::<Text>()) {
        let limits = DecodeLimits { memory, ..DecodeLimits::DEFAULT };
        let mut lengths = Vec::with_capacity(2);
        let cost = measure(|| {
            let input = |wire| Decoder::shared(wire).with_limits(limits);
            lengths.push(List::<Str>::decode(&mut input(&wire)).map(|nodes| nodes.len()));
            lengths.push(NonEmptyList::<Str>::decode(&mut input(&non_empty)).map(|nodes| nodes.len()));
        });
        assert!(cost.bytes_max <= memory as u64, "{} bytes of {memory}", cost.bytes_max);
        let refused = Err(DecodeError::TooMuchMemory { limit: memory });
        assert!(lengths.iter().all(|length| *length == Ok(5_000) || *length == refused), "{lengths:?}");
        assert!(memory < 3 * 5_000 * size_of::<Text>() || lengths == [Ok(5_000), Ok(5_000)], "{memory}: {lengths:?}");
        fitting += u32::from(lengths.contains(&Ok(5_000)));
    }
    assert!((10..50).contains(&fitting), "{fitting}");
}

#[test]
fn a_failed_decode_leaves_nothing_behind() {
    let names: Vec<Text> = vec!["one".into(), "two".into(), "three".into()];
    let wire = to_bytes::<Array<Str>>(&names).unwrap();
    let all = measure(|| {
        for _ in 0..1_000 {
            for length in 0..wire.len() {
                assert!(from_bytes::<Array<Str>>(&wire.slice(..length)).is_err());
            }
        }
    });
    assert_eq!(all.bytes_current, 0);
}

fn deep(levels: u32, wrap: impl Fn(Tree) -> Tree) -> Tree {
    (0..levels).fold(Tree::default(), |inner, _| wrap(inner))
}

fn through_child(inner: Tree) -> Tree {
    Tree { child: Some(Box::new(inner)), children: vec![] }
}

fn through_children(inner: Tree) -> Tree {
    Tree { child: None, children: vec![inner] }
}

#[test]
fn depth_is_limited_in_both_directions() {
    for wrap in [through_child, through_children] {
        let allowed = to_bytes::<Tree>(&deep(100, wrap)).unwrap();
        assert!(from_bytes::<Tree>(&allowed).is_ok());
        assert_eq!(to_bytes::<Tree>(&deep(101, wrap)), Err(EncodeError::TooDeep { limit: 100 }));
        let shallow = DecodeLimits { depth: 99, ..DecodeLimits::DEFAULT };
        let refused = Tree::decode(&mut Decoder::shared(&allowed).with_limits(shallow));
        assert_eq!(refused.unwrap_err(), DecodeError::TooDeep { limit: 99 });
    }
}

#[test]
fn an_endless_tree_is_refused_on_a_small_stack() {
    let wire: Bytes = [0, 0, 0, 1].repeat(1_000_000).into();
    let run = move || from_bytes::<Tree>(&wire).unwrap_err();
    let error = std::thread::Builder::new().stack_size(256 << 10).spawn(run).unwrap().join().unwrap();
    assert_eq!(error, DecodeError::TooDeep { limit: 100 });
}

#[test]
fn breadth_is_not_depth() {
    let wide = Tree { child: None, children: (0..1_000).map(|_| Tree::default()).collect() };
    let wire = to_bytes::<Tree>(&wide).unwrap();
    assert_eq!(from_bytes::<Tree>(&wire).unwrap().children.len(), 1_000);
}

#[test]
fn a_million_nodes_need_no_stack() {
    let run = || {
        let nodes: Vec<i32> = (0..1_000_000).collect();
        let wire = to_bytes::<List<i32>>(&nodes).unwrap();
        assert_eq!(wire.len(), 8_000_004);
        assert_eq!(from_bytes::<List<i32>>(&wire).unwrap(), nodes);
    };
    std::thread::Builder::new().stack_size(128 << 10).spawn(run).unwrap().join().unwrap();
}

#[test]
fn numbers_allocate_nothing() {
    let wire = to_bytes::<u64>(&7).unwrap();
    let outcome = measure(|| {
        assert_eq!(u64::decode(&mut Decoder::new(&wire)), Ok(7));
    });
    assert_eq!(outcome.count_total, 0);
}
