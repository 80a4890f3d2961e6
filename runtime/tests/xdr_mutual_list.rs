//! Lists in which structures take turns: `struct number { int value; name *next; }; struct name { string text<>; number
//! *next; };`.

use allocation_counter::measure;
use bytes::Bytes;
use oncrpc::xdr::{
    DecodeError, DecodeLimits, Decoder, EncodeError, MutualList, NonEmptyMutualList, Sink, Source, Str, Text, TextView,
    Turns, TurnsView, Viewer, Xdr, XdrView, from_bytes, to_bytes, view_bytes,
};

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(i32),
    Name(Text),
}

#[derive(Debug)]
enum NodeView<'a> {
    Number(i32),
    Name(TextView<'a>),
}

impl Turns for Node {
    const NODES: &'static [(&'static str, usize)] = &[("number", 4), ("name", 8)];

    fn turn(&self) -> usize {
        match self {
            Self::Number(_) => 0,
            Self::Name(_) => 1,
        }
    }

    fn encode_node(&self, out: &mut impl Sink) -> Result<(), EncodeError> {
        match self {
            Self::Number(value) => i32::encode(value, out),
            Self::Name(value) => Str::<{ u32::MAX }>::encode(value, out),
        }
    }

    fn decode_node(turn: usize, input: &mut impl Source) -> Result<Self, DecodeError> {
        match turn {
            0 => i32::decode(input).map(Self::Number),
            _ => Str::<{ u32::MAX }>::decode(input).map(Self::Name),
        }
    }
}

impl TurnsView for Node {
    type View<'a> = NodeView<'a>;

    fn view_node<'a>(turn: usize, input: &mut Viewer<'a>) -> Result<NodeView<'a>, DecodeError> {
        match turn {
            0 => i32::view(input).map(NodeView::Number),
            _ => Str::<{ u32::MAX }>::view(input).map(NodeView::Name),
        }
    }

    fn to_node(view: NodeView<'_>) -> Result<Self, DecodeError> {
        match view {
            NodeView::Number(value) => Ok(Self::Number(value)),
            NodeView::Name(value) => Str::<{ u32::MAX }>::to_value(value).map(Self::Name),
        }
    }
}

type Numbers = MutualList<Node, 0>;
type Names = MutualList<Node, 1>;

fn name(text: &str) -> Node {
    Node::Name(text.into())
}

/// A value is these bytes in both directions, also in place; whatever is cut off is missed.
#[track_caller]
fn check<C: XdrView<Value = Vec<Node>>>(nodes: Vec<Node>, wire: &'static [u8]) {
    assert_eq!(to_bytes::<C>(&nodes).unwrap(), wire);
    assert_eq!(from_bytes::<C>(&Bytes::from_static(wire)).unwrap(), nodes);
    assert_eq!(C::to_value(view_bytes::<C>(wire).unwrap()).unwrap(), nodes);
    assert_eq!(measure(|| assert!(view_bytes::<C>(wire).is_ok())).count_total, 0);
    for length in 0..wire.len() {
        assert!(from_bytes::<C>(&Bytes::from_static(&wire[..length])).is_err());
        assert!(view_bytes::<C>(&wire[..length]).is_err());
    }
}

#[test]
fn nodes_take_turns_on_the_wire() {
    check::<Numbers>(vec![], &[0; 4]);
    check::<Numbers>(vec![Node::Number(7)], b"\0\0\0\x01\0\0\0\x07\0\0\0\0");
    let three = b"\0\0\0\x01\0\0\0\x07\0\0\0\x01\0\0\0\x02ab\0\0\0\0\0\x01\0\0\0\x08\0\0\0\0";
    check::<Numbers>(vec![Node::Number(7), name("ab"), Node::Number(8)], three);
    check::<Names>(vec![name("ab"), Node::Number(8)], b"\0\0\0\x01\0\0\0\x02ab\0\0\0\0\0\x01\0\0\0\x08\0\0\0\0");
    check::<NonEmptyMutualList<Node, 0>>(vec![Node::Number(7)], b"\0\0\0\x07\0\0\0\0");
    let bare = b"\0\0\0\0\0\0\0\x01\0\0\0\x08\0\0\0\0";
    check::<NonEmptyMutualList<Node, 1>>(vec![name(""), Node::Number(8)], bare);
    assert_eq!((NonEmptyMutualList::<Node, 0>::MIN, NonEmptyMutualList::<Node, 1>::MIN), (8, 12));
}

#[test]
fn a_node_out_of_turn_is_the_callers_mistake() {
    let out_of_turn = |index, due| Err(EncodeError::OutOfTurn { index, due });
    assert_eq!(to_bytes::<Numbers>(&vec![name("a")]), out_of_turn(0, "number"));
    assert_eq!(to_bytes::<Names>(&vec![name("a"), name("b")]), out_of_turn(1, "number"));
    assert_eq!(to_bytes::<NonEmptyMutualList<Node, 1>>(&vec![Node::Number(1)]), out_of_turn(0, "name"));
    let third = vec![Node::Number(1), name("a"), name("b")];
    assert_eq!(to_bytes::<NonEmptyMutualList<Node, 0>>(&third), out_of_turn(2, "number"));
    assert_eq!(to_bytes::<NonEmptyMutualList<Node, 0>>(&vec![]), Err(EncodeError::EmptyList));
    let shown = EncodeError::OutOfTurn { index: 2, due: "number" }.to_string();
    assert_eq!(shown, "node 2 of a list is no number, whose turn it is");
}

#[test]
fn nodes_are_limited_by_memory() {
    let wire: Bytes = [0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0].repeat(50).into();
    let limits = DecodeLimits { memory: 99 * size_of::<Node>(), ..DecodeLimits::DEFAULT };
    let nodes = Numbers::decode(&mut Decoder::shared(&wire).with_limits(limits));
    assert_eq!(nodes, Err(DecodeError::TooMuchMemory { limit: limits.memory }));
}

#[test]
fn nodes_are_gone_through_in_place_again_and_again() {
    let wire = to_bytes::<Numbers>(&vec![Node::Number(7), name("ab"), Node::Number(8)]).unwrap();
    let nodes = view_bytes::<Numbers>(&wire).unwrap();
    let count = || nodes.iter().filter(|node| matches!(node, NodeView::Number(7 | 8))).count();
    assert_eq!((count(), count(), nodes.is_empty()), (2, 2, false));
    assert_eq!(format!("{nodes:?}"), r#"[Number(7), Name("ab"), Number(8)]"#);
    assert_eq!(measure(|| assert_eq!(count(), 2)).count_total, 0);
}

#[test]
fn a_million_nodes_need_no_stack() {
    let run = || {
        let node = |number| if number % 2 == 0 { Node::Number(number) } else { Node::Name(Text::default()) };
        let nodes: Vec<Node> = (0..1_000_000).map(node).collect();
        let wire = to_bytes::<Numbers>(&nodes).unwrap();
        assert_eq!(wire.len(), 8_000_004);
        let decoded = from_bytes::<Numbers>(&wire).unwrap();
        assert_eq!(decoded, nodes);
        assert_eq!(view_bytes::<Numbers>(&wire).unwrap().iter().count(), 1_000_000);
    };
    std::thread::Builder::new().stack_size(128 << 10).spawn(run).unwrap().join().unwrap();
}
