//! What tonic-build makes of a .proto file, by hand: it wants a compiler of such files that is no crate.

use bytes::Bytes;
use prost::Message;
use std::convert::Infallible;
use std::task::{Context, Poll};
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

/// The largest message of a scenario.
pub(crate) const LARGEST: usize = (4 << 20) + 1024;

pub(crate) const NULL: &str = "/bench.Bench/Null";
pub(crate) const ECHO: &str = "/bench.Bench/Echo";
pub(crate) const WRITE: &str = "/bench.Bench/Write";
pub(crate) const READ: &str = "/bench.Bench/Read";

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Nothing {}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Count {
    #[prost(uint32, tag = "1")]
    pub(crate) count: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Payload {
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) data: Bytes,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct Pair {
    #[prost(uint32, tag = "1")]
    pub(crate) first: u32,
    #[prost(uint32, tag = "2")]
    pub(crate) second: u32,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct Attributes {
    #[prost(uint32, tag = "1")]
    pub(crate) kind: u32,
    #[prost(uint32, tag = "2")]
    pub(crate) mode: u32,
    #[prost(uint32, tag = "3")]
    pub(crate) links: u32,
    #[prost(uint32, tag = "4")]
    pub(crate) user: u32,
    #[prost(uint32, tag = "5")]
    pub(crate) group: u32,
    #[prost(uint64, tag = "6")]
    pub(crate) size: u64,
    #[prost(uint64, tag = "7")]
    pub(crate) used: u64,
    #[prost(message, optional, tag = "8")]
    pub(crate) special: Option<Pair>,
    #[prost(uint64, tag = "9")]
    pub(crate) file_system: u64,
    #[prost(uint64, tag = "10")]
    pub(crate) file: u64,
    #[prost(message, optional, tag = "11")]
    pub(crate) accessed: Option<Pair>,
    #[prost(message, optional, tag = "12")]
    pub(crate) modified: Option<Pair>,
    #[prost(message, optional, tag = "13")]
    pub(crate) changed: Option<Pair>,
}

/// The server: the method is found by the path.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) data: Bytes,
}

#[derive(Clone, Copy)]
struct Null;
#[derive(Clone, Copy)]
struct Echo;
#[derive(Clone, Copy)]
struct Write;
#[derive(Clone)]
struct Read {
    data: Bytes,
}

impl UnaryService<Nothing> for Null {
    type Response = Nothing;
    type Future = std::future::Ready<Result<Response<Nothing>, Status>>;

    fn call(&mut self, _: Request<Nothing>) -> Self::Future {
        std::future::ready(Ok(Response::new(Nothing {})))
    }
}

impl UnaryService<Attributes> for Echo {
    type Response = Attributes;
    type Future = std::future::Ready<Result<Response<Attributes>, Status>>;

    fn call(&mut self, call: Request<Attributes>) -> Self::Future {
        std::future::ready(Ok(Response::new(call.into_inner())))
    }
}

impl UnaryService<Payload> for Write {
    type Response = Count;
    type Future = std::future::Ready<Result<Response<Count>, Status>>;

    fn call(&mut self, call: Request<Payload>) -> Self::Future {
        std::future::ready(Ok(Response::new(Count { count: call.into_inner().data.len() as u32 })))
    }
}

impl UnaryService<Count> for Read {
    type Response = Payload;
    type Future = std::future::Ready<Result<Response<Payload>, Status>>;

    fn call(&mut self, call: Request<Count>) -> Self::Future {
        let data = self.data.slice(..call.into_inner().count as usize);
        std::future::ready(Ok(Response::new(Payload { data })))
    }
}

impl Service<http::Request<Body>> for Bench {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: http::Request<Body>) -> Self::Future {
        match call.uri().path() {
            NULL => unary(Null, call),
            ECHO => unary(Echo, call),
            WRITE => unary(Write, call),
            READ => unary(Read { data: self.data.clone() }, call),
            _ => Box::pin(std::future::ready(Ok(Status::unimplemented("no such method").into_http()))),
        }
    }
}

impl NamedService for Bench {
    const NAME: &'static str = "bench.Bench";
}

fn unary<S, M>(method: S, call: http::Request<Body>) -> BoxFuture<http::Response<Body>, Infallible>
where
    S: UnaryService<M, Future: Send> + Send + 'static,
    S::Response: Message + 'static,
    M: Message + Default + 'static,
{
    Box::pin(async move {
        let codec = ProstCodec::<S::Response, M>::default();
        let mut grpc = Grpc::new(codec).max_decoding_message_size(LARGEST).max_encoding_message_size(LARGEST);
        Ok(grpc.unary(method, call).await)
    })
}
