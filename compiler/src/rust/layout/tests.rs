use super::{LaidOut, Page, STEP, fit, places};
use crate::rust::choices::Choices;
use crate::rust::{Elsewhere, EmitOptions, emit};
use crate::testing::resolved;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn broken(line: &str) -> String {
    fit::print(&places::tokens(line), 2 * STEP)
}

fn laid_out(item: &str) -> String {
    LaidOut(|| std::iter::once(Ok(vec![item.to_owned()]))).to_string()
}

#[test]
fn a_line_that_fits_is_whole() {
    for line in ["fn f(&self) -> rpc::Result<()> {", "1 => Ok(Self::A),", "pub const A: &str = \"a.b(c, d)\";"] {
        assert_eq!(broken(line), format!("        {line}"));
    }
    assert!(fit::fits(8, 85) && !fit::fits(8, 86) && fit::fits(80, 60));
}

#[test]
fn parameters_and_arguments_are_parted() {
    let line = "fn look<R>(&self, look: impl FnOnce(super::SomethingView<'_>) -> R, more: i32) -> rpc::Result<R> {";
    let expected = "        fn look<R>(\n            &self,\n            look: impl FnOnce(super::SomethingView<'_>) -> R,\n            \
                    more: i32,\n        ) -> rpc::Result<R> {";
    assert_eq!(broken(line), expected);
    let line = "rpc::start(&self.0, procedure::SOMETHING, |out| rpc::encode::<super::Something>(something, out))";
    let expected = "        rpc::start(\n            &self.0,\n            procedure::SOMETHING,\n            \
                    |out| rpc::encode::<super::Something>(something, out),\n        )";
    assert_eq!(broken(line), expected);
}

#[test]
fn chains_and_arms_are_parted() {
    let line = "pub const SOMETHING: Procedure = of(10, \"PROGRAM_SOMETHING\").largest_arguments(4128).idempotent();";
    let expected = "        pub const SOMETHING: Procedure = of(10, \"PROGRAM_SOMETHING\")\n            \
                    .largest_arguments(4128)\n            .idempotent();";
    assert_eq!(broken(line), expected);
    let line = "Self::Something(value) => rpc::encode::<rpc::Array<rpc::FixedOpaque<64>, 4>>(value, something, out),";
    let expected = "        Self::Something(value) => {\n            \
                    rpc::encode::<rpc::Array<rpc::FixedOpaque<64>, 4>>(value, something, out)\n        }";
    assert_eq!(broken(line), expected);
}

#[test]
fn angle_brackets_are_put_together_again() {
    let argument = "rpc::FixedArray<rpc::FixedArray<rpc::Optional<Something>, 3>, 2>";
    let line = format!("rpc::encode::<{argument}>(&value.something, out)?;");
    assert_eq!(laid_out(&line), format!("    {line}"));
    let line = format!("rpc::encode::<{argument}, And<More>>(&value.something, out)?;");
    let expected =
        format!("    rpc::encode::<\n        {argument},\n        And<More>,\n    >(&value.something, out)?;");
    assert_eq!(laid_out(&line), expected);
}

#[test]
fn items_are_set_in_by_their_brackets() {
    let item =
        "/// A.\npub struct A {\n\n/// `int a`\npub a: i32,\n  \n}\nimpl B for A {\nconst M: u8 = 0;\n\n}\nimpl A {\n}";
    let expected = "    /// A.\n    pub struct A {\n        /// `int a`\n        pub a: i32,\n    }\n\n    \
                    impl B for A {\n        const M: u8 = 0;\n    }\n\n    impl A {}";
    assert_eq!(laid_out(item), expected);
    let items = ["const A: u8 = 1;\n", "const B: u8 = 2;"].map(str::to_owned);
    assert_eq!(
        LaidOut(|| std::iter::once(Ok(items.to_vec()))).to_string(),
        "    const A: u8 = 1;\n\n    const B: u8 = 2;"
    );
}

/// What the formatter makes of the module in a file of ours.
fn formatted(file: &str) -> (String, String) {
    let (head, rest) = file.split_once("mod idl_").unwrap();
    let (name, rest) = rest.split_once(" {\n").unwrap();
    let body = rest.rsplit_once("}\n\n#[allow").unwrap().0;
    assert!(head.contains("#[rustfmt::skip]") && !name.contains(' '));
    let mut page = Page::default();
    let formatted = prettyplease::unparse(&syn::parse_file(body).unwrap());
    page.lines(formatted.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().iter().map(String::as_str));
    // It takes a range in a macro for two things.
    (body.trim_start_matches('\n').to_owned(), page.text.replace("..= ", "..="))
}

/// But for the attributes of other crates' derives, which it runs together.
#[test]
fn the_formatter_has_nothing_to_change_in_what_is_committed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
    let folders = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut count = 0;
    for folder in folders.filter(|folder| !folder.ends_with("derives")) {
        let (ours, formatted) = formatted(&fs::read_to_string(folder.join("output.rs")).unwrap());
        assert_eq!(ours, formatted, "{}", folder.display());
        count += 1;
    }
    assert!(count >= 16);
}

const EVERYTHING: &str = "
    enum NAMEe { NAMEa = 0, NAMEb = 5 };
    struct NAMEs { int NAMEi; NAMEe NAMEj[3]; string NAMEk<7>; NAMEs *NAMEn; };
    union NAMEu switch (NAMEe d) { case NAMEa: NAMEs NAMEv<4>; case NAMEb: opaque NAMEo[64]; };
    union NAMEw switch (int d) { case 1: case 3: void; default: NAMEu NAMEx; };
    program NAMEp { version NAMEq {
        void NAMEnull(void) = 0;
        NAMEu NAMEf(NAMEs) = 1;
        NAMEe NAMEg(int, string<>, NAMEw) = 2;
        int NAMEh(NAMEe) = 3;
    } = 1; } = 0x20000099;";

#[test]
fn the_formatter_has_nothing_to_change_however_long_names_are() {
    for length in 0..48 {
        let model = resolved(&EVERYTHING.replace("NAME", &"n".repeat(length))).unwrap();
        for views in [false, true] {
            let options = EmitOptions {
                source_name: "everything.x".to_owned(),
                verbatim_names: length % 2 == 0,
                views,
                extern_types: &BTreeMap::new(),
                choices: &Choices::default(),
            };
            let (ours, formatted) = formatted(&emit(&model, &options, &Elsewhere::default()).unwrap());
            assert_eq!(ours, formatted, "{length}");
        }
    }
}
