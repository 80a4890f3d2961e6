//! The other end of what is counted. It has what belongs together arrive together, so that nothing depends on which of
//! both is faster.

use crate::Result;
use crate::call::{Call, read_call};
use crate::process::Process;
use crate::table::Transport;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The longest that a peer may take for what is asked of it. Generous: it is only met when something hangs.
const DEADLINE: Duration = Duration::from_secs(120);

/// The most that is sure to arrive as a whole, be it in a segment of TCP or through a UNIX socket.
const WHOLE: usize = 32 << 10;

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// Makes `count` calls at `address`, `depth` at a time, and looks at each reply.
pub(crate) fn drive(process: Process, address: &str, call: Call, depth: u64, count: u64) -> Result<()> {
    let mut stream = connect(address)?;
    let xids: Vec<u32> = (1..=u32::try_from(count)?).collect();
    for xids in xids.chunks(usize::try_from(depth)?) {
        let calls: Vec<u8> = xids.iter().flat_map(|xid| call.call(*xid)).collect();
        let expected: Vec<u8> = xids.iter().flat_map(|xid| call.reply(*xid)).collect();
        write(process, &mut *stream, &calls)?;
        let mut replies = vec![0; expected.len()];
        read(process, &mut *stream, &mut replies)?;
        if replies != expected {
            return Err(format!("{call:?}: the server does not answer as it should").into());
        }
        process.settle()?;
    }
    Ok(())
}

/// What is not a whole may also be taken in parts, of which the process is told.
fn read(from: Process, stream: &mut dyn Stream, bytes: &mut [u8]) -> Result<()> {
    if bytes.len() > WHOLE { from.hold(|| Ok(stream.read_exact(bytes)?)) } else { Ok(stream.read_exact(bytes)?) }
}

fn write(to: Process, stream: &mut dyn Stream, bytes: &[u8]) -> Result<()> {
    if bytes.len() > WHOLE { to.hold(|| Ok(stream.write_all(bytes)?)) } else { Ok(stream.write_all(bytes)?) }
}

fn connect(address: &str) -> Result<Box<dyn Stream>> {
    match address.split_once("://") {
        Some(("tcp", place)) => of_tcp(TcpStream::connect(place)?),
        Some(("unix", path)) => of_unix(UnixStream::connect(path)?),
        _ => Err(format!("no address: {address}").into()),
    }
}

fn of_tcp(stream: TcpStream) -> Result<Box<dyn Stream>> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(DEADLINE))?;
    Ok(Box::new(stream))
}

fn of_unix(stream: UnixStream) -> Result<Box<dyn Stream>> {
    stream.set_read_timeout(Some(DEADLINE))?;
    Ok(Box::new(stream))
}

/// Where a client connects to.
pub(crate) enum Responder {
    Tcp(TcpListener),
    Unix(UnixListener, SocketPath),
}

impl Responder {
    pub(crate) fn listen(transport: Transport) -> Result<Self> {
        Ok(match transport {
            Transport::Tcp => Self::Tcp(TcpListener::bind("127.0.0.1:0")?),
            Transport::Unix => {
                let path = SocketPath::new();
                Self::Unix(UnixListener::bind(&path.0)?, path)
            }
        })
    }

    /// As a client takes it.
    pub(crate) fn address(&self) -> Result<String> {
        Ok(match self {
            Self::Tcp(listener) => format!("tcp://{}", listener.local_addr()?),
            Self::Unix(_, path) => path.address(),
        })
    }

    /// Answers `count` calls of the first client that connects, when `depth` are there at once.
    pub(crate) fn answer(&self, process: Process, call: Call, depth: u64, count: u64) -> Result<()> {
        let mut stream = match self {
            Self::Tcp(listener) => of_tcp(listener.accept()?.0)?,
            Self::Unix(listener, _) => of_unix(listener.accept()?.0)?,
        };
        for _ in 0..count / depth {
            let mut replies = Vec::new();
            for _ in 0..depth {
                replies.extend(call.reply(read_call(&mut stream, call)?));
            }
            write(process, &mut *stream, &replies)?;
        }
        Ok(())
    }
}

/// A path of which nobody else knows; there is no file at the end.
pub(crate) struct SocketPath(PathBuf);

impl SocketPath {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("oncrpc-counts-{}-{number}", std::process::id())))
    }

    pub(crate) fn address(&self) -> String {
        format!("unix://{}", self.0.display())
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
