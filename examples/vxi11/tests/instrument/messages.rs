//! Messages in pieces, and what the instrument understands.

use super::*;
use vxi11::idl::{VXI11_FLAG_TERMCHRSET, VXI11_REASON_CHR, VXI11_REASON_END, VXI11_REASON_REQCNT};
use vxi11::instrument::{LENGTH, checksum};
use vxi11::scope::block;

#[test]
fn a_message_may_come_in_pieces() {
    let bench = Bench::start();
    let caller = bench.caller();
    for piece in [&b"*ID"[..], b"N?;*", b"OPC?"] {
        assert_eq!(caller.core.device_write(&caller.piece(piece, 0)).unwrap().size as usize, piece.len());
    }
    assert_eq!(caller.ask(b""), format!("ONCRPC,Simulated oscilloscope,0,{};1", env!("CARGO_PKG_VERSION")));
}

#[test]
fn each_read_says_why_it_ends() {
    let bench = Bench::start();
    let caller = bench.caller();
    caller.write(b"*OPC?;*SRE?;*OPC?");
    let read = |asked: DeviceReadParms| {
        let read = caller.core.device_read(&asked).unwrap();
        assert_eq!(read.error, DeviceErrorCode::NoError);
        (read.reason, read.data.to_vec())
    };
    let until =
        |term_char| DeviceReadParms { term_char, flags: VXI11_FLAG_TERMCHRSET, ..caller.reading(100, PATIENCE) };
    assert_eq!(read(caller.reading(1, PATIENCE)), (VXI11_REASON_REQCNT, b"1".to_vec()));
    assert_eq!(read(until(b';'.into())), (VXI11_REASON_CHR, b";".to_vec()));
    // As some send it, with a sign; no byte is this one.
    assert_eq!(read(DeviceReadParms { request_size: 2, ..until(-2) }), (VXI11_REASON_REQCNT, b"0;".to_vec()));
    assert_eq!(read(until(b'\n'.into())), (VXI11_REASON_CHR | VXI11_REASON_END, b"1\n".to_vec()));
}

#[test]
fn a_waveform_in_small_pieces_is_the_same() {
    let bench = Bench::start();
    let caller = bench.caller();
    caller.write(b"WAV:DATA?");
    let (mut message, mut reason) = (Vec::new(), 0);
    while reason & VXI11_REASON_END == 0 {
        let read = caller.core.device_read(&caller.reading(10_007, PATIENCE)).unwrap();
        assert_eq!(read.reason & VXI11_REASON_REQCNT != 0, read.data.len() == 10_007);
        message.extend_from_slice(&read.data);
        reason = read.reason;
    }
    let data = block(&message).unwrap();
    assert_eq!((data.len(), message.len()), (LENGTH, LENGTH + 10));
    assert_eq!(checksum(data).to_string(), caller.ask(b"WAV:SUM?"));
    assert!((0..=255).all(|byte| data.contains(&byte)));
}

#[test]
fn errors_are_queued_and_numbered() {
    let bench = Bench::start();
    let caller = bench.caller();
    assert_eq!(caller.ask(b"SYST:ERR?"), "0,\"No error\"");
    caller.write(b"FOO;*SRE four;*OPC?");
    assert_eq!(caller.ask(b"syst:err?;:SYST:ERR?;SYST:ERR?"), {
        "-113,\"Undefined header\";-104,\"Data type error\";-410,\"Query INTERRUPTED\""
    });
    assert_eq!(caller.ask(b"*ESR?;*ESR?"), "36;0");
    (0..40).for_each(|_| caller.write(b"FOO"));
    let errors: Vec<String> = (0..17).map(|_| caller.ask(b"SYST:ERR?")).collect();
    assert_eq!(errors[14..], ["-113,\"Undefined header\"", "-350,\"Queue overflow\"", "0,\"No error\""]);
    caller.write(b"FOO;*CLS");
    assert_eq!(caller.ask(b"SYST:ERR?;*ESR?"), "0,\"No error\";0");
}

#[test]
fn answers_and_commands_are_bounded() {
    let bench = Bench::start();
    let caller = bench.caller();
    caller.write(b"WAV:DATA?;WAV:DATA?;WAV:DATA?;WAV:DATA?;*TRG");
    assert_eq!(caller.ask(b"SYST:ERR?;TRIG:COUN?"), "-430,\"Query DEADLOCKED\";0");
    let piece = DeviceWriteParms { data: b"*TRG;".repeat(1_001).into(), ..caller.piece(b"", VXI11_FLAG_END) };
    assert_eq!(caller.core.device_write(&piece).unwrap().error, DeviceErrorCode::NoError);
    assert_eq!(caller.ask(b"SYST:ERR?;TRIG:COUN?"), "-363,\"Input buffer overrun\";0");
}

#[test]
fn links_share_what_the_front_panel_shows_and_nothing_else() {
    let bench = Bench::start();
    let (first, second) = (bench.caller(), bench.caller());
    first.write(b"*SRE 16;*OPC?");
    assert_eq!(first.core.device_trigger(&first.generic(0, 0)).unwrap().error, DeviceErrorCode::NoError);
    assert_eq!(second.ask(b"TRIG:COUN?;*SRE?;SYST:REM?"), "1;0;0");
    assert_eq!(second.core.device_remote(&second.generic(0, 0)).unwrap().error, DeviceErrorCode::NoError);
    assert_eq!(first.read().data, b"1\n"[..]);
    assert_eq!(first.ask(b"SYST:REM?;*TRG;TRIG:COUN?"), "1;2");
    assert_eq!(second.core.device_local(&second.generic(0, 0)).unwrap().error, DeviceErrorCode::NoError);
    assert_eq!(second.ask(b"SYST:REM?;*RST;TRIG:COUN?"), "0;0");
}
