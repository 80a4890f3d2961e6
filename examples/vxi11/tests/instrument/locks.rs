//! Locks between links.

use super::*;
use vxi11::idl::{DeviceLockParms, VXI11_FLAG_WAITLOCK};

impl Caller {
    fn lock(&self, flags: u32, lock_timeout: u32) -> DeviceErrorCode {
        self.core.device_lock(&DeviceLockParms { lid: self.lid, flags, lock_timeout }).unwrap().error
    }

    fn unlock(&self) -> DeviceErrorCode {
        self.core.device_unlock(self.lid).unwrap().error
    }

    /// How it goes with a call that locks concern.
    fn trigger(&self, flags: u32, lock_timeout: u32) -> DeviceErrorCode {
        self.core.device_trigger(&self.generic(flags, lock_timeout)).unwrap().error
    }
}

#[test]
fn one_link_at_a_time_has_the_lock() {
    let bench = Bench::start();
    let (first, second) = (bench.caller(), bench.caller());
    assert_eq!(first.unlock(), DeviceErrorCode::NoLock);
    assert_eq!(first.lock(0, 0), DeviceErrorCode::NoError);
    assert_eq!(second.lock(0, 0), DeviceErrorCode::Locked);
    assert_eq!(second.unlock(), DeviceErrorCode::NoLock);
    assert_eq!(first.trigger(0, 0), DeviceErrorCode::NoError);
    let refused = second.core.device_write(&second.piece(b"*TRG", VXI11_FLAG_END)).unwrap();
    assert_eq!((refused.error, refused.size), (DeviceErrorCode::Locked, 0));
    assert_eq!(second.read().error, DeviceErrorCode::Locked);
    assert_eq!(first.unlock(), DeviceErrorCode::NoError);
    assert_eq!(second.ask(b"TRIG:COUN?"), "1");
}

#[test]
fn one_may_wait_for_a_lock_to_go() {
    let bench = Bench::start();
    let (first, second, third) = (bench.caller(), bench.caller(), bench.caller());
    assert_eq!(first.lock(0, 0), DeviceErrorCode::NoError);
    let begin = Instant::now();
    assert_eq!(second.trigger(VXI11_FLAG_WAITLOCK, 200), DeviceErrorCode::Locked);
    assert!(begin.elapsed() >= Duration::from_millis(200));

    let asked = DeviceLockParms { lid: second.lid, flags: VXI11_FLAG_WAITLOCK, lock_timeout: PATIENCE };
    let lock = second.core.start_device_lock(&asked).unwrap();
    second.core.inner().flush().unwrap();
    let trigger = third.core.start_device_trigger(&third.generic(VXI11_FLAG_WAITLOCK, PATIENCE)).unwrap();
    third.core.inner().flush().unwrap();
    assert_eq!(first.unlock(), DeviceErrorCode::NoError);
    assert_eq!(lock.wait().unwrap().error, DeviceErrorCode::NoError);
    assert_eq!(second.unlock(), DeviceErrorCode::NoError);
    assert_eq!(trigger.wait().unwrap().error, DeviceErrorCode::NoError);
}

#[test]
fn a_link_may_be_created_with_the_lock() {
    let bench = Bench::start();
    let caller = bench.caller();
    let asked = |lock_timeout| CreateLinkParms {
        lock_device: true,
        lock_timeout,
        device: "INST0".into(),
        ..CreateLinkParms::default()
    };
    let locked = bench.connect();
    assert_eq!(locked.create_link(&asked(0)).unwrap().error, DeviceErrorCode::NoError);
    assert_eq!(caller.trigger(0, 0), DeviceErrorCode::Locked);
    assert_eq!(bench.connect().create_link(&asked(100)).unwrap().error, DeviceErrorCode::Locked);
    // Without a lock links are created nevertheless.
    bench.caller();
}

#[test]
fn a_lock_goes_with_its_link_and_a_link_with_its_connection() {
    let bench = Bench::start();
    let (first, second) = (bench.caller(), bench.caller());
    assert_eq!(first.lock(0, 0), DeviceErrorCode::NoError);
    assert_eq!(first.core.destroy_link(first.lid).unwrap().error, DeviceErrorCode::NoError);
    assert_eq!(second.lock(0, 0), DeviceErrorCode::NoError);
    // Its client crashes.
    drop(second);
    let third = bench.caller();
    assert_eq!(third.trigger(VXI11_FLAG_WAITLOCK, PATIENCE), DeviceErrorCode::NoError);
    assert_eq!(third.lock(0, 0), DeviceErrorCode::NoError);
}
