//! What the instrument understands: some of IEEE 488.2 and of SCPI.

use super::LONGEST_WAIT;
use super::status::{OPERATION_COMPLETE, Status};
use super::waveform::{checksum, samples};
use std::mem;
use std::time::Duration;

/// What all links see.
pub(super) struct Panel {
    /// Triggers since `*RST`.
    pub(super) triggers: u32,
    /// Whether it is under remote control.
    pub(super) is_remote: bool,
    waveform: Vec<u8>,
    checksum: u64,
}

/// What a command comes to.
pub(super) enum Effect {
    Done,
    Answer(Vec<u8>),
    Wait(Duration),
}

/// What SCPI has a number for.
#[derive(Clone, Copy)]
pub(super) enum Fault {
    DataType,
    UndefinedHeader,
    QueueOverflow,
    InputOverrun,
    QueryInterrupted,
    QueryDeadlocked,
}

impl Default for Panel {
    fn default() -> Self {
        let waveform = samples();
        Self { triggers: 0, is_remote: false, checksum: checksum(&waveform), waveform }
    }
}

/// Carries out one command. `has_message`: whether there is something to be read.
pub(super) fn carry_out(
    text: &str,
    status: &mut Status,
    panel: &mut Panel,
    has_message: bool,
) -> Result<Effect, Fault> {
    let (header, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let header = header.to_ascii_uppercase();
    match (header.trim_start_matches(':'), argument.trim()) {
        ("WAIT", seconds) => Ok(Effect::Wait(duration(seconds)?)),
        (query, "") if query.ends_with('?') => Ok(Effect::Answer(answer(query, status, panel, has_message)?)),
        (command, argument) => set(command, argument, status, panel).map(|()| Effect::Done),
    }
}

fn set(command: &str, argument: &str, status: &mut Status, panel: &mut Panel) -> Result<(), Fault> {
    match (command, argument) {
        ("*RST", "") => panel.triggers = 0,
        ("*CLS", "") => status.clear(),
        ("*OPC", "") => status.events |= OPERATION_COMPLETE,
        ("*TRG", "") => panel.triggers += 1,
        ("*SRE", mask) => status.service_mask = number(mask)?,
        ("*ESE", mask) => status.event_mask = number(mask)?,
        _ => return Err(Fault::UndefinedHeader),
    }
    Ok(())
}

fn answer(query: &str, status: &mut Status, panel: &Panel, has_message: bool) -> Result<Vec<u8>, Fault> {
    let text = match query {
        "*IDN?" => concat!("ONCRPC,Simulated oscilloscope,0,", env!("CARGO_PKG_VERSION")).to_owned(),
        "*OPC?" => "1".to_owned(),
        "*STB?" => status.summary(has_message).to_string(),
        "*ESR?" => mem::take(&mut status.events).to_string(),
        "*SRE?" => status.service_mask.to_string(),
        "*ESE?" => status.event_mask.to_string(),
        "SYST:ERR?" => status.errors.pop_front().map_or("0,\"No error\"", Fault::text).to_owned(),
        "SYST:REM?" => u8::from(panel.is_remote).to_string(),
        "TRIG:COUN?" => panel.triggers.to_string(),
        "WAV:SUM?" => panel.checksum.to_string(),
        "WAV:DATA?" => return Ok(block(&panel.waveform)),
        _ => return Err(Fault::UndefinedHeader),
    };
    Ok(text.into_bytes())
}

/// A block of definite length (IEEE 488.2, 8.7.9): `#`, how many digits the length has, the length, the data.
fn block(data: &[u8]) -> Vec<u8> {
    let length = data.len().to_string();
    [format!("#{}{length}", length.len()).as_bytes(), data].concat()
}

fn number(text: &str) -> Result<u8, Fault> {
    text.parse().map_err(|_| Fault::DataType)
}

fn duration(seconds: &str) -> Result<Duration, Fault> {
    let seconds = seconds.parse().map_err(|_| Fault::DataType)?;
    Ok(Duration::try_from_secs_f64(seconds).map_err(|_| Fault::DataType)?.min(LONGEST_WAIT))
}

impl Fault {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::DataType => "-104,\"Data type error\"",
            Self::UndefinedHeader => "-113,\"Undefined header\"",
            Self::QueueOverflow => "-350,\"Queue overflow\"",
            Self::InputOverrun => "-363,\"Input buffer overrun\"",
            Self::QueryInterrupted => "-410,\"Query INTERRUPTED\"",
            Self::QueryDeadlocked => "-430,\"Query DEADLOCKED\"",
        }
    }

    /// Its bit of the event register: command, device-dependent or query error.
    pub(super) fn event(self) -> u8 {
        match self {
            Self::DataType | Self::UndefinedHeader => 0x20,
            Self::QueueOverflow | Self::InputOverrun => 0x08,
            Self::QueryInterrupted | Self::QueryDeadlocked => 0x04,
        }
    }
}
