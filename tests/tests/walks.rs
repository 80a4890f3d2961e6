//! Arrays and lists that are gone through in one pass: what a view shows, a walk shows, and it ends with the error that a
//! view is refused with.

use oncrpc::xdr::{Array, DecodeError, DecodeLimits, Decoder, List, Viewer, XdrWalk, to_bytes, view_bytes};
use oncrpc::{Bytes, Call, Error, Result, RunningServer, Server};
use oncrpc_tests::interfaces::listing::{
    Entry, Folder, FolderView, FolderWalk, Kind, Listing, ListingRest, Outcome, OutcomeWalk, Store, StoreWalk,
    listing_v1,
};
use oncrpc_tests::raw::{Connection, call, serve_once, success, words};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, mpsc};
use std::time::Duration;

const GARBAGE_ARGS: u32 = 4;

fn entry(number: u64) -> Entry {
    let what = if number.is_multiple_of(3) { Kind::Folder } else { Kind::File };
    Entry { number, name: "n".repeat(number as usize % 6).into(), what }
}

fn folder(depth: u32) -> Folder {
    let inside = if depth == 0 { Vec::new() } else { vec![folder(depth - 1), Folder::default()] };
    Folder { name: depth.to_string().into(), inside }
}

fn store(count: u64) -> Store {
    Store {
        name: "everything".into(),
        kinds: vec![Kind::Folder, Kind::File, Kind::File],
        sizes: vec![4, 5],
        entries: (0..count).map(entry).collect(),
        last: folder(2),
    }
}

/// All that a store holds, gone through to its end.
fn gone_through(bytes: &Bytes) -> Result<String, DecodeError> {
    let mut walk = Store::walk(&mut Viewer::new(bytes))?;
    let kinds = walk.kinds.by_ref().collect::<Result<Vec<_>, _>>()?;
    let name = walk.name;
    let mut rest = walk.rest()?;
    let entries = rest.entries.by_ref().collect::<Result<Vec<_>, _>>()?;
    let sizes = rest.sizes.clone();
    let last = rest.rest()?.last;
    let (title, inside) = (last.name, last.inside.collect::<Result<Vec<_>, _>>()?);
    Ok(format!("{name:?} {kinds:?} {sizes:?} {entries:?} {title:?} {inside:?}"))
}

/// The same of a view.
fn seen(bytes: &Bytes) -> Result<String, DecodeError> {
    let view = view_bytes::<Store>(bytes)?;
    let FolderView { name, inside } = view.last;
    Ok(format!("{:?} {:?} {:?} {:?} {name:?} {inside:?}", view.name, view.kinds, view.sizes, view.entries))
}

#[test]
fn a_walk_shows_what_a_view_shows() {
    for count in [0, 1, 7, 100] {
        let bytes = to_bytes::<Store>(&store(count)).unwrap();
        let all = seen(&bytes).unwrap();
        assert_eq!(gone_through(&bytes).as_ref(), Ok(&all));
        assert_eq!(all.matches("EntryView").count() as u64, count);
    }
}

#[test]
fn a_walk_ends_with_the_error_of_a_view() {
    let whole = to_bytes::<Store>(&store(7)).unwrap();
    for length in 0..whole.len() {
        let cut = whole.slice(..length);
        let error = seen(&cut).unwrap_err();
        assert_eq!(gone_through(&cut), Err(error), "{length}");
        let finished = Store::walk(&mut Viewer::new(&cut)).and_then(Store::finish);
        assert_eq!(finished, Err(error), "{length}");
    }
    let mut refused = 0;
    for at in 0..whole.len() {
        for byte in [0, 1, 3, 0x7f, 0xff] {
            let mut changed = whole.to_vec();
            changed[at] = byte;
            let changed = Bytes::from(changed);
            let expected = match seen(&changed) {
                // A walk does not know what stands behind it.
                Err(DecodeError::Trailing { .. }) => continue,
                expected => expected,
            };
            refused += usize::from(expected.is_err());
            assert_eq!(gone_through(&changed), expected, "{byte} at {at}");
        }
    }
    assert!(refused > whole.len() / 2, "{refused} were refused");
}

#[test]
fn what_has_not_been_gone_through_is_checked_on_the_way_to_the_rest() {
    let listing = Listing { verifier: 5, entries: (0..9).map(entry).collect(), complete: true };
    let bytes = to_bytes::<Listing>(&listing).unwrap();
    for taken in 0..=9 {
        let mut walk = Listing::walk(&mut Viewer::new(&bytes)).unwrap();
        assert_eq!(walk.verifier, 5);
        assert_eq!(walk.entries.by_ref().take(taken).filter(Result::is_ok).count(), taken);
        assert!(matches!(walk.rest(), Ok(ListingRest { complete: true })));
    }
    // The kind of the last entry.
    let broken = Bytes::from([&bytes[..bytes.len() - 12], &words(&[9, 0, 1])].concat());
    let unknown = DecodeError::Enumerator { enumeration: "kind", value: 9 };
    let walk = || Listing::walk(&mut Viewer::new(&broken)).unwrap();
    assert_eq!(walk().rest().unwrap_err(), unknown);
    let mut entries = walk().entries;
    assert_eq!(entries.by_ref().take(8).filter(Result::is_ok).count(), 8);
    assert_eq!(entries.next().unwrap().unwrap_err(), unknown);
    assert!(entries.next().is_none() && entries.next().is_none());
    assert_eq!(entries.rest().unwrap_err(), unknown);
}

#[test]
fn limits_hold() {
    let count = words(&[u32::MAX]);
    let many = <Array<Entry>>::walk(&mut Viewer::new(&count)).map(|_| ());
    assert_eq!(many, Err(DecodeError::Truncated { needed: u32::MAX as usize * 16, remaining: 0 }));
    let many = <Array<Entry, 3>>::walk(&mut Viewer::new(&words(&[4]))).map(|_| ());
    assert_eq!(many, Err(DecodeError::TooLong { length: 4, bound: 3 }));

    let limits = DecodeLimits { depth: 3, ..DecodeLimits::DEFAULT };
    let depths = |depth| {
        let bytes = to_bytes::<Folder>(&folder(depth)).unwrap();
        let seen = Decoder::new(&bytes).with_limits(limits).view::<Folder>().map(|_| ());
        let walked = Decoder::new(&bytes).with_limits(limits).walk::<Folder>().and_then(Folder::finish);
        assert_eq!(walked, seen, "{depth}");
        walked
    };
    assert_eq!((depths(3), depths(4)), (Ok(()), Err(DecodeError::TooDeep { limit: 3 })));
}

#[derive(Default)]
struct Shelf {
    noted: Option<mpsc::Sender<usize>>,
    stored: Arc<AtomicU64>,
}

impl listing_v1::Service for Shelf {
    fn list(&self, _call: &Call, count: u32) -> Result<Outcome> {
        Ok(match count {
            0 => Outcome::Case1("nothing is asked for".into()),
            _ => {
                Outcome::Case0(Listing { verifier: 7, entries: (0..count.into()).map(entry).collect(), complete: true })
            }
        })
    }

    fn store(&self, _call: &Call, _name: oncrpc::xdr::TextView<'_>, mut store: StoreWalk<'_>) -> Result<u64> {
        let mut sum = 0;
        for kind in store.kinds.by_ref() {
            sum += u64::from(kind? == Kind::Folder);
        }
        let mut rest = store.rest()?;
        for entry in rest.entries.by_ref() {
            let entry = entry?;
            self.stored.fetch_add(1, Relaxed);
            sum += entry.number;
        }
        Folder::finish(rest.rest()?.last)?;
        Ok(sum)
    }

    fn follow(&self, _call: &Call, mut folder: FolderWalk<'_>) -> Result<u32> {
        let mut depth = 0;
        let mut first = folder.inside.next().transpose()?;
        while let Some(folder) = first {
            (depth, first) = (depth + 1, folder.inside.iter().next());
        }
        Ok(depth)
    }

    fn note(&self, _call: &Call, outcome: OutcomeWalk<'_>) -> Result<()> {
        let count = match outcome {
            OutcomeWalk::Case0(listing) => listing.entries.count(),
            OutcomeWalk::Case1(reason) => reason.len(),
            OutcomeWalk::Default(_) => 0,
        };
        let _ = self.noted.as_ref().map(|noted| noted.send(count));
        Ok(())
    }
}

fn serve(shelf: Shelf) -> (RunningServer, String) {
    let running = Server::new().serve(listing_v1::server(shelf)).listen("tcp://127.0.0.1:0").unwrap().start().unwrap();
    let address = running.addresses()[0].clone();
    (running, address)
}

#[test]
fn a_client_goes_through_results() {
    let (_running, address) = serve(Shelf::default());
    let client = listing_v1::Client::connect(&address).unwrap();
    let numbers = client.walk_list(1000, |outcome| match outcome {
        OutcomeWalk::Case0(mut found) => {
            let numbers = found.entries.by_ref().map(|entry| Ok(entry?.number)).collect::<Result<Vec<_>>>()?;
            assert!(found.rest()?.complete);
            Ok(numbers)
        }
        _ => Ok(Vec::new()),
    });
    assert_eq!(numbers.unwrap(), (0..1000).collect::<Vec<_>>());
    let reason = client.walk_list(0, |outcome| match outcome {
        OutcomeWalk::Case1(reason) => Ok(reason.to_string()),
        _ => Err(Error::SystemError),
    });
    assert_eq!(reason.unwrap(), "nothing is asked for");
    let pending = client.start_list(3).unwrap();
    assert!(matches!(pending.walk::<Outcome, _>(|_| Err::<(), _>(Error::WouldDeadlock)), Err(Error::WouldDeadlock)));
}

#[test]
fn a_broken_reply_is_the_servers_fault() {
    // The second entry is of no kind.
    let results = words(&[0, 0, 7, 1, 0, 1, 0, 1, 1, 0, 2, 0, 3, 0, 1]);
    let address = serve_once(move |xid| oncrpc_tests::raw::record(&success(xid, &results)));
    let mut seen = Vec::new();
    let outcome = listing_v1::Client::connect(&address).unwrap().walk_list(2, |outcome| {
        let OutcomeWalk::Case0(found) = outcome else { return Err(Error::SystemError) };
        for entry in found.entries {
            seen.push(entry?.number);
        }
        Ok(())
    });
    assert!(matches!(outcome, Err(Error::Decode(DecodeError::Enumerator { value: 3, .. }))), "{outcome:?}");
    assert_eq!(seen, [1]);
}

#[test]
fn a_handler_goes_through_its_argument() {
    let (sender, noted) = mpsc::channel();
    let (_running, address) = serve(Shelf { noted: Some(sender), ..Shelf::default() });
    let client = listing_v1::Client::connect(&address).unwrap();
    client.note(&Outcome::Case1("four".into())).unwrap();
    assert_eq!(client.store("name", &store(10)).unwrap(), 1 + 45);
    assert_eq!(client.follow(&folder(5)).unwrap(), 5);
    assert_eq!(noted.recv_timeout(Duration::from_secs(30)).unwrap(), 4);
}

#[test]
fn a_broken_argument_is_the_callers_fault_wherever_it_breaks() {
    let shelf = Shelf::default();
    let stored = shelf.stored.clone();
    let (_running, address) = serve(shelf);
    let mut connection = Connection::open(&address);
    let name = words(&[0]);
    let whole = [name, to_bytes::<Store>(&store(4)).unwrap().to_vec()].concat();
    let mut outcome = |bytes: &[u8]| connection.outcome(&call(1, listing_v1::PROGRAM, 1, 2, bytes));
    for length in (0..whole.len()).step_by(4) {
        assert_eq!(outcome(&whole[..length]), (GARBAGE_ARGS, Vec::new()), "{length}");
    }
    assert!(stored.load(Relaxed) > 4, "the handler saw what came before");
    assert_eq!(outcome(&whole), (0, words(&[0, 7])));
}

#[test]
fn a_list_of_a_million_nodes_needs_neither_stack_nor_memory() {
    let bytes = to_bytes::<List<Entry>>(&(0..1_000_000).map(entry).collect()).unwrap();
    let mut sum = 0;
    let counted = allocation_counter::measure(|| {
        let entries = <List<Entry>>::walk(&mut Viewer::new(&bytes)).unwrap();
        sum = entries.map(|entry| entry.unwrap().number).sum();
    });
    assert_eq!((sum, counted.count_total), (499_999_500_000, 0));
}
