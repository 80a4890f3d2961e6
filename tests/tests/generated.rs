//! The Rust in docs/generated.md is what the compiler makes of the `.x` before it. BLESS=1 writes it anew.

use oncrpc_compiler::Compiler;
use oncrpc_tests::c::root;
use std::fs;
use std::path::Path;

/// How the Rust of one place in the document is made.
#[derive(Clone, Copy, Default)]
struct Options {
    /// With codecs, conversions and the bodies of functions.
    whole: bool,
    verbatim: bool,
    views: bool,
}

impl Options {
    fn set(&mut self, comment: &str) {
        for word in comment.split_whitespace() {
            match word {
                "whole" => self.whole = true,
                "verbatim" => self.verbatim = true,
                "views" => self.views = true,
                _ => panic!("unknown option {word}"),
            }
        }
    }
}

/// The document with the Rust that the compiler makes now, and how many places there are.
fn renewed(document: &str) -> (String, usize) {
    let (mut renewed, mut source, mut options, mut places) = (String::new(), String::new(), Options::default(), 0);
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        renewed += &format!("{line}\n");
        if let Some(comment) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            options.set(comment);
        }
        if !matches!(line, "```c" | "```rust") {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if line == "```c" {
            source = block.join("\n") + "\n";
            renewed += &source;
        } else {
            renewed += &shown(&emitted(places, &source, options), options.whole);
            (options, places) = (Options::default(), places + 1);
        }
        renewed += "```\n";
    }
    (renewed, places)
}

/// The lines within the module that the compiler emits, without their indentation.
fn emitted(place: usize, source: &str, options: Options) -> Vec<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated");
    fs::create_dir_all(&folder).unwrap();
    let input = folder.join(format!("example_{place}.x"));
    fs::write(&input, source).unwrap();
    let compiler = Compiler::new().out_dir(&folder).verbatim_names(options.verbatim).views(options.views);
    let output = compiler.compile(&input).into_result().unwrap_or_else(|error| panic!("{error}"));
    let text = fs::read_to_string(output).unwrap();
    let inside = text.lines().skip_while(|line| !line.starts_with("mod ")).skip(1).take_while(|line| *line != "}");
    inside.map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned()).collect()
}

/// Items as they are shown, parted by empty lines.
fn shown(lines: &[String], whole: bool) -> String {
    let text = items(lines).into_iter().filter(|item| whole && !is_import(item) || is_for_readers(item));
    let text: Vec<String> = text.map(|item| if whole { item.join("\n") } else { outline(&item).join("\n") }).collect();
    text.join("\n\n") + "\n"
}

/// The items of a module, each with its comments and attributes.
fn items(lines: &[String]) -> Vec<Vec<&str>> {
    let mut items: Vec<Vec<&str>> = vec![Vec::new()];
    for (line, next) in lines.iter().zip(lines.iter().skip(1).chain([&String::new()])) {
        let between = line.is_empty() && !next.starts_with([' ', '}']);
        match items.last_mut() {
            Some(item) if !between => item.push(line),
            _ => items.push(Vec::new()),
        }
    }
    items.retain(|item| !item.is_empty());
    items
}

fn head<'a>(item: &[&'a str]) -> &'a str {
    item.iter().find(|line| !line.starts_with("///") && !line.starts_with("#[")).copied().unwrap_or_default()
}

fn is_import(item: &[&str]) -> bool {
    head(item).starts_with("use ")
}

/// Whether a user of the emitted code meets it.
fn is_for_readers(item: &[&str]) -> bool {
    head(item).starts_with("pub ") || head(item).starts_with("impl ") && !head(item).contains(" for ")
}

/// An item without the bodies of its functions; a module without what is not for readers.
fn outline(item: &[&str]) -> Vec<String> {
    if head(item).starts_with("pub mod ") {
        let (first, last) = (item.iter().position(|line| *line == head(item)).unwrap(), item.len() - 1);
        let inside: Vec<String> =
            item[first + 1..last].iter().map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned()).collect();
        let set_in = |line: &str| if line.is_empty() { String::new() } else { format!("    {line}") };
        let text = shown(&inside, false);
        let inside = text.lines().map(set_in);
        let comment = item[..=first].iter().map(|line| (*line).to_owned());
        return comment.chain(inside).chain(["}".to_owned()]).collect();
    }
    let mut outline = Vec::new();
    let mut lines = item.iter();
    let mut indent = None;
    while let Some(line) = lines.next() {
        let begins = line.trim_start().trim_start_matches("pub ").trim_start_matches("const ").starts_with("fn ");
        if begins {
            indent = Some(line.len() - line.trim_start().len());
        }
        match indent {
            Some(depth) if line.ends_with('{') => {
                outline.push(format!("{line} .. }}"));
                let _ = lines.by_ref().find(|line| **line == format!("{:depth$}}}", ""));
                indent = None;
            }
            _ => outline.push((*line).to_owned()),
        }
        if line.ends_with(';') {
            indent = None;
        }
    }
    outline
}

#[test]
fn the_document_shows_what_is_emitted() {
    let place = root().join("docs/generated.md");
    let document = fs::read_to_string(&place).unwrap();
    let (renewed, places) = renewed(&document);
    assert!(places >= 15, "{places} places");
    if std::env::var_os("BLESS").is_some() {
        return fs::write(place, renewed).unwrap();
    }
    let difference = document.lines().zip(renewed.lines()).find(|(old, new)| old != new);
    assert_eq!(difference, None, "BLESS=1 writes docs/generated.md anew");
    assert_eq!(document.len(), renewed.len(), "BLESS=1 writes docs/generated.md anew");
}

#[test]
fn bodies_are_left_out_and_signatures_are_not() {
    let code = "use oncrpc::codegen as rpc;\n\n/// S.\npub struct S {\n    pub a: i32,\n}\n\nimpl rpc::Xdr for S {\n    fn f() {\n        \
                x();\n    }\n}\n\nimpl S {\n    pub fn g(\n        &self,\n    ) -> i32 {\n        if true {\n            1\n        } \
                else {\n            2\n        }\n    }\n}\n";
    let lines: Vec<String> = code.lines().map(str::to_owned).collect();
    let outline = "/// S.\npub struct S {\n    pub a: i32,\n}\n\nimpl S {\n    pub fn g(\n        &self,\n    ) -> i32 { .. }\n}\n";
    assert_eq!(shown(&lines, false), outline);
    assert_eq!(shown(&lines, true), code.replace("use oncrpc::codegen as rpc;\n\n", ""));
}
