//! Expressions for values of a model's types, as a sample that is to be filled in has them: zeros, empty, the first arm.

use super::choices::OpaqueType;
use super::size::is_on_heap;
use super::structure::fields;
use super::variant::{Selected, applied, variants};
use super::{Context, mutual_list, traits};
use crate::model::types::{Basic, Definition, DefinitionId, Enumeration, Field, Structure, Type, Union};

/// The most structures, unions and enumerators in one expression: types in types grow fast.
const LARGEST: usize = 200;

/// The most members of all of them together.
const MOST_MEMBERS: usize = 2000;

/// An expression for a value of `ty`, with the file's types in the module `idl`; `None` where it would be too large, or
/// a type is defined elsewhere.
pub(super) fn value(context: Context<'_>, ty: &Type) -> Option<String> {
    Values { context, left: LARGEST, members: MOST_MEMBERS }.of(ty)
}

struct Values<'a> {
    context: Context<'a>,
    left: usize,
    members: usize,
}

impl Values<'_> {
    fn of(&mut self, ty: &Type) -> Option<String> {
        Some(match ty {
            Type::Basic(basic) => zero(*basic).to_owned(),
            Type::FixedOpaque(length) if is_on_heap(self.context.model, ty) => match self.context.chosen.opaque {
                OpaqueType::Bytes => format!("vec![0_u8; {length}].into()"),
                OpaqueType::Vec => format!("vec![0; {length}]"),
            },
            Type::FixedOpaque(length) => format!("[0; {length}]"),
            Type::VariableOpaque(_) => match self.context.chosen.opaque {
                OpaqueType::Bytes => "Vec::new().into()".to_owned(),
                OpaqueType::Vec => "Vec::new()".to_owned(),
            },
            Type::String(_) => "\"\".into()".to_owned(),
            Type::FixedArray(element, length) => {
                let value = self.of(element)?;
                let copied = *length < 2 || self.is_copied(element);
                match length {
                    _ if is_on_heap(self.context.model, ty) => format!("vec![{value}; {length}]"),
                    0 => "[]".to_owned(),
                    _ if copied => format!("[{value}; {length}]"),
                    _ => format!("std::array::from_fn(|_| {value})"),
                }
            }
            Type::VariableArray(..) | Type::List(_) => "Vec::new()".to_owned(),
            Type::Optional(_) | Type::RecursiveOptional(_) => "None".to_owned(),
            Type::NonEmptyList(id) => format!("vec![{}]", self.node(*id)?),
            Type::Named(id) => self.named(*id)?,
        })
    }

    fn node(&mut self, id: DefinitionId) -> Option<String> {
        let value = self.named(id)?;
        Some(match mutual_list::variant(self.context, id) {
            Some((nodes, variant)) => format!("idl::{nodes}::{variant}({value})"),
            None => value,
        })
    }

    fn named(&mut self, id: DefinitionId) -> Option<String> {
        self.left = self.left.checked_sub(1)?;
        let outside = self.context;
        self.context = outside.within(id);
        let value = self.definition(id);
        self.context = outside;
        value
    }

    fn definition(&mut self, id: DefinitionId) -> Option<String> {
        match self.context.model.definition(id)? {
            Definition::Typedef(it) => self.of(&it.field.ty),
            Definition::Enumeration(it) => Some(self.enumerator(id, it)),
            Definition::Structure(it) => self.structure(id, it),
            Definition::Union(it) => self.union(id, it),
            _ => None,
        }
    }

    fn enumerator(&self, id: DefinitionId, it: &Enumeration) -> String {
        let index = it.enumerators.iter().position(|enumerator| enumerator.value == 0).unwrap_or(0);
        let names = self.context.names;
        format!("idl::{}::{}", names.of(id), names.inner(id, index))
    }

    fn structure(&mut self, id: DefinitionId, it: &Structure) -> Option<String> {
        self.members = self.members.checked_sub(it.fields.len())?;
        let mut members = Vec::new();
        for (view, field) in fields(self.context, it).iter().zip(&it.fields) {
            members.push(format!("{}: {}", view.name, self.of(&field.ty)?));
        }
        Some(format!("idl::{} {{ {} }}", self.context.names.of(id), members.join(", ")))
    }

    /// The arm of success if there is one, otherwise the first.
    fn union(&mut self, id: DefinitionId, it: &Union) -> Option<String> {
        let variants = variants(self.context, it);
        let succeeds = |selected: &Selected| matches!(selected, Selected::ByCase { success: true, .. });
        let index = variants.iter().position(|variant| succeeds(&variant.selected)).unwrap_or(0);
        let variant = variants.get(index)?;
        let mut parts = Vec::new();
        if matches!(variant.selected, Selected::ByDefault) {
            parts.push(self.of(&it.discriminant_type)?);
        }
        if let Some(field) = held(it, index) {
            parts.push(self.of(&field.ty)?);
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Some(format!("idl::{}::{}", self.context.names.of(id), applied(&variant.name, &parts)))
    }

    fn is_copied(&self, ty: &Type) -> bool {
        match ty {
            Type::Basic(_) => true,
            Type::FixedOpaque(_) => !is_on_heap(self.context.model, ty),
            Type::Named(id) => traits::of(self.context, *id).copy,
            _ => false,
        }
    }
}

/// What the variant at `index` holds: there is one for each case label, and then the default arm's.
fn held(it: &Union, index: usize) -> Option<&Field> {
    let cases = it.arms.iter().flat_map(|arm| arm.cases.iter().map(|_| arm.field.as_ref()));
    cases.chain(it.default.iter().map(|arm| arm.field.as_ref())).nth(index).flatten()
}

fn zero(basic: Basic) -> &'static str {
    match basic {
        Basic::Float | Basic::Double => "0.0",
        Basic::Bool => "false",
        Basic::Quadruple => "oncrpc::xdr::Quadruple::default()",
        _ => "0",
    }
}
