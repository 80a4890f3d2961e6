//! The instrument, by its calls: what the client does not show.

mod errors;
mod interrupts;
mod locks;
mod messages;
mod waiting;

use oncrpc::{Bytes, RunningServer};
use std::time::{Duration, Instant};
use vxi11::idl::{
    CreateLinkParms, DeviceErrorCode, DeviceGenericParms, DeviceReadParms, DeviceReadResp, DeviceWriteParms,
    VXI11_FLAG_END, device_core_version,
};
use vxi11::instrument::Instrument;

/// For what must come: generous, as the machine may be busy with other things.
const PATIENCE: u32 = 60_000;

/// An instrument on a free port.
struct Bench {
    core: RunningServer,
    _abort: RunningServer,
}

/// A connection with a link over it.
struct Caller {
    core: device_core_version::Client,
    lid: i32,
    abort_port: u16,
}

impl Bench {
    fn start() -> Self {
        let Instrument { core, abort } = Instrument::listen("tcp://127.0.0.1:0").unwrap();
        Self { core: core.start().unwrap(), _abort: abort }
    }

    fn connect(&self) -> device_core_version::Client {
        let client = device_core_version::Client::connect(&self.core.addresses()[0]).unwrap();
        client.with_deadline(Duration::from_millis(2 * u64::from(PATIENCE)))
    }

    fn caller(&self) -> Caller {
        Caller::over(self.connect())
    }
}

impl Caller {
    fn over(core: device_core_version::Client) -> Self {
        let asked = CreateLinkParms { device: "inst0".into(), ..CreateLinkParms::default() };
        let made = core.create_link(&asked).unwrap();
        assert_eq!(made.error, DeviceErrorCode::NoError);
        Self { core, lid: made.lid, abort_port: made.abort_port }
    }

    /// Another link over the same connection.
    fn again(&self) -> Self {
        Self::over(self.core.clone())
    }

    fn generic(&self, flags: u32, lock_timeout: u32) -> DeviceGenericParms {
        DeviceGenericParms { lid: self.lid, flags, lock_timeout, io_timeout: PATIENCE }
    }

    fn piece(&self, data: &'static [u8], flags: u32) -> DeviceWriteParms {
        let data = Bytes::from_static(data);
        DeviceWriteParms { lid: self.lid, io_timeout: PATIENCE, lock_timeout: 0, flags, data }
    }

    fn write(&self, message: &'static [u8]) {
        let written = self.core.device_write(&self.piece(message, VXI11_FLAG_END)).unwrap();
        assert_eq!((written.error, written.size as usize), (DeviceErrorCode::NoError, message.len()));
    }

    fn reading(&self, request_size: u32, io_timeout: u32) -> DeviceReadParms {
        DeviceReadParms { lid: self.lid, request_size, io_timeout, lock_timeout: 0, flags: 0, term_char: 0 }
    }

    fn read(&self) -> DeviceReadResp {
        self.core.device_read(&self.reading(1000, PATIENCE)).unwrap()
    }

    fn ask(&self, question: &'static [u8]) -> String {
        self.write(question);
        let read = self.read();
        assert_eq!(read.error, DeviceErrorCode::NoError);
        String::from_utf8(read.data.to_vec()).unwrap().trim_end().to_owned()
    }
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_millis(PATIENCE.into());
    while !is_so() {
        assert!(Instant::now() < end, "it does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}
