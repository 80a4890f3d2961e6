//! Uses each recipe of the cookbook, over a connection of its own, and prints what comes of it.

use cookbook::idl::{File, Files, Name, Status, index_v1, store_status_v1, store_v1};
use cookbook::identity::User;
use cookbook::service::{self, Store};
use cookbook::{copying, index, insisting, listing, patience, watcher};
use oncrpc::{AuthSys, ClientOptions, Credential, RunningServer, Server};
use std::error::Error;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use std::{fs, thread};

type Outcome = Result<(), Box<dyn Error>>;

/// For what must come.
const PATIENCE: Duration = Duration::from_secs(60);

const ADA: u32 = 501;

fn options() -> ClientOptions {
    let claim = AuthSys { uid: ADA, ..AuthSys::default() };
    ClientOptions::new().credential(Credential::Sys(claim)).call_timeout(PATIENCE)
}

fn main() -> Outcome {
    let folder = std::env::temp_dir().join(format!("cookbook-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let names = (1..=250).map(|number| (number, Name::from(format!("file {number}")))).collect();
    let store = Arc::new(Store {
        folder: folder.clone(),
        names: std::sync::RwLock::new(names),
        stock: cookbook::taking::Stock::new(100),
        present: Default::default(),
        watchers: Default::default(),
        waiting: Default::default(),
    });
    let server = service::server(&store).listen("tcp://127.0.0.1:0")?.start()?;
    let address = &server.addresses()[0].clone();
    let client = store_v1::Client::connect_with(address, &options())?;
    pages(&client)?;
    walks()?;
    data(&client, &folder)?;
    who(address)?;
    sessions(address, &store)?;
    later(&client, address)?;
    once(&client, server, &store)?;
    Ok(fs::remove_dir_all(&folder)?)
}

fn pages(client: &store_v1::Client) -> Outcome {
    let names = listing::all(client)?;
    println!("listed {} files, the last is {}", names.len(), names[249]);
    println!("counted {}", store_status_v1::Client::over(client.inner()).files()?);
    Ok(())
}

fn walks() -> Outcome {
    let file = |number: u64| File { name: format!("file {number}").into(), size: number * 7919 % 10_007 };
    let files: Vec<File> = (0..10_000).map(file).collect();
    let server = Server::new().serve(index_v1::server(index::Index(files.clone())));
    let server = server.listen("tcp://127.0.0.1:0")?.start()?;
    let client = index_v1::Client::connect(&server.addresses()[0])?;
    println!("largest: {:?}", index::largest(&client)?);
    println!("sum: {}", client.sum(&Files { first: files, is_all: true })?);
    let too_much = vec![File { name: "all".into(), size: u64::MAX }; 2];
    println!("sum: {}", client.sum(&Files { first: too_much, is_all: true }).unwrap_err());
    Ok(())
}

fn data(client: &store_v1::Client, folder: &std::path::Path) -> Outcome {
    let data: Vec<u8> = (0..300_000_u32).map(|at| (at % 251) as u8).collect();
    fs::write(folder.join("data"), &data)?;
    let mut copied = Vec::new();
    copying::copy(client, &"data".into(), 300_000, |piece| copied.extend_from_slice(&piece))?;
    println!("copied, equal: {}", copied == data);
    for name in ["none", "../data", "/etc/passwd", "data/x", ""] {
        println!("read {name:?}: {:?}", client.read(name, 0, 1)?.into_ok());
    }
    println!("for ?: {}", copying::copy(client, &"none".into(), 1, drop).unwrap_err());
    Ok(())
}

fn who(address: &str) -> Outcome {
    let nobody = store_v1::Client::connect(address)?;
    println!("without a credential: {}", nobody.list(0, 1).unwrap_err());
    Ok(())
}

fn sessions(address: &str, store: &Store) -> Outcome {
    let client = store_v1::Client::connect_with(address, &options())?;
    let wrong = client.login("sesame")?;
    let present = || store.present.count(User(ADA));
    println!("login: {wrong}, {} present", present());
    let right = [client.login("open sesame")?, client.login("open sesame")?];
    println!("login: {}, {} present", right[1], present());
    drop(client);
    let end = Instant::now() + PATIENCE;
    while present() > 0 && Instant::now() < end {
        thread::sleep(Duration::from_millis(5));
    }
    println!("left: {} present", present());
    Ok(())
}

fn later(client: &store_v1::Client, address: &str) -> Outcome {
    println!("in time: {:?}", patience::next_within(client, Duration::from_millis(50))?);
    let (names, added) = mpsc::channel();
    let watching = watcher::connect(address, names, options())?;
    let waiting = {
        let watching = watching.clone();
        thread::spawn(move || patience::both(&watching))
    };
    while !waiting.is_finished() {
        assert_eq!(client.add("new")?, Status::Ok);
        thread::sleep(Duration::from_millis(10));
    }
    println!("both: {:?}", waiting.join().unwrap()?);
    println!("told: {:?}", added.recv_timeout(PATIENCE)?);
    Ok(())
}

/// The store stands for what is kept over a restart.
fn once(client: &store_v1::Client, server: RunningServer, store: &Arc<Store>) -> Outcome {
    let (first, second) = ([1; 16].into(), [2; 16].into());
    println!("taken: {} {}", insisting::take(client, first, 30)?, insisting::take(client, first, 30)?);
    let address = server.addresses()[0].clone();
    server.stop()?;
    let _server = service::server(store).listen(&address)?.start()?;
    println!("taken: {} {}", insisting::take(client, first, 30)?, insisting::take(client, second, 90)?);
    Ok(())
}
