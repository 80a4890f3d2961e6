use super::{Level, Lint};
use crate::driver::{Compilation, Failure, Options, Stage, compile_source};
use crate::render::short;
use crate::testing::Memory;
use std::path::Path;

fn compile(text: &str, levels: &[(Lint, Level)]) -> Compilation {
    let mut options = Options { stage: Stage::Model, ..Options::default() };
    levels.iter().for_each(|(lint, level)| options.lints.set(*lint, *level));
    compile_source(&options, &Memory(&[("a.x", text)]), Path::new("a.x"))
}

/// The findings of one lint, one a line.
fn found(lint: Lint, text: &str) -> Vec<String> {
    let compilation = compile(text, &[(Lint::NameClash, Level::Allow), (lint, Level::Warn)]);
    assert!(compilation.result.is_ok(), "{:?}", compilation.result);
    let shown = short(&compilation.warnings, &compilation.sources);
    shown.lines().map(|line| line.replace(&format!(": warning[{lint}]"), "")).collect()
}

const CLASH: &str = "struct file_name { int a; }; struct FileName { int b; };";

#[test]
fn a_level_is_the_users_choice() {
    let quiet = compile("struct s { string a<>; }; const A = 1 << 2; // no", &[]);
    assert!(quiet.result.is_ok() && quiet.warnings.is_empty());
    assert_eq!(compile(CLASH, &[]).warnings.len(), 1);
    assert!(compile(CLASH, &[(Lint::NameClash, Level::Allow)]).warnings.is_empty());
    match compile(CLASH, &[(Lint::NameClash, Level::Deny)]).result {
        Err(Failure::Rejected(errors)) => assert_eq!(errors[0].code, Lint::NameClash.code()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn data_without_bounds_is_found_wherever_it_stands() {
    let text = "struct s { string a<>; opaque b<>; int c<>; string d<1>; opaque e[2]; int f[3]; string g; };
typedef s t<>; program P { version V { string A(string, string<4> b, opaque<> c) = 1; } = 1; } = 1;";
    let expected = [
        "a.x:1:12: the string `a` has no bound",
        "a.x:1:24: the opaque data `b` has no bound",
        "a.x:1:36: the array `c` has no bound",
        "a.x:1:81: the string `g` has no bound",
        "a.x:2:9: the array `t` has no bound",
        "a.x:2:40: the string has no bound",
        "a.x:2:49: the string has no bound",
        "a.x:2:70: the opaque data `c` has no bound",
    ];
    let shown = found(Lint::Unbounded, text);
    assert_eq!(shown, expected);
}

#[test]
fn enumerators_without_an_arm_are_named() {
    let text = "enum e { A, B, C = 1, D, E, F, G };
union one switch (e k) { case A: case C: case D: case E: case F: int a; };
union two switch (e k) { case A: case B: case D: case E: int a; };
union three switch (e k) { case A: int a; };
union all switch (e k) { case A: int a; default: void; }; union n switch (int k) { case 1: int a; };";
    let expected = [
        "a.x:2:7: the union `one` has no arm for `G`",
        "a.x:3:7: the union `two` has no arm for `F` and `G`",
        "a.x:4:7: the union `three` has no arm for `B`, `D`, `E` and 2 more",
    ];
    assert_eq!(found(Lint::MissingArm, text), expected);
}

#[test]
fn names_that_get_numbers_are_found() {
    let text = "struct _foo { int a_b; int aB; }; typedef struct _foo foo; typedef int Foo_;
enum e { E_ONE, E_One, ETWO, E_two = 1 }; const ONE_TWO = 1; const one_two = 2;
program P { version V { void GET(void) = 1; void get(void) = 2; } = 1; version W { void GET(void) = 1; } = 2; } = 1;";
    let expected = [
        "a.x:1:28: the members `a_b` and `aB` are both `a_b` in Rust",
        "a.x:1:72: the types `_foo` and `Foo_` are both `Foo` in Rust",
        "a.x:2:17: the enumerators `E_ONE` and `E_One` are both `EOne` in Rust",
        "a.x:2:68: the constants `ONE_TWO` and `one_two` are both `ONE_TWO` in Rust",
        "a.x:3:50: the procedures `GET` and `get` are both `get` in Rust",
    ];
    assert_eq!(found(Lint::NameClash, text), expected);
    let enumerators = found(Lint::NameClash, "enum e { ONE, One };");
    assert_eq!(enumerators, ["a.x:1:15: the enumerators `ONE` and `One` are both `One` in Rust"]);
}

#[test]
fn what_rpcgen_refuses_is_found() {
    let constructs = [
        ("const A = (1);", "expressions"),
        ("const A = -0x10;", "negative hexadecimal numbers"),
        ("const A = 'a';", "characters as values of constants"),
        ("const A = 0XFF;", "hexadecimal numbers that begin with `0X`"),
        ("const A = 10L;", "numbers with a suffix"),
        ("typedef int a<1 + 2>;", "expressions"),
        ("// a\n", "`//` comments"),
        ("struct s { };", "empty structures"),
        ("struct s { void; int a; };", "members of type `void`"),
        ("struct s { int a;; };", "empty declarations"),
        ("struct s { signed int a; };", "the word `signed`"),
        ("struct s { long long a; };", "`long long`"),
        ("struct s { struct { int a; } b; };", "types written in place"),
        ("typedef enum { A } e;", "types written in place"),
        ("struct s { string a; };", "strings without `<>`"),
        ("struct s { string *a<>; };", "strings and opaque data that are optional"),
        ("struct s { int *a<>; };", "arrays of optional-data"),
        ("enum e { A, B, };", "a comma behind the last enumerator"),
        ("union u switch (int k) { default: void; };", "a `default` that is not the last of several arms"),
        ("union u switch (int k) { case 1: int a; case 2: };", "cases without a declaration"),
        ("program P { version V { } = 1; } = 1;", "programs and versions without procedures"),
        (
            "program P { version V { void A(int, int) = 1; } = 1; } = 1;",
            "several arguments, unless it is called with `-N`",
        ),
        ("program P { version V { void A(int<>) = 1; } = 1; } = 1;", "arrays as arguments"),
        ("program P { version V { void A(opaque<>) = 1; } = 1; } = 1;", "opaque data as arguments and results"),
        ("program P { version V { int *A(void) = 1; } = 1; } = 1;", "arrays, bounds and `*` in results"),
        ("namespace a { }", "namespaces"),
        ("pragma big_endian;", "`pragma` outside of a line that begins with `%`"),
        ("struct s { int version; };", "`program` and `version` as names"),
        ("[x] struct s { int a; };", "annotations"),
        ("  %#include <a.h>\n", "lines with blanks before their `%`"),
        ("struct s {\n\t%int b;\n int a; };", "lines with blanks before their `%`"),
        ("%#define A \\\n 1\nstruct s { int a; };", "lines that begin with `%` and end with a backslash"),
        ("RFC 4506                  XDR                 May 2006\n", "headers and footers of an RFC"),
        ("union u switch (enum { A } k) { case A: int a; };", "types written in place"),
    ];
    for (text, what) in constructs {
        let shown = found(Lint::Portability, text);
        assert!(shown.len() == 1 && shown[0].ends_with(&format!("C rpcgen does not take {what}")), "{text}: {shown:?}");
    }
}

#[test]
fn what_rpcgen_takes_and_c_does_not_is_found() {
    let constructs = [
        ("enum e { A, B }; enum f { A, C };", "an enumerator that is there already"),
        ("union u switch (int k) { case 1: int a; case 2: int a; };", "two arms of one name"),
        ("struct s { quadruple a; };", "the type `quadruple`"),
    ];
    for (text, what) in constructs {
        let shown = found(Lint::Portability, text);
        assert!(shown.len() == 1 && shown[0].ends_with(&format!(": C does not take {what}")), "{text}: {shown:?}");
    }
}

#[test]
fn lines_that_no_condition_keeps_are_not_looked_at() {
    assert!(found(Lint::Portability, "#if 0\n  %int a;\n#endif\n").is_empty());
}

#[test]
fn what_rpcgen_takes_is_left_alone() {
    let text = "#define N (1 << 4)\nconst A = -5; const B = A; const C = \"x\"; enum e { D = -1, E = 0x2 };
        union u switch (char k) { case 'a': int a; case -1: case N: void; default: int *c; };
        struct s { unsigned a; hyper int b; opaque c<>; int d[N]; struct s *next; string f<>; };
        program P { version V { string A(string<10>) = 1; int B(int *) = 2; void C() = N; struct s D(struct s) = 4; } = 1; } = 1;";
    let empty: [&str; 0] = [];
    assert_eq!(found(Lint::Portability, text), empty);
}

#[test]
fn cases_and_views_are_names_as_well() {
    let text = "const OK = 1; const ok = 2;
union u switch (int k) { case OK: int a; case ok: int b; case 3: int c; };
enum e { DEFAULT, LAST }; union v switch (e k) { case DEFAULT: int a; default: void; };
union w switch (bool k) { case TRUE: int a; case FALSE: void; }; struct foo { int a; }; struct foo_view { int b; };";
    let mut expected = vec![
        "a.x:1:21: the constants `OK` and `ok` are both `OK` in Rust",
        "a.x:2:47: the cases `OK` and `ok` are both `Ok` in Rust",
        "a.x:3:33: the cases `DEFAULT` and `default` are both `Default` in Rust",
    ];
    assert_eq!(found(Lint::NameClash, text), expected);
    expected.push("a.x:4:96: the types the view of `foo` and `foo_view` are both `FooView` in Rust");
    assert_eq!(found(Lint::NameClash, &format!("{text}\n%#pragma oncrpc views true\n")), expected);
}
