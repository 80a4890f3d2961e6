use crate::load::Peer;
use bytes::Bytes;
use futures::StreamExt;
use oncrpc_bench_calls::{Result, process, wire};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use tarpc::server::{BaseChannel, Channel};
use tarpc::tokio_serde::formats::Bincode;
use tarpc::{client, context, serde_transport};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::codec::{Framed, LengthDelimitedCodec};

/// The largest payload of a scenario, and room for what stands around it.
const LARGEST: usize = (4 << 20) + 1024;

/// The most calls that a scenario has in flight.
const IN_FLIGHT: usize = 1_024;

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Attributes {
    kind: u32,
    mode: u32,
    links: u32,
    user: u32,
    group: u32,
    size: u64,
    used: u64,
    special: (u32, u32),
    file_system: u64,
    file: u64,
    accessed: (u32, u32),
    modified: (u32, u32),
    changed: (u32, u32),
}

#[tarpc::service]
pub(crate) trait Bench {
    async fn null();
    async fn echo(attributes: Attributes) -> Attributes;
    async fn write(data: Bytes) -> u32;
    async fn read(count: u32) -> Bytes;
}

#[derive(Clone)]
struct Service {
    data: Bytes,
}

impl Bench for Service {
    async fn null(self, _: context::Context) {}

    async fn echo(self, _: context::Context, attributes: Attributes) -> Attributes {
        attributes
    }

    async fn write(self, _: context::Context, data: Bytes) -> u32 {
        data.len() as u32
    }

    async fn read(self, _: context::Context, count: u32) -> Bytes {
        self.data.slice(..count as usize)
    }
}

pub(crate) async fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    process::announce(&format!("tcp://{}", listener.local_addr()?))?;
    let service = Service { data: wire::data(LARGEST).into() };
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let transport = serde_transport::new(framed(stream), Bincode::default());
        let calls = BaseChannel::with_defaults(transport).execute(service.clone().serve());
        tokio::spawn(calls.for_each(async |call| drop(tokio::spawn(call))));
    }
}

pub(crate) async fn connect(address: SocketAddr) -> Result<BenchClient> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut config = client::Config::default();
    config.max_in_flight_requests = IN_FLIGHT;
    Ok(BenchClient::new(config, serde_transport::new(framed(stream), Bincode::default())).spawn())
}

fn framed(stream: TcpStream) -> Framed<TcpStream, LengthDelimitedCodec> {
    LengthDelimitedCodec::builder().max_frame_length(LARGEST).new_framed(stream)
}

impl Peer for BenchClient {
    async fn null(&self) -> Result<()> {
        Ok(BenchClient::null(self, context::current()).await?)
    }

    async fn echo(&self) -> Result<()> {
        let given = Attributes { mode: 0o644, links: 1, size: 1 << 40, ..Attributes::default() };
        let got = BenchClient::echo(self, context::current(), given.clone()).await?;
        if got == given { Ok(()) } else { Err("other attributes came back".into()) }
    }

    async fn write(&self, data: Bytes) -> Result<usize> {
        Ok(BenchClient::write(self, context::current(), data).await? as usize)
    }

    async fn read(&self, size: usize) -> Result<Bytes> {
        Ok(BenchClient::read(self, context::current(), size as u32).await?)
    }
}
