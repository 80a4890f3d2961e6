use super::growth::push;
use super::{DecodeError, EncodeError, Sink, Source, Xdr};
use alloc::vec::Vec;
use core::marker::PhantomData;

/// `T *x` where T is a node `struct T { ...; T *next; }`: any number of nodes, each behind a true, then a false.
///
/// Nodes are read and written in a loop: a list may be as long as a record.
#[derive(Debug)]
pub struct List<C>(PhantomData<C>);

/// `T x` where T is such a node: the first node, then a [`List`].
#[derive(Debug)]
pub struct NonEmptyList<C>(PhantomData<C>);

impl<C: Xdr> Xdr for List<C> {
    type Value = Vec<C::Value>;
    const MIN: usize = 4;
    const MAX: usize = usize::MAX;

    #[inline]
    fn encode(nodes: &Self::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
        encode_nodes::<C>(nodes, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self::Value, DecodeError> {
        decode_nodes::<C>(Vec::new(), input)
    }
}

impl<C: Xdr> Xdr for NonEmptyList<C> {
    type Value = Vec<C::Value>;
    const MIN: usize = C::MIN.saturating_add(4);
    const MAX: usize = usize::MAX;

    #[inline]
    fn encode(nodes: &Self::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
        let (first, rest) = nodes.split_first().ok_or(EncodeError::EmptyList)?;
        C::encode(first, out)?;
        encode_nodes::<C>(rest, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self::Value, DecodeError> {
        let mut nodes = Vec::new();
        push(&mut nodes, input, C::decode)?;
        decode_nodes::<C>(nodes, input)
    }
}

#[inline]
fn encode_nodes<C: Xdr>(nodes: &[C::Value], out: &mut impl Sink) -> Result<(), EncodeError> {
    for node in nodes {
        out.put_value::<Node<C>>(node)?;
    }
    bool::encode(&false, out)
}

#[inline]
fn decode_nodes<C: Xdr>(mut nodes: Vec<C::Value>, input: &mut impl Source) -> Result<Vec<C::Value>, DecodeError> {
    while bool::decode(input)? {
        push(&mut nodes, input, C::decode)?;
    }
    Ok(nodes)
}

/// A node behind its true.
struct Node<C>(PhantomData<C>);

impl<C: Xdr> Xdr for Node<C> {
    type Value = C::Value;
    const MIN: usize = C::MIN.saturating_add(4);
    const MAX: usize = C::MAX.saturating_add(4);

    #[inline]
    fn most(node: &C::Value) -> usize {
        C::most(node).saturating_add(4)
    }

    #[inline]
    fn encode(node: &C::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
        bool::encode(&true, out)?;
        C::encode(node, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<C::Value, DecodeError> {
        bool::decode(input)?;
        C::decode(input)
    }
}
