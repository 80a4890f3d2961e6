use super::padding;
use crate::model::types::{Basic, Definition, DefinitionId, Discriminant, Model, Type, Union};

/// What a reader of the RFC sees in some bytes.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// How many bytes the value takes.
    pub used: usize,
    /// The value as a writer of the RFC puts it: padding zero, truth 1.
    pub canonical: Vec<u8>,
    /// What the value consists of, in order.
    pub pieces: Vec<Piece>,
    /// Whether a string holds a zero byte, where C ends it.
    pub zero_in_text: bool,
    /// Whether something is true by another number than 1.
    pub odd_truth: bool,
}

/// A piece of a value.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Where it begins.
    pub at: usize,
    /// Its length in bytes.
    pub length: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The length before an array, opaque data or string, and its bound.
    Length(Option<u32>),
    /// A number of 32 or 64 bits.
    Number,
    /// A number of fewer bits than its word has.
    Narrow,
    /// Whether something is true, or there, or follows.
    Truth,
    /// The value of an enumeration, or a discriminant that is a number.
    Choice,
    /// The bytes of a string.
    Text,
    /// The bytes of opaque data.
    Opaque,
    /// What fills up a multiple of four bytes.
    Padding,
}

/// Why bytes are not a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// They end early.
    Truncated,
    /// A length is over its bound.
    TooLong,
    /// Not the value of an enumeration.
    Enumerator,
    /// A number does not fit a `char` or `short`.
    Range,
    /// No arm of a union.
    Discriminant,
}

/// Reads a value off the front of `bytes`.
///
/// # Errors
/// They hold none.
pub fn read(model: &Model, ty: &Type, bytes: &[u8]) -> Result<Reading, Fault> {
    let mut reader = Reader { model, bytes, reading: Reading::default() };
    reader.value(ty)?;
    Ok(reader.reading)
}

struct Reader<'a> {
    model: &'a Model,
    bytes: &'a [u8],
    reading: Reading,
}

impl<'a> Reader<'a> {
    fn value(&mut self, ty: &Type) -> Result<(), Fault> {
        match ty {
            Type::Basic(basic) => self.basic(*basic),
            Type::FixedOpaque(length) => self.opaque(*length, Kind::Opaque),
            Type::VariableOpaque(max) => {
                let length = self.length(*max)?;
                self.opaque(length, Kind::Opaque)
            }
            Type::String(max) => {
                let length = self.length(*max)?;
                self.opaque(length, Kind::Text)
            }
            Type::FixedArray(element, length) => (0..*length).try_for_each(|_| self.value(element)),
            Type::VariableArray(element, max) => {
                let length = self.length(*max)?;
                (0..length).try_for_each(|_| self.value(element))
            }
            Type::Optional(inner) | Type::RecursiveOptional(inner) => {
                if self.truth()? {
                    self.value(inner)
                } else {
                    Ok(())
                }
            }
            Type::List(node) => self.nodes(*node, 0),
            Type::NonEmptyList(node) => {
                self.definition(*node)?;
                self.nodes(*node, 1)
            }
            Type::Named(id) => self.definition(*id),
        }
    }

    fn definition(&mut self, id: DefinitionId) -> Result<(), Fault> {
        let model = self.model;
        match model.definition(id) {
            Some(Definition::Enumeration(_)) => self.enumerator(id).map(drop),
            Some(Definition::Structure(it)) => it.fields.iter().try_for_each(|field| self.value(&field.ty)),
            Some(Definition::Union(it)) => self.union(it),
            Some(Definition::Typedef(it)) => self.value(&it.field.ty),
            Some(Definition::Constant(_) | Definition::Program(_) | Definition::Extern(_)) | None => Ok(()),
        }
    }

    /// The nodes of a list that begins with `first`, without those that are `done`.
    fn nodes(&mut self, first: DefinitionId, done: usize) -> Result<(), Fault> {
        let turns = self.model.turns(first);
        let mut due = turns.into_iter().cycle().skip(done);
        while self.truth()? {
            due.next().map_or(Ok(()), |node| self.definition(node))?;
        }
        Ok(())
    }

    fn union(&mut self, it: &Union) -> Result<(), Fault> {
        let value = match it.discriminant {
            Discriminant::Bool => i64::from(self.truth()?),
            Discriminant::Signed => i64::from(self.chosen(&it.discriminant_type)?.cast_signed()),
            Discriminant::Unsigned => i64::from(self.chosen(&it.discriminant_type)?),
            // Cases are below 2^63; a larger discriminant is not one of them, by whatever name.
            Discriminant::Hyper | Discriminant::UnsignedHyper => {
                i64::from_be_bytes(self.copy(8, Kind::Number)?.try_into().map_err(|_| Fault::Truncated)?)
            }
            Discriminant::Enumeration(id) => i64::from(self.enumerator(id)?),
        };
        let arm = it.arms.iter().find(|arm| arm.cases.iter().any(|case| case.value == value));
        let field = match (arm, &it.default) {
            (Some(arm), _) => &arm.field,
            (None, Some(default)) => &default.field,
            (None, None) => return Err(Fault::Discriminant),
        };
        field.as_ref().map_or(Ok(()), |field| self.value(&field.ty))
    }

    /// A discriminant that is a number of 32 bits or less.
    fn chosen(&mut self, ty: &Type) -> Result<u32, Fault> {
        let start = self.reading.used;
        self.value(ty)?;
        if let Some(piece) = self.reading.pieces.last_mut().filter(|piece| matches!(piece.kind, Kind::Number)) {
            piece.kind = Kind::Choice;
        }
        let word = self.bytes.get(start..).and_then(|rest| rest.first_chunk());
        word.map(|word| u32::from_be_bytes(*word)).ok_or(Fault::Truncated)
    }

    fn enumerator(&mut self, id: DefinitionId) -> Result<i32, Fault> {
        let value = self.word(Kind::Choice)?.cast_signed();
        let known = match self.model.definition(id) {
            Some(Definition::Enumeration(it)) => it.enumerators.iter().any(|it| it.value == value),
            _ => false,
        };
        if known { Ok(value) } else { Err(Fault::Enumerator) }
    }

    fn basic(&mut self, basic: Basic) -> Result<(), Fault> {
        match basic {
            Basic::Char => self.narrow(|word| i8::try_from(word.cast_signed()).is_ok()),
            Basic::Short => self.narrow(|word| i16::try_from(word.cast_signed()).is_ok()),
            Basic::UnsignedChar => self.narrow(|word| u8::try_from(word).is_ok()),
            Basic::UnsignedShort => self.narrow(|word| u16::try_from(word).is_ok()),
            Basic::Bool => self.truth().map(drop),
            Basic::Int | Basic::UnsignedInt | Basic::Float => self.copy(4, Kind::Number).map(drop),
            Basic::Hyper | Basic::UnsignedHyper | Basic::Double => self.copy(8, Kind::Number).map(drop),
            Basic::Quadruple => self.copy(16, Kind::Number).map(drop),
        }
    }

    fn narrow(&mut self, fits: impl Fn(u32) -> bool) -> Result<(), Fault> {
        if fits(self.word(Kind::Narrow)?) { Ok(()) } else { Err(Fault::Range) }
    }

    fn length(&mut self, max: Option<u32>) -> Result<u32, Fault> {
        let length = self.word(Kind::Length(max))?;
        if max.is_some_and(|max| length > max) { Err(Fault::TooLong) } else { Ok(length) }
    }

    fn opaque(&mut self, length: u32, kind: Kind) -> Result<(), Fault> {
        let length = length as usize;
        let bytes = self.copy(length, kind)?;
        self.reading.zero_in_text |= kind == Kind::Text && bytes.contains(&0);
        let filler = padding(length);
        self.take(filler, Kind::Padding)?;
        self.reading.canonical.extend((0..filler).map(|_| 0));
        Ok(())
    }

    /// Any number but 0 is true.
    fn truth(&mut self) -> Result<bool, Fault> {
        let word = self.take(4, Kind::Truth)?;
        let truth = word != [0; 4];
        self.reading.odd_truth |= truth && word != [0, 0, 0, 1];
        self.reading.canonical.extend(u32::from(truth).to_be_bytes());
        Ok(truth)
    }

    fn word(&mut self, kind: Kind) -> Result<u32, Fault> {
        let bytes = self.copy(4, kind)?;
        bytes.try_into().map(u32::from_be_bytes).map_err(|_| Fault::Truncated)
    }

    fn copy(&mut self, length: usize, kind: Kind) -> Result<&'a [u8], Fault> {
        let bytes = self.take(length, kind)?;
        self.reading.canonical.extend(bytes);
        Ok(bytes)
    }

    fn take(&mut self, length: usize, kind: Kind) -> Result<&'a [u8], Fault> {
        let at = self.reading.used;
        let bytes = self.bytes.get(at..at.saturating_add(length)).ok_or(Fault::Truncated)?;
        self.reading.used += length;
        if length > 0 {
            self.reading.pieces.push(Piece { at, length, kind });
        }
        Ok(bytes)
    }
}
