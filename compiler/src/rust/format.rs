//! Rendered items as one file that looks written by hand.

use super::modules::inner_module_name;
use super::{EmitError, EmitOptions};
use askama::Template;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

#[derive(Template)]
#[template(path = "file.rs.j2", escape = "none")]
struct View<'a> {
    source_name: &'a str,
    module: String,
    lints: &'static str,
    imports: String,
    items: String,
}

/// Lints that names in the spelling of C would break.
const VERBATIM: &str = " non_camel_case_types, non_snake_case, non_upper_case_globals, clippy::upper_case_acronyms,";

/// One module with everything in it, whose own names (`rpc`) stay out of the user's way, and its contents re-exported.
pub(super) fn file(items: &[String], imports: Vec<String>, options: &EmitOptions) -> Result<String, EmitError> {
    let source = items.join("\n");
    let runtime = source.contains("rpc::").then(|| "use oncrpc::codegen as rpc;".to_owned());
    let imports: Vec<String> = runtime.into_iter().chain(imports).collect();
    let is_huge = source.len() > MAX_PRETTY;
    let items = if is_huge { items.iter().map(|item| plain(item)).collect() } else { all_pretty(items)? }.join("\n");
    let view = View {
        source_name: &options.source_name,
        module: inner_module_name(&options.source_name),
        lints: if options.verbatim_names { VERBATIM } else { "" },
        imports: if imports.is_empty() { String::new() } else { imports.join("\n    ") + "\n" },
        items: items.trim_end().to_owned(),
    };
    let text = view.render()?;
    Ok(text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n")
}

/// How many bytes of Rust are formatted as one expects, at 5 to 10 MB a second. Nobody reads more, and the time that an
/// interface takes is to have a bound.
const MAX_PRETTY: usize = 32 << 20;

/// How a template marks a comment within a function, which the formatter would drop if it were a plain one.
#[cfg(feature = "cli")]
const MARK: &str = "///~ ";

/// A program that is to be changed by hand.
#[cfg(feature = "cli")]
pub(super) fn sample(text: &str) -> Result<String, EmitError> {
    let pretty = spaced(whole_paths(prettyplease::unparse(&syn::parse_file(text)?).lines().map(str::to_owned)));
    Ok(pretty.replace(MARK, "// "))
}

/// The widest line that is put together again.
const WIDTH: usize = 120;

/// So many bytes of Rust are worth a thread.
const SHARE: usize = 256 << 10;

/// Items, each formatted, which is most of the work and is done by as many threads as the machine runs at once.
fn all_pretty(items: &[String]) -> Result<Vec<String>, EmitError> {
    let length: usize = items.iter().map(String::len).sum();
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(length / SHARE).max(1);
    let formatted = |items: &[String]| items.iter().map(|item| pretty(item)).collect::<Result<Vec<_>, _>>();
    let shares = shares(items, length.div_ceil(threads));
    let Some((first, others)) = shares.split_first() else { return Ok(Vec::new()) };
    thread::scope(|scope| {
        let others: Vec<_> = others.iter().map(|share| scope.spawn(|| formatted(share))).collect();
        let mut all = formatted(first)?;
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Ok(all)
    })
}

/// The items in runs of `size` bytes at least, but for the last.
fn shares(items: &[String], size: usize) -> Vec<&[String]> {
    let (mut shares, mut rest) = (Vec::new(), items);
    while !rest.is_empty() {
        let mut length = 0;
        let is_short = |item: &&String| {
            let is_short = length < size;
            length += item.len();
            is_short
        };
        let count = rest.iter().take_while(is_short).count();
        let (share, behind) = rest.split_at_checked(count.max(1)).unwrap_or((rest, &[]));
        shares.push(share);
        rest = behind;
    }
    shares
}

/// An item, formatted, parted by empty lines where a reader expects them and set in by one step.
fn pretty(item: &str) -> Result<String, EmitError> {
    let text = prettyplease::unparse(&syn::parse_file(item)?);
    let set_in = |line: &str| if line.is_empty() { String::new() } else { format!("    {line}") };
    Ok(spaced(whole_paths(text.lines().map(set_in))))
}

/// An item as its template lays it out, without the lines that only the template needs.
fn plain(item: &str) -> String {
    let mut text = String::with_capacity(item.len() + item.len() / 4);
    for line in item.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        text.extend(["    ", line, "\n"]);
    }
    text
}

/// The lines with empty ones between them.
fn spaced(lines: Vec<String>) -> String {
    let mut spaced = String::new();
    let mut before = String::new();
    for line in lines {
        if parted(&before, &line) {
            spaced.push('\n');
        }
        spaced.push_str(&line);
        spaced.push('\n');
        before = line;
    }
    spaced
}

/// The lines, with `f::<T>(` on one line where it was broken inside its angle brackets.
fn whole_paths(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines = lines.peekable();
    let mut whole: Vec<String> = Vec::new();
    while let Some(line) = lines.next() {
        if !line.ends_with("::<") {
            whole.push(line);
            continue;
        }
        let argument = lines.next().unwrap_or_default();
        let end = lines.next_if(|end| end.trim_start().starts_with('>')).unwrap_or_default();
        let joined = format!("{line}{}{}", argument.trim().trim_end_matches(','), end.trim_start());
        if end.is_empty() || joined.len() > WIDTH {
            whole.extend([line, argument, end].into_iter().filter(|line| !line.is_empty()));
        } else {
            whole.push(joined);
        }
    }
    whole
}

/// Whether an empty line belongs between two lines: behind an item's end, where another begins.
fn parted(before: &str, line: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let (last, text) = (before.trim_start(), line.trim_start());
    if before.starts_with("//!") && !line.starts_with("//!") {
        return true;
    }
    let ends = before.ends_with(['}', ';']) && !last.starts_with("///") && indent(before) == indent(line);
    let begins =
        ["///", "#[", "pub ", "fn ", "impl", "const M", "const fn"].iter().any(|start| text.starts_with(start));
    ends && begins && !(last.starts_with("const M") && text.starts_with("const M"))
}

#[cfg(test)]
mod tests {
    use super::{SHARE, all_pretty, plain, pretty, shares};

    #[test]
    fn a_file_of_many_threads_has_its_items_in_order() {
        let items: Vec<String> = (0..20_000).map(|n| format!("pub struct S{n} {{ pub member: i32 }}")).collect();
        assert!(items.iter().map(String::len).sum::<usize>() > 2 * SHARE);
        let expected: Vec<String> = items.iter().map(|item| pretty(item).unwrap()).collect();
        assert_eq!(all_pretty(&items).unwrap(), expected);
        let cut: Vec<usize> = shares(&items[..10], 70).iter().map(|share| share.len()).collect();
        assert_eq!(cut, [3, 3, 3, 1]);
        assert!(all_pretty(&["struct {".to_owned()]).is_err() && all_pretty(&[]).unwrap().is_empty());
    }

    #[test]
    fn huge_files_hold_the_same() {
        let item = "/// A.\npub struct A {\n    \n    /// `int a`\n    pub a: i32,\n    \n}\n\nimpl B for A {\n    const M: u8 = 0;\n}";
        let expected = "    /// A.\n    pub struct A {\n        /// `int a`\n        pub a: i32,\n    }\n    \
                        impl B for A {\n        const M: u8 = 0;\n    }\n";
        assert_eq!(plain(item), expected);
        let without_gaps = pretty(item).unwrap().replace("\n\n", "\n");
        assert_eq!(without_gaps, expected);
    }
}
