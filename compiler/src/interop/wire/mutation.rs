use super::{Kind, Piece, Random};

/// Valid bytes with one thing wrong, or at least other: cut, grown, or a piece changed as hurts a piece of its kind.
pub fn mutate(bytes: &[u8], pieces: &[Piece], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let Some(piece) = pieces.get(random.below(pieces.len())) else {
        return bytes;
    };
    let Some((before, rest)) = bytes.split_at_mut_checked(piece.at) else {
        return bytes;
    };
    let Some((changed, after)) = rest.split_at_mut_checked(piece.length) else {
        return bytes;
    };
    match random.below(10) {
        0 => {
            let length = random.below(bytes.len());
            bytes.truncate(length);
        }
        1 => bytes.truncate(piece.at),
        2 => return [before, after].concat(),
        3 => return [&*before, &[0, 0, 0, 1], changed, after].concat(),
        _ => change(changed, piece.kind, random),
    }
    bytes
}

/// Bytes that have nothing to do with any type. Small numbers are likely, so that they often make sense at first.
pub fn noise(random: &mut Random) -> Vec<u8> {
    let words = random.below(16);
    let mut bytes: Vec<u8> = (0..words).flat_map(|_| any_word(random).to_be_bytes()).collect();
    if random.once_in(8) {
        bytes.truncate(random.below(bytes.len()));
    }
    bytes
}

fn any_word(random: &mut Random) -> u32 {
    let any = (random.bits() >> 32) as u32;
    random.pick(&[0, 1, 1, 2, any % 8, any % 64, any, any])
}

fn change(piece: &mut [u8], kind: Kind, random: &mut Random) {
    let Ok(word) = <[u8; 4]>::try_from(&*piece).map(u32::from_be_bytes) else {
        return flip(piece, random);
    };
    let changed = match kind {
        Kind::Length(bound) => {
            let bound = bound.unwrap_or(0x4000_0000);
            let near = [0, word.wrapping_sub(1), word.wrapping_add(1), bound, bound.wrapping_add(1)];
            random.pick(&[&near[..], &[0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff]].concat())
        }
        Kind::Narrow => random.pick(&[127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0xffff_ff7f, 0xffff_8000]),
        Kind::Truth => random.pick(&[0, 1, 2, 0x100, 0x8000_0000, u32::MAX]),
        Kind::Choice => random.pick(&[0, 1, 2, 3, 16, 18, word ^ 0x8000_0000, word.wrapping_add(1), u32::MAX]),
        Kind::Number | Kind::Text | Kind::Opaque | Kind::Padding => return flip(piece, random),
    };
    piece.copy_from_slice(&changed.to_be_bytes());
}

fn flip(piece: &mut [u8], random: &mut Random) {
    let (at, other) = (random.below(piece.len()), random.bits().to_be_bytes()[0]);
    let zero = random.once_in(4);
    if let Some(byte) = piece.get_mut(at) {
        *byte = if zero { 0 } else { other };
    }
}
