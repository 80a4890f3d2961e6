//! Servers of the crates nfs3_server and nfsserve that show a folder: `mirror CRATE PORT FOLDER`.
//!
//! Neither crate comes with such a server; the one that nfs3_server's authors give away, cargo-nfs3-server 0.2.3, loses its
//! place in a folder that needs several replies. These do what the benchmark asks for and no more. They do file calls where they are asked for
//! them: with one processor, handing them to other threads would only cost.

mod tree;
mod with_nfs3_server;
mod with_nfsserve;

use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = std::env::args().skip(1).collect();
    let [name, port, folder] = &words[..] else { return Err("wants CRATE PORT FOLDER".into()) };
    let address = format!("127.0.0.1:{port}");
    match name.as_str() {
        "nfs3_server" => with_nfs3_server::serve(&address, folder).await?,
        "nfsserve" => with_nfsserve::serve(&address, folder).await?,
        _ => return Err(format!("`{name}` is no crate").into()),
    }
    Ok(())
}
