//! Handlers and results that look at values in the record: the same calls, refusals and limits as with values of one's own.

use oncrpc::codegen::ListView;
use oncrpc::{Call, ClientOptions, Error, Limits, Result, RunningServer, Server, record};
use oncrpc_tests::c::BLOB_CLIENT;
use oncrpc_tests::interfaces::views::{
    Blob, ChoiceView, Item, ItemList, Lengths, LengthsView, Numbered, Tree, TreeView, blob_v1, hostile_v1,
};
use oncrpc_tests::process;
use oncrpc_tests::raw::{Connection, call, serve_once, success, words};

const GARBAGE_ARGS: u32 = 4;

struct Looking;

impl hostile_v1::Service for Looking {
    fn sum(&self, _call: &Call, items: ListView<'_, Item>) -> Result<i64> {
        Ok(items.iter().map(|item| i64::from(item.value)).sum())
    }

    fn count(&self, _call: &Call, count: u32) -> Result<ItemList> {
        Ok((0..count).map(|value| Item { value: value as i32 }).collect())
    }

    fn depth(&self, _call: &Call, tree: TreeView<'_>) -> Result<u32> {
        let (mut depth, mut below) = (1, tree.left);
        while let Some(tree) = below {
            (depth, below) = (depth + 1, tree.get()?.left);
        }
        Ok(depth)
    }

    fn choose(&self, _call: &Call, choice: ChoiceView<'_>) -> Result<i32> {
        Ok(match choice {
            ChoiceView::Number(number) => number,
            ChoiceView::Text(text) => text.as_bytes().len() as i32,
            ChoiceView::Nothing => -1,
        })
    }

    fn choose_numbered(&self, _call: &Call, choice: Numbered) -> Result<i32> {
        Ok(choice.discriminant())
    }

    fn measure(&self, _call: &Call, lengths: LengthsView<'_>) -> Result<u32> {
        let trees = lengths.trees.iter().map(|tree| tree.value as u32).sum::<u32>();
        Ok((lengths.bounded.len() + lengths.any.len() + lengths.numbers.len()) as u32 + trees)
    }
}

impl blob_v1::Service for Looking {
    fn echo(&self, _call: &Call, given: &[u8]) -> Result<Blob> {
        Ok(Blob::copy_from_slice(given))
    }

    fn produce(&self, _call: &Call, count: u32) -> Result<Blob> {
        Ok((0..count).map(|number| number as u8).collect::<Vec<_>>().into())
    }

    fn consume(&self, _call: &Call, given: &[u8]) -> Result<u64> {
        Ok(given.len() as u64 + given.iter().map(|byte| u64::from(*byte)).sum::<u64>())
    }
}

fn looking(limits: Limits) -> (RunningServer, String) {
    let server = Server::new().serve(hostile_v1::server(Looking)).serve(blob_v1::server(Looking)).limits(limits);
    let running = server.listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let address = running.addresses()[0].clone();
    (running, address)
}

#[test]
fn a_c_client_sees_no_difference() {
    let Some(client) = BLOB_CLIENT.build() else { return };
    let (_running, address) = looking(Limits::default());
    let port = address.rsplit(':').next().unwrap();
    let output = process::run(client, &["127.0.0.1", "tcp", port, "3", "1048576"], &[]);
    let sum: u64 = (0..1_u64 << 20).map(|i| u64::from((i * 7 + i / 256) as u8)).sum::<u64>() + (1 << 20);
    let lines = output.lines();
    assert_eq!(lines[..2], ["echo 3: same", "produce 3: 3 of 3"]);
    let large = ["echo 1048576: same", "produce 1048576: 1048576 of 1048576", &format!("consume 1048576: {sum}")];
    assert_eq!(lines[3..], large);
}

#[test]
fn arguments_and_results_are_looked_at() {
    let (_running, address) = looking(Limits::default());
    let client = hostile_v1::Client::connect(&address).unwrap();
    let items = |count: i32| (0..count).map(|value| Item { value }).collect::<Vec<_>>();
    assert_eq!(client.sum(items(5)).unwrap(), 10);
    let looked = client.look_count(4, |items| items.iter().map(|item| item.value).collect::<Vec<_>>()).unwrap();
    assert_eq!(looked, [0, 1, 2, 3]);
    assert_eq!(client.count(4).unwrap(), items(4));

    let leaf = Tree { value: 30, ..Tree::default() };
    let tree = Tree { value: 10, left: Some(Box::new(leaf.clone())), right: None };
    assert_eq!(client.depth(&tree).unwrap(), 2);
    let lengths = Lengths {
        bounded: b"12".to_vec().into(),
        any: vec![0; 300].into(),
        text: "x".into(),
        numbers: vec![1, 2, 3],
        texts: "y".into(),
        trees: vec![tree, leaf],
    };
    assert_eq!(client.measure(&lengths).unwrap(), 2 + 300 + 3 + 10 + 30);
}

#[test]
fn garbage_is_refused_before_the_handler_looks() {
    let (_running, address) = looking(Limits::default());
    let mut connection = Connection::open(&address);
    let mut refused = |procedure, arguments: &[u32]| {
        let message = call(1, hostile_v1::PROGRAM, 1, procedure, &words(arguments));
        assert_eq!(connection.outcome(&message).0, GARBAGE_ARGS, "{arguments:?} to {procedure}");
    };
    refused(1, &[1, 5]);
    refused(1, &[1, 5, 1]);
    refused(3, &[1, 1, 2, 0, 0]);
    refused(4, &[3, 0]);
    refused(4, &[2, 9, 0, 0, 0]);
    for length in [17, 0x4000_0000, u32::MAX] {
        refused(6, &[length, 0, 0, 0, 0, 0]);
        refused(6, &[0, 0, 0, length, 0, 0]);
        refused(6, &[0, 0, 0, 0, 0, length]);
    }
    assert_eq!(connection.outcome(&call(2, hostile_v1::PROGRAM, 1, 6, &words(&[0; 6]))), (0, words(&[0])));

    let address = serve_once(|xid| oncrpc_tests::raw::record(&success(xid, &words(&[1, 5, 1]))));
    let outcome = hostile_v1::Client::connect(&address).unwrap().look_count(2, |items| items.iter().count());
    assert!(matches!(outcome, Err(Error::Decode(_))), "{outcome:?}");
}

#[test]
fn trees_too_deep() {
    let limits = Limits::default();
    let (_running, address) = looking(limits);
    let mut connection = Connection::open(&address);
    // Leans to the left: a value and "there is more" on the way down, "no right side" on the way up.
    let leaning =
        |depth: usize| [words(&[1, 1]).repeat(depth - 1), words(&[1, 0, 0]), words(&[0]).repeat(depth - 1)].concat();
    let deepest = limits.decode.depth + 1;
    let mut outcome = |depth: u32| connection.outcome(&call(1, hostile_v1::PROGRAM, 1, 3, &leaning(depth as usize)));
    assert_eq!(outcome(deepest), (0, words(&[deepest])));
    for depth in [deepest + 1, 1_000, 100_000] {
        assert_eq!(outcome(depth).0, GARBAGE_ARGS, "{depth}");
    }
}

#[test]
fn a_list_of_a_million_nodes() {
    const NODES: u32 = 1_000_000;
    let records = record::Limits { bytes: 16 << 20, ..record::Limits::DEFAULT };
    let (_running, address) = looking(Limits { record: records, reply_bytes: records.bytes, ..Limits::default() });
    let options = ClientOptions::new().max_call(16 << 20).record_limits(records);
    let client = hostile_v1::Client::connect_with(&address, &options).unwrap();
    let sum = i64::from(NODES) * i64::from(NODES - 1) / 2;
    let seen = client.look_count(NODES, |items| items.iter().map(|item| i64::from(item.value)).sum::<i64>());
    assert_eq!(seen.unwrap(), sum);
    assert_eq!(client.sum(client.count(NODES).unwrap()).unwrap(), sum);
}
