use super::{Viewer, XdrView};
use crate::xdr::{DecodeError, Quadruple, Void, Xdr};

/// Values that are as cheap to decode as to look at.
macro_rules! by_value {
    ($codec:ty $(, $pass:item)?) => {
        impl XdrView for $codec {
            type View<'a> = <Self as Xdr>::Value;

            #[inline]
            fn view<'a>(input: &mut Viewer<'a>) -> Result<Self::View<'a>, DecodeError> {
                Self::decode(input)
            }

            $($pass)?

            fn to_value(view: Self::View<'_>) -> Result<Self::Value, DecodeError> {
                Ok(view)
            }
        }
    };
}

/// Values that any bytes are: there is nothing to check in them.
macro_rules! any_bytes {
    ($($codec:ty),*) => {$(
        by_value!($codec, #[inline] fn pass(input: &mut Viewer<'_>, count: usize) -> Result<(), DecodeError> {
            input.take_slice(<Self as Xdr>::MAX.saturating_mul(count)).map(|_| ())
        });
    )*};
}

any_bytes!(i32, u32, i64, u64, f32, f64, bool, Quadruple);
by_value!(i8);
by_value!(u8);
by_value!(i16);
by_value!(u16);
by_value!(Void);
