use crate::lex;
use crate::syntax::ast::{BasicType, Operation, Operator};
use crate::syntax::ast::{Bound, CaseLabel, Declaration, Definition, EnumBody, StructBody, TypeKind};
use crate::testing::parsed;

fn structure(text: &str) -> StructBody {
    match parsed(text).definitions.pop().unwrap() {
        Definition::Structure(it) => it.body,
        other => panic!("not a structure: {other:?}"),
    }
}

fn enumeration(text: &str) -> (Vec<String>, EnumBody) {
    match parsed(text).definitions.pop().unwrap() {
        Definition::Enumeration(it) => (it.docs, it.body),
        other => panic!("not an enumeration: {other:?}"),
    }
}

fn basic(declaration: &Declaration) -> BasicType {
    match declaration.specifier.kind {
        TypeKind::Basic(basic) => basic,
        _ => panic!("not a basic type: {declaration:?}"),
    }
}

#[test]
fn integers_in_every_spelling() {
    use BasicType::*;
    let text = "struct s { unsigned a; unsigned long int b; long c; long long d; unsigned long long e; hyper int f;
        unsigned hyper g; signed char h; unsigned char i; short int j; unsigned short k; signed l; quadruple m; bool n;
        unsigned/* */int o; long int unsigned_; };";
    let found: Vec<BasicType> = structure(text).members.iter().map(basic).collect();
    let expected = [
        UnsignedInt,
        UnsignedInt,
        Int,
        Hyper,
        UnsignedHyper,
        Hyper,
        UnsignedHyper,
        Char,
        UnsignedChar,
        Short,
        UnsignedShort,
        Int,
        Quadruple,
        Bool,
        UnsignedInt,
        Int,
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_source_of_a_declaration_is_normalised() {
    let text = "struct s { opaque/*x*/data < MAX\n> ; struct { int a; union switch (int b) { default: void; } c; }  p ;\n\
                struct\tt *q; string s [ 1 << 4 ] ; struct t* r<(1+ 2) *3 >>1>; };";
    let found: Vec<String> = structure(text).members.iter().map(|member| member.source.clone()).collect();
    let expected =
        ["opaque data<MAX>", "struct { ... } p", "struct t *q", "string s[1 << 4]", "struct t* r<(1+ 2) *3 >>1>"];
    assert_eq!(found, expected);
}

#[test]
fn macros_are_shown_by_their_names() {
    let text =
        "#define MAX 8\nstruct s { opaque a[MAX]; }; program P { version V { int A(string<MAX>) = MAX; } = 1; } = 1;";
    let definitions = parsed(text).definitions;
    let [_, Definition::Structure(s), Definition::Program(p)] = definitions.as_slice() else {
        panic!("{definitions:?}")
    };
    assert_eq!(s.body.members[0].source, "opaque a[MAX]");
    assert_eq!(p.body.versions[0].body.procedures[0].source, "int A(string<MAX>) = MAX");
}

#[test]
fn an_expression_is_in_postfix_order() {
    let Definition::Constant(it) = parsed("const X = -1 + 2 * (3 - A) << ~4 | 5;").definitions.pop().unwrap() else {
        panic!("not a constant")
    };
    let shown = |operation: &Operation| match operation {
        Operation::Number(value) => value.to_string(),
        Operation::Name(name) => name.text.clone(),
        Operation::Negate => "neg".to_owned(),
        Operation::Complement => "not".to_owned(),
        Operation::Binary(operator) => format!("{operator:?}"),
        Operation::Text(text) => format!("{text:?}"),
    };
    let found: Vec<String> = it.value.operations.iter().map(shown).collect();
    assert_eq!(found.join(" "), "1 neg 2 3 A Subtract Multiply Add 4 not ShiftLeft 5 Or");
    assert_eq!(it.value.source, "-1 + 2 * (3 - A) << ~4 | 5");
    assert!(matches!(it.value.operations.last(), Some(Operation::Binary(Operator::Or))));
}

#[test]
fn long_expressions_need_no_stack() {
    let text = format!("const X = {}1{};", "-".repeat(20_000), " + 1".repeat(20_000));
    let Definition::Constant(it) = parsed(&text).definitions.pop().unwrap() else { panic!("not a constant") };
    assert_eq!(it.value.operations.len(), 20_000 + 1 + 40_000);
}

#[test]
fn procedures_take_arguments_of_every_form() {
    let text = "program program { version version {
        string<8> A(string<10>, int *, unsigned, opaque data<>, struct t named) = 1;
        void B() = 2; int *C(void) = 3; int<> D(hyper x[4]) = 4; } = 1; } = 1;";
    let Definition::Program(it) = parsed(text).definitions.pop().unwrap() else { panic!("not a program") };
    let procedures = &it.body.versions[0].body.procedures;
    let sources: Vec<Vec<&str>> = procedures
        .iter()
        .map(|it| std::iter::once(&it.result).chain(&it.arguments).map(|it| it.source.as_str()).collect())
        .collect();
    assert_eq!(sources[0], ["string<8>", "string<10>", "int *", "unsigned", "opaque data<>", "struct t named"]);
    assert_eq!(sources[1..], [vec!["void"], vec!["int *", "void"], vec!["int<>", "hyper x[4]"]]);
    assert!(matches!(procedures[0].arguments[0].bound, Bound::Variable(Some(_))));
    assert_eq!(procedures[3].source, "int<> D(hyper x[4]) = 4");
}

#[test]
fn arms_may_lack_a_declaration_and_default_may_stand_anywhere() {
    let text = "union u switch (int k) { default: case 1: int a; case 2: case 3: ; case 4: };";
    let Definition::Union(it) = parsed(text).definitions.pop().unwrap() else { panic!("not a union") };
    let shape: Vec<(usize, bool, bool)> = it
        .body
        .cases
        .iter()
        .map(|case| {
            let default = case.labels.iter().any(|label| matches!(label, CaseLabel::Default(_)));
            (case.labels.len(), default, case.arm.is_some())
        })
        .collect();
    assert_eq!(shape, [(2, true, true), (2, false, false), (1, false, false)]);
}

#[test]
fn words_of_the_rpc_language_are_names_like_others() {
    let text = "struct program { int version; type match; }; typedef program namespaces; enum e { pragma, define };";
    assert_eq!(parsed(text).definitions.len(), 3);
}

#[test]
fn namespaces_and_annotations_dissolve() {
    let text =
        "namespace a::b { [doc(\"]\")] struct s { [x[1]] int a; }; namespace c { typedef a::b::s t; } } pragma x y;;";
    let definitions = parsed(text).definitions;
    let Some(Definition::Typedef(it)) = definitions.last() else { panic!("{definitions:?}") };
    assert!(matches!(&it.specifier.kind, TypeKind::Name(name) if name.text == "s"));
    assert_eq!(definitions.len(), 2);
}

#[test]
fn comments_document_what_they_stand_before_or_behind() {
    let text = "/* Licence. */\n\n/**\n * Colours\n *   of light.\n */\n// And more:\n//   yes.\nenum color { // Of things.\n\
                \tRED, /* Like blood. */\n\t/* Like grass. */\n\tGREEN = 1, BLUE /* Like\n\t\t\t\t the sky. */\n\n\
                /* Nothing. */\n}; /* Enough. */ /* Not here. */\n";
    let (docs, body) = enumeration(text);
    assert_eq!(docs, ["Colours", "  of light.", "And more:", "  yes.", "Of things.", "Enough."]);
    let found: Vec<&[String]> = body.enumerators.iter().map(|it| it.docs.as_slice()).collect();
    assert_eq!(found[0], ["Like blood."]);
    assert_eq!(found[1], ["Like grass."]);
    assert_eq!(found[2], ["Like", "the sky."]);
}

#[test]
fn a_comment_documents_one_neighbour_only() {
    let body = structure("struct s { int a; /* a */ int b; // b\n int c;\n /* d */ int d; };");
    let found: Vec<String> = body.members.iter().map(|it| it.docs.join("|")).collect();
    assert_eq!(found, ["a", "b", "", "d"]);
    let (_, body) = enumeration("enum e { /* A */ A, /* A too */ B };");
    let found: Vec<String> = body.enumerators.iter().map(|it| it.docs.join("|")).collect();
    assert_eq!(found, ["A|A too", ""]);
}

#[test]
fn a_copyright_notice_documents_nothing() {
    let definitions =
        parsed("/* Copyright 1987 */\n/* One. */\nconst A = 1;\n// SPDX-License-Identifier: MIT\nconst B = 2;");
    let [Definition::Constant(a), Definition::Constant(b)] = definitions.definitions.as_slice() else {
        panic!("{definitions:?}")
    };
    assert_eq!((a.docs.as_slice(), b.docs.len()), (["One.".to_owned()].as_slice(), 0));
}

/// Each is looked at once, not once for each one behind it: this would take hours.
#[test]
fn very_many_comments_may_stand_on_a_line() {
    for before in ["", "const B = 2; "] {
        let text = format!("{before}{}\nconst A = 1;", "/**/".repeat(200_000));
        let definitions = parsed(&text).definitions;
        let Some(Definition::Constant(it)) = definitions.last() else { panic!("{definitions:?}") };
        assert!(it.docs.is_empty());
    }
}

#[test]
fn a_define_is_documented_like_a_constant() {
    let definitions = parsed("/* Before. */\n#define N 8 /* Behind. */\n").definitions;
    let [Definition::Constant(it)] = definitions.as_slice() else { panic!("{definitions:?}") };
    assert_eq!(it.docs, ["Before.", "Behind."]);
    assert!(it.from_define);
}

#[test]
fn keywords_end_where_words_end() {
    let body = structure("struct s { integer a; unsigned_t b; boolean c; string_t d; voided e; structure f; };");
    assert!(body.members.iter().all(|member| matches!(member.specifier.kind, TypeKind::Name(_))));
    assert_eq!(lex::tokens("structure", 0).count(), 1);
}

/// The parser recurses, and does not look at the stack.
#[test]
fn what_is_nested_as_deep_as_allowed_fits_into_half_a_small_stack() {
    let levels = super::scan::MAX_NESTING - 1;
    let structures = format!("{}int x;{} }};", "struct {".repeat(levels), "} m;".repeat(levels));
    let texts = [
        format!("const A = {}1{};", "(".repeat(levels), ")".repeat(levels)),
        format!("struct a {{ {structures}"),
        format!("{}{}struct a {{ int b; }};", "[".repeat(levels), "]".repeat(levels)),
        format!("const A = {}1{};", "-".repeat(10_000), "+1".repeat(10_000)),
    ];
    let parse = move || texts.iter().map(|text| parsed(text).definitions.len()).sum::<usize>();
    let small = std::thread::Builder::new().stack_size(1 << 20).spawn(parse).unwrap();
    assert_eq!(small.join().unwrap(), 4);
}
