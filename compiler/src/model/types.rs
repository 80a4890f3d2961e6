//! The model: what an interface means once every name is resolved, every constant evaluated and every rule checked.
//!
//! It knows nothing of Rust and nothing of the text it came from, except the names and comments a reader needs.

/// An interface: every definition of one `.x` file and its includes, in source order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The definitions; a [`DefinitionId`] indexes this list. Hoisted nested types stand before the type they came from.
    pub definitions: Vec<Definition>,
}

/// The place of a definition in [`Model::definitions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefinitionId(pub usize);

/// One top-level definition.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is documented at the type it holds")]
pub enum Definition {
    Constant(Constant),
    Enumeration(Enumeration),
    Structure(Structure),
    Union(Union),
    Typedef(Typedef),
    Program(Program),
    Extern(Extern),
}

/// A type that no `.x` file defines: a C header does, and the user named something that stands for it. Its size is not
/// known: it may take no bytes or any number.
#[derive(Clone, Debug, PartialEq)]
pub struct Extern {
    /// The name in the `.x` file.
    pub name: String,
}

/// `const NAME = value;` (also a `#define` whose value is one number or string, see the preprocessor).
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// The name in the `.x` file.
    pub name: String,
    /// The comment before it or behind it, without comment marks; one entry a line.
    pub docs: Vec<String>,
    /// Its value.
    pub value: ConstantValue,
    /// The value as written, blanks normalised: `0x10`, `MAX + 1`.
    pub source: String,
}

/// The value of a constant.
#[derive(Clone, Debug, PartialEq)]
pub enum ConstantValue {
    /// A number between -2^63 and 2^64-1.
    Integer(i128),
    /// A string constant.
    Text(String),
}

/// `enum NAME { ... };`
#[derive(Clone, Debug, PartialEq)]
pub struct Enumeration {
    /// The name in the `.x` file, or `parent_member` for a nested one.
    pub name: String,
    /// See [`Constant::docs`].
    pub docs: Vec<String>,
    /// The enumerators in source order, never empty.
    pub enumerators: Vec<Enumerator>,
}

/// One enumerator. Two may have the same value: the second is an alias of the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Enumerator {
    /// The name in the `.x` file.
    pub name: String,
    /// See [`Constant::docs`].
    pub docs: Vec<String>,
    /// The 32-bit number on the wire; 0x80000000 and up wrap to negative numbers as in C.
    pub value: i32,
}

/// `struct NAME { ... };`
#[derive(Clone, Debug, PartialEq)]
pub struct Structure {
    /// The name in the `.x` file, or `parent_member` for a nested one.
    pub name: String,
    /// See [`Constant::docs`].
    pub docs: Vec<String>,
    /// The members in source order, without `void;` members and without the link of a list node.
    pub fields: Vec<Field>,
    /// The dropped last member `T *next;` when this structure is the node of a linked list.
    pub link: Option<Link>,
    /// Whether a value may hold another value of this type: codecs then count their depth.
    pub recursive: bool,
    /// Whether a value can be gone through element by element: a member is a list or an array of variable length, or the
    /// last one holds such a thing.
    pub walkable: bool,
    /// Bytes on the wire; of one node without its link for a list node.
    pub size: Size,
}

/// The link of a list node: the member behind all others. It leads to the structure itself, or in a mutual list, in which
/// several structures take turns, to the one that is next.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The member's name in the `.x` file.
    pub name: String,
    /// The structure of the node behind it, if there is one; see [`Model::turns`].
    pub next: DefinitionId,
}

/// A member of a structure or the declaration in a union's arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name in the `.x` file.
    pub name: String,
    /// See [`Constant::docs`].
    pub docs: Vec<String>,
    /// What it holds.
    pub ty: Type,
    /// The declaration as written, blanks normalised, without the semicolon: `opaque data<MAX>`.
    pub source: String,
}

/// `union NAME switch (...) { ... };`
#[derive(Clone, Debug, PartialEq)]
pub struct Union {
    /// The name in the `.x` file, or `parent_member` for a nested one.
    pub name: String,
    /// See [`Constant::docs`].
    pub docs: Vec<String>,
    /// The name of the discriminant.
    pub discriminant_name: String,
    /// The discriminant's type as declared (may be a typedef); see [`Union::discriminant`] for what it comes down to.
    pub discriminant_type: Type,
    /// What the discriminant comes down to.
    pub discriminant: Discriminant,
    /// The arms in source order, one per `case` group.
    pub arms: Vec<Arm>,
    /// The default arm.
    pub default: Option<DefaultArm>,
    /// See [`Structure::recursive`].
    pub recursive: bool,
    /// As [`Structure::walkable`], for what an arm holds.
    pub walkable: bool,
    /// Bytes on the wire, discriminant included.
    pub size: Size,
}

/// What a discriminant's type is behind all typedefs.
#[derive(Clone, Debug, PartialEq)]
pub enum Discriminant {
    /// `int`, `long`, `short`, `char`.
    Signed,
    /// `unsigned int` and its family.
    Unsigned,
    /// `hyper`, which RFC 4506 does not allow but some peers use: 8 bytes on the wire.
    Hyper,
    /// `unsigned hyper`, likewise. Its cases are below 2^63.
    UnsignedHyper,
    /// `bool`.
    Bool,
    /// An enumeration.
    Enumeration(DefinitionId),
}

/// `case A: case B: declaration;`
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The case labels, at least one.
    pub cases: Vec<Case>,
    /// See [`Constant::docs`].
    pub docs: Vec<String>,
    /// What it holds; `None` is `void`.
    pub field: Option<Field>,
}

/// One case label.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The label as written: `NFS3_OK`, `TRUE`, `0x10`.
    pub label: String,
    /// Its value: within the range of the discriminant's type; `bool` is 0 or 1.
    pub value: i64,
    /// For an enumeration: which of its enumerators, the first one with this value.
    pub enumerator: Option<usize>,
}

/// `default: declaration;`
#[derive(Clone, Debug, PartialEq)]
pub struct DefaultArm {
    /// See [`Constant::docs`].
    pub docs: Vec<String>,
    /// What it holds; `None` is `void`.
    pub field: Option<Field>,
}

/// `typedef declaration;` — a no-op `typedef struct X X;` is not in the model.
#[derive(Clone, Debug, PartialEq)]
pub struct Typedef {
    /// The declaration: its name, comment, type and text.
    pub field: Field,
    /// See [`Structure::size`].
    pub size: Size,
}

/// `program NAME { ... } = number;`
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// The name in the `.x` file.
    pub name: String,
    /// See [`Constant::docs`].
    pub docs: Vec<String>,
    /// The program number.
    pub number: u32,
    /// The versions in source order.
    pub versions: Vec<Version>,
}

/// `version NAME { ... } = number;`
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// The name in the `.x` file.
    pub name: String,
    /// See [`Constant::docs`].
    pub docs: Vec<String>,
    /// The version number.
    pub number: u32,
    /// The procedures in source order.
    pub procedures: Vec<Procedure>,
}

/// `result NAME(arguments) = number;`
#[derive(Clone, Debug, PartialEq)]
pub struct Procedure {
    /// The name in the `.x` file.
    pub name: String,
    /// See [`Constant::docs`].
    pub docs: Vec<String>,
    /// The procedure number.
    pub number: u32,
    /// The arguments, encoded one after another; empty for `(void)` and `()`.
    pub arguments: Vec<Argument>,
    /// The result; `None` is `void`.
    pub result: Option<Type>,
    /// The procedure as written, blanks normalised, without the semicolon: `greeting GREET(name) = 1`.
    pub source: String,
}

/// One argument of a procedure.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Its name, where the file gives one.
    pub name: Option<String>,
    /// Its type.
    pub ty: Type,
}

/// What a declaration holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// A type of the language itself.
    Basic(Basic),
    /// `opaque x[length]`.
    FixedOpaque(u32),
    /// `opaque x<max>`; `None` is unbounded.
    VariableOpaque(Option<u32>),
    /// `string x<max>`; `None` is unbounded.
    String(Option<u32>),
    /// `T x[length]`.
    FixedArray(Box<Type>, u32),
    /// `T x<max>`; `None` is unbounded.
    VariableArray(Box<Type>, Option<u32>),
    /// `T *x`, where T does not lead back here.
    Optional(Box<Type>),
    /// `T *x` that closes a cycle: needs indirection in memory.
    RecursiveOptional(Box<Type>),
    /// `T *x` where T is the node of a linked list: any number of nodes, the first one a T.
    List(DefinitionId),
    /// `T x` where T is the node of a linked list: one or more nodes, the first one a T.
    NonEmptyList(DefinitionId),
    /// An enumeration, structure, union or typedef.
    Named(DefinitionId),
}

/// A type of the language itself. All but the 8- and 16-byte ones take 4 bytes on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of RFC 4506 and C")]
pub enum Basic {
    Char,
    UnsignedChar,
    Short,
    UnsignedShort,
    Int,
    UnsignedInt,
    Hyper,
    UnsignedHyper,
    Float,
    Double,
    Quadruple,
    Bool,
}

/// The smallest and the largest number of bytes a value takes on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The smallest.
    pub min: u64,
    /// The largest; `None` is unbounded (or beyond 2^63).
    pub max: Option<u64>,
}
