//! What interfaces become in Rust, type by type: the codec and the type of its values.

use crate::interfaces::kitchen_sink::{self, *};
use crate::interfaces::{dialect, open, random, system};
use bytes::Bytes;
use oncrpc::xdr::{
    self, Array, DecodeError, DecodeLimits, Decoder, FixedArray, FixedOpaque, HeapOpaque, List, MutualList,
    NonEmptyList, NonEmptyMutualList, Opaque, Optional, Str, Viewer, Xdr, XdrView, XdrWalk, to_bytes,
};

/// A type of the interface in Rust.
#[derive(Clone, Copy, Debug)]
pub struct Codec {
    /// Its name in the `.x` file.
    pub name: &'static str,
    /// The fewest and the most bytes of a value.
    pub size: (usize, usize),
    /// Decodes a value from the front: bytes used, and the value encoded again.
    pub again: fn(&Bytes) -> Result<(usize, Bytes), DecodeError>,
    /// As `again`, but the value is seen in place and only then made one of its own.
    pub seen: fn(&Bytes) -> Result<(usize, Bytes), DecodeError>,
    /// As `seen`, but the value is gone through in one pass, for those that can be.
    pub walked: Option<Walked>,
    /// Whether a value can be decoded from the front within these limits.
    pub limited: fn(&Bytes, DecodeLimits) -> bool,
}

/// Whether a value can be gone through from the front to its end.
type Walked = fn(&Bytes) -> Result<(), DecodeError>;

impl Codec {
    /// Does not compile unless `V` is what the codec `C` makes.
    const fn of<C: XdrView<Value = V>, V>(name: &'static str) -> Self {
        Self { name, size: (C::MIN, C::MAX), again: again::<C>, seen: seen::<C>, walked: None, limited: limited::<C> }
    }

    /// Does not compile unless values of `C` can be gone through.
    const fn walk<C: XdrWalk>(self) -> Self {
        Self { walked: Some(walked::<C>), ..self }
    }

    /// Where a value can be gone through, that comes to the same as seeing it, or to the same error.
    pub fn check_walk(&self, bytes: &Bytes) {
        if let Some(walked) = self.walked {
            assert_eq!(walked(bytes), (self.seen)(bytes).map(|_| ()), "{}: {}", self.name, bytes.escape_ascii());
        }
    }
}

fn again<C: Xdr>(bytes: &Bytes) -> Result<(usize, Bytes), DecodeError> {
    let mut input = Decoder::shared(bytes);
    let value = C::decode(&mut input)?;
    let encoded = to_bytes::<C>(&value).expect("what was decoded can be encoded");
    Ok((bytes.len() - input.remaining(), encoded))
}

fn limited<C: Xdr>(bytes: &Bytes, limits: DecodeLimits) -> bool {
    C::decode(&mut Decoder::shared(bytes).with_limits(limits)).is_ok()
}

fn seen<C: XdrView>(bytes: &Bytes) -> Result<(usize, Bytes), DecodeError> {
    let mut input = Viewer::new(bytes);
    let view = C::view(&mut input)?;
    let used = bytes.len() - input.remaining();
    let value = C::to_value(view).expect("what was seen is there");
    Ok((used, to_bytes::<C>(&value).expect("what was seen can be encoded")))
}

fn walked<C: XdrWalk>(bytes: &Bytes) -> Result<(), DecodeError> {
    C::finish(C::walk(&mut Viewer::new(bytes))?)
}

/// What can be gone through is marked so.
macro_rules! codecs {
    ($($name:literal: $value:ty = $codec:ty $(=> $walk:ident)?,)*) => {
        &[$(Codec::of::<$codec, $value>($name)$(.$walk::<$codec>())?),*]
    };
}

/// The interfaces of rpcgen's package that are there and need no types from C headers: path and codecs, without typedefs.
pub const SYSTEM: &[(&str, &[Codec])] = include!(concat!(env!("OUT_DIR"), "/system_codecs.rs"));

/// The interfaces of compiler/tests/dialect that are not to be refused: path and codecs, without typedefs.
pub const DIALECT: &[(&str, &[Codec])] = include!(concat!(env!("OUT_DIR"), "/dialect_codecs.rs"));

/// Random interfaces: path and codecs, without typedefs.
pub const RANDOM: &[(&str, &[Codec])] = include!(concat!(env!("OUT_DIR"), "/random_codecs.rs"));

/// Our interfaces with other options than the default ones.
pub const OPEN: &[(&str, &[Codec])] = include!(concat!(env!("OUT_DIR"), "/open_codecs.rs"));

/// All types of idl/kitchen_sink.x, in its order.
pub const KITCHEN_SINK: &[Codec] = codecs![
    "implicit": Implicit = Implicit,
    "mixed": Mixed = Mixed,
    "flags": Flags = Flags,
    "named_value": NamedValue = NamedValue,
    "signed_numbers": SignedNumbers = SignedNumbers,
    "unsigned_numbers": UnsignedNumbers = UnsignedNumbers,
    "other_numbers": OtherNumbers = OtherNumbers,
    "numbers_in_a_row": NumbersInARow = NumbersInARow,
    "fixed_opaques": FixedOpaques = FixedOpaques,
    "variable_opaques": VariableOpaques = VariableOpaques,
    "strings": Strings = Strings,
    "page": Page = HeapOpaque<8192>,
    "handle": Handle = FixedOpaque<32>,
    "variable_handle": VariableHandle = Opaque<64>,
    "name": Name = Str<31>,
    "text": Text = Str,
    "number": Number = i32,
    "number_again": NumberAgain = i32,
    "number_at_last": NumberAtLast = i32,
    "offset": Offset = u64,
    "truth": Truth = bool,
    "mixed_again": MixedAgain = Mixed,
    "point": Point = Point,
    "line": Line = Line,
    "drawing": Drawing = Drawing,
    "fixed_arrays": FixedArrays = FixedArrays,
    "variable_arrays": VariableArrays = VariableArrays => walk,
    "samples": Samples = Samples,
    "row": Row = FixedArray<i32, 3>,
    "matrix": Matrix = FixedArray<FixedArray<i32, 3>, 2>,
    "rows": Rows = Array<FixedArray<i32, 3>, 4> => walk,
    "numbers": Numbers = Array<i32, 5>,
    "table": Table = Array<Array<i32, 5>, 3> => walk,
    "columns": Columns = FixedArray<Array<i32, 5>, 2>,
    "dimensions": Dimensions = Dimensions => walk,
    "int_option": IntOption = Optional<i32>,
    "name_option": NameOption = Optional<Str<31>>,
    "point_option": PointOption = Optional<Point>,
    "options": Options = Options,
    "arrays_of_options": ArraysOfOptions = ArraysOfOptions => walk,
    "item": Vec<Item> = NonEmptyList<Item> => walk,
    "entry": Vec<Entry> = NonEmptyList<Entry> => walk,
    "groups": Groups = List<GroupNode> => walk,
    "group_node": Vec<GroupNode> = NonEmptyList<GroupNode> => walk,
    "sender": Vec<ReceiverOrSender> = NonEmptyMutualList<ReceiverOrSender, 1> => walk,
    "receiver": Vec<ReceiverOrSender> = NonEmptyMutualList<ReceiverOrSender, 0> => walk,
    "route": Route = MutualList<ReceiverOrSender, 1> => walk,
    "routes": Routes = Routes => walk,
    "lists": Lists = Lists => walk,
    "tree": Tree = Tree,
    "directories": Directories = Array<xdr::Nested<Directory>, 3> => walk,
    "directory": Directory = Directory => walk,
    "expression": Expression = Expression,
    "sum": Sum = Sum,
    "on_int": OnInt = OnInt,
    "on_unsigned": OnUnsigned = OnUnsigned,
    "on_bool": OnBool = OnBool,
    "on_bool_default": OnBoolDefault = OnBoolDefault,
    "fixed_size": FixedSize = FixedSize,
    "every_form": EveryForm = EveryForm => walk,
    "on_typedef": OnTypedef = OnTypedef => walk,
    "default_void": DefaultVoid = DefaultVoid,
    "nested": kitchen_sink::Nested = kitchen_sink::Nested => walk,
    "event": Event = Event,
    "log": Log = Log => walk,
    "keywords": Keywords = Keywords,
    "impl": Impl = Impl,
];
