/// Finds the ends of records in a stream (RFC 5531 §11), each of which is one fragment.
#[derive(Debug, Default)]
pub struct Records {
    /// The first bytes of a mark that has not come wholly.
    mark: u32,
    have: usize,
    /// Bytes that are to come of a record whose mark has.
    left: usize,
}

impl Records {
    /// How many records end in `input`, which follows what was given before.
    pub fn count(&mut self, mut input: &[u8]) -> usize {
        let mut count = 0;
        loop {
            if self.left > 0 {
                let Some(rest) = input.get(self.left..) else {
                    self.left -= input.len();
                    return count;
                };
                (input, self.left) = (rest, 0);
                count += 1;
            }
            // Most marks come wholly.
            if let (0, Some((mark, rest))) = (self.have, input.split_first_chunk()) {
                (input, self.left) = (rest, length(u32::from_be_bytes(*mark)));
                continue;
            }
            let Some((&byte, rest)) = input.split_first() else { return count };
            (input, self.mark, self.have) = (rest, self.mark << 8 | u32::from(byte), self.have + 1);
            if self.have == 4 {
                (self.have, self.left) = (0, length(self.mark));
            }
        }
    }

    /// Bytes that are known to be missing of the record that has begun.
    pub fn left(&self) -> usize {
        self.left
    }
}

fn length(mark: u32) -> usize {
    (mark & 0x7fff_ffff) as usize
}

#[cfg(test)]
mod tests {
    use super::Records;
    use crate::wire::Exchange;

    #[test]
    fn pieces_of_any_size() {
        let calls = [Exchange::null().repeated(3).call, Exchange::write(64).call].concat();
        for size in 1..=calls.len() {
            let mut records = Records::default();
            assert_eq!(calls.chunks(size).map(|piece| records.count(piece)).sum::<usize>(), 4, "{size}");
        }
    }
}
