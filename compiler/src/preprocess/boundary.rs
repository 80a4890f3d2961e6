//! Where one definition has ended and the next has not begun: only there a `#define` may become a constant.

use crate::lex::{Kind, Token};

/// Follows the code, token by token.
#[derive(Debug, Default)]
pub(super) struct Boundary {
    /// The open braces; true for those of a namespace.
    braces: Vec<bool>,
    /// How much of `namespace NAME` has just been read.
    namespace_words: u8,
    /// Whether a definition has begun and not ended.
    inside: bool,
}

impl Boundary {
    pub(super) fn feed(&mut self, token: Token, text: &str) {
        if token.is_trivia() {
            return;
        }
        let word = token.text(text);
        match (token.kind, word) {
            (Kind::Word, "namespace") if self.between_definitions() => self.namespace_words = 1,
            (Kind::Word, _) if self.namespace_words == 1 => self.namespace_words = 2,
            (_, ":") if self.namespace_words > 0 => self.namespace_words = 1,
            (_, "{") => {
                let namespace = self.namespace_words == 2;
                self.namespace_words = 0;
                self.braces.push(namespace);
                self.inside = !namespace;
                return;
            }
            (_, "}") => {
                let namespace = self.braces.pop().unwrap_or(true);
                self.inside = !namespace;
                return;
            }
            _ => self.namespace_words = 0,
        }
        self.inside = word != ";" || self.braces.last() == Some(&false);
    }

    pub(super) fn between_definitions(&self) -> bool {
        !self.inside && !self.braces.contains(&false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex;

    #[test]
    fn is_between_definitions_only() {
        let text = "@struct s {; int a; }; @const X = 1; @namespace n { @enum e { A }; @} @";
        let found: Vec<bool> = text
            .match_indices('@')
            .map(|(at, _)| {
                let before = text[..at].replace('@', " ");
                let mut boundary = Boundary::default();
                lex::tokens(&before, 0).for_each(|token| boundary.feed(token, &before));
                boundary.between_definitions()
            })
            .collect();
        assert_eq!(found, [true; 6]);
        let open = "struct s { int a; ";
        let mut boundary = Boundary::default();
        lex::tokens(open, 0).for_each(|token| boundary.feed(token, open));
        assert!(!boundary.between_definitions());
    }
}
