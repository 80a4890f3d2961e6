//! Whether two models mean the same by a definition.

use super::types::{Definition, DefinitionId, Discriminant, Field, Model, Type};
use super::walk;
use std::collections::HashMap;

/// The types of a model by their names.
pub(crate) struct TypeIds<'a>(HashMap<&'a str, DefinitionId>);

impl<'a> TypeIds<'a> {
    pub(crate) fn of(model: &'a Model) -> Self {
        let types = model.definitions.iter().enumerate().filter(|(_, it)| is_type(it));
        Self(types.map(|(id, it)| (it.name(), DefinitionId(id))).collect())
    }

    /// The type of a name.
    pub(crate) fn find(&self, name: &str) -> Option<DefinitionId> {
        self.0.get(name).copied()
    }
}

/// Whether a definition is of a type: all but constants and programs.
pub(crate) fn is_type(definition: &Definition) -> bool {
    !matches!(definition, Definition::Constant(_) | Definition::Program(_))
}

/// Whether the type `id` of `model` is `other_id` of `other`: the same but for comments. What it mentions must have the
/// same names; whether that is the same is another question.
pub(crate) fn is_same(
    (model, id): (&Model, DefinitionId),
    (other, other_id): (&Model, DefinitionId),
    other_types: &TypeIds<'_>,
) -> bool {
    let (Some(one), Some(two)) = (model.definition(id), other.definition(other_id)) else {
        return false;
    };
    let translate = |id: DefinitionId| {
        let mentioned = model.definition(id)?;
        let found = other_types.find(mentioned.name())?;
        let kinds = (std::mem::discriminant(mentioned), other.definition(found).map(std::mem::discriminant));
        (Some(kinds.0) == kinds.1).then_some(found)
    };
    plain(one, translate).is_some_and(|one| Some(one) == plain(two, Some))
}

/// A definition without comments, and with other ids for what it mentions.
fn plain(definition: &Definition, id: impl Fn(DefinitionId) -> Option<DefinitionId>) -> Option<Definition> {
    let mut definition = definition.clone();
    for ty in walk::types_mut(&mut definition) {
        translate(ty, &id)?;
    }
    let forget = |field: &mut Field| field.docs.clear();
    match &mut definition {
        Definition::Constant(it) => it.docs.clear(),
        Definition::Enumeration(it) => {
            it.docs.clear();
            it.enumerators.iter_mut().for_each(|it| it.docs.clear());
        }
        Definition::Structure(it) => {
            it.docs.clear();
            it.fields.iter_mut().for_each(forget);
            if let Some(link) = &mut it.link {
                link.next = id(link.next)?;
            }
        }
        Definition::Union(it) => {
            it.docs.clear();
            translate(&mut it.discriminant_type, &id)?;
            if let Discriminant::Enumeration(enumeration) = &mut it.discriminant {
                *enumeration = id(*enumeration)?;
            }
            it.arms.iter_mut().for_each(|arm| arm.docs.clear());
            it.default.iter_mut().for_each(|arm| arm.docs.clear());
            let fields = it.arms.iter_mut().filter_map(|arm| arm.field.as_mut());
            fields.chain(it.default.iter_mut().filter_map(|arm| arm.field.as_mut())).for_each(forget);
        }
        Definition::Typedef(it) => forget(&mut it.field),
        Definition::Program(_) | Definition::Extern(_) => {}
    }
    Some(definition)
}

fn translate(ty: &mut Type, to: &impl Fn(DefinitionId) -> Option<DefinitionId>) -> Option<()> {
    match ty {
        Type::Named(id) | Type::List(id) | Type::NonEmptyList(id) => *id = to(*id)?,
        Type::FixedArray(inner, _)
        | Type::VariableArray(inner, _)
        | Type::Optional(inner)
        | Type::RecursiveOptional(inner) => translate(inner, to)?,
        Type::Basic(_) | Type::FixedOpaque(_) | Type::VariableOpaque(_) | Type::String(_) => {}
    }
    Some(())
}
