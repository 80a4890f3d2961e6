use super::{Viewer, XdrView};
use crate::xdr::{DecodeError, Quadruple, Void, Xdr};

/// Values that are as cheap to decode as to look at.
macro_rules! by_value {
    ($($codec:ty),*) => {$(
        impl XdrView for $codec {
            type View<'a> = <Self as Xdr>::Value;

            #[inline]
            fn view<'a>(input: &mut Viewer<'a>) -> Result<Self::View<'a>, DecodeError> {
                Self::decode(input)
            }

            fn to_value(view: Self::View<'_>) -> Result<Self::Value, DecodeError> {
                Ok(view)
            }
        }
    )*};
}

by_value!(i8, u8, i16, u16, i32, u32, i64, u64, f32, f64, bool, Quadruple, Void);
