//! RPC headers, byte for byte as RFC 5531 §9 has them, and what becomes of malformed ones.

use bytes::Bytes;
use oncrpc::rpc::{
    AcceptStat, AuthStat, AuthSys, CallError, CallHeader, Credential, Flavor, RejectStat, ReplyBody, ReplyError,
    ReplyHeader, Verifier,
};
use oncrpc::xdr::{DecodeError, Decoder, EncodeError, Encoder};

const XID: u32 = 0xfeed_f00d;

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn encode_call(header: &CallHeader) -> Result<Vec<u8>, EncodeError> {
    let mut out = Encoder::new();
    header.encode(&mut out)?;
    Ok(out.into_bytes().to_vec())
}

fn call(credential: Credential) -> CallHeader {
    CallHeader { xid: XID, program: 100_003, version: 3, procedure: 7, credential, verifier: Verifier::NONE }
}

/// Encodes to exactly `words`, and decodes from them without a byte left or an equal value lost.
#[track_caller]
fn check_call(header: &CallHeader, words: &[u8]) {
    assert_eq!(encode_call(header).unwrap(), words);
    let mut input = Decoder::new(words);
    assert_eq!(&CallHeader::decode(&mut input).unwrap(), header);
    assert_eq!(input.remaining(), 0);
    for length in 0..words.len() {
        let error = CallHeader::decode(&mut Decoder::new(&words[..length])).unwrap_err();
        assert!(matches!(error, CallError::Unparsable(DecodeError::Truncated { .. })), "{length}: {error}");
        assert_eq!(error.reply(), None);
    }
}

#[test]
fn call_without_credential() {
    check_call(&call(Credential::None), &bytes(&[XID, 0, 2, 100_003, 3, 7, 0, 0, 0, 0]));
}

#[test]
fn call_with_auth_sys() {
    let sys = AuthSys { stamp: 0x0102_0304, machine_name: "unix7".into(), uid: 1000, gid: 100, gids: vec![4, 27] };
    let name = [u32::from_be_bytes(*b"unix"), u32::from_be_bytes(*b"7\0\0\0")];
    let words = [&[XID, 0, 2, 100_003, 3, 7, 1, 36, 0x0102_0304, 5][..], &name, &[1000, 100, 2, 4, 27, 0, 0]];
    check_call(&call(Credential::Sys(sys)), &bytes(&words.concat()));
}

#[test]
fn call_with_another_flavor() {
    let body = Bytes::from_static(b"\x01\x02\x03\x04\x05");
    let header = CallHeader {
        credential: Credential::Other { flavor: Flavor::GSS, body: body.clone() },
        verifier: Verifier { flavor: Flavor(390_004), body },
        ..call(Credential::None)
    };
    let opaque = [5, 0x0102_0304, 0x0500_0000];
    let words = [&[XID, 0, 2, 100_003, 3, 7, 6][..], &opaque, &[390_004], &opaque];
    check_call(&header, &bytes(&words.concat()));
}

#[test]
fn auth_sys_at_its_limits() {
    let full = AuthSys { machine_name: "m".repeat(255).into(), gids: (0..16).collect(), ..AuthSys::default() };
    let encoded = encode_call(&call(Credential::Sys(full.clone()))).unwrap();
    assert_eq!(encoded[28..32], 340_u32.to_be_bytes(), "12 + 4 + 256 + 4 + 64");
    let decoded = CallHeader::decode(&mut Decoder::new(&encoded)).unwrap();
    assert_eq!(decoded.credential, Credential::Sys(full.clone()));

    let long_name = AuthSys { machine_name: "m".repeat(256).into(), ..full.clone() };
    let many_groups = AuthSys { gids: (0..17).collect(), ..full };
    for (sys, length, bound) in [(long_name, 256, 255), (many_groups, 17, 16)] {
        let refused = encode_call(&call(Credential::Sys(sys)));
        assert_eq!(refused, Err(EncodeError::TooLong { length, bound }));
    }
    let body = Bytes::from(vec![0; 401]);
    let refused = encode_call(&call(Credential::Other { flavor: Flavor::GSS, body }));
    assert_eq!(refused, Err(EncodeError::TooLong { length: 401, bound: 400 }));
}

/// What is put into the body of `AUTH_NONE` is of no interest, nor is what follows the header.
#[test]
fn lenient_with_auth_none_and_arguments() {
    let words = bytes(&[XID, 0, 2, 100_003, 3, 7, 0, 8, 1, 2, 0, 0, 99]);
    let mut input = Decoder::new(&words);
    assert_eq!(CallHeader::decode(&mut input).unwrap(), call(Credential::None));
    assert_eq!(input.remaining(), 4);
}

/// Each malformed header and what is answered: nothing, or a denial of these words behind xid and `msg_type`.
#[test]
fn malformed_calls_and_their_answers() {
    let credential =
        |flavor, length, body: &[u32]| [&[XID, 0, 2, 100_003, 3, 7, flavor, length][..], body, &[0, 0]].concat();
    type Case = (&'static str, Vec<u32>, Option<&'static [u32]>);
    let cases: &[Case] = &[
        ("empty", vec![], None),
        ("a reply", vec![XID, 1, 0, 0, 0, 0], None),
        ("an unknown msg_type", vec![XID, 2, 2, 100_003, 3, 7, 0, 0, 0, 0], None),
        ("rpcvers 1", vec![XID, 0, 1, 100_003, 3, 7, 0, 0, 0, 0], Some(&[1, 0, 2, 2])),
        ("rpcvers 3 and no more", vec![XID, 0, 3], Some(&[1, 0, 2, 2])),
        ("credential of 401 bytes", credential(1, 401, &[0; 101]), Some(&[1, 1, 1])),
        ("credential of 2^32-1 bytes", credential(0, u32::MAX, &[]), Some(&[1, 1, 1])),
        ("credential beyond the message", credential(1, 400, &[0; 4]), None),
        ("AUTH_SYS without a body", credential(1, 0, &[]), Some(&[1, 1, 1])),
        (
            "AUTH_SYS with 17 groups",
            credential(1, 88, &[[0, 0, 0, 0, 17].as_slice(), &[0; 17]].concat()),
            Some(&[1, 1, 1]),
        ),
        (
            "AUTH_SYS with a name of 256",
            credential(1, 276, &[[0, 256].as_slice(), &[0; 67]].concat()),
            Some(&[1, 1, 1]),
        ),
        ("AUTH_SYS with groups beyond its body", credential(1, 20, &[0, 0, 0, 0, 1]), Some(&[1, 1, 1])),
        ("verifier of 401 bytes", vec![XID, 0, 2, 100_003, 3, 7, 0, 0, 0, 401], Some(&[1, 1, 3])),
    ];
    for (name, call, answer) in cases {
        let error = CallHeader::decode(&mut Decoder::new(&bytes(call))).unwrap_err();
        let reply = error.reply().map(|reply| {
            let mut out = Encoder::new();
            reply.encode(&mut out).unwrap();
            out.into_bytes().to_vec()
        });
        let expected = answer.map(|answer| bytes(&[&[XID, 1], answer].concat()));
        assert_eq!(reply, expected, "{name}: {error}");
    }
}

#[test]
fn every_form_of_reply() {
    let accepted = |stat| ReplyBody::Accepted { verifier: Verifier::NONE, stat };
    let verifier = Verifier { flavor: Flavor::SHORT, body: Bytes::from_static(b"abc") };
    let cases: Vec<(ReplyBody, &[u32])> = vec![
        (accepted(AcceptStat::Success), &[0, 0, 0, 0]),
        (accepted(AcceptStat::ProgramUnavailable), &[0, 0, 0, 1]),
        (accepted(AcceptStat::ProgramMismatch { low: 2, high: 4 }), &[0, 0, 0, 2, 2, 4]),
        (accepted(AcceptStat::ProcedureUnavailable), &[0, 0, 0, 3]),
        (accepted(AcceptStat::GarbageArguments), &[0, 0, 0, 4]),
        (accepted(AcceptStat::SystemError), &[0, 0, 0, 5]),
        (accepted(AcceptStat::Other(6)), &[0, 0, 0, 6]),
        (ReplyBody::Accepted { verifier, stat: AcceptStat::Success }, &[0, 2, 3, 0x6162_6300, 0]),
        (ReplyBody::Denied(RejectStat::RpcMismatch { low: 2, high: 2 }), &[1, 0, 2, 2]),
        (ReplyBody::Denied(RejectStat::Auth(AuthStat::TooWeak)), &[1, 1, 5]),
        (ReplyBody::Denied(RejectStat::Auth(AuthStat::Other(99))), &[1, 1, 99]),
        (ReplyBody::Denied(RejectStat::Other(2)), &[1, 2]),
    ];
    for (body, words) in cases {
        let words = bytes(&[&[XID, 1], words].concat());
        let header = ReplyHeader { xid: XID, body };
        let mut out = Encoder::new();
        header.encode(&mut out).unwrap();
        assert_eq!(out.into_bytes(), words, "{header:?}");
        assert_eq!(ReplyHeader::decode(&mut Decoder::new(&words)).unwrap(), header);
        let with_results = [words.as_slice(), b"1234"].concat();
        let plain = (header.body == accepted(AcceptStat::Success)).then_some((XID, b"1234".as_slice()));
        assert_eq!(ReplyHeader::of_plain_success(&with_results), plain, "{header:?}");
        for length in 0..words.len() {
            let error = ReplyHeader::decode(&mut Decoder::new(&words[..length])).unwrap_err();
            assert!(matches!(error, ReplyError::Unparsable(_)), "{header:?} cut to {length}: {error}");
            assert_eq!(ReplyHeader::of_plain_success(&words[..length]), None);
        }
    }
}

#[test]
fn auth_stats_keep_their_numbers() {
    for number in 0..20 {
        assert_eq!(AuthStat::from_number(number).number(), number);
    }
    assert_eq!(AuthStat::from_number(13), AuthStat::GssCredentialProblem);
    assert_eq!(AuthStat::RejectedCredential.number(), 2);
}

#[test]
fn malformed_replies() {
    let decode = |words: &[u32]| ReplyHeader::decode(&mut Decoder::new(&bytes(words))).unwrap_err();
    assert_eq!(decode(&[XID, 0, 2, 100_003, 3, 7, 0, 0, 0, 0]), ReplyError::NotAReply { kind: 0 });
    assert_eq!(decode(&[XID, 1, 2, 0, 0, 0]), ReplyError::ReplyStat { found: 2 });
    let long = DecodeError::TooLong { length: 404, bound: 400 };
    assert_eq!(decode(&[XID, 1, 0, 0, 404, 0]), ReplyError::Unparsable(long));
}
