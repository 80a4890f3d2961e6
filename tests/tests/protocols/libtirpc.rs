//! A C program around libtirpc's own codecs of RPC's headers.

use oncrpc_compiler::interop::c_harness;
use oncrpc_tests::process::run_command;
use oncrpc_tests::{missing, wire};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The types of the program, in this order.
const TYPES: [&str; 3] = ["call_message", "reply_message", "authunix_parms"];

const HEADER: &str = "\
#include <rpc/rpc.h>

typedef struct rpc_msg call_message;
typedef struct rpc_msg reply_message;
typedef struct authunix_parms authunix_parms;

static bool_t xdr_call_message(XDR *xdrs, call_message *message) {
    return xdr_callmsg(xdrs, message);
}

static bool_t xdr_reply_message(XDR *xdrs, reply_message *message) {
    /* The results, of which there are none here, are decoded with the message. */
    if (xdrs->x_op == XDR_DECODE)
        message->acpted_rply.ar_results.proc = (xdrproc_t)xdr_void;
    return xdr_replymsg(xdrs, message);
}
";

/// The program; `None` where it cannot be built and need not be.
pub(crate) fn build() -> Option<PathBuf> {
    let flags = Command::new("pkg-config").args(["--cflags", "--libs", "libtirpc"]).output().ok();
    let Some(flags) = flags.filter(|output| output.status.success()) else {
        missing("libtirpc");
        return None;
    };
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("protocols/libtirpc/headers");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("headers.h"), HEADER).unwrap();
    fs::write(place.join("harness.c"), c_harness("headers.h", &TYPES).unwrap()).unwrap();
    let mut gcc = Command::new("gcc");
    gcc.current_dir(&place).args(["-std=gnu11", "-O1", "-w", "-I.", "harness.c", "-o", "harness"]);
    gcc.args(String::from_utf8(flags.stdout).unwrap().split_whitespace());
    let output = run_command(gcc, &[]);
    assert!(output.status.success(), "{}", output.stderr);
    Some(place.join("harness"))
}

/// Each of these bytes, of the type with that index, is a value that is written as it was read.
pub(crate) fn gives_back(program: &Path, values: &[(usize, Vec<u8>)]) {
    for ((index, bytes), answer) in values.iter().zip(wire::ask(program, values)) {
        assert_eq!(answer, Some((bytes.len(), bytes.clone())), "{}: {}", TYPES[*index], bytes.escape_ascii());
    }
}
