//! What interfaces become in Rust, type by type: the codec and the type of its values.

use crate::interfaces::kitchen_sink::{self, *};
use crate::interfaces::{dialect, open, random, system};
use bytes::Bytes;
use oncrpc::xdr::{
    self, Array, DecodeError, DecodeLimits, Decoder, FixedArray, FixedOpaque, HeapOpaque, List, MutualList,
    NonEmptyList, NonEmptyMutualList, Opaque, Optional, Str, Viewer, Xdr, XdrView, to_bytes,
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
    /// Whether a value can be decoded from the front within these limits.
    pub limited: fn(&Bytes, DecodeLimits) -> bool,
}

impl Codec {
    /// Does not compile unless `V` is what the codec `C` makes.
    const fn of<C: XdrView<Value = V>, V>(name: &'static str) -> Self {
        Self { name, size: (C::MIN, C::MAX), again: again::<C>, seen: seen::<C>, limited: limited::<C> }
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

macro_rules! codecs {
    ($($name:literal: $value:ty = $codec:ty,)*) => {
        &[$(Codec::of::<$codec, $value>($name)),*]
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
    "variable_arrays": VariableArrays = VariableArrays,
    "samples": Samples = Samples,
    "row": Row = FixedArray<i32, 3>,
    "matrix": Matrix = FixedArray<FixedArray<i32, 3>, 2>,
    "rows": Rows = Array<FixedArray<i32, 3>, 4>,
    "numbers": Numbers = Array<i32, 5>,
    "table": Table = Array<Array<i32, 5>, 3>,
    "columns": Columns = FixedArray<Array<i32, 5>, 2>,
    "dimensions": Dimensions = Dimensions,
    "int_option": IntOption = Optional<i32>,
    "name_option": NameOption = Optional<Str<31>>,
    "point_option": PointOption = Optional<Point>,
    "options": Options = Options,
    "arrays_of_options": ArraysOfOptions = ArraysOfOptions,
    "item": Vec<Item> = NonEmptyList<Item>,
    "entry": Vec<Entry> = NonEmptyList<Entry>,
    "groups": Groups = List<GroupNode>,
    "group_node": Vec<GroupNode> = NonEmptyList<GroupNode>,
    "sender": Vec<ReceiverOrSender> = NonEmptyMutualList<ReceiverOrSender, 1>,
    "receiver": Vec<ReceiverOrSender> = NonEmptyMutualList<ReceiverOrSender, 0>,
    "route": Route = MutualList<ReceiverOrSender, 1>,
    "routes": Routes = Routes,
    "lists": Lists = Lists,
    "tree": Tree = Tree,
    "directories": Directories = Array<xdr::Nested<Directory>, 3>,
    "directory": Directory = Directory,
    "expression": Expression = Expression,
    "sum": Sum = Sum,
    "on_int": OnInt = OnInt,
    "on_unsigned": OnUnsigned = OnUnsigned,
    "on_bool": OnBool = OnBool,
    "on_bool_default": OnBoolDefault = OnBoolDefault,
    "fixed_size": FixedSize = FixedSize,
    "every_form": EveryForm = EveryForm,
    "on_typedef": OnTypedef = OnTypedef,
    "default_void": DefaultVoid = DefaultVoid,
    "nested": kitchen_sink::Nested = kitchen_sink::Nested,
    "event": Event = Event,
    "log": Log = Log,
    "keywords": Keywords = Keywords,
    "impl": Impl = Impl,
];
