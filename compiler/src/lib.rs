//! Compiles rpcgen `.x` interface files (RFC 4506, RFC 5531) to Rust.
mod diagnostic;
mod lex;
mod literal;
mod preprocess;
mod render;
mod source;
mod syntax;
mod text;
