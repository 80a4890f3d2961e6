use crate::bench::{Attributes, Payload, bench_v1};
use crate::sample;
use oncrpc::{Call, Result, Server};
use std::io::{self, Read};

/// The most that READ gives.
const LARGEST_READ: usize = 1 << 20;

/// Serves an interface until the standard input ends; `None` if there is none of that name.
pub(crate) fn run(interface: &str, address: &str) -> Option<()> {
    let server = match interface {
        "bench" => Server::new().serve(bench_v1::server(Bench { data: sample::payload(LARGEST_READ).into() })),
        "wide_1" => Server::new().serve(wide_1::wide_v1::server(Wide)),
        "wide_10" => Server::new().serve(wide_10::wide_v1::server(Wide)),
        "wide_100" => Server::new().serve(wide_100::wide_v1::server(Wide)),
        "wide_1000" => Server::new().serve(wide_1000::wide_v1::server(Wide)),
        _ => return None,
    };
    let running = server.listen(address).and_then(Server::start).expect("the address is free");
    for address in running.addresses() {
        println!("listening {address}");
    }
    io::stdin().read_to_end(&mut Vec::new()).expect("it can be read");
    running.stop().expect("it ends well");
    Some(())
}

struct Bench {
    data: Payload,
}

impl bench_v1::Service for Bench {
    fn echo(&self, _call: &Call, attributes: Attributes) -> Result<Attributes> {
        Ok(attributes)
    }

    fn write(&self, _call: &Call, data: Payload) -> Result<u32> {
        Ok(data.len() as u32)
    }

    fn read(&self, _call: &Call, count: u32) -> Result<Payload> {
        Ok(self.data.slice(..self.data.len().min(count as usize)))
    }
}

/// Serves interfaces of many procedures.
struct Wide;

mod wide_1 {
    oncrpc::include_idl!("wide_1");
    oncrpc::include_idl!("wide_1_service");
}

mod wide_10 {
    oncrpc::include_idl!("wide_10");
    oncrpc::include_idl!("wide_10_service");
}

mod wide_100 {
    oncrpc::include_idl!("wide_100");
    oncrpc::include_idl!("wide_100_service");
}

mod wide_1000 {
    oncrpc::include_idl!("wide_1000");
    oncrpc::include_idl!("wide_1000_service");
}
