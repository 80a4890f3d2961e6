//! What RFC 4506 or C refuses and real files hold.

use super::*;

#[test]
fn a_repeated_constant_of_the_same_value_is_one() {
    let model = model("enum a { OK = 0, BAD }; struct s { enum { OK, LATE } *x; int y[BAD]; }; const LATE = 1;");
    assert_eq!(names(&model), ["a", "s_x", "s", "LATE"]);
    assert_eq!(codes("enum a { OK = 1 }; enum b { OK };"), [Code::DuplicateConstant]);
    assert_eq!(codes("enum a { OK = 1, OK = 1 };"), [Code::DuplicateConstant]);
    assert_eq!(codes("const A = X; enum a { A = Y };"), [Code::UndefinedConstant; 2]);
}

#[test]
fn programs_versions_and_procedures_are_constants() {
    let text =
        "const A = PUT; program P { version V { void GET(void) = 5; void PUT(int x[GET]) = GET + 1; } = 2; } = 7;
        typedef int t[V]; typedef int u[P]; const B = A;";
    let model = model(text);
    let Definition::Constant(b) = definition(&model, "B") else { panic!("not a constant") };
    assert_eq!(b.value, ConstantValue::Integer(6));
    assert_eq!(aliased(&model, "t"), Type::FixedArray(Box::new(Type::Basic(Basic::Int)), 2));
    assert_eq!(aliased(&model, "u"), Type::FixedArray(Box::new(Type::Basic(Basic::Int)), 7));
    let Definition::Program(p) = definition(&model, "P") else { panic!("not a program") };
    assert_eq!(p.versions[0].procedures[1].number, 6);
}

#[test]
fn a_procedure_with_two_numbers_is_no_constant_and_errors_in_numbers_come_once() {
    let two = |number: &str| {
        format!(
            "program P {{ version V {{ void GET(void) = 5; }} = 1; version W {{ void GET(void) = {number}; }} = 2; }} = 7;
            typedef int t[GET];"
        )
    };
    assert_eq!(aliased(&model(&two("5")), "t"), Type::FixedArray(Box::new(Type::Basic(Basic::Int)), 5));
    assert_eq!(codes(&two("6")), [Code::UndefinedConstant]);
    assert_eq!(codes("program P { version V { void GET(void) = 1 / 0; } = 1; } = 7;"), [Code::BadExpression]);
    assert_eq!(codes("program P { version V { void GET(void) = GET; } = 1; } = 7;"), [Code::RecursiveConstant]);
}

#[test]
fn a_constant_goes_before_a_procedure_of_its_name() {
    let text = "program P { version V { void GET(void) = 5; } = 1; } = 7; const GET = 3; typedef int t[GET];";
    assert_eq!(aliased(&model(text), "t"), Type::FixedArray(Box::new(Type::Basic(Basic::Int)), 3));
}

#[test]
fn an_arm_may_be_written_out_for_each_case() {
    let model = model("union u switch (int k) { case 0: int a; case 1: int  a; case 2: hyper b; };");
    assert_eq!(union(&model, "u").arms.len(), 3);
    assert_eq!(codes("union u switch (int k) { case 0: int a; case 1: hyper a; };"), [Code::DuplicateMember]);
}

#[test]
fn an_enumeration_may_be_defined_in_a_switch() {
    let text = "union u switch (enum kind { A, B } which) { case A: int a; case B: void; };
        struct s { union switch (enum { C, D = 9 } which) { case D: hyper d; default: void; } v; kind k; };";
    let model = model(text);
    assert_eq!(names(&model), ["kind", "u", "s_v_which", "s_v", "s"]);
    assert_eq!(union(&model, "u").arms.len(), 2);
    let v = union(&model, "s_v");
    assert_eq!((v.arms[0].cases[0].value, v.size), (9, size(4, 12)));
}

#[test]
fn truth_may_be_written_small() {
    let model = model("union u switch (bool b) { case true: int a; case false: void; };");
    let values: Vec<i64> = union(&model, "u").arms.iter().flat_map(|arm| &arm.cases).map(|case| case.value).collect();
    assert_eq!(values, [1, 0]);
}

#[test]
fn a_hyper_may_be_a_discriminant() {
    let model = model(
        "typedef hyper h; union u switch (h k) { case -1: int a; case 0x7fffffffffffffff: void; };
        union v switch (unsigned hyper k) { case 0: int a; default: hyper b; };",
    );
    let (u, v) = (union(&model, "u"), union(&model, "v"));
    assert_eq!((u.discriminant, v.discriminant), (Discriminant::Hyper, Discriminant::UnsignedHyper));
    assert_eq!((u.size, v.size), (size(8, 12), size(12, 16)));
    let values: Vec<i64> = u.arms.iter().flat_map(|arm| &arm.cases).map(|case| case.value).collect();
    assert_eq!(values, [-1, i64::MAX]);
    for text in [
        "union u switch (unsigned hyper k) { case -1: int a; };",
        "union u switch (hyper k) { case 0x8000000000000000: int a; };",
    ] {
        assert_eq!(codes(text), [Code::CaseOutsideType], "{text}");
    }
}
