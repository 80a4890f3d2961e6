use super::order::{self, Asked};
use crate::model;
use crate::model::types::{DefaultArm, Definition, DefinitionId, Model};
use crate::rust::choices::{Choices, Order, TypeChoices};
use crate::source::Span;
use std::borrow::Cow;

/// What the options come to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    pub(crate) choices: Choices,
    pub(crate) verbatim_names: bool,
    /// Where views are asked for, if they are.
    pub(crate) views: Option<Span>,
    /// Unions, by their places in the model, that keep unknown discriminants.
    pub(super) keep: Vec<usize>,
}

impl Chosen {
    /// The model, in which unions that keep unknown discriminants have a void default arm, and all that holds them its
    /// new size.
    pub(crate) fn applied<'a>(&self, model: &'a Model) -> Cow<'a, Model> {
        if self.keep.is_empty() {
            return Cow::Borrowed(model);
        }
        let mut model = model.clone();
        for index in &self.keep {
            if let Some(Definition::Union(union)) = model.definitions.get_mut(*index) {
                union.default = Some(DefaultArm { docs: Vec::new(), field: None });
            }
        }
        model::compute_sizes(&mut model);
        Cow::Owned(model)
    }

    /// The same, but for definitions that another file holds what is chosen `there`, by their ids in its model.
    pub(crate) fn sharing(&self, model: &Model, there: &[Option<(&Self, DefinitionId)>]) -> Self {
        let place = |index: usize| there.get(index).copied().flatten();
        let is_kept = |index: &usize| match place(*index) {
            Some((other, id)) => other.keep.contains(&id.0),
            None => self.keep.contains(index),
        };
        let count = model.definitions.len();
        let chosen = |index| match place(index) {
            Some((other, id)) => other.choices.of(id).clone(),
            None => self.choices.of(DefinitionId(index)).clone(),
        };
        let mut types: Vec<TypeChoices> = (0..count).map(chosen).collect();
        // A type has no order if one that it holds has none where it is defined.
        let asked: Vec<Asked> = types.iter().map(|it| Asked::new(it.order != Order::None, it)).collect();
        for (it, (index, order)) in types.iter_mut().zip(order::orders(model, &asked).into_iter().enumerate()) {
            if place(index).is_none() {
                it.order = it.order.min(order);
            }
        }
        Self { choices: Choices::new(types), keep: (0..count).filter(is_kept).collect(), ..self.clone() }
    }
}
