//! Spans of calls, as a subscriber gets them.
#![cfg(feature = "tracing")]

use oncrpc::codegen::{self as rpc, Dispatch, Procedure};
use oncrpc::{Call, Client, Reply, Server};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const PROGRAM: u32 = 0x2000_0096;
static PROCEDURES: [Procedure; 3] = [
    Procedure::new(PROGRAM, 1, 1, "NOW"),
    Procedure::new(PROGRAM, 1, 2, "ON_POOL"),
    Procedure::new(PROGRAM, 1, 3, "LATER"),
];

/// What is known of each span, and which are open.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    spans: Vec<Span>,
    /// The span that each thread is in.
    entered: BTreeMap<String, Vec<usize>>,
}

#[derive(Clone, Default)]
struct Span {
    name: &'static str,
    fields: BTreeMap<&'static str, String>,
    handles: usize,
    events: usize,
}

impl Visit for Span {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

fn this_thread() -> String {
    format!("{:?}", thread::current().id())
}

fn index(id: &Id) -> usize {
    id.into_u64() as usize - 1
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "oncrpc" || metadata.target() == "handler"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut span = Span { name: attributes.metadata().name(), handles: 1, ..Span::default() };
        attributes.record(&mut span);
        let mut state = self.0.lock().unwrap();
        state.spans.push(span);
        Id::from_u64(state.spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        values.record(&mut self.0.lock().unwrap().spans[index(id)]);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        let mut state = self.0.lock().unwrap();
        if let Some(span) = state.entered.get(&this_thread()).and_then(|stack| stack.last()).copied() {
            state.spans[span].events += 1;
        }
    }

    fn enter(&self, id: &Id) {
        self.0.lock().unwrap().entered.entry(this_thread()).or_default().push(index(id));
    }

    fn exit(&self, _: &Id) {
        self.0.lock().unwrap().entered.entry(this_thread()).or_default().pop();
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.0.lock().unwrap().spans[index(id)].handles += 1;
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut state = self.0.lock().unwrap();
        let span = &mut state.spans[index(&id)];
        span.handles -= 1;
        span.handles == 0
    }
}

impl Spans {
    fn is_open(&self, name: &str, procedure: &str) -> bool {
        let is_it = |span: &Span| span.name == name && span.fields.get("name").is_some_and(|it| it == procedure);
        self.0.lock().unwrap().spans.iter().any(|span| is_it(span) && span.handles > 0)
    }

    /// The spans of that name, once all of them are over.
    fn of(&self, name: &str, count: usize) -> Vec<Span> {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let spans: Vec<_> = self.0.lock().unwrap().spans.iter().filter(|it| it.name == name).cloned().collect();
            if spans.len() >= count && spans.iter().all(|span| span.handles == 0) {
                return spans;
            }
            assert!(Instant::now() < end, "{} spans of {count}, or some stay open", spans.len());
            thread::sleep(Duration::from_millis(1));
        }
    }
}

struct Service(Mutex<std::sync::mpsc::Sender<Reply<u32>>>);

impl Dispatch for Service {
    fn program(&self) -> u32 {
        PROGRAM
    }

    fn version(&self) -> u32 {
        1
    }

    fn procedures(&self) -> &'static [Procedure] {
        &PROCEDURES
    }

    fn dispatch(&self, call: &Call, input: &mut rpc::Decoder<'_>, out: &mut rpc::Encoder) -> rpc::Result<rpc::Answer> {
        tracing::info!(target: "handler", "at work");
        let value = rpc::argument::<u32>(input)?;
        if call.procedure() == 3 {
            self.0.lock().unwrap().send(rpc::reply::<u32>(call)).unwrap();
            return Ok(rpc::Answer::Deferred);
        }
        rpc::results::<u32>(&value, out)
    }
}

#[test]
fn each_call_is_a_span_at_either_end_until_its_reply() {
    let spans = Spans::default();
    tracing::subscriber::set_global_default(spans.clone()).unwrap();
    let (sender, replies) = std::sync::mpsc::channel();
    let server = Server::new().serve(Service(Mutex::new(sender))).on_pool([PROCEDURES[1]]).pool_threads(1);
    let server = server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let client = Client::connect(&server.addresses()[0], PROGRAM, 1).unwrap();
    for procedure in PROCEDURES {
        let pending = rpc::start::<u32>(&client, procedure, |out| rpc::encode::<u32>(&7, out)).unwrap();
        if procedure.number() == 3 {
            client.flush().unwrap();
            let reply = replies.recv().unwrap();
            assert!(spans.is_open("serve", "LATER") && spans.is_open("call", "LATER"));
            reply.send(Ok(7));
        }
        assert_eq!(pending.wait().unwrap(), 7);
    }
    client.call::<u32>(9, |_| Ok(())).unwrap_err();
    let (served, called) = (spans.of("serve", 4), spans.of("call", 4));
    let field = |span: &Span, name: &str| span.fields.get(name).cloned().unwrap_or_default();
    let all = |spans: &[Span], name: &str| spans.iter().map(|span| field(span, name)).collect::<Vec<_>>();
    assert_eq!(all(&served, "name"), ["NOW", "ON_POOL", "LATER", ""]);
    assert_eq!(all(&served, "procedure"), ["1", "2", "3", "9"]);
    assert_eq!(all(&served, "outcome"), ["SUCCESS", "SUCCESS", "SUCCESS", "PROC_UNAVAIL"]);
    assert_eq!(
        served.iter().map(|span| span.events).collect::<Vec<_>>(),
        [1, 1, 1, 0],
        "handlers tell within the span"
    );
    assert!(all(&served, "transport").iter().all(|it| it == "tcp"));
    assert!(all(&served, "peer").iter().all(|it| it.starts_with("127.0.0.1:")));
    assert_eq!(all(&called, "name"), ["NOW", "ON_POOL", "LATER", "proc-9"]);
    assert_eq!(all(&called, "xid"), all(&served, "xid"));
    assert_eq!(all(&called, "program"), vec![PROGRAM.to_string(); 4]);
    assert_eq!(all(&called, "outcome")[..3], ["SUCCESS"; 3]);
    assert_eq!(field(&called[3], "outcome"), oncrpc::Error::ProcedureUnavailable.to_string());
    assert!(all(&called, "peer").iter().all(|it| *it == server.addresses()[0]));
}
