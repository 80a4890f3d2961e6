//! VXI-11 with PyVISA-py, whose authors packed each message by hand: every procedure, with another value in each member.

use oncrpc::{Bytes, Call, Result, Server};
use oncrpc_tests::interfaces::protocols::vxi11::{
    CreateLinkParms, CreateLinkResp, DeviceAddrFamily, DeviceDocmdParms, DeviceDocmdResp, DeviceEnableSrqParms,
    DeviceError, DeviceErrorCode, DeviceGenericParms, DeviceLink, DeviceLockParms, DeviceReadParms, DeviceReadResp,
    DeviceReadStbResp, DeviceRemoteFunc, DeviceSrqParms, DeviceWriteParms, DeviceWriteResp, device_async_version,
    device_core_version, device_intr_version,
};
use oncrpc_tests::{missing, process};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

/// Notes what it is asked.
#[derive(Clone, Default)]
struct Instrument {
    asked: Arc<Mutex<Vec<String>>>,
}

impl Instrument {
    /// Answers with the number of the call, as an error, so that each result is another one.
    fn note(&self, arguments: &dyn Debug) -> DeviceErrorCode {
        let mut asked = self.asked.lock().unwrap();
        asked.push(format!("{arguments:?}"));
        DeviceErrorCode::from(asked.len() as i32)
    }

    fn error(&self, arguments: &dyn Debug) -> Result<DeviceError> {
        Ok(DeviceError { error: self.note(arguments) })
    }
}

impl device_core_version::Service for Instrument {
    fn create_link(&self, _: &Call, it: CreateLinkParms) -> Result<CreateLinkResp> {
        Ok(CreateLinkResp { error: self.note(&it), lid: 0x1122_3344, abort_port: 50_000, max_recv_size: 100_000 })
    }

    fn device_write(&self, _: &Call, it: DeviceWriteParms) -> Result<DeviceWriteResp> {
        Ok(DeviceWriteResp { error: self.note(&it), size: 3_000_000_000 })
    }

    fn device_read(&self, _: &Call, it: DeviceReadParms) -> Result<DeviceReadResp> {
        Ok(DeviceReadResp { error: self.note(&it), reason: 6, data: Bytes::from_static(b"data\0") })
    }

    fn device_readstb(&self, _: &Call, it: DeviceGenericParms) -> Result<DeviceReadStbResp> {
        Ok(DeviceReadStbResp { error: self.note(&it), stb: 200 })
    }

    fn device_trigger(&self, _: &Call, it: DeviceGenericParms) -> Result<DeviceError> {
        self.error(&("trigger", it))
    }

    fn device_clear(&self, _: &Call, it: DeviceGenericParms) -> Result<DeviceError> {
        self.error(&("clear", it))
    }

    fn device_remote(&self, _: &Call, it: DeviceGenericParms) -> Result<DeviceError> {
        self.error(&("remote", it))
    }

    fn device_local(&self, _: &Call, it: DeviceGenericParms) -> Result<DeviceError> {
        self.error(&("local", it))
    }

    fn device_lock(&self, _: &Call, it: DeviceLockParms) -> Result<DeviceError> {
        self.error(&it)
    }

    fn device_unlock(&self, _: &Call, it: DeviceLink) -> Result<DeviceError> {
        self.error(&("unlock", it))
    }

    fn device_enable_srq(&self, _: &Call, it: DeviceEnableSrqParms) -> Result<DeviceError> {
        self.error(&it)
    }

    fn device_docmd(&self, _: &Call, it: DeviceDocmdParms) -> Result<DeviceDocmdResp> {
        Ok(DeviceDocmdResp { error: self.note(&it), data_out: Bytes::from_static(b"out") })
    }

    fn destroy_link(&self, _: &Call, it: DeviceLink) -> Result<DeviceError> {
        self.error(&("destroy", it))
    }

    fn create_intr_chan(&self, _: &Call, it: DeviceRemoteFunc) -> Result<DeviceError> {
        self.error(&it)
    }

    fn destroy_intr_chan(&self, _: &Call) -> Result<DeviceError> {
        self.error(&"destroy_intr_chan")
    }
}

impl device_async_version::Service for Instrument {
    fn device_abort(&self, _: &Call, it: DeviceLink) -> Result<DeviceError> {
        self.error(&("abort", it))
    }
}

impl device_intr_version::Service for Instrument {
    fn device_intr_srq(&self, _: &Call, it: DeviceSrqParms) -> Result<()> {
        self.note(&it);
        Ok(())
    }
}

/// What vxi11.py asks, as it is to be understood.
fn expected() -> Vec<String> {
    let lid = 0x1122_3344;
    let generic = DeviceGenericParms { lid, flags: 0x81, lock_timeout: 40_000, io_timeout: 50_000 };
    let (io_timeout, lock_timeout) = (60_000, 70_000);
    let link = CreateLinkParms { client_id: 0x0102_0304, lock_device: true, lock_timeout, device: "gpib0,5".into() };
    let data = Bytes::from_static(b"*IDN?\n");
    let write = DeviceWriteParms { lid, io_timeout, lock_timeout, flags: 8, data };
    let read = DeviceReadParms { lid, request_size: 90_000, io_timeout, lock_timeout, flags: 0x80, term_char: 200 };
    let lock = DeviceLockParms { lid, flags: 1, lock_timeout: 80_000 };
    let enable = DeviceEnableSrqParms { lid, enable: true, handle: Bytes::from_static(b"handle") };
    let docmd = DeviceDocmdParms {
        lid,
        flags: 1,
        io_timeout,
        lock_timeout,
        cmd: 0x20000,
        network_order: true,
        datasize: 2,
        data_in: Bytes::from_static(&[1, 2]),
    };
    let channel = DeviceRemoteFunc {
        host_addr: 0x7f00_0001,
        host_port: 40_000,
        prog_num: 0x0006_07b1,
        prog_vers: 1,
        prog_family: DeviceAddrFamily::Udp,
    };
    let all: [&dyn Debug; 17] = [
        &link,
        &write,
        &read,
        &generic,
        &("trigger", generic),
        &("clear", generic),
        &("remote", generic),
        &("local", generic),
        &lock,
        &("unlock", lid),
        &enable,
        &docmd,
        &("destroy", lid),
        &channel,
        &"destroy_intr_chan",
        &("abort", lid),
        &DeviceSrqParms { handle: Bytes::from_static(b"handle") },
    ];
    all.iter().map(|it| format!("{it:?}")).collect()
}

/// What vxi11.py prints of the results.
const RESULTS: &str = "\
(1, 287454020, 50000, 100000)
(2, 3000000000)
(3, 6, b'data\\x00')
(4, 200)
5
6
7
8
9
10
11
(12, b'out')
13
14
15
16
None
";

#[test]
fn each_procedure_is_as_pyvisa_has_it() {
    // Debian's Python has what Debian's packages bring.
    let python = "/usr/bin/python3";
    let known = std::path::Path::new("/usr/lib/python3/dist-packages/pyvisa_py/protocols/vxi11.py").exists();
    if !known || !std::path::Path::new(python).exists() {
        return missing("the Debian package python3-pyvisa-py");
    }
    let instrument = Instrument::default();
    let server = Server::new()
        .serve(device_core_version::server(instrument.clone()))
        .serve(device_async_version::server(instrument.clone()))
        .serve(device_intr_version::server(instrument.clone()))
        .listen("tcp://127.0.0.1:0")
        .unwrap()
        .start()
        .unwrap();
    let port = server.addresses()[0].rsplit(':').next().unwrap().to_owned();
    let output = process::run(python, &["-c", include_str!("vxi11.py"), &port], &[]);
    assert!(output.status.success(), "{}", output.stderr);
    assert_eq!(*instrument.asked.lock().unwrap(), expected());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), RESULTS);
}
