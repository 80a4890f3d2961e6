use super::{Kind, Piece};
use crate::random::Random;

/// Valid bytes with one thing wrong, or at least other: cut, grown, or a piece changed as hurts a piece of its kind.
pub fn mutate(bytes: &[u8], pieces: &[Piece], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let Some(piece) = (!pieces.is_empty()).then(|| *random.pick(pieces)) else {
        return bytes;
    };
    match random.below(10) {
        0 => bytes.truncate(random.below(bytes.len())),
        1 => bytes.truncate(piece.at),
        2 => drop(bytes.drain(piece.at..piece.at + piece.length)),
        3 => drop(bytes.splice(piece.at..piece.at, [0, 0, 0, 1])),
        _ => change(&mut bytes[piece.at..piece.at + piece.length], piece.kind, random),
    }
    bytes
}

fn change(piece: &mut [u8], kind: Kind, random: &mut Random) {
    let Ok(word) = <[u8; 4]>::try_from(&*piece).map(u32::from_be_bytes) else {
        return flip(piece, random);
    };
    let changed = match kind {
        Kind::Length(bound) => {
            let bound = bound.unwrap_or(0x4000_0000);
            let near = [0, word.wrapping_sub(1), word.wrapping_add(1), bound, bound.wrapping_add(1)];
            *random.pick(&[&near[..], &[0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff]].concat())
        }
        Kind::Narrow => *random.pick(&[127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0xffff_ff7f, 0xffff_8000]),
        Kind::Truth => *random.pick(&[0, 1, 2, 0x100, 0x8000_0000, u32::MAX]),
        Kind::Choice => *random.pick(&[0, 1, 2, 3, 16, 18, word ^ 0x8000_0000, word.wrapping_add(1), u32::MAX]),
        Kind::Number | Kind::Text | Kind::Opaque | Kind::Padding => return flip(piece, random),
    };
    piece.copy_from_slice(&changed.to_be_bytes());
}

fn flip(piece: &mut [u8], random: &mut Random) {
    let at = random.below(piece.len());
    let other = random.bits().to_be_bytes()[0];
    piece[at] = if random.once_in(4) { 0 } else { other };
}
