//! Structures that link to each other: no lists, since the nodes are of different types.

use super::*;

/// `struct a { int v; b *n; }; struct b { a *n; };`: what C calls a list through two types. A `Vec` could not hold it, so
/// that each link stays optional-data behind an indirection, and codecs count their depth.
#[test]
fn mutual_links_are_boxed_and_counted() {
    let model = model(include_str!("../../../tests/dialect/49_mutual_rec.x"));
    for (name, other, members) in [("a", 1, 2), ("b", 0, 1)] {
        let it = structure(&model, name);
        assert!(it.recursive, "`{name}` must count its depth");
        assert_eq!((it.link.as_deref(), it.fields.len()), (None, members), "`{name}` is no node of a list");
        let link = Type::RecursiveOptional(Box::new(Type::Named(super::super::types::DefinitionId(other))));
        assert_eq!(it.fields.last().map(|field| &field.ty), Some(&link));
    }
    // Without an end in sight; the shortest value ends at the first link.
    assert_eq!(structure(&model, "a").size, size(8, None));
    assert_eq!(structure(&model, "b").size, size(4, None));
}

#[test]
fn what_holds_mutual_links_is_neither_recursive_nor_a_list() {
    let text = "struct a { int v; b *n; }; struct b { a *n; }; struct head { a *first; b rest<>; }; typedef a *link;";
    let model = model(text);
    let types: Vec<Type> = fields(&model, "head").into_iter().map(|field| field.ty).collect();
    let named = |id| Box::new(Type::Named(super::super::types::DefinitionId(id)));
    assert_eq!(types, [Type::Optional(named(0)), Type::VariableArray(named(1), None)]);
    assert!(!structure(&model, "head").recursive);
    assert_eq!(aliased(&model, "link"), Type::Optional(named(0)));
}
