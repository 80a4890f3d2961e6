use crate::rpc::{CALL, Credential, RPC_VERSION, Verifier};
use crate::xdr::{EncodeError, Encoder, Sink};
use bytes::Bytes;

/// The header of all calls but for xid and procedure, encoded once: which version of which program is called, and who
/// calls.
#[derive(Debug)]
pub struct CallTemplate {
    /// Program and version.
    target: (u32, u32),
    /// `msg_type`, `rpcvers`, program, version.
    before_procedure: [u8; 16],
    /// Credential and verifier.
    behind_procedure: Bytes,
}

impl CallTemplate {
    /// The header of calls of version `version` of `program` by `credential`.
    ///
    /// # Errors
    /// The credential breaks its limits.
    pub fn new(program: u32, version: u32, credential: &Credential) -> Result<Self, EncodeError> {
        let before_procedure = encode_target(program, version);
        Ok(Self { target: (program, version), before_procedure, behind_procedure: encode_credential(credential)? })
    }

    /// Calls of another program by the same caller.
    pub fn with_program(&self, program: u32, version: u32) -> Self {
        let before_procedure = encode_target(program, version);
        Self { target: (program, version), before_procedure, behind_procedure: self.behind_procedure.clone() }
    }

    /// The same calls by another caller.
    ///
    /// # Errors
    /// The credential breaks its limits.
    pub fn with_credential(&self, credential: &Credential) -> Result<Self, EncodeError> {
        let behind_procedure = encode_credential(credential)?;
        Ok(Self { target: self.target, before_procedure: self.before_procedure, behind_procedure })
    }

    /// The program that is called, and its version.
    pub fn target(&self) -> (u32, u32) {
        self.target
    }

    /// Appends the header of a call.
    pub(super) fn encode(&self, xid: u32, procedure: u32, out: &mut Encoder) -> Result<(), EncodeError> {
        out.put(xid.to_be_bytes())?;
        out.put(self.before_procedure)?;
        out.put(procedure.to_be_bytes())?;
        out.put_slice(&self.behind_procedure)
    }
}

fn encode_target(program: u32, version: u32) -> [u8; 16] {
    let mut target = [0; 16];
    let words = [CALL, RPC_VERSION, program, version];
    for (bytes, word) in target.chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    target
}

fn encode_credential(credential: &Credential) -> Result<Bytes, EncodeError> {
    let mut out = Encoder::new();
    credential.encode(&mut out)?;
    Verifier::NONE.encode(&mut out)?;
    Ok(out.into_bytes())
}
