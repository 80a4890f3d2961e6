use crate::idl::DeviceErrorCode;
use std::fmt;

/// What a conversation with an instrument returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the instrument did not do it.
#[derive(Clone, Debug)]
pub enum Error {
    /// The call failed, or was refused.
    Rpc(oncrpc::Error),
    /// The instrument says so.
    Device(DeviceErrorCode),
    /// The instrument broke the protocol: it answers something else than it was asked, in bytes.
    Response {
        /// What was expected.
        expected: &'static str,
        /// The bytes that came instead.
        length: usize,
    },
    /// The instrument was not reached by IPv4, so that it cannot connect to us.
    NotIpv4,
}

impl Error {
    /// Whether it is this error of the instrument.
    pub fn is(&self, code: DeviceErrorCode) -> bool {
        matches!(self, Self::Device(found) if *found == code)
    }
}

/// `Ok` if the instrument says that there is no error.
pub(super) fn check(code: DeviceErrorCode) -> Result<()> {
    if code == DeviceErrorCode::NoError { Ok(()) } else { Err(Error::Device(code)) }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rpc(error) => error.fmt(out),
            Self::Device(code) => {
                write!(out, "the instrument: {} ({})", code.name().unwrap_or("an error"), i32::from(*code))
            }
            Self::Response { expected, length } => write!(out, "the instrument answers {length} bytes, not {expected}"),
            Self::NotIpv4 => write!(out, "VXI-11 has interrupts over IPv4 only"),
        }
    }
}

impl std::error::Error for Error {}

impl From<oncrpc::Error> for Error {
    fn from(error: oncrpc::Error) -> Self {
        Self::Rpc(error)
    }
}
