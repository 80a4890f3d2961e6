use super::PreprocessOptions;
use crate::diagnostic::Code;
use crate::lex;
use crate::testing::preprocessed;
use std::path::Path;

/// The code that is left, one blank between tokens.
fn code(files: &[(&str, &str)]) -> String {
    code_with(files, &PreprocessOptions::default())
}

fn code_with(files: &[(&str, &str)], options: &PreprocessOptions) -> String {
    let text = preprocessed(files, options).unwrap();
    let tokens = lex::tokens(text.as_str(), 0).filter(|token| !token.is_trivia());
    tokens.map(|token| token.text(text.as_str())).collect::<Vec<_>>().join(" ")
}

fn errors(text: &str) -> Vec<Code> {
    let errors = preprocessed(&[("a.x", text)], &PreprocessOptions::default()).unwrap_err();
    errors.iter().map(|error| error.code).collect()
}

#[test]
fn lines_for_c_are_passed_over_wherever_they_stand() {
    let text = "%#include <a.h>\n  %/*\na %b\n\t%c \\\nd\nstruct s {\n%int x;\n};\n%e \\\r\nf\r\ng";
    assert_eq!(code(&[("a.x", text)]), "a % b struct s { } ; g");
}

#[test]
fn a_comment_that_looks_like_directives_stays_a_comment() {
    let text = "/*\n#error no\n%*/ a // #define a b\n#if 0 /*\n#endif */\nnot this /* \n#endif\n*/\n#endif\nb";
    assert_eq!(code(&[("a.x", text)]), "a b");
}

#[test]
fn conditionals_choose_one_branch() {
    let text = "#ifdef RPC_HDR\nhdr\n#endif\n#if RPC_XDR\nxdr\n#elif defined(RPC_CLNT) || 0\nclnt\n#elif defined RPC_HDR\n\
                header\n#elif 1 / 0\n#else\nno\n#endif\n#ifndef RPC_SVC\n#if 0\nno\n#else\nsvc\n#endif\n#endif\n\
                #if 0\n#if 1\nno\n#else\nno\n#endif\n#elif 0\n#bad\n#else\nlast\n#endif";
    assert_eq!(code(&[("a.x", text)]), "hdr header svc last");
}

#[test]
fn comments_behind_directives_do_not_count() {
    let text = "#if 1 /* a\nb */ && 1 // c\nx\n#else /* d */\n#endif /* e */";
    assert_eq!(code(&[("a.x", text)]), "x");
}

#[test]
fn names_are_replaced_in_code_only() {
    let text = "#define A 1\n#define B (A+\\\n1)\nB \"A\" 'A' /* A */ AB\n#undef A\nA B";
    let defined = "# define A 1 ; # define B ( 1 + 1 ) ;";
    let found = code(&[("a.x", text)]);
    assert_eq!(found, format!("{defined} ( 1 + 1 ) \"A\" 'A' AB A ( A + 1 )"));
}

#[test]
fn a_number_or_string_is_a_constant_as_well() {
    let text = "#define N 0x10\n#define S \"a;b\"\n#define T struct\n#define E\n#define F(x) x\n#define P N + 1\n";
    assert_eq!(code(&[("a.x", text)]), "# define N 0x10 ; # define S \"a;b\" ; # define P 0x10 + 1 ;");
}

#[test]
fn a_constant_inside_a_definition_waits_for_its_end() {
    let text = "struct s {\n#define MAX 8\nopaque a[MAX];\n};\nint";
    assert_eq!(code(&[("a.x", text)]), "struct s { opaque a [ 8 ] ; } ; # define MAX 8 ; int");
    let open = "struct s {\n#define MAX 8\n";
    assert_eq!(code(&[("a.x", open)]), "struct s { # define MAX 8 ;");
}

#[test]
fn the_command_line_defines_names_that_are_no_constants() {
    let options =
        PreprocessOptions { defines: vec![("N".into(), "7".into()), ("YES".into(), "1".into())], ..Default::default() };
    assert_eq!(code_with(&[("a.x", "#if YES\nN\n#endif")], &options), "7");
}

#[test]
fn includes_are_found_beside_the_file_and_in_the_given_directories() {
    let files = [
        (
            "idl/a.x",
            "#include \"b.x\"\n#include <sys.h>\n#include <d.x>\n#include \"c.x\" // once\n#include \"./b.x\"\na",
        ),
        ("idl/b.x", "#include \"../common/c.x\"\nb"),
        ("idl/./b.x", "never: it is the file above"),
        ("idl/../common/c.x", "c"),
        ("common/c.x", "never: it is the file above"),
        ("more/c.x", "never: it is found in the first directory"),
        ("more/d.x", "d"),
    ];
    let include_dirs = vec!["common".into(), "more".into()];
    assert_eq!(code_with(&files, &PreprocessOptions { include_dirs, ..Default::default() }), "c b d a");
}

#[test]
fn conditionals_end_with_their_file() {
    let files = [("a.x", "#if 1\n#include \"b.x\"\n#endif"), ("b.x", "#endif\n#if 1\n")];
    let errors = preprocessed(&files, &PreprocessOptions::default()).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.code).collect::<Vec<_>>(), [Code::UnbalancedConditional; 2]);
}

#[test]
fn cycles_of_includes_are_refused_even_if_guarded() {
    let files = [
        ("a.x", "#ifndef A\n#define A\n#include \"b.x\"\n#endif"),
        ("b.x", "#include \"./a.x\""),
        ("./a.x", "not read"),
    ];
    let errors = preprocessed(&files, &PreprocessOptions::default()).unwrap_err();
    let codes: Vec<Code> = errors.iter().map(|error| error.code).collect();
    assert_eq!(codes, [Code::IncludeCycle]);
}

#[test]
fn what_tools_leave_behind_is_ignored() {
    let text = "\u{FEFF}# 1 \"a.x\" 2\n#line 7\n#pragma ident \"x\"\n#ident \"y\"\n#\na\u{200B}b\n\
                Eisler                      Standards Track                    [Page 3]\n\u{C}\n\
                RFC 4506       XDR: External Data Representation Standard        May 2006\nc";
    assert_eq!(code(&[("a.x", text)]), "a b c");
}

#[test]
fn comments_stay() {
    let text = preprocessed(&[("a.x", "/* a */\n#define N 1 // b\n%c\n/* d */ e")], &PreprocessOptions::default());
    assert_eq!(text.unwrap().as_str(), "/* a */\n#define N 1; // b\n\n/* d */ e");
}

#[test]
fn errors_are_collected() {
    assert_eq!(
        errors("#foo\n#else\n#if (\n#endif\n/*"),
        [Code::BadDirective, Code::UnbalancedConditional, Code::BadCondition, Code::UnterminatedComment]
    );
    assert_eq!(errors("#define F(x) x\nF(1, 2)"), [Code::BadMacroUse]);
}

#[test]
fn a_macro_is_used_over_several_lines_and_only_with_brackets() {
    let text = "#define LIST(t, n) struct t##_list { t all<n>; }\n#define LEN 4\nLIST(foo, /* as\nmany */\n  LEN\n);\nint LIST;";
    assert_eq!(code(&[("a.x", text)]), "# define LEN 4 ; struct foo_list { foo all < 4 > ; } ; int LIST ;");
}

#[test]
fn all_replacements_together_have_an_end() {
    let text = format!("#define A {}\n{}", "x ".repeat(30_000), "A ".repeat(200));
    assert!(errors(&text).contains(&Code::BadMacroUse));
}

#[test]
fn macros_that_cost_much_are_given_up_once() {
    let doubling = "#define F(x) G(x)G(x)\n#define G(x) H(x)H(x)\n#define H(x) F(x)F(x)\n".to_owned();
    let found = errors(&(doubling + &"F(F(F(F(F(1)))))\n".repeat(2000)));
    assert!((1..1000).contains(&found.len()) && found.iter().all(|code| *code == Code::BadMacroUse), "{found:?}");
    let dropped = format!("#define A {}\n#define D(x)\n{}", "x ".repeat(30_000), "D(A)\n".repeat(20_000));
    assert_eq!(errors(&dropped), [Code::BadMacroUse]);
    let open = format!("#define F(x) x\n{}", "F(".repeat(60_000));
    assert_eq!(code(&[("a.x", &open)]).len(), "F ( ".len() * 60_000 - 1);
}

#[test]
fn includes_stay_in_the_directories_of_the_interface() {
    for (name, directory) in
        [("../../etc/passwd.x", "../etc"), ("/etc/passwd.x", "/etc"), ("sub/../../up.x", "."), ("../a/b/c.x", "a/b")]
    {
        let path = Path::new("idl").join(name);
        let files = [("idl/a.x", &*format!("#include \"{name}\"")), (path.to_str().unwrap(), "int")];
        let errors = preprocessed(&files, &PreprocessOptions::default()).unwrap_err();
        assert_eq!(errors.iter().map(|error| error.code).collect::<Vec<_>>(), [Code::IncludeOutside], "{name}");
        let cure = &errors[0].notes[1].message;
        assert!(cure.starts_with(&format!("allow it with `-I {directory}`")), "{cure}");
        let include_dirs = vec![directory.into()];
        assert_eq!(code_with(&files, &PreprocessOptions { include_dirs, ..Default::default() }), "int");
    }
}
