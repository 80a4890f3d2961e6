use crate::load::Peer;
use crate::tonic_service::{Attributes, Bench, Count, ECHO, LARGEST, NULL, Nothing, Pair, Payload, READ, WRITE};
use bytes::Bytes;
use oncrpc_bench_calls::{Result, process, wire};
use prost::Message;
use std::net::SocketAddr;
use tonic::Request;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic_prost::ProstCodec;

/// Bytes that a peer may send before it must be told that they were taken: with the 64 KiB of the default, large messages
/// would be slower.
const STREAM_WINDOW: u32 = 8 << 20;
const CONNECTION_WINDOW: u32 = 64 << 20;
/// Bytes of one frame of a large message, which else are 16 KiB.
const FRAME: u32 = 1 << 20;

pub(crate) async fn serve() -> Result<()> {
    let incoming = TcpIncoming::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?.with_nodelay(Some(true));
    process::announce(&format!("tcp://{}", incoming.local_addr()?))?;
    let server = Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(FRAME)
        .serve_with_incoming(Bench { data: wire::data(4 << 20).into() }, incoming);
    Ok(server.await?)
}

pub(crate) async fn connect(address: SocketAddr) -> Result<Client> {
    let channel = Endpoint::from_shared(format!("http://{address}"))?
        .tcp_nodelay(true)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(FRAME)
        .connect()
        .await?;
    Ok(Client(channel))
}

#[derive(Clone)]
pub(crate) struct Client(Channel);

impl Client {
    async fn call<A, R>(&self, path: &'static str, arguments: A) -> Result<R>
    where
        A: Message + 'static,
        R: Message + Default + 'static,
    {
        let mut grpc = Grpc::new(self.0.clone()).max_decoding_message_size(LARGEST).max_encoding_message_size(LARGEST);
        grpc.ready().await?;
        let codec = ProstCodec::<A, R>::default();
        Ok(grpc.unary(Request::new(arguments), PathAndQuery::from_static(path), codec).await?.into_inner())
    }
}

impl Peer for Client {
    async fn null(&self) -> Result<()> {
        self.call::<_, Nothing>(NULL, Nothing {}).await.map(drop)
    }

    async fn echo(&self) -> Result<()> {
        let pair = Pair { first: 1_700_000_000, second: 5 };
        let given = Attributes {
            kind: 1,
            mode: 0o644,
            links: 1,
            user: 1_000,
            group: 1_000,
            size: 1 << 40,
            used: 1 << 30,
            special: Some(pair),
            file_system: 3,
            file: 4,
            accessed: Some(pair),
            modified: Some(pair),
            changed: Some(pair),
        };
        let got: Attributes = self.call(ECHO, given).await?;
        if got == given { Ok(()) } else { Err("other attributes came back".into()) }
    }

    async fn write(&self, data: Bytes) -> Result<usize> {
        let taken: Count = self.call(WRITE, Payload { data }).await?;
        Ok(taken.count as usize)
    }

    async fn read(&self, size: usize) -> Result<Bytes> {
        let got: Payload = self.call(READ, Count { count: size as u32 }).await?;
        Ok(got.data)
    }
}
