//! The stack of `#if ... #endif`.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The conditionals that are open at one place of the text.
#[derive(Debug, Default)]
pub(super) struct Conditionals {
    open: Vec<Conditional>,
}

#[derive(Debug)]
struct Conditional {
    /// Its `#if`.
    span: Span,
    /// Whether the text around it is kept.
    outer: bool,
    /// Whether the current branch is kept.
    kept: bool,
    /// Whether a branch has been kept, so that the later ones are not.
    taken: bool,
    /// Its `#else`.
    otherwise: Option<Span>,
}

impl Conditionals {
    /// Whether the text at this place is kept.
    pub(super) fn kept(&self) -> bool {
        self.open.last().is_none_or(|innermost| innermost.kept)
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// `#if`, `#ifdef`, `#ifndef`.
    pub(super) fn begin(&mut self, span: Span, condition: bool) {
        let outer = self.kept();
        let kept = outer && condition;
        self.open.push(Conditional { span, outer, kept, taken: kept, otherwise: None });
    }

    /// Whether the condition of an `#elif` at this place matters.
    pub(super) fn needs_condition(&self) -> bool {
        self.open.last().is_some_and(|innermost| innermost.outer && !innermost.taken)
    }

    /// `#elif` and `#else`, the latter with `condition` true. `floor` conditionals belong to the including files.
    pub(super) fn branch(
        &mut self,
        span: Span,
        condition: bool,
        is_else: bool,
        floor: usize,
    ) -> Result<(), Diagnostic> {
        let word = if is_else { "#else" } else { "#elif" };
        let Some(innermost) = self.open.get_mut(floor..).and_then(|open| open.last_mut()) else {
            return Err(unbalanced(span, word));
        };
        if let Some(earlier) = innermost.otherwise {
            return Err(Diagnostic::error(Code::UnbalancedConditional, span, format!("`{word}` after `#else`"))
                .note_at(earlier, "the `#else` is here"));
        }
        if is_else {
            innermost.otherwise = Some(span);
        }
        innermost.kept = innermost.outer && !innermost.taken && condition;
        innermost.taken |= innermost.kept;
        Ok(())
    }

    /// `#endif`.
    pub(super) fn end(&mut self, span: Span, floor: usize) -> Result<(), Diagnostic> {
        if self.open.len() <= floor {
            return Err(unbalanced(span, "#endif"));
        }
        self.open.pop();
        Ok(())
    }

    /// Closes what the end of a file leaves open.
    pub(super) fn close_to(&mut self, floor: usize) -> Vec<Diagnostic> {
        let left = self.open.split_off(floor.min(self.open.len()));
        let error = |conditional: &Conditional| {
            Diagnostic::error(Code::UnbalancedConditional, conditional.span, "this conditional has no `#endif`")
                .label("still open at the end of the file")
        };
        left.iter().map(error).collect()
    }
}

fn unbalanced(span: Span, word: &str) -> Diagnostic {
    Diagnostic::error(Code::UnbalancedConditional, span, format!("`{word}` without `#if`"))
        .help("remove it, or add the `#if`, `#ifdef` or `#ifndef` it belongs to")
}
