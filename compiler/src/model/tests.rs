mod leniency;
mod mutual;

use super::types::{Basic, Constant, ConstantValue, Definition, Discriminant, Model, Size, Structure, Type, Union};
use crate::diagnostic::Code;
use crate::testing::{aliased, definition, fields, resolved};

fn model(text: &str) -> Model {
    resolved(text).unwrap()
}

fn codes(text: &str) -> Vec<Code> {
    resolved(text).unwrap_err().iter().map(|error| error.code).collect()
}

fn names(model: &Model) -> Vec<&str> {
    model.definitions.iter().map(Definition::name).collect()
}

fn structure(model: &Model, name: &str) -> Structure {
    match definition(model, name) {
        Definition::Structure(it) => it,
        other => panic!("not a structure: {other:?}"),
    }
}

fn union(model: &Model, name: &str) -> Union {
    match definition(model, name) {
        Definition::Union(it) => it,
        other => panic!("not a union: {other:?}"),
    }
}

fn link(it: &Structure) -> Option<&str> {
    it.link.as_ref().map(|link| link.name.as_str())
}

fn size(min: u64, max: impl Into<Option<u64>>) -> Size {
    Size { min, max: max.into() }
}

#[test]
fn constants_are_evaluated_in_the_order_of_need() {
    let text =
        "const B = A * 2 - 1; const A = (1 << 4) | 'a'; const S = \"x\"; enum e { C = 7 % 4, D, E = -1, F, G = TRUE };
        const H = 0xffffffffffffffff; const T = S; const N = ~0 ^ 5 & 3;";
    let model = model(text);
    let value = |name: &str| match definition(&model, name) {
        Definition::Constant(Constant { value, .. }) => value,
        other => panic!("not a constant: {other:?}"),
    };
    assert_eq!(value("A"), ConstantValue::Integer(16 | 97));
    assert_eq!(value("B"), ConstantValue::Integer((16 | 97) * 2 - 1));
    assert_eq!(value("T"), ConstantValue::Text("x".to_owned()));
    assert_eq!(value("H"), ConstantValue::Integer(i128::from(u64::MAX)));
    assert_eq!(value("N"), ConstantValue::Integer(-1 ^ (5 & 3)));
    let Definition::Enumeration(it) = definition(&model, "e") else { panic!("not an enumeration") };
    assert_eq!(it.enumerators.iter().map(|it| it.value).collect::<Vec<_>>(), [3, 4, -1, 0, 1]);
}

#[test]
fn large_enumerators_wrap_as_in_c() {
    let model = model("enum e { A = 0x7fffffff, B, C = 0xFFFFFFFF, D = -2147483648 };");
    let Definition::Enumeration(it) = definition(&model, "e") else { panic!("not an enumeration") };
    assert_eq!(it.enumerators.iter().map(|it| it.value).collect::<Vec<_>>(), [i32::MAX, i32::MIN, -1, i32::MIN]);
}

#[test]
fn long_chains_of_constants_need_no_stack() {
    let chain = (1..20_000).rev().map(|i| format!("const C{i} = C{} + 1;", i - 1));
    let model = model(&chain.chain(["const C0 = 1;".to_owned()]).collect::<String>());
    assert!(matches!(&model.definitions[0], Definition::Constant(it) if it.value == ConstantValue::Integer(20_000)));
}

#[test]
fn types_nest_up_to_a_limit() {
    let chain = |length| -> String {
        let links = (1..length).map(|i| format!("struct s{i} {{ s{} a<2>; }};", i - 1));
        std::iter::once("struct s0 { int a; };".to_owned()).chain(links).collect()
    };
    assert_eq!(structure(&model(&chain(256)), "s1").size, size(4, 12));
    assert_eq!(codes(&chain(257)), [Code::TypesTooDeep]);
    assert_eq!(codes(&chain(20_000)), [Code::TypesTooDeep]);
}

#[test]
fn nested_types_stand_before_what_they_are_part_of() {
    let text = "struct a { struct { enum { X } c; } b; union switch (int k) { case 0: struct { int e; } d; default: void; } u; };
        typedef struct { int x; } t; typedef struct tag { int x; } named; typedef enum { Y } many<>; typedef struct own own;
        struct own { int z; }; program P { version V { void M(struct { int q; } arg) = 1; } = 1; } = 1;";
    let expected =
        ["a_b_c", "a_b", "a_u_d", "a_u", "a", "t", "tag", "named", "many_element", "many", "own", "M_arg", "P"];
    assert_eq!(names(&model(text)), expected);
}

#[test]
fn a_list_loses_its_link_and_what_refers_to_it_becomes_a_list() {
    let text =
        "struct node { int v; node *next; }; typedef node *list; struct holder { list a; node *b; node c; node d[2];
        node e<>; list *f; }; typedef struct entry *entries; struct entry { string s<>; entries rest; };
        struct mark { mark *next; }; program P { version V { list GET(node, node *) = 1; } = 1; } = 1;";
    let model = model(text);
    let node = structure(&model, "node");
    assert_eq!((link(&node), node.fields.len(), node.recursive), (Some("next"), 1, false));
    let id = super::types::DefinitionId(0);
    assert_eq!(aliased(&model, "list"), Type::List(id));
    let types: Vec<Type> = fields(&model, "holder").into_iter().map(|field| field.ty).collect();
    let list = super::types::DefinitionId(1);
    let expected = [
        Type::Named(list),
        Type::List(id),
        Type::NonEmptyList(id),
        Type::FixedArray(Box::new(Type::NonEmptyList(id)), 2),
        Type::VariableArray(Box::new(Type::NonEmptyList(id)), None),
        Type::Optional(Box::new(Type::Named(list))),
    ];
    assert_eq!(types, expected);
    assert_eq!(link(&structure(&model, "entry")), Some("rest"));
    assert!(matches!(aliased(&model, "entries"), Type::List(_)));
    assert_eq!((link(&structure(&model, "mark")), fields(&model, "mark").len()), (Some("next"), 0));
    let Definition::Program(it) = definition(&model, "P") else { panic!("not a program") };
    let procedure = &it.versions[0].procedures[0];
    assert_eq!(procedure.result, Some(Type::Named(list)));
    let arguments: Vec<&Type> = procedure.arguments.iter().map(|it| &it.ty).collect();
    assert_eq!(arguments, [&Type::NonEmptyList(id), &Type::List(id)]);
    assert_eq!(structure(&model, "holder").size, size(4 + 4 + 8 + 16 + 4 + 4, None));
}

#[test]
fn only_a_last_member_that_leads_back_alone_makes_a_list() {
    let text = "struct tree { tree *left; tree *right; }; struct first { first *next; int v; };
        struct forest { forest trees<>; forest *next; };
        typedef struct far *fars; struct far { fars others<>; fars next; };";
    let model = model(text);
    for name in ["tree", "first", "forest", "far"] {
        let it = structure(&model, name);
        assert_eq!((link(&it), it.recursive), (None, true), "{name}");
        assert_eq!(it.size.max, None, "{name}");
    }
    assert!(fields(&model, "tree").iter().all(|field| matches!(field.ty, Type::RecursiveOptional(_))));
    assert!(matches!(aliased(&model, "fars"), Type::RecursiveOptional(_)));
}

#[test]
fn a_list_of_lists_is_no_recursion() {
    let text =
        "struct inner { int v; inner *next; }; struct outer { inner *row; outer *next; }; struct user { outer *all; };";
    let model = model(text);
    assert!(!structure(&model, "outer").recursive && !structure(&model, "user").recursive);
    assert_eq!(structure(&model, "outer").size, size(4, None));
}

#[test]
fn unions_know_their_values() {
    let text = "enum e { A = 1, B = 1, C = 0x80000000 }; typedef e e2; typedef unsigned short u;
        union v switch (e2 k) { case B: int b; case C: default: void; };
        union w switch (u k) { case 0xffff: int a; case -2: hyper b; };
        union x switch (bool k) { case FALSE: void; case 1: int a; };";
    let model = model(text);
    let v = union(&model, "v");
    assert_eq!(v.discriminant, Discriminant::Enumeration(super::types::DefinitionId(0)));
    let case = &v.arms[0].cases[0];
    assert_eq!((case.label.as_str(), case.value, case.enumerator), ("B", 1, Some(0)));
    assert!(v.arms.len() == 1 && v.default.is_some());
    let values = |it: &Union| it.arms.iter().map(|arm| arm.cases[0].value).collect::<Vec<_>>();
    assert_eq!(values(&union(&model, "w")), [0xffff, 0xfffe]);
    assert_eq!(union(&model, "w").size, size(8, 12));
    assert_eq!((values(&union(&model, "x")), union(&model, "x").size), (vec![0, 1], size(4, 8)));
}

#[test]
fn sizes_follow_the_rules_of_padding() {
    let text = "struct s { opaque a[5]; opaque b<5>; string c<>; hyper d; quadruple e; bool f; char g[3]; };
        typedef int v<3>; struct t { v a; int *b; opaque c<0>; }; typedef string nm<255>; typedef nm nms<2>; struct z { };";
    let model = model(text);
    assert_eq!(structure(&model, "s").size, size(8 + 4 + 4 + 8 + 16 + 4 + 12, None));
    assert_eq!(structure(&model, "t").size, size(4 + 4 + 4, 16 + 8 + 4));
    let Definition::Typedef(it) = definition(&model, "nms") else { panic!("not a typedef") };
    assert_eq!(it.size, size(4, 4 + 2 * (4 + 256)));
    assert_eq!(structure(&model, "z").size, size(0, 0));
}

#[test]
fn names_of_the_c_library_are_known_unless_the_file_defines_them() {
    let model = model("typedef hyper u_int; struct s { u_int a; uint64_t b; int8_t c; bool_t d; };");
    let types: Vec<Type> = fields(&model, "s").into_iter().map(|field| field.ty).collect();
    let own = Type::Named(super::types::DefinitionId(0));
    let expected = [own, Type::Basic(Basic::UnsignedHyper), Type::Basic(Basic::Char), Type::Basic(Basic::Bool)];
    assert_eq!(types, expected);
}

#[test]
fn arguments_keep_their_names_and_bounds() {
    let text =
        "program P { version V { string F(string<10> a, void_t) = 1; void G(void) = 2; void H() = 3; } = 1; } = 9;
        typedef opaque void_t<4>;";
    let model = model(text);
    let Definition::Program(it) = definition(&model, "P") else { panic!("not a program") };
    let [f, g, h] = it.versions[0].procedures.as_slice() else { panic!("three procedures") };
    assert_eq!(f.result, Some(Type::String(None)));
    assert_eq!((f.arguments[0].name.as_deref(), &f.arguments[0].ty), (Some("a"), &Type::String(Some(10))));
    assert_eq!((&f.arguments[1].name, f.arguments.len()), (&None, 2));
    assert!(g.arguments.is_empty() && g.result.is_none() && h.arguments.is_empty());
    assert_eq!(f.source, "string F(string<10> a, void_t) = 1");
}

#[test]
fn errors_of_all_passes_come_together() {
    let text = "struct s { nosuch a; opaque b[-1]; }; enum e { A = B }; struct s { int a; };
        union u switch (double k) { default: void; };";
    let expected =
        [Code::UndefinedType, Code::BadBound, Code::UndefinedConstant, Code::DuplicateType, Code::BadDiscriminant];
    assert_eq!(codes(text), expected);
}

#[test]
fn an_error_does_not_cause_others() {
    assert_eq!(
        codes("typedef int t[N]; typedef int u<N>; struct s { a x; a y; };"),
        [Code::UndefinedConstant, Code::UndefinedType]
    );
    assert_eq!(codes("const A = 1 / 0; const B = A; enum e { C = B, D }; typedef int t[D];"), [Code::BadExpression]);
    assert_eq!(codes("enum e { A = X }; union u switch (e k) { case A: int a; };"), [Code::UndefinedConstant]);
    let typedef = "typedef nosuch t; union u switch (t k) { case 1: int a; };";
    assert_eq!(codes(typedef), [Code::UndefinedType]);
    let circle = "typedef a b; typedef b a; union u switch (a k) { case 1: int a; };";
    assert_eq!(codes(circle), [Code::InfiniteSize]);
}
