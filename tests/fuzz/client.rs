use crate::messages::{XID, replies};
use crate::run;
use oncrpc::Bytes;
use oncrpc::record::Record;
use oncrpc::rpc::Credential;
use oncrpc::session::{CallTemplate, ClientConfig, ClientSession, NewCall};
use oncrpc::xdr::{Array, DecodeLimits, Encoder, List, Str, Xdr};
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);
const LIMITS: DecodeLimits = DecodeLimits { depth: 10, memory: 64 << 10 };

/// A call completes once at most, and only by a reply that bears its number.
#[test]
fn client_session() {
    let (now, mut outcomes) = (Instant::now(), [0_u64; 3]);
    let template = CallTemplate::new(1, 1, &Credential::None).unwrap();
    run("client_session", &replies(), LIMITS.memory, |message, random| {
        let mut session =
            ClientSession::new(ClientConfig { max_call: 1_000, max_kept: 10_000, first_xid: XID, peer: "peer".into() });
        let call = NewCall { template: &template, procedure: 1, timeout: SECOND, idempotent: false };
        assert_eq!(session.start(now, call, |_| Ok(()), &mut Encoder::new()).unwrap(), XID);
        let shared = Bytes::copy_from_slice(message);
        let record = if random.once_in(2) { Record::Borrowed(message) } else { Record::Owned(shared) };
        let completed = session.handle_record(&record);
        let bears_number = message.starts_with(&[0, 0, 0, XID as u8, 0, 0, 0, 1]);
        assert_eq!(completed, bears_number.then_some(XID));
        assert_eq!(session.handle_record(&record), None, "a second time");
        let outcome = session.poll(XID, now);
        assert_eq!(outcome.is_some(), bears_number);
        assert!(session.poll(XID, now + 2 * SECOND).is_some() != bears_number);
        assert_eq!(session.pending(), 0);
        match outcome {
            Some(Ok(results)) => {
                outcomes[0] += 1;
                let _ = Array::<Str>::decode(&mut results.decoder(LIMITS));
                let _ = List::<u32>::decode(&mut results.decoder(LIMITS));
            }
            Some(Err(_)) => outcomes[1] += 1,
            None => outcomes[2] += 1,
        }
    });
    let all: u64 = outcomes.iter().sum();
    assert!(all < 100 || outcomes.iter().all(|count| count * 50 > all), "{outcomes:?}");
}
