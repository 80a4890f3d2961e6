use mio::Token;

/// Whose event it is, or whose turn.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// Mail has come, or the loop is to stop.
    Mail,
    Signal,
    Listener(usize),
    Datagrams(usize),
    Connection(usize),
}

impl Source {
    /// Each kind has every fourth number; of the first kind there are two.
    pub(super) fn token(self) -> Token {
        Token(match self {
            Self::Mail => 0,
            Self::Signal => 4,
            Self::Listener(index) => index.saturating_mul(4).saturating_add(1),
            Self::Datagrams(index) => index.saturating_mul(4).saturating_add(2),
            Self::Connection(key) => key.saturating_mul(4).saturating_add(3),
        })
    }
}

impl From<Token> for Source {
    fn from(token: Token) -> Self {
        let index = token.0 / 4;
        match token.0 % 4 {
            0 if index == 0 => Self::Mail,
            0 => Self::Signal,
            1 => Self::Listener(index),
            2 => Self::Datagrams(index),
            _ => Self::Connection(index),
        }
    }
}
