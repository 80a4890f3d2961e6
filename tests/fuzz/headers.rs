use crate::messages::{calls, credential, encoded, replies};
use crate::run;
use oncrpc::AuthSys;
use oncrpc::rpc::{CallError, CallHeader, ReplyHeader};
use oncrpc::xdr::{Decoder, Xdr};

#[test]
fn call_header() {
    let (mut understood, mut refused) = (0, 0);
    run("call_header", &calls(), 0, |message, _| match CallHeader::decode(&mut Decoder::new(message)) {
        Ok(call) => {
            understood += 1;
            let again = encoded(|out| call.encode(out).unwrap());
            assert_eq!(CallHeader::decode(&mut Decoder::new(&again)), Ok(call));
        }
        Err(error) => {
            refused += 1;
            assert!(!error.to_string().is_empty());
            let answered = !matches!(error, CallError::NotACall { .. } | CallError::Unparsable(_));
            let xid = error.reply().map(|reply| reply.xid.to_be_bytes());
            assert_eq!(xid.is_some(), answered, "{error}");
            assert!(xid.is_none_or(|xid| message.starts_with(&xid)), "{error}");
        }
    });
    check_mix(understood, refused);
}

#[test]
fn reply_header() {
    let (mut understood, mut refused) = (0, 0);
    run("reply_header", &replies(), 0, |message, _| match ReplyHeader::decode(&mut Decoder::new(message)) {
        Ok(reply) => {
            understood += 1;
            let again = encoded(|out| reply.encode(out).unwrap());
            assert_eq!(ReplyHeader::decode(&mut Decoder::new(&again)), Ok(reply));
        }
        Err(error) => {
            refused += 1;
            assert!(!error.to_string().is_empty());
        }
    });
    check_mix(understood, refused);
}

#[test]
fn auth_sys() {
    let (mut understood, mut refused) = (0, 0);
    let corpus = [credential(), AuthSys::default()].map(|claim| encoded(|out| AuthSys::encode(&claim, out).unwrap()));
    run("auth_sys", &corpus, 0, |message, _| {
        let mut input = Decoder::new(message);
        match AuthSys::decode(&mut input) {
            Ok(claim) => {
                understood += 1;
                assert!(claim.gids.len() <= 16 && claim.machine_name.len() <= 255);
                let again = encoded(|out| AuthSys::encode(&claim, out).unwrap());
                assert_eq!(again.len(), message.len() - input.remaining());
                assert_eq!(AuthSys::decode(&mut Decoder::new(&again)), Ok(claim));
            }
            Err(_) => refused += 1,
        }
    });
    check_mix(understood, refused);
}

/// If all were taken, or none, a run would prove little. A case that is run again is one alone.
pub(crate) fn check_mix(understood: u64, refused: u64) {
    let all = understood + refused;
    assert!(all < 100 || understood * 50 > all && refused * 50 > all, "{understood} understood, {refused} refused");
}
