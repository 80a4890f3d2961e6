use super::{find, page};
use crate::diagnostic::Code;
use crate::driver::{Failure, Options, Stage, compile_all};
use crate::lint::{Level, Lint};
use crate::testing::Memory;
use std::path::Path;

/// The examples of a page in their order.
fn examples(page: &str) -> Vec<String> {
    page.split("```x\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

const COMMON: &str = "#ifdef WIDE\ntypedef hyper id;\n#else\ntypedef int id;\n#endif\nstruct place { id x; id y; };\n";

/// What the compiler says about an example, beside which lies `common.x` and elsewhere `shared.x`.
fn codes(text: &str, lint: Lint) -> Vec<Code> {
    let files = [("idl/page.x", text), ("idl/common.x", COMMON), ("idl/../other/shared.x", "")];
    let mut options = Options { stage: Stage::Rust, ..Options::default() };
    options.lints.set(lint, Level::Deny);
    let paths = ["idl/page.x", "idl/common.x"].map(Path::new);
    match compile_all(&options, &Memory(&files), &paths).swap_remove(0).result {
        Ok(_) => Vec::new(),
        Err(Failure::Rejected(errors)) => errors.iter().map(|error| error.code).collect(),
        Err(failure) => panic!("{failure:?}"),
    }
}

#[test]
fn every_page_shows_its_error_and_a_cure() {
    for code in Code::ALL {
        let page = page(*code);
        assert!(page.starts_with(&format!("# {code}: ")), "{page}");
        let examples = examples(page);
        let [wrong, right] = examples.as_slice() else { panic!("{code}: not two examples") };
        let elided: String = (3..257).map(|i| format!("struct t{i} {{ t{} a; }};\n", i - 1)).collect();
        let wrong = wrong.replace("/* ... and so on, up to */", &elided);
        // The examples of errors are right in all other respects, too.
        let lint = Lint::ALL.iter().copied().find(|lint| lint.code() == *code).unwrap_or(Lint::NameClash);
        let mut found = codes(&wrong, lint);
        found.dedup();
        assert_eq!(found, [*code], "{code}: the wrong example");
        assert_eq!(codes(right, lint), [], "{code}: the right example");
    }
}

#[test]
fn a_page_is_found_by_any_spelling_of_its_code() {
    for name in ["E0103", "e0103", "103", "E103"] {
        assert!(find(name).is_some_and(|page| page.starts_with("# E0103: ")), "{name}");
    }
    assert!(find("name-clash").is_some_and(|page| page.starts_with("# name-clash: ")));
    for name in ["E0100", "", "E", "F0103", "E99999", "-1"] {
        assert_eq!(find(name), None, "{name}");
    }
}
