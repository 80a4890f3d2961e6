//! Mutual lists: structures that take turns, each one's last member leading to the next. What leads back in any other way
//! as well is no list.

use super::super::types::DefinitionId;
use super::*;

fn turns<'a>(model: &'a Model, name: &str) -> Vec<&'a str> {
    let id = model.definitions.iter().position(|it| it.name() == name).unwrap();
    model.turns(DefinitionId(id)).iter().map(|id| model.definition(*id).unwrap().name()).collect()
}

/// The last member of a structure is optional-data that recurs.
#[track_caller]
fn is_boxed(model: &Model, name: &str) {
    let it = structure(model, name);
    assert_eq!((link(&it), it.recursive), (None, true), "`{name}` is no node of a list");
    assert!(turns(model, name).is_empty());
}

#[test]
fn structures_take_turns() {
    let model = model(include_str!("../../../tests/dialect/49_mutual_rec.x"));
    let (a, b) = (structure(&model, "a"), structure(&model, "b"));
    assert_eq!((link(&a), a.fields.len(), a.recursive, a.size), (Some("n"), 1, false, size(4, 4)));
    assert_eq!((link(&b), b.fields.len(), b.recursive, b.size), (Some("n"), 0, false, size(0, 0)));
    assert_eq!((turns(&model, "a"), turns(&model, "b")), (vec!["a", "b"], vec!["b", "a"]));
}

#[test]
fn what_refers_to_them_becomes_a_list() {
    let text =
        "struct a { int v; b *n; }; struct b { a *n; }; struct head { a *first; b rest<>; b by_value; int end; };
        typedef a *way; typedef head heads<>; struct self { heads held; self *next; };";
    let model = model(text);
    let (a, b) = (DefinitionId(0), DefinitionId(1));
    let types: Vec<Type> = fields(&model, "head").into_iter().take(3).map(|field| field.ty).collect();
    let rest = Type::VariableArray(Box::new(Type::NonEmptyList(b)), None);
    assert_eq!(types, [Type::List(a), rest, Type::NonEmptyList(b)]);
    assert_eq!((structure(&model, "head").recursive, structure(&model, "head").size), (false, size(16, None)));
    assert_eq!(aliased(&model, "way"), Type::List(a));
    assert_eq!((turns(&model, "self"), turns(&model, "head")), (vec!["self"], vec![]));
}

#[test]
fn links_may_go_through_typedefs_and_many_structures() {
    let text = "typedef struct b *bs; typedef struct c third; typedef third *cs; struct a { int v; bs n; };
        struct b { cs n; }; struct c { string s<>; struct d *n; }; struct d { struct a *n; };";
    assert_eq!(turns(&model(text), "c"), ["c", "d", "a", "b"]);
    let cycle = |count: usize| -> String {
        let node = |at: usize| format!("struct s{at} {{ int v; struct s{} *next; }};\n", (at + 1) % count);
        (0..count).map(node).collect()
    };
    assert_eq!(turns(&model(&cycle(64)), "s9").len(), 64);
    is_boxed(&model(&cycle(65)), "s9");
}

#[test]
fn another_way_back_makes_boxes() {
    let others = [
        // A second link, another member, a member of a member.
        "struct a { int v; b *m; b *n; }; struct b { a *n; };",
        "struct a { a *m; b *n; }; struct b { a *n; };",
        "struct a { int v; b *n; }; struct b { c held; a *n; }; struct c { a *back; int w; };",
        // The link is not the last member, or is one of an array or a list of another kind.
        "struct a { b *n; int v; }; struct b { a *n; };",
        "struct a { b n<1>; }; struct b { a *n; };",
        // A link within a member by value or a union.
        "struct a { int v; tail b; }; struct tail { int w; a *n; };",
        "struct a { int v; tail b; }; union tail switch (int k) { case 1: a *n; default: void; };",
        // Two lists that share a structure.
        "struct a { b *n; }; struct b { c *m; a *n; }; struct c { b *n; };",
    ];
    for text in others {
        is_boxed(&model(text), "a");
    }
}

#[test]
fn what_holds_a_list_holds_all_of_its_nodes() {
    // The chain below `b` is deeper than the one below `a`, which is the one that is mentioned.
    let chain: String = (1..253).map(|at| format!("struct s{at} {{ s{} v; }};\n", at + 1)).collect();
    let text = |more: &str| {
        format!(
            "struct head {{ struct a *list; }}; struct a {{ struct b *n; }}; struct b {{ s1 v; struct a *n; }};
            {chain} struct s253 {{ {more} v; }}; struct s254 {{ int v; }}; struct s255 {{ s254 v; }};"
        )
    };
    assert_eq!(structure(&model(&text("int")), "head").size, size(4, None));
    assert_eq!(codes(&text("s255")), [Code::TypesTooDeep]);
}
