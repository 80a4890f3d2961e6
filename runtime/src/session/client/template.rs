use crate::rpc::{CALL, Credential, RPC_VERSION, Verifier};
use crate::xdr::{EncodeError, Encoder, Sink};
use bytes::Bytes;

/// Bytes of xid, `msg_type`, `rpcvers`, program, version, procedure.
const FRONT: usize = 24;

/// Bytes of a credential and a verifier of `AUTH_NONE`.
const NO_AUTH: usize = 16;

/// The header of all calls but for xid and procedure, encoded once: which version of which program is called, and who
/// calls.
#[derive(Debug)]
pub struct CallTemplate {
    /// Program and version.
    target: (u32, u32),
    /// What stands in front of the credential, without xid and procedure.
    front: [u8; FRONT],
    /// Credential and verifier.
    behind_procedure: Bytes,
}

impl CallTemplate {
    /// The header of calls of version `version` of `program` by `credential`.
    ///
    /// # Errors
    /// The credential breaks its limits.
    pub fn new(program: u32, version: u32, credential: &Credential) -> Result<Self, EncodeError> {
        let (front, behind_procedure) = (encode_front(program, version), encode_credential(credential)?);
        Ok(Self { target: (program, version), front, behind_procedure })
    }

    /// Calls of another program by the same caller.
    pub fn with_program(&self, program: u32, version: u32) -> Self {
        let (front, behind_procedure) = (encode_front(program, version), self.behind_procedure.clone());
        Self { target: (program, version), front, behind_procedure }
    }

    /// The same calls by another caller.
    ///
    /// # Errors
    /// The credential breaks its limits.
    pub fn with_credential(&self, credential: &Credential) -> Result<Self, EncodeError> {
        Ok(Self { target: self.target, front: self.front, behind_procedure: encode_credential(credential)? })
    }

    /// The program that is called, and its version.
    pub fn target(&self) -> (u32, u32) {
        self.target
    }

    /// Appends the header of a call.
    #[inline]
    pub(super) fn encode(&self, xid: u32, procedure: u32, out: &mut Encoder) -> Result<(), EncodeError> {
        out.put(self.front(xid, procedure))?;
        self.encode_rest(out)
    }

    /// What stands in front of the credential of a call.
    #[inline]
    pub(super) fn front(&self, xid: u32, procedure: u32) -> [u8; FRONT] {
        let mut front = self.front;
        set_word(front.first_chunk_mut(), xid);
        set_word(front.last_chunk_mut(), procedure);
        front
    }

    /// Appends what stands behind [`CallTemplate::front`].
    #[inline]
    pub(super) fn encode_rest(&self, out: &mut Encoder) -> Result<(), EncodeError> {
        let rest: &[u8] = &self.behind_procedure;
        // Where the length is known, nothing is called to copy it.
        match <[u8; NO_AUTH]>::try_from(rest) {
            Ok(rest) => out.put(rest),
            Err(_) => out.put_slice(rest),
        }
    }
}

fn encode_front(program: u32, version: u32) -> [u8; FRONT] {
    let mut front = [0; FRONT];
    for (bytes, word) in front.as_chunks_mut().0.iter_mut().zip([0, CALL, RPC_VERSION, program, version]) {
        set_word(Some(bytes), word);
    }
    front
}

#[inline]
fn set_word(bytes: Option<&mut [u8; 4]>, word: u32) {
    if let Some(bytes) = bytes {
        *bytes = word.to_be_bytes();
    }
}

fn encode_credential(credential: &Credential) -> Result<Bytes, EncodeError> {
    let mut out = Encoder::new();
    credential.encode(&mut out)?;
    Verifier::NONE.encode(&mut out)?;
    Ok(out.into_bytes())
}
