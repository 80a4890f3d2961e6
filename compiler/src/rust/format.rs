//! A program to start from, formatted as one writes it by hand.

use super::EmitError;
use super::layout::Page;

/// How a template marks a comment within a function, which the formatter would drop if it were a plain one.
const MARK: &str = "///~ ";

/// A program that is to be changed by hand.
pub(super) fn sample(text: &str) -> Result<String, EmitError> {
    let mut page = Page::default();
    page.lines(prettyplease::unparse(&syn::parse_file(text)?).lines());
    Ok(page.text.replace(MARK, "// "))
}
