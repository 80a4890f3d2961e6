//! The syntax tree: what was written, with the place of every part.

use crate::source::Span;

/// All definitions of a file and its includes, in source order, namespaces dissolved.
#[derive(Debug, Default)]
pub(crate) struct Specification {
    pub(crate) definitions: Vec<Definition>,
}

/// One definition.
#[derive(Debug)]
pub(crate) enum Definition {
    Constant(ConstantDef),
    Typedef(Box<Declaration>),
    Enumeration(Named<EnumBody>),
    Structure(Named<StructBody>),
    Union(Named<UnionBody>),
    Program(Named<ProgramBody>),
}

/// A name where it stands; of a qualified name only the last component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identifier {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// `enum NAME body`, `program NAME body` and so on.
#[derive(Debug)]
pub(crate) struct Named<Body> {
    pub(crate) name: Identifier,
    /// The comments that belong to it, one entry a line, without comment marks.
    pub(crate) docs: Vec<String>,
    pub(crate) body: Body,
}

/// `const NAME = value;` or `#define NAME value`.
#[derive(Debug)]
pub(crate) struct ConstantDef {
    pub(crate) name: Identifier,
    pub(crate) docs: Vec<String>,
    pub(crate) value: Expression,
    /// A `#define` may be repeated, and yields to a constant of the same name.
    pub(crate) from_define: bool,
}

/// `{ A = 0, B }`
#[derive(Debug)]
pub(crate) struct EnumBody {
    pub(crate) enumerators: Vec<Enumerator>,
}

/// `A = 0` or `B`
#[derive(Debug)]
pub(crate) struct Enumerator {
    pub(crate) name: Identifier,
    pub(crate) docs: Vec<String>,
    pub(crate) value: Option<Expression>,
}

/// `{ declaration; ... }`
#[derive(Debug)]
pub(crate) struct StructBody {
    pub(crate) members: Vec<Declaration>,
}

/// `switch (declaration) { case ... }`
#[derive(Debug)]
pub(crate) struct UnionBody {
    pub(crate) discriminant: Box<Declaration>,
    pub(crate) cases: Vec<CaseSpec>,
}

/// `case A: case B: declaration;`
#[derive(Debug)]
pub(crate) struct CaseSpec {
    pub(crate) docs: Vec<String>,
    pub(crate) labels: Vec<CaseLabel>,
    /// `None` where nothing is written, which means `void`.
    pub(crate) arm: Option<Declaration>,
}

/// `case value:` or `default:`
#[derive(Debug)]
pub(crate) enum CaseLabel {
    Case(Expression),
    Default(Span),
}

impl CaseLabel {
    /// What stands behind `case`.
    pub(crate) fn value(&self) -> Option<&Expression> {
        match self {
            CaseLabel::Case(value) => Some(value),
            CaseLabel::Default(_) => None,
        }
    }
}

/// A declaration; that of an argument may lack its name.
#[derive(Debug)]
pub(crate) struct Declaration {
    pub(crate) span: Span,
    pub(crate) docs: Vec<String>,
    /// As written, without comments, blanks normalised.
    pub(crate) source: String,
    pub(crate) specifier: TypeSpecifier,
    /// `*`
    pub(crate) optional: bool,
    pub(crate) name: Option<Identifier>,
    pub(crate) bound: Bound,
}

/// What stands behind the name.
#[derive(Debug)]
pub(crate) enum Bound {
    None,
    /// `[n]`
    Fixed(Box<Expression>),
    /// `<n>` or `<>`
    Variable(Option<Box<Expression>>),
}

impl Bound {
    /// The number between the brackets.
    pub(crate) fn length(&self) -> Option<&Expression> {
        match self {
            Bound::Fixed(length) | Bound::Variable(Some(length)) => Some(length),
            Bound::None | Bound::Variable(None) => None,
        }
    }
}

/// The type in front of the name.
#[derive(Debug)]
pub(crate) struct TypeSpecifier {
    pub(crate) span: Span,
    pub(crate) kind: TypeKind,
}

/// See [`TypeSpecifier`].
#[derive(Debug)]
pub(crate) enum TypeKind {
    Void,
    Basic(BasicType),
    String,
    Opaque,
    /// `NAME`, `struct NAME`, `enum NAME` or `union NAME`.
    Name(Identifier),
    /// A body in place, with a name of its own or without.
    Enumeration(Option<Identifier>, EnumBody),
    Structure(Option<Identifier>, StructBody),
    Union(Option<Identifier>, Box<UnionBody>),
}

/// The types that have keywords. `long` is an `int`: 32 bits on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BasicType {
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

/// `{ version ... } = number`
#[derive(Debug)]
pub(crate) struct ProgramBody {
    pub(crate) versions: Vec<Named<VersionBody>>,
    pub(crate) number: Expression,
}

/// `{ procedure ... } = number`
#[derive(Debug)]
pub(crate) struct VersionBody {
    pub(crate) procedures: Vec<Procedure>,
    pub(crate) number: Expression,
}

/// `result NAME(arguments) = number`
#[derive(Debug)]
pub(crate) struct Procedure {
    pub(crate) name: Identifier,
    pub(crate) docs: Vec<String>,
    /// As written, without comments, blanks normalised.
    pub(crate) source: String,
    /// A declaration without a name.
    pub(crate) result: Declaration,
    pub(crate) arguments: Vec<Declaration>,
    pub(crate) number: Expression,
}

/// A constant expression in postfix order, so that no expression can be too deep for the stack.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub(crate) span: Span,
    /// As written, without comments, blanks normalised.
    pub(crate) source: String,
    pub(crate) operations: Vec<Operation>,
}

/// One step of an expression.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Number(i128),
    Text(String),
    Name(Identifier),
    Negate,
    Complement,
    Binary(Operator),
}

/// An operator between two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    ShiftLeft,
    ShiftRight,
    And,
    Or,
    ExclusiveOr,
}
