//! Which types can be ordered: those that were asked for, if all they hold can be.

use crate::model::types::{Basic, Definition, DefinitionId, Field, Model, Type};
use crate::rust::choices::Order;

/// The order of each definition; `asked` says for which structures and unions there is to be one.
pub(super) fn orders(model: &Model, asked: &[bool]) -> Vec<Order> {
    let first = |(definition, asked): (&Definition, &bool)| match definition {
        Definition::Structure(_) | Definition::Union(_) if !asked => Order::None,
        Definition::Extern(_) => Order::None,
        _ => Order::Total,
    };
    let mut orders: Vec<Order> = model.definitions.iter().zip(asked).map(first).collect();
    // What leads back to itself is as ordered as all else it holds.
    loop {
        let next: Vec<Order> =
            model.definitions.iter().zip(&orders).map(|(it, own)| (*own).min(held(model, it, &orders))).collect();
        if next == orders {
            return orders;
        }
        orders = next;
    }
}

/// The first thing a structure or union holds that has no order.
pub(super) fn obstacle<'a>(model: &Model, definition: &'a Definition, orders: &[Order]) -> Option<&'a Field> {
    fields(definition).into_iter().find(|field| of(model, &field.ty, orders) == Order::None)
}

fn held(model: &Model, definition: &Definition, orders: &[Order]) -> Order {
    fields(definition).into_iter().map(|field| of(model, &field.ty, orders)).min().unwrap_or(Order::Total)
}

fn fields(definition: &Definition) -> Vec<&Field> {
    match definition {
        Definition::Structure(it) => it.fields.iter().collect(),
        Definition::Union(it) => {
            let default = it.default.as_ref().and_then(|arm| arm.field.as_ref());
            it.arms.iter().filter_map(|arm| arm.field.as_ref()).chain(default).collect()
        }
        Definition::Typedef(it) => vec![&it.field],
        _ => Vec::new(),
    }
}

fn of(model: &Model, ty: &Type, orders: &[Order]) -> Order {
    let defined = |id: &DefinitionId| orders.get(id.0).copied().unwrap_or_default();
    match ty {
        Type::Basic(Basic::Quadruple) => Order::None,
        Type::Basic(Basic::Float | Basic::Double) => Order::Partial,
        Type::Basic(_) | Type::FixedOpaque(_) | Type::VariableOpaque(_) | Type::String(_) => Order::Total,
        Type::FixedArray(inner, _) | Type::VariableArray(inner, _) => of(model, inner, orders),
        Type::Optional(inner) | Type::RecursiveOptional(inner) => of(model, inner, orders),
        Type::List(id) | Type::NonEmptyList(id) => model.turns(*id).iter().map(defined).min().unwrap_or_default(),
        Type::Named(id) => defined(id),
    }
}
