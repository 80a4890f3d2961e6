mod modules;
mod shared_options;

use super::{Compilation, Disk, Failure, Options, Stage, compile_source};
use crate::diagnostic::Code;
use crate::options::{Given, Setting};
use crate::render::{Style, render};
use crate::testing::Memory;
use std::fs;
use std::path::Path;

fn compile(text: &str, stage: Stage) -> Compilation {
    let options = Options { stage, ..Options::default() };
    compile_source(&options, &Memory(&[("a.x", text), ("inc.h", "typedef int inct;")]), Path::new("a.x"))
}

/// Whatever the text is, there is output or an error that can be shown.
fn survives(text: &str) {
    let compilation = compile(text, Stage::Model);
    match compilation.result {
        Ok(_) => {}
        Err(Failure::Rejected(errors)) => {
            assert!(!errors.is_empty(), "refused without a reason:\n{text}");
            assert!(render(&errors, &compilation.sources, Style::Colour).contains("-->"), "no place:\n{text}");
        }
        Err(failure) => panic!("{failure:?} for:\n{text}"),
    }
}

/// The small files of `tests/dialect`, which use every construct there is.
fn samples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialect");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|it| it == "x")).collect();
    paths.sort();
    paths.iter().map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()).collect()
}

/// A small generator of pseudo-random numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

#[test]
fn stages_build_on_each_other() {
    let text = "struct s { int a; };";
    let shown = |stage| compile(text, stage).result.unwrap();
    assert!(shown(Stage::Ast).contains("Specification"));
    assert!(shown(Stage::Model).contains("Structure"));
    assert!(shown(Stage::Rust).contains("pub struct S"));
    assert!(matches!(compile("struct s { no a; };", Stage::Ast).result, Ok(text) if text.contains("\"no\"")));
}

#[test]
fn a_missing_file_is_not_an_error_in_the_file() {
    let compilation = compile_source(&Options::default(), &Memory(&[]), Path::new("a.x"));
    assert!(matches!(compilation.result, Err(Failure::Read(_))));
}

#[test]
fn every_beginning_of_a_file_is_survived() {
    for text in samples() {
        // Of a long file not every one, since the work grows with the square of the length.
        for (at, _) in text.char_indices().step_by(1 + text.len() / 300) {
            survives(&text[..at]);
        }
    }
}

#[test]
fn mixed_up_files_are_survived() {
    let samples = samples();
    let words: Vec<&str> =
        samples.iter().flat_map(|text| text.split_inclusive([' ', ';', '(', '<', '{', '\n'])).collect();
    let mut dice = Dice(7);
    for _ in 0..3000 {
        let mut text = samples[dice.below(samples.len())].clone();
        for _ in 0..=dice.below(4) {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let Some(from) = places.get(dice.below(places.len())).copied() else {
                continue;
            };
            let to = places[dice.below(places.len())].clamp(from, from + 12.min(text.len() - from));
            let to = (to..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
            let word = if dice.below(3) == 0 { "" } else { words[dice.below(words.len())] };
            text.replace_range(from..to, word);
        }
        survives(&text);
    }
}

#[test]
fn deep_and_long_texts_are_survived() {
    for (open, close) in [("(", ")"), ("struct {", "} a;"), ("[", "]"), ("namespace n {", "}"), ("{", "}"), ("<", ">")]
    {
        let text = format!("const A = {}1{};", open.repeat(10_000), close.repeat(10_000));
        survives(&text);
        survives(&open.repeat(10_000));
        survives(&format!("struct s {{ {}int a; {} }};", open.repeat(70), close.repeat(70)));
    }
    for piece in
        ["-", "~", "1+", "a::", "/*", "//\n", "#if 1\n", "#if (", "case 1:", "int a;", "\"", "'", "\\\n", "%", "*"]
    {
        survives(&piece.repeat(5_000));
        survives(&format!("const A = {}", piece.repeat(5_000)));
        survives(&format!("union u switch (int k) {{ {} int a; }};", piece.repeat(5_000)));
    }
}

#[test]
fn a_large_file_takes_linear_time() {
    let text: String = (0..4000)
        .map(|i| {
            format!("/* Number {i}. */\nstruct s{i} {{ int a; string b<{i}>; s{} *c; }};\nconst C{i} = {i};\n", i / 2)
        })
        .collect();
    let start = std::time::Instant::now();
    let result = compile(&text, Stage::Model).result;
    assert!(result.is_ok());
    // Quadratic time would be minutes; the limit leaves room for slow machines and debug builds.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[cfg(unix)]
#[test]
fn symbolic_links_lead_out_of_the_interface_only_where_allowed() {
    use std::os::unix::fs::symlink;
    let here = std::env::temp_dir().join(format!("oncrpc-links-{}", std::process::id()));
    let _ = fs::remove_dir_all(&here);
    for directory in ["idl", "other", "forest"] {
        fs::create_dir_all(here.join(directory)).unwrap();
    }
    fs::write(here.join("other/base.x"), "typedef int base;").unwrap();
    fs::write(here.join("idl/own.x"), "typedef int own;").unwrap();
    fs::write(here.join("idl/a.x"), "#include \"link.x\"\nstruct s { base b; };").unwrap();
    fs::write(here.join("idl/b.x"), "#include \"own.x\"\nstruct s { own o; };").unwrap();
    symlink("../other/base.x", here.join("idl/link.x")).unwrap();
    for name in ["b.x", "own.x"] {
        symlink(here.join("idl").join(name), here.join("forest").join(name)).unwrap();
    }
    let mut options = Options { stage: Stage::Model, ..Options::default() };
    let compiled = |options: &Options, name: &str| compile_source(options, &Disk, &here.join(name)).result;
    match compiled(&options, "idl/a.x") {
        Err(Failure::Rejected(errors)) => assert_eq!(errors[0].code, Code::IncludeOutside),
        other => panic!("{other:?}"),
    }
    // Where everything is a link, the files lie where the main file does.
    assert!(compiled(&options, "forest/b.x").is_ok());
    options.preprocess.include_dirs.push(here.join("other"));
    assert!(compiled(&options, "idl/a.x").is_ok());
    fs::remove_dir_all(&here).unwrap();
}

/// With the first name looked at anew for each other one, this would take minutes.
#[test]
fn a_long_name_before_many_takes_linear_time() {
    let others: String = (0..60_000).map(|i| format!(", B{i}")).collect();
    let start = std::time::Instant::now();
    for first in ["A".repeat(60_000), format!("{}A", "_".repeat(60_000)), "A_".repeat(30_000)] {
        let text = format!("enum e {{ {first}{others} }};");
        let result = compile_source(&Options::default(), &Memory(&[("a.x", &text)]), Path::new("a.x")).result;
        assert!(result.is_ok());
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

/// Without memory of what is known of a type, each level would double the time.
#[test]
fn types_that_share_types_take_linear_time() {
    let optional: String = (1..250).map(|i| format!("struct s{i} {{ s{} *a; s{} *b; }};", i - 1, i - 1)).collect();
    let fixed: String = (1..28).map(|i| format!("struct f{i} {{ f{} a; f{} b; }};", i - 1, i - 1)).collect();
    let cycle: String =
        (0..300).map(|i| format!("struct c{i} {{ c{} *a; c{} *b; }};", (i + 1) % 300, i * 7 % 300)).collect();
    let clash: String = (0..256)
        .map(|i| format!("typedef int {};", format!("{i:08b}").replace('0', "a_").replace('1', "a__")))
        .collect();
    let start = std::time::Instant::now();
    for text in [format!("struct s0 {{ int a; }};{optional}"), format!("struct f0 {{ int a; }};{fixed}"), cycle, clash]
    {
        for views in [false, true] {
            let given = vec![Given::Method(None, Setting::Views(views))];
            let options = Options { given, ..Options::default() };
            let result = compile_source(&options, &Memory(&[("a.x", &text)]), Path::new("a.x")).result;
            assert!(result.is_ok(), "{result:?}");
        }
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
