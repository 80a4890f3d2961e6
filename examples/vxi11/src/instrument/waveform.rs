//! What the instrument would have measured.

/// Samples of the waveform, a byte each.
pub const LENGTH: usize = 1 << 20;

/// A sawtooth on a slow wave, in which each byte occurs.
pub(super) fn samples() -> Vec<u8> {
    (0..LENGTH).map(|time| (time % 251 + time / 4099 % 256) as u8).collect()
}

/// FNV-1a of 64 bits, for both ends to compare.
pub fn checksum(data: &[u8]) -> u64 {
    data.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
