use socket2::Socket;
use std::io::{Read, Result, Write};

/// What a driver tells a bare server about a connection before it calls.
#[derive(Clone, Debug)]
pub struct Hello {
    /// The server receives a call as a whole into one place, as anybody must who looks at it; else it reuses a small buffer.
    pub whole: bool,
    /// What it answers to each call.
    pub reply: Vec<u8>,
}

impl Hello {
    pub fn send(&self, mut to: &Socket) -> Result<()> {
        let head = [self.reply.len() as u64, u64::from(self.whole)];
        head.iter().try_for_each(|number| to.write_all(&number.to_be_bytes()))?;
        to.write_all(&self.reply)
    }

    /// What the driver at the other end of a blocking socket says.
    pub fn receive(mut from: &Socket) -> Result<Self> {
        let mut head = [[0; 8]; 2];
        head.iter_mut().try_for_each(|number| from.read_exact(number))?;
        let [length, whole] = head.map(u64::from_be_bytes);
        let mut reply = vec![0; length as usize];
        from.read_exact(&mut reply)?;
        Ok(Self { whole: whole != 0, reply })
    }
}
