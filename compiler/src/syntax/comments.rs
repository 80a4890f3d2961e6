//! Comments that document what they stand before or behind.

use crate::lex::{self, Kind, Token};

/// All comments of a text.
#[derive(Debug)]
pub(super) struct Comments<'a> {
    text: &'a str,
    comments: Vec<Token>,
    /// Where lines start, the first one aside.
    line_starts: Vec<usize>,
}

impl<'a> Comments<'a> {
    pub(super) fn new(text: &'a str, comments: Vec<Token>) -> Self {
        Comments { text, comments, line_starts: lex::line_starts(text).collect() }
    }

    /// The documentation of what stands at `start..end`; `brace` is the end of its opening brace, if it has a body.
    pub(super) fn docs(&self, start: usize, end: usize, brace: Option<usize>) -> Vec<String> {
        let mut docs = self.before(start);
        docs.extend(brace.map(|at| self.behind(at, true)).unwrap_or_default());
        docs.extend(self.behind(end, false));
        docs
    }

    /// The lines of the comments directly before `start`, unless they belong to what stands before them on their line.
    fn before(&self, start: usize) -> Vec<String> {
        let after = self.comments.partition_point(|comment| comment.end <= start);
        let mut next = start;
        let mut found = Vec::new();
        let mut line = None;
        for comment in self.comments.get(..after).unwrap_or_default().iter().rev() {
            let between = self.slice(comment.end, next);
            if !is_blank(between)
                || between.matches('\n').count() > 1
                || self.belongs_to_the_left(comment, start, &mut line)
                || is_notice(comment.text(self.text))
            {
                break;
            }
            found.push(comment);
            next = comment.start;
        }
        let mut lines = Vec::new();
        while let Some(comment) = found.pop() {
            if comment.kind != Kind::LineComment {
                lines.extend(block_lines(comment.text(self.text)));
                continue;
            }
            // Lines of `//` that follow each other are one comment.
            let mut run = vec![comment.text(self.text)];
            while let Some(next) = found.pop_if(|next| next.kind == Kind::LineComment) {
                run.push(next.text(self.text));
            }
            lines.extend(line_comments(&run));
        }
        lines
    }

    /// Whether code stands before the comment on its line, and what follows does not stand on that line too. `line` is the start of
    /// the line of the comment behind it, and the last of its code: between two comments on it there is none.
    fn belongs_to_the_left(&self, comment: &Token, start: usize, line: &mut Option<(usize, Option<char>)>) -> bool {
        let index = self.line_starts.partition_point(|line_start| *line_start <= comment.start);
        let line_start = index.checked_sub(1).and_then(|index| self.line_starts.get(index)).copied().unwrap_or(0);
        let known = line.filter(|(known, _)| *known == line_start);
        let (_, last) = *line.insert(known.unwrap_or_else(|| (line_start, self.last_code(line_start, comment.start))));
        let Some(last) = last else { return false };
        !matches!(last, '{' | '(') || self.slice(comment.end, start).contains('\n')
    }

    /// The last character of a line before `end` that is neither blank nor part of a comment.
    fn last_code(&self, line_start: usize, mut end: usize) -> Option<char> {
        loop {
            let code = self.slice(line_start, end).trim_end_matches(lex::is_blank);
            end = line_start + code.len();
            let index = self.comments.partition_point(|comment| comment.end < end);
            match self.comments.get(index).filter(|comment| comment.end == end && end > line_start) {
                // A comment that began on an earlier line: there is no code before this place on the line.
                Some(comment) if comment.start < line_start => return None,
                Some(comment) => end = comment.start,
                None => return code.chars().next_back(),
            }
        }
    }

    /// The lines of a comment behind `end` on the same line; with `alone`, only if nothing follows it there.
    fn behind(&self, end: usize, alone: bool) -> Vec<String> {
        let index = self.comments.partition_point(|comment| comment.start < end);
        let Some(comment) = self.comments.get(index) else { return Vec::new() };
        let between = self.slice(end, comment.start);
        let separated = between.chars().all(|c| (lex::is_blank(c) || c == ',' || c == ';') && c != '\n');
        let rest = self.text.get(comment.end..).unwrap_or_default();
        let mut rest = rest.chars().take_while(|c| *c != '\n');
        if !separated || (alone && !rest.all(lex::is_blank)) {
            return Vec::new();
        }
        match comment.kind {
            Kind::LineComment => line_comments(&[comment.text(self.text)]),
            _ => block_lines(comment.text(self.text)),
        }
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || lex::is_blank(c))
}

/// Whether a comment is about the file and not about what follows it.
fn is_notice(comment: &str) -> bool {
    comment.contains("Copyright") || comment.contains("SPDX-License-Identifier")
}

/// The lines inside `/* ... */`.
fn block_lines(comment: &str) -> Vec<String> {
    let inside = comment.trim_start_matches('/').trim_start_matches('*');
    let inside = inside.trim_end_matches('/').trim_end_matches('*');
    let mut lines = inside.lines();
    let first = lines.next().unwrap_or_default().trim();
    let rest: Vec<&str> = lines.map(without_star).collect();
    let indent = common_indent(&rest);
    let rest = rest.iter().map(|line| line.get(indent..).unwrap_or_default().trim_end());
    trimmed(std::iter::once(first).chain(rest))
}

/// A line of a block comment behind its leading `*`.
fn without_star(line: &str) -> &str {
    let code = line.trim_start();
    if code.starts_with('*') { code.trim_start_matches('*') } else { line }
}

/// The lines of `// ...` comments that follow each other.
fn line_comments(comments: &[&str]) -> Vec<String> {
    let lines: Vec<&str> = comments.iter().map(|line| line.trim_start_matches('/').trim_start_matches('!')).collect();
    let indent = common_indent(&lines);
    trimmed(lines.iter().map(|line| line.get(indent..).unwrap_or_default().trim_end()))
}

/// The blanks all lines begin with, in bytes; empty lines do not count.
fn common_indent(lines: &[&str]) -> usize {
    let indent = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    lines.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0)
}

/// Without empty lines at the start and the end.
fn trimmed<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut lines: Vec<String> = lines.skip_while(|line| line.is_empty()).map(str::to_owned).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}
