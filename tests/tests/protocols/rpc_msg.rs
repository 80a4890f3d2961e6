//! The headers of RPC: the codec of the runtime, which is written by hand, against what the compiler makes of rpc_msg.x, and
//! both against libtirpc.

use super::libtirpc;
use bytes::Bytes;
use oncrpc::rpc::{AcceptStat, CallHeader, Credential, RejectStat, ReplyBody as Outcome, ReplyHeader, Verifier};
use oncrpc::xdr::{Decoder, Encoder, from_bytes, to_bytes};
use oncrpc_compiler::model::types::Model;
use oncrpc_tests::interfaces::protocols::rpc_msg::{
    AcceptStat as EmittedAcceptStat, AcceptedReply, AcceptedReplyData, AuthFlavor, AuthStat, AuthsysParms, CallBody,
    MismatchInfo, OpaqueAuth, RejectedReply, ReplyBody, RpcMsg, RpcMsgBody,
};
use oncrpc_tests::wire::{Random, generate, model, types};

const MESSAGES: u64 = 5_000;

/// A message that both can tell: of RPC's version, with a credential that is what its flavor says.
fn message(model: &Model, random: &mut Random) -> RpcMsg {
    let mut message: RpcMsg = from_bytes::<RpcMsg>(&bytes_of(model, "rpc_msg", random)).unwrap();
    if let RpcMsgBody::Call(call) = &mut message.body {
        call.rpcvers = 2;
        if random.once_in(4) {
            call.cred.flavor = AuthFlavor::from(390_000);
        }
        match call.cred.flavor {
            AuthFlavor::AuthNone => call.cred.body = Bytes::new(),
            AuthFlavor::AuthSys => call.cred.body = bytes_of(model, "authsys_parms", random),
            _ => {}
        }
    }
    message
}

fn bytes_of(model: &Model, name: &str, random: &mut Random) -> Bytes {
    let (_, ty) = types(model).into_iter().find(|(known, _)| *known == name).unwrap();
    generate(model, &ty, random).into()
}

/// A call of the runtime's as rpc_msg.x has it.
fn of_call(it: &CallHeader) -> RpcMsg {
    let cred = match &it.credential {
        Credential::None => OpaqueAuth::default(),
        Credential::Sys(sys) => {
            let parms = AuthsysParms {
                stamp: sys.stamp,
                machinename: sys.machine_name.clone(),
                uid: sys.uid,
                gid: sys.gid,
                gids: sys.gids.clone(),
            };
            OpaqueAuth { flavor: AuthFlavor::AuthSys, body: to_bytes::<AuthsysParms>(&parms).unwrap() }
        }
        Credential::Other { flavor, body } => {
            OpaqueAuth { flavor: AuthFlavor::from(flavor.0 as i32), body: body.clone() }
        }
    };
    let verf = of_verifier(&it.verifier);
    let body = CallBody { rpcvers: 2, prog: it.program, vers: it.version, proc: it.procedure, cred, verf };
    RpcMsg { xid: it.xid, body: RpcMsgBody::Call(body) }
}

fn of_verifier(it: &Verifier) -> OpaqueAuth {
    OpaqueAuth { flavor: AuthFlavor::from(it.flavor.0 as i32), body: it.body.clone() }
}

/// A reply of the runtime's as rpc_msg.x has it.
fn of_reply(it: &ReplyHeader) -> RpcMsg {
    let body = match &it.body {
        Outcome::Accepted { verifier, stat } => {
            ReplyBody::Accepted(AcceptedReply { verf: of_verifier(verifier), reply_data: of_accept_stat(*stat) })
        }
        Outcome::Denied(RejectStat::RpcMismatch { low, high }) => {
            ReplyBody::Denied(RejectedReply::RpcMismatch(MismatchInfo { low: *low, high: *high }))
        }
        Outcome::Denied(RejectStat::Auth(stat)) => {
            ReplyBody::Denied(RejectedReply::AuthError(AuthStat::from(stat.number() as i32)))
        }
        Outcome::Denied(RejectStat::Other(number)) => panic!("rpc_msg.x has no reject_stat {number}"),
    };
    RpcMsg { xid: it.xid, body: RpcMsgBody::Reply(body) }
}

fn of_accept_stat(it: AcceptStat) -> AcceptedReplyData {
    match it {
        AcceptStat::Success => AcceptedReplyData::Success,
        AcceptStat::ProgramMismatch { low, high } => AcceptedReplyData::ProgMismatch(MismatchInfo { low, high }),
        AcceptStat::ProgramUnavailable => AcceptedReplyData::Default(EmittedAcceptStat::ProgUnavail),
        AcceptStat::ProcedureUnavailable => AcceptedReplyData::Default(EmittedAcceptStat::ProcUnavail),
        AcceptStat::GarbageArguments => AcceptedReplyData::Default(EmittedAcceptStat::GarbageArgs),
        AcceptStat::SystemError => AcceptedReplyData::Default(EmittedAcceptStat::SystemErr),
        AcceptStat::Other(number) => panic!("rpc_msg.x has no accept_stat {number}"),
    }
}

/// What the runtime reads from these bytes, as rpc_msg.x has it, and what it writes for it.
fn through_the_runtime(bytes: &Bytes, is_call: bool) -> (RpcMsg, Bytes) {
    let (mut input, mut out) = (Decoder::shared(bytes), Encoder::new());
    let seen = if is_call {
        let header = CallHeader::decode(&mut input).unwrap();
        header.encode(&mut out).unwrap();
        of_call(&header)
    } else {
        let header = ReplyHeader::decode(&mut input).unwrap();
        header.encode(&mut out).unwrap();
        of_reply(&header)
    };
    assert_eq!(input.remaining(), 0, "{seen:?}");
    (seen, out.into_bytes())
}

#[test]
fn the_runtime_reads_and_writes_what_is_emitted() {
    let model = model("idl/rpc_msg.x");
    let (mut calls, mut replies) = (0, 0);
    for seed in 0..MESSAGES {
        let message = message(&model, &mut Random::new(seed));
        let bytes = to_bytes::<RpcMsg>(&message).unwrap();
        let is_call = matches!(message.body, RpcMsgBody::Call(_));
        *(if is_call { &mut calls } else { &mut replies }) += 1;
        let (seen, written) = through_the_runtime(&bytes, is_call);
        assert_eq!((&seen, &written), (&message, &bytes), "seed {seed}");
        // And the other way round.
        assert_eq!(from_bytes::<RpcMsg>(&written).as_ref(), Ok(&message), "seed {seed}");
    }
    assert!(calls > 1000 && replies > 1000, "{calls} calls, {replies} replies");
}

/// libtirpc leaves the bytes behind a body of a call as they were in memory.
fn without_padding(mut message: RpcMsg) -> RpcMsg {
    if let RpcMsgBody::Call(call) = &mut message.body {
        for body in [&mut call.cred.body, &mut call.verf.body] {
            body.truncate(body.len() & !3);
        }
    }
    message
}

#[test]
fn libtirpc_reads_and_writes_what_is_emitted() {
    let Some(program) = libtirpc::build() else { return };
    let model = model("idl/rpc_msg.x");
    let mut values = Vec::new();
    for seed in 0..MESSAGES {
        let random = &mut Random::new(seed);
        let message = without_padding(message(&model, random));
        let index = usize::from(matches!(message.body, RpcMsgBody::Reply(_)));
        values.push((index, to_bytes::<RpcMsg>(&message).unwrap().to_vec()));
        values.push((2, bytes_of(&model, "authsys_parms", random).to_vec()));
    }
    libtirpc::gives_back(&program, &values);
}
