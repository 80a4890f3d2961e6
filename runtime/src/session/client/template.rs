use crate::record::{self, OpenRecord};
use crate::rpc::{CALL, Credential, RPC_VERSION, Verifier};
use crate::xdr::{EncodeError, Encoder, Sink};
use bytes::Bytes;

/// Bytes of xid, `msg_type`, `rpcvers`, program, version, procedure.
const FRONT: usize = 24;

/// Bytes of a header whose credential and verifier are `AUTH_NONE`.
const PLAIN: usize = FRONT + 16;

/// The header of all calls but for xid and procedure, encoded once: which version of which program is called, and who
/// calls.
#[derive(Debug)]
pub struct CallTemplate {
    /// Program and version.
    target: (u32, u32),
    /// The header without xid and procedure, as it is if the credential is none.
    plain: [u8; PLAIN],
    /// Credential and verifier, if there is a credential.
    credential: Option<Bytes>,
}

impl CallTemplate {
    /// The header of calls of version `version` of `program` by `credential`.
    ///
    /// # Errors
    /// The credential breaks its limits.
    pub fn new(program: u32, version: u32, credential: &Credential) -> Result<Self, EncodeError> {
        let (plain, credential) = (encode_plain(program, version), encode_credential(credential)?);
        Ok(Self { target: (program, version), plain, credential })
    }

    /// Calls of another program by the same caller.
    pub fn with_program(&self, program: u32, version: u32) -> Self {
        let (plain, credential) = (encode_plain(program, version), self.credential.clone());
        Self { target: (program, version), plain, credential }
    }

    /// The same calls by another caller.
    ///
    /// # Errors
    /// The credential breaks its limits.
    pub fn with_credential(&self, credential: &Credential) -> Result<Self, EncodeError> {
        Ok(Self { target: self.target, plain: self.plain, credential: encode_credential(credential)? })
    }

    /// The program that is called, and its version.
    pub fn target(&self) -> (u32, u32) {
        self.target
    }

    /// Appends the header of a call.
    #[inline]
    pub(super) fn encode(&self, xid: u32, procedure: u32, out: &mut Encoder) -> Result<(), EncodeError> {
        match &self.credential {
            None => out.put(with_numbers(self.plain, xid, procedure)),
            Some(credential) => self.encode_by(credential, xid, procedure, out),
        }
    }

    /// Begins a record of at most `limit` bytes with the header of a call.
    #[inline(always)]
    pub(super) fn begin_record(
        &self,
        xid: u32,
        procedure: u32,
        out: &mut Encoder,
        limit: usize,
    ) -> Result<OpenRecord, EncodeError> {
        match &self.credential {
            None => record::begin_with(out, limit, with_numbers(self.plain, xid, procedure)),
            Some(credential) => {
                let record = record::begin(out, limit);
                self.encode_by(credential, xid, procedure, out)?;
                Ok(record)
            }
        }
    }

    #[inline(never)]
    fn encode_by(&self, credential: &[u8], xid: u32, procedure: u32, out: &mut Encoder) -> Result<(), EncodeError> {
        let front = self.plain.first_chunk::<FRONT>().copied().unwrap_or([0; FRONT]);
        out.put(with_numbers(front, xid, procedure))?;
        out.put_slice(credential)
    }
}

/// `header` with xid and procedure.
#[inline]
fn with_numbers<const N: usize>(mut header: [u8; N], xid: u32, procedure: u32) -> [u8; N] {
    set_word(header.first_chunk_mut(), xid);
    set_word(header.get_mut(FRONT - 4..).and_then(<[u8]>::first_chunk_mut), procedure);
    header
}

fn encode_plain(program: u32, version: u32) -> [u8; PLAIN] {
    let mut plain = [0; PLAIN];
    for (bytes, word) in plain.as_chunks_mut().0.iter_mut().zip([0, CALL, RPC_VERSION, program, version]) {
        set_word(Some(bytes), word);
    }
    plain
}

#[inline]
fn set_word(bytes: Option<&mut [u8; 4]>, word: u32) {
    if let Some(bytes) = bytes {
        *bytes = word.to_be_bytes();
    }
}

fn encode_credential(credential: &Credential) -> Result<Option<Bytes>, EncodeError> {
    if *credential == Credential::None {
        return Ok(None);
    }
    let mut out = Encoder::new();
    credential.encode(&mut out)?;
    Verifier::NONE.encode(&mut out)?;
    Ok(Some(out.into_bytes()))
}
