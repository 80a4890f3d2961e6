//! The processes that are counted.

use crate::Result;
use crate::peer::{Responder, SocketPath, drive};
use crate::process::Process;
use crate::table::{Operation, Transport, Work};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

/// Carries out an operation `times` times in a process under the tool that `command` begins with; the program and its
/// arguments are added.
pub(crate) fn run(command: Command, operation: &Operation, times: u64) -> Result<()> {
    let mut command = command;
    command.arg(program()?);
    let ran = match operation.work {
        Work::Codec => {
            command.args(["codec", operation.name, &times.to_string()]).stdin(Stdio::null());
            finish(command.spawn()?)
        }
        Work::Compile(file) => {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
            command.args([OsStr::new("compile"), file.as_os_str(), OsStr::new(&times.to_string())]);
            finish(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?)
        }
        Work::Server(call, depth, transport) => {
            let path = SocketPath::new();
            let place = match transport {
                Transport::Tcp => "tcp://127.0.0.1:0".to_owned(),
                Transport::Unix => path.address(),
            };
            command.args(["server", &call.interface(), &place]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = command.spawn()?;
            let driven =
                listening(&mut child).and_then(|address| drive(Process(child.id()), &address, call, depth, times));
            drop(child.stdin.take());
            driven.and(finish(child))
        }
        Work::Client(call, depth, transport) => {
            let responder = Responder::listen(transport)?;
            let (depth_word, times_word) = (depth.to_string(), times.to_string());
            command.args(["client", call.name(), &depth_word, &responder.address()?, &times_word]).stdin(Stdio::null());
            let child = command.spawn()?;
            let process = Process(child.id());
            thread::scope(|scope| {
                let answers = scope.spawn(|| responder.answer(process, call, depth, times));
                let finished = finish(child);
                let answered = answers.join().map_err(|_| "the peer panicked")?;
                finished.and(answered)
            })
        }
    };
    ran.map_err(|error| format!("{}: {error}", operation.name).into())
}

/// Beside this program.
fn program() -> Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("subject"))
}

fn finish(mut child: Child) -> Result<()> {
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("it ended with {status}").into()) }
}

/// Where the server says that it listens.
fn listening(child: &mut Child) -> Result<String> {
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let address = line.trim_end().strip_prefix("listening ");
    Ok(address.ok_or("the server does not listen")?.to_owned())
}
