//! Which types can be ordered: those that were asked for, if all they hold can be.

use crate::model::types::{Basic, Definition, DefinitionId, Field, Model, Type};
use crate::rust::choices::{Order, TypeChoices};

/// What is asked for a definition.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Whether there is to be an order, if it is a structure or union.
    pub(super) order: bool,
    /// What order the types from elsewhere that it holds have, on the user's word.
    pub(super) elsewhere: Order,
}

impl Asked {
    /// By `ord`, or by a list of traits.
    pub(super) fn new(ord: bool, chosen: &TypeChoices) -> Self {
        let elsewhere = match (chosen.asks_for("Ord"), chosen.asks_for("PartialOrd")) {
            (true, _) => Order::Total,
            (false, true) => Order::Partial,
            (false, false) => Order::None,
        };
        Self { order: ord || elsewhere != Order::None, elsewhere }
    }
}

/// The order of each definition.
pub(super) fn orders(model: &Model, asked: &[Asked]) -> Vec<Order> {
    let first = |(definition, asked): (&Definition, &Asked)| match definition {
        Definition::Structure(_) | Definition::Union(_) if !asked.order => Order::None,
        Definition::Extern(_) => Order::None,
        _ => Order::Total,
    };
    let mut orders: Vec<Order> = model.definitions.iter().zip(asked).map(first).collect();
    // What leads back to itself is as ordered as all else it holds.
    loop {
        let next = |((definition, asked), own): ((&Definition, &Asked), &Order)| {
            let held = fields(definition).into_iter().map(|field| of(model, &field.ty, &orders, asked.elsewhere));
            held.fold(*own, Order::min)
        };
        let next: Vec<Order> = model.definitions.iter().zip(asked).zip(&orders).map(next).collect();
        if next == orders {
            return orders;
        }
        orders = next;
    }
}

/// The first thing a structure or union holds that has no order.
pub(super) fn obstacle<'a>(model: &Model, definition: &'a Definition, orders: &[Order]) -> Option<&'a Field> {
    fields(definition).into_iter().find(|field| of(model, &field.ty, orders, Order::None) == Order::None)
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

fn of(model: &Model, ty: &Type, orders: &[Order], elsewhere: Order) -> Order {
    let defined = |id: &DefinitionId| orders.get(id.0).copied().unwrap_or_default();
    let of = |ty| of(model, ty, orders, elsewhere);
    match ty {
        Type::Basic(Basic::Quadruple) => Order::None,
        Type::Basic(Basic::Float | Basic::Double) => Order::Partial,
        Type::Basic(_) | Type::FixedOpaque(_) | Type::VariableOpaque(_) | Type::String(_) => Order::Total,
        Type::FixedArray(inner, _) | Type::VariableArray(inner, _) => of(inner),
        Type::Optional(inner) | Type::RecursiveOptional(inner) => of(inner),
        Type::List(id) | Type::NonEmptyList(id) => model.turns(*id).iter().map(defined).min().unwrap_or_default(),
        Type::Named(id) => match model.definition(*id) {
            Some(Definition::Extern(_)) => elsewhere,
            Some(Definition::Typedef(it)) => of(&it.field.ty),
            _ => defined(id),
        },
    }
}
