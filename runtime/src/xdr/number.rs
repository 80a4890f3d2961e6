use super::{DecodeError, EncodeError, Sink, Source, Xdr, hypers, words};
use alloc::vec::Vec;
use byteorder::{BigEndian, ByteOrder};

/// Numbers whose size on the wire is their size in memory: RFC 4506 §4.1, 4.2, 4.5-4.7.
macro_rules! number {
    ($type:ty, $size:literal, $rows:ident, $read_array:ident) => {
        impl Xdr for $type {
            type Value = Self;
            const MIN: usize = $size;
            const MAX: usize = $size;

            #[inline]
            fn encode(value: &Self, out: &mut impl Sink) -> Result<(), EncodeError> {
                out.put(value.to_be_bytes())
            }

            #[inline]
            fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
                input.take().map(Self::from_be_bytes)
            }

            #[inline]
            fn encode_all(values: &[Self], out: &mut impl Sink) -> Result<(), EncodeError> {
                let window = out.window(values.len().saturating_mul($size))?;
                $rows::write(values, window.into_rest(), Self::to_ne_bytes);
                Ok(())
            }

            #[inline]
            fn decode_all(input: &mut impl Source, count: usize) -> Result<Vec<Self>, DecodeError> {
                let window = input.window(count.saturating_mul($size))?;
                Ok($rows::read(window.rest(), Self::from_ne_bytes))
            }

            #[inline]
            fn decode_array<const N: usize>(input: &mut impl Source) -> Result<[Self; N], DecodeError> {
                let window = input.window(N.saturating_mul($size))?;
                let mut values = [Self::default(); N];
                BigEndian::$read_array(window.rest(), &mut values);
                Ok(values)
            }
        }
    };
}

number!(i32, 4, words, read_i32_into);
number!(u32, 4, words, read_u32_into);
number!(i64, 8, hypers, read_i64_into);
number!(u64, 8, hypers, read_u64_into);
number!(f32, 4, words, read_f32_into);
number!(f64, 8, hypers, read_f64_into);

/// `char` and `short`, which C rpcgen widens to 4 bytes.
macro_rules! narrow {
    ($type:ty, $wide:ty) => {
        impl Xdr for $type {
            type Value = Self;
            const MIN: usize = 4;
            const MAX: usize = 4;

            #[inline]
            fn encode(value: &Self, out: &mut impl Sink) -> Result<(), EncodeError> {
                <$wide>::encode(&<$wide>::from(*value), out)
            }

            #[inline]
            fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
                let wide = <$wide>::decode(input)?;
                Self::try_from(wide).map_err(|_| DecodeError::Range { value: wide as i32 })
            }
        }
    };
}

narrow!(i8, i32);
narrow!(u8, u32);
narrow!(i16, i32);
narrow!(u16, u32);

/// RFC 4506 §4.4. Any number but 0 is taken for true, as C peers do.
impl Xdr for bool {
    type Value = Self;
    const MIN: usize = 4;
    const MAX: usize = 4;

    #[inline]
    fn encode(value: &Self, out: &mut impl Sink) -> Result<(), EncodeError> {
        u32::encode(&u32::from(*value), out)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        Ok(u32::decode(input)? != 0)
    }
}

/// The 16 bytes of a quadruple-precision number, most significant first (RFC 4506 §4.8). Rust has no such type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Quadruple(pub [u8; 16]);

impl Xdr for Quadruple {
    type Value = Self;
    const MIN: usize = 16;
    const MAX: usize = 16;

    #[inline]
    fn encode(value: &Self, out: &mut impl Sink) -> Result<(), EncodeError> {
        out.put(value.0)
    }

    #[inline]
    fn decode(input: &mut impl Source) -> Result<Self, DecodeError> {
        input.take().map(Self)
    }
}
