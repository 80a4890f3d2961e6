//! A client of NFS, version 3 (RFC 1813): `nfs ls nfs://host/export/path`.
#![forbid(unsafe_code)]

mod commands;
mod copy;
mod failure;
mod listing;
mod local;
mod mounted;
mod options;
mod progress;
mod reader;
mod show;
mod source;
mod url;
mod writer;

/// What `build.rs` made of `nfs3.x` and `mount3.x`.
mod idl {
    oncrpc::include_idl!("nfs3");
    oncrpc::include_idl!("mount3");
}

use clap::Parser;
use failure::Failure;
use options::Options;
use std::io::ErrorKind;
use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody reads any more: `nfs cat URL | head`.
        Err(Failure::Local { source, .. }) if source.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("nfs: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
