//! What the compiler has to say about a `.x` file.

use crate::source::Span;

/// An error or a warning with its place, its reason and its cure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Diagnostic {
    pub(crate) severity: Severity,
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) span: Span,
    /// Said below the marked text; may be empty.
    pub(crate) label: String,
    pub(crate) notes: Vec<Note>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    /// No output can be made.
    Error,
    /// There is output.
    Warning,
}

/// More about a diagnostic, at a place of its own or at none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Note {
    pub(crate) kind: NoteKind,
    pub(crate) message: String,
    pub(crate) span: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoteKind {
    /// A fact.
    Note,
    /// What to do.
    Help,
}

/// An enumeration that knows all its values.
macro_rules! codes {
    ($($name:ident = $number:literal,)*) => {
        /// The kinds of errors and warnings; the numbers are stable. Those from 1000 on are lints and shown by their names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub(crate) enum Code {
            $($name = $number,)*
        }

        impl Code {
            /// Every code, in the order of their numbers.
            #[cfg(any(feature = "cli", test))]
            pub(crate) const ALL: &[Code] = &[$(Code::$name,)*];
        }
    };
}

codes! {
    Syntax = 1,
    NestingTooDeep = 2,
    UnterminatedComment = 3,
    BadLiteral = 4,

    IncludeNotFound = 10,
    IncludeCycle = 11,
    BadDirective = 12,
    UnbalancedConditional = 13,
    BadCondition = 14,
    ErrorDirective = 15,
    BadMacroUse = 16,
    IncludeOutside = 17,
    DifferentWhereIncluded = 18,

    DuplicateType = 101,
    DuplicateConstant = 102,
    UndefinedType = 103,
    UndefinedConstant = 104,
    DuplicateMember = 105,

    RecursiveConstant = 110,
    ConstantOverflow = 111,
    BadExpression = 112,
    EnumeratorOutOfRange = 113,

    VoidNotAllowed = 120,
    BadBound = 121,
    InfiniteSize = 122,
    ZeroSizeElements = 123,
    TooLarge = 124,
    BadForm = 125,
    TypesTooDeep = 126,

    BadDiscriminant = 130,
    DuplicateCase = 131,
    CaseOutsideType = 132,
    NoArms = 133,
    DuplicateDefault = 134,

    DuplicateProgram = 140,
    DuplicateVersion = 141,
    DuplicateProcedure = 142,
    NumberOutOfRange = 143,

    BadOption = 150,
    OptionTarget = 151,
    BadName = 152,
    NoViews = 153,
    IdempotentOnce = 154,
    OnewayResult = 155,
    DeferredOneway = 156,
    NothingToWalk = 157,

    Portability = 1001,
    Unbounded = 1002,
    MissingArm = 1003,
    NameClash = 1004,
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Code::Portability => f.write_str("portability"),
            Code::Unbounded => f.write_str("unbounded"),
            Code::MissingArm => f.write_str("missing-arm"),
            Code::NameClash => f.write_str("name-clash"),
            _ => write!(f, "E{:04}", *self as u16),
        }
    }
}

impl Diagnostic {
    pub(crate) fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Diagnostic { severity: Severity::Error, code, message, span, label: String::new(), notes: Vec::new() }
    }

    pub(crate) fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Says something right below the marked text.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds a fact.
    pub(crate) fn note(self, message: impl Into<String>) -> Self {
        self.add(NoteKind::Note, message.into(), None)
    }

    /// Adds a fact that has a place.
    pub(crate) fn note_at(self, span: Span, message: impl Into<String>) -> Self {
        self.add(NoteKind::Note, message.into(), Some(span))
    }

    /// Adds a cure.
    pub(crate) fn help(self, message: impl Into<String>) -> Self {
        self.add(NoteKind::Help, message.into(), None)
    }

    /// Adds a cure that has a place.
    pub(crate) fn help_at(self, span: Span, message: impl Into<String>) -> Self {
        self.add(NoteKind::Help, message.into(), Some(span))
    }

    fn add(mut self, kind: NoteKind, message: String, span: Option<Span>) -> Self {
        self.notes.push(Note { kind, message, span });
        self
    }
}
