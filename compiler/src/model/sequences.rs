//! Which values can be gone through element by element, without a look at them as a whole before.

use super::graph;
use super::types::{Definition, Model, Structure, Type, Union};
use super::walk;

/// Marks the structures and unions that have an array or a list to go through.
pub(super) fn mark(model: &mut Model) {
    // Each stands behind those that are part of it.
    for component in graph::components(&walk::parts(model)).iter() {
        for id in component.members.iter().copied() {
            let walkable = match model.definitions.get(id) {
                Some(Definition::Structure(it)) => structure(model, it),
                Some(Definition::Union(it)) => union(model, it),
                _ => false,
            };
            match model.definitions.get_mut(id) {
                Some(Definition::Structure(it)) => it.walkable = walkable,
                Some(Definition::Union(it)) => it.walkable = walkable,
                _ => {}
            }
        }
    }
}

/// Only the last member can be a structure or a union that is gone through: where another one ends, nobody would know.
/// Nodes stand in lists, whose elements they are.
fn structure(model: &Model, it: &Structure) -> bool {
    let last = it.fields.last().is_some_and(|field| model.is_walkable(&field.ty));
    it.link.is_none() && (last || it.fields.iter().any(|field| model.is_sequence(&field.ty)))
}

fn union(model: &Model, it: &Union) -> bool {
    let default = it.default.iter().filter_map(|arm| arm.field.as_ref());
    let mut held = it.arms.iter().filter_map(|arm| arm.field.as_ref()).chain(default);
    held.any(|field| model.is_walkable(&field.ty))
}

impl Model {
    /// Whether this is a list or an array of variable length, but none of plain numbers, of which there is nothing to
    /// check.
    pub fn is_sequence(&self, ty: &Type) -> bool {
        match self.seen_through(ty) {
            Type::List(_) | Type::NonEmptyList(_) => true,
            Type::VariableArray(element, _) => !matches!(self.seen_through(element), Type::Basic(_)),
            _ => false,
        }
    }

    /// Whether values of this type can be gone through element by element: see [`Structure::walkable`].
    pub fn is_walkable(&self, ty: &Type) -> bool {
        let whole = match self.seen_through(ty) {
            Type::Named(id) => match self.definition(*id) {
                Some(Definition::Structure(it)) => it.walkable,
                Some(Definition::Union(it)) => it.walkable,
                _ => false,
            },
            _ => false,
        };
        whole || self.is_sequence(ty)
    }

    /// `ty` behind all typedefs, which do not go in circles.
    fn seen_through<'a>(&'a self, mut ty: &'a Type) -> &'a Type {
        while let Type::Named(id) = ty
            && let Some(Definition::Typedef(it)) = self.definition(*id)
        {
            ty = &it.field.ty;
        }
        ty
    }
}
