use super::address::at_host_of;
use super::error::check;
use super::{Error, Interrupts, Result};
use crate::idl::{
    CreateLinkParms, DeviceAddrFamily, DeviceEnableSrqParms, DeviceGenericParms, DeviceLink, DeviceLockParms,
    DeviceReadParms, DeviceRemoteFunc, DeviceWriteParms, VXI11_FLAG_END, VXI11_FLAG_WAITLOCK, VXI11_REASON_CHR,
    VXI11_REASON_END, device_async_version, device_core_version, device_intr_version,
};
use oncrpc::Bytes;
use std::net::IpAddr;
use std::time::Duration;

/// What a call may take beside what the instrument may take for it.
const MARGIN: Duration = Duration::from_secs(5);

/// Milliseconds for the instrument to do something, and for another link to unlock it.
const IO_TIMEOUT: u32 = 10_000;
const LOCK_TIMEOUT: u32 = 10_000;

/// The most that is asked for at once.
const PIECE: u32 = 256 << 10;

/// An instrument that is open, by a connection of its own.
#[derive(Debug)]
pub struct Link {
    core: device_core_version::Client,
    lid: DeviceLink,
    abort_port: u16,
    /// Bytes of a write.
    most: usize,
    io_timeout: u32,
    lock_timeout: u32,
}

/// Ends what a link is waiting for, from another thread.
#[derive(Debug)]
pub struct Aborter {
    channel: device_async_version::Client,
    lid: DeviceLink,
}

impl Link {
    /// Opens `device`, as in `inst0`, at `address`: a host whose rpcbind knows the port, or `tcp://host:port`. The instrument has 10 s for
    /// each thing it is asked, and a lock that another link holds has 10 s to go.
    ///
    /// # Errors
    /// There is no instrument, or no such device.
    pub fn open(address: &str, device: &str) -> Result<Self> {
        let core = device_core_version::Client::connect(address)?;
        let asked = CreateLinkParms { device: device.into(), ..CreateLinkParms::default() };
        let made = core.create_link(&asked)?;
        check(made.error)?;
        // It must take 1,024 bytes; one that says less means something else by it.
        let most = usize::try_from(made.max_recv_size).unwrap_or(usize::MAX).max(1024);
        let core = core.with_deadline(deadline(IO_TIMEOUT, LOCK_TIMEOUT));
        let (lid, abort_port) = (made.lid, made.abort_port);
        Ok(Self { core, lid, abort_port, most, io_timeout: IO_TIMEOUT, lock_timeout: LOCK_TIMEOUT })
    }

    /// Sends a message, in as many pieces as the instrument wants.
    ///
    /// # Errors
    /// The instrument does not take it, or not in time.
    pub fn write(&self, message: impl Into<Bytes>) -> Result<()> {
        let mut rest: Bytes = message.into();
        loop {
            let piece = rest.slice(..rest.len().min(self.most));
            let is_last = piece.len() == rest.len();
            let taken = self.write_piece(piece, if is_last { VXI11_FLAG_END } else { 0 })?;
            rest = rest.split_off(taken.min(rest.len()));
            if rest.is_empty() {
                return Ok(());
            }
            if taken == 0 {
                return Err(Error::Response { expected: "to take some", length: 0 });
            }
        }
    }

    fn write_piece(&self, data: Bytes, end: u32) -> Result<usize> {
        let Self { lid, io_timeout, lock_timeout, .. } = *self;
        let flags = VXI11_FLAG_WAITLOCK | end;
        let written = self.core.device_write(&DeviceWriteParms { lid, io_timeout, lock_timeout, flags, data })?;
        check(written.error)?;
        Ok(usize::try_from(written.size).unwrap_or(usize::MAX))
    }

    /// Reads a message, in as many pieces as the instrument gives it in.
    ///
    /// # Errors
    /// There is none in time ([`DeviceErrorCode::IoTimeout`](crate::idl::DeviceErrorCode)), or the read was
    /// [aborted](Aborter::abort).
    pub fn read(&self) -> Result<Vec<u8>> {
        self.read_within(Duration::from_millis(self.io_timeout.into()))
    }

    /// As [`Link::read`], where the instrument has another time for each piece.
    ///
    /// # Errors
    /// As [`Link::read`].
    pub fn read_within(&self, time: Duration) -> Result<Vec<u8>> {
        let Self { lid, lock_timeout, .. } = *self;
        let (flags, io_timeout) = (VXI11_FLAG_WAITLOCK, milliseconds(time));
        let asked = DeviceReadParms { lid, request_size: PIECE, io_timeout, lock_timeout, flags, term_char: 0 };
        let core = self.core.with_deadline(deadline(io_timeout, lock_timeout));
        let mut message = Vec::new();
        loop {
            let read = core.device_read(&asked)?;
            check(read.error)?;
            message.extend_from_slice(&read.data);
            if read.reason & (VXI11_REASON_END | VXI11_REASON_CHR) != 0 {
                return Ok(message);
            }
        }
    }

    /// Sends a question and reads the answer to its end, which is not part of it.
    ///
    /// # Errors
    /// As [`Link::write`] and [`Link::read`].
    pub fn ask(&self, question: &str) -> Result<String> {
        self.write(format!("{question}\n"))?;
        Ok(String::from_utf8_lossy(&self.read()?).trim_end().to_owned())
    }

    /// The status byte.
    ///
    /// # Errors
    /// The instrument does not tell.
    pub fn status(&self) -> Result<u8> {
        let read = self.core.device_readstb(&self.generic())?;
        check(read.error).map(|()| read.stb)
    }

    /// Triggers it.
    ///
    /// # Errors
    /// It cannot be triggered.
    pub fn trigger(&self) -> Result<()> {
        check(self.core.device_trigger(&self.generic())?.error)
    }

    /// Has it forget what it was about to do and say.
    ///
    /// # Errors
    /// It cannot.
    pub fn clear(&self) -> Result<()> {
        check(self.core.device_clear(&self.generic())?.error)
    }

    /// Keeps it to this link, as soon as no other link does.
    ///
    /// # Errors
    /// Another one does for too long.
    pub fn lock(&self) -> Result<()> {
        let Self { lid, lock_timeout, .. } = *self;
        check(self.core.device_lock(&DeviceLockParms { lid, flags: VXI11_FLAG_WAITLOCK, lock_timeout })?.error)
    }

    /// Lets others have it.
    ///
    /// # Errors
    /// This link has not locked it.
    pub fn unlock(&self) -> Result<()> {
        check(self.core.device_unlock(self.lid)?.error)
    }

    /// What ends a call of this link that waits.
    ///
    /// # Errors
    /// The abort channel cannot be reached.
    pub fn aborter(&self) -> Result<Aborter> {
        let address = at_host_of(self.core.inner().peer(), self.abort_port)?;
        Ok(Aborter { channel: device_async_version::Client::connect(&address)?, lid: self.lid })
    }

    /// Has the instrument connect to us, to tell when it wants service; each link says then whether [it may](Link::enable_srq).
    ///
    /// # Errors
    /// It cannot reach us, or has a channel to us already.
    pub fn open_interrupts(&self) -> Result<Interrupts> {
        // VXI-11 has room for an IPv4 address only.
        let Some(IpAddr::V4(ip)) = self.core.inner().local_address().map(|address| address.ip().to_canonical()) else {
            return Err(Error::NotIpv4);
        };
        let interrupts = Interrupts::listen(ip)?;
        let asked = DeviceRemoteFunc {
            host_addr: interrupts.ip.to_bits(),
            host_port: interrupts.port,
            prog_num: device_intr_version::PROGRAM,
            prog_vers: device_intr_version::VERSION,
            prog_family: DeviceAddrFamily::Tcp,
        };
        check(self.core.create_intr_chan(&asked)?.error)?;
        Ok(interrupts)
    }

    /// Lets this link ask for service, under the name of `handle`: 40 bytes at most.
    ///
    /// # Errors
    /// It cannot.
    pub fn enable_srq(&self, handle: &'static [u8]) -> Result<()> {
        let asked = DeviceEnableSrqParms { lid: self.lid, enable: true, handle: Bytes::from_static(handle) };
        check(self.core.device_enable_srq(&asked)?.error)
    }

    fn generic(&self) -> DeviceGenericParms {
        let Self { lid, io_timeout, lock_timeout, .. } = *self;
        DeviceGenericParms { lid, flags: VXI11_FLAG_WAITLOCK, lock_timeout, io_timeout }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Whatever comes of it: the connection ends with this, and the link with the connection.
        let _ = self.core.destroy_link(self.lid);
    }
}

impl Aborter {
    /// Ends the call that the link waits for, if there is one: it fails with
    /// [`DeviceErrorCode::Abort`](crate::idl::DeviceErrorCode).
    ///
    /// # Errors
    /// The instrument cannot be reached.
    pub fn abort(&self) -> Result<()> {
        check(self.channel.device_abort(self.lid)?.error)
    }
}

/// How long a call waits for its reply: longer than the instrument may take.
fn deadline(io_timeout: u32, lock_timeout: u32) -> Duration {
    Duration::from_millis(u64::from(io_timeout) + u64::from(lock_timeout)) + MARGIN
}

fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}
