//! Valid messages, to begin with.

use oncrpc::rpc::{
    AcceptStat, AuthStat, AuthSys, CallHeader, Credential, Flavor, RejectStat, ReplyBody, ReplyHeader, Verifier,
};
use oncrpc::xdr::{Array, Encoder, Str, Xdr};

/// The number of the call that replies answer.
pub(crate) const XID: u32 = 77;

pub(crate) fn encoded(encode: impl FnOnce(&mut Encoder)) -> Vec<u8> {
    let mut out = Encoder::new();
    encode(&mut out);
    out.into_bytes().to_vec()
}

pub(crate) fn credential() -> AuthSys {
    AuthSys { stamp: 7, machine_name: "host.example".into(), uid: 1000, gid: 100, gids: (0..16).collect() }
}

/// Headers of calls with each kind of credential.
pub(crate) fn calls() -> Vec<Vec<u8>> {
    let other = Credential::Other { flavor: Flavor::GSS, body: vec![0x5a; 399].into() };
    let verifier = Verifier { flavor: Flavor::SHORT, body: vec![1, 2, 3, 4, 5].into() };
    let calls = [
        CallHeader { xid: 1, program: 100_003, version: 3, procedure: 1, ..CallHeader::default() },
        CallHeader { xid: u32::MAX, credential: Credential::Sys(credential()), ..CallHeader::default() },
        CallHeader { xid: 2, credential: other, verifier, ..CallHeader::default() },
    ];
    calls.iter().map(|call| encoded(|out| call.encode(out).unwrap())).collect()
}

/// Replies of each kind, with results.
pub(crate) fn replies() -> Vec<Vec<u8>> {
    let verifier = Verifier { flavor: Flavor::GSS, body: vec![9; 37].into() };
    let bodies = [
        ReplyBody::Accepted { verifier, stat: AcceptStat::Success },
        ReplyBody::accepted(AcceptStat::Success),
        ReplyBody::accepted(AcceptStat::ProgramMismatch { low: 2, high: 4 }),
        ReplyBody::accepted(AcceptStat::SystemError),
        ReplyBody::Denied(RejectStat::RpcMismatch { low: 2, high: 2 }),
        ReplyBody::Denied(RejectStat::Auth(AuthStat::TooWeak)),
    ];
    let reply = |body: &ReplyBody| {
        encoded(|out| {
            ReplyHeader { xid: XID, body: body.clone() }.encode(out).unwrap();
            Array::<Str>::encode(&vec!["one".into(), "three".into()], out).unwrap();
        })
    };
    bodies.iter().map(reply).collect()
}

/// Records of one fragment each, one after another.
pub(crate) fn whole(messages: &[Vec<u8>]) -> Vec<u8> {
    messages.iter().flat_map(|message| oncrpc_tests::raw::record(message)).collect()
}

/// The same bytes again, as records of several fragments.
pub(crate) fn fragmented(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut pieces = Vec::new();
    for (index, piece) in bytes.chunks(length).enumerate() {
        let last = if index % 4 == 3 { 0x8000_0000 } else { 0 };
        pieces.extend((piece.len() as u32 | last).to_be_bytes());
        pieces.extend(piece);
    }
    pieces
}
