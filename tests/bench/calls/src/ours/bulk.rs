use super::driver::in_flight;
use crate::figure::{Figure, Time};
use crate::{Result, wire};
use oncrpc_bench_interface::Payload;
use oncrpc_bench_interface::bench_v1::Client;

/// Writes the same bytes again and again, as one who has them does.
pub(super) fn write(client: &Client, size: usize, depth: usize, time: Time) -> Result<Figure> {
    let data = Payload::from(wire::data(size));
    let check = |taken| if taken as usize == size { Ok(size) } else { Err("not all was taken".into()) };
    Ok(in_flight(depth, time, || client.start_write(data.clone()), check)?.mega())
}

/// Reads; of the first reply it looks at every byte.
pub(super) fn read(client: &Client, size: usize, depth: usize, time: Time) -> Result<Figure> {
    if *client.read(size as u32)? != *wire::data(size) {
        return Err("other data came".into());
    }
    let check = |got: Payload| if got.len() == size { Ok(size) } else { Err("not all came".into()) };
    Ok(in_flight(depth, time, || client.start_read(size as u32), check)?.mega())
}
