//! Changes to messages that know what XDR is made of: words, lengths, records.

use oncrpc_tests::wire::Random;

/// The longest message that is made.
const LONGEST: usize = 300_000;

/// A message of `corpus` with one to four changes.
pub(crate) fn mutated(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut message = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(4) {
        change(&mut message, corpus, random);
    }
    message.truncate(LONGEST);
    message
}

fn change(message: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut Random) {
    let at = random.below(message.len() + 1);
    let aligned = at & !3;
    let end = message.len().min(aligned + 4);
    match random.below(10) {
        0 => message.truncate(at),
        1 => message.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.below(8)),
        2 => drop(message.splice(at..at, [random.below(256) as u8; 3])),
        3 | 4 => drop(message.splice(aligned..end, word(random).to_be_bytes())),
        5 => drop(message.splice(aligned..end, near(&message[aligned..end], random))),
        6 => drop(message.drain(aligned..end)),
        7 => {
            let piece = message[aligned..(aligned + 4 * random.below(20)).min(message.len())].to_vec();
            let times = 1 + random.below(1 + 40_000 / (piece.len() + 1));
            drop(message.splice(aligned..aligned, piece.repeat(times)));
        }
        8 => {
            let other = &corpus[random.below(corpus.len())];
            let from = random.below(other.len() + 1) & !3;
            drop(message.splice(at..at, other[from..].iter().copied()));
        }
        _ => message.extend(word(random).to_be_bytes()),
    }
}

/// A word that means something to somebody.
fn word(random: &mut Random) -> u32 {
    const EDGES: [u32; 10] =
        [255, 256, 400, 401, 0x7fff_ffff, 0x8000_0000, 0x8000_0004, 0x4000_0000, u32::MAX - 3, u32::MAX];
    match random.below(4) {
        0 => random.below(20) as u32,
        1 => random.pick(&EDGES),
        2 => 0x8000_0000 | random.below(5_000_000) as u32,
        _ => random.bits() as u32,
    }
}

/// A word beside another one.
fn near(bytes: &[u8], random: &mut Random) -> [u8; 4] {
    let old = bytes.first_chunk().map_or(0, |word| u32::from_be_bytes(*word));
    let changed = match random.below(4) {
        0 => old.wrapping_add(1),
        1 => old.wrapping_sub(1),
        2 => old.wrapping_add(4),
        _ => old.wrapping_mul(2),
    };
    changed.to_be_bytes()
}
