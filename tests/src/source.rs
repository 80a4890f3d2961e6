//! Rust sources as far as the house rules need them: the paths a file names, without comments and literals.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path below the folder of the project, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// All `.rs` files below `folder`, which is below the folder of the project, but for what was built or fetched there.
    pub fn below(folder: &str) -> Vec<Self> {
        let root = crate::c::root();
        let mut sources = Vec::new();
        let mut open = vec![root.join(folder)];
        while let Some(place) = open.pop() {
            for entry in fs::read_dir(&place).unwrap_or_else(|error| panic!("{}: {error}", place.display())) {
                let path = entry.unwrap().path();
                match path.extension() {
                    _ if path.is_dir() && path.ends_with("target") => {}
                    _ if path.is_dir() => open.push(path),
                    Some(extension) if extension == "rs" => sources.push(Self::read(root, path)),
                    _ => {}
                }
            }
        }
        sources.sort_by(|left, right| left.path.cmp(&right.path));
        sources
    }

    fn read(root: &Path, path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        Self { path, text }
    }

    /// The text as far as it is part of the library: up to its own tests; nothing for a file of tests.
    pub fn library(&self) -> &str {
        let files_of_tests = ["/tests.rs", "compiler/src/testing.rs"];
        let is_tests = files_of_tests.iter().any(|end| self.path.ends_with(end)) || self.path.contains("/tests/");
        if is_tests { "" } else { self.text.split("#[cfg(test)]").next().unwrap_or_default() }
    }

    /// The paths that the library part names, from the crate's root or from another crate's, each as its segments:
    /// `crate::rpc::{Call, reply::Body}` is two paths. Relative ones are resolved.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let code = without_comments_and_literals(self.library());
        let tokens = tokens(&code);
        let mut paths = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let begins = tokens[at].starts_with(is_name) && (at == 0 || tokens[at - 1] != "::");
            if begins {
                at = path(&tokens, at, &mut Vec::new(), &mut paths);
            } else {
                at += 1;
            }
        }
        paths.iter().map(|path| self.resolved(path)).collect()
    }

    fn resolved(&self, path: &[String]) -> Vec<String> {
        let mut module = self.module();
        let ups = path.iter().take_while(|segment| *segment == "super").count();
        match path[0].as_str() {
            "super" => module.truncate(module.len().saturating_sub(ups).max(1)),
            "self" => {}
            _ => return path.to_vec(),
        }
        module.extend_from_slice(&path[ups.max(1)..]);
        module
    }

    /// `crate::rpc::reply` for runtime/src/rpc/reply.rs.
    fn module(&self) -> Vec<String> {
        let inner = self.path.split_once("/src/").map_or(self.path.as_str(), |(_, inner)| inner);
        let inner = inner.trim_end_matches(".rs").trim_end_matches("/mod");
        let segments = inner.split('/').filter(|segment| !["lib", "main"].contains(segment));
        std::iter::once("crate").chain(segments).map(str::to_owned).collect()
    }
}

/// Reads the path at `at`, with `{...}` as in `use`, and returns where it ends.
fn path(tokens: &[&str], mut at: usize, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> usize {
    let outer = before.len();
    loop {
        before.push(tokens[at].to_owned());
        at += 1;
        if tokens.get(at) != Some(&"::") {
            break;
        }
        at += 1;
        match tokens.get(at) {
            Some(&"{") => {
                at += 1;
                while let Some(token) = tokens.get(at).filter(|token| **token != "}") {
                    at = if token.starts_with(is_name) { path(tokens, at, before, paths) } else { at + 1 };
                }
                before.truncate(outer);
                return at + 1;
            }
            Some(token) if token.starts_with(is_name) => {}
            _ => break,
        }
    }
    paths.push(before.clone());
    before.truncate(outer);
    at
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Names, `::`, and every other character on its own.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if is_name(first) => rest.find(|letter| !is_name(letter)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// `text` with blanks for comments, strings and characters.
pub fn without_comments_and_literals(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            'r' if rest.starts_with("r#\"") => rest.find("\"#").map_or(rest.len(), |end| end + 2),
            '"' => quoted(rest, '"').unwrap_or(rest.len()),
            // A lifetime has no second quotation mark nearby.
            '\'' => {
                quoted(rest, '\'').filter(|length| *length <= 12 && !rest[..*length].contains([' ', ','])).unwrap_or(0)
            }
            _ => 0,
        };
        if skipped == 0 {
            code.push(first);
        } else {
            code.push(' ');
        }
        rest = &rest[skipped.max(if skipped == 0 { first.len_utf8() } else { 0 })..];
    }
    code
}

/// The length of the literal that begins with `mark`.
fn quoted(rest: &str, mark: char) -> Option<usize> {
    let mut escaped = false;
    rest.char_indices().skip(1).find_map(|(at, letter)| {
        let ends = letter == mark && !escaped;
        escaped = letter == '\\' && !escaped;
        ends.then_some(at + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn paths_are_found_and_resolved() {
        let text = r#"
            //! crate::comment::is_none
            use super::{a, b::{self, C}};
            use crate::rpc::Call;
            fn f<'a>(x: &'a std::io::Error) -> mio::Poll { let quoted = "socket2::Socket '"; let _ = '"'; x::<u8>::y() }
            #[cfg(test)]
            mod tests { use crate::net; }
        "#;
        let source = Source { path: "runtime/src/session/server/mod.rs".into(), text: text.into() };
        let paths: Vec<String> =
            source.paths().iter().filter(|path| path.len() > 1).map(|path| path.join("::")).collect();
        let expected = [
            "crate::session::a",
            "crate::session::b::self",
            "crate::session::b::C",
            "crate::rpc::Call",
            "std::io::Error",
            "mio::Poll",
        ];
        assert_eq!(paths, expected);
    }
}
