use super::growth::push;
use super::{DecodeError, EncodeError, Sink, Source, Xdr};
use alloc::vec::Vec;
use core::marker::PhantomData;

/// A node, without its link, of a list in which several structures take turns: the last member of each is optional-data
/// of the next one, that of the last one of the first.
pub trait Turns: Sized {
    /// The structures in the order of their turns, at least one: the name in the `.x` file and the fewest bytes on the
    /// wire of a node without its link.
    const NODES: &'static [(&'static str, usize)];

    /// Which structure's node this is: its place in [`Turns::NODES`].
    fn turn(&self) -> usize;

    /// Appends the node without its link.
    ///
    /// # Errors
    /// As [`Xdr::encode`].
    fn encode_node(&self, out: &mut impl Sink) -> Result<(), EncodeError>;

    /// Takes a node of the structure whose turn it is off the front of `input`, without its link.
    ///
    /// # Errors
    /// As [`Xdr::decode`].
    fn decode_node(turn: usize, input: &mut impl Source) -> Result<Self, DecodeError>;
}

/// `T *x` where T is a structure whose nodes take [turns](Turns) with others': any number of nodes, the first one of the
/// structure `FIRST`, each behind a true, then a false.
///
/// Nodes are read and written in a loop: a list may be as long as a record.
#[derive(Debug)]
pub struct MutualList<C, const FIRST: usize>(PhantomData<C>);

/// `T x` where T is such a structure: the first node, then the rest of a [`MutualList`].
#[derive(Debug)]
pub struct NonEmptyMutualList<C, const FIRST: usize>(PhantomData<C>);

impl<C: Turns, const FIRST: usize> Xdr for MutualList<C, FIRST> {
    type Value = Vec<C>;
    const MIN: usize = 4;
    const MAX: usize = usize::MAX;

    #[inline]
    fn encode(nodes: &Self::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
        encode_nodes::<C, FIRST>(nodes, 0, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self::Value, DecodeError> {
        decode_nodes::<C>(Vec::new(), FIRST, input)
    }
}

impl<C: Turns, const FIRST: usize> Xdr for NonEmptyMutualList<C, FIRST> {
    type Value = Vec<C>;
    const MIN: usize = smallest(C::NODES, FIRST).saturating_add(4);
    const MAX: usize = usize::MAX;

    #[inline]
    fn encode(nodes: &Self::Value, out: &mut impl Sink) -> Result<(), EncodeError> {
        let first = nodes.first().ok_or(EncodeError::EmptyList)?;
        encode_in_turn(first, 0, FIRST, out)?;
        encode_nodes::<C, FIRST>(nodes, 1, out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self::Value, DecodeError> {
        let mut nodes = Vec::new();
        push(&mut nodes, input, |input| C::decode_node(FIRST, input))?;
        decode_nodes(nodes, next::<C>(FIRST), input)
    }
}

/// Whose turn it is after `turn`.
pub(crate) fn next<C: Turns>(turn: usize) -> usize {
    let next = turn.saturating_add(1);
    if next < C::NODES.len() { next } else { 0 }
}

/// Appends all nodes but the first `done`.
#[inline]
fn encode_nodes<C: Turns, const FIRST: usize>(
    nodes: &[C],
    done: usize,
    out: &mut impl Sink,
) -> Result<(), EncodeError> {
    let mut turn = if done == 0 { FIRST } else { next::<C>(FIRST) };
    for (index, node) in nodes.iter().enumerate().skip(done) {
        bool::encode(&true, out)?;
        encode_in_turn(node, index, turn, out)?;
        turn = next::<C>(turn);
    }
    bool::encode(&false, out)
}

fn encode_in_turn<C: Turns>(node: &C, index: usize, turn: usize, out: &mut impl Sink) -> Result<(), EncodeError> {
    if node.turn() == turn {
        node.encode_node(out)
    } else {
        let due = C::NODES.get(turn).map_or("", |(name, _)| name);
        Err(EncodeError::OutOfTurn { index, due })
    }
}

#[inline]
fn decode_nodes<C: Turns>(mut nodes: Vec<C>, mut turn: usize, input: &mut impl Source) -> Result<Vec<C>, DecodeError> {
    while bool::decode(input)? {
        push(&mut nodes, input, |input| C::decode_node(turn, input))?;
        turn = next::<C>(turn);
    }
    Ok(nodes)
}

const fn smallest(nodes: &[(&str, usize)], turn: usize) -> usize {
    match nodes.split_at_checked(turn) {
        Some((_, [(_, smallest), ..])) => *smallest,
        _ => 0,
    }
}
