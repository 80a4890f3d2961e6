use super::{Random, padding};
use crate::model::types::{Basic, Definition, DefinitionId, Discriminant, Field, Model, Type, Union};

/// How deep values nest before optional data is left out and arrays are empty.
const DEPTH: u32 = 6;

/// From how many bytes on the same goes for what follows.
const ENOUGH: usize = 8 << 10;

/// The longest length that is often chosen only because it is the bound, and the longest that ever is.
const LARGEST_BOUND: u32 = 64;
const LARGEST_RARE_BOUND: u32 = 16 << 10;

/// The bytes of a random valid value. Extremes are likelier than chance would have them: empty, full, smallest, largest.
pub fn generate(model: &Model, ty: &Type, random: &mut Random) -> Vec<u8> {
    let mut generator = Generator { model, random, out: Vec::new(), depth: 0, excess: false };
    generator.value(ty);
    generator.out
}

/// As [`generate`], but one length may be over its bound by one, with so much behind it: nothing else is wrong.
pub fn generate_overlong(model: &Model, ty: &Type, random: &mut Random) -> Vec<u8> {
    let mut generator = Generator { model, random, out: Vec::new(), depth: 0, excess: true };
    generator.value(ty);
    generator.out
}

struct Generator<'a> {
    model: &'a Model,
    random: &'a mut Random,
    out: Vec<u8>,
    depth: u32,
    /// Whether a length may still be over its bound.
    excess: bool,
}

impl Generator<'_> {
    fn value(&mut self, ty: &Type) {
        self.depth += 1;
        match ty {
            Type::Basic(basic) => self.basic(*basic),
            Type::FixedOpaque(length) => self.opaque(*length),
            Type::VariableOpaque(max) => {
                let length = self.byte_length(*max);
                self.word(length);
                self.opaque(length);
            }
            Type::String(max) => {
                let length = self.byte_length(*max);
                self.word(length);
                self.text(length);
            }
            Type::FixedArray(element, length) => (0..*length).for_each(|_| self.value(element)),
            Type::VariableArray(element, max) => {
                let length = self.length(*max);
                self.word(length);
                (0..length).for_each(|_| self.value(element));
            }
            Type::Optional(inner) | Type::RecursiveOptional(inner) => {
                let present = self.may_grow() && !self.random.once_in(3);
                self.word(u32::from(present));
                if present {
                    self.value(inner);
                }
            }
            Type::List(node) => self.nodes(*node, 0),
            Type::NonEmptyList(node) => {
                self.definition(*node);
                self.nodes(*node, 1);
            }
            Type::Named(id) => self.definition(*id),
        }
        self.depth -= 1;
    }

    fn definition(&mut self, id: DefinitionId) {
        let model = self.model;
        match model.definition(id) {
            Some(Definition::Enumeration(it)) => {
                let values: Vec<i32> = it.enumerators.iter().map(|it| it.value).collect();
                let value = self.random.pick(&values);
                self.word(value.cast_unsigned());
            }
            Some(Definition::Structure(it)) => it.fields.iter().for_each(|field| self.value(&field.ty)),
            Some(Definition::Union(it)) => self.union(it),
            Some(Definition::Typedef(it)) => self.value(&it.field.ty),
            Some(Definition::Constant(_) | Definition::Program(_) | Definition::Extern(_)) | None => {}
        }
    }

    /// The nodes of a list that begins with `first`, without those that are `done`.
    fn nodes(&mut self, first: DefinitionId, done: usize) {
        let turns = self.model.turns(first);
        let count = self.length(None) as usize;
        for node in turns.into_iter().cycle().skip(done).take(count) {
            self.word(1);
            self.definition(node);
        }
        self.word(0);
    }

    fn union(&mut self, it: &Union) {
        let arms: Vec<(i64, Option<&Field>)> =
            it.arms.iter().flat_map(|arm| arm.cases.iter().map(|case| (case.value, arm.field.as_ref()))).collect();
        let others: Vec<i64> =
            self.discriminants(it).into_iter().filter(|value| arms.iter().all(|(taken, _)| taken != value)).collect();
        let choice = self.random.below(arms.len() + 1);
        let (value, field) = match (arms.get(choice), &it.default) {
            (None, Some(default)) if !others.is_empty() => (self.random.pick(&others), default.field.as_ref()),
            (Some(arm), _) => *arm,
            (None, _) => self.random.pick(&arms),
        };
        match it.discriminant {
            Discriminant::Hyper | Discriminant::UnsignedHyper => self.out.extend(value.to_be_bytes()),
            _ => self.out.extend(truncated_word(value)),
        }
        if let Some(field) = field {
            self.value(&field.ty);
        }
    }

    /// Values of the discriminant's type that a default arm may have.
    fn discriminants(&mut self, it: &Union) -> Vec<i64> {
        match self.basic_behind(&it.discriminant_type) {
            Some(Basic::Char) => return vec![0, -1, -128, 127],
            Some(Basic::UnsignedChar) => return vec![0, 128, 255],
            Some(Basic::Short) => return vec![0, -1, -32_768, 32_767],
            Some(Basic::UnsignedShort) => return vec![0, 32_768, 65_535],
            _ => {}
        }
        match it.discriminant {
            Discriminant::Bool => vec![0, 1],
            Discriminant::Signed => vec![0, -1, i32::MIN.into(), i32::MAX.into(), i64::from(self.bits32() as i32)],
            Discriminant::Unsigned => vec![0, u32::MAX.into(), 0x8000_0000, i64::from(self.bits32())],
            Discriminant::Hyper => vec![0, -1, i64::MIN, i64::MAX],
            // Larger ones, which an `i64` does not hold, look negative here.
            Discriminant::UnsignedHyper => vec![0, i64::MAX, i64::MIN, -1],
            Discriminant::Enumeration(id) => match self.model.definition(id) {
                Some(Definition::Enumeration(it)) => it.enumerators.iter().map(|it| it.value.into()).collect(),
                _ => Vec::new(),
            },
        }
    }

    /// What a type is behind all typedefs, if it is one of the language itself.
    fn basic_behind(&self, ty: &Type) -> Option<Basic> {
        match ty {
            Type::Basic(basic) => Some(*basic),
            Type::Named(id) => match self.model.definition(*id) {
                Some(Definition::Typedef(it)) => self.basic_behind(&it.field.ty),
                _ => None,
            },
            _ => None,
        }
    }

    fn basic(&mut self, basic: Basic) {
        match basic {
            Basic::Char => self.signed(8),
            Basic::Short => self.signed(16),
            Basic::Int => self.signed(32),
            Basic::UnsignedChar => self.unsigned(8),
            Basic::UnsignedShort => self.unsigned(16),
            Basic::UnsignedInt => self.unsigned(32),
            Basic::Bool => self.unsigned(1),
            Basic::Hyper | Basic::UnsignedHyper => {
                let value = self.random.pick(&[0, 1, u64::MAX, 1 << 63, (1 << 63) - 1, 1 << 32, 0x0123_4567_89ab_cdef]);
                let value = if self.random.once_in(2) { self.random.bits() } else { value };
                self.out.extend(value.to_be_bytes());
            }
            Basic::Float => {
                let value = self.random.pick(&[0.0, -0.0, 1.5, f32::INFINITY, f32::NAN, f32::MIN_POSITIVE / 2.0]);
                let value = if self.random.once_in(2) { f32::from_bits(self.bits32()) } else { value };
                self.out.extend(value.to_be_bytes());
            }
            Basic::Double => {
                let value = self.random.pick(&[0.0, -0.0, 0.1, f64::NEG_INFINITY, f64::NAN, f64::MAX]);
                let value = if self.random.once_in(2) { f64::from_bits(self.random.bits()) } else { value };
                self.out.extend(value.to_be_bytes());
            }
            Basic::Quadruple => self.opaque(16),
        }
    }

    /// A number that fits `bits` bits, in a word of its own.
    fn signed(&mut self, bits: u32) {
        let largest = i32::MAX >> (32 - bits);
        let smallest = -largest - 1;
        let any = self.bits32().cast_signed() >> (32 - bits);
        let value = self.random.pick(&[0, 1, -1, smallest, largest, any, any, any]);
        self.word(value.cast_unsigned());
    }

    fn unsigned(&mut self, bits: u32) {
        let largest = u32::MAX >> (32 - bits);
        let any = self.bits32() >> (32 - bits);
        let value = self.random.pick(&[0, 1, largest, any, any]);
        self.word(value);
    }

    fn opaque(&mut self, length: u32) {
        let length = length as usize;
        self.out.extend((0..length).map(|_| self.random.bits().to_be_bytes()[0]));
        self.out.extend((0..padding(length)).map(|_| 0));
    }

    /// Any bytes but 0, where C ends a string.
    fn text(&mut self, length: u32) {
        let start = self.out.len();
        self.opaque(length);
        let text = self.out.iter_mut().skip(start).take(length as usize);
        text.filter(|byte| **byte == 0).for_each(|byte| *byte = b'x');
    }

    /// The length of opaque data or a string, whose largest bounds are tried now and then.
    fn byte_length(&mut self, max: Option<u32>) -> u32 {
        match max {
            Some(max) if max <= LARGEST_RARE_BOUND && self.exceeds() => max.saturating_add(1),
            Some(max) if max <= LARGEST_RARE_BOUND && self.may_grow() && self.random.once_in(40) => max,
            _ => self.length(max),
        }
    }

    /// Whether this is the length to be over its bound.
    fn exceeds(&mut self) -> bool {
        let exceeds = self.excess && self.random.once_in(2);
        self.excess &= !exceeds;
        exceeds
    }

    fn length(&mut self, max: Option<u32>) -> u32 {
        if max.is_some_and(|max| max <= LARGEST_BOUND) && self.exceeds() {
            return max.unwrap_or_default().saturating_add(1);
        }
        let max = max.unwrap_or(u32::MAX);
        if !self.may_grow() {
            return 0;
        }
        let any = self.random.below(7) as u32;
        let wanted = self.random.pick(&[0, 1, any, any, if max <= LARGEST_BOUND { max } else { any }]);
        wanted.min(max)
    }

    fn may_grow(&self) -> bool {
        self.depth < DEPTH && self.out.len() < ENOUGH
    }

    fn bits32(&mut self) -> u32 {
        (self.random.bits() >> 32) as u32
    }

    fn word(&mut self, word: u32) {
        self.out.extend(word.to_be_bytes());
    }
}

fn truncated_word(value: i64) -> [u8; 4] {
    (value as u32).to_be_bytes()
}
