//! examples/vxi11: the instrument with python-vxi11 and PyVISA-py, the client with an instrument whose messages python-vxi11 makes,
//! and each with the other.

use oncrpc_tests::c::root;
use oncrpc_tests::cargo::build;
use oncrpc_tests::process::{Guard, Server, address, free_port, run, run_command, wait_for_port};
use oncrpc_tests::{missing, namespace, rpcbind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What Debian's packages bring goes with it; it still has xdrlib.
const PYTHON: &str = "/usr/bin/python3";

const IDENTITY: &str = "ONCRPC,Simulated oscilloscope,0,0.1.0";

fn programs() -> PathBuf {
    build(root(), &["-p", "vxi11"])
}

/// What tests/run has installed from the Python Package Index; `None` if it has not.
fn python_vxi11() -> Option<PathBuf> {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    if place.join("vxi11/vxi11.py").exists() && Path::new(PYTHON).exists() {
        return Some(place);
    }
    missing("the Python package python-vxi11");
    None
}

fn python(script: &str, path: &Path) -> Vec<String> {
    let mut command = Command::new(PYTHON);
    command.args(["-W", "ignore", "-c", script]).env("PYTHONPATH", path);
    run_command(command, &[]).lines().into_iter().map(str::to_owned).collect()
}

/// The instrument on a port that rpcbind tells, or the one that it serves itself.
fn registered_instrument() -> Guard {
    let mut instrument = Command::new(programs().join("instrument"));
    let port = free_port();
    instrument.args(["--listen", &address("tcp", port), "--portmapper"]).stdin(Stdio::null()).stderr(Stdio::null());
    let guard = Guard(instrument.spawn().unwrap());
    wait_for_port(port);
    wait_for_port(111);
    guard
}

/// What the client shows of an instrument, action by action.
fn expected(identity: &str) -> [(&'static str, Vec<String>); 5] {
    let line = |line: &str| vec![line.to_owned()];
    let request = ["service request: b\"scope\", status 0x50".to_owned(), format!("service request: {identity}")];
    [
        ("idn", vec![format!("*IDN? {identity}")]),
        ("waveform", line("waveform: 1048576 bytes, checksum equal")),
        ("timeout", line("timeout: the instrument: VXI11_ERR_IO_TIMEOUT (15)")),
        ("abort", line("abort: the instrument: VXI11_ERR_ABORT (23)")),
        ("srq", request.to_vec()),
    ]
}

/// Runs each action of the client against the instrument at `address`.
fn check_client(address: &str, identity: &str) {
    for (action, lines) in expected(identity) {
        assert_eq!(run(programs().join("scope"), &[address, action], &[]).lines(), lines, "{action}");
    }
}

#[test]
fn the_demonstration() {
    let lines = expected(IDENTITY).into_iter().flat_map(|(_, lines)| lines);
    assert_eq!(run(programs().join("scope"), &[], &[]).lines(), lines.collect::<Vec<_>>());
}

#[test]
fn instrument_and_client_apart() {
    let address = address("tcp", free_port());
    let mut instrument = Command::new(programs().join("instrument"));
    instrument.args(["--listen", &address]).stdin(Stdio::null()).stderr(Stdio::null());
    let _instrument = Guard(instrument.spawn().unwrap());
    wait_for_port(address.rsplit(':').next().unwrap().parse().unwrap());
    check_client(&address, IDENTITY);
    let answer = run(programs().join("scope"), &[&address, "ask", "*OPC?;SYST:ERR?"], &[]);
    assert_eq!(answer.lines(), ["*OPC?;SYST:ERR? 1;0,\"No error\""]);
}

#[test]
fn python_vxi11_uses_the_instrument() {
    let Some(packages) = python_vxi11() else { return };
    if !namespace::inside("python_vxi11_uses_the_instrument") {
        return;
    }
    let _instrument = registered_instrument();
    let expected = include_str!("with_python_vxi11.expected");
    assert_eq!(python(include_str!("with_python_vxi11.py"), &packages), expected.lines().collect::<Vec<_>>());
}

#[test]
fn pyvisa_uses_the_instrument() {
    if !Path::new("/usr/lib/python3/dist-packages/pyvisa_py/protocols/vxi11.py").exists() {
        return missing("the Debian package python3-pyvisa-py");
    }
    if !namespace::inside("pyvisa_uses_the_instrument") {
        return;
    }
    let _instrument = registered_instrument();
    let expected = include_str!("with_pyvisa.expected");
    assert_eq!(python(include_str!("with_pyvisa.py"), Path::new("")), expected.lines().collect::<Vec<_>>());
}

#[test]
fn an_instrument_is_found_through_rpcbind() {
    if !namespace::inside("an_instrument_is_found_through_rpcbind") {
        return;
    }
    let Some(_rpcbind) = rpcbind::start_own() else { return };
    let _instrument = registered_instrument();
    check_client("127.0.0.1", IDENTITY);
}

#[test]
fn the_client_uses_an_instrument_made_with_python_vxi11() {
    let Some(packages) = python_vxi11() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vxi11/served_by_python_vxi11.py");
    let environment = format!("PYTHONPATH={}", packages.display());
    let arguments = [&environment, PYTHON, "-W", "ignore", script.to_str().unwrap()];
    let instrument = Server::start(Path::new("/usr/bin/env"), &arguments);
    check_client(&instrument.address("tcp"), "python-vxi11,inst0");
    // A message of three pieces.
    let question = format!("LENGTH? {}", "x".repeat(3000));
    let answer = run(programs().join("scope"), &[&instrument.address("tcp"), "ask", &question], &[]);
    assert_eq!(answer.lines(), [format!("{question} 3000")]);
}
