use super::{Error, Result};

/// The data of a block of definite length (IEEE 488.2, 8.7.9): behind `#`, how many digits the length has, and the length.
///
/// # Errors
/// It is none, or there is less than it says.
pub fn block(response: &[u8]) -> Result<&[u8]> {
    parse(response).ok_or(Error::Response { expected: "a block of definite length", length: response.len() })
}

fn parse(response: &[u8]) -> Option<&[u8]> {
    let (count, rest) = response.strip_prefix(b"#")?.split_first()?;
    let (digits, data) = rest.split_at_checked(char::from(*count).to_digit(10)? as usize)?;
    data.get(..std::str::from_utf8(digits).ok()?.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::block;

    #[test]
    fn a_block_says_how_long_it_is() {
        assert_eq!(block(b"#15hello\n").unwrap(), b"hello");
        assert_eq!(block(b"#3002hi\n").unwrap(), b"hi");
        assert_eq!(block(b"#10\n").unwrap(), b"");
        for wrong in [&b""[..], b"#", b"15hello", b"#16hello", b"#x", b"#2", b"#2x5hello", b"#0hello"] {
            assert!(block(wrong).is_err(), "{wrong:?}");
        }
    }
}
